"""Snapshots: immutable states of the graph on disk, one of them active.

::

    {state}/lock                              held while somebody publishes, activates or prunes
    {state}/active.json                       {"snapshot": name, "sources": hash}: the pointer, replaced atomically
    {state}/snapshots/{sequence}-{12 hex}/    hex: the first of the SHA-256 of the sorted N-Quads; of what was written
                                              anew without what was taken back, of that of its files as well
        manifest.json                         what it holds, by whom it was made
        in-use                                locked, shared, by everybody who has the store open
        store/                                RocksDB; written once, then only opened read-only
        files/                                what the pages show beside the dataset: texts of documents, the context
        dumps/                                the dataset in other formats, with their hashes; not there without any
    {state}/changes/                          how each state came from the one before: change_log.py
    {state}/staging/                          work in progress; whatever is found there is a leftover
    {state}/gone/{name}.json                  manifests of snapshots that were removed
    {state}/permalinks/                       what cites results in a snapshot: permalinks.py

A snapshot comes into ``snapshots/`` by one rename, after its content was read back, compared and made durable. So
whatever has a name there is whole, and whatever ``active.json`` names can be served.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import secrets
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from digigraph.errors import NoSnapshot, PublicationBusy, SnapshotDamaged
from digigraph.iris import SNAPSHOT_NAME
from digigraph.store.disk import FileLock, replace_file, storage_errors, sync_folder
from digigraph.store.snapshots.change_log import ChangeLog
from digigraph.store.snapshots.files import NO_FILES
from digigraph.store.snapshots.gone import clear, missing, remove
from digigraph.store.snapshots.making import Content, make
from digigraph.store.snapshots.opened import name_of, read_manifest, read_pointer, sequence_of
from digigraph.store.snapshots.permalinks import holds_permalinks, permalinks_of
from digigraph.store.snapshots.verifying import holds, verify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from digigraph.store.snapshots.dumps import Dumping
    from digigraph.store.snapshots.opened import Snapshot


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication did: the snapshot now active, whether another one was before, what was removed afterwards."""

    snapshot: Snapshot
    is_new: bool
    removed: tuple[str, ...] = ()


