"""``/id``, ``/page``, ``/data``: things, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup

from digigraph.errors import NotFound
from digigraph.media import HTML
from digigraph.publishing.linked_data.data import Data, thing_data
from digigraph.publishing.pages.entities import describe, merged_into
from digigraph.publishing.pages.picture import neighbourhood
from digigraph.web.pages.linked_data import (
    data_format,
    send_data,
    send_linkset,
    shown_with,
    signposts_of,
    split_suffix,
    wanted,
)
from digigraph.web.pages.rendering import href, language, page
from digigraph.web.site.answering import edition, named, site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("things", __name__)

_LAST_PAGE = 1_000_000


@blueprint.get("/id/<slug>")
def thing(slug: str) -> BaseResponse:
    """Send the reader of a thing's IRI on to what describes it (303: a thing is not a document)."""
    chosen = wanted(None)
    iri = named(f"id/{slug}")
    other = merged_into(edition(language()), iri)
    if other is not None:
        return redirect(site().url(site().iris.path(other) or "/"), code=301)
    folder = "page" if chosen is HTML else "data"
    return redirect(site().url(site().iris.path(site().iris.at(f"{folder}/{slug}").value) or "/"), code=303)


@blueprint.get("/page/<slug>")
def thing_page(slug: str) -> Response:
    """Show everything said of a thing, each value with the sentences that say it."""
    return page("thing.html", lambda: _shown(slug))


def _shown(slug: str) -> dict[str, object]:
    found = describe(edition(language()), named(f"id/{slug}"), page=_number())
    picture = site().draughtsman.draw(neighbourhood(found, href))
    return {
        "thing": found,
        "picture": Markup(picture),  # noqa: S704 - what Graphviz escaped
        **shown_with(_data(slug), page_path=f"/page/{slug}", data_path=f"/data/{slug}"),
    }


@blueprint.get("/data/<name>")
def thing_as_data(name: str) -> Response:
    """Send everything said of a thing, in the format of the suffix, else as asked for."""
    slug, chosen = split_suffix(name)
    return send_data(lambda: _data(slug), data_format(chosen), page_path=f"/page/{slug}")


@blueprint.get("/linkset/page/<slug>")
def linkset_of_thing(slug: str) -> Response:
    """Send the signposts of a thing's page and data."""
    return send_linkset(lambda: signposts_of(_data(slug), page_path=f"/page/{slug}", data_path=f"/data/{slug}"))


def _data(slug: str) -> Data:
    return thing_data(edition(language()), named(f"id/{slug}"), site().iris.at(f"data/{slug}"))


def _number() -> int:
    asked = request.args.get("page", "1")
    if not asked.isascii() or not asked.isdigit() or len(asked) > len(str(_LAST_PAGE)):
        raise NotFound(f"There is no page {asked!r}.")
    return int(asked)
