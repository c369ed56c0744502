"""What shapes say because of a mistake that is told already: where it stands, and with what to write instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.rules import SHAPE_PREFIX
from digigraph.validation.shapes.results import MISSING, OF_CLASSES
from digigraph.vocab import RDF, SCHEMA, SH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    import pyoxigraph as ox

    from digigraph.findings import Finding, Location, ShapeResult
    from digigraph.iris import Iris
    from digigraph.sources.corpus import Corpus

_IRI = re.compile(r"<[^>]*>")
_NOT_ITSELF = f"{SHAPE_PREFIX}not-itself"
_AT_VALUES = {"unknown-thing", "unknown-word"}
"""Rules whose findings stand at a value of which shapes would say less."""
_OF_TOO_MANY = {SH[f"{name}ConstraintComponent"].value for name in ("MaxCount", "QualifiedMaxCount", "UniqueLang")}
_MAX_COUNT = SH["MaxCountConstraintComponent"].value
_CLOSED = SH["ClosedConstraintComponent"].value
OF_ABSENCE = MISSING | OF_CLASSES
"""Components whose results may be there only because something was not read."""


def without_consequences(
    found: Iterable[Finding], corpus: Corpus, described: AbstractSet[str], iris: Iris
) -> list[Finding]:
    """Return what shapes find, but for what follows from a mistake that was met while reading.

    A value that names nothing; what a thing that is described twice has too much of; what is missing where something
    was said that could not be read; and what a node should be, where its type could not. Where a whole file of things
    is lost, that may be any of them; where a facts file is, anything may be missing; of lost RDF it is known what it
    names. Where a file of the ontology is lost, nothing of what shapes say is known to be so.

    Parameters
    ----------
    described
        The nodes of which anything is said, as Turtle.
    """
    if is_ontology_lost(corpus):
        return []
    told = {each.location for each in corpus.findings if each.rule in _AT_VALUES}
    twice = {str(iris.thing(each)) for each in corpus.twice}
    missed = _Missed(corpus.missed, iris)
    of_lost = OF_ABSENCE if corpus.unread else MISSING if corpus.unread_facts else set()

    def is_told(each: Finding) -> bool:
        if each.result is not None and each.result.component in _OF_TOO_MANY and each.result.focus in twice:
            return True
        value = each.result.value if each.result is not None else None
        return each.location in told and value is not None and value not in described

    def may_be_lost(each: Finding) -> bool:
        return each.result is not None and each.result.component in of_lost

    left = [each for each in found if not is_told(each) and not may_be_lost(each) and not missed.explains(each.result)]
    return _once(left)


def _once(found: list[Finding]) -> list[Finding]:
    """What shapes find, each mistake once.

    A value that is the node itself is told of one property, and not also as one of the wrong class; of an identifier
    that is none, it is not also said that its link is none; of what a thing may not have at all, not also what has it;
    of what several share and one of them may have, at the last.
    """
    itself: dict[Location, str] = {}
    for each in found:
        if each.rule == _NOT_ITSELF:
            itself[each.location] = max(itself.get(each.location, ""), each.path or each.message)
    values = {each.location for each in found if _is_about(each, SCHEMA["value"])}
    # Who shares least, for what another shares with others is that one's mistake; else the last.
    told = {_shared(each): each for each in sorted(found, key=lambda each: (-len(each.also), each.location))}
    closed = {
        (each.location, each.path) for each in found if each.result is not None and each.result.component == _CLOSED
    }

    def is_told(each: Finding) -> bool:
        if each.rule == _NOT_ITSELF:
            return itself[each.location] != (each.path or each.message)
        of_class = each.result is not None and each.result.component in OF_CLASSES
        if each.result is not None and each.result.path is None and (each.location, each.path) in closed:
            return True
        if each is not told[_shared(each)]:
            return True
        is_link = _is_about(each, SCHEMA["sameAs"])
        return (of_class and each.location in itself) or (is_link and each.location in values)

    return [each for each in found if not is_told(each)]


def _shared(found: Finding) -> object:
    """What is the same where several nodes share what only one may have: the first place; of any other, itself."""
    if found.result is None or found.result.component != _MAX_COUNT or not found.also:
        return id(found)
    return found.rule, found.path, min(found.location, *found.also)


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
