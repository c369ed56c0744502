"""What is kept is what would be computed, for the same request and the same snapshot only."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import os
import signal
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest
import webserver
from endless import BEGUN, ENDLESS

from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app
from digigraph.web.shortcuts.replies import CONDITION, DECIDING, SINGULAR

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flask import Flask
    from webserver import Server, Serving

    from digigraph.settings import Settings

ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
MEDIUM = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 2000"
"""Several 100 kB: sent in pieces, and kept all the same."""
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i VALUES ?j { 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 } }"
PAGE = {"Accept": "text/html"}
POISON = "poison.example"
ASKED = [
    ("GET", f"/sparql?{urlencode({'query': ALL})}", {}),
    ("GET", f"/sparql?{urlencode({'query': ALL, 'format': 'csv'})}", {"Accept-Encoding": "gzip"}),
    ("GET", f"/sparql?{urlencode({'query': MEDIUM})}", {}),
    ("GET", f"/sparql?{urlencode({'query': MEDIUM})}", {"Accept-Encoding": "br"}),
    ("GET", f"/sparql?{urlencode({'query': ALL})}", PAGE),
    ("GET", "/page/person-1", PAGE),
    ("GET", "/page/person-1?lang=sv", PAGE),
    ("GET", "/data/person-1.ttl", {}),
    ("GET", "/linkset/page/person-1", {}),
    ("GET", "/graph/curated", {"Accept": "application/n-triples"}),
    ("GET", "/", PAGE),
]

Got = tuple[int, dict[str, str], bytes]


def ask(
    server: Server, target: str, headers: Mapping[str, str], *, method: str = "GET", body: str | None = None
) -> Got:
    with contextlib.closing(http.client.HTTPConnection(*server.address, timeout=webserver.PATIENCE)) as connection:
        connection.request(method, target, body=body, headers={"Accept-Encoding": "identity", **headers})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        # The clock's, and the request's own.
        for own in ("date", "x-request-id", "digigraph-query-id"):
            found.pop(own, None)
        return response.status, found, response.read()


@contextlib.contextmanager
def stopped(server: Server) -> Iterator[None]:
    """Let no query process compute."""
    pids = list(server.query_processes())
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize(("method", "target", "headers"), ASKED)
def test_what_was_answered_is_answered_without_a_query(
    server: Server, method: str, target: str, headers: dict[str, str]
):
    """With every query process stopped, the second reply, and a HEAD, say what the first did; 304 to who holds it."""
    first = ask(server, target, headers)
    assert first[0] == 200
    again = ask(server, target, headers)
    with stopped(server):
        third, head = ask(server, target, headers), ask(server, target, headers, method="HEAD")
        held = ask(server, target, {**headers, "If-None-Match": again[1]["etag"]})
    assert again[2] == third[2]
    assert again[1] == third[1]
    assert first[1]["digigraph-snapshot"] == third[1]["digigraph-snapshot"]
    assert head[0] == 200
    assert head[1]["etag"] == third[1]["etag"]
    assert (held[0], held[2]) == (304, b"")


def test_one_question_asked_in_many_ways_is_computed_once(server: Server):
    """However the method, the Accept header and the coding say it: the same answer is there."""
    query = ALL + " # many ways"
    target = f"/sparql?{urlencode({'query': query})}"
    _, _, body = ask(server, target, {})
    form, text = "application/x-www-form-urlencoded", "application/sparql-query"
    with stopped(server):
        for headers in ({"Accept": "application/json;q=0.9, image/png"}, {"Accept": "*/*"}, {"Accept-Language": "sv"}):
            assert ask(server, target, headers)[2] == body
        assert ask(server, target + "&format=json", {})[2] == body
        posted = {"Content-Type": form}
        assert ask(server, "/sparql", posted, method="POST", body=urlencode({"query": query}))[2] == body
        assert ask(server, "/sparql", {"Content-Type": text}, method="POST", body=query)[2] == body
        status, found, coded = ask(server, target, {"Accept-Encoding": "zstd"})
    assert (status, found["content-encoding"]) == (200, "zstd")
    assert len(coded) < len(body)


class _Reading(dict[str, object]):
    """A WSGI environment that notes which headers are asked for."""

    read: set[str]

    def __getitem__(self, name: str) -> object:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: object = None) -> object:
        self.read.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return super().__contains__(name)


@pytest.fixture(scope="module")
def alone(published: Settings) -> Iterator[Flask]:
    """The application without a server, with what it keeps."""
    with contextlib.closing(open_backend(published)) as backend:
        yield create_app(published, backend)


@pytest.mark.parametrize(("method", "target", "headers"), ASKED)
def test_nothing_else_of_a_request_is_read(alone: Flask, method: str, target: str, headers: dict[str, str]):
    """The application reads no header but those that are in the key, or by which a request goes past it.

    Host is looked at by the routing, which nothing here depends on (see the poisoned requests below), and the
    handshake of websockets to refuse it.
    """
    path, _, parameters = target.partition("?")
    with alone.test_request_context(path, query_string=parameters, headers=headers) as context:
        environ = _Reading(context.request.environ)
    environ.read = set()
    b"".join(alone.wsgi_app(environ, lambda *_: bytes))  # type: ignore[arg-type, return-value]
    read = {name.removeprefix("HTTP_").replace("_", "-").lower() for name in environ.read if name.startswith("HTTP_")}
    assert read - {each.decode() for each in DECIDING | SINGULAR | {CONDITION}} <= {
        "host",
        "connection",
        "upgrade",
        "cookie",
    }


POISONED = [
    {"Host": POISON},
    {"X-Forwarded-Host": POISON, "X-Forwarded-Proto": "https", "X-Forwarded-Port": "1"},
    {"X-Forwarded-Prefix": f"/{POISON}", "X-Script-Name": f"/{POISON}"},
    {"Forwarded": f"host={POISON};proto=https", "X-Forwarded-For": POISON},
    {"X-Original-URL": f"/{POISON}", "X-Rewrite-URL": f"/{POISON}"},
    {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "HEAD"},
    {"Cookie": f"lang={POISON}", "Authorization": f"Bearer {POISON}"},
    {"Origin": f"https://{POISON}", "Referer": f"https://{POISON}/"},
    {"Via": POISON, "Cache-Control": "max-age=100", "Pragma": POISON, "Connection": "Upgrade", "Upgrade": POISON},
    {"Accept_Encoding": "gzip", "Accept_Language": "sv", "If_None_Match": "*"},
]


@pytest.mark.parametrize("poison", POISONED, ids=[next(iter(each)) for each in POISONED])
@pytest.mark.parametrize(("method", "target", "headers"), [*ASKED, ("GET", "/dumps", {})])
def test_who_asks_first_writes_nothing_into_the_replies_of_others(
    server: Server, method: str, target: str, headers: dict[str, str], poison: dict[str, str]
):
    """What headers of one client say besides the question shows neither in his reply nor in that of the next."""
    separator = "&" if "?" in target else "?"
    # Nobody has asked exactly this before.
    fresh = f"{target}{separator}unknown={time.monotonic_ns()}"
    poisoned, clean, plain = (ask(server, fresh, each) for each in ({**headers, **poison}, headers, headers))
    assert POISON not in str(poisoned)
    assert poisoned[2] == clean[2] == plain[2]
    for name in ("content-type", "content-language", "link", "vary", "etag", "access-control-allow-origin"):
        assert poisoned[1].get(name) == clean[1].get(name) == plain[1].get(name)


def test_what_decides_a_reply_is_told_apart(server: Server):
    """Formats, languages, codings and graphs asked for in turn: each gets its own, first from the query, then kept."""
    base = f"/sparql?{urlencode({'query': ALL + ' # apart'})}"
    requests: list[tuple[str, dict[str, str]]] = [
        *((base, {"Accept": each}) for each in ("text/csv", "application/sparql-results+xml", "*/*", "text/html")),
        *((base, {"Accept": each}) for each in (",", "text/csv;q=0, */*", "text/csv;q=nonsense", "TEXT/CSV", "")),
        *((f"{base}&format={each}", {}) for each in ("tsv", "xml", "text%2Fcsv", "nonsense", "json&format=csv")),
        (f"{base}&default-graph-uri=https%3A%2F%2Fexample.org%2Fgraph%2Fgraph%2Fcurated", {}),
        *((base, {"Accept-Encoding": each}) for each in ("gzip", "br", "zstd", "identity;q=0, gzip", "*;q=0")),
        *(("/page/person-1", {**PAGE, "Accept-Language": each}) for each in ("sv", "en", "sv;q=0.1, en", "xx")),
        *((f"/page/person-1?lang={each}", PAGE) for each in ("sv", "en", "xx", "sv&lang=en", "%73v")),
        *(
            (target, PAGE)
            for target in ("/page/person-1?page=1", "//page/person-1", "/page/person-1/", "/Page/person-1")
        ),
    ]
    first = [ask(server, *each) for each in requests]
    for _ in range(2):
        for request, expected in reversed([*zip(requests, first, strict=True)]):
            again = ask(server, *request)
            if expected[0] == 200:
                assert again == expected
            else:
                assert again[:1] == expected[:1]
    content = {each[1].get("content-type") for each in first}
    assert {"text/csv; charset=utf-8", "application/sparql-results+xml", "text/html; charset=utf-8"} <= content
    assert {each[1].get("content-language") for each in first if each[0] == 200} >= {"sv", "en"}


def test_fragments_are_no_part_of_a_question(server: Server):
    """A request line with a fragment gets what it gets without, and leaves nothing for others."""
    target = f"/sparql?query={quote('ASK { ?fragment ?p ?o }')}"

    def body(line: str) -> bytes:
        with server.get(line) as client:
            received = b"".join(iter(lambda: client.recv(65536), b""))
        return received.partition(b"\r\n\r\n")[2] if received.startswith(b"HTTP/1.1 200") else b""

    odd, plain = body(f"{target}#&format=csv"), body(target)
    assert plain == body(target) == b'{"head":{},"boolean":true}'
    assert odd in {b"", plain}


def test_conditions_and_ids_of_one_client_are_his_own(server: Server):
    """412, and the id under which a query can be ended, go to who asked with them and to nobody else."""
    target = f"/sparql?{urlencode({'query': ALL + ' # own'})}"
    plain = ask(server, target, {})
    chosen = "0123456789012345678901"
    for _ in range(2):
        assert ask(server, target, {"If-Match": '"other"'})[0] == 412
        assert ask(server, target, {"If-None-Match": "*"})[0] == 304
        with contextlib.closing(http.client.HTTPConnection(*server.address)) as connection:
            connection.request("GET", target, headers={"Digigraph-Query-Id": chosen, "Accept-Encoding": "identity"})
            assert connection.getresponse().read() == plain[2]
        assert ask(server, target, {}) == plain


@pytest.mark.parametrize("query", ["SELECT (RAND() AS ?x) {}", "SELECT (NOW() AS ?x) {}", "SELECT (UUID() AS ?x) {}"])
@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/html"])
def test_what_is_another_each_time_is_computed_each_time(server: Server, query: str, accept: str):
    """Answers, and pages of answers, that are no function of the snapshot are not kept."""
    target = f"/sparql?{urlencode({'query': query})}"
    assert len({ask(server, target, {"Accept": accept})[2] for _ in range(3)}) == 3


def publish(settings: Settings, name: str) -> None:
    graph = "https://example.org/graph/"
    text = f'<{graph}id/person-1> <https://schema.org/name> "{name}" .\n'
    SnapshotCatalog(settings.state_folder).publish(text.encode(), "0" * 64)


def test_a_new_snapshot_leaves_nothing_of_the_old(tmp_path: Path, published: Settings):
    """From the moment in which the new snapshot is served, every question is answered from it."""
    settings = dataclasses.replace(published, project=tmp_path)
    publish(settings, "Old")
    targets = [f"/sparql?{urlencode({'query': 'SELECT ?name { ?s ?p ?name }', 'format': 'csv'})}", "/data/person-1.nt"]
    with webserver.serving(settings, workers=2) as server:
        for _ in range(2):
            assert all(b"Old" in ask(server, target, {})[2] for target in targets)
        publish(settings, "New")
        until = time.monotonic() + webserver.PATIENCE
        while json.loads(ask(server, "/healthz", {})[2])["snapshot"].startswith("1-"):
            assert time.monotonic() < until
        for _ in range(2):
            assert all(b"New" in ask(server, target, {})[2] for target in targets)


def _start(server: Server, query: str, *, headers: str = "") -> socket.socket:
    return server.send(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n")


def _received(client: socket.socket) -> bytes:
    with client:
        return b"".join(iter(lambda: client.recv(65536), b""))


class TestAtOnce:
    """Who asks what is being computed gets what is being computed."""

    def test_one_process_answers_all(self, serving: Serving):
        """Six ask the same, in two ways; one process computes, goes on when the first has left, and all others hear."""
        with serving(workers=3, query_seconds=3600) as server:
            server.wait_for_rest("/healthz")
            before = server.query_processes()
            with stopped(server):
                first = _start(server, SLOW)
                others = [_start(server, SLOW, headers="Accept: */*\r\n" * (each % 2)) for each in range(5)]
                # Whoever asks next is answered: those have been taken in, or soon are.
                assert server.status() == 200
                first.close()
                others.pop().close()
            bodies = {_received(each).partition(b"\r\n\r\n")[2] for each in others}
            after = server.query_processes()
        assert len(bodies) == 1
        assert int(json.loads(bodies.pop())["results"]["bindings"][0]["n"]["value"]) > 10**6
        # One that was started meanwhile has used what others had before.
        started = max(before.values())
        assert len([pid for pid, used in after.items() if used > before.get(pid, started) + 0.3]) <= 1

    def test_a_query_that_nobody_waits_for_is_ended(self, serving: Serving):
        """When the last who waits has left, whichever came first, the process ends long before its deadline."""
        with serving(workers=2, query_seconds=3600) as server:
            server.wait_for_rest("/healthz")
            goes_on = False
            while not goes_on:
                first = _start(server, ENDLESS)
                busy = server.busy_process()
                second = _start(server, ENDLESS)
                assert server.status() == 200
                first.close()
                time.sleep(0.5)
                # Where the machine was so slow that the second came too late it is tried again.
                goes_on = server.is_alive(busy)
                second.close()
                server.wait_for_end(busy)

    def test_failures_are_told_and_not_kept(self, serving: Serving):
        """Each who waits for what fails gets a failure of his own; who asks later has it computed again."""
        with serving(workers=2, query_seconds=1) as server:
            clients = [_start(server, ENDLESS) for _ in range(3)]
            replies = [_received(each) for each in clients]
            assert [each[:12] for each in replies] == [b"HTTP/1.1 503"] * 3
            replies.append(_received(_start(server, ENDLESS)))
            ids = {each.lower().partition(b"x-request-id: ")[2][:36] for each in replies}
            assert len(ids) == 4
            assert b"#query-timeout" in replies[-1]

    def test_what_breaks_off_is_not_kept(self, serving: Serving):
        """An answer that fails after it has begun is broken off, each time."""
        with serving(workers=2, query_seconds=3600, cache_bytes=10**9) as server:
            for _ in range(3):
                with _start(server, BEGUN) as client:
                    assert client.recv(12) == b"HTTP/1.1 200"
                    server.kill_all_query_processes()
                    assert not _received(client).endswith(b"0\r\n\r\n")

    def test_answers_flow_while_they_are_computed(self, serving: Serving):
        """The first rows of an answer without end arrive, for its second asker too."""
        with serving(workers=2, query_seconds=3600, answer_bytes=10**12) as server:
            clients = [_start(server, BEGUN) for _ in range(2)]
            for client in clients:
                assert client.recv(12) == b"HTTP/1.1 200"
                client.close()


def test_without_a_cache_each_request_is_computed(serving: Serving):
    """``cache_bytes=0`` keeps nothing: with the query processes stopped nobody is answered."""
    with serving(workers=2, cache_bytes=0) as server:
        target = f"/sparql?{urlencode({'query': ALL})}"
        bodies = {ask(server, target, {})[2] for _ in range(2)}
        assert len(bodies) == 1
        found: list[Got] = []
        # One that is started later is not stopped.
        server.wait_for_rest("/healthz")
        with stopped(server):
            asking = threading.Thread(target=lambda: found.append(ask(server, target, {})))
            asking.start()
            asking.join(1)
            assert not found
        asking.join()
        assert found[0][2] in bodies
