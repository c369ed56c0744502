"""What the server says of itself and of its dataset is true, on every backend."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib

from digigraph.errors import SettingsError
from digigraph.media import Kind, formats_of
from digigraph.publishing.descriptions.service_description import EXTENSION_FUNCTIONS, LIMITS
from digigraph.settings import TABLE
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend

BASE = "https://example.org/graph/"
SERVER = "http://127.0.0.1:8000"
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
DG = rdflib.Namespace("https://w3id.org/digigraph/ns#")
FORMATS = "http://www.w3.org/ns/formats/"
SERVICE = rdflib.URIRef(f"{SERVER}/sparql#service")
DATASET = rdflib.URIRef(f"{BASE}dataset")
ACCEPTED = rdflib.URIRef(f"{BASE}graph/accepted")


def parsed(response: TestResponse) -> rdflib.Graph:
    assert response.status_code == 200, response.text
    return rdflib.Graph().parse(data=response.data, format=response.mimetype)


@pytest.fixture
def service(client: FlaskClient) -> rdflib.Graph:
    """The service description."""
    return parsed(client.get("/sparql"))


@pytest.fixture
def void(client: FlaskClient) -> rdflib.Graph:
    """The description of the dataset."""
    return parsed(client.get("/.well-known/void"))


@pytest.fixture(scope="module")
def quads(nquads: bytes) -> list[ox.Quad]:
    """What was published."""
    return list(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))


@pytest.mark.parametrize("accept", [None, "*/*", "application/n-triples", "application/rdf+xml, */*;q=0.1", "text/*"])
def test_programs_get_the_service_description(client: FlaskClient, accept: str | None):
    """GET without a query answers in RDF (Service Description, section 2); HEAD says the same without a body."""
    headers = {"Accept": accept} if accept else {}
    answer = client.get("/sparql", headers=headers)
    assert (SERVICE, SD.endpoint, rdflib.URIRef(f"{SERVER}/sparql")) in parsed(answer)
    head = client.head("/sparql", headers=headers)
    assert (head.status_code, head.content_type, head.data) == (200, answer.content_type, b"")


def test_a_name_chooses_its_format(client: FlaskClient):
    """A link to a description can say its format, and a name that is none leads to what is missing: the query."""
    for path in ("/sparql", "/.well-known/void"):
        assert client.get(path, query_string={"format": "nt"}).mimetype == "application/n-triples"
    for headers in ({"Accept": "application/sparql-results+json"}, {"Accept": "image/png"}):
        response = client.get("/sparql", headers=headers)
        assert (response.status_code, response.json["detail"]) == (400, "The parameter query is missing.")


def test_browsers_get_the_query_page(client: FlaskClient):
    """What browsers send asks for the page, not for RDF."""
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
    assert client.get("/sparql", headers={"Accept": accept}).mimetype == "text/html"


def test_every_format_described_is_given(client: FlaskClient, service: rdflib.Graph):
    """sd:resultFormat names the formats that queries are answered in, by the W3C's IRIs, and no other."""
    given = set()
    for query, kinds in (("ASK {}", [Kind.RESULTS]), ("CONSTRUCT WHERE { ?s ?p ?o }", [Kind.GRAPH, Kind.DATASET])):
        for each in formats_of(*kinds):
            answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": each.media_type})
            assert answer.mimetype == each.media_type
            given.add(each.media_type)
    names = {
        "SPARQL_Results_JSON": "application/sparql-results+json",
        "SPARQL_Results_XML": "application/sparql-results+xml",
        "SPARQL_Results_CSV": "text/csv",
        "SPARQL_Results_TSV": "text/tab-separated-values",
        "Turtle": "text/turtle",
        "N-Triples": "application/n-triples",
        "JSON-LD": "application/ld+json",
        "RDF_XML": "application/rdf+xml",
        "N-Quads": "application/n-quads",
        "TriG": "application/trig",
    }
    described = {str(each) for each in service.objects(SERVICE, SD.resultFormat)}
    assert described == {FORMATS + name for name, media_type in names.items() if media_type in given}
    assert len(described) == len(given)


