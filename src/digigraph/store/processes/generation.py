"""The query processes that have one snapshot open: who is idle, who works, who is to be ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.errors import StoreError
from digigraph.store.processes.child import Child

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.settings import Settings
    from digigraph.store.snapshots.opened import Snapshot


def start_children(snapshot: Snapshot, settings: Settings, count: int) -> tuple[list[Child], StoreError | None]:
    """Start query processes, all at once; return those that are ready, and why the others are not."""
    starting: list[Child] = []
    ready: list[Child] = []
    failure = None
    try:
        starting += (Child(snapshot.folder, settings, version=snapshot.name) for _ in range(count))
    except StoreError as error:
        failure = error
    for child in starting:
        try:
            child.wait_ready()
        except StoreError as error:
            failure = error
        else:
            ready.append(child)
    return ready, failure


def end_children(children: Iterable[Child]) -> None:
    """End children and wait for them: the idle by themselves, the killed anyway."""
    ending = [*children]
    for child in ending:
        child.dismiss()
    for child in ending:
        child.end()


class Generation:
    """The children on one snapshot, which is not pruned while they are; the caller holds a lock around every call.

    Parameters
    ----------
    snapshot
        What they have open.
    children
        Those to begin with, idle.
    """

    def __init__(self, snapshot: Snapshot, children: Iterable[Child]) -> None:
        self.snapshot = snapshot
        self._hold = snapshot.hold()
        self._idle = [*children]
        self._working: set[Child] = set()
        self._gone: list[Child] = []
        self._is_retired = False

    @property
    def size(self) -> int:
        """How many children there are, idle or working."""
        return len(self._idle) + len(self._working)

    @property
    def idle(self) -> int:
        """How many children wait for a query."""
        return len(self._idle)

    @property
    def has_gone(self) -> bool:
        """Whether there is something to collect."""
        return bool(self._gone)

    def add(self, children: Iterable[Child]) -> None:
        """Take in new children, idle."""
        self._idle += children

    def take(self) -> Child | None:
        """Return an idle child that can work, the one that worked last if possible: its caches are warm."""
        while self._idle:
            child = self._idle.pop()
            if child.is_fit():
                self._working.add(child)
                return child
            self._gone.append(child)
        return None

    def give_back(self, child: Child) -> None:
        """Take back a child that has worked."""
        self._working.discard(child)
        if not child.is_spent and not self._is_retired:
            self._idle.append(child)
        else:
            self._gone.append(child)

    def sweep(self) -> None:
        """Find out which idle children have ended by themselves."""
        self._gone += [child for child in self._idle if not child.is_fit()]
        self._idle = [child for child in self._idle if child.is_fit()]

    def retire(self) -> None:
        """Let no child work again; those that work go on to the end of their query."""
        self._is_retired = True
        self._gone += self._idle
        self._idle = []

    def collect(self) -> list[Child]:
        """Hand over the children that are to be ended; the last ones take the hold on the snapshot with them."""
        gone, self._gone = self._gone, []
        if self._is_retired and not self._working:
            self._hold.release()
        return gone

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left."""
        return self._is_retired and not self._working and not self._gone


def full_generation(snapshot: Snapshot, settings: Settings) -> Generation:
    """Return a full set of children on a snapshot: one for each place, and one more.

    Raises
    ------
    StoreError
        Not all of them start; none is left then.
    """
    generation = Generation(snapshot, [])
    children, error = start_children(snapshot, settings, settings.worker_count + 1)
    generation.add(children)
    if error is not None:
        generation.retire()
        end_children(generation.collect())
        raise error
    return generation
