"""SERVICE for endpoints on the allow-list: asked through a door of ours, and nobody else is."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from federated import TRICKLE, answering

from digigraph.errors import QueryForbidden, QuerySyntaxError, QueryTimeout, RemoteError, SettingsError
from digigraph.media import RESULTS_JSON
from digigraph.store.admission.doors import is_allowed
from digigraph.store.answering.backend import Query
from digigraph.store.engine.evaluation import syntax_error
from digigraph.store.opening import open_backend
from digigraph.store.remote.federation import address_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from federated import Endpoint

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend


@pytest.fixture(scope="module")
def there() -> Iterator[Endpoint]:
    """An endpoint on loopback."""
    with answering() as server:
        yield server


@pytest.fixture(scope="module")
def federated(published: Settings, there: Endpoint) -> Iterator[Backend]:
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
def test_an_endpoint_that_is_allowed(federated: Backend, there: Endpoint, text: str):
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
def test_an_endpoint_that_is_not_allowed(federated: Backend, there: Endpoint, text: str):
    """It is refused before anything is asked: other paths, tricks with them, variables, escapes, services within."""
    there.asked.clear()
    with pytest.raises(QueryForbidden):
        ask(federated, re.sub("%(?!2)", there.url, text))
    assert there.asked == []


def test_redirects_within_the_list(federated: Backend, there: Endpoint):
    """A redirect to what is allowed is followed, with the query."""
    answer = json.loads(ask(federated, selecting(f"{there.url}/sparql/307/HERE/sparql/end")))
    assert len(answer["results"]["bindings"]) == 1
    assert there.asked[-1][0] == "/sparql/end"
    assert "?x ?y ?z" in there.asked[-1][1]


@pytest.mark.parametrize(
    "target", ["HERE/other", "http://localhost:1/sparql", "file:///etc/passwd", "//evil.example/sparql"]
)
def test_redirects_out_of_the_list(federated: Backend, there: Endpoint, target: str):
    """A redirect to anything else is not followed, and the answer says so without a secret."""
    there.asked.clear()
    with pytest.raises(RemoteError, match="allow-list") as caught:
        ask(federated, selecting(f"{there.url}/sparql/307/{target}"))
    assert len(there.asked) == 1
    assert "/sparql/307/" in str(caught.value)
    doors = re.findall(r"127\.0\.0\.1:(\d+)", str(caught.value))
    assert set(doors) <= {str(there.server_port)}


def test_redirects_without_end(federated: Backend, there: Endpoint):
    """A chain of redirects has an end."""
    there.asked.clear()
    with pytest.raises(RemoteError, match="redirects"):
        ask(federated, selecting(f"{there.url}/sparql/308/"))
    assert len(there.asked) == 4


def test_a_name_that_is_not_public(federated: Backend, there: Endpoint):
    """A name on the list that resolves to an address that is not public is not asked."""
    there.asked.clear()
    with pytest.raises(RemoteError, match="not public"):
        ask(federated, selecting(f"http://localhost:{there.server_port}/sparql"))
    assert there.asked == []


def test_a_name_in_a_network_that_is_allowed(published: Settings, there: Endpoint):
    """It is asked where ``federation_networks`` holds every address that it resolves to, and not beside that."""
    url = f"http://localhost:{there.server_port}/sparql"
    for networks, is_asked in (("127.0.0.0/8 ::1", True), ("10.0.0.0/8", False)):
        there.asked.clear()
        settings = dataclasses.replace(published, federation=url, federation_networks=networks)
        with closing(open_backend(settings)) as backend, contextlib.suppress(RemoteError):
            ask(backend, selecting(url))
        assert bool(there.asked) is is_asked


@pytest.mark.parametrize("path", ["500/", "404/", "200/broken"])
def test_an_endpoint_that_fails(federated: Backend, there: Endpoint, path: str):
    """A failure over there is a failure of the query, never half an answer."""
    with pytest.raises(RemoteError):
        ask(federated, selecting(f"{there.url}/sparql/{path}"))


def test_an_endpoint_that_never_ends(published: Settings):
    """One that sends a byte now and then, and never a whole header, is left when the query's time is up."""
    with answering() as there:
        settings = dataclasses.replace(published, federation=f"{there.url}/sparql", query_seconds=1)
        with closing(open_backend(settings)) as backend, pytest.raises((QueryTimeout, RemoteError)):
            ask(backend, selecting(there.url + TRICKLE))
        assert there.is_left.wait(120)


def test_an_endpoint_that_may_fail(federated: Backend, there: Endpoint):
    """With SILENT the query goes on where an endpoint does not answer (SPARQL 1.1 Federated Query, section 2.4)."""
    assert b"bindings" in ask(federated, f"SELECT * {{ SERVICE SILENT <{there.url}/sparql/500/> {{ ?x ?y ?z }} }}")


def test_places_of_mistakes(federated: Backend, there: Endpoint):
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
        address_of(urlsplit(f"http://{host}/"))


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


@pytest.mark.parametrize("entry", ["intern.example", "10.0.0.1/8"])
def test_networks_that_are_none(published: Settings, entry: str):
    """So is an entry that is no network."""
    with pytest.raises(SettingsError, match="federation_networks"):
        dataclasses.replace(published, federation_networks=f"127.0.0.1 {entry}")
