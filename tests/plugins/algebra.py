"""A naive evaluator of SPARQL's algebra, the judge of what engines answer (SPARQL 1.1 Query Language, section 18).

It knows nothing of parsing, planning or indices: a query is a tree, written as a text for the engine and evaluated here
from the inside out, as the standard defines it, over sets of triples. Terms are written as in SPARQL (``:x``, ``1``),
variables ``?x``; a solution binds variables to terms.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

Triple = tuple[str, str, str]
Graph = frozenset[Triple]
Solutions = list[dict[str, str]]


@dataclass(frozen=True)
class Dataset:
    """A default graph, and named graphs by their names."""

    default: Graph
    named: dict[str, Graph]


# Paths (section 18.4): how often each pair of ends is there.


@dataclass(frozen=True)
class Step:
    """A property."""

    iri: str

    def __str__(self) -> str:
        """As it is written."""
        return self.iri

    def pairs(self, graph: Graph, start: str | None, end: str | None) -> Iterator[tuple[str, str]]:
        """Yield the ends, one of which may be given; as often as they are solutions."""
        del start, end
        return ((s, o) for s, p, o in graph if p == self.iri)


@dataclass(frozen=True)
class Inverse:
    """``^path``."""

    of: Path

    def __str__(self) -> str:
        """As it is written."""
        return f"^({self.of})"

    def pairs(self, graph: Graph, start: str | None, end: str | None) -> Iterator[tuple[str, str]]:
        """As of a step."""
        return ((o, s) for s, o in self.of.pairs(graph, end, start))


@dataclass(frozen=True)
class Sequence:
    """``one/other``: joined by a variable of their own."""

    one: Path
    other: Path

    def __str__(self) -> str:
        """As it is written."""
        return f"({self.one}/{self.other})"

    def pairs(self, graph: Graph, start: str | None, end: str | None) -> Iterator[tuple[str, str]]:
        """As of a step."""
        second = list(self.other.pairs(graph, None, end))
        return ((s, o) for s, m in self.one.pairs(graph, start, None) for n, o in second if m == n)


@dataclass(frozen=True)
class Alternative:
    """``one|other``: a union that keeps duplicates."""

    one: Path
    other: Path

    def __str__(self) -> str:
        """As it is written."""
        return f"({self.one}|{self.other})"

    def pairs(self, graph: Graph, start: str | None, end: str | None) -> Iterator[tuple[str, str]]:
        """As of a step."""
        return itertools.chain(self.one.pairs(graph, start, end), self.other.pairs(graph, start, end))


@dataclass(frozen=True)
class Repeated:
    """``path?``, ``path*``, ``path+``: each pair once."""

    of: Path
    mark: str

    def __str__(self) -> str:
        """As it is written."""
        return f"({self.of}){self.mark}"

    def pairs(self, graph: Graph, start: str | None, end: str | None) -> Iterator[tuple[str, str]]:
        """As of a step; a term that is given is there in no steps even if the graph has it not."""
        if start is None and end is not None:
            return ((o, s) for s, o in Repeated(Inverse(self.of), self.mark).pairs(graph, end, None))
        nodes = {start} if start is not None else {node for s, _, o in graph for node in (s, o)}
        return ((node, reached) for node in nodes for reached in self._reached(graph, node))

    def _reached(self, graph: Graph, node: str) -> set[str]:
        def after(each: str) -> set[str]:
            return {o for s, o in self.of.pairs(graph, each, None) if s == each}

        if self.mark == "?":
            return {node} | after(node)
        found: set[str] = set()
        waiting = [node] if self.mark == "*" else [*after(node)]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += after(each)
        return found


Path = Step | Inverse | Sequence | Alternative | Repeated


# Patterns (sections 18.2 and 18.6).


@dataclass(frozen=True)
class Triples:
    """A block of triples with paths; blank nodes are variables that nobody sees."""

    triples: tuple[tuple[str, Path, str], ...]

    def __str__(self) -> str:
        """As it is written."""
        return " ".join(f"{s} {path} {o} ." for s, path, o in self.triples)

    def solutions(self, dataset: Dataset) -> Solutions:
        """Return what the active graph has of it."""
        found: Solutions = [{}]
        for subject, path, object_ in self.triples:
            found = _join(found, self._of_one(dataset.default, subject, path, object_))
        return [{name: term for name, term in each.items() if name.startswith("?")} for each in found]

    @staticmethod
    def _of_one(graph: Graph, subject: str, path: Path, object_: str) -> Solutions:
        ends = [None if node.startswith(("?", "_:")) else node for node in (subject, object_)]
        found: Solutions = []
        for pair in path.pairs(graph, ends[0], ends[1]):
            if all(end in {None, term} for end, term in zip(ends, pair, strict=True)):
                bound = {
                    node: term for node, end, term in zip((subject, object_), ends, pair, strict=True) if end is None
                }
                if subject != object_ or pair[0] == pair[1]:
                    found.append(bound)
        return found


@dataclass(frozen=True)
class Group:
    """Braces: parts joined in their order, the filters at the end."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        """As it is written."""
        return f"{{ {' '.join(map(str, self.parts))} }}"

    def solutions(self, dataset: Dataset) -> Solutions:
        """Return those of the whole group."""
        return [each for each in self.unfiltered(dataset) if self.holds(each, dataset)]

    def unfiltered(self, dataset: Dataset) -> Solutions:
        """Return those without the filters."""
        found: Solutions = [{}]
        for part in self.parts:
            if not isinstance(part, Filter):
                found = (
                    part.joined(found, dataset)
                    if isinstance(part, Optional | Minus | Bind)
                    else _join(found, part.solutions(dataset))
                )
        return found

    def holds(self, solution: dict[str, str], dataset: Dataset) -> bool:
        """Whether all filters hold."""
        return all(part.holds(solution, dataset) for part in self.parts if isinstance(part, Filter))


@dataclass(frozen=True)
class Optional:
    """OPTIONAL: its filters see both sides."""

    group: Group

    def __str__(self) -> str:
        """As it is written."""
        return f"OPTIONAL {self.group}"

    def joined(self, before: Solutions, dataset: Dataset) -> Solutions:
        """Return what stands before it, with more where there is more."""
        more = self.group.unfiltered(dataset)
        found: Solutions = []
        for each in before:
            both = [one for one in _join([each], more) if self.group.holds(one, dataset)]
            found += both or [each]
        return found


@dataclass(frozen=True)
class Minus:
    """MINUS."""

    group: Group

    def __str__(self) -> str:
        """As it is written."""
        return f"MINUS {self.group}"

    def joined(self, before: Solutions, dataset: Dataset) -> Solutions:
        """Return what stands before it and shares nothing with it."""
        less = self.group.solutions(dataset)
        return [each for each in before if not any(each.keys() & one.keys() and _fit(each, one) for one in less)]


@dataclass(frozen=True)
class Bind:
    """BIND of a constant or a variable."""

    value: str
    name: str

    def __str__(self) -> str:
        """As it is written."""
        return f"BIND({self.value} AS {self.name})"

    def joined(self, before: Solutions, dataset: Dataset) -> Solutions:
        """Return what stands before it, extended."""
        del dataset
        return [
            each | ({self.name: value} if (value := each.get(self.value, _constant(self.value))) else {})
            for each in before
        ]


@dataclass(frozen=True)
class Filter:
    """A comparison, BOUND, or EXISTS."""

    left: str
    right: str = ""
    is_not: bool = False
    group: Group | None = None

    def __str__(self) -> str:
        """As it is written."""
        if self.group is not None:
            return f"FILTER {'NOT ' * self.is_not}EXISTS {self.group}"
        if self.right:
            return f"FILTER({self.left} {'!=' if self.is_not else '='} {self.right})"
        return f"FILTER({'!' * self.is_not}BOUND({self.left}))"

    def holds(self, solution: dict[str, str], dataset: Dataset) -> bool:
        """Whether it does for a solution; an error is none."""
        if self.group is not None:
            return bool(_join([solution], self.group.solutions(dataset))) != self.is_not
        if not self.right:
            return (self.left in solution) != self.is_not
        left, right = (solution.get(each, _constant(each)) for each in (self.left, self.right))
        return bool(left and right) and (left == right) != self.is_not


@dataclass(frozen=True)
class Union:
    """UNION."""

    groups: tuple[Group, Group]

    def __str__(self) -> str:
        """As it is written."""
        return " UNION ".join(map(str, self.groups))

    def solutions(self, dataset: Dataset) -> Solutions:
        """Return those of one and of the other."""
        return [each for group in self.groups for each in group.solutions(dataset)]


@dataclass(frozen=True)
class InGraph:
    """GRAPH."""

    name: str
    group: Group

    def __str__(self) -> str:
        """As it is written."""
        return f"GRAPH {self.name} {self.group}"

    def solutions(self, dataset: Dataset) -> Solutions:
        """Return those in the graph, or in each, joined with its name."""
        if not self.name.startswith("?"):
            graph = dataset.named.get(self.name)
            return [] if graph is None else self.group.solutions(Dataset(graph, dataset.named))
        return [
            each
            for name, graph in dataset.named.items()
            for each in _join([{self.name: name}], self.group.solutions(Dataset(graph, dataset.named)))
        ]


@dataclass(frozen=True)
class Values:
    """VALUES of one variable."""

    name: str
    terms: tuple[str, ...]

    def __str__(self) -> str:
        """As it is written."""
        return f"VALUES {self.name} {{ {' '.join(self.terms)} }}"

    def solutions(self, dataset: Dataset) -> Solutions:
        """Return its rows."""
        del dataset
        return [{} if term == "UNDEF" else {self.name: term} for term in self.terms]


@dataclass(frozen=True)
class Select:
    """SELECT, on top or below; of some variables, or how many solutions there are, for each value of some."""

    names: tuple[str, ...]
    group: Group
    is_distinct: bool = False
    count: str = ""

    def __str__(self) -> str:
        """As it is written."""
        counted = f"(COUNT(*) AS {self.count})" if self.count else ""
        grouped = f" GROUP BY {' '.join(self.names)}" if self.count and self.names else ""
        return f"SELECT {'DISTINCT ' * self.is_distinct}{' '.join(self.names)} {counted} {self.group}{grouped}"

    def solutions(self, dataset: Dataset) -> Solutions:
        """Return its rows."""
        found = [
            frozenset((name, each[name]) for name in self.names if name in each)
            for each in self.group.solutions(dataset)
        ]
        if self.count:
            counted = Counter(found) if self.names else {frozenset[tuple[str, str]](): len(found)}
            return [{**dict(each), self.count: str(times)} for each, times in counted.items()]
        return [dict(each) for each in (dict.fromkeys(found) if self.is_distinct else found)]


@dataclass(frozen=True)
class Below:
    """A subquery."""

    select: Select

    def __str__(self) -> str:
        """As it is written."""
        return f"{{ {self.select} }}"

    def solutions(self, dataset: Dataset) -> Solutions:
        """Return its rows."""
        return self.select.solutions(dataset)


Part = Triples | Group | Optional | Minus | Bind | Filter | Union | InGraph | Values | Below


def _constant(term: str) -> str | None:
    return None if term.startswith("?") else term


def _fit(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def _join(one: Solutions, other: Solutions) -> Solutions:
    return [left | right for left in one for right in other if _fit(left, right)]
