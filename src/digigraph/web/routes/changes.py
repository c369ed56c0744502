"""``/changes``: what changed from state to state, as an event stream, as patches, and for people."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from flask import Blueprint, Response, redirect, render_template

from digigraph.errors import Gone, NoSnapshot, NotFound
from digigraph.media import ATOM, HTML, N_QUADS, RDF_PATCH, Kind, by_name, formats_of
from digigraph.publishing.edition.labels import LANGUAGES
from digigraph.publishing.history.changes import rdf_patch, told
from digigraph.publishing.history.event_stream import PREFIXES, EventStream
from digigraph.publishing.linked_data.signposting import Signpost
from digigraph.publishing.linked_data.writing import write
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.change import digest_of
from digigraph.web.pages.linked_data import data_format
from digigraph.web.pages.rendering import href, language, page
from digigraph.web.protocol.headers import SNAPSHOT_HEADER
from digigraph.web.replies.answers import made, requested_format, sent_in_pieces, suffix_format
from digigraph.web.site.addresses import local
from digigraph.web.site.answering import edition, served, site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.wrappers import Response as BaseResponse

    from digigraph.media import Format
    from digigraph.publishing.history.changes import Told
    from digigraph.publishing.linked_data.data import Data
    from digigraph.store.snapshots.change import Change

blueprint = Blueprint("changes", __name__)
# Formats of quads first: in them the stream is exact.
_DATA = formats_of(Kind.DATASET, Kind.GRAPH)
_PATH, _FEED = "/changes", "/changes.atom"
_SHOWN = 30
# Of a change that tells of more things the patch is sent while it is read, and not kept.
_FEW_EVENTS = 1000
_PIECE_BYTES = 64 * 1024
_WEEK = 7 * 24 * 60 * 60
_PAGE = re.compile(r"([1-9]\d{0,17})-[0-9a-f]{12}")
_NUMBER = re.compile(r"[1-9]\d{0,17}")
# Compiled when a feed is asked for: that takes longer than the rest of this module.
_NOT_XML = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


@blueprint.get(_PATH)
def changes() -> Response:
    """Answer with the root of the event stream; with a page for people, or a feed."""
    stream = _stream()
    return _sent(stream, requested_format((HTML, *_DATA, ATOM)))


@blueprint.get("/changes.<name>")
def changes_as(name: str) -> Response:
    """Answer in the format that the suffix names."""
    stream = _stream()
    return _sent(stream, suffix_format(name, (*_DATA, ATOM)))


@blueprint.get("/changes/<name>")
def part(name: str) -> BaseResponse:
    """Answer with a full page of the stream, or with a change as a patch; a change itself leads to its members."""
    own, _, suffix = name.partition(".")
    if _NUMBER.fullmatch(own):
        change = _change(int(own))
        if suffix == RDF_PATCH.name:
            return _patch(change, RDF_PATCH)
        if not suffix:
            found = _stream().page_of(change)
            return redirect(site().url(f"{_PATH}/{found.name}" if found else _PATH), code=303)
    elif (asked := _PAGE.fullmatch(own)) and (not suffix or suffix in {each.name for each in _DATA}):
        return _page(int(asked[1]), own, by_name(suffix, _DATA) if suffix else None)
    raise NotFound(f"There is no {name!r} among the changes.", hint=_hint("leads to those there are."))


@blueprint.get("/changes/<number>/<any(added, removed):which>.nq")
def quads(number: str, which: str) -> Response:
    """Answer with the quads that a change added or removed."""
    if not _NUMBER.fullmatch(number):
        raise NotFound(f"There is no change {number!r}.", hint=_hint("leads to those there are."))
    return _patch(_change(int(number)), N_QUADS, only=which)


def _stream() -> EventStream:
    """The changes until the state that is served.

    Raises
    ------
    NotFound
        An endpoint of others answers, or the state was published when no changes were kept.
    """
    here, version = site(), served("changes")
    log = SnapshotCatalog(here.settings.state_folder).changes
    found = log.changes(until=version)
    if not found:
        raise NotFound(
            f"No changes are kept that lead to the state {version}.", hint="The next publication keeps them."
        )
    return EventStream(log, found, here.offer)


def _change(number: int) -> Change:
    kept = _stream().changes
    found = next((each for each in kept if each.number == number), None)
    if found is None and number < kept[-1].number:
        raise Gone(f"Change {number} is no longer kept.", hint=_hint("leads to those that are."))
    if found is None:
        raise NotFound(f"There is no change {number}.", hint=_hint("leads to those there are."))
    return found


def _hint(leads: str) -> str:
    return f"{site().url(_PATH)} {leads}"


def _sent(stream: EventStream, chosen: Format) -> Response:
    log = digest_of(stream.changes)
    if chosen is HTML:
        return page("changes.html", lambda: _shown(stream), log=log)
    if chosen is ATOM:
        response = made(lambda: _feed(stream), ATOM, language=language(), log=log)
        response.vary.add("Accept-Language")
        return response
    return _data(lambda: stream.root(chosen), chosen, log=log)


def _feed(stream: EventStream) -> str:
    return re.sub(_NOT_XML, "\ufffd", render_template("changes.xml", **_shown(stream)))


def _data(make: Callable[[], Data], chosen: Format, *, log: str) -> Response:
    prefixes, context = site().iris.prefixes | PREFIXES, edition(LANGUAGES[0]).context
    response = made(lambda: write(make(), chosen, prefixes=prefixes, context=context), chosen, log=log)
    response.headers.add("Link", f'<{site().url(_FEED)}>; rel="alternate"; type="{ATOM.media_type}"')
    return response


def _page(number: int, name: str, suffix: Format | None) -> BaseResponse:
    stream = _stream()
    pages = stream.pages
    found = pages.get(number)
    if found is None and number > max(pages, default=0):
        raise NotFound(f"There is no page {number} of the changes.", hint=_hint("leads to those there are."))
    if found is None:
        raise Gone(f"Nothing of page {number} of the changes is left.", hint=_hint("leads to what is."))
    if found.name != name:
        # It had other members before changes were shortened, or taken back.
        return redirect(site().url(f"{_PATH}/{found.name}{f'.{suffix.name}' if suffix else ''}"))
    chosen = data_format(suffix, _DATA)
    response = _data(lambda: stream.full_page(found, chosen), chosen, log=digest_of(found.changes))
    # It does not change with the state that is served.
    for header in ("ETag", SNAPSHOT_HEADER):
        response.headers.pop(header, None)
    response.last_modified = dt.datetime.fromisoformat(found.changes[-1].created)
    response.headers["Cache-Control"] = f"public, max-age={_WEEK}, immutable"
    return response


def _patch(change: Change, chosen: Format, *, only: str = "") -> Response:
    base = site().iris.base
    try:
        removed, added = _stream().log.patch(change)
    except NoSnapshot as error:
        raise Gone(error.message, hint=_hint("leads to the versions of things that are kept.")) from error
    lines: Iterator[bytes]
    if only:
        lines = (b"%s\n" % each for each in (added if only == "added" else removed))
    else:
        before = f"{base}changes/{change.number - 1}" if change.number > change.begun else None
        lines = rdf_patch(removed, added, name=f"{base}changes/{change.number}", before=before)
    if change.events <= _FEW_EVENTS:
        return made(lambda: b"".join(lines), chosen, log=digest_of([change]))
    return sent_in_pieces(_pieces(lines), chosen)


def _pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines, as many at once as are worth sending."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _shown(stream: EventStream) -> dict[str, object]:
    here = site()
    newest = stream.changes[: -_SHOWN - 1 : -1]
    listed: list[Told] = [told(stream.log, each, here.iris, language()) for each in newest]
    return {
        "changes": listed,
        "stream": stream.iri.value,
        "days": here.settings.changes_days,
        "author": here.settings.publisher_name or here.settings.title,
        "page_url": here.url(_PATH),
        "feed_url": here.url(_FEED),
        "address": here.url,
        "page_of": lambda iri: urljoin(here.present_url("/"), href(iri)),
        "base": here.iris.base,
        "data_formats": _DATA,
        "data_path": local(_PATH),
        "links": (Signpost("alternate", here.url(_FEED), ATOM.media_type),),
    }
