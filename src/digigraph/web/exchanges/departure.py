"""Clients that leave before they are answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.web.exchanges.asgi import Receive

MOMENT_SECONDS = 0.05
"""Of what takes no longer nobody looks whether its client is still there."""


class Departure:
    """Takes a question back when its client leaves, while it is entered; of those that take a moment nobody looks."""

    def __init__(self, receive: Receive, cancellation: Cancellation) -> None:
        self._receive = receive
        self._cancellation = cancellation
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        """Begin to look after a moment."""
        self._timer = asyncio.get_running_loop().call_later(MOMENT_SECONDS, self._watch)

    def __exit__(self, *_exc_info: object) -> None:
        """Look no longer."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _watch(self) -> None:
        self._watching = asyncio.create_task(self._wait())

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._cancellation.cancel()
