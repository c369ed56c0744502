"""SHACL property paths (SHACL, section 2.3.1): read, written, and walked to the triple that leads to a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph as ox

from digigraph.vocab import RDF, SH, Term

Said = Mapping[Term, Mapping[ox.NamedNode, Sequence[Term]]]
"""A graph: the values of each property of each subject."""


class Graph(Protocol):
    """What a path is walked through."""

    def values(self, subject: Term, predicate: ox.NamedNode) -> Sequence[Term]:
        """Return the objects of a subject and predicate."""

    def subjects(self, predicate: ox.NamedNode, value: Term) -> Sequence[Term]:
        """Return the subjects of a predicate and object."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A property, followed backwards where ``inverse``."""

    iri: ox.NamedNode
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path, followed backwards; of a property that is :class:`Predicate`."""

    part: Path


@dataclass(frozen=True, slots=True)
class InTurn:
    """One path behind the other."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any of several paths."""

    parts: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path as often as the mark says: ``?`` once or not at all, ``*`` any number of times, ``+`` at least once."""

    part: Path
    mark: str


Path = Predicate | Inverse | InTurn | Either | Repeated
_REPEATED = {SH["zeroOrOnePath"]: "?", SH["zeroOrMorePath"]: "*", SH["oneOrMorePath"]: "+"}
_MARKED = {mark: f"sh:{term.value.rpartition('#')[2]}" for term, mark in _REPEATED.items()}
_LONGEST = 1000
"""Parts of a path above which it is none, and items of a list that are read."""
_DEEPEST = 20
"""Paths in one another above which it is none; the engine gives up at 10."""


def path_of(node: Term, said: Said) -> Path | None:
    """Return the path that a node of a shapes graph describes; None for what is no path, or one without end."""
    return _path(node, said, iter(range(_LONGEST)), 0)


def _path(node: Term, said: Said, parts_left: Iterator[int], depth: int) -> Path | None:
    """The path of a node, as long as it has parts left and is not within itself."""
    if depth > _DEEPEST or next(parts_left, None) is None:
        return None
    if isinstance(node, ox.NamedNode) and node != RDF["nil"]:
        return Predicate(node)

    def several(first: Term) -> tuple[Path, ...] | None:
        parts = [_path(each, said, parts_left, depth + 1) for each in items(first, said)]
        return tuple(part for part in parts if part is not None) if None not in parts else None

    about = said.get(node, {})
    if RDF["first"] in about:
        parts = several(node)
        return InTurn(parts) if parts is not None else None
    for term, values in about.items():
        if term == SH["alternativePath"]:
            parts = several(values[0])
            return Either(parts) if parts is not None else None
        is_one = term in _REPEATED or term == SH["inversePath"]
        part = _path(values[0], said, parts_left, depth + 1) if is_one else None
        if part is not None:
            return _backwards(part) if term == SH["inversePath"] else Repeated(part, _REPEATED[term])
    return None


def items(node: Term, said: Said) -> list[Term]:
    """Return the items of a list, the first 1,000 at most."""
    items: list[Term] = []
    while node != RDF["nil"] and len(items) < _LONGEST:
        about = said.get(node, {})
        items += about.get(RDF["first"], ())[:1]
        node = next(iter(about.get(RDF["rest"], ())), RDF["nil"])
    return items


def _backwards(path: Path) -> Path:
    if isinstance(path, Predicate) and not path.inverse:
        return Predicate(path.iri, inverse=True)
    return Inverse(path)


def turned(path: Path) -> Path:
    """Return the path that leads where another does when it is followed backwards."""
    if isinstance(path, Predicate):
        return Predicate(path.iri, inverse=not path.inverse)
    if isinstance(path, Inverse):
        return path.part
    if isinstance(path, InTurn):
        return InTurn(tuple(turned(part) for part in reversed(path.parts)))
    if isinstance(path, Either):
        return Either(tuple(turned(part) for part in path.parts))
    return Repeated(turned(path.part), path.mark)


def sparql(path: Path, shorten: Callable[[str], str]) -> str:
    """Return a path as SPARQL writes it, with IRIs as ``shorten`` gives them."""
    if isinstance(path, Predicate):
        return ("^" if path.inverse else "") + shorten(path.iri.value)
    if isinstance(path, Inverse):
        return f"^({sparql(path.part, shorten)})"
    if isinstance(path, Repeated):
        return _grouped(path.part, shorten) + path.mark
    separator = "/" if isinstance(path, InTurn) else "|"
    return separator.join(_grouped(part, shorten) for part in path.parts)


def _grouped(path: Path, shorten: Callable[[str], str]) -> str:
    text = sparql(path, shorten)
    return text if isinstance(path, Predicate) else f"({text})"


def turtle(path: Path) -> str:
    """Return a path as a shapes graph has it, in Turtle; the prefix ``sh:`` is SHACL's."""
    if isinstance(path, Predicate):
        return f"[ sh:inversePath {path.iri} ]" if path.inverse else str(path.iri)
    if isinstance(path, Inverse):
        return f"[ sh:inversePath {turtle(path.part)} ]"
    if isinstance(path, Repeated):
        return f"[ {_MARKED[path.mark]} {turtle(path.part)} ]"
    parts = f"( {' '.join(turtle(part) for part in path.parts)} )"
    return parts if isinstance(path, InTurn) else f"[ sh:alternativePath {parts} ]"


