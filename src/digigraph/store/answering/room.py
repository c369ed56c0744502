"""Room for bytes that have to be kept for others: a bound in all, and for each client."""

from __future__ import annotations

import collections
import threading

from digigraph.errors import QueueFull

_RETRY_SECONDS = 30


class Room:
    """Bytes that are kept, and for whom; for many threads.

    Parameters
    ----------
    most
        Bytes in all; half of them for any one client, so that one that takes what it can leaves room for others.
    holds
        What the bytes are, in the plural: for messages.
    """

    def __init__(self, most: int, *, holds: str) -> None:
        self._most = most
        self._holds = holds
        self._lock = threading.Lock()
        self._all = 0
        self._of: collections.Counter[str] = collections.Counter()

    def of(self, client: str) -> Share:
        """Return a part of the room, empty at first, for a client."""
        return Share(self, client)

    def move(self, client: str, count: int) -> None:
        """Take up so many bytes more, or fewer; see :meth:`Share.take`."""
        with self._lock:
            if count > 0 and self._of[client] + count > self._most // 2:
                raise QueueFull(f"Your {self._holds} take up too much room.", retry_after=_RETRY_SECONDS)
            if count > 0 and self._all + count > self._most:
                raise QueueFull(f"All {self._holds} take up too much room.", retry_after=_RETRY_SECONDS)
            self._all += count
            self._of[client] += count
            if not self._of[client]:
                del self._of[client]


class Share:
    """What is kept of one answer, or one request; used by one thread at a time."""

    def __init__(self, room: Room, client: str) -> None:
        self._room = room
        self._client = client
        self._taken = 0

    def take(self, count: int) -> None:
        """Take up so many bytes more.

        Raises
        ------
        QueueFull
            There is no room; nothing was taken.
        """
        self._room.move(self._client, count)
        self._taken += count

    def give_back(self) -> None:
        """Let all go that was taken."""
        if self._taken:
            self._room.move(self._client, -self._taken)
            self._taken = 0
