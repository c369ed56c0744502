"""What shapes say because of a mistake that is told already: where it stands, and with what to write instead."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from digigraph.rules import SHAPE_PREFIX
from digigraph.validation.shapes.results import MISSING, OF_CLASSES
from digigraph.vocab import RDF, RDFS, SCHEMA, SH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    import pyoxigraph as ox

    from digigraph.findings import Finding, Location, ShapeResult
    from digigraph.iris import Iris
    from digigraph.sources.read import Corpus

_IRI = re.compile(r"<[^>]*>")
_NOT_ITSELF = f"{SHAPE_PREFIX}not-itself"
_AT_VALUES = {"unknown-thing", "unknown-word"}
"""Rules whose findings stand at a value of which shapes would say less."""
_TOO_MANY = SH["MaxCountConstraintComponent"].value
OF_ABSENCE = MISSING | OF_CLASSES
"""Components whose results may be there only because something was not read."""


def without_consequences(
    found: Iterable[Finding], corpus: Corpus, described: AbstractSet[str], iris: Iris
) -> list[Finding]:
    """Return what shapes find, but for what follows from a mistake that was met while reading.

    A value that names nothing; what is missing where something was said that could not be read; and what a node should
    be, where its type could not. Where a whole file of things is lost, that may be any of them; of lost RDF it is known
    what it names. Where a file of the ontology is lost, nothing of what shapes say is known to be so.

    Parameters
    ----------
    described
        The nodes of which anything is said, as Turtle.
    """
    if is_ontology_lost(corpus):
        return []
    told = {each.location for each in corpus.findings if each.rule in _AT_VALUES}
    missed = _Missed(corpus.missed, iris)
    of_lost = OF_ABSENCE if corpus.unread else set()

    def is_told(each: Finding) -> bool:
        value = each.result.value if each.result is not None else None
        return each.location in told and value is not None and value not in described

    def may_be_lost(each: Finding) -> bool:
        return each.result is not None and each.result.component in of_lost

    left = [each for each in found if not is_told(each) and not may_be_lost(each) and not missed.explains(each.result)]
    return list(_without_implied(_once(left), corpus))


def _without_implied(found: Sequence[Finding], corpus: Corpus) -> Iterator[Finding]:
    """What shapes find, but of a value that one property has, not also that another one has it that follows from it."""
    implied = {
        (str(each.quad.subject), str(each.quad.object))
        for each in corpus.ontology
        if each.quad.predicate == RDFS["subPropertyOf"]
    }
    said: defaultdict[tuple[Location, str | None], set[str]] = defaultdict(set)
    for each in found:
        if each.result is not None and each.result.component in OF_CLASSES:
            said[each.location, each.result.value].add(each.result.path or "")
    for each in found:
        stated = said.get((each.location, each.result.value), set()) if each.result is not None else set()
        if each.result is None or not any((one, each.result.path) in implied for one in stated):
            yield each


def _once(found: list[Finding]) -> list[Finding]:
    """What shapes find, each mistake once.

    A value that is the node itself is told of one property, and not also as one of the wrong class; of an identifier
    that is none, it is not also said that its link is none. What several have that only one may have is told of one.
    """
    itself: dict[Location, str] = {}
    for each in found:
        if each.rule == _NOT_ITSELF:
            itself[each.location] = max(itself.get(each.location, ""), each.path or each.message)
    values = {each.location for each in found if _is_about(each, SCHEMA["value"])}

    def is_told(each: Finding) -> bool:
        if each.rule == _NOT_ITSELF:
            return itself[each.location] != (each.path or each.message)
        of_class = each.result is not None and each.result.component in OF_CLASSES
        is_link = _is_about(each, SCHEMA["sameAs"])
        return (of_class and each.location in itself) or (is_link and each.location in values)

    shared: dict[tuple[str, Location], Finding] = {}
    for each in found:
        if each.also and each.result is not None and each.result.component == _TOO_MANY:
            key = each.rule, each.location
            shared[key] = min(shared.get(key, each), each, key=lambda one: len(one.also))

    def is_told_of_another(each: Finding) -> bool:
        return shared.get((each.rule, each.location), each) is not each

    return [each for each in found if not is_told(each) and not is_told_of_another(each)]


def _is_about(found: Finding, property_: ox.NamedNode) -> bool:
    return found.result is not None and found.result.path == str(property_)


def is_ontology_lost(corpus: Corpus) -> bool:
    """Whether a file of the ontology could not be read: nothing can be said then of how its terms are used."""
    return any(each.startswith("ontology/") for each in corpus.unread)


class _Missed:
    """What was said and is not there."""

    def __init__(self, missed: Iterable[tuple[str, ox.NamedNode | None]], iris: Iris) -> None:
        self._nodes: set[str] = set()
        """Nodes of which nobody can tell what was said."""
        self._properties: set[tuple[str, str]] = set()
        for slug, property_ in missed:
            for node in (str(iris.thing(slug)), str(iris.document(slug))):
                if property_ is None:
                    self._nodes.add(node)
                else:
                    self._properties.add((node, str(property_)))

    def explains(self, result: ShapeResult | None) -> bool:
        """Whether a result may be there for no other reason."""
        if result is None:
            return False
        if result.component in MISSING:
            return result.focus in self._nodes or any(
                (result.focus, each) in self._properties for each in _IRI.findall(result.path or "")
            )
        nodes = [result.focus] if result.path is None else []
        nodes += [result.value] if result.value is not None else []
        return result.component in OF_CLASSES and any(self._is_of_no_class(each) for each in nodes)

    def _is_of_no_class(self, node: str) -> bool:
        return node in self._nodes or (node, str(RDF["type"])) in self._properties
