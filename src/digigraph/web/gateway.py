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
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError, QueryCancelled, QueueFull
from digigraph.store.cancellation import Cancellation
from digigraph.store.room import Room
from digigraph.web.asgi import STALL_SECONDS, send_whole
from digigraph.web.clients import client_of
from digigraph.web.delivery import Delivery, send_busy
from digigraph.web.framing import fault_of
from digigraph.web.shortcut import Shortcut, key_of
from digigraph.web.wsgi import Reply, Scope, call, environ_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

    from digigraph.store.room import Share
    from digigraph.web.asgi import Receive, Send

_log = logging.getLogger(__name__)

BODY_SECONDS = 60.0
"""Seconds in which the body of a request must have arrived."""
BODIES = 64
"""Bodies of the greatest length that are kept at once, half of them of one client; any number of short ones."""


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
    shortcut
        Replies that are kept; None keeps none.
    """

    def __init__(
        self, app: WSGIApplication, *, threads: int, body_bytes: int, shortcut: Shortcut | None = None
    ) -> None:
        self._app = app
        self._shortcut = shortcut or Shortcut(0, lambda: None)
        self._body_bytes = body_bytes
        self._bodies = Room(BODIES * body_bytes, holds="requests")
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._delivery = Delivery(self._threads)
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
        fault = fault_of(scope)
        if fault is not None:
            await send_whole(send, fault, [(b"connection", b"close")], b"")
            return
        if not _has_body(scope) and (kept := self._shortcut.find(scope, key_of(scope, b""))):
            await self._delivery.send_whole(kept, send, client_of(scope))
            return
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
            await send_busy(send, error)
            return
        except _BodyError:
            await send_whole(send, HTTPStatus.BAD_REQUEST, [(b"connection", b"close")], b"")
            return
        except TimeoutError:
            await send_whole(send, HTTPStatus.REQUEST_TIMEOUT, [(b"connection", b"close")], b"")
            return
        key = key_of(scope, body)
        if body and (kept := self._shortcut.find(scope, key)):
            await self._delivery.send_whole(kept, send, cancellation.client)
            return
        environ = environ_of(scope, body, announced=announced, cancellation=cancellation)
        departure = asyncio.create_task(_departure(receive, cancellation))
        try:
            called = self._threads.submit(call, self._app, environ)
            await self._answer(called, partial(self._shortcut.keep, scope, key), send, cancellation)
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

    async def _answer(
        self, called: Future[Reply], keep: Callable[[Reply], None], send: Send, cancellation: Cancellation
    ) -> None:
        try:
            reply = await asyncio.wrap_future(called)
        except asyncio.CancelledError:
            cancellation.cancel()
            called.add_done_callback(_close_late)
            raise
        keep(reply)
        try:
            await self._delivery.send(reply, send, cancellation)
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


def _has_body(scope: Scope) -> bool:
    return any(name in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


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
