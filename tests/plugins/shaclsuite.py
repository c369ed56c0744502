"""The W3C's SHACL test suite: its tests read as cases, and reports compared as the suite says.

https://w3c.github.io/data-shapes/data-shapes-test-suite/ describes both. The suite is found as those in :mod:`w3c` are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import answers
import pyoxigraph as ox
from projects import SUITES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TESTS = SUITES / "w3c-shacl" / "tests"
NAMES = "urn:x-shacl-test:/"
"""What reports of implementations put before the path of a test, to name it."""

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OF_RESULTS = {
    SH + name
    for name in ("focusNode", "resultPath", "resultSeverity", "sourceConstraintComponent", "sourceShape", "value")
}
_OF_REPORTS = {SH + "conforms", SH + "result"}
_OPTIONAL = {SH + "resultMessage", SH + "sourceConstraint"}
"""What reports need not have; it counts where the expected one has it."""

Graph = frozenset[ox.Triple]
Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Case:
    """A test: validate ``data`` against ``shapes`` and get ``expected``, or no report where that is None."""

    iri: str
    kind: str
    data: Path
    shapes: Path
    expected: Graph | None

    @property
    def name(self) -> str:
        """Path of the test in the suite."""
        return self.iri.removeprefix(NAMES)


def cases() -> list[Case]:
    """Return every test of the suite, in the order of its files; none where it is missing.

    Files are searched for tests: the manifests leave one out (sparql/component/nodeValidator-001).
    """
    return [case for path in sorted(TESTS.rglob("*.ttl")) for case in _cases(path)]


def _cases(path: Path) -> Iterator[Case]:
    graph = read(path)
    for head in objects(graph, None, MF + "entries"):
        for entry in _list(graph, head):
            (kind,) = objects(graph, entry, RDF + "type")
            (action,) = objects(graph, entry, MF + "action")
            (result,) = objects(graph, entry, MF + "result")
            yield Case(
                iri=NAMES + _path(entry).relative_to(TESTS).as_posix(),
                kind=kind.value.removeprefix(SHT),
                data=_path(*objects(graph, action, SHT + "dataGraph")),
                shapes=_path(*objects(graph, action, SHT + "shapesGraph")),
                expected=_closure(graph, result) if result != ox.NamedNode(SHT + "Failure") else None,
            )


def read(path: Path) -> Graph:
    """Read a file of the suite."""
    quads = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    return frozenset(each.triple for each in quads)


def objects(graph: Graph, subject: Node | None, predicate: str) -> list[Node]:
    """Return the objects of a subject (of any, where it is None) and predicate, in an order that no run changes."""
    found = [each for each in graph if each.predicate.value == predicate and subject in {None, each.subject}]
    return sorted((each.object for each in found), key=str)


def _path(iri: Node) -> Path:
    return TESTS / iri.value.removeprefix(f"{TESTS.as_uri()}/")


def _list(graph: Graph, head: Node) -> Iterator[Node]:
    while head != ox.NamedNode(RDF + "nil"):
        yield from objects(graph, head, RDF + "first")
        (head,) = objects(graph, head, RDF + "rest")


def _closure(graph: Graph, root: Node) -> Graph:
    """What is said of a report, of its results and of their paths."""
    waiting, found = [root], set()
    while waiting:
        node = waiting.pop()
        about = {each for each in graph if each.subject == node} - found
        found |= about
        followed = {SH + "result", SH + "resultPath"} if node in results(graph) or node == root else None
        waiting += [
            each.object
            for each in about
            if isinstance(each.object, ox.BlankNode) and (followed is None or each.predicate.value in followed)
        ]
    return frozenset(found)


def results(graph: Graph) -> set[Node]:
    """Return the results of all reports in a graph."""
    return {*objects(graph, None, SH + "result")}


def same_reports(given: Graph, expected: Graph) -> bool:
    """Tell whether two reports are the same but for the names of blank nodes, in everything that the suite compares.

    Messages and constraints count where the expected report has some.
    """
    more = _OPTIONAL & {each.predicate.value for each in expected}
    compared = (_compared(graph, more) for graph in (given, expected))
    return answers.same(*compared, ordered=False)


def _compared(graph: Graph, more: set[str]) -> Graph:
    """The report without what engines may add to it; paths whole."""
    kept: set[ox.Triple] = set()
    for triple in graph:
        if triple.subject in results(graph):
            is_compared = triple.predicate.value in _OF_RESULTS | more
        elif triple.predicate.value in _OF_REPORTS:
            is_compared = True
        else:
            is_compared = triple.subject in _paths(graph)
        if is_compared:
            kept.add(triple)
    return frozenset(kept)


def _paths(graph: Graph) -> set[Node]:
    """The nodes that paths are made of."""
    nodes, waiting = set(), [each for node in results(graph) for each in objects(graph, node, SH + "resultPath")]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ox.BlankNode) and node not in nodes:
            nodes.add(node)
            waiting += [each.object for each in graph if each.subject == node]
    return nodes
