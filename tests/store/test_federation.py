"""SERVICE for endpoints on the allow-list: asked through a door of ours, and nobody else is."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from digigraph.errors import QueryForbidden, QuerySyntaxError, RemoteError, SettingsError
from digigraph.media import RESULTS_JSON
from digigraph.store.backend import Query
from digigraph.store.doors import is_allowed
from digigraph.store.engine import syntax_error
from digigraph.store.federation import public_address
from digigraph.store.opening import open_backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.settings import Settings
    from digigraph.store.backend import Backend

ROWS = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "from there"}}]}}


class _Endpoint(BaseHTTPRequestHandler):
    """Somebody else's endpoint: answers, redirects, fails, and remembers what it was asked."""

    server: _Server

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, asked))
        turn = re.fullmatch(r"/sparql/(\d\d\d)/(.*)", self.path)
        if turn and turn[1] != "200":
            self.send_response(int(turn[1]))
            self.send_header("Location", turn[2].replace("HERE", f"http://127.0.0.1:{self.server.server_port}"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = json.dumps(ROWS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body) + (10 if self.path.endswith("broken") else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Endpoint)
        self.asked: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


@pytest.fixture(scope="module")
def there() -> Iterator[_Server]:
    """An endpoint on loopback."""
    with _Server() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def federated(published: Settings, there: _Server) -> Iterator[Backend]:
    """A backend that may ask below ``/sparql`` of that endpoint, by address and by a name that is not public."""
    allowed = f"{there.url}/sparql http://localhost:{there.server_port}/sparql"
    with closing(open_backend(dataclasses.replace(published, federation=allowed))) as backend:
        yield backend


def ask(backend: Backend, text: str) -> bytes:
    return b"".join(backend.answer(Query(text=text, format=RESULTS_JSON)))


def selecting(endpoint: str) -> str:
    return f"SELECT * {{ SERVICE <{endpoint}> {{ ?x ?y ?z }} }}"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <%/sparql> { ?x ?y ?z } }",
        "SELECT * { SERVICE SILENT <%/sparql?a=b&c=%25> { ?x ?y ?z } }",
        "PREFIX there: <%/> SELECT * { service there:sparql { ?x ?y ?z } }",
        "BASE <%/> SELECT * { SERVICE#\n<sparql/deeper> { ?x ?y ?z } BIND('SERVICE <%/>' AS ?w) }",
        "SELECT * { { SERVICE <%/sparql> { ?x ?y ?z } } UNION { SERVICE <%/sparql/2> { ?x ?y ?z } } }",
    ],
)
def test_an_endpoint_that_is_allowed(federated: Backend, there: _Server, text: str):
    """It is asked, under its own path, and its rows are part of the answer."""
    there.asked.clear()
    text = re.sub("%(?!2)", there.url, text)
    rows = json.loads(ask(federated, text))["results"]["bindings"]
    assert {row["x"]["value"] for row in rows} == {"from there"}
    assert all(path.startswith("/sparql") for path, _ in there.asked)
    assert all("?x ?y ?z" in asked for _, asked in there.asked)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <%/other> { ?x ?y ?z } }",
        "SELECT * { SERVICE <%/sparqlother> { ?x ?y ?z } }",
        "SELECT * { SERVICE <%/sparql/../other> { ?x ?y ?z } }",
        "SELECT * { SERVICE <%/sparql/%2E%2e/other> { ?x ?y ?z } }",
        "SELECT * { SERVICE <%@evil.example/sparql> { ?x ?y ?z } }",
        "SELECT * { SERVICE <http://evil.example/%/sparql> { ?x ?y ?z } }",
        "SELECT * { VALUES ?s { <%/sparql> } SERVICE ?s { ?x ?y ?z } }",
        "SELECT * { SERVICE <%/sparql> { SERVICE <%/sparql> { ?x ?y ?z } } }",
        "SELECT * { SERVICE <%/sparql> { ?x ?y ?z } SERVICE <%/other> { ?x ?y ?z } }",
        "SELECT * { \\u0053ERVICE <%/sparql> { ?x ?y ?z } }",
        "SELECT * { SERVICE <%/sparql\\u002F..> { ?x ?y ?z } }",
        "SELECT * { SERVICE SILENT <%/other> {} }",
    ],
)
def test_an_endpoint_that_is_not_allowed(federated: Backend, there: _Server, text: str):
    """It is refused before anything is asked: other paths, tricks with them, variables, escapes, services within."""
    there.asked.clear()
    with pytest.raises(QueryForbidden):
        ask(federated, re.sub("%(?!2)", there.url, text))
    assert there.asked == []


