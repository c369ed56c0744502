"""What is said on a connection: bounds on heads and silence, and requests that come again byte for byte."""

from __future__ import annotations

import asyncio
import functools
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.server import ServerState
from wire import Wire, statuses, without_ids

from digigraph.web.exchanges.wsgi import SNAPSHOT
from digigraph.web.serve import uvicorn_config
from digigraph.web.server.connection import HEAD_BYTES, Connection
from digigraph.web.server.gateway import Gateway
from digigraph.web.server.places import Places
from digigraph.web.server.unread import UnreadConnection
from digigraph.web.shortcuts.replies import Shortcut

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from webserver import Server

    Exchange = Callable[[Connection, "Wire"], Awaitable[None]]

ASKING = f"GET /sparql?query={quote('ASK { ?s ?p ?o }')} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 16\r\n\r\nASK { ?s ?p ?o }"
)
UPGRADE = GET.replace(b"Host", b"Connection: Upgrade\r\nUpgrade: h2c\r\nHost")
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECE = b"x" * 1000


def _ok(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def run(exchange: Exchange) -> list[str]:
    """Let a connection to a small application do something; return the methods with which that was called."""
    called: list[str] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        called.append(environ["REQUEST_METHOD"])
        environ[SNAPSHOT] = "1-0123456789ab"
        start_response("200 OK", [("ETag", '"tag"'), ("Content-Length", "2")])
        return [b"ok"]

    async def connect() -> None:
        shortcut = Shortcut(1_000_000, lambda: "1-0123456789ab")
        gateway = Gateway(app, threads=2, body_bytes=1_000_000, shortcut=shortcut)
        wire = Wire()
        state = ServerState()
        state.default_headers = [(b"date", b"Thu, 01 Jan 2026 00:00:00 GMT")]
        connection = UnreadConnection(gateway, uvicorn_config(gateway), state, places=Places(10_000))
        connection.connection_made(wire)
        await exchange(connection, wire)
        connection.connection_lost(None)
        await gateway.finish(1)

    asyncio.run(connect())
    return called


async def asked(connection: Connection, wire: Wire, *, times: int) -> None:
    """Ask the same again and again, each time after the reply."""
    for number in range(times):
        connection.data_received(GET)
        await wire.has(number + 1)


def test_what_comes_again_is_answered_at_once():
    """From the third time on a reply is there before anything else is done, and is the same as before."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        await asked(connection, wire, times=2)
        for number in range(3, 6):
            connection.data_received(GET)
            assert wire.written.count(b"HTTP/1.1 200 OK\r\n") == number
        assert len(set(without_ids(wire.written))) == 1

    assert run(exchange) == ["GET"]


def test_who_reads_nothing_gets_nothing_at_once():
    """While the client does not take what is written, a request that is known waits as any other does."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        await asked(connection, wire, times=3)
        connection.pause_writing()
        for _ in range(100):
            connection.data_received(GET)
            await asyncio.sleep(0)
        assert wire.written.count(b"HTTP/1.1 200 OK\r\n") == 3
        connection.resume_writing()
        await wire.has(103)

    assert run(exchange) == ["GET"]


def test_several_in_one_piece():
    """Requests that come together, or in pieces, are answered one after the other."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        await asked(connection, wire, times=3)
        for piece in (GET + GET, GET[:9], GET[9:] + GET[:20], GET[20:], GET):
            connection.data_received(piece)
        await wire.has(8)
        assert len(set(without_ids(wire.written))) == 1

    assert run(exchange) == ["GET"]


def test_the_rest_of_a_body_is_no_request():
    """Bytes that are a known request are none where they are in a body, even after the answer to it."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        await asked(connection, wire, times=3)
        connection.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n")
        await wire.has(4)
        connection.data_received(GET)
        assert wire.written.count(b"HTTP/1.1 ") == 4

    assert run(exchange) == ["GET", "POST"]


@pytest.mark.parametrize("header", [b"Connection: close", b"Connection: Close, x"])
def test_a_last_request_is_the_last(header: bytes):
    """Who says that he closes is answered and closed to, however often he has asked the same."""
    last = GET.replace(b"Host", header + b"\r\nHost")

    async def exchange(connection: Connection, wire: Wire) -> None:
        connection.data_received(last)
        await wire.has(1)
        assert wire.is_closed

    for _ in range(3):
        run(exchange)


@pytest.mark.parametrize(
    "begin",
    [
        b"GET /",
        b"GET / HTTP/1.1\r\nX",
        b"GET / HTTP/1.1\r\nX: ",
        CHUNKED + b"0\r\nX: ",
        CHUNKED + b"1;",
    ],
    ids=["path", "name", "value", "trailer", "chunk"],
)
def test_what_does_not_end_is_refused(begin: bytes):
    """Of a head that does not end, and of anything else that is no body, no more is taken in than a bound."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        taken = 0
        connection.data_received(begin)
        while not wire.is_closed:
            assert taken <= HEAD_BYTES
            connection.data_received(PIECE)
            taken += len(PIECE)
        assert taken > HEAD_BYTES
        assert b" 200 " not in wire.written

    run(exchange)


@pytest.mark.parametrize("count", [1, 90, 400])
def test_a_head_is_bounded_as_a_whole(count: int):
    """A head that comes in one piece, and of many short headers, has the same bound."""
    line = b"X: %b\r\n" % (b"x" * (2 * HEAD_BYTES // count))

    async def exchange(connection: Connection, wire: Wire) -> None:
        connection.data_received(b"GET / HTTP/1.1\r\n" + line * count + b"\r\n")
        assert wire.written.startswith(b"HTTP/1.1 431 ")
        assert wire.is_closed

    assert run(exchange) == []


def test_what_comes_behind_a_body_is_no_header(server: Server):
    """Fields behind a body in chunks change nothing: neither who is meant, nor what is asked for."""
    chunked = POST.replace(b"Content-Length: 16", b"Transfer-Encoding: chunked").replace(b"ASK {", b"10\r\nASK {")
    with server.send("") as client:
        client.sendall(chunked + b"\r\n0\r\nHost: other\r\nAccept: nothing/known\r\n\r\n")
        assert client.recv(12) == b"HTTP/1.1 200"


def test_nothing_is_written_into_an_answer():
    """What is no request, behind one that is being answered, is refused behind the answer."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        connection.data_received(GET + b"nonsense\r\n\r\n")
        assert wire.written == b""
        await wire.has(2)
        assert statuses(wire.written) == [200, 400]
        assert wire.is_closed

    assert run(exchange) == ["GET"]


@pytest.mark.parametrize("before", [b"", GET], ids=["alone", "behind another"])
def test_a_broken_body_is_refused(before: bytes):
    """A request whose body breaks the rules is told so, where nothing was said to it; those before it are answered."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        connection.data_received(before + CHUNKED + b"1\r\nxNONSENSE")
        await wire.has(2 if before else 1)
        assert statuses(wire.written) == [*([200] if before else []), 400]
        assert wire.is_closed
        assert b"\r\ndate: " in wire.written

    assert run(exchange) == ["GET"] * bool(before)


def test_a_tunnel_is_refused():
    """CONNECT is refused, also as the first that is said, and what was asked before it is answered."""
    for before in (b"", GET):

        async def exchange(connection: Connection, wire: Wire, before: bytes = before) -> None:
            connection.data_received(before + b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n" + GET)
            await wire.has(2 if before else 1)
            assert statuses(wire.written) == [*([200] if before else []), 501]

        assert run(exchange) == ["GET"] * bool(before)


def test_many_that_come_together_wait_unread():
    """However many requests come at once, few are read before the first is answered; each is answered in the end."""
    number = 2000

    async def exchange(connection: Connection, wire: Wire) -> None:
        await asked(connection, wire, times=3)
        connection.pause_writing()
        connection.data_received(GET * number)
        await asyncio.sleep(0)
        assert len(connection.pipeline) < number // 4
        connection.resume_writing()
        await wire.has(3 + number)

    assert run(exchange) == ["GET"]


def test_who_sends_on_is_not_read_for_ever():
    """Who sends more whenever it is let is never let further ahead of its answers than a bound."""
    several = 1000

    async def exchange(connection: Connection, wire: Wire) -> None:
        sent = answered = 0
        while answered < 100:
            if wire.is_read:
                connection.data_received(GET * several)
                sent += several
            await asyncio.sleep(0)
            answered = wire.written.count(b"HTTP/1.1 200 ")
            assert sent - answered < HIGH_WATER_LIMIT // len(GET) + 2 * several
        assert sent > several

    assert run(exchange) == ["GET"]


def test_pieces_of_any_length_are_the_same():
    """Wherever what is said is cut in two, the answers are the same: requests, bodies and refusals."""
    said = GET + CHUNKED + b"2\r\nab\r\n0\r\n\r\n" + UPGRADE + POST + GET + b"nonsense\r\n\r\n"

    async def exchange(connection: Connection, wire: Wire, cut: int) -> None:
        connection.data_received(said[:cut])
        await asyncio.sleep(0)
        connection.data_received(said[cut:])
        await wire.has(6)
        assert statuses(wire.written) == [200] * 5 + [400]

    for cut in range(len(said)):
        assert run(functools.partial(exchange, cut=cut)) == ["GET", "POST", "POST"], cut


@pytest.mark.parametrize("number", [2, 1000])
def test_upgrades_that_come_together_are_not_taken(number: int):
    """Each of several requests that wish for another protocol, and come together, is answered, with its own body."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        longer = UPGRADE.replace(b"Host", b"Connection: x\r\nUpgrade: h2c, and much more than the first said\r\nHost")
        connection.data_received(
            (longer + POST.replace(b"Host", b"Connection: Upgrade\r\nUpgrade: a\r\nHost")) * number
        )
        await wire.has(2 * number)
        assert set(statuses(wire.written)) == {200}

    assert sorted(set(run(exchange))) == ["GET", "POST"]


@pytest.mark.parametrize("said", [b"", b"GET / HT", GET, CHUNKED + b"1\r\nx"], ids=["nothing", "head", "all", "body"])
def test_silence_ends_a_connection(said: bytes):
    """Who says nothing, or half a head byte by byte, is closed to after a while; a request that waits is not."""

    async def exchange(connection: Connection, wire: Wire) -> None:
        connection.timeout_keep_alive_handler()
        assert not wire.is_closed
        if said == GET:
            await asked(connection, wire, times=3)
        else:
            connection.data_received(said)
        connection.timeout_keep_alive = 0
        if said.startswith(b"POST"):
            await asyncio.sleep(0.1)
            assert not wire.is_closed
            return
        connection.timeout_keep_alive_handler()
        assert wire.is_closed

    run(exchange)


def test_who_is_waited_for_longest_makes_room():
    """Where as many are connected as may be, a new one is taken in, and closed is who has been silent for longest;
    nobody who is being answered, and who has just been is the last.
    """

    async def connect() -> None:
        gateway, state = Gateway(_ok, threads=2, body_bytes=1000), ServerState()
        config = uvicorn_config(gateway)
        places, wires = Places(3), [Wire() for _ in range(6)]
        made = [UnreadConnection(gateway, config, state, places=places) for _ in wires]

        def closed() -> list[int]:
            return [number for number, wire in enumerate(wires) if wire.is_closed]

        for each, wire in zip(made[:3], wires, strict=False):
            each.connection_made(wire)
        made[0].data_received(GET)
        await wires[0].has(1)
        made[1].data_received(POST[:-1])
        made[3].connection_made(wires[3])
        assert closed() == [2]
        made[4].connection_made(wires[4])
        assert closed() == [0, 2]
        made[1].data_received(POST[-1:])
        await wires[1].has(1)
        made[5].connection_made(wires[5])
        assert closed() == [0, 2, 3]
        for each in made:
            each.connection_lost(None)
        await gateway.finish(1)

    asyncio.run(connect())


def test_the_same_as_read(server: Server):
    """On a real connection the first reply, those after it and those to a request in pieces are the same."""

    def replied(client: socket.socket, *pieces: bytes) -> bytes:
        for piece in pieces:
            client.sendall(piece)
        reply = b""
        while b"\r\n\r\ntrue" not in reply:
            reply += (got := client.recv(4096))
            assert got, reply
        return reply

    with server.send("") as client, server.send("") as other:
        replies = [replied(client, ASKING) for _ in range(4)]
        replies.append(replied(other, ASKING))
        replies.append(replied(other, ASKING[:30], ASKING[30:]))
        replies.append(replied(client, ASKING))
    assert len(set(without_ids(b"".join(replies)))) == 1
    assert len({re.search(rb"x-request-id: (\S+)", each)[1] for each in replies}) == 7
    assert all(b"\r\ndate: " in each for each in replies)


@pytest.mark.parametrize(
    "request_",
    [
        ASKING.replace(
            b"Host", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nHost"
        ),
        POST.replace(b"Host", b"Connection: Upgrade\r\nUpgrade: h2c\r\nHost"),
    ],
    ids=["get", "post"],
)
def test_an_upgrade_is_not_taken(server: Server, request_: bytes):
    """Clients that offer HTTP/2, as Java's do, are answered in HTTP/1.1, again and again on the same connection."""
    with server.send("") as client:
        for _ in range(4):
            client.sendall(request_)
            reply = b""
            while b"\r\n\r\ntrue" not in reply:
                reply += (got := client.recv(4096))
                assert got, reply
            assert reply.startswith(b"HTTP/1.1 200 ")
