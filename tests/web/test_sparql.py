from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from digigraph.web.app import create_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend

BASE = "https://example.org/graph/"
NAMES = "SELECT ?name { ?person <https://schema.org/name> ?name } ORDER BY ?name"
TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
}


def _get(client: FlaskClient, query: str, **parameters: str) -> str:
    return client.get("/sparql", query_string={"query": query, **parameters}).text


def test_three_ways_to_ask_are_one(client: FlaskClient):
    """GET, POST of a form and POST of the query itself give the same answer (Protocol, section 2.1)."""
    by_get = client.get("/sparql", query_string={"query": NAMES})
    by_form = client.post("/sparql", data={"query": NAMES})
    direct = client.post("/sparql", data=NAMES.encode(), content_type="application/sparql-query; charset=utf-8")
    assert by_get.status_code == by_form.status_code == direct.status_code == 200
    assert "Kierkegård" in by_get.text
    assert by_get.text == by_form.text == direct.text


@pytest.mark.parametrize("media_type", RESULTS)
def test_select_is_answered_in_the_format_asked_for(client: FlaskClient, media_type: str):
    """Solutions come in the media type of the Accept header, and hold every name."""
    response = client.get("/sparql", query_string={"query": NAMES}, headers={"Accept": media_type})
    assert response.mimetype == media_type
    solutions = ox.parse_query_results(response.data, format=RESULTS[media_type])
    assert isinstance(solutions, ox.QuerySolutions)
    assert len(list(solutions)) == 25


def test_csv_says_its_charset(client: FlaskClient):
    """CSV carries the names of the variables, the bare values, and its charset in the media type."""
    response = client.get("/sparql", query_string={"query": NAMES}, headers={"Accept": "text/csv"})
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.text.startswith("name\r\n")
    assert "🦉 Minerva 5" in response.text


@pytest.mark.parametrize("media_type", RESULTS)
def test_ask_is_answered_in_each_format(client: FlaskClient, media_type: str):
    """ASK gives its boolean in every format of results."""
    response = client.get("/sparql", query_string={"query": "ASK { ?s ?p ?o }"}, headers={"Accept": media_type})
    assert response.mimetype == media_type
    assert "true" in response.text


@pytest.mark.parametrize("media_type", GRAPHS)
@pytest.mark.parametrize("query", [TRIPLES, f"DESCRIBE <{BASE}id/person-1>"])
def test_graphs_are_answered_in_the_format_asked_for(client: FlaskClient, media_type: str, query: str):
    """CONSTRUCT and DESCRIBE come in the media type of the Accept header, and parse."""
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": media_type})
    assert response.mimetype == media_type
    triples = {str(quad.triple) for quad in ox.parse(response.data, format=GRAPHS[media_type])}
    assert any("/person-1>" in triple for triple in triples)


def test_default_formats(client: FlaskClient):
    """Who says nothing gets JSON for results and Turtle for graphs."""
    assert client.get("/sparql", query_string={"query": NAMES}).mimetype == "application/sparql-results+json"
    assert client.get("/sparql", query_string={"query": TRIPLES}).mimetype == "text/turtle"


@pytest.mark.parametrize(
    ("name", "query", "media_type"),
    [
        ("csv", NAMES, "text/csv"),
        ("xml", NAMES, "application/sparql-results+xml"),
        ("text/tab-separated-values", NAMES, "text/tab-separated-values"),
        ("", NAMES, "application/sparql-results+json"),
        ("nt", TRIPLES, "application/n-triples"),
        ("xml", TRIPLES, "application/rdf+xml"),
        ("turtle", TRIPLES, "text/turtle"),
        ("json-ld", TRIPLES, "application/ld+json"),
        ("application/ld+json,application/x-json+ld", TRIPLES, "application/ld+json"),
    ],
)
def test_format_parameter_wins(client: FlaskClient, name: str, query: str, media_type: str):
    """The parameter ``format`` decides over Accept, by our names, by media types and by those that clients use."""
    response = client.get("/sparql", query_string={"query": query, "format": name}, headers={"Accept": "*/*"})
    assert response.mimetype == media_type


