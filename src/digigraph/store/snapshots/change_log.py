"""What changed from state to state: a log of the states that became active, each as a patch to the one before.

::

    {state}/changes/{number}.diff     number: 1 for the first, and so on; never used twice

The first line of a file tells what it is, in JSON. Then come quads as N-Quads, sorted, each after a sign: ``+`` this
state has it and the one before has not, ``-`` it has it no longer, a space: both have it. Where a quad changed, all
quads with the same subject are there: the lines with ``+`` and ``-`` are the patch, those with ``+`` and a space the
whole new version of each thing that changed. A thing of which nothing is left has ``-`` alone.

Each quad belongs to its subject, in whatever graph it is. So whoever takes the newest version of each thing has the
dataset, quad for quad; and the log alone, without any snapshot, tells what the dataset was.

A file comes into the folder by one rename, before its state becomes active: the log may be ahead of ``active.json``,
never behind. What is ahead was never served, and goes with the next publication.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import itertools
import json
import os
import re
from typing import TYPE_CHECKING

from digigraph.errors import NoSnapshot, SnapshotDamaged
from digigraph.store.disk import replace_file, sync_folder
from digigraph.store.snapshots.change import (
    ADDED,
    MARKED,
    REMOVED,
    Change,
    Kind,
    change_of,
    difference,
    events_of,
    is_bare,
    marks_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from digigraph.store.snapshots.change import Event
    from digigraph.store.snapshots.opened import Snapshot

_FILE = re.compile(r"([1-9]\d*)\.diff")


class ChangeLog:
    """The changes of a state folder, of which one process at a time may write.

    Parameters
    ----------
    folder
        Where they are; it is made with the first one.
    kept
        How long changes are kept whole; of older ones the newest version of each thing is kept. None: all stay whole.
    """

    def __init__(self, folder: Path, *, kept: dt.timedelta | None = None) -> None:
        self._folder = folder
        self._kept = kept

    @property
    def folder(self) -> Path:
        """Where they are."""
        return self._folder

    # Reading

    def changes(self, *, until: str | None = None) -> tuple[Change, ...]:
        """Return the changes, oldest first.

        Parameters
        ----------
        until
            Name of a state: none that came after it was last active. Where no change led to it, there are none.

        Raises
        ------
        SnapshotDamaged
            One cannot be read.
        """
        found = []
        for number in self._numbers():
            try:
                with self._path(number).open("rb") as file:
                    found.append(change_of(number, file.readline()))
            except FileNotFoundError:
                # Nothing was left of it that a later change does not tell.
                continue
            except OSError as error:
                raise SnapshotDamaged(f"Change {number} cannot be read: {error}.", hint="Publish again.") from error
        while until is not None and found and found[-1].snapshot != until:
            found.pop()
        return tuple(found)

    def events(self, change: Change) -> Iterator[Event]:
        """Yield what became of each thing, sorted by subject; it is read as it is taken.

        Raises
        ------
        SnapshotDamaged
            It is not what was written, which may show at its end.
        """
        try:
            yield from events_of(self._lines(change))
        except ValueError as error:
            raise SnapshotDamaged(f"Change {change.number} is not what was written.", hint="Publish again.") from error

    def some_events(self, change: Change, start: int, stop: int) -> Iterator[Event]:
        """Yield what became of some of its things, by their places from 0; none of the others is read.

        Raises
        ------
        SnapshotDamaged
            It is not what was written, as far as that shows.
        """
        try:
            with self._path(change.number).open("rb") as file:
                # It may have been shortened since it was listed.
                found = change_of(change.number, file.readline())
                marked = start // MARKED
                if marked < len(found.marks):
                    file.seek(found.marks[marked], os.SEEK_CUR)
                    lines = (each.removesuffix(b"\n") for each in file)
                    yield from itertools.islice(events_of(lines), start % MARKED, stop - marked * MARKED)
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            raise SnapshotDamaged(f"Change {change.number} cannot be read: {error}.", hint="Publish again.") from error

    def patch(self, change: Change) -> tuple[Iterator[bytes], Iterator[bytes]]:
        """Return the quads that a change removed and those that it added: N-Quads without line ends, sorted.

        They are read as they are taken, and none of them is in memory for longer.

        Raises
        ------
        NoSnapshot
            It is no longer kept as a patch.
        SnapshotDamaged
            It is not what was written; of either half that shows at its end.
        """
        if not change.is_whole:
            raise NoSnapshot(f"Change {change.number} is no longer kept as a patch.")
        return self._signed(change, REMOVED), self._signed(change, ADDED)

    def _signed(self, change: Change, sign: bytes) -> Iterator[bytes]:
        return (each[1:] for each in self._lines(change) if each[:1] == sign and not is_bare(each))

    def dataset(self, name: str) -> set[bytes]:
        """Return the dataset of a state, from the log alone: N-Quads without line ends.

        Raises
        ------
        NoSnapshot
            No change that is kept led to it, or what was so long ago is kept no longer.
        SnapshotDamaged
            A change is not what was written.
        """
        found = self.changes(until=name)
        later = self.changes()[len(found) :]
        if not found or not all(each.is_whole for each in later):
            raise NoSnapshot(f"No change that is kept leads to the state {name!r}.")
        return _quads(self._versions(found))

    # Writing: the caller holds the lock of the state folder

    def reach(self, snapshot: Snapshot, *, active: str | None, nquads: bytes | None = None) -> None:
        """Let the log end with a state that is about to become active, and shorten what is old.

        Parameters
        ----------
        snapshot
            The state.
        active
            Name of the one that is active now; what the log holds beyond it is removed.
        nquads
            Its dataset, where it is at hand; else it is read from the snapshot.

        Raises
        ------
        SnapshotDamaged
            The snapshot cannot be read.
        OSError
            The disk refuses.
        """
        try:
            self._clean(active)
            last = next(reversed(self.changes()), None)
            if last is not None and last.snapshot == snapshot.name:
                return
            before = _quads(self._versions(self.changes()))
        except SnapshotDamaged:
            # Publishing is how what is damaged is mended; those who read must begin anew, and are told by `begun`.
            last, before = None, set()
        if nquads is None:
            with snapshot.open() as opened:
                nquads = opened.nquads()
        number = self._append(snapshot.name, last, difference(before, set(nquads.split(b"\n")[:-1])))
        if last is None:
            self._remove(each for each in self._numbers() if each != number)
        # With a new state, never without: what is served of the log is kept as long as its state is.
        self._shorten()

    def _append(self, snapshot: str, last: Change | None, lines: Sequence[bytes]) -> int:
        number = max(self._numbers(), default=0) + 1
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        change = Change(
            number=number,
            begun=last.begun if last else number,
            snapshot=snapshot,
            # A clock may be set back, an event stream may not.
            created=max(now, last.created) if last else now,
            first=last.first + last.events if last else 0,
        )
        self._write(change, lines)
        return number

    def rewrite(self, keeps: Callable[[bytes], bool], names: Mapping[str, str]) -> None:
        """Take quads out of every change, as if they had never been there.

        A state without them has to be active already: the change that led to it is what tells readers. Whatever told of
        a thing still does, as far as anything is left of it; a thing that is gone is still told to be.

        Parameters
        ----------
        keeps
            Tells of a quad, N-Quads without line end, whether it stays.
        names
            New names of states that were rewritten.

        Raises
        ------
        SnapshotDamaged
            A change is not what was written.
        OSError
            The disk refuses; some changes may have been rewritten, and doing it again goes on.
        """
        for change in self.changes():
            lines: list[bytes] = []
            for event in self.events(change):
                left = [each for each in event.lines if is_bare(each) or keeps(each[1:])]
                is_deleted = event.kind is Kind.DELETED
                lines += left or ([REMOVED + event.subject] if is_deleted else [])
            renamed = dataclasses.replace(change, snapshot=names.get(change.snapshot, change.snapshot))
            self._write(renamed, lines)

    def _clean(self, active: str | None) -> None:
        """Remove what is beyond the active state, where the log knows that, and what a killed process left behind."""
        if not self._folder.is_dir():
            return
        known = self.changes(until=active)
        self._remove(each for each in self._numbers() if known and each > known[-1].number)
        for path in self._folder.iterdir():
            if not _FILE.fullmatch(path.name):
                path.unlink()

    def _shorten(self) -> None:
        if self._kept is None:
            return
        limit = (dt.datetime.now(dt.UTC) - self._kept).isoformat(timespec="seconds")
        old = [each for each in self.changes()[:-1] if each.created <= limit]
        if not any(each.is_whole for each in old):
            return
        told: set[bytes] = set()
        for change in reversed(old):
            left = [each for each in self.events(change) if each.subject not in told]
            told.update(each.subject for each in left)
            if left or change is old[-1]:
                lines = list(itertools.chain.from_iterable(each.lines for each in left))
                self._write(dataclasses.replace(change, is_whole=False), lines)
            else:
                self._remove([change.number])

    def _versions(self, changes: Iterable[Change]) -> dict[bytes, list[bytes]]:
        """The newest version of each thing."""
        return {event.subject: event.version for change in changes for event in self.events(change)}

    def _numbers(self) -> list[int]:
        try:
            found = [_FILE.fullmatch(each.name) for each in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        return sorted(int(each[1]) for each in found if each)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.diff"

    def _lines(self, change: Change) -> Iterator[bytes]:
        """Yield the lines of a change without their ends; that they are not what was written shows after the last."""
        try:
            with self._path(change.number).open("rb") as file:
                # It may have been shortened since it was listed.
                expected, found = change_of(change.number, file.readline()).sha256, hashlib.sha256()
                for line in file:
                    found.update(line)
                    yield line.removesuffix(b"\n")
        except FileNotFoundError:
            return
        except OSError as error:
            raise SnapshotDamaged(f"Change {change.number} cannot be read: {error}.", hint="Publish again.") from error
        if found.hexdigest() != expected:
            raise SnapshotDamaged(f"Change {change.number} is not what was written.", hint="Publish again.")

    def _write(self, change: Change, lines: Sequence[bytes]) -> None:
        body = b"".join(b"%s\n" % each for each in lines)
        events, marks = marks_of(lines)
        digest = hashlib.sha256(body).hexdigest()
        described = dataclasses.replace(change, events=events, sha256=digest, marks=tuple(marks))
        self._folder.mkdir(exist_ok=True)
        replace_file(self._path(change.number), json.dumps(dataclasses.asdict(described)).encode() + b"\n" + body)

    def _remove(self, numbers: Iterable[int]) -> None:
        for each in list(numbers):
            self._path(each).unlink(missing_ok=True)
        sync_folder(self._folder)


def _quads(versions: Mapping[bytes, Iterable[bytes]]) -> set[bytes]:
    return set(itertools.chain.from_iterable(versions.values()))
