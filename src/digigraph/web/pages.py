"""What every page needs: how a term looks, and where an IRI leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
from flask import Response, render_template, request

from digigraph.media import HTML, negotiate
from digigraph.publishing.labels import LANGUAGES
from digigraph.vocab import DG
from digigraph.web.identity import of_page
from digigraph.web.replies import query_string, unchanged
from digigraph.web.sending import SNAPSHOT_HEADER
from digigraph.web.site import site

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

LANGUAGE = LANGUAGES[0]
"""Language of the pages."""


def page(template: str, **values: Callable[[], object]) -> Response:
    """Return a page, for a client that takes HTML; 304 where it holds that very page.

    Parameters
    ----------
    template
        Its template.
    values
        What the template needs, to be computed where the page has to be made.

    Raises
    ------
    NotAcceptable
        The client does not take HTML.
    """
    negotiate(request.headers.get("Accept"), (HTML,))
    identity = of_page(request.path, parameters=query_string(), format=HTML, language=LANGUAGE)
    if held := unchanged(identity):
        return held
    text = render_template(template, **{name: value() for name, value in values.items()})
    response = Response(text, content_type=HTML.content_type)
    # Where a snapshot was published meanwhile, the page may hold some of either.
    if identity is not None and identity.snapshot == site().backend.version:
        response.set_etag(identity.key)
        response.headers[SNAPSHOT_HEADER] = identity.snapshot
    return response


def href(iri: str) -> str:
    """Return where a reader of a page goes for an IRI: our own page of it, else the IRI itself; never a script."""
    if iri.startswith(str(DG)):
        # The ontology has no page yet.
        return ""
    path = site().iris.path(iri)
    if path is not None:
        return "/page/" + path.removeprefix("/id/") if path.startswith("/id/") else path
    return iri if iri.startswith(("https://", "http://")) else ""


def register(app: Flask) -> None:
    """Give the templates these functions and tests."""
    app.jinja_env.globals.update(href=href, site_title=site_title)
    app.jinja_env.tests["iri"] = lambda term: isinstance(term, ox.NamedNode)
    app.jinja_env.tests["literal"] = lambda term: isinstance(term, ox.Literal)


def site_title() -> str:
    """Return the name of the graph."""
    return site().settings.title
