"""What was answered is kept as long as its snapshot is served, and is computed once for all who ask it at once."""

from __future__ import annotations

import collections
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from digigraph.errors import AnswerTooLarge, QueryCancelled, QueryError, QueryOutOfMemory, QueryTimeout
from digigraph.store.answering.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from digigraph.errors import DigigraphError
    from digigraph.web.keeping.identity import Identity

FOLLOWERS = 64
"""Requests that may wait for what another one computes; each holds a thread."""
_LARGEST_SHARE = 32
_OVERHEAD = 500
"""About the bytes that an entry takes besides what is in it."""
_SHARED = (QueryError, QueryTimeout, QueryOutOfMemory, AnswerTooLarge)

V = TypeVar("V")


class SnapshotCache(Generic[V]):
    """What is a function of one snapshot, by key; for many threads.

    What was not asked for longest goes first; all goes with the snapshot.

    Parameters
    ----------
    most
        Bytes that all entries may have together; 0 keeps nothing.
    is_of_one
        Whether there is one snapshot at a time; else keys tell snapshots apart, and nothing goes with one.
    """

    def __init__(self, most: int, *, is_of_one: bool = True) -> None:
        self.most = most
        self._is_of_one = is_of_one
        self._lock = threading.Lock()
        self._snapshot: str | None = None
        self._entries: collections.OrderedDict[Hashable, tuple[V, int]] = collections.OrderedDict()
        self._bytes = 0

    @property
    def largest(self) -> int:
        """Bytes of one entry above which it is not kept."""
        return self.most // _LARGEST_SHARE

    @property
    def bytes(self) -> int:
        """Bytes of all entries."""
        return self._bytes

    def get(self, snapshot: str | None, key: Hashable) -> V | None:
        """Return what is kept; None where nothing is. ``snapshot`` is the one that is served."""
        with self._lock:
            if self._is_of_one and snapshot != self._snapshot:
                self._entries.clear()
                self._bytes = 0
                self._snapshot = snapshot
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
            return entry[0]

    def put(self, snapshot: str | None, key: Hashable, value: V, *, size: int) -> None:
        """Keep something of ``size`` bytes, key included, where there is room for it and its snapshot is served."""
        size += _OVERHEAD
        with self._lock:
            is_served = snapshot is not None and (not self._is_of_one or snapshot == self._snapshot)
            if not is_served or size > self.largest:
                return
            before = self._entries.pop(key, None)
            self._entries[key] = value, size
            self._bytes += size - (before[1] if before else 0)
            while self._bytes > self.most:
                _, (_, gone) = self._entries.popitem(last=False)
                self._bytes -= gone


@dataclass(frozen=True, slots=True)
class Kept:
    """What was computed, before any content coding.

    Parameters
    ----------
    identity
        What decided it.
    body
        All its bytes.
    links
        Values of its Link header.
    rows
        Rows or triples in it; None where it is no answer.
    """

    identity: Identity
    body: bytes
    links: tuple[str, ...] = ()
    rows: int | None = None