@pytest.mark.parametrize(
    ("names", "query", "media_type"),
    [
        (("xml", "csv"), NAMES, "application/sparql-results+xml"),
        (("csv", ""), NAMES, "text/csv"),
        (("", "csv"), NAMES, "text/csv"),
        (("docx", "csv"), NAMES, "text/csv"),
        (("json-ld", "application/ld+json,application/x-json+ld"), TRIPLES, "application/ld+json"),
        (("application/x-unknown", "turtle"), TRIPLES, "text/turtle"),
    ],
)
def test_the_first_format_that_is_offered_wins(
    client: FlaskClient, names: tuple[str, ...], query: str, media_type: str
):
    """Who says the format more than once, as SPARQLWrapper does, gets the first that there is."""
    parameters = {"query": query, "format": names}
    response = client.get("/sparql", query_string=parameters, headers={"Accept": "image/png"}, buffered=True)
    assert response.mimetype == media_type


def test_format_in_the_url_of_a_post(client: FlaskClient):
    """A query that is posted as it is has its other parameters in the URL (Protocol, section 2.1.3)."""
    response = client.post("/sparql?format=csv", data=NAMES.encode(), content_type="application/sparql-query")
    assert response.mimetype == "text/csv"


@pytest.mark.parametrize(
    ("query", "headers", "parameters", "offered"),
    [
        (NAMES, {"Accept": "text/turtle"}, {}, "application/sparql-results+json"),
        (TRIPLES, {"Accept": "text/csv"}, {}, "text/turtle"),
        (NAMES, {}, {"format": "docx"}, "csv"),
    ],
)
def test_unknown_formats_are_refused_with_a_list(
    client: FlaskClient, query: str, headers: dict[str, str], parameters: dict[str, str], offered: str
):
    """A format that the answer cannot have is 406, and the problem lists those it can."""
    response = client.get("/sparql", query_string={"query": query, **parameters}, headers=headers)
    assert response.status_code == 406
    assert offered in response.get_json()["available"]


