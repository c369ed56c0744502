"""Put snapshots in the place of others, and let nothing be left of those."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.gone import remove, take_away
from digigraph.store.snapshots.making import make_instead
from digigraph.store.snapshots.opened import name_of, read_pointer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digigraph.store.snapshots.making import Content
    from digigraph.store.snapshots.opened import Rewriting, Snapshot

_LOOK_SECONDS = 0.1


class Rewriter(SnapshotCatalog):
    """The snapshots in a state folder, as they are written anew without what was taken back."""

    def rewrite(self, name: str, content: Content, rewriting: Rewriting, *, keeps: Callable[[bytes], bool]) -> Snapshot:
        """Put another snapshot in the place of one, which stays until it is removed; active if that one is.

        Where it is there already, made by somebody who was killed, it is taken as it is. Before it becomes active, the
        quads that are not kept are taken out of the log of changes: no page of them is kept under the new name.

        Raises
        ------
        NoSnapshot
            There is none of that name.
        InputError, StoreError
            As :meth:`digigraph.store.snapshots.catalog.SnapshotCatalog.publish`; whatever was there is as it was.
        """
        with self._publishing():
            replaced = self.get(name)
            wanted = name_of(replaced.sequence, content.sha256, rewritten=content.files_hash)
            if (self._snapshots / wanted).is_dir():
                made = self.get(wanted)
            else:
                made = self._placed(lambda folder: make_instead(folder, content, replaced, rewriting))
            pointer = read_pointer(self._pointer)
            if pointer is not None and pointer[0] == name:
                self.changes.reach(made, active=name, nquads=content.nquads)
                self.changes.rewrite(keeps, {name: made.name})
                self._activate(made.name, pointer[1])
            return made

    def rewrite_changes(self, keeps: Callable[[bytes], bool], names: Mapping[str, str]) -> None:
        """Rewrite the log of changes; see :meth:`digigraph.store.snapshots.change_log.ChangeLog.rewrite`."""
        with self._publishing():
            self.changes.rewrite(keeps, names)

    def remove(self, name: str, *, seconds: float) -> bool:
        """Remove a snapshot that is not active.

        Whoever has it open is waited for; then its files go from under them, and False is returned.
        """
        until = time.monotonic() + seconds
        folder = self._snapshots / name
        while True:
            with self._publishing():
                is_free = remove(folder, self._staging, unless=lambda _: False)
                if not is_free and time.monotonic() >= until:
                    take_away(folder, self._staging)
                if not folder.exists():
                    return is_free
            time.sleep(_LOOK_SECONDS)

    def clear(self) -> None:
        """Remove what a process that was killed has left in the staging folder."""
        with self._publishing():
            pass
