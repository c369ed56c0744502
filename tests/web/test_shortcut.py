"""Requests that come again byte for byte: the same reply, as long as its snapshot is served, and for nobody else."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from digigraph.web.exchanges.wsgi import SNAPSHOT, Reply
from digigraph.web.server.gateway import Gateway
from digigraph.web.shortcuts.replies import Shortcut, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from digigraph.web.exchanges.asgi import Received, Sent
    from digigraph.web.exchanges.wsgi import Scope
    from digigraph.web.observing.record import Record

FIRST, SECOND = "1-0123456789ab", "2-0123456789ab"
MOST = 1_000_000


class Served:
    """The name of the snapshot that is served."""

    name = FIRST


def request(came: bytes = b"bytes", **changes: object) -> Scope:
    """A request, and the bytes in which it came."""
    scope: dict[str, object] = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "raw_path": b"/sparql",
        "query_string": b"query=ASK%20%7B%7D",
        "headers": [(b"host", b"x"), (b"accept", b"*/*"), (b"user-agent", b"test")],
        "client": ("192.0.2.1", 1),
        "request": came,
    }
    return {**scope, **changes}  # type: ignore[return-value]


def reply(body: bytes = b"answer", snapshot: str = FIRST) -> Reply:
    return Reply(200, [(b"etag", b'"tag"')], body, None, lambda: None, snapshot, "/sparql")


def kept(served: Served, most: int = MOST) -> Shortcut:
    shortcut = Shortcut(most, lambda: served.name)
    assert shortcut.find_same(b"bytes") is None
    shortcut.keep_same(request(), reply())
    return shortcut


def test_another_byte_is_another_request():
    """What came in the same bytes is found, with all that is the same each time; any other is not."""
    shortcut = kept(Served())
    found = shortcut.find_same(b"bytes")
    assert found is not None
    assert found.rest == b'etag: "tag"\r\ncontent-length: 6\r\n\r\nanswer'
    assert shortcut.find_same(b"byteS") is None


def test_a_request_in_pieces_is_not_known_by_its_bytes():
    """Where a server cannot tell all the bytes of a request, nothing is kept by them."""
    shortcut = Shortcut(MOST, lambda: FIRST)
    scope = request()
    del scope["request"]
    shortcut.keep_same(scope, reply())
    assert shortcut.held == 0


def test_it_goes_with_its_snapshot():
    """When another snapshot is served nothing of the one before is found, nor kept."""
    served = Served()
    shortcut = kept(served)
    served.name = SECOND
    assert shortcut.find_same(b"bytes") is None
    shortcut.keep_same(request(), reply())
    assert shortcut.find_same(b"bytes") is None
    assert shortcut.held == 0


def test_it_has_a_bound():
    """However many requests come, and however long they are, all that is kept stays below the bound."""
    shortcut = kept(Served())
    for number in range(3000):
        came = b"%d" % number + bytes(2000)
        scope = request(came, query_string=b"%d" % number, headers=[(b"host", b"x"), (b"user-agent", bytes(2000))])
        shortcut.find(scope, key_of(scope, b""))
        shortcut.keep(scope, key_of(scope, b""), reply(bytes(1000)))
        shortcut.keep_same(scope, reply(bytes(1000)))
        assert shortcut.held <= MOST


def test_short_headers_count_as_much_as_they_take():
    """A request of many short headers takes many times its bytes of memory, and is counted so."""
    shortcut = kept(Served(), most=100_000_000)
    before = shortcut.held
    headers = [(b"x%d" % number, b"") for number in range(90)]
    shortcut.keep_same(request(b"many", headers=headers), reply())
    assert shortcut.held - before > sum(map(sys.getsizeof, (part for header in headers for part in (header, *header))))


def test_long_replies_are_sent_in_pieces():
    """A reply that is too long to be sent at once is not found here."""
    shortcut = kept(Served(), most=1_000_000_000)
    shortcut.keep_same(request(b"long"), reply(bytes(100_000)))
    assert shortcut.find_same(b"long") is None


def test_the_same_reply_each_time():
    """Asked again and again, the reply differs in its id alone; each is counted; what has a body is read each time."""
    called: list[str] = []
    seen: list[Record] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        called.append(environ["REQUEST_METHOD"])
        environ[SNAPSHOT] = FIRST
        start_response("200 OK", [("ETag", '"tag"')])
        return [environ["wsgi.input"].read() or b"nothing"]

    async def exchange(gateway: Gateway, scope: Scope, body: bytes = b"") -> list[Sent]:
        sent: list[Sent] = []

        async def receive() -> Received:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(event: Sent) -> None:
            sent.append(event)

        await gateway(scope, receive, send)
        return sent

    async def run() -> None:
        shortcut = Shortcut(MOST, lambda: FIRST)
        gateway = Gateway(app, threads=2, body_bytes=1000, shortcut=shortcut, observers=(seen.append,))
        assert gateway.kept(b"bytes", ("192.0.2.1", 1)) is None
        asked = [await exchange(gateway, request()) for _ in range(2)]
        again = [gateway.kept(b"bytes", ("192.0.2.1", number)) for number in range(3)]
        replies = [(status, rest.partition(b"\r\n")) for status, rest in filter(None, again)]
        ids = {dict(each[0]["headers"])[b"x-request-id"] for each in asked}
        ids |= {first.removeprefix(b"x-request-id: ") for _, (first, _, _) in replies}
        assert len(ids) == 5
        assert {(status, rest) for status, (_, _, rest) in replies} == {
            (200, b'etag: "tag"\r\ncontent-length: 7\r\n\r\nnothing')
        }
        assert gateway.kept(b"bytes", ("192.0.2.9", 1)) is not None
        assert seen.pop().client == "192.0.2.9"
        held = request(headers=[(b"host", b"x"), (b"if-none-match", b'"tag"')])
        assert {(await exchange(gateway, held))[0]["status"] for _ in range(4)} == {200, 304}
        for body in (b"a", b"b", b"a", b"b"):
            posted = request(method="POST", headers=[(b"host", b"x"), (b"content-length", b"1")])
            assert (await exchange(gateway, posted, body))[1]["body"] == body
        await gateway.finish(1)

    asyncio.run(run())
    assert called == ["GET", "GET", "POST", "POST"]
    assert [each.is_kept for each in seen[:5]] == [False, True, True, True, True]
    assert {(each.status, each.bytes, each.client) for each in seen[:5]} == {(200, 7, "192.0.2.1")}
