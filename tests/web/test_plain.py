"""Plain questions are answered without the application, exactly as it would answer them."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import brotli
import pytest

from digigraph.store.answering.answer import FIRST_BYTES
from digigraph.store.answering.cancellation import Cancellation
from digigraph.store.opening import open_backend
from digigraph.web.app import create_app
from digigraph.web.exchanges.wsgi import Reply
from digigraph.web.observing.record import Record
from digigraph.web.server.gateway import Gateway
from digigraph.web.shortcuts.plain import plain_questions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from digigraph.settings import Settings
    from digigraph.web.exchanges.asgi import Received, Sent
    from digigraph.web.exchanges.wsgi import Scope

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 5000"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(STR(?a)) > 0) }"
JSON = (b"accept", b"application/sparql-results+json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
TEXT = (b"content-type", b"application/sparql-query")
Got = tuple[int, dict[bytes, bytes], bytes]


def asking(
    query: str | None, *headers: tuple[bytes, bytes], body: bytes = b"", method: str = "GET", **more: str
) -> tuple[Scope, bytes]:
    """A request for /sparql."""
    parameters = {**({} if query is None else {"query": query}), **{name.rstrip("_"): more[name] for name in more}}
    length = [(b"content-length", b"%d" % len(body))] if body else []
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "raw_path": b"/sparql",
        "query_string": urlencode(parameters).encode(),
        "headers": [(b"host", b"x"), *headers, *length],
    }
    return scope, body


def posted(body: bytes, *headers: tuple[bytes, bytes]) -> tuple[Scope, bytes]:
    """A request that has its query in the body."""
    return asking(None, *headers, body=body, method="POST")


GRAPH = "https://example.org/graph/curated"
REQUESTS = {
    "short": asking(COUNT, JSON),
    "no accept": asking(COUNT),
    "ask": asking("ASK {}", JSON),
    "xml": asking(COUNT, (b"accept", b"application/sparql-results+xml")),
    "two accepts": asking(COUNT, (b"accept", b"text/csv;q=0.5"), (b"accept", b"text/tab-separated-values")),
    "format": asking(COUNT, JSON, format="csv"),
    "SPARQLWrapper": asking(COUNT, (b"accept", b"*/*"), format="json", output="json", results="json"),
    "construct": asking("CONSTRUCT WHERE { ?s ?p ?o }", (b"accept", b"text/turtle")),
    "describe": asking("DESCRIBE <https://example.org/graph/person-1>"),
    "graph": asking(COUNT, JSON, **{"default-graph-uri": GRAPH}),
    "byte order mark": asking("\ufeffASK {}", JSON),
    "medium": asking(ALL, JSON),
    "medium, gzip": asking(ALL, JSON, (b"accept-encoding", b"gzip")),
    "medium, all codings": asking(ALL, JSON, (b"accept-encoding", b"gzip, deflate, br, zstd")),
    "short, no identity": asking(COUNT, JSON, (b"accept-encoding", b"gzip, identity;q=0")),
    "no coding": asking(COUNT, JSON, (b"accept-encoding", b"x-none, identity;q=0")),
    "long": asking(LONG, JSON),
    "long, br": asking(LONG, JSON, (b"accept-encoding", b"br")),
    "slow": asking(SLOW, JSON),
    "page": asking(COUNT, (b"accept", b"text/html")),
    "form": posted(urlencode({"query": COUNT}).encode(), FORM, JSON),
    "text": posted(COUNT.encode(), TEXT, JSON),
    "text, not UTF-8": posted(b"ASK { ?s ?p '\xff' }", TEXT, JSON),
    "charset": posted(COUNT.encode(), (TEXT[0], TEXT[1] + b"; charset=latin-1"), JSON),
    "body without type": posted(COUNT.encode(), JSON),
    "coded body": posted(COUNT.encode(), TEXT, JSON, (b"content-encoding", b"gzip")),
    "update": posted(urlencode({"update": "CLEAR ALL"}).encode(), FORM),
    "update as query": asking("CLEAR ALL", JSON),
    "no query": asking(None, JSON),
    "empty query": asking("", JSON),
    "syntax": asking("SELECT * {\n ?s ?p", JSON),
    "nonsense": asking("nonsense", JSON),
    "service": asking("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", JSON),
    "too deep": asking("SELECT * " + "{" * 300 + "}" * 300, JSON),
    "wrong format": asking(COUNT, (b"accept", b"text/turtle")),
    "wrong graph": asking(COUNT, JSON, **{"default-graph-uri": "<>"}),
    "function": asking("SELECT (<http://example.org/f>(1) AS ?x) {}", JSON),
    "each time another": asking("SELECT (COUNT(?x) AS ?n) { BIND(RAND() AS ?x) }", JSON),
    "head": asking(COUNT, JSON, method="HEAD"),
    "options": asking(COUNT, JSON, method="OPTIONS"),
    "put": asking(COUNT, JSON, method="PUT"),
    "range": asking(COUNT, JSON, (b"range", b"bytes=0-3")),
    "if-match": asking(COUNT, JSON, (b"if-match", b'"other"')),
    "if-none-match": asking(COUNT, JSON, (b"if-none-match", b"*")),
    "stray percent": ({**asking(None, JSON)[0], "query_string": b"query=ASK%20{}%"}, b""),
    "old client": ({**asking(COUNT, JSON)[0], "http_version": "1.0"}, b""),
}


@pytest.fixture(scope="module")
def app(published: Settings) -> Iterator[Flask]:
    """The application over query processes, nothing kept: each request is computed."""
    settings = dataclasses.replace(published, cache_bytes=0, workers=2)
    with contextlib.closing(open_backend(settings)) as backend:
        yield create_app(settings, backend)


async def exchange(gateway: Gateway, scope: Scope, body: bytes) -> Got:
    """Status, headers and body of the reply."""
    sent: list[Sent] = []
    received: list[Received] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Received:
        if not received:
            await asyncio.Event().wait()
        return received.pop()

    async def send(event: Sent) -> None:
        sent.append(event)

    await gateway(scope, receive, send)
    assert sent[-1].get("more_body") is False
    headers = dict(sent[0]["headers"])
    assert len(headers) == len(sent[0]["headers"])
    return sent[0]["status"], headers, b"".join(event.get("body", b"") for event in sent[1:])


def replies(app: Flask, *requests: tuple[Scope, bytes], is_plain: bool) -> list[Got]:
    """What a gateway replies, with the short way or without."""

    async def run() -> list[Got]:
        plain = plain_questions(app) if is_plain else None
        gateway = Gateway(app.wsgi_app, threads=4, body_bytes=100_000, plain=plain)
        try:
            return [await exchange(gateway, *each) for each in requests]
        finally:
            await gateway.finish(5)

    return asyncio.run(run())


def without_own(got: Got) -> Got:
    """A reply without what each has for itself: the ids of request and query."""
    status, headers, body = got
    kept = {name: value for name, value in headers.items() if name not in {b"x-request-id", b"digigraph-query-id"}}
    if headers.get(b"content-encoding") == b"br":
        # What is coded as it comes is never coded twice in the same way.
        body = brotli.decompress(body)
    if len(body) >= FIRST_BYTES:
        # Whether all of it is there before its first bytes are sent is for the machine to decide.
        kept.pop(b"content-length", None)
        kept[b"etag"] = kept[b"etag"].removeprefix(b"W/")
    return status, kept, body.replace(headers.get(b"x-request-id", b"none"), b"")


@pytest.mark.parametrize("name", REQUESTS)
def test_the_reply_is_that_of_the_application(app: Flask, name: str):
    """Whatever is asked, the reply is the same to the byte, whoever made it."""
    (long_way,) = replies(app, REQUESTS[name], is_plain=False)
    (short_way,) = replies(app, REQUESTS[name], is_plain=True)
    assert without_own(short_way) == without_own(long_way)
    # One that is long has an id where it is not all there by then.
    if not name.startswith("long"):
        assert (b"digigraph-query-id" in short_way[1]) == (b"digigraph-query-id" in long_way[1])


@pytest.mark.parametrize("name", ["short", "ask", "SPARQLWrapper", "construct", "medium, gzip", "form", "text"])
def test_what_is_plain_needs_no_application(app: Flask, name: str):
    """The usual questions of programs are replied to without the application."""
    scope, body = REQUESTS[name]

    async def run() -> object:
        plain = plain_questions(app)
        assert plain is not None
        record = Record(method=scope["method"], path="/sparql", client="")
        reply = await plain.answered(scope, body, record, Cancellation())
        assert record.route == "/sparql"
        assert record.query
        return reply

    assert isinstance(asyncio.run(run()), Reply)


def test_a_failure_leaves_nothing_behind(published: Settings, tmp_path: Path):
    """Where answers are kept, a question that failed, or was long, is asked anew the next time, and nobody waits."""
    with contextlib.closing(open_backend(dataclasses.replace(published, workers=2))) as backend:
        app = create_app(published, backend)
        names = ["syntax", "long", "service", "slow", "short", "medium"]
        first, second = (replies(app, *(REQUESTS[each] for each in names), is_plain=True) for _ in range(2))
        assert [*map(without_own, first)] == [*map(without_own, second)]


def test_one_computation_for_the_same_question(published: Settings):
    """Of those who ask the same at once, by the short way, one has it computed and all get it."""
    with contextlib.closing(open_backend(dataclasses.replace(published, workers=2))) as backend:
        app = create_app(published, backend)

        async def run() -> list[Got]:
            gateway = Gateway(app.wsgi_app, threads=40, body_bytes=1000, plain=plain_questions(app))
            try:
                return await asyncio.gather(*(exchange(gateway, *REQUESTS["slow"]) for _ in range(20)))
            finally:
                await gateway.finish(5)

        found = asyncio.run(run())
    assert {got[0] for got in found} == {200}
    assert len({got[2] for got in found}) == 1
