"""``/id``, ``/page``, ``/data``: things, for people and machines; ``/doc``, ``/ev``, ``/ns``: documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup

from digigraph.errors import NotFound
from digigraph.media import HTML, Format, Kind, formats_of, negotiate
from digigraph.publishing.data import Data, document_data, evidence_data, ontology_data, thing_data
from digigraph.publishing.documents import describe_document, describe_evidence
from digigraph.publishing.entities import describe, merged_into
from digigraph.publishing.ontology import describe_ontology
from digigraph.publishing.picture import neighbourhood
from digigraph.publishing.schema_org import embedded
from digigraph.publishing.writing import write
from digigraph.vocab import DG
from digigraph.web.pages import href, language, page
from digigraph.web.replies import made
from digigraph.web.site import edition, site

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyoxigraph as ox
    from werkzeug.wrappers import Response as BaseResponse

blueprint = Blueprint("things", __name__)

DATA_FORMATS = formats_of(Kind.GRAPH, Kind.DATASET)


@blueprint.get("/id/<slug>")
def thing(slug: str) -> BaseResponse:
    """Send the reader of a thing's IRI on to what describes it (303: a thing is not a document)."""
    chosen = negotiate(request.headers.get("Accept"), (HTML, *DATA_FORMATS))
    iri = site().iris.at(f"id/{slug}")
    other = merged_into(edition(language()), iri)
    if other is not None:
        return redirect(site().url(site().iris.path(other) or "/"), code=301)
    folder = "page" if chosen is HTML else "data"
    return redirect(site().url(site().iris.path(site().iris.at(f"{folder}/{slug}").value) or "/"), code=303)


@blueprint.get("/page/<slug>")
def thing_page(slug: str) -> Response:
    """Show everything said of a thing, each value with the sentences that say it."""
    return page("thing.html", lambda: _shown_thing(slug))


def _shown_thing(slug: str) -> dict[str, object]:
    found = describe(edition(language()), site().iris.at(f"id/{slug}"), page=_number())
    picture = site().draughtsman.draw(neighbourhood(found, href))
    return {
        "thing": found,
        "picture": Markup(picture),  # noqa: S704 - what Graphviz escaped
        "page_url": site().url(f"/page/{slug}"),
        **_alternates(_data_of_thing(slug), f"/data/{slug}"),
    }


def _alternates(data: Data, path: str) -> dict[str, object]:
    """What a page says of itself as data."""
    # Without any character that HTML would see.
    return {"embedded": Markup(embedded(data)), "data_formats": DATA_FORMATS, "data_path": path}  # noqa: S704


@blueprint.get("/data/<name>")
def thing_as_data(name: str) -> Response:
    """Send everything said of a thing, in the format of the suffix, else as asked for."""
    slug, chosen = _split(name)
    wanted = chosen or negotiate(request.headers.get("Accept"), DATA_FORMATS)
    return _data(lambda: _data_of_thing(slug), wanted)


def _data_of_thing(slug: str) -> Data:
    iris = site().iris
    return thing_data(edition(language()), iris.at(f"id/{slug}"), iris.at(f"data/{slug}"))


@blueprint.get("/doc/<name>")
def document(name: str) -> Response:
    """Show a source document and the sentences quoted from it, or send what the graph says of it."""
    slug, chosen = _split(name)
    iri = site().iris.at(f"doc/{slug}")
    if (wanted := _wanted(chosen)) is HTML:
        return page("document.html", lambda: _shown_document(slug, iri))
    return _data(lambda: document_data(edition(language()), iri), wanted)


def _shown_document(slug: str, iri: ox.NamedNode) -> dict[str, object]:
    found = describe_document(edition(language()), iri)
    numbers = {each.evidence: number for number, each in enumerate(found.sentences, 1)}
    data = document_data(edition(language()), iri)
    return {"document": found, "numbers": numbers, **_alternates(data, f"/doc/{slug}")}


@blueprint.get("/ev/<name>")
def evidence(name: str) -> Response:
    """Show one evidence, its sentence and what it says; or send that as data."""
    own, chosen = _split(name)
    iri = site().iris.at(f"ev/{own}")
    if (wanted := _wanted(chosen)) is HTML:
        return page("evidence.html", lambda: _shown_evidence(own, iri))
    return _data(lambda: evidence_data(edition(language()), iri), wanted)


def _shown_evidence(name: str, iri: ox.NamedNode) -> dict[str, object]:
    data = evidence_data(edition(language()), iri)
    return {
        "evidence": describe_evidence(edition(language()), iri),
        "numbers": None,
        **_alternates(data, f"/ev/{name}"),
    }


@blueprint.get("/ns")
@blueprint.get("/<any('ns.ttl', 'ns.nt', 'ns.jsonld', 'ns.rdf', 'ns.trig', 'ns.nq'):name>")
def ontology(name: str = "ns") -> Response:
    """Show the ontology, or send it as data."""
    _, chosen = _split(name)
    if (wanted := _wanted(chosen)) is HTML:
        return page("ontology.html", _shown_ontology)
    return _data(lambda: ontology_data(edition(language())), wanted)


def _shown_ontology() -> dict[str, object]:
    return {
        "ontology": describe_ontology(edition(language())),
        "namespace": str(DG),
        "data_formats": DATA_FORMATS,
        "data_path": "/ns",
    }


def _split(name: str) -> tuple[str, Format | None]:
    """The name without its suffix, and the format of that; names of ours have no point in them.

    Raises
    ------
    NotFound
        There is no such format.
    """
    own, point, suffix = name.partition(".")
    if not point:
        return name, None
    known = {each.name: each for each in DATA_FORMATS}
    if suffix not in known:
        raise NotFound(f"There is no format {suffix!r} here.", hint=f"Suffixes: {', '.join(known)}.")
    return own, known[suffix]


def _wanted(chosen: Format | None) -> Format:
    return chosen or negotiate(request.headers.get("Accept"), (HTML, *DATA_FORMATS))


def _data(make: Callable[[], Data], chosen: Format) -> Response:
    def body() -> bytes:
        return write(make(), chosen, prefixes=site().iris.prefixes, context=edition(language()).context)

    return made(body, chosen)


def _number() -> int:
    asked = request.args.get("page", "1")
    if not asked.isascii() or not asked.isdigit() or len(asked) > len("1000000"):
        raise NotFound(f"There is no page {asked!r}.")
    return int(asked)
