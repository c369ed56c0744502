"""The part of a data graph that a change can matter to: who reads a changed triple, and what else they read."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.vocab import RDFS, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from digigraph.validation.updating.patterns import Pattern
    from digigraph.validation.updating.reach import Step, Way


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
        # A store would write 007 as 7, which is another term and may break other shapes.
        self._of: defaultdict[Term, list[ox.Triple]] = defaultdict(list)
        self._with: defaultdict[Term, list[ox.Triple]] = defaultdict(list)
        for each in chain(now, removed):
            self._of[each.subject].append(each)
            self._with[each.object].append(each)
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
            for node, triples in self._of.items()
            if isinstance(node, ox.BlankNode)
            for each in triples
            if isinstance(each.object, ox.BlankNode)
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
        triples = chain.from_iterable(self._of.values())
        found = {each for each in triples if each.predicate == RDFS["subClassOf"] and each not in self._removed}
        self._gather(nodes, {each for each in ways if each}, found)
        waiting = {*nodes, *(each.object for each in found), *(each.subject for each in found)}
        seen: set[Term] = set()
        while waiting:
            node = waiting.pop()
            if isinstance(node, ox.BlankNode) and node not in seen:
                seen.add(node)
                said = set(self._now(self._owned(node, None)))
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
        return self._now(self._owning(node, step.property) if step.inverse else self._owned(node, step.property))

    def _back(self, nodes: AbstractSet[Term], way: Way) -> set[Term]:
        """The nodes from which a way leads to one of some nodes."""
        reached = set(nodes)
        for step in reversed(way):
            reached = {owner for node in reached for owner in self._before(node, step)}
        return reached

    def _before(self, node: Term, step: Step) -> Iterator[Term]:
        if step.inverse:
            return (each.object for each in self._owned(node, step.property))
        return (each.subject for each in self._owning(node, step.property))

    def _owned(self, node: Term, predicate: ox.NamedNode | None) -> Iterator[ox.Triple]:
        """The triples of which a node is the subject, then and now; with any predicate where it is None."""
        return (each for each in self._of.get(node, ()) if predicate is None or each.predicate == predicate)

    def _owning(self, node: Term, predicate: ox.NamedNode | None) -> Iterator[ox.Triple]:
        """The triples of which a node is the object, then and now; with any predicate where it is None."""
        return (each for each in self._with.get(node, ()) if predicate is None or each.predicate == predicate)

    def _now(self, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
        return (each for each in triples if each not in self._removed)

    def _owners_of(self, nodes: AbstractSet[Term]) -> set[Term]:
        """The blank nodes among some nodes, and those that are described by them."""
        found: set[Term] = {each for each in nodes if isinstance(each, ox.BlankNode)}
        waiting = list(found)
        while waiting:
            for each in self._owning(waiting.pop(), None):
                if isinstance(each.subject, ox.BlankNode) and each.subject not in found:
                    found.add(each.subject)
                    waiting.append(each.subject)
        return found