def test_redirects_within_the_list(federated: Backend, there: _Server):
    """A redirect to what is allowed is followed, with the query."""
    answer = json.loads(ask(federated, selecting(f"{there.url}/sparql/307/HERE/sparql/end")))
    assert len(answer["results"]["bindings"]) == 1
    assert there.asked[-1][0] == "/sparql/end"
    assert "?x ?y ?z" in there.asked[-1][1]


@pytest.mark.parametrize(
    "target", ["HERE/other", "http://localhost:1/sparql", "file:///etc/passwd", "//evil.example/sparql"]
)
def test_redirects_out_of_the_list(federated: Backend, there: _Server, target: str):
    """A redirect to anything else is not followed, and the answer says so without a secret."""
    there.asked.clear()
    with pytest.raises(RemoteError, match="allow-list") as caught:
        ask(federated, selecting(f"{there.url}/sparql/307/{target}"))
    assert len(there.asked) == 1
    assert "/sparql/307/" in str(caught.value)
    doors = re.findall(r"127\.0\.0\.1:(\d+)", str(caught.value))
    assert set(doors) <= {str(there.server_port)}


def test_redirects_without_end(federated: Backend, there: _Server):
    """A chain of redirects has an end."""
    there.asked.clear()
    with pytest.raises(RemoteError, match="redirects"):
        ask(federated, selecting(f"{there.url}/sparql/308/"))
    assert len(there.asked) == 4


def test_a_name_that_is_not_public(federated: Backend, there: _Server):
    """A name on the list that resolves to an address that is not public is not asked."""
    there.asked.clear()
    with pytest.raises(RemoteError, match="not public"):
        ask(federated, selecting(f"http://localhost:{there.server_port}/sparql"))
    assert there.asked == []


@pytest.mark.parametrize("path", ["500/", "404/", "200/broken"])
def test_an_endpoint_that_fails(federated: Backend, there: _Server, path: str):
    """A failure over there is a failure of the query, never half an answer."""
    with pytest.raises(RemoteError):
        ask(federated, selecting(f"{there.url}/sparql/{path}"))


def test_an_endpoint_that_may_fail(federated: Backend, there: _Server):
    """With SILENT the query goes on where an endpoint does not answer (SPARQL 1.1 Federated Query, section 2.4)."""
    assert b"bindings" in ask(federated, f"SELECT * {{ SERVICE SILENT <{there.url}/sparql/500/> {{ ?x ?y ?z }} }}")


def test_places_of_mistakes(federated: Backend, there: _Server):
    """A mistake is shown where it stands in the query that was sent."""
    text = f"SELECT * {{\n SERVICE <{there.url}/sparql> {{ ?x ?y }} SERVICE <{there.url}/sparql> {{}} }}"
    with pytest.raises(QuerySyntaxError) as caught:
        ask(federated, text)
    with pytest.raises(SyntaxError) as plain:
        ox.Store().query(text)
    expected = syntax_error(str(plain.value))
    assert (caught.value.line, caught.value.column, caught.value.message) == (2, expected.column, expected.message)
    assert caught.value.excerpt is not None
    assert there.url in caught.value.excerpt


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0x7f000001", "2130706433", "localhost.", "ip6-localhost", "no-such-host.invalid"]
)
def test_names_of_this_machine(host: str):
    """Whatever is written for this machine is no public address; nor is a name that nobody has."""
    with pytest.raises(RemoteError):
        public_address(urlsplit(f"http://{host}/"))


def test_what_is_on_a_list():
    """An entry stands for itself and what is below it."""
    allowed = ("https://a.example/sparql", "https://b.example/")
    for iri in (
        "https://a.example/sparql",
        "https://a.example/sparql?x",
        "https://a.example/sparql/y",
        "https://b.example/z",
    ):
        assert is_allowed(iri, allowed), iri
    for iri in (
        "http://a.example/sparql",
        "https://a.example/sparqls",
        "https://b.example.org/",
        "https://b.example:8/",
    ):
        assert not is_allowed(iri, allowed), iri


@pytest.mark.parametrize("entry", ["a.example/sparql", "ftp://a.example/", "http://", "https://me@a.example/"])
def test_entries_that_are_none(published: Settings, entry: str):
    """An entry that is no URL is refused when the settings are read."""
    with pytest.raises(SettingsError, match="federation"):
        dataclasses.replace(published, federation=f"https://a.example/ {entry}")
