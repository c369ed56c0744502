"""Someone else's endpoint: what it may do to us, from a real HTTP server that misbehaves on demand."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import threading
import time
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs

import pytest

from digigraph.errors import (
    AnswerTooLarge,
    DigigraphError,
    QueryCancelled,
    QuerySyntaxError,
    QueryTimeout,
    QueueFull,
    RemoteError,
    StoreError,
)
from digigraph.media import RESULTS_JSON, TURTLE
from digigraph.store.backend import Query
from digigraph.store.cancellation import Cancellation
from digigraph.store.remote import RemoteBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings

ASK = Query(text="ASK {}", format=RESULTS_JSON)
TRUE = b'{"head":{},"boolean":true}'


class Handler(http.server.BaseHTTPRequestHandler):
    """Does what the test wants."""

    protocol_version = "HTTP/1.1"
    behaviour: ClassVar[Callable[[Handler], None]]
    asked: ClassVar[list[tuple[dict[str, list[str]], dict[str, str]]]]

    def do_POST(self) -> None:
        """Take the form, then do it."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.asked.append((form, {name.lower(): value for name, value in self.headers.items()}))
        with contextlib.suppress(ConnectionError):
            type(self).behaviour(self)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""

    def reply(self, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """Send a whole response."""
        self.send_response(status)
        for name, value in {
            "Content-Type": RESULTS_JSON.media_type,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    """A server whose clients leave in the middle, as they should."""

    def handle_error(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def serve(published: Settings) -> Iterator[Callable[..., RemoteBackend]]:
    """Start a server that behaves as told, and return a backend for it."""
    with contextlib.ExitStack() as stack:

        def start(behaviour: Callable[[Handler], None], **changes: float) -> RemoteBackend:
            handler = type("Told", (Handler,), {"behaviour": staticmethod(behaviour), "asked": []})
            server = Server(("127.0.0.1", 0), handler)
            thread = threading.Thread(target=server.serve_forever, args=[0.05])
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            endpoint = f"http://127.0.0.1:{server.server_port}/sparql"
            backend = RemoteBackend(dataclasses.replace(published, endpoint=endpoint, **changes))
            backend.asked = handler.asked
            stack.callback(backend.close)
            return backend

        yield start


def test_the_request(serve: Callable[..., RemoteBackend]):
    """The query goes as a form with its graphs, the format as Accept (SPARQL 1.1 Protocol, section 2.1.2)."""
    backend = serve(tell)
    query = dataclasses.replace(ASK, default_graphs=("urn:a", "urn:b"), named_graphs=("urn:c",))
    assert b"".join(backend.answer(query)) == TRUE
    ((form, headers),) = backend.asked
    assert form == {"query": ["ASK {}"], "default-graph-uri": ["urn:a", "urn:b"], "named-graph-uri": ["urn:c"]}
    assert headers["accept"] == RESULTS_JSON.media_type
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert backend.version is None


@pytest.mark.parametrize(
    ("status", "body", "headers", "error"),
    [
        (400, b"no such function", {}, QuerySyntaxError),
        (404, b"nothing here", {}, RemoteError),
        (500, b"oops", {}, RemoteError),
        (503, b"busy", {"Retry-After": "5"}, RemoteError),
        (204, b"", {}, RemoteError),
        (200, b"<html>", {"Content-Type": "text/html"}, RemoteError),
        (307, b"", {"Location": "http://127.0.0.1:9/"}, RemoteError),
        (301, b"", {"Location": "/elsewhere"}, RemoteError),
    ],
)
def test_other_answers(
    serve: Callable[..., RemoteBackend], status: int, body: bytes, headers: dict[str, str], error: type[DigigraphError]
):
    """Whatever is no answer is an error of ours that says what came; redirects are not followed."""
    backend = serve(lambda told: told.reply(body, status=status, headers=headers))
    with pytest.raises(error) as failure:
        backend.answer(ASK)
    assert body.decode() in str(failure.value) or status == 200
    assert headers.get("Location", "") in str(failure.value)
    assert len(backend.asked) == 1


def test_an_alias_of_the_format_will_do(serve: Callable[..., RemoteBackend]):
    """An endpoint that calls SPARQL JSON application/json is understood."""
    backend = serve(lambda told: told.reply(TRUE, headers={"Content-Type": "application/json; charset=utf-8"}))
    assert b"".join(backend.answer(ASK)) == TRUE
    with pytest.raises(RemoteError):
        backend.answer(Query(text="CONSTRUCT WHERE { ?s ?p ?o }", format=TURTLE))


def test_the_place_of_a_syntax_error(serve: Callable[..., RemoteBackend]):
    """Where the endpoint tells the place in our engine's words, line and column are known."""
    backend = serve(lambda told: told.reply(b"error at 3:10: expected OPTIONAL", status=400))
    with pytest.raises(QuerySyntaxError) as failure:
        backend.answer(ASK)
    assert (failure.value.line, failure.value.column) == (3, 10)


def test_nobody_there(published: Settings):
    """An endpoint that does not run is an error of the network."""
    backend = RemoteBackend(dataclasses.replace(published, endpoint="http://127.0.0.1:9/sparql"))
    with pytest.raises(RemoteError):
        backend.answer(ASK)
    backend.close()


def tell(told: Handler) -> None:
    told.reply(TRUE)


def silence(told: Handler) -> None:
    time.sleep(2)
    told.reply(TRUE)


def stall(told: Handler) -> None:
    told.send_response(200)
    told.send_header("Content-Type", RESULTS_JSON.media_type)
    told.send_header("Content-Length", "300000")
    told.end_headers()
    told.wfile.write(bytes(280_000))
    time.sleep(2)


def drip(told: Handler) -> None:
    told.send_response(200)
    told.send_header("Content-Type", RESULTS_JSON.media_type)
    told.send_header("Transfer-Encoding", "chunked")
    told.end_headers()
    for _ in range(40):
        told.wfile.write(b"1\r\nx\r\n")
        time.sleep(0.05)


def break_off(told: Handler) -> None:
    told.send_response(200)
    told.send_header("Content-Type", RESULTS_JSON.media_type)
    told.send_header("Content-Length", "300000")
    told.end_headers()
    told.wfile.write(bytes(100))
    told.close_connection = True


@pytest.mark.parametrize("behaviour", [silence, stall, drip])
def test_the_deadline(serve: Callable[..., RemoteBackend], behaviour: Callable[[Handler], None]):
    """An endpoint that says nothing, stops in the middle, or goes on for ever is given up at the deadline."""
    backend = serve(behaviour, query_seconds=0.5)
    with pytest.raises(QueryTimeout):
        b"".join(backend.answer(ASK))


def test_a_part_is_no_answer(serve: Callable[..., RemoteBackend]):
    """A body that ends early is a failure."""
    backend = serve(break_off)
    with pytest.raises(RemoteError):
        b"".join(backend.answer(ASK))


def test_an_answer_too_large(serve: Callable[..., RemoteBackend]):
    """No more bytes are taken than an answer may have, compressed or not."""
    backend = serve(lambda told: told.reply(bytes(200_000)), answer_bytes=100_000)
    with pytest.raises(AnswerTooLarge):
        backend.answer(ASK)


def test_taken_back(serve: Callable[..., RemoteBackend]):
    """Who takes a question back hears so at once; the next question is answered."""
    replies = iter([silence])

    def reply(told: Handler) -> None:
        next(replies, tell)(told)

    backend = serve(reply, query_seconds=5)
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    with pytest.raises(QueryCancelled):
        backend.answer(ASK, cancellation)
    assert b"".join(backend.answer(ASK)) == TRUE


def test_a_full_queue(serve: Callable[..., RemoteBackend]):
    """No more questions are taken than may run and wait."""
    backend = serve(silence, workers=1, queue_length=0, query_seconds=5)

    def ask() -> None:
        backend.answer(ASK).close()

    first = threading.Thread(target=ask)
    first.start()
    time.sleep(0.2)
    with pytest.raises(QueueFull):
        backend.answer(ASK)
    first.join()


def test_closed(serve: Callable[..., RemoteBackend]):
    """After closing, twice even, nothing is asked any more, and no thread is left."""
    before = threading.active_count()
    backend = serve(tell)
    backend.answer(ASK).close()
    backend.close()
    backend.close()
    with pytest.raises(StoreError):
        backend.answer(ASK)
    # The server has one.
    assert threading.active_count() <= before + 2
