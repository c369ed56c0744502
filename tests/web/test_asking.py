"""Questions in heads that have come before: asked without being read, and answered as if they had been."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from endless import ENDLESS
from uvicorn.server import ServerState
from wire import Wire, replies, statuses

from digigraph.store.answering.answer import FIRST_BYTES
from digigraph.store.opening import open_backend
from digigraph.web.app import create_app
from digigraph.web.serve import uvicorn_config
from digigraph.web.server.gateway import Gateway
from digigraph.web.server.places import Places
from digigraph.web.server.unread import UnreadConnection
from digigraph.web.shortcuts.plain import plain_questions
from digigraph.web.shortcuts.replies import Shortcut

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from flask import Flask

    from digigraph.settings import Settings
    from digigraph.web.exchanges.asgi import Receive, Send
    from digigraph.web.exchanges.wsgi import Scope
    from digigraph.web.observing.record import Record

    Exchange = Callable[..., Awaitable[None]]
    Until = Callable[[Wire, int], Awaitable[None]]

HEAD = "Host: x\r\nAccept: application/sparql-results+json\r\n"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
# 389,017 solutions.
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(STR(?a)) > 0) }"
QUESTIONS = {
    "short": COUNT,
    "ask": "ASK { ?s ?p ?o }",
    "medium": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o",
    "long": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?b ?c ?d ?e ?f LIMIT 5000",
    "slow": SLOW,
    "construct": "CONSTRUCT WHERE { ?s ?p ?o }",
    "not kept": "SELECT (COUNT(?x) AS ?n) { BIND(RAND() AS ?x) }",
    "syntax": "SELECT * {\n ?s ?p",
    "update": "CLEAR ALL",
    "service": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "too deep": "SELECT * " + "{" * 300 + "}" * 300,
    "nothing": "",
    "letters": "SELECT * { ?s ?p 'å é \U0001f600' }",
}


# Of a request, as problem documents have it.
_ID = rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"


def request(query: str, head: str = HEAD) -> bytes:
    return f"GET /sparql?query={quote(query)} HTTP/1.1\r\n{head}\r\n".encode()


@pytest.fixture(scope="module")
def app(published: Settings) -> Iterator[Flask]:
    """The application over query processes, of which nothing is kept."""
    settings = dataclasses.replace(published, cache_bytes=0, workers=2)
    with contextlib.closing(open_backend(settings)) as backend:
        yield create_app(settings, backend)


def connected(gateway: Gateway) -> tuple[UnreadConnection, Wire]:
    """A connection that has been made, and its other end."""
    wire = Wire()
    connection = UnreadConnection(gateway, uvicorn_config(gateway), ServerState(), places=Places(100))
    connection.connection_made(wire)
    return connection, wire


def run(
    app: Flask, exchange: Exchange, *, most: int = 0, exchanges: int = 100, knows_gateway: bool = False
) -> list[Record]:
    """Let a connection do something; return what was noted of its exchanges."""
    noted: list[Record] = []

    async def connect() -> None:
        plain = plain_questions(app)
        assert plain is not None
        shortcut = Shortcut(most, lambda: plain_version(app))
        gateway = Gateway(
            app.wsgi_app,
            threads=8,
            body_bytes=1000,
            shortcut=shortcut,
            plain=plain,
            observers=[noted.append],
            exchanges=exchanges,
        )
        connection, wire = connected(gateway)
        await (exchange(connection, wire, gateway) if knows_gateway else exchange(connection, wire))
        connection.connection_lost(None)
        await gateway.finish(60)

    asyncio.run(connect())
    return noted


def plain_version(app: Flask) -> str | None:
    """The snapshot that is served."""
    version: str | None = app.extensions["digigraph"].backend.version
    return version


async def introduced(connection: UnreadConnection, wire: Wire) -> None:
    """Ask something, so that the head is known."""
    connection.data_received(request("ASK {}"))
    await wire.whole(1)


def written_for(app: Flask, asked: bytes, until: Until, *, is_known: bool) -> tuple[bytes, Record]:
    """What a connection writes for a request, on which a head is known or none, and what is noted of it."""
    written = b""

    async def exchange(connection: UnreadConnection, wire: Wire) -> None:
        nonlocal written
        if is_known:
            await introduced(connection, wire)
        before = len(wire.written)
        connection.data_received(asked)
        await until(wire, 1 + is_known)
        written = wire.written[before:]

    noted = run(app, exchange)
    assert len(noted) == 1 + is_known
    return written, noted[-1]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_reply_is_that_to_a_request_that_was_read(app: Flask, name: str):
    """Whatever is asked, a head that is known makes no difference for what is replied."""
    asked = request(QUESTIONS[name])
    first, one = written_for(app, asked, Wire.whole, is_known=False)
    second, other = written_for(app, asked, Wire.whole, is_known=True)
    ((read, body),), ((unread, same),) = replies(first), replies(second)
    own = ["digigraph-query-id", "x-request-id", "date"]
    if len(body) >= FIRST_BYTES:
        # Whether all of it is there before its first bytes are sent is for the machine to decide.
        own += ["content-length", "transfer-encoding"]
    without = re.compile(rf"\r\n(?:{'|'.join(own)}): [^\r]*".encode())
    assert sorted(without.sub(b"", unread).split(b"\r\n")) == sorted(without.sub(b"", read).split(b"\r\n"))
    assert re.sub(_ID, b"", body) == re.sub(_ID, b"", same)
    alike = [(each.status, each.route, each.query, each.rows, each.bytes, each.problem) for each in (one, other)]
    assert alike[0] == alike[1]


@pytest.mark.parametrize(
    "other",
    [
        request(COUNT, HEAD + "X: y\r\n"),
        request(COUNT, HEAD.replace("json", "xml")),
        request(COUNT, HEAD + "Range: bytes=0-3\r\n"),
        request(COUNT).replace(b"GET", b"HEAD"),
        request(COUNT).replace(b"/1.1", b"/1.0"),
        request(COUNT).replace(b"/sparql", b"/sparq"),
        request(COUNT).replace(b"?", b"?%"),
        request(COUNT).replace(b"query", b"query=ASK%20{}&query"),
    ],
)
def test_another_head_is_read(app: Flask, other: bytes):
    """What differs in more than the question gets the reply that it gets as a first request."""
    written = [written_for(app, other, Wire.has, is_known=is_known)[0] for is_known in (False, True)]
    assert statuses(written[0]) == statuses(written[1])
    for name in (b"content-type", b"content-length", b"connection"):
        found = [re.findall(rb"\r\n%b: ([^\r]*)" % name, each) for each in written]
        assert found[0] == found[1]


def test_nothing_is_read_where_the_head_is_known(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """The questions behind the first one make no exchange of their own."""
    made: list[str] = []
    call = Gateway.__call__

    async def called(gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
        made.append(scope["method"])
        await call(gateway, scope, receive, send)

    monkeypatch.setattr(Gateway, "__call__", called)

    async def exchange(connection: UnreadConnection, wire: Wire) -> None:
        await introduced(connection, wire)
        for number in range(5):
            connection.data_received(request(f"{COUNT} #{number}"))
            await wire.whole(2 + number)

    # However long a moment is on this machine.
    monkeypatch.setattr("digigraph.web.shortcuts.asking.MOMENT_SECONDS", 3600)
    monkeypatch.setattr("digigraph.store.processes.attending.SECONDS", 3600)
    monkeypatch.setattr("digigraph.store.answering.answer.FIRST_SECONDS", 3600)
    assert [each.status for each in run(app, exchange)] == [200] * 6
    assert made == ["GET"]


def test_what_was_asked_before_is_there(published: Settings):
    """A question that was answered is kept, is told to be, and is found without being asked."""

    async def exchange(connection: UnreadConnection, wire: Wire) -> None:
        for number in range(5):
            connection.data_received(request(COUNT))
            await wire.whole(1 + number)

    with contextlib.closing(open_backend(dataclasses.replace(published, workers=2))) as backend:
        noted = run(create_app(published, backend), exchange, most=1_000_000)
    assert [each.is_kept for each in noted] == [False, True, True, True, True]
    assert len({each.bytes for each in noted}) == 1


@pytest.mark.parametrize("which", [COUNT, SLOW, "SELECT"])
def test_replies_come_in_the_order_of_requests(app: Flask, which: str):
    """What comes behind a question, in one piece or in many, is answered behind it."""

    async def exchange(connection: UnreadConnection, wire: Wire) -> None:
        await introduced(connection, wire)
        connection.data_received(request(which))
        connection.data_received(request("ASK {}") + request(COUNT)[:20])
        for byte in request(COUNT)[20:]:
            connection.data_received(bytes([byte]))
        await wire.whole(4)
        connection.data_received(request(COUNT))
        await wire.whole(5)
        assert statuses(wire.written)[2:] == [200] * 3
        assert [b"boolean" in body for _, body in replies(wire.written)[2:]] == [True, False, False]

    noted = run(app, exchange)
    assert [each.query or each.problem for each in noted][2:] == ["ASK {}", COUNT, COUNT]


@pytest.mark.parametrize("seconds", [0, 0.3])
def test_a_client_that_leaves(app: Flask, seconds: float):
    """A question of a client that has left is ended, at once or after a while, and noted."""
    pool = app.extensions["digigraph"].backend

    async def exchange(connection: UnreadConnection, wire: Wire) -> None:
        await introduced(connection, wire)
        connection.data_received(request(ENDLESS))
        while not pool.load.running:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)
        await asyncio.sleep(seconds)
        connection.connection_lost(None)
        while pool.load.running:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)

    assert len(run(app, exchange)) == 2


@pytest.mark.parametrize("which", [COUNT, SLOW])
def test_a_client_that_sends_no_more(app: Flask, which: str):
    """Who ends his half of the connection behind a question gets the answer, and then the end."""

    async def exchange(connection: UnreadConnection, wire: Wire) -> None:
        await introduced(connection, wire)
        connection.data_received(request(which))
        assert connection.eof_received()
        await wire.whole(2)
        while not wire.is_closed:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.001)

    assert [each.status for each in run(app, exchange)] == [200, 200]


@pytest.mark.parametrize("which", [COUNT, SLOW])
def test_a_server_that_stops(app: Flask, which: str):
    """A question that is on its way when the server stops is answered, and the connection closed behind it."""

    async def exchange(connection: UnreadConnection, wire: Wire, gateway: Gateway) -> None:
        await introduced(connection, wire)
        connection.data_received(request(which))
        connection.shutdown()
        await gateway.finish(60)
        await wire.whole(2)
        assert wire.is_closed

    assert [each.status for each in run(app, exchange, knows_gateway=True)] == [200, 200]


def test_a_server_that_is_full(app: Flask):
    """A question that is to become an exchange where there is no room for one is ended."""
    pool = app.extensions["digigraph"].backend

    async def exchange(connection: UnreadConnection, wire: Wire, gateway: Gateway) -> None:
        await introduced(connection, wire)
        other, _ = connected(gateway)
        other.data_received(request(ENDLESS))
        while not pool.load.running:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)
        connection.data_received(request(f"{ENDLESS} # another"))
        await wire.whole(2)
        assert statuses(wire.written) == [200, 503]
        while pool.load.running != 1:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
        other.connection_lost(None)

    run(app, exchange, exchanges=2, knows_gateway=True)
