"""Requests that come again byte for byte: the same reply, as long as its snapshot is served, and for nobody else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from digigraph.web.gateway import Gateway
from digigraph.web.shortcut import Shortcut, key_of
from digigraph.web.wsgi import SNAPSHOT, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from digigraph.web.asgi import Received, Sent
    from digigraph.web.record import Record
    from digigraph.web.wsgi import Scope

FIRST, SECOND = "1-0123456789ab", "2-0123456789ab"
MOST = 1_000_000


class Served:
    """The name of the snapshot that is served."""

    name = FIRST


def request(**changes: object) -> Scope:
    scope: dict[str, object] = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "raw_path": b"/sparql",
        "query_string": b"query=ASK%20%7B%7D",
        "headers": [(b"host", b"x"), (b"accept", b"*/*"), (b"user-agent", b"test")],
        "client": ("192.0.2.1", 1),
    }
    return {**scope, **changes}  # type: ignore[return-value]


def reply(body: bytes = b"answer", snapshot: str = FIRST) -> Reply:
    return Reply(200, [(b"etag", b'"tag"')], body, None, lambda: None, snapshot, "/sparql")


def kept(served: Served, most: int = MOST) -> Shortcut:
    shortcut = Shortcut(most, lambda: served.name)
    assert shortcut.find_same(request()) is None
    shortcut.keep_same(request(), reply())
    return shortcut


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "HEAD"},
        {"http_version": "1.0"},
        {"raw_path": b"/sparqL"},
        {"query_string": b"query=ASK%20{}"},
        {"headers": [(b"host", b"y"), (b"accept", b"*/*"), (b"user-agent", b"test")]},
        {"headers": [(b"accept", b"*/*"), (b"host", b"x"), (b"user-agent", b"test")]},
        {"headers": [(b"host", b"x"), (b"accept", b"*/*"), (b"user-agent", b"test"), (b"if-none-match", b"*")]},
        {"headers": [(b"host", b"x"), (b"accept", b"*/*"), (b"user-agent", b"test"), (b"content-length", b"1")]},
    ],
)
def test_another_byte_is_another_request(changes: dict[str, object]):
    """What differs in any byte is not found; the client's port does not matter."""
    shortcut = kept(Served())
    found = shortcut.find_same(request(client=("192.0.2.2", 2)))
    assert found is not None
    assert found.start == b"answer"
    assert shortcut.find_same(request(**changes)) is None


def test_it_goes_with_its_snapshot():
    """When another snapshot is served nothing of the one before is found, nor kept."""
    served = Served()
    shortcut = kept(served)
    served.name = SECOND
    assert shortcut.find_same(request()) is None
    shortcut.keep_same(request(), reply())
    assert shortcut.find_same(request()) is None
    assert shortcut.bytes == 0


def test_it_has_a_bound():
    """However many requests come, and however long they are, all that is kept stays below the bound."""
    shortcut = kept(Served())
    for number in range(3000):
        scope = request(query_string=b"%d" % number, headers=[(b"host", b"x"), (b"user-agent", bytes(2000))])
        shortcut.find(scope, key_of(scope, b""))
        shortcut.keep(scope, key_of(scope, b""), reply(bytes(1000)))
        shortcut.keep_same(scope, reply(bytes(1000)))
        assert shortcut.bytes <= MOST


def test_long_replies_are_sent_in_pieces():
    """A reply that is too long to be sent at once is not found here."""
    shortcut = kept(Served(), most=1_000_000_000)
    scope = request(query_string=b"long")
    shortcut.keep_same(scope, reply(bytes(100_000)))
    assert shortcut.find_same(scope) is None


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
        asked = [await exchange(gateway, request()) for _ in range(5)]
        assert len({dict(each[0]["headers"])[b"x-request-id"] for each in asked}) == 5
        assert {(each[0]["status"], dict(each[0]["headers"])[b"etag"], each[1]["body"]) for each in asked} == {
            (200, b'"tag"', b"nothing")
        }
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
