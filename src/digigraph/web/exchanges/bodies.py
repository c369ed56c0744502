"""Bodies of requests as they arrive: within bounds of time and room, and one that comes slowly has no thread."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING

from digigraph.errors import QueueFull
from digigraph.store.answering.room import Room
from digigraph.web.exchanges.asgi import send_whole
from digigraph.web.exchanges.delivery import send_busy

if TYPE_CHECKING:
    from digigraph.store.answering.room import Share
    from digigraph.web.exchanges.exchange import Exchange
    from digigraph.web.exchanges.wsgi import Scope

BODY_SECONDS = 60.0
"""Seconds in which the body of a request must have arrived."""
BODIES = 64
"""Bodies of the greatest length that are kept at once, half of them of one client; any number of short ones."""


class _BodyError(Exception):
    """The body of a request cannot be had: it breaks the rules of HTTP, or the client has left."""


class Bodies:
    """Takes in bodies.

    Parameters
    ----------
    most
        Bytes of one that are taken in; the application sees by ``CONTENT_LENGTH`` that there were more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._room = Room(BODIES * most, holds="requests")

    def share_of(self, client: str) -> Share:
        """Return the room that a client has for one; empty at first."""
        return self._room.of(client)

    async def received(self, exchange: Exchange) -> bytes | None:
        """Return the body of a request, nothing of one that is too long; None where it cannot be had: that was said."""
        if (announced(exchange.scope) or 0) > self._most:
            return b""
        status = HTTPStatus.BAD_REQUEST
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await self._body(exchange)
        except QueueFull as error:
            await send_busy(exchange.send, error)
            return None
        except TimeoutError:
            status = HTTPStatus.REQUEST_TIMEOUT
        except _BodyError:
            pass
        await send_whole(exchange.send, status, [(b"connection", b"close")], b"")
        return None

    async def _body(self, exchange: Exchange) -> bytes:
        body = bytearray()
        while len(body) <= self._most:
            event = await exchange.receive()
            if event["type"] == "http.disconnect":
                raise _BodyError
            piece = event.get("body", b"")
            exchange.share.take(len(piece))
            body += piece
            if not event.get("more_body", False):
                break
        return bytes(body)


def has_body(scope: Scope) -> bool:
    """Tell whether a request has a body."""
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


def announced(scope: Scope) -> int | None:
    """Return the length of the body that the client announced; servers let none but digits through."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), None)
