"""Earlier states by date: whether the gate and the list of Memento do what they promise (RFC 7089)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from digigraph.harvesting.client import Request
from digigraph.harvesting.exchange import links_of
from digigraph.harvesting.record import Problem
from digigraph.media import TURTLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.harvesting.client import Client
    from digigraph.harvesting.exchange import Link, Response
    from digigraph.harvesting.record import Record

_LINK_FORMAT = "application/link-format"
_FOUND, _NOT_FOUND = 302, 404
_DATE = "memento-datetime"


def check_mementos(client: Client, record: Record, data: Response) -> None:
    """Check what the links of some data say of its past."""
    gates, lists = data.linked("timegate"), data.linked("timemap")
    missing = [f"rel={name}" for name, links in (("timegate", gates), ("timemap", lists)) if not links]
    record.check("harvest-memento", [Problem(url=data.url, message=f"It has no Link with {each}.") for each in missing])
    past: list[Link] = []
    if lists:
        record.check("harvest-memento-list", _list_problems(client, lists[0].target, past))
    if gates:
        record.check("harvest-memento-date", _gate_problems(client, gates[0].target, past))
        if not past:
            record.note("harvest-memento-date", "Only the state of now was asked for: no list has the date of another.")


def _gate_problems(client: Client, gate: str, past: list[Link]) -> Iterator[Problem]:
    """A gate leads to the state of now, and to the last on the list that has another date than the newest."""
    yield from _date_problems(client, gate, format_datetime(datetime.now(UTC), usegmt=True))
    earlier = [each for each in past if each.datetime != past[-1].datetime]
    for each in (earlier or past)[-1:]:
        yield from _date_problems(client, gate, each.datetime, listed=each)


def _date_problems(client: Client, gate: str, date: str, *, listed: Link | None = None) -> Iterator[Problem]:
    """A gate redirects to the state of a date, or answers with it (section 4.1)."""
    asked = Request(url=gate, accept=TURTLE.media_type, headers={"Accept-Datetime": date}, follows=False)
    answer = client.fetch(asked)
    if "accept-datetime" not in answer.headers.get("vary", "").lower():
        yield Problem(url=gate, message="Its Vary does not name Accept-Datetime.")
    if not answer.linked("original"):
        yield Problem(url=gate, message="It has no Link with rel=original.")
    if answer.status == _FOUND and answer.hops:
        # Many servers keep crawlers from states. To ask for one by its date, as the link invites to, is no crawling.
        state = Request(url=answer.hops[0].target, accept=TURTLE.media_type, obeys_robots=False)
        answer = client.fetch(state)
        if listed and (state.url, answer.status) == (listed.target, _NOT_FOUND):
            # The right state, which did not know the thing yet: a list may name states without looking into each.
            return
    found = answer.headers.get(_DATE)
    if not answer.is_ok:
        yield Problem(url=answer.url, message=f"The state of {date} is answered with the status {answer.status}.")
    elif not found:
        yield Problem(url=answer.url, message="The state that a date leads to has no Memento-Datetime.")
    elif listed and found != date:
        yield Problem(url=gate, message=f"The list has a state of {date}, but that date leads to the state of {found}.")


def _list_problems(client: Client, url: str, past: list[Link]) -> Iterator[Problem]:
    """A list names the original, and states with their dates; those are noted."""
    response = client.get(url, _LINK_FORMAT)
    if not response.is_ok:
        yield Problem(url=url, message=f"It is answered with the status {response.status}.")
        return
    if response.media_type != _LINK_FORMAT:
        yield Problem(url=url, message=f"It has the media type {response.media_type!r}, not {_LINK_FORMAT}.")
    links = links_of(response.body.decode("utf-8", "replace"), url)
    relations = {each for link in links for each in link.relations}
    for each in ("original", "memento"):
        if each not in relations:
            yield Problem(url=url, message=f"It lists no rel={each}.")
    states = [each for each in links if "memento" in each.relations]
    past += [each for each in states if each.datetime]
    if len(past) < len(states):
        yield Problem(url=url, message="It lists a rel=memento without its datetime.")
