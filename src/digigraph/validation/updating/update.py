"""A report of an earlier run brought up to what the data is now: only what the change can matter to is checked again.

What is kept and what is checked anew are divided by focus node and shape, and both by the same test, so nothing is
told twice and nothing is lost. A shape that may read anything
(:mod:`digigraph.validation.updating.reach`) is checked whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox
import zstandard

from digigraph.validation.shacl.report_graph import ReportGraph
from digigraph.validation.updating.neighbourhood import Neighbourhood
from digigraph.validation.updating.reach import ShapesGraph

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from digigraph.cache import Cache
    from digigraph.validation.updating.reach import Part, PatternsOf
    from digigraph.vocab import Term

    Check = Callable[[Iterable[ox.Triple] | None, Iterable[ox.Triple]], ReportGraph]
    """Checks some triples, or where there are none given the whole data graph, against shapes."""

_KEY = 64
"""Letters of a key."""
_LARGEST = 500_000_000
"""Bytes of N-Triples above which an earlier run is not read: no run takes in so many."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an earlier run reported, and how its data differs from that of now."""

    report: ReportGraph
    added: list[ox.Triple]
    removed: list[ox.Triple]


class Earlier:
    """The data and the report of the last run with the same shapes.

    Parameters
    ----------
    cache
        Where they are kept.
    key
        Of the shapes and everything else that such runs have in common.
    """

    def __init__(self, cache: Cache, key: str) -> None:
        self._cache = cache
        self._key = key

    def keep(self, report: str, lines: bytes) -> None:
        """Keep the key of a report, and the lines of N-Triples that it is about."""
        self._cache.put(self._key, report.encode() + zstandard.ZstdCompressor(level=1).compress(lines))

    def change(self, lines: bytes) -> Change | None:
        """Return what has changed since, in lines of N-Triples; None where nothing is known or most is new."""
        entry = self._cache.get(self._key)
        report = ReportGraph.decoded(self._cache.get(entry[:_KEY].decode())) if entry is not None else None
        if entry is None or report is None:
            return None
        kept = zstandard.ZstdDecompressor().decompress(entry[_KEY:], max_output_size=_LARGEST)
        before, now = set(kept.splitlines(keepends=True)), set(lines.splitlines(keepends=True))
        added, removed = now - before, before - now
        if 4 * (len(added) + len(removed)) > len(now):
            return None
        return Change(report, _parsed(added), _parsed(removed))


def updated(
    change: Change, data: Sequence[ox.Triple], shapes: Iterable[ox.Triple], check: Check, patterns_of: PatternsOf
) -> ReportGraph | None:
    """Return the report of data as it is now; None where all of it is to be checked anew.

    Raises
    ------
    ShapesError
        As ``check`` does. It may be met in a part of the data alone; the whole decides.
    """
    graph = ShapesGraph(shapes, patterns_of)
    parts = graph.parts()
    if not parts or not change.report.sources() <= _sources(parts):
        return None
    around = Neighbourhood(data, change.added, change.removed)
    if around.is_everywhere:
        return None
    affected = [(part, around.affected(part.ways)) for part in parts if part.ways is not None]
    near = [part for part, found in affected if found and part.is_by_focus]
    nodes: frozenset[Term] = frozenset().union(*(found for part, found in affected if part.is_by_focus))
    whole = [part for part in parts if part.ways is None]
    whole += [part for part, found in affected if (found or around.matches(part.patterns)) and not part.is_by_focus]
    of_near, of_whole = _sources(near), _sources(whole)

    def is_new(focus: Term, source: Term | None) -> bool:
        return source in of_whole or (source in of_near and focus in nodes)

    new = []
    if near:
        read = around.read_from(nodes, frozenset().union(*(part.ways or () for part in near)))
        if 2 * len(read) > len(data):
            return None
        found = check(read, graph.closure(*_roots(near)))
        new.append(found.where(lambda focus, source: source in of_near and focus in nodes))
    if whole:
        new.append(check(None, graph.closure(*_roots(whole))).where(lambda _, source: source in of_whole))
    kept = change.report.where(lambda focus, source: not is_new(focus, source))
    # Shapes that lead back to themselves are among those that were checked whole.
    return ReportGraph(kept.triples, set()).joined(new)


def _sources(parts: Collection[Part]) -> set[Term]:
    return {each for part in parts for each in part.sources}


def _roots(parts: Collection[Part]) -> set[Term]:
    return {each for part in parts for each in part.roots}


def _parsed(lines: Iterable[bytes]) -> list[ox.Triple]:
    return [each.triple for each in ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES)]
