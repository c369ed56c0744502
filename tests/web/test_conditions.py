"""Entity tags and conditional requests (RFC 9110, sections 8.8.3 and 13)."""

from __future__ import annotations

import dataclasses
import urllib.request
from typing import TYPE_CHECKING

import pytest
from embedded import EmbeddedBackend

from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.opening import open_backend
from digigraph.web.app import create_app
from digigraph.web.replies.answers import identity_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from webserver import Server

    from digigraph.settings import Settings
    from digigraph.store.snapshots.opened import Snapshot

BASE = "https://example.org/graph/"
ALL = "SELECT * { ?s ?p ?o }"
PATHS = ["/sparql?query=SELECT*{?s?p?o}", "/sparql?query=ASK{}", "/", "/sparql", "/static/style.css"]
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o . ?p ?q ?r }"


@pytest.fixture(scope="module")
def app(published: Settings, snapshot: Snapshot) -> Iterator[Flask]:
    """The application over a snapshot; that over the endpoint of others has tests of its own."""
    backend = EmbeddedBackend(
        snapshot, base_iri=BASE, answer_bytes=published.answer_bytes, answer_rows=published.answer_rows
    )
    yield create_app(published, backend)
    backend.close()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_who_holds_an_answer_gets_none(client: FlaskClient, path: str, coding: str):
    """304 for the tag of the answer, to HEAD as well, with the headers of section 15.4.5 and no body."""
    headers = {"Accept": "text/html, */*;q=0.5", "Accept-Encoding": coding}
    first = client.get(path, headers=headers, buffered=True)
    for method in ("GET", "HEAD"):
        again = client.open(
            path, method=method, headers={**headers, "If-None-Match": first.headers["ETag"]}, buffered=True
        )
        assert again.status_code == 304
        assert again.data == b""
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert again.headers[name] == first.headers[name]
        assert not {"Content-Type", "Content-Length", "Content-Encoding"} & {*again.headers.keys()}


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ('"other", TAG', 304),
        ('"a,b" , W/TAG,"c"', 304),
        ("W/TAG", 304),
        ("*", 304),
        (" * ", 304),
        ('"*"', 200),
        ('"other"', 200),
        ("other", 200),
        ("", 200),
        ('W/"', 200),
    ],
)
def test_if_none_match(client: FlaskClient, condition: str, status: int):
    """Lists, ``*`` and weak comparison, as section 13.1.2 says; what is no entity tag matches nothing."""
    tag = client.get("/sparql", query_string={"query": ALL}).headers["ETag"]
    for method in ("GET", "HEAD"):
        response = client.open(
            "/sparql",
            method=method,
            query_string={"query": ALL},
            headers={"If-None-Match": condition.replace("TAG", tag)},
        )
        assert response.status_code == status


@pytest.mark.parametrize(
    ("condition", "status"), [("TAG", 200), ('"other", TAG', 200), ("*", 200), ("W/TAG", 412), ('"other"', 412)]
)
def test_if_match(client: FlaskClient, condition: str, status: int):
    """By strong comparison (section 13.1.1), and before If-None-Match is looked at (section 13.2.2)."""
    tag = client.get("/sparql", query_string={"query": ALL}).headers["ETag"]
    headers = {"If-Match": condition.replace("TAG", tag)}
    assert client.get("/sparql", query_string={"query": ALL}, headers=headers).status_code == status
    headers["If-None-Match"] = tag
    both = client.get("/sparql", query_string={"query": ALL}, headers=headers)
    assert both.status_code == (304 if status == 200 else 412)
    assert status == 200 or both.get_json()["status"] == 412


