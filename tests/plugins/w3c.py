"""The W3C's test manifests, read as cases (mf: vocabulary; requests in ht: vocabulary).

The suites are data of another house and no part of this repository: ``DIGIGRAPH_SUITES`` names the folder, else
``../shared/suites`` beside the repository.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox
from projects import SUITES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPARQL = SUITES / "w3c-sparql11"
HOME = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
"""What the IRIs of the suite's files are relative to, wherever the files are."""
MISSING = "the W3C suites are not on this machine"

MANIFESTS = (
    "manifest-sparql11-query.ttl",
    "manifest-sparql11-results.ttl",
    "manifest-sparql11-fed.ttl",
    "protocol/manifest.ttl",
    "service-description/manifest.ttl",
    "graph-store-protocol/manifest.ttl",
)
"""Those of a query service and of a graph store; the manifests of SPARQL Update are not among them."""

_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_HT = "http://www.w3.org/2011/http#"
_CNT = "http://www.w3.org/2011/content#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"

_GRAPH_STORE_TEST = ox.NamedNode(_MF + "GraphStoreProtocolTest")

Node = ox.NamedNode | ox.BlankNode


@dataclass(frozen=True, slots=True)
class Expected:
    """What a response must be: one of these statuses, and what else is said of it."""

    statuses: frozenset[str]
    format: str | None
    boolean: bool | None
    graph: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a test, and the response that is expected."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    expected: Expected


@dataclass(frozen=True, slots=True)
class Case:
    """A test of a manifest.

    Parameters
    ----------
    iri
        Its name.
    kind
        Its class, without namespace.
    folder
        Where it is in the suite.
    query, result
        IRIs of the files with the query and with the result.
    default, named
        Graphs that make the dataset: the name of each, which is the IRI of its file.
    graphs
        Graphs that must be in the store beside: name, and IRI of the file.
    requests
        What is to be sent, in this order.
    """

    iri: str
    kind: str
    folder: str
    query: str
    result: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    graphs: tuple[tuple[str, str], ...]
    requests: tuple[Request, ...]

    @property
    def name(self) -> str:
        """A short name: folder and local name."""
        return f"{self.folder}/{self.iri.partition('#')[2]}"


def path_of(iri: str) -> Path:
    """Return where a file of the suite is."""
    return SPARQL / iri.removeprefix(HOME)


def text_of(iri: str) -> str:
    """Return a file of the suite, ends of lines as they are."""
    return path_of(iri).read_bytes().decode()


def cases() -> list[Case]:
    """Return every test of the manifests, in their order, each once; none where the suites are missing."""
    if not SPARQL.is_dir():
        return []
    found = [case for name in MANIFESTS for case in _Manifest(HOME + name).cases()]
    return list({case.iri: case for case in found}.values())


class _Manifest:
    """One file of a suite's manifest."""

    def __init__(self, iri: str) -> None:
        self._folder = iri.removeprefix(HOME).rpartition("/")[0]
        self._iri = ox.NamedNode(iri)
        self._store = ox.Store()
        self._store.load(path_of(iri).read_bytes(), ox.RdfFormat.TURTLE, base_iri=iri)

    def cases(self) -> Iterator[Case]:
        for head in self._all(self._iri, _MF + "include"):
            for included in self._list(head):
                yield from _Manifest(included.value).cases()
        for head in self._all(self._iri, _MF + "entries"):
            for entry in self._list(head):
                assert isinstance(entry, ox.NamedNode)
                yield self._case(entry)
        # One test has been forgotten on the list of its manifest (head_non_existing_direct).
        for each in self._store.quads_for_pattern(None, ox.NamedNode(_RDF + "type"), _GRAPH_STORE_TEST):
            assert isinstance(each.subject, ox.NamedNode)
            yield self._case(each.subject)

    def _case(self, entry: ox.NamedNode) -> Case:
        action = self._one(entry, _MF + "action")
        is_query = isinstance(action, ox.NamedNode)
        return Case(
            iri=entry.value,
            kind=self._values(entry, _RDF + "type")[0].rpartition("#")[2],
            folder=self._folder,
            query=action.value if is_query else "".join(self._values(action, _QT + "query")),
            result="".join(self._values(entry, _MF + "result")),
            default=self._values(action, _QT + "data"),
            named=self._values(action, _QT + "graphData"),
            graphs=tuple(
                ("".join(self._values(each, _RDFS + "label")), "".join(self._values(each, _UT + "graph")))
                for each in self._all(entry, _UT + "graphData")
            ),
            requests=tuple(map(self._request, self._list(self._one(action, _HT + "requests")))),
        )

    def _request(self, node: Node) -> Request:
        response = self._one(node, _HT + "resp")
        boolean = self._values(response, _MF + "expectedBoolean")
        return Request(
            method="".join(self._values(node, _HT + "methodName")),
            path="".join(self._values(node, _HT + "absolutePath")),
            headers=tuple(self._headers(node)),
            body=self._body(node) or b"",
            expected=Expected(
                statuses=frozenset(each.rpartition("#")[2] for each in self._values(response, _MF + "expectedStatus")),
                format=next(iter(self._values(response, _MF + "expectedFormat")), None),
                boolean=boolean[0] == "true" if boolean else None,
                graph=body.decode() if (body := self._body(response)) is not None else None,
            ),
        )

    def _headers(self, node: Node) -> Iterator[tuple[str, str]]:
        for header in self._list(self._one(node, _HT + "headers")):
            (name,), (value,) = self._values(header, _HT + "fieldName"), self._values(header, _HT + "fieldValue")
            yield name, value

    def _body(self, node: Node | None) -> bytes | None:
        body = self._one(node, _HT + "body")
        if body is None:
            return None
        (text,), (encoding,) = self._values(body, _CNT + "chars"), self._values(body, _CNT + "characterEncoding")
        return text.encode(encoding)

    def _all(self, subject: Node | None, predicate: str) -> list[Node | ox.Literal]:
        if subject is None:
            return []
        quads = self._store.quads_for_pattern(subject, ox.NamedNode(predicate), None)
        return [each.object for each in quads if not isinstance(each.object, ox.Triple)]

    def _one(self, subject: Node | None, predicate: str) -> Node | None:
        return next((each for each in self._all(subject, predicate) if not isinstance(each, ox.Literal)), None)

    def _values(self, subject: Node | None, predicate: str) -> tuple[str, ...]:
        return tuple(sorted(each.value for each in self._all(subject, predicate)))

    def _list(self, head: Node | ox.Literal | None) -> Iterator[Node]:
        while head is not None and not isinstance(head, ox.Literal) and head.value != _RDF + "nil":
            item = self._one(head, _RDF + "first")
            assert item is not None
            yield item
            head = self._one(head, _RDF + "rest")
