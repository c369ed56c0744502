"""RDF that a server sent, read as carefully as a file of anybody."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.harvesting.exchange import FetchFailed, absolute
from digigraph.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE
from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf.parsing import read_rdf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.harvesting.exchange import Response
    from digigraph.vocab import Subject, Term


FORMATS = {
    name: each.rdf
    for each in (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, N_QUADS, TRIG)
    if each.rdf is not None
    for name in (each.media_type, *each.aliases)
}
"""Parsers by media type."""
ACCEPT = "text/turtle, application/n-triples;q=0.9, application/trig;q=0.8, application/n-quads;q=0.8, "
ACCEPT += "application/ld+json;q=0.5, application/rdf+xml;q=0.4"
"""For whoever wants RDF of any kind: first what can be read with the least danger."""
_AT_MOST = 500_000
"""Statements of one answer."""


class Graph:
    """Statements, found by subject and property or by property and object; which graph they are in does not count."""

    def __init__(self, quads: Iterable[ox.Quad] = ()) -> None:
        self.triples: frozenset[ox.Triple] = frozenset(each.triple for each in quads)
        self._objects: defaultdict[tuple[Subject, ox.NamedNode], list[Term]] = defaultdict(list)
        self._subjects: defaultdict[tuple[ox.NamedNode, Term], list[Subject]] = defaultdict(list)
        self._pairs: defaultdict[ox.NamedNode, list[tuple[Subject, Term]]] = defaultdict(list)
        for each in sorted(self.triples, key=str):
            self._objects[each.subject, each.predicate].append(each.object)
            self._subjects[each.predicate, each.object].append(each.subject)
            self._pairs[each.predicate].append((each.subject, each.object))

    def objects(self, subject: Subject, predicate: ox.NamedNode) -> list[Term]:
        """Return the values of a property, in order."""
        return self._objects.get((subject, predicate), [])

    def subjects(self, predicate: ox.NamedNode, value: Term) -> list[Subject]:
        """Return what has a value, in order."""
        return self._subjects.get((predicate, value), [])

    def pairs(self, predicate: ox.NamedNode) -> list[tuple[Subject, Term]]:
        """Return who has which values of a property, in order."""
        return self._pairs.get(predicate, [])

    def urls(self, subject: Subject, predicate: ox.NamedNode) -> list[str]:
        """Return the values of a property that are addresses of the web."""
        found = (absolute(each.value) for each in self.objects(subject, predicate) if isinstance(each, ox.NamedNode))
        return [each for each in found if each is not None]

    def number(self, subject: Subject, predicate: ox.NamedNode) -> int | None:
        """Return the one value of a property that is a natural number; None without one."""
        for each in self.objects(subject, predicate):
            if isinstance(each, ox.Literal) and each.value.isascii() and each.value.isdigit():
                return int(each.value[:30])
        return None

    def has_words(self, subject: Subject, predicate: ox.NamedNode) -> bool:
        """Tell whether a property has text that is not empty."""
        return any(isinstance(each, ox.Literal) and each.value.strip() for each in self.objects(subject, predicate))


def graph_of(response: Response) -> Graph:
    """Return what an answer says.

    Raises
    ------
    FetchFailed
        Its status, its media type or its body says nothing in RDF; says why.
    """
    return Graph(quads_of(response))


def quads_of(response: Response) -> list[ox.Quad]:
    """Return the statements of an answer; see :func:`graph_of`."""
    if not response.is_ok:
        raise FetchFailed(response.url, f"It is answered with the status {response.status}.")
    if response.media_type not in FORMATS:
        raise FetchFailed(response.url, f"It has the media type {response.media_type!r}, which is none of RDF.")
    if not response.is_whole:
        raise FetchFailed(response.url, f"It has more than {len(response.body) / 1e6:g} MB; no more is read.")
    try:
        read = read_rdf(
            response.body, response.url, response.url, rdf_format=FORMATS[response.media_type], at_most=_AT_MOST
        )
    except Malformed as error:
        place = error.finding.location
        where = f" (line {place.line}, column {place.column})" if place.line else ""
        raise FetchFailed(response.url, f"{error.finding.message}{where}", hint=error.finding.hint) from error
    return [each.quad for each in read.quads]