@pytest.mark.parametrize("path", ["/sparql?query=SELECT*{?s?p?o}", "/", "/static/style.css"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br", "zstd"])
def test_if_match_of_what_was_sent(client: FlaskClient, path: str, coding: str):
    """The tag of what was sent matches under each coding, that of another coding does not (section 8.8.3.3)."""
    headers = {"Accept": "text/html, */*;q=0.5", "Accept-Encoding": coding}
    first = client.get(path, headers=headers, buffered=True)
    assert first.headers.get("Content-Encoding", "identity") == coding
    assert client.get(path, headers={**headers, "If-Match": first.headers["ETag"]}, buffered=True).status_code == 200
    other = {"Accept": headers["Accept"], "Accept-Encoding": "gzip" if coding == "identity" else "identity"}
    refused = client.get(path, headers={**other, "If-Match": first.headers["ETag"]}, buffered=True)
    assert refused.status_code == 412
    assert b"If-Match" in refused.data


def test_dates_count_for_nothing_that_has_none(client: FlaskClient):
    """Answers have no date of modification: conditions on it are passed over (sections 13.1.3 and 13.1.4)."""
    for name in ("If-Modified-Since", "If-Unmodified-Since"):
        headers = {name: "Sat, 29 Oct 1994 19:43:31 GMT"}
        assert client.get("/sparql", query_string={"query": ALL}, headers=headers).status_code == 200


def test_dates_count_for_files(client: FlaskClient):
    """Style sheets have a date; an entity tag is looked at before it (section 13.2.2)."""

    def status(**conditions: str) -> int:
        headers = {name.replace("_", "-"): value for name, value in conditions.items()}
        return client.get("/static/style.css", headers=headers, buffered=True).status_code

    date = client.get("/static/style.css", buffered=True).headers["Last-Modified"]
    assert status(If_Modified_Since=date) == 304
    assert status(If_Modified_Since=date, If_None_Match='"other"') == 200
    assert status(If_Unmodified_Since=date) == 200
    assert status(If_Unmodified_Since="Sat, 29 Oct 1994 19:43:31 GMT") == 412


def test_conditions_on_what_fails_are_passed_over(client: FlaskClient):
    """What is no success stays what it is, whatever the client says to hold (section 13.2.1)."""
    for condition in ({"If-None-Match": "*"}, {"If-Match": '"other"'}):
        assert client.get("/sparql?query=nonsense", headers=condition).status_code == 400
        assert client.get("/page/no-such", headers={**condition, "Accept": "text/html"}).status_code == 404


def test_post_has_no_condition(client: FlaskClient):
    """A query that is posted is answered, with no entity tag."""
    response = client.post("/sparql", data={"query": ALL}, headers={"If-None-Match": "*"})
    assert response.status_code == 200
    assert "ETag" not in response.headers


def test_the_query_is_not_run_for_who_holds_its_answer(app: Flask, client: FlaskClient):
    """304 comes for a query that would not end."""
    with app.test_request_context():
        backend = app.extensions["digigraph"].backend
        identity = identity_of(Query(text=ENDLESS, format=RESULTS_JSON), backend.version)
        assert identity is not None
    tag = f'"{identity.tag("identity")}"'
    response = client.get("/sparql", query_string={"query": ENDLESS}, headers={"If-None-Match": tag})
    assert response.status_code == 304
    assert response.headers["ETag"] == tag


DIFFERENT = [
    {"query": ALL},
    {"query": ALL + " "},
    {"query": ALL, "format": "xml"},
    {"query": ALL, "format": "csv"},
    {"query": ALL, "default-graph-uri": BASE + "graph/curated"},
    {"query": ALL, "named-graph-uri": BASE + "graph/curated"},
    {"query": ALL, "default-graph-uri": BASE + "graph/ontology"},
    {"query": ALL, "default-graph-uri": [BASE + "graph/curated", BASE + "graph/ontology"]},
]


def test_what_decides_the_answer_decides_the_tag(client: FlaskClient):
    """Query, dataset, media type and coding each make another tag; the same request has the same again."""
    tags = [client.get("/sparql", query_string=each).headers["ETag"] for each in DIFFERENT]
    tags += [
        client.get("/sparql", query_string=DIFFERENT[0], headers={"Accept-Encoding": each}).headers["ETag"]
        for each in ("gzip", "br", "zstd")
    ]
    assert len(set(tags)) == len(tags)
    assert client.get("/sparql", query_string=DIFFERENT[0]).headers["ETag"] == tags[0]
    by_accept = client.get("/sparql", query_string={"query": ALL}, headers={"Accept": "text/csv;q=0.5, image/png"})
    assert by_accept.headers["ETag"] == tags[3]


def test_settings_that_show_decide_the_tag(published: Settings, snapshot: Snapshot):
    """Another base IRI, title or public address makes other answers, and so other tags."""
    backend = EmbeddedBackend(snapshot, base_iri=BASE, answer_bytes=10**6, answer_rows=10**6)
    tags = {
        create_app(dataclasses.replace(published, **change), backend)
        .test_client()
        .get("/sparql", query_string={"query": ALL})
        .headers["ETag"]
        for change in ({}, {"base_iri": "https://example.org/"}, {"title": "Other"}, {"public_url": "https://x.org"})
    }
    backend.close()
    assert len(tags) == 4


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?x) {}",
        "SELECT (rand() AS ?x) {}",
        "SELECT ?x { BIND(UUID() AS ?x) }",
        "SELECT ?x { BIND(STRUUID() AS ?x) }",
        "SELECT ?x { BIND(BNODE() AS ?x) }",
        "CONSTRUCT { [] ?p ?o } WHERE { ?s ?p ?o }",
        "CONSTRUCT { _:x ?p ?o } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p (1 2) } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o {| ?p ?o |} } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o ~ } WHERE { ?s ?p ?o }",
        "CONSTRUCT { << ?s ?p ?o >> ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_what_is_another_each_time_is_not_kept(client: FlaskClient, query: str):
    """Answers that are no function of the snapshot have no entity tag, and nobody may store them."""
    response = client.get("/sparql", query_string={"query": query})
    has_triple_terms = any(mark in query for mark in ("<<", "{|", "~"))
    assert response.status_code == (406 if has_triple_terms else 200), response.text
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ('NOW()' AS ?x) { ?now ?rand ?uuid } # NOW()",
        "SELECT * { [] <urn:x:NOW> ?o . _:a ?p (1) }",
        "CONSTRUCT { ?s ?p '[' } WHERE { [] ?p ?o . ?s ?p (1 2) FILTER(?o = 1) }",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "DESCRIBE ?s { ?s ?p [] }",
    ],
)
def test_what_only_looks_so_is_kept(client: FlaskClient, query: str):
    """Words in strings, comments, names and IRIs, and blank nodes that are variables, take no entity tag away."""
    response = client.get("/sparql", query_string={"query": query})
    assert response.status_code == 200, response.text
    assert "ETag" in response.headers
    assert response.headers["Cache-Control"] == "no-cache"


