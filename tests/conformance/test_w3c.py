"""The W3C's SPARQL 1.1 suites over HTTP: query evaluation, query syntax, result formats, protocol and the rest.

A test that fails is in ``excused.toml``, by its IRI, with the sentence that excuses it; one that is there and passes
is an error. The manifests of SPARQL Update are not read: this is a query service, and their tests name requests that
no query service has. What the tests of the Graph Store Protocol read is tested without what they write.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import answers
import graph_store
import pyoxigraph as ox
import pytest
import rdflib
import shaclsuite
import w3c
from exchange import Response, encoded, exchange
from excuses import EXCUSED, REASONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from w3c import Case, Expected
    from webserver import Server

CASES = w3c.cases()
FLOORS = {
    "QueryEvaluationTest": 239,
    "CSVResultFormatTest": 3,
    "PositiveSyntaxTest11": 66,
    "NegativeSyntaxTest11": 40,
    "ProtocolTest": 34,
    "ServiceDescriptionTest": 3,
    "GraphStoreProtocolTest": 14,
}
"""Tests of each kind in the suite as of August 2026."""
FOLDERS = {
    "aggregates": 47,
    "bind": 10,
    "bindings": 11,
    "cast": 6,
    "construct": 7,
    "csv-tsv-res": 6,
    "exists": 6,
    "functions": 75,
    "graph-store-protocol": 14,
    "grouping": 6,
    "json-res": 4,
    "negation": 12,
    "project-expression": 7,
    "property-path": 33,
    "protocol": 34,
    "service": 7,
    "service-description": 3,
    "subquery": 14,
    "syntax-fed": 3,
    "syntax-query": 94,
}
"""Tests in each folder of it."""
# What changes data, and what the suite itself calls deprecated in favour of graph-store-protocol.
UPDATES = {"UpdateEvaluationTest", "PositiveUpdateSyntaxTest11", "NegativeUpdateSyntaxTest11"}
NOT_READ = {"delete-insert", "http-rdf-update"}
# Quick enough for every run.
SAMPLE = {"protocol", "json-res", "csv-tsv-res"}

SPARQL_QUERY = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
SD = "http://www.w3.org/ns/sparql-service-description#"
MEDIA_TYPES = {
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
}
BOOLEAN = {"application/sparql-results+xml", "application/sparql-results+json"}
TABULAR = BOOLEAN | {"text/csv", "text/tab-separated-values"}
RDF = {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}
FORMATS = {"boolean": BOOLEAN, "tabular": TABULAR, "RDF": RDF}
STATUSES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404, "BadRequest": 400}


def params() -> Iterator[object]:
    for case in CASES:
        marks = [] if case.folder in SAMPLE else [pytest.mark.long]
        if case.iri in REASONS:
            marks.append(pytest.mark.xfail(raises=AssertionError, reason=REASONS[case.iri]["reason"]))
        yield pytest.param(case, id=case.name, marks=marks)
    if not CASES:
        yield pytest.param(None, marks=pytest.mark.skip(reason=w3c.MISSING))


@pytest.mark.parametrize("case", [*params()])
def test_w3c(suite: Server, case: Case):
    """The test of the W3C gives what its manifest says."""
    RUNNERS[case.kind](suite.url, case)


@pytest.mark.skipif(not CASES, reason=w3c.MISSING)
def test_every_test_was_collected():
    """As many tests of each kind and folder were read as the suites hold, and none is excused that is not there."""
    kinds, folders = Counter(case.kind for case in CASES), Counter(case.folder for case in CASES)
    for collected, floors in ((kinds, FLOORS), (folders, FOLDERS)):
        assert {name: number for name, number in collected.items() if number < floors.get(name, 0)} == {}
        assert set(collected) == set(floors)
    assert {iri for iri in REASONS if not iri.startswith(shaclsuite.NAMES)} <= {case.iri for case in CASES}


@pytest.mark.skipif(not CASES, reason=w3c.MISSING)
def test_no_test_of_the_suite_was_passed_over():
    """Read by another parser, file by file and without following lists, the suite has the same tests and no more."""
    found = set()
    for manifest in w3c.SPARQL.glob("**/manifest*.ttl"):
        if manifest.parent.name in NOT_READ:
            continue
        graph = rdflib.Graph().parse(manifest, format="turtle")
        for subject, kind in graph.subject_objects(rdflib.RDF.type):
            name = str(kind).rpartition("#")[2]
            if re.search(r"Test(11)?$", name) and name not in UPDATES:
                found.add(str(subject))
    assert found == {case.iri for case in CASES}


SEQUENCES = [case for case in CASES if case.kind == "GraphStoreProtocolTest"] or [
    pytest.param(None, marks=pytest.mark.skip(reason=w3c.MISSING))
]


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda case: case.name if case else "none")
@pytest.mark.long
def test_graph_store_reads(suite: Server, sequence: Case):
    """Each request that reads finds what those before it would have left; each that writes is refused with 405."""
    for step in graph_store.steps(sequence):
        request = step.request
        response = exchange(suite.url, request.method, request.path, headers=request.headers, body=request.body)
        if request.method in graph_store.READING:
            check(response, request.expected)
        else:
            assert response.status == 405
            assert set(response.headers["Allow"].split(", ")) == {*graph_store.READING, "OPTIONS"}


def test_every_excuse_has_its_sentence():
    """An excused test has a reason, a place and words to stand on, and is excused once."""
    assert len(REASONS) == sum(len(each["tests"]) for each in EXCUSED)
    for each in EXCUSED:
        assert each["reason"]
        assert each["where"]
        assert each["words"]
        assert each["outcome"] in {"failed", "inapplicable"}


def dataset(case: Case, text: str) -> list[tuple[str, str]]:
    """The parameters that make the test's graphs the dataset."""
    if re.search(r"^FROM\b", text, re.MULTILINE):
        # Parameters would win over what the query says itself.
        return []
    # Where there are no data, an unknown graph is the empty one.
    default = case.default or (w3c.HOME + "nothing",)
    return [("default-graph-uri", each) for each in default] + [("named-graph-uri", each) for each in case.named]


