"""``/.well-known/void`` and ``/dataset``: what the dataset is, for harvesters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect

from digigraph.media import Kind, formats_of
from digigraph.publishing.catalog import void_description
from digigraph.store.backend import Query
from digigraph.web.replies import answered, query_string, requested_format
from digigraph.web.site import VOID, site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("catalog", __name__)


@blueprint.get(VOID)
def void() -> Response:
    """Describe the dataset (VoID, section 7.2: where a harvester looks first)."""
    formats = formats_of(Kind.GRAPH)
    chosen = requested_format(formats, names=[value for key, value in query_string() if key == "format"])
    here = site()
    text = void_description(
        here.settings, formats, document=here.url(VOID), endpoint=here.url("/sparql"), homepage=here.url("/")
    )
    return answered(Query(text=text, format=chosen))


@blueprint.get("/dataset")
def dataset() -> BaseResponse:
    """Send the reader of the dataset's IRI on to its description (303: a dataset is not a document)."""
    return redirect(site().url(VOID), code=303)
