"""What changed from state to state, for people; and as patches, for whoever keeps a copy line by line."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.edition.labels import LABEL_PROPERTIES, Label, choose
from digigraph.store.snapshots.change import ADDED, REMOVED, Kind, is_bare
from digigraph.store.snapshots.change_log import ChangeLog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from digigraph.iris import Iris
    from digigraph.store.snapshots.change import Change, Event

NAMED = 20
"""Things that a change is told by name; the others are counted."""
_REMEMBERED = 512
_telling = threading.Lock()
_LABELS = tuple(f" {each} ".encode() for each in LABEL_PROPERTIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change as people are told of it.

    Parameters
    ----------
    change
        Which one.
    counts
        How many things and documents were created, updated and deleted, by the values of :class:`Kind`.
    added, removed
        Quads; of a change that is no longer whole, those that are left.
    named
        Some of the things and documents: IRI, what happened to it, and its label.
    """

    change: Change
    counts: dict[str, int]
    added: int
    removed: int
    named: tuple[tuple[str, str, Label], ...]

    @property
    def more(self) -> int:
        """How many things and documents are counted only."""
        return sum(self.counts.values()) - len(self.named)


def told(log: ChangeLog, change: Change, iris: Iris, language: str) -> Told:
    """Return what people are told of a change.

    The first may tell of everything there is: what is found is remembered, and one looks at a time.

    Raises
    ------
    SnapshotDamaged
        It is not what was written.
    """
    with _telling:
        return _found(log.folder, change, iris, language)


@functools.lru_cache(maxsize=_REMEMBERED)
def _found(folder: Path, change: Change, iris: Iris, language: str) -> Told:
    beginnings = tuple(f"<{iris.base}{each}/".encode() for each in ("id", "doc"))
    signs: Counter[bytes] = Counter()
    counts = {each.value: 0 for each in Kind}
    named: list[tuple[str, str, Label]] = []
    for event in ChangeLog(folder).events(change):
        signs.update(each[:1] for each in event.lines if not is_bare(each))
        # Of what else there is, evidence and the nodes that a thing owns, nobody would know it by name.
        if not event.subject.startswith(beginnings):
            continue
        label = _label(event, language)
        # What was taken back has no line left, and no name, and is gone all the same.
        counts[event.kind.value] += label is not None or all(map(is_bare, event.lines))
        if label is not None and len(named) < NAMED:
            named.append((event.subject[1:-1].decode(), event.kind.value, label))
    return Told(change=change, counts=counts, added=signs[ADDED], removed=signs[REMOVED], named=tuple(named))


def _label(event: Event, language: str) -> Label | None:
    """The label of a thing, or the last that it had; None where nobody has named it."""
    lines = event.version or [each[1:] for each in event.lines if not is_bare(each)]
    labels = b"\n".join(each for each in lines if any(label in each for label in _LABELS))
    found = (each.object for each in ox.parse(labels, format=ox.RdfFormat.N_QUADS))
    literals = [each for each in found if isinstance(each, ox.Literal)]
    return choose(literals, event.subject[1:-1].decode(), language) if literals else None


def rdf_patch(removed: Iterable[bytes], added: Iterable[bytes], *, name: str, before: str | None) -> Iterator[bytes]:
    """Yield a patch in RDF Patch (Apache Jena): one transaction, quads sorted, what is removed first.

    Parameters
    ----------
    removed, added
        N-Quads without line ends, sorted.
    name, before
        IRIs of the patch, or of what it leads to, and of what it is to be applied to.
    """
    yield f"H id <{name}> .\n".encode()
    if before is not None:
        yield f"H prev <{before}> .\n".encode()
    yield b"TX .\n"
    yield from (b"D %s\n" % each for each in removed)
    yield from (b"A %s\n" % each for each in added)
    yield b"TC .\n"
