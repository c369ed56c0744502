"""Quads with their origin, and the dataset as sorted N-Quads."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.rdf.parsing import LocatedQuad

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Mapping

    from digigraph.findings import Finding, Location
    from digigraph.vocab import Subject, Term

DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Statement:
    """A quad, the place in the sources that it comes from, and where its subject and its property stand, if known.

    ``source`` is what it follows from by the ontology; None where it is written itself.
    """

    quad: ox.Quad
    location: Location
    node: Location | None = None
    property: Location | None = None
    source: ox.Triple | None = None


Located = LocatedQuad | Statement
"""A quad that knows where it comes from: as it was read, or as it was made."""


@dataclass(frozen=True)
class Dataset:
    """The whole graph of a project.

    Parameters
    ----------
    statements
        Every quad, once for each place it comes from.
    findings
        What the build found wrong.
    unproven
        What would be accepted, but for a mistake in what it rests on; shapes are asked about it all the same.
    masked
        What finds names that are taken back wherever they stand; None where none are.
    whole
        The same with what is taken back; None where nothing is. It is never published.
    """

    statements: tuple[Located, ...]
    findings: tuple[Finding, ...] = ()
    unproven: tuple[Statement, ...] = ()
    masked: re.Pattern[str] | None = None
    whole: Dataset | None = None

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
    def _by_triple(self) -> dict[tuple[Subject, ox.NamedNode], dict[Term, list[Located]]]:
        """The statements of each triple, whatever their graphs."""
        found: dict[tuple[Subject, ox.NamedNode], dict[Term, list[Located]]] = {}
        for each in self.statements:
            quad = each.quad
            found.setdefault((quad.subject, quad.predicate), {}).setdefault(quad.object, []).append(each)
        return found

    @cached_property
    def _nodes(self) -> dict[Term, list[Located]]:
        """The statements of each subject."""
        nodes: defaultdict[Term, list[Located]] = defaultdict(list)
        for each in self.statements:
            nodes[each.quad.subject].append(each)
        return nodes

    @cached_property
    def _mentions(self) -> dict[Term, list[tuple[Subject, ox.NamedNode]]]:
        """The subjects and predicates by which a node is the object."""
        mentions: defaultdict[Term, list[tuple[Subject, ox.NamedNode]]] = defaultdict(list)
        for (subject, predicate), values in self._by_triple.items():
            for value in values:
                mentions[value].append((subject, predicate))
        return mentions

    def values(self, subject: Term, predicate: ox.NamedNode) -> list[Term]:
        """Return the objects of a subject and predicate, in source order."""
        return [] if isinstance(subject, ox.Literal) else list(self._by_triple.get((subject, predicate), ()))

    def subjects(self, predicate: ox.NamedNode, value: Term) -> list[Subject]:
        """Return the subjects of a predicate and object, in source order."""
        return [subject for subject, used in self._mentions.get(value, ()) if used == predicate]

    def statements_of(self, subject: Term, predicate: ox.NamedNode, value: Term) -> list[Located]:
        """Return the statements of a triple, in source order."""
        return [] if isinstance(subject, ox.Literal) else self._by_triple.get((subject, predicate), {}).get(value, [])

    def source_of(self, subject: Term, predicate: ox.NamedNode, value: Term) -> ox.Triple | None:
        """Return what a triple follows from; None where it is written itself, or is not there."""
        found = self.statements_of(subject, predicate, value)
        sources = [each.source if isinstance(each, Statement) else None for each in found]
        return None if None in sources else next(iter(sources), None)

    def links(self, subject: Term, value: Term) -> list[ox.NamedNode]:
        """Return the predicates that lead from one node to another, in source order."""
        return [predicate for owner, predicate in self._mentions.get(value, ()) if owner == subject]

    def places_of(self, subject: Subject, predicate: ox.NamedNode | None, value: Term | None) -> list[Location]:
        """Return where a triple is written; where it is not known, where its subject and property, or subject, is.

        Each place once, in source order; empty where nothing is known of the subject.
        """
        of_property = self._by_triple.get((subject, predicate), {}) if predicate is not None else {}
        found = of_property.get(value, []) if value is not None else []
        if not found:
            found = [each for statements in of_property.values() for each in statements]
        return sorted({each.location for each in found}) or self.node_places(subject)

    def node_places(self, node: Term) -> list[Location]:
        """Return where a node stands as a subject; where it is none, where it is an object. Each once, in order."""
        if statements := self._nodes.get(node):
            # Where its statements stand, as long as nothing better is known.
            known = {each.node for each in statements if each.node is not None}
            places = known or {each.location for each in statements}
        else:
            mentions = self._mentions.get(node, ())
            places = {each.location for mention in mentions for each in self._by_triple[mention][node]}
        # Of a node that has a place, the places of which only the file is known say nothing more.
        return sorted(replace(each, of_node=True) for each in {each for each in places if each.line} or places)


def sorted_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as N-Quads, lines sorted by their bytes."""
    lines = io.BytesIO()
    ox.serialize(quads, lines, format=ox.RdfFormat.N_QUADS)
    return b"".join(sorted(lines.getvalue().splitlines(keepends=True)))
