"""The ASGI callable that stands between the HTTP server and Flask.

It owns what may take long: bodies that arrive slowly and answers that are read slowly cost a coroutine and no thread.
Flask is called in a thread, blocks there until its answer begins, and returns an
:class:`~digigraph.store.backend.Answer` unread. When the client leaves, the request's
:class:`~digigraph.store.backend.Cancellation` fires; when an answer fails in the middle, the transfer is left without
its end, so that no client takes a part for the whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, NotRequired, TypedDict

from digigraph.errors import DigigraphError, QueryCancelled, QueueFull
from digigraph.store.backend import Answer, Cancellation
from digigraph.store.room import Room
from digigraph.web.clients import client_of
from digigraph.web.codings import CodedAnswer
from digigraph.web.wsgi import Reply, Scope, call, environ_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from wsgiref.types import WSGIApplication

    from digigraph.store.room import Share

_log = logging.getLogger(__name__)

BODY_SECONDS = 60.0
"""Seconds in which the body of a request must have arrived."""
BODIES = 64
"""Bodies of the greatest length that are kept at once, half of them of one client; any number of short ones."""
STALL_SECONDS = 120.0
"""Seconds for which a client may read nothing of an answer before the transfer is broken off."""


class Received(TypedDict):
    """An ASGI event from the client: ``http.request`` or ``http.disconnect``."""

    type: str
    body: NotRequired[bytes]
    more_body: NotRequired[bool]


class Sent(TypedDict):
    """An ASGI event to the client: ``http.response.start`` or ``http.response.body``."""

    type: str
    status: NotRequired[int]
    headers: NotRequired[list[tuple[bytes, bytes]]]
    body: NotRequired[bytes]
    more_body: NotRequired[bool]


if TYPE_CHECKING:
    Receive = Callable[[], Awaitable[Received]]
    Send = Callable[[Sent], Awaitable[None]]


class _BodyError(Exception):
    """The body of a request cannot be had: it breaks the rules of HTTP, or the client has left."""


class Gateway:
    """Runs a WSGI application under an ASGI server.

    Parameters
    ----------
    app
        The application; may answer with an :class:`Answer` as its body.
    threads
        Calls of the application at once. More than can ever wait for a query process, so that pages get through.
    body_bytes
        Bytes of a request's body that are taken in; the application sees by ``CONTENT_LENGTH`` that there were more.
    """

    def __init__(self, app: WSGIApplication, *, threads: int, body_bytes: int) -> None:
        self._app = app
        self._body_bytes = body_bytes
        self._bodies = Room(BODIES * body_bytes, holds="requests")
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._exchanges: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3.0); returns without the end of the body where the transfer must be broken off."""
        exchange = asyncio.current_task()
        assert exchange is not None  # noqa: S101 - servers call from a task
        self._exchanges.add(exchange)
        try:
            await self._exchange(scope, receive, send)
        except Exception:  # noqa: BLE001 - the edge of the process: the server would say nothing of it
            _log.exception("%s %r failed", scope["method"], scope["raw_path"])
        finally:
            self._exchanges.discard(exchange)

    async def finish(self, seconds: float) -> None:
        """Let what is under way come to its end, and break off what has not after so many seconds."""
        if self._exchanges:
            await asyncio.wait(self._exchanges, timeout=seconds)
        for exchange in self._exchanges:
            exchange.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = client_of(scope)
        share = self._bodies.of(client)
        try:
            await self._exchange_of(Cancellation(client), share, scope, receive, send)
        finally:
            share.give_back()

    async def _exchange_of(
        self, cancellation: Cancellation, share: Share, scope: Scope, receive: Receive, send: Send
    ) -> None:
        announced = _announced(scope)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = b"" if (announced or 0) > self._body_bytes else await self._body(receive, share)
        except QueueFull as error:
            headers = [(b"retry-after", str(error.retry_after).encode()), (b"connection", b"close")]
            await _send_whole(send, HTTPStatus.SERVICE_UNAVAILABLE, headers, b"")
            return
        except _BodyError:
            await _send_whole(send, HTTPStatus.BAD_REQUEST, [(b"connection", b"close")], b"")
            return
        except TimeoutError:
            await _send_whole(send, HTTPStatus.REQUEST_TIMEOUT, [(b"connection", b"close")], b"")
            return
        environ = environ_of(scope, body, announced=announced, cancellation=cancellation)
        departure = asyncio.create_task(_departure(receive, cancellation))
        try:
            await self._answer(self._threads.submit(call, self._app, environ), send, cancellation)
        finally:
            departure.cancel()

    async def _body(self, receive: Receive, share: Share) -> bytes:
        body = bytearray()
        while len(body) <= self._body_bytes:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise _BodyError
            piece = event.get("body", b"")
            share.take(len(piece))
            body += piece
            if not event.get("more_body", False):
                break
        return bytes(body)

    async def _answer(self, called: Future[Reply], send: Send, cancellation: Cancellation) -> None:
        try:
            reply = await asyncio.wrap_future(called)
        except asyncio.CancelledError:
            cancellation.cancel()
            called.add_done_callback(_close_late)
            raise
        try:
            await self._send(reply, send, cancellation)
        except TimeoutError:
            _log.warning("An answer was broken off: the client read nothing for %g seconds.", STALL_SECONDS)
        except QueryCancelled:
            _log.info("An answer was broken off: the client has left.")
        except DigigraphError as error:
            _log.warning("An answer was broken off: %s", error)
        finally:
            # A generator cannot be closed while its thread runs it; it is then at its end.
            with contextlib.suppress(ValueError):
                reply.close()

    async def _send(self, reply: Reply, send: Send, cancellation: Cancellation) -> None:
        if reply.rest is None:
            await _send_whole(send, reply.status, reply.headers, reply.start)
            return
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        if isinstance(reply.rest, Answer | CodedAnswer):
            cancellation.on_cancel(reply.close)
            await self._send_answer(send, reply.rest)
        else:
            await self._send_chunks(send, reply.start, reply.rest, cancellation)

    async def _send_answer(self, send: Send, answer: Answer | CodedAnswer) -> None:
        """Send an answer as it comes.

        Raises
        ------
        DigigraphError
            It failed in the middle; the end of the body was not sent.
        TimeoutError
            The client reads nothing.
        """
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
                    await _send_piece(send, held, more=False)
                    return
                if held:
                    await _send_piece(send, held, more=True)
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
            await _send_piece(send, chunk, more=True)
            if left.is_set():
                return
            chunk = await asyncio.wrap_future(self._threads.submit(next, rest, None))
        await _send_piece(send, b"", more=False)


def _announced(scope: Scope) -> int | None:
    """The length of the body that the client announced; servers let none but digits through."""
    return next((int(value) for name, value in scope["headers"] if name == b"content-length"), None)


async def _departure(receive: Receive, cancellation: Cancellation) -> None:
    """Wait until the client leaves, then take its question back."""
    while (await receive())["type"] != "http.disconnect":
        pass
    cancellation.cancel()


def _close_late(called: Future[Reply]) -> None:
    """Close a reply that came after nobody waited for it any longer."""
    if not called.cancelled() and called.exception() is None:
        called.result().close()


async def _send_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _send_piece(send: Send, data: bytes, *, more: bool) -> None:
    async with asyncio.timeout(STALL_SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": more})
    # A send to a quick reader need not suspend; the other exchanges must have their turn all the same.
    await asyncio.sleep(0)
