"""What the graph says of one thing, document or evidence, as data: the answers of linked data, free of HTTP.

Each function returns quads: triples of the default graph without a graph name, claims in the graph of their evidence.
A triple format writes the former, a quad format both; in RDF 1.2 an evidence is the reifier of what it says, so that a
triple format has the evidence too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.edition.labels import chunks, label_rows
from digigraph.publishing.edition.licences import RIGHTS
from digigraph.store.answering.backend import rows
from digigraph.vocab import DCTERMS, DG, FOAF, OWNED, PROV, RDF, VOID, Term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.publishing.edition.graph import Edition
    from digigraph.store.answering.backend import Backend, Row

_OWN_AND_OWNED = f"({'|'.join(map(str, OWNED))})*"


@dataclass(frozen=True, slots=True)
class Data:
    """A document of data.

    Parameters
    ----------
    topic
        What it is about.
    triples
        Of the default graph.
    claims
        Quads in named graphs: who says so.
    licence
        IRI of its licence; empty where none is stated.
    """

    topic: ox.NamedNode
    triples: frozenset[ox.Triple]
    claims: frozenset[ox.Quad] = frozenset()
    licence: str = ""

    def quads(self, *, with_claims: bool, with_reifiers: bool = False) -> list[ox.Quad]:
        """Return what a format writes, the topic and types first: the same bytes for the same state of the graph.

        Parameters
        ----------
        with_claims
            Whether named graphs are written.
        with_reifiers
            Whether every evidence, with its description, reifies what it says (RDF 1.2 Concepts, section 1.5).
        """
        plain = {_quad(each) for each in self.triples}
        if with_claims:
            plain |= self.claims
        if with_reifiers:
            plain |= self._reifiers()
        return sorted(plain, key=self._order)

    def _reifiers(self) -> set[ox.Quad]:
        described = {each for each in self.claims if each.graph_name == ox.DefaultGraph()}
        known = {*self.triples, *(each.triple for each in described)}
        evidence = {each.subject for each in known if (each.predicate, each.object) == (RDF["type"], DG["Evidence"])}
        said = [each for each in self.claims if each.graph_name in evidence]
        return described | {ox.Quad(_node(each.graph_name), RDF["reifies"], each.triple) for each in said}

    def _order(self, quad: ox.Quad) -> tuple[str, bool, str, bool, str]:
        subject, type_ = quad.subject, quad.predicate != RDF["type"]
        return (str(quad.graph_name), subject != self.topic, str(subject), type_, f"{quad.predicate} {quad.object}")


def thing_data(edition: Edition, iri: ox.NamedNode, document: ox.NamedNode) -> Data:
    """Return everything said of a thing.

    Its triples, those of the nodes it owns, those that point to it, the labels of its neighbours, and in whose name
    this is published; as claims, every evidence that states one of these triples, with its description.

    Parameters
    ----------
    edition
        Its backend is asked three times, twice for each 200 evidences, and once for each 200 neighbours.
    iri
        Of the thing.
    document
        The document of data, as it is named in the data.

    Raises
    ------
    NotFound
        The graph says nothing of it.
    """
    backend, iris = edition.backend, edition.iris
    # Nodes first, then what is said of each: a path joined with the graphs would be a search through all of them.
    owned = rows(backend, f"SELECT ?s {{ {iri} {_OWN_AND_OWNED} ?s }}")
    nodes = " ".join(sorted({str(row["s"]) for row in owned if isinstance(row["s"], ox.NamedNode)}))
    found = _triples(rows(backend, f"SELECT ?s ?p ?o {{ {_touching(iri, nodes, '?s ?p ?o')} }}"))
    if not found:
        raise edition.missing(iri.value)
    neighbours = {
        term.value for each in found for term in (each.subject, each.object) if isinstance(term, ox.NamedNode)
    }
    labels = _triples(label_rows(backend, neighbours))
    named = _quads(rows(backend, f"SELECT ?g ?s ?p ?o {{ {_touching(iri, nodes, 'GRAPH ?g { ?s ?p ?o }')} }}"))
    # Engines without an unnamed graph have the default graph among the others.
    said = frozenset(each for each in named if each.graph_name != iris.graph("accepted"))
    graphs = {_node(each.graph_name).value for each in said}
    evidence = {each for each in graphs if each.startswith(f"{iris.base}ev/")}
    about = {
        ox.Triple(document, FOAF["primaryTopic"], iri),
        ox.Triple(document, DCTERMS["rights"], RIGHTS),
        ox.Triple(document, VOID["inDataset"], iris.dataset),
    }
    if edition.licence:
        about.add(ox.Triple(document, DCTERMS["license"], ox.NamedNode(edition.licence)))
    return Data(iri, found | labels | about, said | _claims(backend, evidence), edition.licence)


def _touching(iri: ox.NamedNode, nodes: str, pattern: str) -> str:
    """Statements about any of the nodes, or with the thing as value."""
    return f"{{ VALUES ?s {{ {nodes} }} {pattern} }} UNION {{ VALUES ?o {{ {iri} }} {pattern} }}"


def document_data(edition: Edition, iri: ox.NamedNode) -> Data:
    """Return a source document, its captured versions and the evidence taken from it; as claims, what that says.

    Raises
    ------
    NotFound
        The graph says nothing of it.
    """
    pattern = f"""{{ VALUES ?s {{ {iri} }} ?s ?p ?o }} UNION {{ ?s {PROV["specializationOf"]} {iri} ; ?p ?o }}
      UNION {{ ?s {DG["source"]} {iri} ; ?p ?o }} UNION {{ VALUES ?o {{ {iri} }} ?s ?p ?o }}"""
    found = _triples(rows(edition.backend, f"SELECT ?s ?p ?o {{ {pattern} }}"))
    if not found:
        raise edition.missing(iri.value)
    claims = rows(edition.backend, f"SELECT ?g ?s ?p ?o {{ ?g {DG['source']} {iri} . GRAPH ?g {{ ?s ?p ?o }} }}")
    return Data(iri, found, _quads(claims), edition.licence)


def evidence_data(edition: Edition, iri: ox.NamedNode) -> Data:
    """Return the description of one evidence; as claims, what it says.

    Raises
    ------
    NotFound
        There is none of that IRI.
    """
    found = _triples(rows(edition.backend, f"SELECT ?s ?p ?o {{ VALUES ?s {{ {iri} }} ?s ?p ?o }}"))
    if not found:
        raise edition.missing(iri.value)
    claims = rows(edition.backend, f"SELECT ?g ?s ?p ?o {{ VALUES ?g {{ {iri} }} GRAPH ?g {{ ?s ?p ?o }} }}")
    return Data(iri, found, _quads(claims), edition.licence)


def ontology_data(edition: Edition) -> Data:
    """Return the ontology and the concept schemes."""
    graph = edition.iris.graph("ontology")
    found = rows(edition.backend, f"SELECT ?g ?s ?p ?o {{ VALUES ?g {{ {graph} }} GRAPH ?g {{ ?s ?p ?o }} }}")
    return Data(ox.NamedNode(str(DG).rstrip("#")), _triples(found), _quads(found), edition.licence)


def _claims(backend: Backend, evidence: Iterable[str]) -> frozenset[ox.Quad]:
    """What each evidence says, and its description."""
    found: frozenset[ox.Quad] = frozenset()
    for values in chunks(evidence):
        found |= _quads(rows(backend, f"SELECT ?g ?s ?p ?o {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"))
        described = _triples(rows(backend, f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"))
        found |= frozenset(map(_quad, described))
    return found


def _quad(triple: ox.Triple) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object)


def _triples(found: Iterable[Row]) -> frozenset[ox.Triple]:
    return frozenset(ox.Triple(_node(row["s"]), _predicate(row["p"]), row["o"]) for row in found)


def _quads(found: Iterable[Row]) -> frozenset[ox.Quad]:
    return frozenset(ox.Quad(_node(row["s"]), _predicate(row["p"]), row["o"], _predicate(row["g"])) for row in found)


def _node(term: Term | ox.DefaultGraph) -> ox.NamedNode | ox.BlankNode:
    assert isinstance(term, ox.NamedNode | ox.BlankNode)  # noqa: S101 - what stands in front of a predicate
    return term


def _predicate(term: Term) -> ox.NamedNode:
    assert isinstance(term, ox.NamedNode)  # noqa: S101 - predicates and names of our graphs are IRIs
    return term
