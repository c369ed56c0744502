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
    from digigraph.harvesting.exchange import Response
    from digigraph.harvesting.record import Record

_LINK_FORMAT = "application/link-format"
_FOUND = 302
_DATE = "memento-datetime"


def check_mementos(client: Client, record: Record, data: Response) -> None:
    """Check what the links of some data say of its past."""
    gates, lists = data.linked("timegate"), data.linked("timemap")
    missing = [f"rel={name}" for name, links in (("timegate", gates), ("timemap", lists)) if not links]
    record.check("harvest-memento", [Problem(url=data.url, message=f"It has no Link with {each}.") for each in missing])
    if gates:
        record.check("harvest-memento-date", _gate_problems(client, gates[0].target))
    if lists:
        record.check("harvest-memento-list", _list_problems(client, lists[0].target))


def _gate_problems(client: Client, gate: str) -> Iterator[Problem]:
    """A gate redirects to the state of a date, or answers with it (section 4.1)."""
    now = format_datetime(datetime.now(UTC), usegmt=True)
    asked = Request(url=gate, accept=TURTLE.media_type, headers={"Accept-Datetime": now}, follows=False)
    answer = client.fetch(asked)
    if "accept-datetime" not in answer.headers.get("vary", "").lower():
        yield Problem(url=gate, message="Its Vary does not name Accept-Datetime.")
    if not answer.linked("original"):
        yield Problem(url=gate, message="It has no Link with rel=original.")
    if answer.status == _FOUND and answer.hops:
        state = answer.hops[0].target
        # Many servers keep robots from earlier states; those are for people who cite them.
        if not client.may_fetch(state):
            return
        answer = client.get(state, TURTLE.media_type)
    if not answer.is_ok:
        yield Problem(url=answer.url, message=f"The state of now is answered with the status {answer.status}.")
    elif not answer.headers.get(_DATE):
        yield Problem(url=answer.url, message="The state that a date leads to has no Memento-Datetime.")


def _list_problems(client: Client, url: str) -> Iterator[Problem]:
    response = client.get(url, _LINK_FORMAT)
    if not response.is_ok:
        yield Problem(url=url, message=f"It is answered with the status {response.status}.")
        return
    if response.media_type != _LINK_FORMAT:
        yield Problem(url=url, message=f"It has the media type {response.media_type!r}, not {_LINK_FORMAT}.")
    relations = {each for link in links_of(response.body.decode("utf-8", "replace"), url) for each in link.relations}
    for each in ("original", "memento"):
        if each not in relations:
            yield Problem(url=url, message=f"It lists no rel={each}.")