def test_only_what_is_so_is_described(service: rdflib.Graph):
    """SPARQL 1.1 queries with simple entailment; no feature that is not there, no update, no input."""
    assert set(service.objects(SERVICE, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert set(service.objects(SERVICE, SD.defaultEntailmentRegime)) == {
        rdflib.URIRef("http://www.w3.org/ns/entailment/Simple")
    }
    assert not list(service.objects(SERVICE, SD.feature))
    assert not list(service.objects(SERVICE, SD.inputFormat))


def test_federation_is_described_where_it_is_allowed(backend: Backend, published: Settings):
    """Where SERVICE may ask some endpoint, and only there, the feature is stated."""
    settings = dataclasses.replace(published, federation="https://query.example/sparql")
    described = parsed(create_app(settings, backend).test_client().get("/sparql"))
    assert set(described.objects(SERVICE, SD.feature)) == {SD.BasicFederatedQuery}


def test_every_graph_is_described(service: rdflib.Graph, quads: list[ox.Quad]):
    """Each named graph is listed by its name, those of curators and ontology and the default graph with their size."""
    sizes = Counter(each.graph_name for each in quads)
    (default,) = service.objects(DATASET, SD.defaultGraph)
    assert default == ACCEPTED
    assert service.value(default, VOID.triples).value == sizes[ox.DefaultGraph()]
    names = {str(service.value(node, SD.name)): node for node in service.objects(DATASET, SD.namedGraph)}
    assert set(names) == {each.value for each in sizes if isinstance(each, ox.NamedNode)}
    for name in ("curated", "ontology"):
        graph = service.value(names[f"{BASE}graph/{name}"], SD.graph)
        assert service.value(graph, VOID.triples).value == sizes[ox.NamedNode(f"{BASE}graph/{name}")]


def test_limits_are_those_of_the_settings(service: rdflib.Graph, app: Flask, published: Settings):
    """Each limit on questions is stated in the unit of its term; of somebody else's engine, memory is not known."""
    stated = {str(predicate): value.toPython() for predicate, value in service.predicate_objects(SERVICE)}
    assert set(LIMITS) == {name for name in TABLE if name.startswith(("query_", "answer_", "body_"))}
    for name, (term, units) in LIMITS.items():
        assert stated[str(DG[term])] == getattr(published, name) * units
    elsewhere = dataclasses.replace(published, endpoint="http://127.0.0.1:1/", query_seconds=0.25)
    client = create_app(elsewhere, app.extensions["digigraph"].backend).test_client()
    described = parsed(client.get("/sparql"))
    assert described.value(SERVICE, DG.maxQueryMemory) is None
    assert not list(described.objects(SERVICE, SD.extensionFunction))
    assert str(described.value(SERVICE, DG.maxQuerySeconds)) == "0.25"


WKT = "^^<http://www.opengis.net/ont/geosparql#wktLiteral>"
SQUARE = f'"POLYGON((0 0, 4 0, 4 4, 0 4, 0 0))"{WKT}'
OTHER = f'"POLYGON((2 2, 6 2, 6 6, 2 6, 2 2))"{WKT}'
UNIT = "<http://www.opengis.net/def/uom/OGC/1.0/"
OF_ONE = (
    "asGeoJSON centroid convexHull coordinateDimension dimension envelope getSRID isEmpty isSimple spatialDimension"
)
ARGUMENTS = {
    "date": '"2020-02-29"',
    "time": '"12:00:00"',
    "duration": '"P1Y2D"',
    "dayTimeDuration": '"P1DT2H"',
    "yearMonthDuration": '"P1Y2M"',
    "gYear": '"2020"',
    "gYearMonth": '"2020-02"',
    "gMonth": '"--02"',
    "gMonthDay": '"--02-28"',
    "gDay": '"---29"',
    "area": f"{SQUARE}, {UNIT}square_metre>",
    "perimeter": f"{SQUARE}, {UNIT}metre>",
    "length": f'"LINESTRING(0 0, 4 4)"{WKT}, {UNIT}metre>',
    "distance": f'"POINT(1 2)"{WKT}, "POINT(3 4)"{WKT}, {UNIT}metre>',
    "relate": f'{SQUARE}, {OTHER}, "T*T***T**"',
    **dict.fromkeys(OF_ONE.split(), SQUARE),
}


@pytest.mark.parametrize("function", EXTENSION_FUNCTIONS, ids=str)
def test_every_extension_function_gives_a_value(client: FlaskClient, function: ox.NamedNode):
    """What is described as a function beyond the standard is one."""
    name = function.value.replace("#", "/").rpartition("/")[2]
    query = f"SELECT ?value {{ BIND({function}({ARGUMENTS.get(name, f'{SQUARE}, {OTHER}')}) AS ?value) }}"
    (_, value) = client.get("/sparql", query_string={"query": query, "format": "csv"}).text.splitlines()
    assert value


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void", "/graph/curated", "/graph-store?default"])
def test_what_a_client_holds_is_not_sent_again(client: FlaskClient, backend: Backend, path: str):
    """Descriptions and graphs have entity tags like answers; someone else's endpoint has none to give."""
    headers = {"Accept": "text/turtle"}
    answer = client.get(path, headers=headers, buffered=True)
    tag = answer.headers.get("ETag")
    assert (tag is None) is (backend.version is None)
    if tag is not None:
        again = client.get(path, headers={**headers, "If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_links_start_with_the_public_url(backend: Backend, published: Settings):
    """Addresses to be fetched are the public ones, whatever the Host header says; names keep the base IRI."""
    settings = dataclasses.replace(published, public_url="https://graph.example/kg/")
    client = create_app(settings, backend).test_client()
    described = parsed(client.get("/sparql", headers={"Host": "evil.example"}))
    assert set(described.objects(None, SD.endpoint)) == {rdflib.URIRef("https://graph.example/kg/sparql")}
    assert set(described.subjects(SD.defaultGraph, ACCEPTED)) == {DATASET}
    link = described.value(DATASET, rdflib.RDFS.seeAlso)
    assert link == rdflib.URIRef("https://graph.example/kg/.well-known/void")
    void = parsed(client.get("/.well-known/void", headers={"Host": "evil.example"}))
    assert void.value(DATASET, VOID.sparqlEndpoint) == rdflib.URIRef("https://graph.example/kg/sparql")
    assert void.value(link, rdflib.FOAF.primaryTopic) == DATASET
    assert client.get("/dataset").headers["Location"] == str(link)


@pytest.mark.parametrize(
    "url",
    [
        "graph.example",
        "ftp://a/",
        "https://a/ b",
        "https://a/?b",
        "https://",
        "http://a/<b>",
        "https://a//b/",
        "https://[a/b/",
        "https://a:b/",
    ],
)
def test_a_public_url_that_is_none_is_refused(published: Settings, url: str):
    """What could make no link is told when the settings are read, not to the first client that asks."""
    with pytest.raises(SettingsError, match="public_url is"):
        dataclasses.replace(published, public_url=url)


def test_figures_of_the_dataset_are_true(void: rdflib.Graph, quads: list[ox.Quad]):
    """Every figure of the VoID description is what counting the published quads gives."""
    default = [each for each in quads if each.graph_name == ox.DefaultGraph()]
    rdf_type = str(rdflib.RDF.type)
    expected = {
        VOID.triples: len(default),
        VOID.distinctSubjects: len({each.subject for each in default}),
        VOID.distinctObjects: len({each.object for each in default}),
        VOID.properties: len({each.predicate for each in default}),
        VOID.classes: len({each.object for each in default if each.predicate.value == rdf_type}),
        VOID.entities: len({each.subject for each in default if str(each.subject.value).startswith(BASE)}),
        DG.quads: len(quads),
    }
    assert {term: void.value(DATASET, term).value for term in expected} == expected
    assert {str(each) for each in void.objects(DATASET, VOID.vocabulary)} == {"https://schema.org/"}
    assert str(void.value(DATASET, VOID.uriSpace)) == BASE


def test_examples_are_things_of_the_dataset(void: rdflib.Graph, quads: list[ox.Quad]):
    """The example resources are described in the default graph, those with most triples."""
    examples = {str(each) for each in void.objects(DATASET, VOID.exampleResource)}
    counted = Counter(each.subject.value for each in quads if each.graph_name == ox.DefaultGraph())
    assert len(examples) == 3
    assert min(counted[each] for each in examples) == sorted(counted.values())[-3]
