from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, ClassVar, NoReturn

import pytest

from digigraph.errors import QueryCrashed
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.answer import Answer
from digigraph.store.answering.cancellation import Cancellation
from digigraph.web.exchanges import asgi, bodies
from digigraph.web.exchanges.bodies import BODIES
from digigraph.web.exchanges.wsgi import call, environ_of
from digigraph.web.protocol.codings import CodedAnswer
from digigraph.web.serve import listen
from digigraph.web.server.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from digigraph.web.exchanges.asgi import Received, Sent
    from digigraph.web.exchanges.wsgi import Scope

PATIENCE = 120.0
REQUEST: Received = {"type": "http.request", "body": b"", "more_body": False}


def _scope(*headers: tuple[bytes, bytes], method: str = "GET", path: bytes = b"/", version: str = "1.1") -> Scope:
    return {
        "type": "http",
        "http_version": version,
        "method": method,
        "scheme": "http",
        "raw_path": path,
        "query_string": b"",
        "headers": ((b"host", b"x"), *headers),
    }


def _environ(scope: Scope) -> WSGIEnvironment:
    return environ_of(scope, b"", announced=None, cancellation=Cancellation())


class Client:
    """An ASGI server's side of one exchange: sends the events it was given, then nothing; keeps what comes back."""

    def __init__(self, *events: Received) -> None:
        self._events = list(events)
        self.sent: list[Sent] = []
        self._gone: asyncio.Event = asyncio.Event()

    async def receive(self) -> Received:
        """Return the next event; none comes after the last until the client leaves."""
        if self._events:
            return self._events.pop(0)
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, event: Sent) -> None:
        """Take an event."""
        self.sent.append(event)

    async def has(self, number: int) -> None:
        """Wait until so many bytes of the body have come back."""
        while len(self.body) < number:  # noqa: ASYNC110 - an event for each number would say no more
            await asyncio.sleep(0)

    def leave(self) -> None:
        """Close the connection."""
        self._gone.set()

    @property
    def status(self) -> int:
        """The status that came back."""
        return self.sent[0]["status"]

    @property
    def body(self) -> bytes:
        """What came back of the body."""
        return b"".join(event.get("body", b"") for event in self.sent)

    @property
    def is_whole(self) -> bool:
        """Whether the end of the body came back."""
        return self.sent[-1].get("more_body") is False


def _exchange(
    app: WSGIApplication, client: Client, scope: Scope, during: Callable[[], Awaitable[None]] | None = None
) -> None:
    async def run() -> None:
        task = asyncio.ensure_future(Gateway(app, threads=4, body_bytes=1000)(scope, client.receive, client.send))
        if during is not None:
            await during()
        await task

    asyncio.run(run())


def _answering(body: object) -> WSGIApplication:
    def app(environ: WSGIEnvironment, start_response: StartResponse) -> object:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body

    return app


def _never(environ: WSGIEnvironment, start_response: StartResponse) -> NoReturn:
    pytest.fail("the application was called")


class Chunks:
    """A body of many pieces, as files and generators are."""

    PIECE: ClassVar[bytes] = b"x" * 10_000

    def __init__(self, number: int, *, fails: bool = False) -> None:
        self.number = number
        self.fails = fails
        self.closed = 0
        self.threads: set[int] = set()

    def __iter__(self) -> Iterator[bytes]:
        """Make the pieces."""
        for _ in range(self.number):
            self.threads.add(threading.get_ident())
            yield self.PIECE
        if self.fails:
            raise ZeroDivisionError

    def close(self) -> None:
        """Count."""
        self.closed += 1


@pytest.mark.parametrize("number", [0, 1, 6, 7, 50])
def test_bodies_of_many_pieces(number: int):
    """A body that comes in pieces arrives whole, is read outside the event loop, and is closed once."""
    chunks, client = Chunks(number), Client(REQUEST)
    _exchange(_answering(chunks), client, _scope())
    assert client.body == Chunks.PIECE * number
    assert client.is_whole
    assert chunks.closed == 1
    assert threading.get_ident() not in chunks.threads


def test_failing_body_is_broken_off(caplog: pytest.LogCaptureFixture):
    """A body that fails in the middle has no end, is closed, and the log says why."""
    chunks, client = Chunks(50, fails=True), Client(REQUEST)
    _exchange(_answering(chunks), client, _scope())
    assert client.status == 200
    assert not client.is_whole
    assert chunks.closed == 1
    assert "ZeroDivisionError" in caplog.text


