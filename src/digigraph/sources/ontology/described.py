"""What an ontology says of its terms, for people: labels, definitions, closed lists, and what a property takes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.vocab import RDF, RDFS, SCHEMA, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable


class Described:
    """The descriptions in one ontology.

    Parameters
    ----------
    quads
        The ontology and the concept schemes.
    """

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._objects: defaultdict[tuple[object, ox.NamedNode], list[object]] = defaultdict(list)
        self._members: defaultdict[object, list[ox.NamedNode]] = defaultdict(list)
        self.concepts: list[ox.NamedNode] = []
        for quad in quads:
            self._objects[quad.subject, quad.predicate].append(quad.object)
            if isinstance(quad.subject, ox.NamedNode):
                if quad.predicate == SKOS["inScheme"]:
                    self._members[quad.object].append(quad.subject)
                elif quad.predicate == RDF["type"] and quad.object == SKOS["Concept"]:
                    self.concepts.append(quad.subject)

    def texts(self, subject: ox.NamedNode, *properties: ox.NamedNode) -> dict[str, str]:
        """Return text by language, English first, of the first of the properties that a language has."""
        found: dict[str, str] = {}
        for each in properties:
            literals = [text for text in self._objects[subject, each] if isinstance(text, ox.Literal)]
            for literal in sorted(literals, key=lambda text: text.value):
                found.setdefault(literal.language or "", literal.value)
        return dict(sorted(found.items()))

    def explanation(self, subject: ox.NamedNode) -> str:
        """Return a paragraph for each language: label and definition."""
        labels = self.texts(subject, RDFS["label"], SKOS["prefLabel"])
        definitions = self.texts(subject, SKOS["definition"], RDFS["comment"])
        return "\n\n".join(
            ": ".join(filter(None, [labels.get(language), definitions.get(language)]))
            for language in dict.fromkeys([*labels, *definitions])
        )

    def words(self, term: ox.NamedNode) -> list[ox.NamedNode]:
        """Return the closed list of a property's values, that is the scheme called as it with ``Scheme`` behind."""
        return sorted(self._members[ox.NamedNode(f"{term.value}Scheme")], key=lambda word: word.value)

    def with_superclasses(self, class_: ox.NamedNode) -> set[ox.NamedNode]:
        """Return a class and everything that it is a subclass of."""
        reached: set[ox.NamedNode] = set()
        waiting: list[object] = [class_]
        while waiting:
            each = waiting.pop()
            if isinstance(each, ox.NamedNode) and each not in reached:
                reached.add(each)
                waiting += self._objects[each, RDFS["subClassOf"]]
        return reached

    def takes(self, term: ox.NamedNode) -> frozenset[ox.NamedNode]:
        """Return the classes whose things are values of a property; empty where the ontology names none."""
        return self._classes(term, RDFS["range"], SCHEMA["rangeIncludes"])

    def domain(self, term: ox.NamedNode) -> frozenset[ox.NamedNode]:
        """Return the classes whose things have a property; empty where the ontology names none."""
        return self._classes(term, RDFS["domain"], SCHEMA["domainIncludes"])

    def _classes(self, term: ox.NamedNode, *properties: ox.NamedNode) -> frozenset[ox.NamedNode]:
        found = (each for name in properties for each in self._objects[term, name])
        return frozenset(each for each in found if isinstance(each, ox.NamedNode))