class Flight:
    """Something that is being computed, by the request that asked first, for all who ask it meanwhile.

    Parameters
    ----------
    client
        Of the first request, whose turn it counts as.
    land
        Called once when it is over.
    """

    def __init__(self, client: str, land: Callable[[Kept | None], None]) -> None:
        self.cancellation = Cancellation(client)
        """Fires when nobody waits any longer."""
        self._land = land
        self._changed = threading.Condition()
        self._leads = True
        self._followers = 0
        self._is_over = False
        self._kept: Kept | None = None
        self._failure: DigigraphError | None = None

    def end(self, kept: Kept | None, *, failure: BaseException | None = None) -> None:
        """Say what came of it; None where nothing came that others could have. The first word counts.

        A failure that the question itself has earned is that of all who ask it; one that has to do with who asked, or
        with what happened to a process, is not.
        """
        with self._changed:
            if self._is_over:
                return
            self._is_over, self._kept = True, kept
            self._failure = failure if isinstance(failure, _SHARED) else None
            self._changed.notify_all()
        self._land(kept)

    def leave(self) -> None:
        """Say that the first request waits no longer."""
        self.is_followed()

    def is_followed(self) -> bool:
        """Tell whether others wait; the first request does not, from now on."""
        with self._changed:
            self._leads = False
            is_followed = self._followers > 0
        if not is_followed:
            self.cancellation.cancel()
        return is_followed

    def follow(self, cancellation: Cancellation) -> Kept | None:
        """Wait until it is over, and return what came of it.

        Raises
        ------
        QueryCancelled
            The client that waits has left.
        QueryError, QueryTimeout, QueryOutOfMemory, AnswerTooLarge
            It failed by what is asked: to compute it again would fail again.
        """
        left = threading.Event()

        def leave() -> None:
            left.set()
            with self._changed:
                self._changed.notify_all()

        with self._changed:
            self._followers += 1
        cancellation.on_cancel(leave)
        with self._changed:
            while not (self._is_over or left.is_set()):
                self._changed.wait()
            self._followers -= 1
            is_last = not (self._leads or self._followers or self._is_over)
        if is_last:
            self.cancellation.cancel()
        if left.is_set():
            raise QueryCancelled("The question was taken back.")
        if self._failure is not None:
            raise self._failure
        return self._kept


class Keeper:
    """Keeps what was computed, and lets those who ask at once have the same.

    Parameters
    ----------
    most
        Bytes kept; 0: nothing is kept, and each request computes for itself.
    is_of_one
        Whether it is of one snapshot at a time, the one that is served.
    """

    def __init__(self, most: int, *, is_of_one: bool = True) -> None:
        self.cache: SnapshotCache[Kept] = SnapshotCache(most, is_of_one=is_of_one)
        self._lock = threading.Lock()
        self._flights: dict[str, Flight] = {}
        self._followers = 0

    def find(self, identity: Identity) -> Kept | None:
        """Return what is kept of this identity, whose snapshot is served."""
        return self.cache.get(identity.snapshot, identity.key) if self.cache.most else None

    def board(self, identity: Identity, cancellation: Cancellation) -> Kept | Flight | None:
        """Return what is kept or what another request has just computed; else the flight that the caller has to end.

        None where the caller is to compute for itself alone: others wait for too much already, or in vain.

        Raises
        ------
        QueryCancelled
            The client has left while it waited for another request.
        QueryError, QueryTimeout, QueryOutOfMemory, AnswerTooLarge
            The other request has failed by what is asked.
        """
        if not self.cache.most:
            return None
        with self._lock:
            flight = self._flights.get(identity.key)
            if flight is None:
                found = self._led(identity, cancellation.client)
                if isinstance(found, Flight):
                    cancellation.on_cancel(found.leave)
                return found
            if self._followers >= FOLLOWERS:
                return None
            self._followers += 1
        try:
            return flight.follow(cancellation)
        finally:
            with self._lock:
                self._followers -= 1

    def lead(self, identity: Identity, client: str) -> Kept | Flight | None:
        """Return what is kept, else the flight that the caller has to end; None where another request has to.

        Where nothing is kept, nobody else will board. The caller also has to say where the client leaves.
        """
        if not self.cache.most:
            return Flight(client, _nothing)
        with self._lock:
            return None if identity.key in self._flights else self._led(identity, client)

    def _led(self, identity: Identity, client: str) -> Kept | Flight:
        key = identity.key
        return self.find(identity) or self._flights.setdefault(key, self._started(key, client))

    def _started(self, key: str, client: str) -> Flight:
        def land(kept: Kept | None) -> None:
            if kept is not None:
                size = len(kept.body) + sum(map(len, kept.links))
                self.cache.put(kept.identity.snapshot, kept.identity.key, kept, size=size)
            with self._lock:
                del self._flights[key]

        return Flight(client, land)


def _nothing(_: Kept | None) -> None:
    """Keep nothing."""
