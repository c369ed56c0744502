"""``/doc``, ``/ev``, ``/ns``: source documents, evidence and the ontology; documents, so they answer themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from digigraph.media import HTML
from digigraph.publishing.linked_data.data import document_data, evidence_data, ontology_data
from digigraph.publishing.pages.documents import describe_document, describe_evidence
from digigraph.publishing.pages.ontology import describe_ontology
from digigraph.vocab import DG
from digigraph.web.pages.linked_data import send_data, send_linkset, shown_with, signposts_of, split_suffix, wanted
from digigraph.web.pages.rendering import language, page
from digigraph.web.site.answering import edition, named

if TYPE_CHECKING:
    import pyoxigraph as ox

blueprint = Blueprint("documents", __name__)


@blueprint.get("/doc/<name>")
def document(name: str) -> Response:
    """Show a source document and the sentences quoted from it, or send what the graph says of it."""
    slug, suffix = split_suffix(name)
    iri, path = named(f"doc/{slug}"), f"/doc/{slug}"
    if (chosen := wanted(suffix)) is HTML:
        return page("document.html", lambda: _shown_document(iri, path))
    return send_data(lambda: document_data(edition(language()), iri), chosen, page_path=path)


def _shown_document(iri: ox.NamedNode, path: str) -> dict[str, object]:
    found = describe_document(edition(language()), iri)
    numbers = {each.evidence: number for number, each in enumerate(found.sentences, 1)}
    data = document_data(edition(language()), iri)
    return {"document": found, "numbers": numbers, **shown_with(data, page_path=path, data_path=path)}


@blueprint.get("/linkset/doc/<slug>")
def linkset_of_document(slug: str) -> Response:
    """Send the signposts of a document."""
    iri, path = named(f"doc/{slug}"), f"/doc/{slug}"
    return send_linkset(lambda: signposts_of(document_data(edition(language()), iri), page_path=path, data_path=path))


@blueprint.get("/ev/<name>")
def evidence(name: str) -> Response:
    """Show one evidence, its sentence and what it says; or send that as data."""
    own, suffix = split_suffix(name)
    iri, path = named(f"ev/{own}"), f"/ev/{own}"
    if (chosen := wanted(suffix)) is HTML:
        return page("evidence.html", lambda: _shown_evidence(iri, path))
    return send_data(lambda: evidence_data(edition(language()), iri), chosen, page_path=path)


def _shown_evidence(iri: ox.NamedNode, path: str) -> dict[str, object]:
    data = evidence_data(edition(language()), iri)
    found = describe_evidence(edition(language()), iri)
    return {"evidence": found, "numbers": None, **shown_with(data, page_path=path, data_path=path)}


@blueprint.get("/linkset/ev/<name>")
def linkset_of_evidence(name: str) -> Response:
    """Send the signposts of an evidence."""
    iri, path = named(f"ev/{name}"), f"/ev/{name}"
    return send_linkset(lambda: signposts_of(evidence_data(edition(language()), iri), page_path=path, data_path=path))


@blueprint.get("/ns")
@blueprint.get("/<any('ns.ttl', 'ns.nt', 'ns.jsonld', 'ns.rdf', 'ns.trig', 'ns.nq'):name>")
def ontology(name: str = "ns") -> Response:
    """Show the ontology, or send it as data."""
    _, suffix = split_suffix(name)
    if (chosen := wanted(suffix)) is HTML:
        return page("ontology.html", _shown_ontology)
    return send_data(lambda: ontology_data(edition(language())), chosen, page_path="/ns")


def _shown_ontology() -> dict[str, object]:
    shown = edition(language())
    about = shown_with(ontology_data(shown), page_path="/ns", data_path="/ns")
    return {"ontology": describe_ontology(shown), "namespace": str(DG), **about}


@blueprint.get("/linkset/ns")
def linkset_of_ontology() -> Response:
    """Send the signposts of the ontology."""
    return send_linkset(lambda: signposts_of(ontology_data(edition(language())), page_path="/ns", data_path="/ns"))
