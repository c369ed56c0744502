"""Names in each language of the project, and definitions of the terms of its ontology."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Severity
from digigraph.vocab import DCTERMS, RDF, RDFS, SCHEMA, SKOS, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from digigraph.dataset.statements import Dataset
    from digigraph.findings import Location
    from digigraph.iris import Iris
    from digigraph.sources.rdf.parsing import LocatedQuad
    from digigraph.validation.rules.terms import Terms

_CONCEPTS = {SKOS["Concept"], SKOS["ConceptScheme"]}
_DEFINITIONS = {SKOS["definition"], RDFS["comment"], DCTERMS["description"]}


def check_labels(
    dataset: Dataset, terms: Terms, iris: Iris, languages: Sequence[str], told: AbstractSet[tuple[str, str | None]]
) -> Iterator[Finding]:
    """Yield a finding for each thing, concept and term that has no label in a language of the project.

    A thing is also called by its short name (``schema:alternateName``), and a name without a language is one in each.
    What documents are called stays in their own language.

    Parameters
    ----------
    terms
        Those of the ontology.
    languages
        Tags of BCP 47.
    told
        Node and property, as Turtle, of what shapes have said already.
    """
    triples = {quad.triple for quad in dataset.quads}
    labels: defaultdict[tuple[Term, ox.NamedNode], set[str]] = defaultdict(set)
    for triple in triples:
        if isinstance(triple.object, ox.Literal):
            labels[triple.subject, triple.predicate].add((triple.object.language or "").lower())
    named = _named(triples, terms, f"{iris.base}id/")
    for node in sorted(named, key=lambda each: each.value):
        label = named[node]
        known = labels[node, label] | (labels[node, SCHEMA["alternateName"]] if label == SCHEMA["name"] else set())
        missing = [each for each in languages if not _has(known, each)]
        if missing and (str(node), str(label)) not in told:
            yield Finding(
                rule="label-missing",
                severity=Severity.INFO,
                message=f"{iris.shorten(node.value)} has no {iris.shorten(label.value)} in {' or '.join(missing)}.",
                location=dataset.places_of(node, label, None)[0],
                hint="Add it where you know it; one that is the same in several languages is written in each.",
                subject=node.value,
                path=iris.shorten(label.value),
            )


def _named(triples: Iterable[ox.Triple], terms: Terms, things: str) -> dict[ox.NamedNode, ox.NamedNode]:
    """The nodes that are to have a label, with the property that gives it; ``things`` is how their IRIs begin."""
    named: dict[ox.NamedNode, ox.NamedNode] = {}
    for triple in triples:
        subject = triple.subject
        if not isinstance(subject, ox.NamedNode):
            continue
        if triple.predicate == RDF["type"] and triple.object in _CONCEPTS:
            named[subject] = SKOS["prefLabel"]
        elif terms.is_own(subject.value):
            named.setdefault(subject, RDFS["label"])
        elif triple.predicate == SCHEMA["name"] and subject.value.startswith(things):
            named.setdefault(subject, SCHEMA["name"])
    return named


def _has(known: Iterable[str], language: str) -> bool:
    """Whether there is a label of a language, whatever its region, or one without a language."""
    return any(each in {"", language.lower()} or each.startswith(f"{language.lower()}-") for each in known)


def check_definitions(ontology: Iterable[LocatedQuad], terms: Terms, iris: Iris) -> Iterator[Finding]:
    """Yield a finding for each class and property of the ontology that nothing defines, at its place."""
    places: dict[ox.NamedNode, Location] = {}
    defined = set()
    for each in ontology:
        subject = each.quad.subject
        if isinstance(subject, ox.NamedNode) and terms.is_own(subject.value):
            places.setdefault(subject, each.node)
            if each.quad.predicate in _DEFINITIONS:
                defined.add(subject)
    for node in places.keys() - defined:
        yield Finding(
            rule="term-without-definition",
            severity=Severity.WARNING,
            message=f"Nothing says what {iris.shorten(node.value)} means.",
            location=places[node],
            hint="Define it with skos:definition.",
            subject=node.value,
        )
