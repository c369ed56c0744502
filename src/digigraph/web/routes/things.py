"""``/id``, ``/page``, ``/doc`` and ``/ev``: things, source documents and evidence, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request

from digigraph.media import HTML, negotiate
from digigraph.publishing.documents import describe_document
from digigraph.publishing.entities import describe, describe_evidence
from digigraph.web.pages import LANGUAGE, page
from digigraph.web.site import asker, site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("things", __name__)


@blueprint.get("/id/<slug>")
def thing(slug: str) -> BaseResponse:
    """Send the reader of a thing's IRI on to what describes it (303: a thing is not a document)."""
    negotiate(request.headers.get("Accept"), (HTML,))
    return redirect(site().url(site().iris.path(site().iris.at(f"page/{slug}").value) or "/"), code=303)


@blueprint.get("/page/<slug>")
def thing_page(slug: str) -> Response:
    """Show everything said of a thing, each value with the sentences that say it."""
    return page("thing.html", thing=lambda: describe(asker(), site().iris.at(f"id/{slug}"), LANGUAGE))


@blueprint.get("/doc/<slug>")
def document(slug: str) -> Response:
    """Show a source document and the sentences quoted from it."""
    return page("document.html", document=lambda: describe_document(asker(), site().iris.at(f"doc/{slug}"), LANGUAGE))


@blueprint.get("/ev/<name>")
def evidence(name: str) -> Response:
    """Show one evidence: its sentence and what it says."""
    return page("evidence.html", evidence=lambda: describe_evidence(asker(), site().iris.at(f"ev/{name}"), LANGUAGE))
