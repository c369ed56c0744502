"""What shapes can read of a data graph, starting at a focus node, known from the shapes alone.

A result of SHACL Core is a function of its shape, its focus node and the triples that the shape reads from there: those
of its targets and paths, types of values, properties that are compared. So after a change only focus nodes from which
a changed triple can be read are to be checked again. Whatever reads further than can be told is marked as such:
many queries, paths of any length, shapes that lead back to themselves.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.validation.shacl.paths import InTurn, Inverse, Predicate, Repeated, items, path_of, turned
from digigraph.validation.shacl.targets import SHAPE_TYPES, TARGETS
from digigraph.validation.updating.patterns import Pattern
from digigraph.vocab import RDF, RDFS, SH, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from digigraph.validation.shacl.paths import Path


class Step(NamedTuple):
    """From a node over one triple to another; backwards where ``inverse``, by any property where it is None."""

    property: ox.NamedNode | None
    inverse: bool = False


Way = tuple[Step, ...]
"""Steps from a focus node; the triples of the last one are read."""

_HARMLESS = """
closed ignoredProperties datatype deactivated defaultValue description flags group hasValue in languageIn maxCount
maxExclusive maxInclusive maxLength message minCount minExclusive minInclusive minLength name nodeKind order path
pattern qualifiedMaxCount qualifiedMinCount qualifiedValueShapesDisjoint severity uniqueLang alternativePath
inversePath zeroOrOnePath zeroOrMorePath oneOrMorePath targetClass targetNode targetSubjectsOf targetObjectsOf
"""
_COMPARED = [SH[each] for each in ("equals", "disjoint", "lessThan", "lessThanOrEquals")]
_INNER = [SH[each] for each in ("property", "node", "not", "qualifiedValueShape")]
_LISTED = [SH[each] for each in ("and", "or", "xone")]
_OTHER_TARGETS = {*TARGETS} - {SH["targetNode"]}
_WITHIN_PATHS = [SH[each] for each in ("inversePath", "zeroOrOnePath", "zeroOrMorePath", "oneOrMorePath")]
_KNOWN = {
    *(SH[each] for each in _HARMLESS.split()),
    *_COMPARED,
    *_INNER,
    *_LISTED,
    *(SH[each] for each in ("sparql", "select", "declare", "prefix", "namespace")),
    SH["class"],
}
_MOST_WAYS = 1000
"""Ways of one shape above which it is called unbounded; following them would take longer than checking all."""
_DEEPEST = 8
"""Shapes in one another; the engine gives up at 15."""


class _UnboundedError(Exception):
    """What a shape reads cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Shapes that are checked together, for their results cannot be told apart.

    Parameters
    ----------
    roots
        The shapes that have targets.
    sources
        What their results name as ``sh:sourceShape``.
    ways
        What they read from a focus node, with everything on the way; None where that cannot be told.
    patterns
        What queries in them read, wherever it stands.
    is_by_focus
        Whether each result has the focus node of the shape that it is told for: those of a property of a value have
        the value in its place.
    """

    roots: frozenset[Term]
    sources: frozenset[Term]
    ways: frozenset[Way] | None
    patterns: frozenset[Pattern]
    is_by_focus: bool


PatternsOf = Callable[[str], frozenset[Pattern] | None]
"""Tells the patterns of a query in a shape; None where it reads otherwise."""


class ShapesGraph:
    """The shapes of a graph, and what each is made of.

    Parameters
    ----------
    triples
        The graph.
    patterns_of
        Tells what queries read; without it nobody knows.
    """

    def __init__(self, triples: Iterable[ox.Triple], patterns_of: PatternsOf = lambda _: None) -> None:
        self._patterns_of = patterns_of
        self._about: defaultdict[Term, list[ox.Triple]] = defaultdict(list)
        for triple in triples:
            self._about[triple.subject].append(triple)

    def roots(self) -> list[Term]:
        """Return the shapes that have a target or are said to be shapes, in source order."""
        return [node for node, triples in self._about.items() if any(map(makes_root, triples))]

    def closure(self, *roots: Term) -> list[ox.Triple]:
        """Return everything that shapes are made of, other shapes without their targets; and constraint components."""
        components = [
            node
            for node, triples in self._about.items()
            if any(each.predicate == RDF["type"] and each.object == SH["ConstraintComponent"] for each in triples)
        ]
        waiting, seen = [*roots, *components], {*roots, *components}
        found = []
        while waiting:
            node = waiting.pop()
            for triple in self._about.get(node, ()):
                if node not in roots and (triple.predicate in TARGETS or triple.object == RDFS["Class"]):
                    continue
                found.append(triple)
                if triple.object in self._about and triple.object not in seen:
                    seen.add(triple.object)
                    waiting.append(triple.object)
        return found

    def parts(self) -> list[Part]:
        """Return the shapes in parts, each with what it reads; none where something in the graph is not known here."""
        predicates = {each.predicate for triples in self._about.values() for each in triples}
        if any(each not in _KNOWN and each.value.startswith(str(SH)) for each in predicates):
            return []
        said = {node: _by_property(triples) for node, triples in self._about.items()}
        if any(_has_sequence(each, said) for about in said.values() for each in about.get(SH["inversePath"], ())):
            return []
        parts: list[Part] = []
        for root in self._about:
            if not self._has_focus(root):
                continue
            part = _part(root, said, self._patterns_of)
            others = [each for each in parts if not each.sources.isdisjoint(part.sources)]
            parts = [each for each in parts if each not in others]
            parts.append(_joined([part, *others]))
        return parts

    def _has_focus(self, node: Term) -> bool:
        """Whether a node may have focus nodes of its own: has a target, or may be a class."""
        about = _by_property(self._about[node])
        of_shacl = any(each.value.startswith(str(SH)) for each in about)
        return any(each in TARGETS for each in about) or (of_shacl and _may_be_class(about.get(RDF["type"], ())))


def _has_sequence(node: Term, said: _Said) -> bool:
    """Whether a path has one part behind another, of which pyshacl follows the inverse in the wrong order."""
    waiting, seen = [node], {node}
    while waiting:
        about = said.get(waiting.pop(), {})
        if RDF["first"] in about:
            return True
        parts = {part for kind in _WITHIN_PATHS for part in about.get(kind, ())}
        for first in about.get(SH["alternativePath"], ()):
            parts |= set(items(first, said))
        waiting += parts - seen
        seen |= parts
    return False


def _may_be_class(types: Iterable[Term]) -> bool:
    """Whether a shape of some types may be a class as well, whose instances it is about (SHACL, section 2.1.3.3)."""
    return any(each not in SHAPE_TYPES for each in types)


def makes_root(triple: ox.Triple) -> bool:
    """Whether a triple says that its subject is a shape of its own."""
    return triple.predicate in TARGETS or (triple.predicate == RDF["type"] and triple.object in SHAPE_TYPES)


_Said = dict["Term", "Mapping[ox.NamedNode, Sequence[Term]]"]


def _by_property(triples: Iterable[ox.Triple]) -> Mapping[ox.NamedNode, Sequence[Term]]:
    found: defaultdict[ox.NamedNode, list[Term]] = defaultdict(list)
    for each in triples:
        found[each.predicate].append(each.object)
    return found


def _part(root: Term, said: _Said, patterns_of: PatternsOf) -> Part:
    about = said[root]
    reading = _Reading(said, patterns_of)
    sources = _sources(root, said)
    is_by_focus = sources <= {root, *about.get(SH["property"], ())} and not (SH["path"] in about and len(sources) > 1)
    ways = None
    with contextlib.suppress(_UnboundedError):
        reading.targets(about)
        reading.shape(root, {()}, ())
        ways = frozenset(way[:length] for way in reading.ways for length in range(len(way) + 1))
    # What a query finds of one focus node may come from anywhere.
    patterns = frozenset(reading.patterns)
    is_by_focus = is_by_focus and not patterns
    return Part(roots=frozenset([root]), sources=sources, ways=ways, patterns=patterns, is_by_focus=is_by_focus)


def _sources(root: Term, said: _Said) -> frozenset[Term]:
    """The shapes whose results are told by a shape, however deep ``sh:property`` leads."""
    found, waiting = {root}, [root]
    while waiting:
        new = set(said.get(waiting.pop(), {}).get(SH["property"], ())) - found
        found |= new
        waiting += new
    return frozenset(found)


def _joined(parts: Sequence[Part]) -> Part:
    ways = [each.ways for each in parts if each.ways is not None]
    return Part(
        roots=frozenset().union(*(each.roots for each in parts)),
        sources=frozenset().union(*(each.sources for each in parts)),
        ways=frozenset().union(*ways) if len(ways) == len(parts) else None,
        patterns=frozenset().union(*(each.patterns for each in parts)),
        is_by_focus=all(each.is_by_focus for each in parts),
    )


class _Reading:
    """Follows a shape to everything that it reads."""

    def __init__(self, said: _Said, patterns_of: PatternsOf) -> None:
        self._said = said
        self._patterns_of = patterns_of
        self.ways: set[Way] = set()
        self.patterns: set[Pattern] = set()

    def targets(self, about: Mapping[ox.NamedNode, Sequence[Term]]) -> None:
        """Add what tells whether a node is a focus node; of one that is named nothing is read."""
        if SH["targetClass"] in about or _may_be_class(about.get(RDF["type"], ())):
            self._add({()}, Step(RDF["type"]))
        self._add({()}, *map(_step, about.get(SH["targetSubjectsOf"], ())))
        objects = map(_step, about.get(SH["targetObjectsOf"], ()))
        self._add({()}, *(each._replace(inverse=True) for each in objects))

    def shape(self, node: Term, focus: set[Way], within: tuple[Term, ...]) -> None:
        """Add what a shape reads of the nodes at the ends of some ways.

        Raises
        ------
        _UnboundedError
            It cannot be told.
        """
        about = self._said.get(node, {})
        if node in within or len(within) == _DEEPEST or SH["qualifiedValueShapesDisjoint"] in about:
            raise _UnboundedError
        if SH["sparql"] in about:
            self._queries(about, is_root=not within)
        values = self._values(about, focus)
        self.ways |= values
        for kind in _COMPARED:
            self._add(focus, *map(_step, about.get(kind, ())))
        if SH["class"] in about:
            self._add(values, Step(RDF["type"]))
        if SH["closed"] in about:
            self._add(values, Step(None))
        for inner in self._inner(about):
            self.shape(inner, values, (*within, node))

    def _queries(self, about: Mapping[ox.NamedNode, Sequence[Term]], *, is_root: bool) -> None:
        """Add what queries read; in those of a property, words stand for its path, which is not followed here."""
        focus: list[str | None] = [None]
        if is_root and _OTHER_TARGETS.isdisjoint(about) and not _may_be_class(about.get(RDF["type"], ())):
            named = [each for each in about.get(SH["targetNode"], ()) if isinstance(each, ox.NamedNode)]
            if named and len(named) == len(about[SH["targetNode"]]):
                focus = [each.value for each in named]
        for constraint in about[SH["sparql"]]:
            for query in self._said.get(constraint, {}).get(SH["select"], ()):
                patterns = self._patterns_of(query.value) if isinstance(query, ox.Literal) else None
                if patterns is None or SH["path"] in about:
                    raise _UnboundedError
                self.patterns |= {each.of(node) for each in patterns for node in focus}

    def _values(self, about: Mapping[ox.NamedNode, Sequence[Term]], focus: set[Way]) -> set[Way]:
        paths = about.get(SH["path"], ())
        if not paths:
            return focus
        path = path_of(paths[0], self._said)
        if path is None or len(paths) > 1:
            raise _UnboundedError
        return self._bounded({start + way for start in focus for way in _ways(path)})

    def _add(self, starts: set[Way], *steps: Step) -> None:
        self._bounded(self.ways)
        self.ways |= {(*start, step) for start in starts for step in steps}

    def _inner(self, about: Mapping[ox.NamedNode, Sequence[Term]]) -> list[Term]:
        inner = [each for kind in _INNER for each in about.get(kind, ())]
        for kind in _LISTED:
            for node in about.get(kind, ()):
                cell, length = node, 0
                while cell != RDF["nil"]:
                    length += 1
                    first = self._said.get(cell, {}).get(RDF["first"], ())
                    rest = self._said.get(cell, {}).get(RDF["rest"], ())
                    if len(first) != 1 or len(rest) != 1 or length > _MOST_WAYS:
                        raise _UnboundedError
                    inner.append(first[0])
                    cell = rest[0]
        return inner

    @staticmethod
    def _bounded(ways: set[Way]) -> set[Way]:
        if len(ways) > _MOST_WAYS:
            raise _UnboundedError
        return ways


def _step(term: Term) -> Step:
    if not isinstance(term, ox.NamedNode):
        raise _UnboundedError
    return Step(term)


def _ways(path: Path) -> set[Way]:
    """The ways by which a path leads to values."""
    while isinstance(path, Inverse):
        path = turned(path.part)
    if isinstance(path, Predicate):
        return {(Step(path.iri, inverse=path.inverse),)}
    if isinstance(path, Repeated):
        if path.mark != "?":
            raise _UnboundedError
        return {(), *_ways(path.part)}
    if isinstance(path, InTurn):
        found: set[Way] = {()}
        for part in path.parts:
            found = {way + more for way in found for more in _ways(part)}
            if len(found) > _MOST_WAYS:
                raise _UnboundedError
        return found
    return {way for part in path.parts for way in _ways(part)}
