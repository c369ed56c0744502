"""What passes between an ASGI server and us (ASGI HTTP message format 2.3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NotRequired, TypedDict

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

STALL_SECONDS = 120.0
"""Seconds for which a client may read nothing of an answer before the transfer is broken off."""


class Received(TypedDict):
    """An ASGI event from the client: ``http.request`` or ``http.disconnect``."""

    type: str
    body: NotRequired[bytes]
    more_body: NotRequired[bool]


class Sent(TypedDict, total=False):
    """An ASGI event to the client: ``http.response.start`` or ``http.response.body``."""

    type: str
    status: NotRequired[int]
    headers: NotRequired[list[tuple[bytes, bytes]]]
    body: NotRequired[bytes]
    more_body: NotRequired[bool]


if TYPE_CHECKING:
    Receive = Callable[[], Awaitable[Received]]
    Send = Callable[[Sent], Awaitable[None]]


async def send_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """Send a response whose body is there."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def send_piece(send: Send, data: bytes, *, more: bool) -> None:
    """Send a piece of a body; the response has begun.

    Raises
    ------
    TimeoutError
        The client has read nothing for :data:`STALL_SECONDS`.
    """
    async with asyncio.timeout(STALL_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": more})
    # A send to a quick reader need not suspend; the other exchanges must have their turn all the same.
    await asyncio.sleep(0)