def test_graph_parameters_make_the_dataset(client: FlaskClient):
    """default-graph-uri and named-graph-uri select graphs and, where given, are the whole dataset (section 2.1.4)."""
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = "SELECT ?g { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    curated, ontology = f"{BASE}graph/curated", f"{BASE}graph/ontology"
    whole = int(_get(client, count, format="csv").split()[1])
    one = client.get(f"/sparql?query={quote(count)}&format=csv&default-graph-uri={quote(curated)}").text
    two = client.get(
        f"/sparql?query={quote(count)}&format=csv"
        f"&default-graph-uri={quote(curated)}&default-graph-uri={quote(ontology)}"
    ).text
    assert 0 < int(one.split()[1]) < int(two.split()[1]) < whole
    assert _get(client, named, format="csv", **{"named-graph-uri": curated}).split() == ["g", curated]
    assert _get(client, count, format="csv", **{"named-graph-uri": curated}).split() == ["n", "0"]
    assert _get(client, count, format="csv", **{"default-graph-uri": ""}).split() == ["n", str(whole)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sparql?query=ASK{}&query=ASK{}", 400),
        ("/sparql?query=ASK{}&update=DROP%20ALL", 403),
        ("/sparql?query=%FF", 400),
        ("/sparql?query=ASK%20%7B%7D%20%23%C3", 400),
        ("/sparql?query=ASK{}&default-graph-uri=relative", 400),
        ("/sparql?query=ASK{}&named-graph-uri=http://a/%20b", 400),
        ("/sparql?query=ASK{}&named-graph-uri=http://[", 400),
        ("/sparql?default-graph-uri=http://a/", 400),
        ("/sparql?query=", 400),
        ("/sparql?query=nonsense", 400),
        ("/sparql?query=ASK{}%", 400),
        ("/sparql?query=ASK{}%2", 400),
        ("/sparql?query=ASK{}%zz", 400),
        ("/sparql?query=ASK{}%C3", 400),
        ("/sparql?query=ASK{}%ED%A0%80", 400),
        ("/sparql?query=ASK{}&named-graph-uri=%C0%80", 400),
        ("/sparql?query=ASK%20FROM%20x:a%20{}", 400),
        ("/sparql?query=SELECT", 400),
        ("/sparql?query=DROP%20ALL", 403),
        ("/sparql?update=DROP%20ALL", 403),
        ("/sparql?query=ASK{SERVICE%20%3Chttp://127.0.0.1:1/%3E{}}", 403),
    ],
)
def test_bad_requests_by_get(client: FlaskClient, path: str, status: int):
    """What is wrong with a request is the client's to mend: 400, or 403 where it asks for what is not allowed."""
    response = client.get(path)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        (FORM, b"query=ASK{}&query=ASK{}", 400),
        (FORM, b"query=%FF", 400),
        (FORM, b"query=ASK{}%", 400),
        (FORM, "query=ASK{}#å".encode(), 400),
        (FORM, b"", 400),
        (FORM, b"update=DROP+ALL", 403),
        ("application/sparql-query", b"ASK {} # \xff", 400),
        ("application/sparql-query", b"", 400),
        ("application/sparql-update", b"DROP ALL", 403),
        ("text/plain", b"ASK {}", 415),
        ("application/json", b"{}", 415),
        ("", b"ASK {}", 415),
    ],
)
def test_bad_requests_by_post(client: FlaskClient, content_type: str, body: bytes, status: int):
    """The same holds for what is posted; a media type that carries no query is 415."""
    response = client.post("/sparql", data=body, content_type=content_type)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/sparql-query; charset=utf-8", 200),
        ('application/sparql-query; charset="UTF-8"', 200),
        ("application/sparql-query;charset=us-ascii;x=y", 200),
        ("Application/SPARQL-Query", 200),
        ("application/sparql-query; charset=utf-16", 415),
        ("application/sparql-query; charset=iso-8859-1", 415),
    ],
)
def test_only_utf8_is_taken(client: FlaskClient, content_type: str, status: int):
    """For a posted query UTF-8 is the only valid charset (Protocol, section 2.1.3); another is 415, not misread."""
    direct = client.post("/sparql", data=b"ASK {}", content_type=content_type, buffered=True)
    form = content_type.lower().replace("application/sparql-query", FORM)
    posted = client.post("/sparql", data=b"query=ASK{}", content_type=form, buffered=True)
    assert direct.status_code == posted.status_code == status


def test_compressed_bodies_are_refused(client: FlaskClient):
    """A body in a content coding is 415 (RFC 9110, section 15.5.16), never taken for a malformed query."""
    for coding, status in (("gzip", 415), ("identity", 200)):
        response = client.post(
            "/sparql",
            data=b"ASK {}",
            content_type="application/sparql-query",
            headers={"Content-Encoding": coding},
            buffered=True,
        )
        assert response.status_code == status


def test_byte_order_mark_is_none_of_the_query(client: FlaskClient):
    """A mark that an editor wrote in front of a query is passed over, however the query comes."""
    query = "\N{BYTE ORDER MARK}ASK {}"
    for response in (
        client.get("/sparql", query_string={"query": query}),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", data=query.encode(), content_type="application/sparql-query"),
    ):
        assert response.get_json()["boolean"] is True


def test_relative_iris_have_a_base(client: FlaskClient, request: pytest.FixtureRequest):
    """The service defines a base IRI (Protocol, section 2.3): that of the graph, in patterns and in FROM."""
    constructed = client.get("/sparql?format=nt&query=CONSTRUCT { <s> <p> 1 } WHERE {}", buffered=True)
    assert constructed.status_code == 200
    if "remote" not in request.node.name:
        assert constructed.text.startswith(f"<{BASE}s> <{BASE}p> ")
        assert _get(client, "ASK { <id/person-1> ?p ?o }", format="csv").strip() == "true"
        count = "SELECT (COUNT(*) AS ?n) FROM <graph/curated> { ?s ?p ?o }"
        assert _get(client, count, format="csv").split() == ["n", "13"]


