"""What a property may be said of: of things, or only of nodes that are written in a way of their own.

Evidence, figures, grants, amounts, documents and concepts are such nodes. Our ontology says of which its properties
are; what is usual for terms of other vocabularies, on which it puts no domains, stands here.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.vocab import DCAT, DG, PROV, RDF, RDFS, SCHEMA, SKOS, VOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from digigraph.sources.ontology.described import Described

_NO_KINDS = (
    str(DG),
    str(SKOS),
    *(SCHEMA[each].value for each in ("Country", "Place", "MonetaryAmount", "PropertyValue")),
)
"""How the IRIs begin of the classes of things, concepts and records."""
_OF_SOURCES = ("inLanguage", "sha256", "datePublished", "dateModified")
_DOMAINS: dict[ox.NamedNode, frozenset[ox.NamedNode]] = {
    **dict.fromkeys((SCHEMA[each] for each in _OF_SOURCES), frozenset({DG["Source"]})),
    **dict.fromkeys((SCHEMA["observationAbout"], SCHEMA["measuredProperty"]), frozenset({DG["Figure"]})),
    SCHEMA["amount"]: frozenset({DG["Grant"]}),
    SCHEMA["currency"]: frozenset({SCHEMA["MonetaryAmount"]}),
    SCHEMA["value"]: frozenset({DG["Figure"], SCHEMA["MonetaryAmount"], SCHEMA["PropertyValue"]}),
    SCHEMA["propertyID"]: frozenset({SCHEMA["PropertyValue"]}),
    DG["singleValued"]: frozenset({RDF["Property"]}),
    RDFS["comment"]: frozenset({DG["Evidence"], DG["Source"], SKOS["Concept"]}),
}
_DOMAINS_OF_VOCABULARIES = {
    str(PROV): frozenset({DG["Evidence"], DG["Source"]}),
    str(RDFS): frozenset({SKOS["Concept"]}),
    str(SKOS): frozenset({SKOS["Concept"], SKOS["ConceptScheme"]}),
}
_DESCRIBED_ELSEWHERE = {DG["Source"], DG["Grant"], SKOS["Concept"], SKOS["ConceptScheme"]}
"""Classes of nodes that may have a description of their own, in any file."""
_NODES = _DESCRIBED_ELSEWHERE | {
    DG["Evidence"], DG["Figure"], RDF["Property"], SCHEMA["MonetaryAmount"], SCHEMA["PropertyValue"],
    VOID["Dataset"], DCAT["Dataset"], DCAT["DataService"],
}  # fmt: skip


def is_kind_of_document(class_: ox.NamedNode) -> bool:
    """Tell whether a class is one that documents have beside ``dg:Source``, such as ``schema:Report``."""
    return not class_.value.startswith(_NO_KINDS)


def classes_of(quads: Iterable[ox.Quad], prefix: str) -> defaultdict[str, set[ox.NamedNode]]:
    """Return the classes that things are said to have, by what stands behind a prefix in their IRIs."""
    classes: defaultdict[str, set[ox.NamedNode]] = defaultdict(set)
    for quad in quads:
        subject, class_ = quad.subject, quad.object
        if quad.predicate == RDF["type"] and isinstance(subject, ox.NamedNode) and isinstance(class_, ox.NamedNode):
            classes[subject.value.removeprefix(prefix)].add(class_)
    return classes


class Domains:
    """What the properties of one project may be said of.

    Parameters
    ----------
    described
        Its ontology; None where nothing of it is known, and everything may be said.
    classes
        Those of each subject, by its slug, as far as they are known before facts are read.
    """

    def __init__(
        self, described: Described | None = None, classes: Mapping[str, Iterable[ox.NamedNode]] | None = None
    ) -> None:
        self._described = described
        self._classes = classes or {}

    def of(self, term: ox.NamedNode) -> frozenset[ox.NamedNode]:
        """Return the classes of which something has a property; empty where nobody says."""
        stated = self._described.domain(term) if self._described is not None else frozenset[ox.NamedNode]()
        usual = (classes for prefix, classes in _DOMAINS_OF_VOCABULARIES.items() if term.value.startswith(prefix))
        return stated or _DOMAINS.get(term) or next(usual, frozenset())

    def is_of_things(self, term: ox.NamedNode) -> bool:
        """Tell whether a property is one that people write of things."""
        domain = self.of(term)
        return not domain or not domain <= _NODES

    def may_be_of_things(self, term: ox.NamedNode) -> bool:
        """Tell whether there may be things that have a property: those with a class of such nodes, too."""
        return self.is_of_things(term) or not self.of(term).isdisjoint(_DESCRIBED_ELSEWHERE)

    def takes(self, term: ox.NamedNode, subject: str, classes: AbstractSet[ox.NamedNode]) -> bool:
        """Tell whether a property may be said of a subject; ``classes`` are those that are said beside it.

        Where nobody knows what the subject is, it may be whatever has a description of its own.
        """
        if self._described is None or self.is_of_things(term):
            return True
        known = {*classes, *self._classes.get(subject, ())}
        wider = {each for class_ in known for each in self._described.with_superclasses(class_)}
        wider |= {DG["Source"]} if any(map(is_kind_of_document, known)) else set()
        return not self.of(term).isdisjoint(wider or _DESCRIBED_ELSEWHERE)
