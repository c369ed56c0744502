"""Take what is on the list out of the states that are kept."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digigraph.dataset.redaction import Names, Remainder
from digigraph.dataset.statements import sorted_nquads
from digigraph.errors import NoSnapshot, SnapshotDamaged
from digigraph.iris import Iris
from digigraph.publishing.carried.dumps import FORMATS, write_dumps
from digigraph.publishing.carried.retired import TAKEN_BACK, taken_back
from digigraph.publishing.carried.texts import decode_text, encode_text, text_of
from digigraph.publishing.descriptions.void import FIGURES, figures
from digigraph.redaction.permalinks import Citations, Mentions
from digigraph.redaction.states import EveryState, content_of, logged, names_of, quads_of, quotes_of
from digigraph.sources.facts.quoting import whole_words
from digigraph.sources.read import read_project
from digigraph.store.snapshots.dumps import Dumping
from digigraph.store.snapshots.making import Content
from digigraph.store.snapshots.opened import Rewriting, sequence_of
from digigraph.store.snapshots.redacted import Redacted, read_redacted, write_redacted
from digigraph.store.snapshots.rewriting import Rewriter

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from digigraph.settings import Settings
    from digigraph.sources.redactions import Redactions
    from digigraph.store.snapshots.opened import Snapshot

_PATIENCE = 5
"""Seconds, beyond those of a query, that are waited for who has a state open that is to be removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was done to the kept states.

    Parameters
    ----------
    rewritten
        The new name of each state that was written anew, by its old one.
    removed
        Names of states that could not be read, and were removed.
    torn
        Names of states that were removed from under somebody who had them open.
    unreadable
        What cannot be read and is still there: the active state, the log of changes. Publishing mends them.
    permalinks_carried, permalinks_removed
        How many permalinks are those of rewritten states now, and how many are no more.
    """

    rewritten: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    torn: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    permalinks_carried: int = 0
    permalinks_removed: int = 0


def apply(
    settings: Settings, redactions: Redactions, *, known: Names | None = None, quotes: Iterable[str] = ()
) -> Applied:
    """Take what is on the list out of every kept state that still has it; states without it stay as they are.

    Parameters
    ----------
    known
        Names of what is taken back; None: those that sources and states have, and ``quotes`` likewise.
    quotes
        Sentences that are taken back; queries of permalinks may have them.

    Raises
    ------
    StoreError, PublicationBusy
        What was not done yet is done by the next run.
    """
    iris = Iris(settings.base_iri)
    reasons = {iris.base + iri: reason for iri, reason in redactions.reasons.items()}
    before = read_redacted(settings.state_folder)
    if not (reasons or before.reasons):
        return Applied()
    catalog = Rewriter(settings.state_folder)
    without = set(before.states) if reasons == before.reasons else set()
    if reasons == before.reasons and without >= set(catalog.names()):
        return Applied()
    write_redacted(settings.state_folder, Redacted(reasons=reasons, states=tuple(sorted(without))))
    if known is None:
        states = EveryState(settings, read_project(settings))
        known = names_of(states, redactions, iris)
        quotes = quotes_of(states, redactions, iris)
    classes = {reason for iri, reason in reasons.items() if before.reasons.get(iri) != reason} or {*reasons.values()}
    citations = Citations(settings, Mentions(known, quotes, redactions.reasons), " ".join(sorted(classes)))
    # First: once the states are without the words nobody knows them any longer.
    citations.remove_mentions()
    application = _Application(catalog, redactions, iris, known)
    applied = application.run(without, citations, seconds=settings.query_seconds + _PATIENCE)
    # Again: some may have been made meanwhile.
    citations.remove_mentions()
    citations.remove_orphans()
    done = () if applied.unreadable else catalog.names()
    write_redacted(settings.state_folder, Redacted(reasons=reasons, states=done))
    return replace(applied, permalinks_carried=citations.carried, permalinks_removed=citations.removed)


class _Application:
    """Takes what is on the list out of one state folder."""

    def __init__(self, catalog: Rewriter, redactions: Redactions, iris: Iris, known: Names) -> None:
        self._catalog = catalog
        self._redactions = redactions
        self._iris = iris
        self._known = known
        self._editor = _Editor(redactions, iris, known)

    def run(self, without: Container[str], citations: Citations, *, seconds: float) -> Applied:
        """Do it, but for the states that are known to be without; who has an old one open is waited for so long."""
        rewritten: dict[str, str] = {}
        damaged: list[str] = []
        seen: set[str] = set()
        active = self._active()
        # A publication may come between: its state is looked at, too.
        while todo := [each for each in self._standing(active) if each not in seen and each not in without]:
            # The active one first: it is what most readers see.
            for name in sorted(todo, key=lambda each: each != active):
                try:
                    made = self._rewritten(self._catalog.get(name), is_active=name == active).name
                except SnapshotDamaged:
                    damaged.append(name)
                    made = name
                seen |= {name, made}
                if made != name:
                    rewritten[name] = made
        unreadable = [each for each in damaged if each == active]
        try:
            self._rewrite_changes()
        except SnapshotDamaged:
            unreadable.append("changes")
        for state in self._readable():
            for each in state.rewritten:
                citations.carry(each.replaced, state)
        removed = [each for each in damaged if each != active]
        left = {*self._catalog.names()} - {*self._standing(self._active())} | {*removed}
        self._catalog.clear()
        torn = [name for name in sorted(left) if not self._catalog.remove(name, seconds=seconds)]
        return Applied(rewritten=rewritten, removed=tuple(removed), torn=tuple(torn), unreadable=tuple(unreadable))

    def _standing(self, active: str | None) -> list[str]:
        """The snapshots in whose place no other one is, oldest first; those in the others' are to be removed."""
        replaced = {each.replaced for state in self._readable() for each in state.rewritten}
        sequence = sequence_of(active) if active else 0
        names = [each for each in self._catalog.names() if each == active or sequence_of(each) != sequence]
        return [each for each in names if each == active or each not in replaced]

    def _readable(self) -> Iterator[Snapshot]:
        for name in self._catalog.names():
            with contextlib.suppress(SnapshotDamaged, NoSnapshot):
                yield self._catalog.get(name)

    def _active(self) -> str | None:
        try:
            return self._catalog.active_name()
        except SnapshotDamaged:
            return None

    def _rewritten(self, snapshot: Snapshot, *, is_active: bool) -> Snapshot:
        """The snapshot without what is taken back: itself, where it has nothing of it.

        The active one is always another: what is kept of it in caches may tell of other states, or of changes.
        """
        nquads, files = content_of(snapshot)
        left = self._editor.quads(nquads)
        carried = self._editor.files(files, left, is_changed=left != nquads)
        if is_active:
            carried[TAKEN_BACK] = taken_back(self._redactions.reasons)
        if (left, carried) == (nquads, files):
            return snapshot
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        rewriting = Rewriting(replaced=snapshot.name, at=now, reasons=self._editor.reasons)
        dump = self._editor.dumping(snapshot, left)
        content = Content(nquads=left, sources=snapshot.sources, files=carried, dump=dump)
        known = frozenset(left.splitlines())
        with contextlib.suppress(SnapshotDamaged):
            # A log that cannot be read is begun anew with this state.
            known |= logged(self._catalog) if is_active else frozenset()
        return self._catalog.rewrite(snapshot.name, content, rewriting, keeps=self._kept(known).__contains__)

    def _rewrite_changes(self) -> None:
        """Take it out of the changes from state to state, those of states that are kept no longer among them."""
        lines = logged(self._catalog)
        kept = self._kept(lines)
        names = {each.replaced: state.name for state in self._readable() for each in state.rewritten}
        if kept != lines or any(change.snapshot in names for change in self._catalog.changes.changes()):
            self._catalog.rewrite_changes(kept.__contains__, names)

    def _kept(self, lines: frozenset[bytes]) -> frozenset[bytes]:
        """Those quads of any time that nothing is taken of."""
        every = Remainder(quads_of(b"\n".join(lines)), self._redactions, self._iris, self._known)
        return frozenset(line for line in lines for quad in quads_of(line) if every.of(quad) == quad)


