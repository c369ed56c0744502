"""``/snapshots`` and ``/timemap``: the states of the graph that are kept, for people and for programs."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import HTTPException

from digigraph.errors import NotFound
from digigraph.iris import Iris
from digigraph.media import HTML, Format, Kind, formats_of
from digigraph.publishing.descriptions.catalog import PREFIXES
from digigraph.publishing.edition.paths import STATES, TIMEMAP
from digigraph.publishing.history.states import manifest, state_data, states_data
from digigraph.publishing.linked_data.writing import write
from digigraph.store.snapshots.gone import gone_snapshots
from digigraph.web.pages.rendering import fresh_page
from digigraph.web.replies.answers import requested_format, suffix_format
from digigraph.web.site.addresses import with_parameters
from digigraph.web.site.answering import site
from digigraph.web.site.memento import LINK_FORMAT, ORIGINALS, moments, timemap
from digigraph.web.site.states import catalog_of, kept_snapshots

if TYPE_CHECKING:
    from digigraph.publishing.linked_data.data import Data

blueprint = Blueprint("snapshots", __name__)
_JSON = Format("json", "application/json", Kind.OTHER, title="JSON")
_DATA = (*formats_of(Kind.GRAPH), _JSON)


@blueprint.get("/snapshots")
@blueprint.get("/snapshots.<suffix>")
def every(suffix: str = "") -> Response:
    """List the states."""
    chosen = _wanted(suffix)
    kept, gone = kept_snapshots(), gone_snapshots(site().settings.state_folder)
    if chosen is HTML:
        return fresh_page(
            "snapshots.html",
            kept=kept[::-1],
            gone=gone[::-1],
            active=site().backend.version,
            page_url=site().url("/snapshots"),
        )
    if chosen is _JSON:
        removed = [{"name": each.name, "created": each.created} for each in gone]
        return _json({"snapshots": [manifest(site().offer, each) for each in kept], "removed": removed})
    return _data(states_data(site().offer, kept, gone), chosen)


@blueprint.get("/snapshots/<name>")
def one(name: str) -> Response:
    """Show the manifest of a state, or send it as data, in the format of the suffix or as asked for."""
    catalog, _ = catalog_of(site())
    own, _, suffix = name.partition(".")
    state = catalog.find(own, path=site().present_url(STATES))
    chosen = _wanted(suffix)
    if chosen is HTML:
        iri = Iris(site().settings.base_iri).snapshot(state.name).value
        page_url = site().url(f"/snapshots/{state.name}")
        return fresh_page("snapshot.html", state=state, iri=iri, formats=_DATA, page_url=page_url)
    if chosen is _JSON:
        return _json(manifest(site().offer, state))
    return _data(state_data(site().offer, state), chosen)


def _wanted(suffix: str) -> Format:
    return suffix_format(suffix, _DATA) if suffix else requested_format((HTML, *_DATA))


def _data(data: Data, chosen: Format) -> Response:
    # Without the context of the terms: it is of one state, and this is of all.
    body = write(data, chosen, prefixes=site().iris.prefixes | PREFIXES, context={})
    return Response(body, content_type=chosen.content_type)


def _json(content: object) -> Response:
    return Response(json.dumps(content, ensure_ascii=False, indent=1) + "\n", content_type=_JSON.content_type)


@blueprint.get(f"{TIMEMAP}/")
@blueprint.get(f"{TIMEMAP}/<path:path>")
def past(path: str = "") -> Response:
    """List the states in which a page or data can be seen as it was (RFC 7089, section 5)."""
    known = moments()
    # Where it is to be had, and what the data calls it: one of these may begin as the other does.
    for start in (site().url("/"), site().settings.base_iri):
        own = "/" + path.removeprefix(start)
        with contextlib.suppress(HTTPException):
            endpoint, _ = current_app.url_map.bind("").match(own, method="GET")
            if known and endpoint.rpartition(".")[0] in ORIGINALS:
                return Response(timemap(known, with_parameters(own)), content_type=LINK_FORMAT)
    raise NotFound(f"There is no page or data at {path!r} that has a past.", hint="Name the path of one, such as /ns.")
