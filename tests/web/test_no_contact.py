"""No request makes the server contact anything."""

from __future__ import annotations

from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from listening import Listener, listening

from digigraph.errors import DigigraphError
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.processes.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from projects import Project

    from digigraph.settings import Settings

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody on loopback; whoever came is an error."""
    with listening() as made:
        yield made
        assert made.heard == []


def test_the_listener_hears():
    """Who knocks is heard: that nobody was heard means that nobody came."""
    with listening() as made:
        with pytest.raises(HTTPException):
            urlopen(made.url, timeout=120)
        assert made.heard[0].startswith(b"GET ")


SERVICES = [
    "ASK { SERVICE <%> {} }",
    "ASK { SERVICE SILENT <%> { ?s ?p ?o } }",
    "ASK { sErViCe<%>{} }",
    "ASK { SERVICE#comment\n#SILENT\n<%> {} }",
    "ASK { SERVICE\t\r\n\n<%> {} }",
    "ASK { OPTIONAL { { SELECT * { SERVICE <%> {} } } } }",
    "ASK { FILTER EXISTS { SERVICE <%> {} } }",
    "PREFIX x: <%> ASK { SERVICE x: {} }",
    "BASE <%> ASK { SERVICE <> {} }",
    "ASK { VALUES ?x { <%> } SERVICE ?x {} }",
    "ASK { BIND('\\\\' AS ?x) SERVICE <%> {} }",
    "ASK { BIND('''it's ''' AS ?x) SERVICE <%> {} }",
    'ASK { BIND("# " AS ?x) SERVICE <%> {} }',
    "ASK { FILTER(?a<?b) SERVICE <%> {} }",
    "ASK { ?x ?y 1.SERVICE <%> {} }",
    "ASK { ?x ?y 'a'@en.SERVICE <%> {} }",
    "ASK { \\u0053ERVICE <%> {} }",
    "ASK { SERV\\U00000049CE <%> {} }",
    "ASK { BIND('\\u0027 AS ?x) SERVICE <%> {} #' AS ?y) }",
    "\ufeffASK { SERVICE <%> {} }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <%> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <%> { ?s ?p ?o } }",
    "LOAD <%>",
    "LOAD SILENT <%> INTO GRAPH <urn:g>",
    "loaD#\n<%>",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <%> { ?s ?p ?o } }",
    "INSERT DATA { <urn:a> <urn:b> <urn:c> } ; LOAD <%>",
]


@pytest.mark.parametrize("text", SERVICES)
def test_services_are_refused(client: FlaskClient, listener: Listener, text: str):
    """SERVICE and LOAD are 403 however they are written, asked or sent, and nobody hears of it."""
    text = text.replace("%", listener.url)
    answers = [
        client.get("/sparql", query_string={"query": text}),
        client.post("/sparql", data=text.encode(), content_type="application/sparql-query"),
        client.post("/sparql", data={"query": text}, content_type=FORM),
        client.post("/sparql", data=text.encode(), content_type="application/sparql-update"),
        client.post("/sparql", data={"update": text}, content_type=FORM),
    ]
    assert [each.status_code for each in answers] == [403] * 5
    assert all(b"#query-forbidden" in each.data for each in answers)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p 'SERVICE <%> {}', \"LOAD <%>\", '''SERVICE ' LOAD''' }",
        "ASK { ?s ?p ?o } # SERVICE <%> {}",
        "ASK { #LOAD <%>\n ?s ?p ?o }",
        "ASK { ?s <http://example.org/SERVICE> <%> . ?s ?p <http://example.org/#LOAD> }",
        "PREFIX service: <http://example.org/> ASK { ?SERVICE service:LOAD service:SERVICE, service:a.LOAD }",
        "PREFIX load: <http://example.org/> SELECT ?load ?service { ?load load:service ?service }",
        "ASK { ?s ?p 'x'@service, _:LOAD }",
        "SELECT ('SERVICE' AS ?SERVICE) $LOAD {}",
    ],
)
def test_words_that_are_no_keywords(client: FlaskClient, listener: Listener, text: str):
    """In strings, comments, IRIs, names, tags and variables the words are harmless, and are let through."""
    assert client.get("/sparql", query_string={"query": text.replace("%", listener.url)}).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <%> { ?s ?p ?o }",
        "SELECT * FROM NAMED <%> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { GRAPH <%> { ?s ?p ?o } }",
        "CONSTRUCT { <%> ?p ?o } FROM <%> WHERE { <%> ?p ?o }",
        "DESCRIBE <%> FROM <%>",
    ],
)
def test_graphs_are_not_fetched(client: FlaskClient, listener: Listener, text: str):
    """A graph that is not in the snapshot is empty, whether the query names it or the protocol."""
    text = text.replace("%", listener.url)
    for more in ({}, {"default-graph-uri": listener.url}, {"named-graph-uri": listener.url}):
        response = client.get("/sparql", query_string={"query": text, "format": "nt,json", **more})
        response = client.get("/sparql", query_string={"query": text, **more})
        assert response.status_code == 200
        assert b"http://127.0.0.1" not in response.data


def test_a_query_process_has_no_network(published: Settings, listener: Listener):
    """Even where the guard lets a SERVICE through, the kernel does not let its process out."""
    pool = Pool(published)
    try:
        with pytest.raises(DigigraphError):
            pool.answer(Query(text=f"SELECT * {{ SERVICE <{listener.url}> {{ ?s ?p ?o }} }}", format=RESULTS_JSON))
        silent = pool.answer(Query(text=f"ASK {{ SERVICE SILENT <{listener.url}> {{}} }}", format=RESULTS_JSON))
        assert b"true" in b"".join(silent)
    finally:
        pool.close()


RDF_XML = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "%">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="urn:a"><p xmlns="urn:">&x;</p></rdf:Description></rdf:RDF>
"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("context.jsonld", '{"@context": "%", "@id": "urn:a", "name": "x"}'),
        ("imported.jsonld", '{"@context": {"@version": 1.1, "@import": "%"}, "@id": "urn:a", "name": "x"}'),
        ("entity.rdf", RDF_XML),
        ("dtd.rdf", RDF_XML.replace('[<!ENTITY x SYSTEM "%">]', 'SYSTEM "%"')),
        ("imports.ttl", "<urn:a> <http://www.w3.org/2002/07/owl#imports> <%> ."),
    ],
)
def test_files_are_read_without_asking_anybody(project: Project, listener: Listener, name: str, content: str):
    """Contexts, entities, DTDs and imports of RDF files that somebody hands in are not fetched; no traceback."""
    project.write(f"data/{name}", content.replace("%", listener.url))
    done = project.run("validate")
    assert done.returncode in {0, 1, 2}
    assert b"Traceback" not in done.stderr