class SnapshotCatalog:
    """The snapshots in a state folder.

    Parameters
    ----------
    state
        The folder; it is made at the first publication.
    changes_kept
        How long changes are kept whole: what activates a state shortens those that are older; None: they stay.
    """

    def __init__(self, state: Path, *, changes_kept: dt.timedelta | None = None) -> None:
        self._state = state
        self._snapshots = state / "snapshots"
        self._staging = state / "staging"
        self._pointer = state / "active.json"
        self._is_cited = partial(holds_permalinks, state)
        self.changes = ChangeLog(state / "changes", kept=changes_kept)
        """What changed from state to state."""

    # Reading

    def names(self) -> tuple[str, ...]:
        """Return the names of all snapshots, oldest first."""
        try:
            found = [entry.name for entry in self._snapshots.iterdir() if SNAPSHOT_NAME.fullmatch(entry.name)]
        except FileNotFoundError:
            return ()
        return tuple(sorted(found, key=sequence_of))

    def list(self) -> tuple[Snapshot, ...]:
        """Return all snapshots, oldest first.

        Raises
        ------
        SnapshotDamaged
            A manifest cannot be read.
        """
        return tuple(self.get(name) for name in self.names())

    def get(self, name: str) -> Snapshot:
        """Return the snapshot of that name.

        Raises
        ------
        NoSnapshot
            There is none.
        SnapshotDamaged
            Its manifest cannot be read.
        """
        folder = self._snapshots / name
        # The name may come from a URL: it becomes a path only if it is one of ours.
        if not SNAPSHOT_NAME.fullmatch(name) or not folder.is_dir():
            raise NoSnapshot(
                f"There is no snapshot {name!r}.", hint="`digigraph snapshots list` names those there are."
            )
        return read_manifest(folder)

    def find(self, name: str, *, path: str = "") -> Snapshot:
        """Return the snapshot that somebody asks for; for ``path`` see :func:`digigraph.store.snapshots.gone.missing`.

        Raises
        ------
        NotFound, Gone
            There is none; there is none any longer.
        SnapshotDamaged
            Its manifest cannot be read.
        """
        try:
            return self.get(name)
        except NoSnapshot as error:
            raise missing(self._state, name, path=path) from error

    def active_name(self) -> str | None:
        """Return the name of the active snapshot, or None; cheap enough to ask often. Raises as :meth:`active`."""
        pointer = read_pointer(self._pointer)
        return pointer[0] if pointer else None

    def active(self) -> Snapshot | None:
        """Return the active snapshot, or None where nothing was published yet.

        Raises
        ------
        SnapshotDamaged
            The pointer cannot be read, or names a snapshot that is not there or has no readable manifest.
        """
        pointer = read_pointer(self._pointer)
        if pointer is None:
            return None
        name, sources = pointer
        try:
            return dataclasses.replace(self.get(name), sources=sources)
        except NoSnapshot as error:
            raise SnapshotDamaged(f"{self._pointer} names the snapshot {name}, which is not there.") from error

    def verify(self, name: str) -> Snapshot:
        """Read a snapshot back and compare it with what its manifest and its name say.

        Raises
        ------
        NoSnapshot
            There is none of that name.
        SnapshotDamaged
            It holds something else, or cannot be read.
        """
        snapshot = self.get(name)
        verify(snapshot)
        return snapshot

    # Writing: each step under the lock, so that one process at a time changes the state folder

    def activate(self, name: str, sources: str) -> Snapshot:
        """Make a snapshot the active one and return it.

        Parameters
        ----------
        name
            Which one.
        sources
            Hash of the sources that it stands for from now on.

        Raises
        ------
        NoSnapshot, SnapshotDamaged, StorageFull, PublicationBusy
            The active snapshot is the one it was.
        """
        with self._publishing():
            return self._activate(name, sources)

    def publish(
        self,
        nquads: bytes,
        sources: str,
        *,
        files: Mapping[str, bytes] = NO_FILES,
        dump: Dumping | None = None,
        confirm: Callable[[], None] = lambda: None,
    ) -> Publication:
        """Make a snapshot and activate it; for data, files and dumps of the active one, note only the sources.

        ``confirm`` is called first, when nobody else can change the state folder; what it raises ends the publication.
        For the other parameters see :class:`digigraph.store.snapshots.making.Content`.

        Raises
        ------
        InputError
            The data is not N-Quads.
        StoreError
            The engine would keep something else than it was given.
        StorageFull, PublicationBusy
            Nothing half-made is left. As with the others, the active snapshot is the one it was.
        """
        content = Content(nquads=nquads, sources=sources, files=files, dump=dump)
        with self._publishing():
            confirm()
            active = self._active_or_none()
            hashes, dumps = (content.sha256, content.files_hash), dump.names if dump is not None else None
            if active is not None and holds(active, *hashes, dumps=dumps):
                return Publication(self._activate(active.name, sources), is_new=False)
            made = self._newest_if(*hashes, dumps=dumps) or self._made(content)
            try:
                return Publication(self._activate(made.name, sources, nquads), is_new=True)
            except BaseException:
                # Where there is no room for the pointer, what it would have named is the last to keep.
                remove(self._snapshots / made.name, self._staging, unless=self._is_cited)
                raise

    def prune(self, keep: int, *, cited_too: bool = False) -> tuple[str, ...]:
        """Remove old snapshots and return their names.

        Parameters
        ----------
        keep
            How many of the newest stay, at least 1. The active one stays as well, and any that somebody has open.
        cited_too
            Whether those go that permalinks hold.

        Raises
        ------
        PublicationBusy
            Another process is publishing.
        """
        with self._publishing():
            active = self.active_name()
            # The newest is never removed: its sequence number must not be given again.
            old = [name for name in self.names()[: -max(1, keep)] if name != active]
            cited = (lambda _: False) if cited_too else self._is_cited
            return tuple(name for name in old if remove(self._snapshots / name, self._staging, unless=cited))

    def held(self, keep: int, *, cited_too: bool = False) -> dict[str, str]:
        """Return what :meth:`prune` left beyond the newest ones, and in words what holds each."""
        active = self.active_name()

        def reason(name: str) -> str:
            if name == active:
                return "it is the active one"
            if not cited_too and (cited := permalinks_of(self._state, name)):
                return f"{cited} permalink{'s cite' if cited > 1 else ' cites'} it"
            return "a server or a query has it open"

        return {name: reason(name) for name in self.names()[: -max(1, keep)]}

    # The steps

    @contextlib.contextmanager
    def _publishing(self) -> Iterator[None]:
        """Hold the lock of the state folder, with an empty staging folder."""
        with storage_errors(f"Writing to {self._state}"):
            self._snapshots.mkdir(parents=True, exist_ok=True)
            try:
                lock = FileLock(self._state / "lock", exclusive=True)
            except BlockingIOError as error:
                raise PublicationBusy(
                    f"Another process is publishing into {self._state}.", hint="Try again when it has finished."
                ) from error
            try:
                clear(self._staging)
                yield
            finally:
                lock.release()

    def _active_or_none(self) -> Snapshot | None:
        """Return the active snapshot; None also where the pointer is damaged, for publishing mends that."""
        try:
            return self.active()
        except SnapshotDamaged:
            return None

    def _newest_if(self, sha256: str, files: str, *, dumps: AbstractSet[str] | None) -> Snapshot | None:
        """Return the newest snapshot if it holds this: whoever made it was killed before it became active."""
        for name in self.names()[-1:]:
            newest = self.get(name) if name == name_of(sequence_of(name), sha256) else None
            return newest if newest is not None and holds(newest, sha256, files, dumps=dumps) else None
        return None

    def _made(self, content: Content) -> Snapshot:
        sequence = max(map(sequence_of, self.names()), default=0) + 1
        return self._placed(lambda folder: make(folder, content, sequence))

    def _placed(self, write: Callable[[Path], Snapshot]) -> Snapshot:
        """Let a snapshot be written into a folder, and put it where snapshots are."""
        staged = self._staging / secrets.token_hex(8)
        try:
            made = write(staged)
            snapshot = dataclasses.replace(made, folder=self._snapshots / made.name)
            staged.rename(snapshot.folder)
            sync_folder(self._snapshots)
        except BaseException:
            shutil.rmtree(self._staging, ignore_errors=True)
            raise
        return snapshot

    def _activate(self, name: str, sources: str, nquads: bytes | None = None) -> Snapshot:
        snapshot = self.get(name)
        active = self._active_or_none()
        self.changes.reach(snapshot, active=active.name if active else None, nquads=nquads)
        replace_file(self._pointer, json.dumps({"snapshot": name, "sources": sources}).encode() + b"\n")
        return dataclasses.replace(snapshot, sources=sources)