@pytest.mark.parametrize("value", ["a%20b", "a+b", "%2541", "%2525", "100%", "å%"])
def test_values_are_decoded_once(client: FlaskClient, value: str):
    """What stands percent-encoded in the URL is decoded once: a percent sign that was encoded stays one."""
    query = f'SELECT ("{value}" AS ?v) {{}}'
    for response in (
        client.get(f"/sparql?format=csv&query={quote(query, safe='')}"),
        client.post("/sparql?format=csv", data=f"query={quote(query, safe='')}", content_type=FORM),
        client.post("/sparql?format=csv", data=query.encode(), content_type="application/sparql-query"),
    ):
        assert response.text.split() == ["v", value]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (<http://example.org/f>(1) AS ?x) {}",
        "SELECT * { ?s ?p ?o FILTER(<http://example.org/f>(?o)) }",
        "SELECT (<http://www.w3.org/2001/XMLSchema#integer>(1, 2) AS ?x) {}",
        "SELECT * { ?s ?p ?o } ORDER BY <http://example.org/f>(?o)",
    ],
)
def test_unknown_functions_are_the_client_s_to_mend(client: FlaskClient, request: pytest.FixtureRequest, query: str):
    """A function that there is not is 400, with its name; what someone else's endpoint says of it is up to that."""
    response = client.get("/sparql", query_string={"query": query}, buffered=True)
    if "remote" not in request.node.name:
        assert response.status_code == 400
        assert "function <http" in response.get_json()["detail"]


def test_what_would_be_answered_wrongly_is_refused(client: FlaskClient, request: pytest.FixtureRequest):
    """A query that our engine would answer wrongly, whatever the words, is refused with what to write instead."""
    response = client.get("/sparql", query_string={"query": "ASK { GRAPH ?g { ?s ?p ?o FILTER(?g = ?o) } }"})
    if "remote" not in request.node.name:
        assert response.status_code == 422
        assert response.get_json()["type"].endswith("#query-unsupported")
        assert "behind the group" in response.get_json()["hint"]


@pytest.mark.parametrize(
    ("term", "asked", "available"),
    [
        ("<<( <urn:a> <urn:b> <urn:c> )>>", "text/turtle", "text/turtle;version=1.2"),
        ("<<( <urn:a> <urn:b> <urn:c> )>>", "application/trig;version=1.2-basic", "application/trig;version=1.2"),
        ("<<( <urn:a> <urn:b> <urn:c> )>>", "application/ld+json", "application/n-quads;version=1.2"),
        ("'x'@ar--rtl", "application/rdf+xml", "application/rdf+xml;version=1.2-basic"),
        ("'x'@ar--rtl", "*/*", "application/ld+json"),
    ],
)
def test_rdf_1_2_has_to_be_asked_for(
    client: FlaskClient, request: pytest.FixtureRequest, term: str, asked: str, available: str
):
    """What readers of RDF 1.1 would not understand is 406 with the media types to ask for, and then comes in them."""
    parameters = {"query": f"CONSTRUCT {{ <urn:a> <urn:b> {term} }} WHERE {{}}"}
    refused = client.get("/sparql", query_string=parameters, headers={"Accept": asked})
    # What an endpoint of others sends is passed on.
    if "remote" not in request.node.name:
        assert refused.status_code == 406
        assert available in refused.get_json()["available"]
    given = client.get("/sparql", query_string={**parameters, "format": available})
    assert given.status_code == 200
    assert given.content_type.replace("; charset=utf-8", "").replace(" ", "") == available
    assert b"rtl" in given.data or b"<<(" in given.data


