"""Sending replies: whole ones, kept ones, and answers as they come; nobody who reads slowly holds a thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING

from digigraph.errors import QueueFull
from digigraph.store.answering.answer import Answer
from digigraph.store.answering.room import Room, Share
from digigraph.web.exchanges.asgi import send_piece, send_whole
from digigraph.web.protocol.codings import CodedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.web.exchanges.asgi import Send
    from digigraph.web.exchanges.wsgi import Reply

_PIECE_BYTES = 64 * 1024
_LARGE_BYTES = 128 * 1024 * 1024


class Delivery:
    """Sends replies.

    Parameters
    ----------
    threads
        Where bodies are compressed, and iterated over.
    """

    def __init__(self, threads: Executor) -> None:
        self._threads = threads
        self._large = _Large()

    async def send(self, reply: Reply, send: Send, cancellation: Cancellation) -> None:
        """Send a reply, as it comes.

        Raises
        ------
        DigigraphError
            It failed in the middle; the end of the body was not sent.
        TimeoutError
            The client reads nothing.
        """
        if reply.rest is None:
            await self.send_whole(reply, send, cancellation.client)
            return
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        if isinstance(reply.rest, Answer | CodedAnswer):
            cancellation.on_cancel(reply.close)
            await self._send_answer(send, reply.rest)
        else:
            await self._send_chunks(send, reply.start, reply.rest, cancellation)

    async def send_whole(self, reply: Reply, send: Send, client: str) -> None:
        """Send a reply whose body is there, perhaps for others too.

        Raises
        ------
        TimeoutError
            The client reads nothing.
        """
        if len(reply.start) <= _PIECE_BYTES:
            await send_whole(send, reply.status, reply.headers, reply.start)
            return
        try:
            # In pieces: what is handed to the server at once is copied for each client, however slowly it reads.
            with self._large.counted(reply.start, client):
                await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
                for start in range(0, len(reply.start), _PIECE_BYTES):
                    end = start + _PIECE_BYTES
                    await send_piece(send, reply.start[start:end], more=end < len(reply.start))
        except QueueFull as error:
            await send_busy(send, error)

    async def _send_answer(self, send: Send, answer: Answer | CodedAnswer) -> None:
        changed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        answer.on_change(wake)
        try:
            # One piece is held back until it is known whether it is the last: most answers are one piece.
            held = b""
            while True:
                changed.clear()
                data = await self._read(answer)
                if data == b"":
                    await send_piece(send, held, more=False)
                    return
                if held:
                    await send_piece(send, held, more=True)
                held = data or b""
                if data is None:
                    await changed.wait()
        finally:
            answer.on_change(None)

    async def _read(self, answer: Answer | CodedAnswer) -> bytes | None:
        if isinstance(answer, Answer):
            return answer.read_ready()
        # Compressing takes time that the other exchanges must not wait for.
        return await asyncio.wrap_future(self._threads.submit(answer.read_ready))

    async def _send_chunks(self, send: Send, start: bytes, rest: Iterator[bytes], cancellation: Cancellation) -> None:
        left = threading.Event()
        cancellation.on_cancel(left.set)
        chunk: bytes | None = start
        while chunk is not None:
            await send_piece(send, chunk, more=True)
            if left.is_set():
                return
            chunk = await asyncio.wrap_future(self._threads.submit(next, rest, None))
        await send_piece(send, b"", more=False)


async def send_busy(send: Send, error: QueueFull) -> None:
    """Say that there is no room, and when to come again."""
    headers = [(b"retry-after", str(error.retry_after).encode()), (b"connection", b"close")]
    await send_whole(send, HTTPStatus.SERVICE_UNAVAILABLE, headers, b"")


class _Large:
    """Bodies that are being sent piece by piece; they may be kept by nobody else any longer.

    Each counts once, however many clients read it, and for the client who was first.
    """

    def __init__(self) -> None:
        self._room = Room(_LARGE_BYTES, holds="replies that are being read")
        self._readers: dict[int, tuple[Share, int]] = {}

    @contextlib.contextmanager
    def counted(self, body: bytes, client: str) -> Iterator[None]:
        """Count a body while it is being sent.

        Raises
        ------
        QueueFull
            There is no room for it.
        """
        share, readers = self._readers.get(id(body), (self._room.of(client), 0))
        if not readers:
            share.take(len(body))
        self._readers[id(body)] = share, readers + 1
        try:
            yield
        finally:
            share, readers = self._readers.pop(id(body))
            if readers > 1:
                self._readers[id(body)] = share, readers - 1
            else:
                share.give_back()