def three_ways(url: str, text: str, parameters: list[tuple[str, str]], accept: str) -> list[Response]:
    """Ask by GET, by POST of a form and by POST of the query itself (SPARQL 1.1 Protocol, section 2.1)."""
    everything = encoded([("query", text), *parameters])
    headers = [("Accept", accept)]
    direct = [*headers, ("Content-Type", SPARQL_QUERY)]
    form = [*headers, ("Content-Type", FORM)]
    return [
        exchange(url, "GET", f"/sparql?{everything}", headers=headers),
        exchange(url, "POST", "/sparql", headers=form, body=everything.encode()),
        exchange(url, "POST", f"/sparql?{encoded(parameters)}", headers=direct, body=text.encode()),
    ]


def evaluation(url: str, case: Case) -> None:
    media_type = MEDIA_TYPES[case.result.rpartition(".")[2]]
    # The base of a query in a file is the file's IRI; a request has no other way to say it.
    text = f"BASE <{case.query}>\n{w3c.text_of(case.query)}"
    expected = answers.read(w3c.path_of(case.result).read_bytes(), media_type, base_iri=case.result)
    is_graph = isinstance(expected, frozenset)
    accept = media_type if is_graph or media_type != "text/turtle" else MEDIA_TYPES["srx"]
    ordered = re.search(r"ORDER\s+BY", text, re.IGNORECASE) is not None
    for response in three_ways(url, text, dataset(case, text), accept):
        assert response.status == 200, response.body.decode()
        assert response.media_type == accept
        given = answers.read(response.body, accept)
        assert answers.same(given, expected, ordered=ordered), f"{response.body.decode()}\nexpected: {expected}"


def positive_syntax(url: str, case: Case) -> None:
    for response in three_ways(url, w3c.text_of(case.query), dataset(case, ""), "*/*"):
        # What is SPARQL may call a function that there is not here.
        is_refused_later = b'problems#query"' in response.body and b"The custom function" in response.body
        assert response.status == 200 or is_refused_later, response.body.decode()