def test_body_for_nobody_is_not_read_on():
    """The client leaves: no more of a body in pieces is made than was under way."""
    chunks, client = Chunks(10**9), Client(REQUEST)

    async def leave_soon() -> None:
        await client.has(100_000)
        client.leave()

    _exchange(_answering(chunks), client, _scope(), leave_soon)
    assert not client.is_whole
    assert chunks.closed == 1


def test_failing_answer_is_broken_off(caplog: pytest.LogCaptureFixture):
    """An answer that fails after its beginning has no end."""
    answer, client = Answer(RESULTS_JSON, version=None, limit=10**6), Client(REQUEST)
    answer.write(b"begun")

    async def fail_soon() -> None:
        await client.has(len(b"begun"))
        answer.fail(QueryCrashed("It crashed."))

    _exchange(_answering(answer), client, _scope(), fail_soon)
    assert not client.is_whole
    assert not answer.wanted
    assert "It crashed." in caplog.text


def test_failing_answer_is_broken_off_under_a_coding():
    """A coded answer, too, is left without its end; and compressing is not done in the event loop."""
    answer, client, threads = Answer(RESULTS_JSON, version=None, limit=1000), Client(REQUEST), set[int]()

    class Watched(CodedAnswer):
        def read_ready(self) -> bytes | None:
            threads.add(threading.get_ident())
            return super().read_ready()

    async def fail() -> None:
        answer.write(b"{")
        await client.has(1)
        answer.fail(QueryCrashed("gone"))

    _exchange(_answering(Watched(answer, "gzip")), client, _scope(), fail)
    assert client.status == 200
    assert not client.is_whole
    assert threads
    assert threading.get_ident() not in threads


def test_answer_for_nobody_is_closed():
    """The client leaves in the middle of an answer: whoever writes it learns that nobody waits."""
    answer, client = Answer(RESULTS_JSON, version=None, limit=10**6), Client(REQUEST)
    answer.write(b"begun")

    async def leave_soon() -> None:
        await client.has(len(b"begun"))
        assert answer.wanted
        client.leave()

    _exchange(_answering(answer), client, _scope(), leave_soon)
    assert not answer.wanted


def test_slow_body_is_timed_out(monkeypatch: pytest.MonkeyPatch):
    """A body that does not arrive in time is 408 and the end of the connection; the application is not called."""
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    client = Client({"type": "http.request", "body": b"AS", "more_body": True})
    _exchange(_never, client, _scope(method="POST"))
    assert client.status == 408
    assert (b"connection", b"close") in client.sent[0]["headers"]


def test_broken_body_is_a_bad_request():
    """A body that breaks off is the client's mistake, where it still listens."""
    client = Client({"type": "http.request", "body": b"AS", "more_body": True}, {"type": "http.disconnect"})
    _exchange(_never, client, _scope(method="POST"))
    assert client.status == 400


def test_stalled_reader_is_left(monkeypatch: pytest.MonkeyPatch):
    """A client that takes nothing for a while loses its answer, and the answer its place on the disk."""
    monkeypatch.setattr(asgi, "STALL_SECONDS", 0.05)
    answer, client = Answer(RESULTS_JSON, version=None, limit=10**6), Client(REQUEST)
    answer.write(b"begun")

    async def take_nothing(event: Sent) -> None:
        if event["type"] == "http.response.body":
            await asyncio.Event().wait()

    client.send = take_nothing  # type: ignore[method-assign]  # a client like any other, but for this
    _exchange(_answering(answer), client, _scope())
    assert not answer.wanted


def test_finish_ends_what_does_not_end():
    """At the end of the server a call that waits is taken back; where it goes on all the same, its client hears 503."""
    begun, taken_back, is_over = threading.Event(), threading.Event(), threading.Event()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        begun.set()
        environ["digigraph.cancellation"].on_cancel(taken_back.set)
        is_over.wait()
        start_response("200 OK", [])
        return [b"too late"]

    async def run() -> None:
        client, under_test = Client(REQUEST), Gateway(app, threads=4, body_bytes=1000)
        task = asyncio.ensure_future(under_test(_scope(), client.receive, client.send))
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        await under_test.finish(0.05)
        await task
        assert client.sent[0]["status"] == 503
        assert client.sent[-1]["body"] == b""
        is_over.set()

    asyncio.run(run())
    assert taken_back.wait(PATIENCE)


