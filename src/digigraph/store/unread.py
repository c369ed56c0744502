"""What answers take up while they wait to be read: a bound in all, and for each client."""

from __future__ import annotations

import collections
import threading

from digigraph.errors import QueueFull

_RETRY_SECONDS = 30


class Unread:
    """Bytes of answers that were computed and not read yet; for many threads.

    Parameters
    ----------
    most
        Bytes of all answers together; half of them for any one client, so that who reads nothing leaves room.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._all = 0
        self._of: collections.Counter[str] = collections.Counter()

    def of(self, client: str) -> Share:
        """Return what one client takes up."""
        return Share(self, client)

    def move(self, client: str, count: int) -> None:
        """Take up so many bytes more, or fewer; see :meth:`Share.take`."""
        with self._lock:
            if count > 0 and self._of[client] + count > self._most // 2:
                raise QueueFull("Too much of your answers waits to be read.", retry_after=_RETRY_SECONDS)
            if count > 0 and self._all + count > self._most:
                raise QueueFull("Too much of all answers waits to be read.", retry_after=_RETRY_SECONDS)
            self._all += count
            self._of[client] += count
            if not self._of[client]:
                del self._of[client]


class Share:
    """What one answer takes up; used under the lock of its answer."""

    def __init__(self, unread: Unread, client: str) -> None:
        self._unread = unread
        self._client = client
        self._taken = 0

    def take(self, count: int) -> None:
        """Take up so many bytes more.

        Raises
        ------
        QueueFull
            There is no room; nothing was taken.
        """
        self._unread.move(self._client, count)
        self._taken += count

    def give_back(self) -> None:
        """Let all go that was taken."""
        self._unread.move(self._client, -self._taken)
        self._taken = 0
