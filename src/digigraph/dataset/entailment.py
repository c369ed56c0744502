"""What follows from one statement by the ontology (RDFS and a little of OWL), without a reasoner.

Rules: ``rdfs:subClassOf``, ``rdfs:subPropertyOf``, ``owl:inverseOf``, ``owl:SymmetricProperty``, and
``dg:impliesForOrganizations``, a superproperty that holds where the object is an organisation. A start or end date
also gives its first and last possible day.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.facts.values import period
from digigraph.vocab import DG, OWL, RDF, RDFS, SCHEMA, XSD, Subject, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TRUE = ox.Literal("true", datatype=XSD["boolean"])
_BOUNDS = {
    SCHEMA["startDate"]: (DG["startEarliest"], DG["startLatest"]),
    SCHEMA["endDate"]: (DG["endEarliest"], DG["endLatest"]),
}
_Links = dict[ox.NamedNode, set[ox.NamedNode]]


class Entailment:
    """What one ontology entails.

    Parameters
    ----------
    triples
        The ontology.
    """

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._superclasses: _Links = defaultdict(set)
        self._superproperties: _Links = defaultdict(set)
        self._inverses: _Links = defaultdict(set)
        self._for_organizations: _Links = defaultdict(set)
        self._symmetric: set[ox.NamedNode] = set()
        self.single_valued: set[ox.NamedNode] = set()
        links = {
            RDFS["subClassOf"]: self._superclasses,
            RDFS["subPropertyOf"]: self._superproperties,
            OWL["inverseOf"]: self._inverses,
            DG["impliesForOrganizations"]: self._for_organizations,
        }
        for triple in triples:
            subject, value = triple.subject, triple.object
            if not isinstance(subject, ox.NamedNode):
                continue
            if triple.predicate in links and isinstance(value, ox.NamedNode):
                links[triple.predicate][subject].add(value)
                if triple.predicate == OWL["inverseOf"]:
                    self._inverses[value].add(subject)
            elif triple.predicate == RDF["type"] and value == OWL["SymmetricProperty"]:
                self._symmetric.add(subject)
            elif triple.predicate == DG["singleValued"] and value == _TRUE:
                self.single_valued.add(subject)
        self._organizations: frozenset[ox.NamedNode] = frozenset()

    def learn_organizations(self, triples: Iterable[ox.Triple]) -> None:
        """Take note of which subjects are organisations, by their types and the superclasses of these."""
        typed = (each for each in triples if each.predicate == RDF["type"])
        self._organizations = frozenset(
            each.subject
            for each in typed
            if isinstance(each.subject, ox.NamedNode) and DG["Organization"] in self.with_superclasses(each.object)
        )

    def with_superclasses(self, class_: Term) -> set[ox.NamedNode]:
        """Return a class with all its superclasses; empty for what is no IRI."""
        reached: set[ox.NamedNode] = set()
        waiting = [class_] if isinstance(class_, ox.NamedNode) else []
        while waiting:
            each = waiting.pop()
            if each not in reached:
                reached.add(each)
                waiting += self._superclasses.get(each, ())
        return reached

    def closure(self, triple: ox.Triple) -> list[ox.Triple]:
        """Return the triple, first, and everything that follows from it alone."""
        reached: dict[ox.Triple, None] = {}
        waiting = [triple]
        while waiting:
            each = waiting.pop()
            if each not in reached:
                reached[each] = None
                waiting += self._steps(each)
        return list(reached)

    def _steps(self, triple: ox.Triple) -> Iterator[ox.Triple]:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if predicate == RDF["type"] and isinstance(value, ox.NamedNode):
            for superclass in self._superclasses.get(value, ()):
                yield ox.Triple(subject, predicate, superclass)
        for superproperty in self._superproperties.get(predicate, ()):
            yield ox.Triple(subject, superproperty, value)
        if isinstance(value, ox.NamedNode):
            yield from self._between_things(subject, predicate, value)
        elif predicate in _BOUNDS and isinstance(value, ox.Literal):
            yield from _bounds(subject, predicate, value)

    def _between_things(self, subject: Subject, predicate: ox.NamedNode, value: ox.NamedNode) -> Iterator[ox.Triple]:
        for inverse in self._inverses.get(predicate, ()):
            yield ox.Triple(value, inverse, subject)
        if predicate in self._symmetric:
            yield ox.Triple(value, predicate, subject)
        if value in self._organizations:
            for implied in self._for_organizations.get(predicate, ()):
                yield ox.Triple(subject, implied, value)


def _bounds(subject: Subject, predicate: ox.NamedNode, value: ox.Literal) -> Iterator[ox.Triple]:
    days = period(value)
    for bound, day in zip(_BOUNDS[predicate], (days.earliest, days.latest), strict=True):
        yield ox.Triple(subject, bound, ox.Literal(day.isoformat(), datatype=XSD["date"]))