QUERIES = [
    ALL,
    "SELECT DISTINCT ?p ?o { ?s ?p ?o }",
    "SELECT ?o (COUNT(*) AS ?n) (GROUP_CONCAT(?s) AS ?all) (SAMPLE(?s) AS ?one) { ?s ?p ?o } GROUP BY ?o",
    "SELECT * { ?s <https://schema.org/worksFor>|<https://schema.org/name> ?o } ORDER BY ?p",
    "SELECT * { ?s <https://schema.org/worksFor>* ?o }",
    "SELECT * { ?a ?p ?o . ?b ?p ?o } LIMIT 100",
    "SELECT * { ?a ?p ?o MINUS { ?a <https://schema.org/age> 20 } OPTIONAL { GRAPH ?g { ?a ?p ?o } } }",
    # Two graphs, merged in memory.
    f"SELECT * FROM <{BASE}graph/curated> FROM <{BASE}graph/ontology> FROM NAMED <{BASE}graph/extra> {{ ?s ?p ?o }}",  # noqa: S608 - SPARQL
    "CONSTRUCT { ?o ?p ?s } { ?s ?p ?o }",
    f"DESCRIBE <{BASE}id/person-1> <{BASE}id/person-2>",
]


@pytest.mark.parametrize("query", QUERIES)
def test_one_tag_is_one_sequence_of_bytes(server: Server, client: FlaskClient, query: str):
    """Whichever process answers, and where, an answer under one strong tag is the same bytes."""
    bodies = {client.get("/sparql", query_string={"query": query}).data}
    tags = set()
    for _ in range(4):
        with urllib.request.urlopen(server.ask(query)) as response:
            bodies.add(response.read())
            tags.add(response.headers["ETag"])
    assert len(bodies) == 1
    assert len(tags) == 1
    assert not tags.pop().startswith("W/")


def test_endpoints_of_others_have_no_tags(published: Settings, endpoint: str):
    """Nobody knows which state of the data answers there: no entity tag, and a cache must ask each time."""
    backend = open_backend(dataclasses.replace(published, endpoint=endpoint))
    client = create_app(published, backend).test_client()
    for path in ("/sparql?query=SELECT*{?s?p?o}", "/page/person-1"):
        response = client.get(path, headers={"If-None-Match": '"x"', "Accept": "text/html, */*;q=0.5"})
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-cache"
    assert "ETag" not in client.get("/sparql?query=ASK{}").headers
    backend.close()


def test_a_condition_that_fails_says_what_to_do(client: FlaskClient):
    """412 and 416 are the client's to mend: the hint says how, and Content-Range how much there is."""
    path = "/static/style.css"
    size = len(client.get(path, buffered=True).data)
    refused = client.get("/sparql?query=ASK{}", headers={"If-Match": '"other"'})
    beyond = client.get(path, headers={"Range": f"bytes={size}-"})
    assert (refused.status_code, beyond.status_code) == (412, 416)
    assert "entity tag" in refused.json["hint"]
    assert "Content-Range" in beyond.json["hint"]
    assert beyond.headers["Content-Range"] == f"bytes */{size}"
