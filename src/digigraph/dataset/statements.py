"""Quads with their origin, and the dataset as sorted N-Quads."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digigraph.findings import Finding, Location

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Statement:
    """A quad and the place in the sources that it comes from."""

    quad: ox.Quad
    location: Location


@dataclass(frozen=True)
class Dataset:
    """The whole graph of a project.

    Parameters
    ----------
    statements
        Every quad, once for each place it comes from.
    findings
        What the build found wrong.
    """

    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...] = ()

    @cached_property
    def quads(self) -> frozenset[ox.Quad]:
        """Each quad once."""
        return frozenset(each.quad for each in self.statements)

    @cached_property
    def default_graph(self) -> frozenset[ox.Triple]:
        """The accepted triples."""
        return frozenset(quad.triple for quad in self.quads if quad.graph_name == DEFAULT)

    @cached_property
    def nquads(self) -> bytes:
        """N-Quads (RDF 1.1), one line a quad, lines sorted by their bytes: the same for the same sources."""
        return sorted_nquads(self.quads)

    def trig(self, prefixes: Mapping[str, str]) -> bytes:
        """TriG (RDF 1.1), quads sorted as in :attr:`nquads`, with prefixes."""
        output = io.BytesIO()
        ox.serialize(
            ox.parse(self.nquads, format=ox.RdfFormat.N_QUADS),
            output,
            format=ox.RdfFormat.TRIG,
            prefixes=dict(prefixes),
        )
        return output.getvalue()

    @cached_property
    def _places(self) -> dict[ox.Triple, list[Location]]:
        places: defaultdict[ox.Triple, list[Location]] = defaultdict(list)
        for each in self.statements:
            places[each.quad.triple].append(each.location)
        return places

    @cached_property
    def _subjects(self) -> dict[Subject, list[Location]]:
        places: defaultdict[Subject, list[Location]] = defaultdict(list)
        for each in self.statements:
            places[each.quad.subject].append(each.location)
        return places

    def places_of(self, subject: Subject, predicate: ox.NamedNode | None, value: Object | None) -> list[Location]:
        """Return where a triple is written; where it is not known, where its subject and property, or subject, is.

        Each place once, in source order; empty where nothing is known of the subject.
        """
        found: list[Location] = []
        if predicate is not None and value is not None:
            found = self._places.get(ox.Triple(subject, predicate, value), [])
        if not found and predicate is not None:
            found = [
                place
                for triple, places in self._places.items()
                if triple.subject == subject and triple.predicate == predicate
                for place in places
            ]
        return sorted(set(found or self._subjects.get(subject, [])))


def sorted_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as N-Quads, lines sorted by their bytes."""
    lines = io.BytesIO()
    ox.serialize(quads, lines, format=ox.RdfFormat.N_QUADS)
    return b"".join(sorted(lines.getvalue().splitlines(keepends=True)))
