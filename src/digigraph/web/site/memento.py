"""Time travel on the web (Memento, RFC 7089): what was here at a date, for any page or data of the graph.

Each original resource is its own TimeGate, and every kept state has a Memento of it: pattern 1.1 of the standard
(section 4.1.1). So a client needs to know nothing but the address and the header ``Accept-Datetime``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.http import http_date

from digigraph.errors import SnapshotDamaged
from digigraph.publishing.edition.paths import TIMEMAP, state_path
from digigraph.publishing.linked_data.signposting import Signpost
from digigraph.store.snapshots.opened import read_manifest
from digigraph.web.protocol.conditions import READING
from digigraph.web.site.addresses import present_path
from digigraph.web.site.answering import site
from digigraph.web.site.states import catalog_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask import Flask, Response
    from werkzeug.wrappers import Response as BaseResponse

ORIGINALS = frozenset({"catalog", "documents", "graphs", "home", "things"})
"""Blueprints whose resources can be asked for as they were. Queries have permalinks, and dumps the name of a state."""
ACCEPT_DATETIME = "Accept-Datetime"
MEMENTO_DATETIME = "Memento-Datetime"
LINK_FORMAT = "application/link-format"
_LINKED = {HTTPStatus.OK, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.SEE_OTHER, HTTPStatus.NOT_MODIFIED, HTTPStatus.GONE}


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """When a state was made, its number, and its name."""

    created: dt.datetime
    sequence: int
    name: str


def register(app: Flask) -> None:
    """Let every original resource be a TimeGate, and say of each resource which one it is."""
    app.before_request(_negotiate)
    app.after_request(_linked)


def moments() -> list[Moment]:
    """Return the states that are kept, in the order of time.

    Raises
    ------
    NotFound
        There are none: an endpoint of others answers.
    """
    catalog, _ = catalog_of(site())
    folder = site().settings.state_folder / "snapshots"
    found: list[Moment] = []
    for name in catalog.names():
        # One that is being removed, or is damaged, cannot be asked either.
        with contextlib.suppress(SnapshotDamaged):
            found.append(_moment(folder / name))
    return sorted(found)


@functools.lru_cache(maxsize=4096)
def _moment(folder: Path) -> Moment:
    state = read_manifest(folder)
    return Moment(dt.datetime.fromisoformat(state.created), state.sequence, state.name)


def _negotiate() -> BaseResponse | None:
    """Lead a client that asks for a date to what was here then (section 4.1.1.1)."""
    is_original = request.blueprint in ORIGINALS and request.method in READING
    asked = request.headers.get(ACCEPT_DATETIME) if is_original and site().kept else None
    if asked is None:
        return None
    when = _date(asked)
    known = moments()
    if not known:
        return None
    chosen = _at(known, when)
    response = redirect(_memento(chosen, present_path()))
    _link(response, [*_original(present_path()), *_neighbours(known, chosen, present_path())])
    response.vary.add(ACCEPT_DATETIME)
    return response


def _at(known: Sequence[Moment], when: dt.datetime) -> Moment:
    """Return what was here at a date: of the kept states the one that last became active before, else the first.

    A state becomes active when it is made, and again when somebody goes back to it, as the log of changes tells. What
    that has forgotten, or cannot say any longer, is told by when the states were made.
    """
    catalog, _ = catalog_of(site())
    try:
        log = catalog.changes.changes(until=site().backend.version)
    except SnapshotDamaged:
        log = ()
    by_name, first = {each.name: each for each in known}, {each.snapshot: each.number for each in reversed(log)}
    changed = [(dt.datetime.fromisoformat(each.created), each.number, each.snapshot) for each in log]
    # Times are of whole seconds: of what happened within one, the log has the order.
    made = [(each.created, first.get(each.name, 0), each.name) for each in known]
    served = [each for each in made if not changed or each[:2] <= changed[-1][:2]]
    past = sorted(each for each in (*served, *changed) if each[2] in by_name and each[0] <= when)
    return by_name[past[-1][2]] if past else known[0]


def _date(asked: str) -> dt.datetime:
    """Read a date in the one form that it may have here (section 2.1.1)."""
    with contextlib.suppress(ValueError):
        when = dt.datetime.strptime(asked, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=dt.UTC)
        # What is read takes more, such as the wrong day of the week.
        if http_date(when) == asked:
            return when
    raise BadRequest(f"{ACCEPT_DATETIME} takes a date that there is, written such as {http_date(0)}.")


def _linked(response: Response) -> Response:
    """Say where the past of an original is, and of a Memento what it is one of (section 2.2)."""
    if request.method not in READING or response.status_code not in _LINKED or site().kept is None:
        return response
    blueprint = request.blueprint or ""
    if blueprint in ORIGINALS:
        response.vary.add(ACCEPT_DATETIME)
        _link(response, _original(present_path()))
    elif blueprint.removeprefix("state.") in ORIGINALS and response.status_code != HTTPStatus.GONE:
        known = moments()
        here = next((each for each in known if each.name == site().backend.version), None)
        if here is not None:
            response.headers[MEMENTO_DATETIME] = http_date(here.created)
            _link(response, [*_original(present_path()), *_neighbours(known, here, present_path())])
    return response


def _link(response: BaseResponse, links: Sequence[str]) -> None:
    response.headers.add("Link", ", ".join(links))


def _original(path: str) -> list[str]:
    url = site().present_url
    return [
        str(Signpost("original timegate", url(path))),
        str(Signpost("timemap", url(TIMEMAP + path), LINK_FORMAT)),
    ]


def _neighbours(known: Sequence[Moment], here: Moment, path: str) -> list[str]:
    """Links to the Memento of a state and to the first, the last, and those beside it."""
    place = known.index(here)
    relations: dict[int, list[str]] = {}
    for each, name in ((0, "first"), (place - 1, "prev"), (place, ""), (place + 1, "next"), (len(known) - 1, "last")):
        if 0 <= each < len(known):
            relations.setdefault(each, []).extend([name] if name else [])
    return [_dated(known[each], path, *names) for each, names in relations.items()]


def _dated(moment: Moment, path: str, *relations: str) -> str:
    target = Signpost(" ".join((*relations, "memento")), _memento(moment, path))
    return f'{target}; datetime="{http_date(moment.created)}"'


def _memento(moment: Moment, path: str) -> str:
    return site().present_url(state_path(moment.name) + path)


def timemap(known: Sequence[Moment], path: str) -> str:
    """Return the list of the Mementos of a path (section 5), in the format of RFC 6690.

    Parameters
    ----------
    known
        What :func:`moments` returns, at least one.
    path
        Of the original, with its parameters, percent-encoded.
    """
    last = len(known) - 1
    relations = [[*(["first"] if each == 0 else []), *(["last"] if each == last else [])] for each in range(len(known))]
    period = f'; from="{http_date(known[0].created)}"; until="{http_date(known[-1].created)}"'
    links = [
        str(Signpost("original timegate", site().present_url(path))),
        str(Signpost("self", site().present_url(TIMEMAP + path), LINK_FORMAT)) + period,
        *(_dated(moment, path, *names) for moment, names in zip(known, relations, strict=True)),
    ]
    return ",\n".join(links) + "\n"