def test_what_xml_cannot_hold_is_refused(client: FlaskClient, request: pytest.FixtureRequest):
    """A control character in an answer is 406 for XML, with the formats that can hold it, before the first byte."""
    if "remote" in request.node.name:
        # An endpoint of others does as it likes.
        return
    for query, asked, other in (
        ("SELECT ('\\u0001' AS ?x) {}", "xml", "application/sparql-results+json"),
        ("CONSTRUCT { <urn:a> <urn:b> '\\u0001' } WHERE {}", "rdf", "text/turtle"),
    ):
        response = client.get("/sparql", query_string={"query": query, "format": asked})
        assert response.status_code == 406
        assert "U+0001" in response.get_json()["detail"]
        assert other in response.get_json()["available"]


def test_query_twice_across_url_and_body(client: FlaskClient):
    """A query in the URL beside one in the body is one too many."""
    direct = client.post("/sparql?query=ASK{}", data=b"ASK {}", content_type="application/sparql-query")
    form = client.post("/sparql?query=ASK{}", data={"query": "ASK {}"})
    assert direct.status_code == form.status_code == 400


def test_other_methods_are_named(client: FlaskClient):
    """A method that the path does not have is 405, and Allow says which it has."""
    response = client.put("/sparql", data=b"ASK {}")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_long_bodies_are_refused(backend: Backend, published: Settings):
    """A body longer than the setting is 413 for whoever reads it."""
    client = create_app(published, backend).test_client()
    body = b"ASK {}" + b" " * published.body_bytes
    response = client.post("/sparql", data=body, content_type="application/sparql-query")
    assert response.status_code == 413
    assert response.get_json()["hint"]


def test_syntax_error_has_a_place(client: FlaskClient, request: pytest.FixtureRequest):
    """A syntax error tells line and column, except where someone else's endpoint found it and does not say."""
    response = client.get("/sparql", query_string={"query": "SELECT *\nWHERE { ?s ?p }"})
    assert response.status_code == 400
    document = response.get_json()
    assert document["type"].endswith("#query-syntax")
    if "remote" not in request.node.name:
        assert document["line"] == 2
        assert document["column"] > 1
        line, mark = document["excerpt"].splitlines()
        assert line == "WHERE { ?s ?p }"
        assert mark == " " * (document["column"] - 1) + "^"
        browser = {"Accept": "text/html,*/*;q=0.8"}
        page = client.get("/sparql", query_string={"query": "ASK { <a b> }"}, headers=browser).text
        assert "<pre>ASK { &lt;a b&gt; }\n" in page


def test_head_is_get_without_the_body(client: FlaskClient):
    """HEAD has status and headers of GET, and no body."""
    for path in ("/sparql?query=ASK{}", "/sparql?query=nonsense", "/healthz"):
        got, head = client.get(path), client.head(path)
        assert head.status_code == got.status_code
        assert head.data == b""
        assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_answer_names_its_snapshot(client: FlaskClient, backend: Backend):
    """An answer says from which snapshot it is; one from someone else's endpoint has none to name."""
    response = client.get("/sparql?query=ASK{}")
    assert response.headers.get("Digigraph-Snapshot") == backend.version


def test_short_answer_has_its_length(client: FlaskClient):
    """An answer that is whole before it is sent says how long it is, so that clients can tell a part from it."""
    response = client.get("/sparql", query_string={"query": NAMES})
    assert int(response.headers["Content-Length"]) == len(response.data)


def test_browsers_get_a_form(app: Flask):
    """Without a query a browser is shown a form that asks by GET, and where programs ask."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    text = app.test_client().get("/sparql", headers={"Accept": accept, "Host": "evil.example"}).text
    assert 'action="/sparql" method="get"' in text
    assert '<textarea id="query" name="query"' in text
    assert "http://127.0.0.1:8000/sparql" in text
    assert "evil.example" not in text


def test_embedded_text_stays_text(client: FlaskClient):
    """Nothing of a request comes back in a problem document as anything but JSON text."""
    response = client.get("/sparql", query_string={"query": "SELECT </script><script>alert(1)</script>"})
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.mimetype == "application/problem+json"
