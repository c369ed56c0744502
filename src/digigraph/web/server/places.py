"""Places for connections: where all are taken, whoever has been waited for longest makes room."""

from __future__ import annotations

from typing import Protocol


class Seated(Protocol):
    """A connection, as its place knows it."""

    def make_room(self) -> None:
        """Close it."""


class Places:
    """A bound on connections that costs nobody an answer: those whose client is to send something are closed first.

    So a thousand who connect and say nothing keep nobody out. Those that are being answered stay, however many they
    are: the gateway bounds them.

    Parameters
    ----------
    most
        Connections at once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._busy: set[Seated] = set()
        # Who has been waited for longest is first.
        self._waiting: dict[Seated, None] = {}

    def enter(self, connection: Seated) -> None:
        """Take in a new connection, and close another where there are enough."""
        first = next(iter(self._waiting), None)
        if first is not None and len(self._busy) + len(self._waiting) >= self._most:
            del self._waiting[first]
            first.make_room()
        self._waiting[connection] = None

    def wait(self, connection: Seated) -> None:
        """Note that its client is to send something, from now on."""
        self.leave(connection)
        self._waiting[connection] = None

    def work(self, connection: Seated) -> None:
        """Note that it is being answered."""
        self._waiting.pop(connection, None)
        self._busy.add(connection)

    def leave(self, connection: Seated) -> None:
        """Forget a connection that has ended."""
        self._busy.discard(connection)
        self._waiting.pop(connection, None)