def negative_syntax(url: str, case: Case) -> None:
    for response in three_ways(url, w3c.text_of(case.query), dataset(case, ""), "*/*"):
        assert response.status == 400, response.body.decode()
        assert b"problems#query-syntax" in response.body


def exchanges(url: str, case: Case) -> None:
    """Send the requests in their order; each must be answered as expected."""
    names: dict[str, str] = {}
    for request in case.requests:
        path, body = request.path, request.body
        for template, location in names.items():
            path, body = path.replace(template, location), body.replace(template.encode(), location.encode())
        path = re.sub(r"^/sparql/", "/sparql", re.sub(r"^/gsp", "/graph-store", path))
        response = exchange(url, request.method, path, headers=request.headers, body=body)
        check(response, request.expected)


def check(response: Response, expected: Expected) -> None:
    assert any(fits(response.status, each) for each in expected.statuses), (response.status, response.body)
    if response.status >= 400:
        assert response.media_type == "application/problem+json"
    if expected.format is not None:
        assert response.media_type in FORMATS[expected.format]
        given = answers.read(response.body, response.media_type)
        assert expected.boolean is None or given is expected.boolean
    if expected.graph is not None:
        given = answers.read(response.body, response.media_type)
        assert answers.same(given, answers.read(expected.graph.encode(), "text/turtle"), ordered=False)


def fits(status: int, expected: str) -> bool:
    """Tell whether a status is the one named, or in the class named (``StatusCode4xx``)."""
    if found := re.fullmatch(r"StatusCode(\d)xx", expected):
        return status // 100 == int(found.group(1))
    return status == STATUSES[expected]


def service_description(url: str, case: Case) -> None:
    """What the three tests of the suite say in words, for they have no actions."""
    response = exchange(url, "GET", "/sparql", headers=[("Accept", "text/turtle, application/rdf+xml;q=0.5")])
    assert response.status == 200
    assert response.media_type in RDF
    graph = answers.read(response.body, response.media_type)
    assert isinstance(graph, frozenset)
    services = {each.object for each in graph if each.predicate.value == SD + "endpoint"}
    if case.iri.endswith("has-endpoint-triple"):
        assert services == {ox.NamedNode(f"{url}/sparql")}
    if case.iri.endswith("conforms-to-schema"):
        terms = {term for each in graph for term in (each.predicate, each.object) if isinstance(term, ox.NamedNode)}
        used = {term.value.removeprefix(SD) for term in terms if term.value.startswith(SD)}
        assert "Service" in used
        assert used <= SCHEMA


SCHEMA = {
    "Aggregate",
    "Dataset",
    "EntailmentProfile",
    "EntailmentRegime",
    "Feature",
    "Function",
    "Graph",
    "GraphCollection",
    "Language",
    "NamedGraph",
    "Service",
    "SPARQL10Query",
    "SPARQL11Query",
    "SPARQL11Update",
    "DereferencesURIs",
    "UnionDefaultGraph",
    "RequiresDataset",
    "EmptyGraphs",
    "BasicFederatedQuery",
    "endpoint",
    "feature",
    "defaultEntailmentRegime",
    "entailmentRegime",
    "defaultSupportedEntailmentProfile",
    "supportedEntailmentProfile",
    "extensionFunction",
    "extensionAggregate",
    "languageExtension",
    "supportedLanguage",
    "propertyFeature",
    "defaultDataset",
    "availableGraphs",
    "resultFormat",
    "inputFormat",
    "defaultGraph",
    "namedGraph",
    "name",
    "graph",
}
"""Every class, property and instance of the vocabulary (SPARQL 1.1 Service Description, section 3)."""

RUNNERS: dict[str, Callable[[str, Case], None]] = {
    "QueryEvaluationTest": evaluation,
    "CSVResultFormatTest": evaluation,
    "PositiveSyntaxTest11": positive_syntax,
    "NegativeSyntaxTest11": negative_syntax,
    "ProtocolTest": exchanges,
    "GraphStoreProtocolTest": exchanges,
    "ServiceDescriptionTest": service_description,
}
