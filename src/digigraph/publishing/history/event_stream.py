"""The changes of the graph as a Linked Data Event Stream (LDES 1.0; TREE hypermedia specification).

A member is what became of one thing when a state became active: created, updated or deleted, with every quad of the
thing since then. Members stand in pages of a fixed number; those that are full never change, and the root has the rest.

In formats of quads a member is exact: the graph with its name holds the thing's triples of the default graph, and each
of its parts those of one named graph. Whoever takes the newest member of each thing has the dataset, quad for quad.
Formats of triples have no graphs: there the member itself has the properties of the thing in the default graph.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.media import RDF_PATCH, Kind
from digigraph.publishing.linked_data.data import Data
from digigraph.store.snapshots import change as store
from digigraph.vocab import AS, DCTERMS, LDES, RDF, RDFS, SCHEMA, TREE, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.media import Format
    from digigraph.publishing.descriptions.constructed import Said
    from digigraph.publishing.descriptions.offer import Offer
    from digigraph.store.snapshots.change import Change, Event
    from digigraph.store.snapshots.change_log import ChangeLog

MEMBERS = 100
"""Members of a page."""
PREFIXES = {"as": str(AS), "ldes": str(LDES), "tree": str(TREE)}
"""Of the vocabularies that the stream alone uses."""
_ACTIVITIES = {
    store.Kind.CREATED: AS["Create"],
    store.Kind.UPDATED: AS["Update"],
    store.Kind.DELETED: AS["Delete"],
}
_OPERATIONS = {"versionCreateObject": "Create", "versionUpdateObject": "Update", "versionDeleteObject": "Delete"}
_SAFE = "/~@!$&'()*+,;="


@dataclass(frozen=True, slots=True)
class Page:
    """Some members of the stream.

    Parameters
    ----------
    number
        Its place, from 1.
    changes
        Those of which it has members, oldest first.
    """

    number: int
    changes: tuple[Change, ...]

    @property
    def name(self) -> str:
        """What it is called in URLs: another name where its members are others, because changes were rewritten."""
        return f"{self.number}-{store.digest_of(self.changes)[:12]}"


@dataclass(frozen=True, slots=True)
class EventStream:
    """The changes that led to the state that is served.

    Parameters
    ----------
    log
        Where they are kept.
    changes
        Which ones, oldest first; one at least.
    offer
        The graph, with its addresses.
    """

    log: ChangeLog
    changes: tuple[Change, ...]
    offer: Offer

    @property
    def iri(self) -> ox.NamedNode:
        """The name of the stream; another one where a log that could not be read was begun anew."""
        return ox.NamedNode(f"{self._iris.base}changes#from-{self.changes[-1].begun}")

    @property
    def pages(self) -> dict[int, Page]:
        """The pages that are full, by number; those of which nothing is left are not there."""
        last = self.changes[-1]
        full = (last.first + last.events) // MEMBERS
        return {number: page for number, page in self._all_pages().items() if number <= full}

    def page_of(self, change: Change) -> Page | None:
        """Return the full page with the first member of a change; None where the root has it, or there is none."""
        return self.pages.get(change.first // MEMBERS + 1)

    def root(self, chosen: Format) -> Data:
        """Return the root node: what the stream is, where its full pages are, and the members that fill none yet."""
        last, node = self.changes[-1], self.offer.node("/changes")
        rest = self._all_pages().get((last.first + last.events) // MEMBERS + 1)
        said = itertools.chain(
            self._described(node),
            *(self._relations(node, page) for page in self.pages.values()),
            self._told(dict.fromkeys([*(rest.changes if rest else ()), last])),
        )
        return self._data(node, said, self._members(rest, chosen) if rest else ())

    def full_page(self, page: Page, chosen: Format) -> Data:
        """Return a page that will never have other members."""
        node = self.offer.node(f"/changes/{page.name}")
        said: Iterator[Said] = itertools.chain(
            [
                (self.iri, RDF["type"], LDES["EventStream"]),
                (self.iri, TREE["view"], self.offer.node("/changes")),
                (node, RDF["type"], TREE["Node"]),
                (node, LDES["immutable"], ox.Literal(value=True)),
            ],
            self._told(page.changes),
        )
        return self._data(node, said, self._members(page, chosen))

    @property
    def _iris(self) -> Iris:
        return Iris(self.offer.settings.base_iri)

    def _all_pages(self) -> dict[int, Page]:
        found: dict[int, list[Change]] = {}
        for change in self.changes:
            for index in range(change.first // MEMBERS, -(-(change.first + change.events) // MEMBERS)):
                found.setdefault(index + 1, []).append(change)
        return {number: Page(number, tuple(changes)) for number, changes in found.items()}

    def _data(self, node: ox.NamedNode, said: Iterable[Said], members: Iterable[ox.Quad]) -> Data:
        plain, claims = {ox.Triple(*each) for each in said}, set()
        for each in members:
            if each.graph_name == ox.DefaultGraph():
                plain.add(each.triple)
            else:
                claims.add(each)
        return Data(node, frozenset(plain), frozenset(claims), self.offer.settings.license)

    def _described(self, node: ox.NamedNode) -> Iterator[Said]:
        stream, settings = self.iri, self.offer.settings
        retention = ox.NamedNode(f"{node.value}#retention")
        yield stream, RDF["type"], LDES["EventStream"]
        yield stream, DCTERMS["title"], ox.Literal(f"{settings.title}: changes")
        yield stream, DCTERMS["publisher"], self.offer.publisher
        yield from self.offer.terms(stream)
        yield stream, DCTERMS["source"], self._iris.dataset
        yield stream, TREE["view"], node
        yield stream, LDES["timestampPath"], AS["published"]
        yield stream, LDES["sequencePath"], SCHEMA["position"]
        yield stream, LDES["versionOfPath"], AS["object"]
        for operation, activity in _OPERATIONS.items():
            yield stream, LDES[operation], AS[activity]
        yield node, RDF["type"], TREE["Node"]
        yield node, RDF["type"], LDES["EventSource"]
        yield node, LDES["retentionPolicy"], retention
        yield retention, RDF["type"], LDES["RetentionPolicy"]
        yield retention, LDES["fullLogDuration"], ox.Literal(f"P{settings.changes_days}D", datatype=XSD["duration"])
        yield retention, LDES["versionAmount"], ox.Literal(1)

    def _relations(self, node: ox.NamedNode, page: Page) -> Iterator[Said]:
        """From when until when the members of a page are, and from which number to which."""
        target = self.offer.node(f"/changes/{page.name}")
        since, until = page.changes[0], page.changes[-1]
        bounds = (
            ("since", "GreaterThanOrEqualToRelation", AS["published"], _time(since)),
            ("until", "LessThanOrEqualToRelation", AS["published"], _time(until)),
            ("from", "GreaterThanOrEqualToRelation", SCHEMA["position"], ox.Literal(since.number)),
            ("to", "LessThanOrEqualToRelation", SCHEMA["position"], ox.Literal(until.number)),
        )
        for name, kind, path, value in bounds:
            relation = ox.NamedNode(f"{node.value}#{page.number}-{name}")
            yield node, TREE["relation"], relation
            yield relation, RDF["type"], TREE[kind]
            yield relation, TREE["path"], path
            yield relation, TREE["value"], value
            yield relation, TREE["node"], target

    def _told(self, changes: Iterable[Change]) -> Iterator[Said]:
        """Which states the changes led to, and where they are as patches."""
        for each in changes:
            subject = ox.NamedNode(f"{self._iris.base}changes/{each.number}")
            yield subject, RDF["type"], SCHEMA["UpdateAction"]
            yield subject, SCHEMA["object"], self._iris.dataset
            yield subject, SCHEMA["result"], self._iris.snapshot(each.snapshot)
            yield subject, SCHEMA["endTime"], _time(each)
            yield subject, SCHEMA["position"], ox.Literal(each.number)
            if each.is_whole:
                patch = self.offer.node(f"/changes/{each.number}.{RDF_PATCH.name}")
                yield subject, RDFS["seeAlso"], patch
                yield patch, DCTERMS["format"], ox.Literal(RDF_PATCH.media_type)

    def _members(self, page: Page, chosen: Format) -> Iterator[ox.Quad]:
        first = (page.number - 1) * MEMBERS
        for change in page.changes:
            start, stop = max(0, first - change.first), max(0, first + MEMBERS - change.first)
            for event in self.log.some_events(change, start, stop):
                yield from self._member(change, event, exact=chosen.kind is Kind.DATASET)

    def _member(self, change: Change, event: Event, *, exact: bool) -> Iterator[ox.Quad]:
        thing = ox.NamedNode(event.subject[1:-1].decode())
        member = ox.NamedNode(f"{self._iris.base}changes/{change.number}#{self._local(thing)}")
        yield ox.Quad(self.iri, TREE["member"], member)
        yield ox.Quad(member, RDF["type"], _ACTIVITIES[event.kind])
        yield ox.Quad(member, AS["object"], thing)
        yield ox.Quad(member, AS["published"], _time(change))
        yield ox.Quad(member, SCHEMA["position"], ox.Literal(change.number))
        for quad in ox.parse(b"\n".join(event.version), format=ox.RdfFormat.N_QUADS):
            graph = quad.graph_name
            if isinstance(graph, ox.NamedNode):
                part = ox.NamedNode(f"{member.value}?{self._local(graph)}")
                yield ox.Quad(member, DCTERMS["hasPart"], part)
                yield ox.Quad(part, DCTERMS["isVersionOf"], graph)
                if exact:
                    yield ox.Quad(quad.subject, quad.predicate, quad.object, part)
            elif exact:
                yield ox.Quad(quad.subject, quad.predicate, quad.object, member)
            else:
                yield ox.Quad(member, quad.predicate, quad.object)

    def _local(self, iri: ox.NamedNode) -> str:
        """An IRI as a part of a fragment; of one below the base IRI, what follows that, in which no colon is left."""
        base = self._iris.base
        if iri.value.startswith(base):
            return quote(iri.value.removeprefix(base), safe=_SAFE)
        return quote(iri.value, safe=f"{_SAFE}:")


def _time(change: Change) -> ox.Literal:
    return ox.Literal(change.created.replace("+00:00", "Z"), datatype=XSD["dateTime"])
