"""The states of a graph as taking back looks at them: those that are kept, and the one that the sources have."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.dataset.build import build
from digigraph.dataset.redaction import Names, Remainder, names
from digigraph.errors import NoSnapshot, SnapshotDamaged
from digigraph.publishing.carried.retired import FILE as RETIRED
from digigraph.publishing.carried.texts import decode_text, text_of
from digigraph.sources.redactions import Redactions
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digigraph.iris import Iris
    from digigraph.settings import Settings
    from digigraph.sources.corpus import Corpus
    from digigraph.sources.redactions import Run
    from digigraph.store.snapshots.opened import Snapshot


_HELD_QUADS = 100_000
"""Quads, of all states together, that are held: some hundred bytes each."""


@dataclass(frozen=True, slots=True)
class State:
    """A state of the graph, published or as the sources have it: its quads, and its texts by ``{slug}_{version}``."""

    quads: frozenset[ox.Quad]
    texts: Mapping[str, Sequence[Run]]
    retired: bytes = b""


class EveryState:
    """The state that the sources have, with what is taken back; every kept one that can be read; the log of changes.

    They are read again each time they are gone through, but for small ones: all together they may not fit into memory.

    Parameters
    ----------
    settings
        Of the project.
    corpus
        Its sources.
    """

    def __init__(self, settings: Settings, corpus: Corpus) -> None:
        self._catalog = SnapshotCatalog(settings.state_folder)
        whole = build(replace(corpus, redactions=Redactions()), settings)
        texts = {f"{each.slug}_{each.version}": each.text.runs() for each in corpus.documents}
        self._of_sources = State(whole.quads, texts)
        self._held: dict[str, State] = {}
        self._room = _HELD_QUADS

    def __iter__(self) -> Iterator[State]:
        """Yield them one by one."""
        yield self._of_sources
        for name in self._catalog.names():
            with contextlib.suppress(SnapshotDamaged, NoSnapshot):
                yield self._published(name)
        with contextlib.suppress(SnapshotDamaged):
            yield State(quads_of(b"\n".join(logged(self._catalog))), {})

    def _published(self, name: str) -> State:
        if name in self._held:
            return self._held[name]
        nquads, files = content_of(self._catalog.get(name))
        texts = {text: decode_text(content) for file, content in files.items() if (text := text_of(file))}
        state = State(quads_of(nquads), texts, files.get(RETIRED, b""))
        if len(state.quads) <= self._room:
            self._held[name] = state
            self._room -= len(state.quads)
        return state


def logged(catalog: SnapshotCatalog) -> frozenset[bytes]:
    """Return every quad that the log of changes has, as N-Quads without line ends; raises SnapshotDamaged."""
    log = catalog.changes
    return frozenset(line for change in log.changes() for event in log.events(change) for line in event.quads)


def content_of(snapshot: Snapshot) -> tuple[bytes, dict[str, bytes]]:
    """Return the N-Quads and the files of a snapshot; raises SnapshotDamaged and NoSnapshot."""
    with snapshot.open() as opened:
        return opened.nquads(), snapshot.read_files()


def quads_of(nquads: bytes) -> frozenset[ox.Quad]:
    """Return the quads that N-Quads say."""
    return frozenset(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))


def names_of(states: Iterable[State], redactions: Redactions, iris: Iris) -> Names:
    """Return the names that any of the states has."""
    every = Names()
    for state in states:
        every |= names(state.quads, redactions, iris)
    return every


def quotes_of(states: Iterable[State], redactions: Redactions, iris: Iris) -> set[str]:
    """Return the sentences that any of the states has and that go, where their words go with them."""
    taking = Redactions(tuple(each for each in redactions.entries if each.takes_words))
    quotes: set[str] = set()
    for state in states:
        remainder = Remainder(state.quads, taking, iris)
        quotes.update(*map(remainder.quotes, remainder.evidence))
    return quotes
