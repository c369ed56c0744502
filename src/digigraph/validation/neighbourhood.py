"""The part of a data graph that a change can matter to: who reads a changed triple, and what else they read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.vocab import RDFS, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from digigraph.validation.patterns import Pattern
    from digigraph.validation.reach import Step, Way


_DEEPEST = 5
"""Blank nodes in one another; from 12 on the engine shows them no further."""


class Neighbourhood:
    """A data graph that has changed.

    Parameters
    ----------
    now
        The graph.
    added, removed
        What it has now and had not before, and the other way round.
    """

    def __init__(self, now: Iterable[ox.Triple], added: list[ox.Triple], removed: list[ox.Triple]) -> None:
        self._changed = [*added, *removed]
        self._removed = set(removed)
        # Ways may lead over what is no longer there: both graphs at once reach at least as far as either.
        self._graph = ox.Store()
        self._graph.bulk_extend(ox.Quad(each.subject, each.predicate, each.object) for each in now)
        self._graph.bulk_extend(ox.Quad(each.subject, each.predicate, each.object) for each in removed)
        self._redescribed = self._owners_of({each.subject for each in self._changed})

    @property
    def is_everywhere(self) -> bool:
        """Whether anything may read the change: which class is below which, or blank nodes in a circle.

        What messages show of blank nodes that are in one another without end depends on which were shown before.
        """
        return any(each.predicate == RDFS["subClassOf"] for each in self._changed) or self._has_deep_blank_nodes()

    def _has_deep_blank_nodes(self) -> bool:
        links = [
            (each.subject, each.object)
            for each in self._graph
            if isinstance(each.subject, ox.BlankNode) and isinstance(each.object, ox.BlankNode)
        ]
        for _ in range(_DEEPEST):
            owners = {owner for owner, _ in links}
            links = [(owner, owned) for owner, owned in links if owned in owners]
        return bool(links)

    def affected(self, ways: AbstractSet[Way]) -> set[Term]:
        """Return the nodes from which one of some ways leads over a changed triple, and maybe others."""
        found: set[Term] = set()
        for way in ways:
            if way:
                read = {
                    each.object if way[-1].inverse else each.subject
                    for each in self._changed
                    if way[-1].property in {None, each.predicate}
                }
                found |= self._back(read, way[:-1])
            # A message may show a blank node by what is said of it.
            found |= self._back(self._redescribed, way)
        return found

    def matches(self, patterns: AbstractSet[Pattern]) -> bool:
        """Whether queries with some patterns may read a changed triple, or show a node that is described otherwise."""
        return bool(patterns) and (
            bool(self._redescribed) or any(each.matches(triple) for each in patterns for triple in self._changed)
        )

    def read_from(self, nodes: AbstractSet[Term], ways: AbstractSet[Way]) -> set[ox.Triple]:
        """Return what is read from nodes on some ways, now, and what every check of a class reads."""
        found = set(self._triples(None, RDFS["subClassOf"], None))
        self._gather(nodes, {each for each in ways if each}, found)
        waiting = {*nodes, *(each.object for each in found), *(each.subject for each in found)}
        seen: set[Term] = set()
        while waiting:
            node = waiting.pop()
            if isinstance(node, ox.BlankNode) and node not in seen:
                seen.add(node)
                said = set(self._triples(node, None, None))
                found |= said
                waiting |= {each.object for each in said}
        return found

    def _gather(self, nodes: AbstractSet[Term], ways: AbstractSet[Way], found: set[ox.Triple]) -> None:
        for step in {way[0] for way in ways}:
            read = {triple for node in nodes for triple in self._read(node, step)}
            found |= read
            ends = {each.subject if step.inverse else each.object for each in read}
            self._gather(ends, {way[1:] for way in ways if way[0] == step and len(way) > 1}, found)

    def _read(self, node: Term, step: Step) -> Iterator[ox.Triple]:
        if step.inverse:
            return self._triples(None, step.property, node)
        return iter(()) if isinstance(node, ox.Literal) else self._triples(node, step.property, None)

    def _back(self, nodes: AbstractSet[Term], way: Way) -> set[Term]:
        """The nodes from which a way leads to one of some nodes."""
        reached = set(nodes)
        for step in reversed(way):
            reached = {owner for node in reached for owner in self._before(node, step)}
        return reached

    def _before(self, node: Term, step: Step) -> Iterator[Term]:
        if not step.inverse:
            return (each.subject for each in self._graph.quads_for_pattern(None, step.property, node, None))
        if isinstance(node, ox.Literal):
            return iter(())
        return (each.object for each in self._graph.quads_for_pattern(node, step.property, None, None))

    def _triples(self, subject: Term | None, predicate: ox.NamedNode | None, value: Term | None) -> Iterator[ox.Triple]:
        if isinstance(subject, ox.Literal):
            return
        for each in self._graph.quads_for_pattern(subject, predicate, value, None):
            if each.triple not in self._removed:
                yield each.triple

    def _owners_of(self, nodes: AbstractSet[Term]) -> set[Term]:
        """The blank nodes among some nodes, and those that are described by them."""
        found: set[Term] = {each for each in nodes if isinstance(each, ox.BlankNode)}
        waiting = list(found)
        while waiting:
            for each in self._graph.quads_for_pattern(None, None, waiting.pop(), None):
                if isinstance(each.subject, ox.BlankNode) and each.subject not in found:
                    found.add(each.subject)
                    waiting.append(each.subject)
        return found
