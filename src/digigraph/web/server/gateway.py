"""The ASGI callable that stands between the HTTP server and Flask.

It owns what may take long: bodies that arrive slowly and answers that are read slowly cost a coroutine and no thread.
Flask is called in a thread, blocks there until its answer begins, and returns an
:class:`~digigraph.store.answering.answer.Answer` unread. When the client leaves, the request's
:class:`~digigraph.store.answering.cancellation.Cancellation` fires; when an answer fails in the middle, the transfer is
left without its end, so that no client takes a part for the whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digigraph.errors import DigigraphError, QueryCancelled, QueueFull
from digigraph.store.answering.answer import Answer
from digigraph.store.answering.room import Room
from digigraph.web.exchanges.asgi import STALL_SECONDS, send_whole
from digigraph.web.exchanges.bodies import Bodies, announced, has_body
from digigraph.web.exchanges.clients import Clients
from digigraph.web.exchanges.delivery import Delivery, send_busy
from digigraph.web.exchanges.departure import Departure
from digigraph.web.exchanges.exchange import Exchange
from digigraph.web.exchanges.framing import fault_of
from digigraph.web.exchanges.wsgi import Reply, Scope, call, environ_of
from digigraph.web.keeping.begun import BEGUN
from digigraph.web.observing.record import RECORD, Record
from digigraph.web.protocol.codings import CodedAnswer
from digigraph.web.protocol.conditions import READING
from digigraph.web.shortcuts.asking import Questions
from digigraph.web.shortcuts.replies import Shortcut, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from digigraph.web.exchanges.asgi import Receive, Send
    from digigraph.web.keeping.begun import Begun
    from digigraph.web.shortcuts.plain import PlainQuestions
    from digigraph.web.shortcuts.replies import Key

_log = logging.getLogger(__name__)

_EXCHANGES = 10_000
_RETRY_SECONDS = 5
# In which clients hear that their query was ended, when the server stops.
_LAST_SECONDS = 2.0


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
    plain
        Answers the questions that need no application; None: all need it.
    clients
        Tells clients apart; None by their addresses alone.
    observers
        Called with every exchange that is over.
    exchanges
        At once; half of them of one client.
    """

    def __init__(  # noqa: PLR0913 - what a server is made of
        self,
        app: WSGIApplication,
        *,
        threads: int,
        body_bytes: int,
        shortcut: Shortcut | None = None,
        plain: PlainQuestions | None = None,
        clients: Clients | None = None,
        observers: Sequence[Callable[[Record], None]] = (),
        exchanges: int = _EXCHANGES,
    ) -> None:
        self._app = app
        self._shortcut = shortcut or Shortcut(0, lambda: None)
        self._plain = plain
        self._clients = clients or Clients()
        self._observers = observers
        self.questions = Questions(plain, self._shortcut, self._clients, observers) if plain else None
        """Answers those that need not be read; None where none can be answered so."""
        self._bodies = Bodies(body_bytes)
        self._places = Room(exchanges, holds="exchanges")
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._delivery = Delivery(self._threads)
        self._tasks: dict[asyncio.Task[None], Exchange] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3.0); returns without the end of the body where the transfer must be broken off."""
        client = self._clients.of(scope)
        record = Record(method=scope["method"], path=_path(scope), client=client)
        try:
            share, place = self._bodies.share_of(client), self._places.of(client)
            await self._exchange(Exchange(scope, receive, send, record=record, share=share, place=place))
        except Exception:  # noqa: BLE001 - the edge of the process: the server would say nothing of it
            record.is_broken = True
            _log.exception("%s %r failed", scope["method"], scope["raw_path"])
        finally:
            for observe in self._observers:
                observe(record)

    def kept(self, request: bytes, client: tuple[str, int] | None) -> tuple[int, bytes] | None:
        """Answer a request that has come before, byte for byte, without reading it.

        Returns
        -------
        tuple of int and bytes
            The status; and headers and body, as they go out. None for all others.
        """
        same = self._shortcut.find_same(request)
        if same is None:
            return None
        scope, reply = same.scope, same.reply
        who = self._clients.of({**scope, "client": client})
        record = Record(method=scope["method"], path=_path(scope), client=who)
        record.is_kept, record.route, record.rows = True, reply.route, reply.rows
        record.status, record.bytes = reply.status, len(reply.start)
        for observe in self._observers:
            observe(record)
        return reply.status, b"x-request-id: %b\r\n%b" % (record.request_id.encode(), same.rest)

    async def _exchange(self, exchange: Exchange) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - servers call from a task
        self._tasks[task] = exchange
        try:
            await self._run(exchange)
        except asyncio.CancelledError:
            if exchange.record.status:
                raise
            # The server underneath would say that it has made a mistake.
            await send_busy(exchange.send, QueueFull("The server is being stopped.", retry_after=_RETRY_SECONDS))
        finally:
            exchange.share.give_back()
            exchange.place.give_back()
            if (begun := exchange.scope.get("begun")) is not None:
                begun.drop()
            del self._tasks[task]

    async def finish(self, seconds: float) -> None:
        """Let what is under way come to its end; after so many seconds, end queries, and then all that is left."""
        # Those that have just begun have their turn.
        await asyncio.sleep(0)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for exchange in self._tasks.values():
            exchange.cancellation.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_SECONDS)
        for task in self._tasks:
            task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, exchange: Exchange) -> None:
        scope = exchange.scope
        fault = fault_of(scope)
        if fault is not None:
            await send_whole(exchange.send, fault, [(b"connection", b"close")], b"")
            return
        try:
            exchange.place.take(1)
        except QueueFull as error:
            await send_busy(exchange.send, error)
            return
        is_with_body = has_body(scope)
        begun = scope.get("begun")
        if begun is not None:
            exchange.record.started = begun.started
        elif not is_with_body and await self._is_sent(exchange, key_of(scope, b"")):
            return
        is_bare = scope["method"] in READING and not is_with_body
        body = b"" if is_bare else await self._bodies.received(exchange)
        if body is None:
            return
        key = key_of(scope, body)
        if body and await self._is_sent(exchange, key):
            return
        cancellation = exchange.cancellation
        with Departure(exchange.receive, cancellation):
            asked = None
            if self._plain is not None:
                asked = await self._plain.answered(scope, body, exchange.record, cancellation)
            if isinstance(asked, Reply):
                await self._deliver(exchange, asked, key)
                return
            environ = environ_of(scope, body, announced=announced(scope), cancellation=cancellation)
            environ[RECORD] = exchange.record
            called = self._threads.submit(_call, self._app, environ, asked)
            await self._answer(exchange, called, key)

    async def _is_sent(self, exchange: Exchange, key: Key | None) -> bool:
        """Send what is kept, and tell whether there was something."""
        kept = self._shortcut.find(exchange.scope, key)
        if kept is None:
            return False
        exchange.record.is_kept, exchange.record.route, exchange.record.rows = True, kept.route, kept.rows
        if not has_body(exchange.scope):
            self._shortcut.keep_same(exchange.scope, kept)
        await self._delivery.send_whole(kept, exchange.send, exchange.record.client)
        return True

    async def _answer(self, exchange: Exchange, called: Future[Reply], key: Key | None) -> None:
        try:
            reply = await asyncio.wrap_future(called)
        except asyncio.CancelledError:
            exchange.cancellation.cancel()
            called.add_done_callback(_close_late)
            raise
        await self._deliver(exchange, reply, key)

    async def _deliver(self, exchange: Exchange, reply: Reply, key: Key | None) -> None:
        self._shortcut.keep(exchange.scope, key, reply)
        exchange.record.is_broken = True
        try:
            await self._delivery.send(reply, exchange.send, exchange.cancellation)
            exchange.record.is_broken = False
            if isinstance(reply.rest, Answer | CodedAnswer):
                exchange.record.rows = reply.rest.rows
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


def _path(scope: Scope) -> str:
    return unquote(scope["raw_path"].decode("latin-1"))


def _call(app: WSGIApplication, environ: WSGIEnvironment, begun: Begun | None) -> Reply:
    """Call the application, with the question that was begun for it."""
    if begun is None:
        return call(app, environ)
    environ[BEGUN] = begun
    try:
        return call(app, environ)
    finally:
        begun.drop()


def _close_late(called: Future[Reply]) -> None:
    """Close a reply that came after nobody waited for it any longer."""
    if not called.cancelled() and called.exception() is None:
        called.result().close()
