"""What every page needs: how a term looks, and where an IRI leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
from flask import Response, render_template, request

from digigraph.media import HTML, negotiate
from digigraph.publishing.labels import LANGUAGES
from digigraph.vocab import DG
from digigraph.web.site import site

if TYPE_CHECKING:
    from flask import Flask

LANGUAGE = LANGUAGES[0]
"""Language of the pages."""


def page(template: str, **values: object) -> Response:
    """Return a page, for a client that takes HTML.

    Raises
    ------
    NotAcceptable
        It does not.
    """
    negotiate(request.headers.get("Accept"), (HTML,))
    return Response(render_template(template, **values), content_type=HTML.content_type)


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