def note_published(settings: Settings, name: str) -> None:
    """Note that a snapshot was published without what is on the list, so that nobody has to look through it."""
    before = read_redacted(settings.state_folder)
    if before.reasons:
        write_redacted(settings.state_folder, replace(before, states=tuple(sorted({*before.states, name}))))


class _Editor:
    """Takes what is on the list out of what a snapshot is made of."""

    def __init__(self, redactions: Redactions, iris: Iris, known: Names) -> None:
        self._redactions = redactions
        self._iris = iris
        self._known = known
        self._masked = whole_words(known.masked)
        self.reasons: tuple[str, ...] = tuple(sorted(set(redactions.reasons.values())))

    def quads(self, nquads: bytes) -> bytes:
        """Return what is left of a dataset."""
        before = quads_of(nquads)
        left = frozenset(Remainder(before, self._redactions, self._iris, self._known))
        return nquads if left == before else sorted_nquads(left)

    def files(self, files: Mapping[str, bytes], nquads: bytes, *, is_changed: bool) -> dict[str, bytes]:
        """Return what is left of the files that go with a dataset."""
        left = {}
        for name, content in files.items():
            text = text_of(name)
            if not text:
                left[name] = content
                continue
            runs = decode_text(content)
            seen = self._redactions.left_of(text, runs, self._masked)
            if seen is not None:
                left[name] = content if seen == runs else encode_text(seen)
        if is_changed and FIGURES in files:
            left[FIGURES] = figures(nquads, self._iris.base)
        return left

    def dumping(self, snapshot: Snapshot, nquads: bytes) -> Dumping:
        """What writes the dumps that the snapshot has."""
        names = frozenset(each.name for each in snapshot.dumps())
        formats, prefixes = {FORMATS[each].format.name for each in names}, self._iris.prefixes
        return Dumping(names=names, write=lambda folder: write_dumps(folder, nquads, prefixes, names=formats))