@dataclass(frozen=True, slots=True)
class Step:
    """The triple by which a walk came to a value; the value is its subject where the step went backwards."""

    subject: Term
    predicate: ox.NamedNode
    object: Term
    backwards: bool

    @property
    def triple(self) -> tuple[Term, ox.NamedNode, Term]:
        """Subject, predicate and object."""
        return self.subject, self.predicate, self.object


def last_steps(path: Path, focus: Term, graph: Graph) -> dict[Term, list[Step]]:
    """Return where the path leads from a node: each value with the steps by which it was reached."""
    ends = _walk(path, {focus: ()}, graph)
    return {node: [step for step in steps if step is not None] for node, steps in ends.items()}


_Ends = Mapping[Term, Sequence[Step | None]]
"""Nodes, and the last steps by which they were reached; None where a walk begins."""


def _walk(path: Path, starts: _Ends, graph: Graph) -> _Ends:
    """Where a path leads; where it leads nowhere else, the steps are those of its start."""
    if isinstance(path, Inverse):
        return _walk(turned(path.part), starts, graph)
    if isinstance(path, InTurn):
        ends = starts
        for part in path.parts:
            ends = _walk(part, ends, graph)
        return ends
    if isinstance(path, Either):
        return _together([_walk(part, starts, graph) for part in path.parts])
    if isinstance(path, Repeated):
        return _repeated(path, starts, graph)
    found: dict[Term, list[Step | None]] = {}
    for start in starts:
        for step in _steps(path, start, graph):
            found.setdefault(step.subject if path.inverse else step.object, []).append(step)
    return found


def _repeated(path: Repeated, starts: _Ends, graph: Graph) -> _Ends:
    rounds = [] if path.mark == "+" else [starts]
    seen = set(starts) if rounds else set()
    reached = starts
    while reached:
        found = _walk(path.part, reached, graph)
        rounds.append(found)
        reached = {node: steps for node, steps in found.items() if node not in seen and path.mark != "?"}
        seen |= found.keys()
    return _together(rounds)


def _together(several: Sequence[_Ends]) -> _Ends:
    ends: dict[Term, list[Step | None]] = {}
    for each in several:
        for node, steps in each.items():
            ends.setdefault(node, []).extend(steps)
    return ends


def _steps(path: Predicate, start: Term, graph: Graph) -> list[Step]:
    if path.inverse:
        return [Step(each, path.iri, start, backwards=True) for each in graph.subjects(path.iri, start)]
    return [Step(start, path.iri, each, backwards=False) for each in graph.values(start, path.iri)]
