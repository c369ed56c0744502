"""A harvester that keeps a copy of a dataset by its event stream: from docs/http.md and the standard of LDES alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AS = "https://www.w3.org/ns/activitystreams#"
_TREE = "https://w3id.org/tree#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_STREAM = ox.NamedNode("https://w3id.org/ldes#EventStream")
_POSITION = ox.NamedNode("https://schema.org/position")
_RESULT = ox.NamedNode("https://schema.org/result")
_OBJECT = ox.NamedNode(f"{_AS}object")
_DELETE = ox.NamedNode(f"{_AS}Delete")
_PART = ox.NamedNode("http://purl.org/dc/terms/hasPart")
_VERSION_OF = ox.NamedNode("http://purl.org/dc/terms/isVersionOf")


class Died(Exception):
    """The harvester's process ended; what it had written down is kept."""


class Away(Exception):
    """A page that was told of is not there any longer."""


class Document:
    """A document of N-Quads, by graph and subject."""

    def __init__(self, content: bytes) -> None:
        self.graphs: defaultdict[object, list[ox.Triple]] = defaultdict(list)
        self._said: defaultdict[tuple[object, object], list[object]] = defaultdict(list)
        for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS):
            self.graphs[quad.graph_name].append(quad.triple)
            if quad.graph_name == ox.DefaultGraph():
                self._said[quad.subject, quad.predicate].append(quad.object)

    def all(self, subject: object, predicate: object) -> list[object]:
        """Return the values of a property."""
        return self._said[subject, predicate]

    def one(self, subject: object, predicate: object) -> object:
        """Return the one value of a property."""
        (found,) = self._said[subject, predicate]
        return found

    def number(self, subject: object) -> int:
        """Return the position of a member or a change."""
        found = self.one(subject, _POSITION)
        assert isinstance(found, ox.Literal)
        return int(found.value)

    @property
    def stream(self) -> ox.NamedNode:
        """The one event stream that it speaks of."""
        (found,) = [each.subject for each in self.graphs[ox.DefaultGraph()] if each.object == _STREAM]
        assert isinstance(found, ox.NamedNode)
        return found

    def pages(self, root: str) -> Iterator[tuple[int, int, str]]:
        """The pages that the root tells of: the numbers of changes between which each is, and its URL; in order."""
        bounds: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for relation in self.all(ox.NamedNode(root), ox.NamedNode(f"{_TREE}relation")):
            if self.one(relation, ox.NamedNode(f"{_TREE}path")) == _POSITION:
                value = self.one(relation, ox.NamedNode(f"{_TREE}value"))
                kind, node = self.one(relation, _TYPE), self.one(relation, ox.NamedNode(f"{_TREE}node"))
                assert isinstance(value, ox.Literal)
                bounds[node.value][kind.value.removeprefix(_TREE)] = int(value.value)
        yield from sorted(
            (each["GreaterThanOrEqualToRelation"], each["LessThanOrEqualToRelation"], url)
            for url, each in bounds.items()
        )

    def members(self) -> list[tuple[int, str, frozenset[ox.Quad]]]:
        """The members: number of the change, the thing, and all its quads since then; in order."""
        found = []
        for member in self.all(self.stream, ox.NamedNode(f"{_TREE}member")):
            quads = {ox.Quad(each.subject, each.predicate, each.object) for each in self.graphs.get(member, ())}
            for part in set(self.all(member, _PART)):
                graph = self.one(part, _VERSION_OF)
                quads |= {ox.Quad(each.subject, each.predicate, each.object, graph) for each in self.graphs[part]}
            assert (_DELETE in self.all(member, _TYPE)) == (not quads)
            found.append((self.number(member), self.one(member, _OBJECT).value, frozenset(quads)))
        return sorted(found, key=lambda each: each[:2])


@dataclass
class Harvester:
    """Keeps a copy of a dataset.

    Parameters
    ----------
    get
        Fetches a path as N-Quads; raises Died and Away.
    root
        URL of the root of the stream.
    things
        The quads of each thing.
    position
        Number of the change that it has come to; of later ones it has nothing.
    stream
        The stream that it follows; empty where it has not seen it yet.
    """

    get: Callable[[str], bytes]
    root: str
    things: dict[str, frozenset[ox.Quad]] = field(default_factory=dict)
    position: int = 0
    stream: str = ""

    def start_with(self, dump: bytes, state: str) -> None:
        """Begin with a dump of a state, which is the one that the stream has come to."""
        found = defaultdict(set)
        for quad in ox.parse(dump, format=ox.RdfFormat.N_QUADS):
            found[quad.subject.value].add(quad)
        root = Document(self.get(self.root))
        (change,) = [
            each.subject
            for each in root.graphs[ox.DefaultGraph()]
            if each.predicate == _RESULT and each.object.value == state and root.number(each.subject) == newest(root)
        ]
        self.things = {thing: frozenset(quads) for thing, quads in found.items()}
        self.position, self.stream = root.number(change), root.stream.value

    def follow(self, applied: Callable[[], None]) -> None:
        """Take what is new; may die wherever it fetches, and whenever it has applied a member."""
        while True:
            try:
                self._walk(applied)
            except Away:
                continue
            return

    def _walk(self, applied: Callable[[], None]) -> None:
        root = Document(self.get(self.root))
        if self.stream not in {"", root.stream.value}:
            self.things, self.position = {}, 0
        self.stream = root.stream.value
        for _, until, url in root.pages(self.root):
            if until >= self.position:
                self._apply(Document(self.get(url)), applied)
        self._apply(root, applied)
        self.position = max(self.position, newest(root))

    def _apply(self, document: Document, applied: Callable[[], None]) -> None:
        for number, thing, quads in document.members():
            if number >= self.position:
                self.things[thing] = quads
                self.position = number
                applied()

    def dataset(self) -> bytes:
        """What it holds, as a dump."""
        quads = frozenset().union(*self.things.values()) if self.things else ()
        written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
        return b"".join(sorted(written.splitlines(keepends=True)))


def newest(root: Document) -> int:
    """Number of the newest change that a root tells of."""
    changes = {each.subject for each in root.graphs[ox.DefaultGraph()] if each.predicate == _RESULT}
    return max(map(root.number, changes))
