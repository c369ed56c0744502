"""``/catalog``, ``/.well-known/void`` and ``/dataset``: what the dataset is, for people and for harvesters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect

from digigraph.media import HTML, TURTLE, Kind, formats_of
from digigraph.publishing.catalog import void_description
from digigraph.publishing.contents import contents
from digigraph.publishing.signposting import Signpost
from digigraph.store.backend import Query
from digigraph.web.pages import language, page
from digigraph.web.replies import answered, query_string, requested_format
from digigraph.web.site import VOID, edition, site

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
    """Send the reader of the dataset's IRI on to a page or a description (303: a dataset is not a document)."""
    chosen = requested_format((*formats_of(Kind.GRAPH), HTML))
    return redirect(site().url("/catalog" if chosen is HTML else VOID), code=303)


@blueprint.get("/catalog")
def catalog() -> BaseResponse:
    """Show what the dataset is; programs are sent on to its description."""
    if requested_format((HTML, *formats_of(Kind.GRAPH))) is not HTML:
        return redirect(site().url(VOID), code=303)
    return page("catalog.html", _shown)


def _shown() -> dict[str, object]:
    url = site().url
    addresses = {
        "at_sparql": (url("/sparql"), "/sparql"),
        "at_void": (url(VOID), VOID),
        "at_graph": (url("/graph/accepted"), "/graph/accepted"),
        "at_ontology": (url("/ns"), "/ns"),
        "at_data": (url("/data/{slug}"), ""),
        "at_linkset": (url("/linkset/page/{slug}"), ""),
    }
    return {
        "contents": contents(edition(language())),
        "dataset": site().iris.dataset.value,
        "addresses": addresses,
        "formats": formats_of(Kind.GRAPH, Kind.DATASET),
        "page_url": url("/catalog"),
        "links": (
            Signpost("cite-as", site().iris.dataset.value),
            Signpost("describedby", url(VOID), TURTLE.media_type),
        ),
    }
