"""The ontology as a page shows it: every term with its definition, what it corresponds to, and how often it is used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.edition.labels import Label, choose, labels
from digigraph.publishing.pages.contents import class_uses, property_uses
from digigraph.store.answering.backend import rows
from digigraph.vocab import DG, OWL, RDF, RDFS, SKOS, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digigraph.publishing.edition.graph import Edition

_ALIGNMENTS = (
    RDFS["subClassOf"],
    RDFS["subPropertyOf"],
    OWL["inverseOf"],
    *(SKOS[name] for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")),
)
_DEFINITIONS = (SKOS["definition"], RDFS["comment"])
_KINDS = {
    "classes": {OWL["Class"]},
    "properties": {OWL[name] for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")},
    "schemes": {SKOS["ConceptScheme"]},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermOfOntology:
    """One term.

    Parameters
    ----------
    iri
        Of the term.
    definition
        In the language asked for, or the one that could be had; None where it has none.
    alignments
        Pairs of a property (a subclass of, an exact match of …) and a term of this or another vocabulary.
    uses
        Triples of the default graph with it as property, or things with it as class.
    """

    iri: str
    definition: Label | None
    alignments: tuple[tuple[str, str], ...]
    uses: int

    @property
    def fragment(self) -> str:
        """The last part of its IRI."""
        return self.iri.rpartition("#")[2].rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class OntologyPage:
    """Every term of the ontology by kind, each kind in the order of the alphabet; ``labels`` are of every IRI named."""

    kinds: Mapping[str, tuple[TermOfOntology, ...]]
    labels: Mapping[str, Label] = field(repr=False)


def describe_ontology(edition: Edition) -> OntologyPage:
    """Return the terms of the ontology, and the schemes of its concepts."""
    graph = edition.iris.graph("ontology")
    said: defaultdict[str, defaultdict[ox.NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for row in rows(edition.backend, f"SELECT ?s ?p ?o {{ GRAPH {graph} {{ ?s ?p ?o }} }}"):
        subject, predicate = row["s"], row["p"]
        if isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode):
            said[subject.value][predicate].append(row["o"])
    for about in said.values():
        for values in about.values():
            values.sort(key=str)
    uses = {**class_uses(edition.backend), **property_uses(edition.backend)}
    found: defaultdict[str, list[TermOfOntology]] = defaultdict(list)
    for iri, about in said.items():
        if (kind := _kind(iri, about)) is not None:
            found[kind].append(_term(iri, about, uses.get(iri, 0), edition.language))
    named = {iri for terms in found.values() for term in terms for pair in term.alignments for iri in pair}
    named |= {term.iri for terms in found.values() for term in terms}
    names = labels(edition, named)
    ordered = {
        kind: tuple(sorted(found[kind], key=lambda each: (names[each.iri].text.casefold(), each.iri)))
        for kind in ("classes", "properties", "individuals", "schemes")
        if found[kind]
    }
    return OntologyPage(kinds=ordered, labels=names)


def _kind(iri: str, about: Mapping[ox.NamedNode, list[Term]]) -> str | None:
    """Where a term is shown; None for what is not ours, and for concepts, which have pages of their own."""
    types = about.get(RDF["type"], [])
    for kind, classes in _KINDS.items():
        if any(each in classes for each in types) and (iri.startswith(str(DG)) or kind == "schemes"):
            return kind
    return "individuals" if iri.startswith(str(DG)) else None


def _term(iri: str, about: Mapping[ox.NamedNode, list[Term]], uses: int, language: str) -> TermOfOntology:
    written = [each for name in _DEFINITIONS for each in about.get(name, []) if isinstance(each, ox.Literal)]
    return TermOfOntology(
        iri=iri,
        definition=choose(written, iri, language) if written else None,
        alignments=tuple(_alignments(about)),
        uses=uses,
    )


def _alignments(about: Mapping[ox.NamedNode, list[Term]]) -> Iterable[tuple[str, str]]:
    for name in _ALIGNMENTS:
        for each in about.get(name, []):
            if isinstance(each, ox.NamedNode):
                yield (name.value, each.value)