def test_headers_reach_the_application():
    """Header fields become variables: several of one name joined, those that would pass for others left out."""
    environ = _environ(
        _scope(
            (b"accept", b"text/csv"),
            (b"accept", b"text/turtle"),
            (b"content-type", b"text/plain"),
            (b"x_forwarded_for", b"1.2.3.4"),
            (b"transfer-encoding", b"chunked"),
        )
    )
    assert environ["HTTP_ACCEPT"] == "text/csv,text/turtle"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert "HTTP_TRANSFER_ENCODING" not in environ


@pytest.mark.parametrize("version", ["1", "1.0"])
def test_old_protocol_is_recognised(version: str):
    """HTTP/1.0 is told to the application however the server spells it."""
    assert _environ(_scope(version=version))["SERVER_PROTOCOL"] == "HTTP/1.0"


def test_path_is_decoded_to_bytes():
    """The path reaches the application as PEP 3333 wants it: percent-decoded, its bytes as Latin-1."""
    assert _environ(_scope(path=b"/id/sk%C3%A5ne%2Fx"))["PATH_INFO"] == "/id/skÃ¥ne/x"


def test_answer_is_handed_on_unread():
    """An answer as a body stays what it is, for the gateway to read without a thread."""
    answer = Answer(RESULTS_JSON, version=None, limit=1000)
    assert call(_answering(answer), _environ(_scope())).rest is answer
    answer.close()


def test_connections_inherit_the_patience_of_the_kernel():
    """A connection whose client takes nothing is closed by the kernel after the time for which the gateway waits."""
    with listen("127.0.0.1", 0) as listener:
        client = socket.create_connection(listener.getsockname())
        connection, _ = listener.accept()
        milliseconds = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        assert milliseconds == asgi.STALL_SECONDS * 1000
        connection.close()
        client.close()


def test_bodies_that_stay_take_no_more_than_their_room():
    """Bodies that are sent but for their end fill the room of their client; others, and GET, are answered meanwhile."""
    begun: Received = {"type": "http.request", "body": b"x" * 1000, "more_body": True}
    whole: Received = {"type": "http.request", "body": b"x" * 1000, "more_body": False}

    def scope_of(address: str, method: str = "POST") -> Scope:
        return {**_scope(method=method), "client": (address, 1)}

    async def run() -> None:
        under_test = Gateway(_answering([b"answered"]), threads=4, body_bytes=1000)

        async def exchange(client: Client, scope: Scope) -> Client:
            await under_test(scope, client.receive, client.send)
            return client

        greedy = [Client(begun) for _ in range(BODIES // 2)]
        waiting = [asyncio.ensure_future(exchange(client, scope_of("192.0.2.1"))) for client in greedy]
        await asyncio.sleep(0)
        refused = await exchange(Client(whole), scope_of("192.0.2.1"))
        assert (refused.status, dict(refused.sent[0]["headers"])[b"retry-after"]) == (503, b"30")
        assert (await exchange(Client(REQUEST), scope_of("192.0.2.1", "GET"))).body == b"answered"
        assert (await exchange(Client(whole), scope_of("192.0.2.2"))).body == b"answered"
        for client in greedy:
            client.leave()
        await asyncio.gather(*waiting)
        assert (await exchange(Client(whole), scope_of("192.0.2.1"))).body == b"answered"

    asyncio.run(run())


def test_exchanges_have_an_end():
    """Half of all exchanges at once may be of one client; his next is told when to come again, others are not."""
    begun: Received = {"type": "http.request", "body": b"", "more_body": True}

    def scope_of(address: str) -> Scope:
        return {**_scope(method="POST"), "client": (address, 1)}

    async def run() -> None:
        under_test = Gateway(_answering([b"answered"]), threads=4, body_bytes=1000, exchanges=4)

        async def exchange(client: Client, address: str) -> Client:
            await under_test(scope_of(address), client.receive, client.send)
            return client

        greedy = [Client(begun) for _ in range(2)]
        waiting = [asyncio.ensure_future(exchange(client, "192.0.2.1")) for client in greedy]
        await asyncio.sleep(0)
        refused = await exchange(Client(REQUEST), "192.0.2.1")
        assert (refused.status, dict(refused.sent[0]["headers"])[b"retry-after"]) == (503, b"30")
        assert (await exchange(Client(REQUEST), "192.0.2.2")).body == b"answered"
        for client in greedy:
            client.leave()
        await asyncio.gather(*waiting)
        assert (await exchange(Client(REQUEST), "192.0.2.1")).body == b"answered"

    asyncio.run(run())
