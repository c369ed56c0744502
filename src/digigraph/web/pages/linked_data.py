"""What the routes of things, documents, evidence and ontology share: pages or data, and signposts between them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from flask import Response, request
from markupsafe import Markup

from digigraph.errors import NotAcceptable
from digigraph.media import HTML, TURTLE, Format, Kind, negotiate
from digigraph.publishing.crawlers.schema_org import embedded
from digigraph.publishing.linked_data.signposting import LINKSET, Signpost, Signposts, signposts
from digigraph.publishing.linked_data.writing import write
from digigraph.web.pages.rendering import language
from digigraph.web.protocol.parameters import GRAPHS
from digigraph.web.replies.answers import made, suffix_format
from digigraph.web.site.addresses import local
from digigraph.web.site.answering import edition, site
from digigraph.web.site.published import VOID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digigraph.publishing.linked_data.data import Data

DCAT_FILE = "/catalog.ttl"
"""Where the catalogue is in one format, whatever a client accepts."""


def split_suffix(name: str) -> tuple[str, Format | None]:
    """Return a name without its suffix, and the format that the suffix names; names of ours have no point in them.

    Raises
    ------
    NotFound
        There is no such format.
    """
    own, point, suffix = name.partition(".")
    return own, suffix_format(suffix, GRAPHS) if point else None


def wanted(chosen: Format | None) -> Format:
    """Return the format of the suffix, else the one that the client prefers, a page among them.

    Raises
    ------
    NotAcceptable
        It takes none of those offered.
    """
    return data_format(chosen, (HTML, *GRAPHS))


def data_format(chosen: Format | None, offered: Sequence[Format] = GRAPHS) -> Format:
    """Return the format of the suffix, in the version that the client asks for, else the one that it prefers.

    Raises
    ------
    NotAcceptable
        There is no suffix, and the client takes none of those offered.
    """
    accept = request.headers.get("Accept")
    if chosen is None:
        return negotiate(accept, offered)
    with contextlib.suppress(NotAcceptable):
        return negotiate(accept, (chosen,))
    return chosen


def send_data(make: Callable[[], Data], chosen: Format, *, page_path: str) -> Response:
    """Return data in a format, with a link to the page that shows the same."""

    def body() -> bytes:
        return write(make(), chosen, prefixes=site().iris.prefixes, context=edition(language()).context)

    response = made(body, chosen)
    response.headers.add("Link", f'<{site().url(page_path)}>; rel="describes"; type="{HTML.media_type}"')
    return response


def shown_with(data: Data, *, page_path: str, data_path: str) -> dict[str, object]:
    """Return what every page says of itself: the formats of its data, embedded schema.org, signposts."""
    return {
        # Without any character that HTML would see.
        "embedded": Markup(embedded(data)),  # noqa: S704
        "data_formats": GRAPHS,
        "data_path": local(data_path),
        "page_url": site().url(page_path),
        "links": signposts_of(data, page_path=page_path, data_path=data_path).of_page,
    }


def signposts_of(data: Data, *, page_path: str, data_path: str) -> Signposts:
    """Return the signposts of a page and of its data."""
    url = site().url
    return signposts(
        data,
        page=url(page_path),
        data_url=url(data_path),
        linkset=url(f"/linkset{page_path}"),
        collection=url("/dataset"),
    )


def send_linkset(make: Callable[[], Signposts]) -> Response:
    """Return the signposts of a page and of its data as a link set."""
    return made(lambda: make().linkset(), Format("linkset", LINKSET, Kind.OTHER))


def description_links() -> tuple[Signpost, ...]:
    """Return the links by which harvesters find what describes the whole dataset: VoID and DCAT."""
    return tuple(Signpost("describedby", site().url(each), TURTLE.media_type) for each in (VOID, DCAT_FILE))
