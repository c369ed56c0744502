"""``/catalog``, ``/.well-known/void`` and ``/dataset``: what the dataset is, for people and for harvesters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect
from markupsafe import Markup

from digigraph.media import HTML, Kind, formats_of
from digigraph.publishing.crawlers.schema_org import dataset_markup
from digigraph.publishing.descriptions.catalog import PREFIXES, catalog_data
from digigraph.publishing.descriptions.void import FIGURES, void_data, void_description
from digigraph.publishing.edition.labels import LANGUAGES
from digigraph.publishing.linked_data.signposting import Signpost
from digigraph.publishing.linked_data.writing import write
from digigraph.publishing.pages.contents import contents
from digigraph.store.answering.backend import Query
from digigraph.web.language.words import say
from digigraph.web.pages.linked_data import DCAT_FILE, description_links
from digigraph.web.pages.rendering import language, page
from digigraph.web.replies.answers import answered, made, requested_format, suffix_format
from digigraph.web.site.answering import asker, edition, site
from digigraph.web.site.published import VOID

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as BaseResponse

    from digigraph.media import Format
    from digigraph.publishing.linked_data.data import Data

_FORMATS = formats_of(Kind.GRAPH)
blueprint = Blueprint("catalog", __name__)


@blueprint.get(VOID)
def void() -> Response:
    """Describe the dataset (VoID, section 7.2: where a harvester looks first)."""
    here = site()
    chosen, document = requested_format(_FORMATS), here.url(VOID)
    counted = here.read_file(FIGURES)
    if counted is None:
        text = void_description(here.offer, _FORMATS, document=document)
        return answered(Query(text=text, format=chosen, is_own=True))
    return _sent(lambda: void_data(here.offer, _FORMATS, counted, document=document), chosen)


@blueprint.get("/dataset")
def dataset() -> BaseResponse:
    """Send the reader of the dataset's IRI on to a page or a description (303: a dataset is not a document)."""
    chosen = requested_format((*_FORMATS, HTML))
    return redirect(site().url("/catalog" if chosen is HTML else VOID), code=303)


@blueprint.get("/catalog")
def catalog() -> Response:
    """Show what the dataset is; for programs, a catalogue with it, its dumps and its services (DCAT)."""
    chosen = requested_format((HTML, *_FORMATS))
    return page("catalog.html", _shown) if chosen is HTML else _catalog(chosen)


@blueprint.get("/catalog.<name>")
def catalog_as(name: str) -> Response:
    """Describe it in the format that the suffix names."""
    return _catalog(suffix_format(name, _FORMATS))


def _catalog(chosen: Format) -> Response:
    here = site()
    changes = None if here.kept is None or here.prefix else here.present_url("/changes")

    def make() -> Data:
        return catalog_data(here.offer, asker(), document=here.url("/catalog"), issued=here.began(), changes=changes)

    return _sent(make, chosen)


def _sent(make: Callable[[], Data], chosen: Format) -> Response:
    prefixes, context = site().iris.prefixes | PREFIXES, edition(LANGUAGES[0]).context
    return made(lambda: write(make(), chosen, prefixes=prefixes, context=context), chosen)


def _shown() -> dict[str, object]:
    url = site().url
    addresses = {
        "at_sparql": (url("/sparql"), "/sparql"),
        "at_void": (url(VOID), VOID),
        "at_dcat": (url(DCAT_FILE), DCAT_FILE),
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
        # Without any character that HTML would see.
        "embedded": Markup(dataset_markup(site().offer, say("dataset_about", language()))),  # noqa: S704
        "links": (Signpost("cite-as", site().iris.dataset.value), *description_links()),
    }
