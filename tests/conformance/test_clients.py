"""The clients that people use, as they are, against a real server."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
import rdflib
import requests
import SPARQLWrapper as wrapper  # noqa: N813 - the package has the name of its class
import webserver
from exchange import exchange
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.settings import Settings

BASE = "https://example.org/graph/"
CURATED = f"{BASE}graph/curated"
NAMES = "SELECT ?person ?name { ?person <https://schema.org/name> ?name FILTER(CONTAINS(?name, 'Öberg')) }"
TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(ISLITERAL(?o)) }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
SD = "http://www.w3.org/ns/sparql-service-description#"
JARS = Path("/usr/share/java")
XERCES = "org/apache/jena/ext/xerces/"


@pytest.fixture(scope="module")
def endpoint(published: Settings) -> Iterator[str]:
    """Where a real server answers queries."""
    with webserver.serving(published, workers=2) as running:
        yield f"{running.url}/sparql"


# rdflib


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_reads_solutions(endpoint: str, method: str, form: str):
    """SPARQLStore of rdflib gets the same solutions by each of its methods and formats."""
    graph = rdflib.Graph(SPARQLStore(endpoint, method=method, returnFormat=form))
    found = {(str(person), str(name)) for person, name in graph.query(NAMES)}
    assert found == {(f"{BASE}id/person-{number}", f"Åsa Öberg {number}") for number in range(0, 24, 6)}


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_graphs(endpoint: str, method: str):
    """SPARQLStore of rdflib gets the graph of a CONSTRUCT, and the truth of an ASK."""
    graph = rdflib.Graph(SPARQLStore(endpoint, method=method))
    constructed = graph.query(TRIPLES).graph
    assert constructed is not None
    assert len(constructed) == 24 * 2 + 1
    assert graph.query("ASK { ?s ?p ?o }").askAnswer is True


def test_rdflib_walks_the_graph(endpoint: str):
    """What rdflib asks by itself, triples by pattern and their number, is answered, in a named graph as well."""
    graph = rdflib.Graph(SPARQLStore(endpoint))
    person, name = rdflib.URIRef(f"{BASE}id/person-1"), rdflib.URIRef("https://schema.org/name")
    assert graph.value(person, name) == rdflib.Literal("Søren Kierkegård 1", lang="sv")
    assert len(graph) == 24 * 3 + 1
    curated = rdflib.Graph(SPARQLStore(endpoint, context_aware=True), identifier=rdflib.URIRef(CURATED))
    assert len(list(curated.triples((None, None, None)))) == 13


def test_rdflib_reads_graphs_from_their_addresses(endpoint: str):
    """Graph.parse of rdflib, given a URL and nothing else, reads graphs and both descriptions."""
    url = endpoint.removesuffix("/sparql")
    assert len(rdflib.Graph().parse(f"{url}/graph/curated")) == 13
    assert len(rdflib.Graph().parse(f"{url}/graph-store?graph={BASE}graph/extra")) == 1
    void = rdflib.Graph().parse(f"{url}/dataset")
    assert void.value(rdflib.URIRef(f"{BASE}dataset"), rdflib.VOID.sparqlEndpoint) == rdflib.URIRef(endpoint)
    assert (None, rdflib.RDF.type, rdflib.URIRef(f"{SD}Service")) in rdflib.Graph().parse(endpoint)


# SPARQLWrapper


def asked(endpoint: str, query: str, form: str, *, method: str = wrapper.GET, how: str = wrapper.URLENCODED):
    """A question as SPARQLWrapper asks it: format, output and results say the format, Accept does too."""
    client = wrapper.SPARQLWrapper(endpoint, returnFormat=form)
    client.setQuery(query)
    client.setMethod(method)
    client.setRequestMethod(how)
    client.setOnlyConneg(False)
    return client


@pytest.mark.parametrize(
    ("method", "how"),
    [
        (wrapper.GET, wrapper.URLENCODED),
        (wrapper.POST, wrapper.URLENCODED),
        (wrapper.POST, wrapper.POSTDIRECTLY),
    ],
)
def test_sparqlwrapper_reads_solutions(endpoint: str, method: str, how: str):
    """SPARQLWrapper reads solutions as JSON, XML, CSV and TSV, whichever way it asks."""
    found = asked(endpoint, NAMES, wrapper.JSON, method=method, how=how).queryAndConvert()
    assert {row["name"]["value"] for row in found["results"]["bindings"]} >= {"Åsa Öberg 0", "Åsa Öberg 18"}
    document = asked(endpoint, NAMES, wrapper.XML, method=method, how=how).queryAndConvert()
    assert len(document.getElementsByTagName("result")) == 4
    for form, separator in ((wrapper.CSV, b"\r\n"), (wrapper.TSV, b"\n")):
        table = asked(endpoint, NAMES, form, method=method, how=how).queryAndConvert()
        assert len(table.strip().split(separator)) == 5


# SPARQLWrapper makes use of what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("form", [wrapper.TURTLE, wrapper.N3, wrapper.XML, wrapper.RDFXML, wrapper.JSONLD])
def test_sparqlwrapper_reads_graphs(endpoint: str, form: str):
    """SPARQLWrapper reads the graph of a CONSTRUCT in each format that it knows."""
    found = asked(endpoint, TRIPLES, form).queryAndConvert()
    graph = found if isinstance(found, rdflib.Graph) else rdflib.Graph().parse(found, format="turtle")
    assert len(graph) == 24 * 2 + 1


def test_sparqlwrapper_chooses_graphs_and_hears_of_mistakes(endpoint: str):
    """Its graphs are the dataset; its exception for bad queries is raised for one."""
    client = asked(endpoint, COUNT, wrapper.JSON)
    client.addDefaultGraph(CURATED)
    assert client.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "13"
    with pytest.raises(QueryBadFormed, match="query-syntax"):
        asked(endpoint, "SELECT {", wrapper.JSON).query()


# requests, and what browsers send through YASGUI


def test_requests_asks_each_way(endpoint: str):
    """What the usual HTTP library sends without further thought is understood."""
    expected = requests.get(endpoint, params={"query": NAMES}, timeout=120)
    assert expected.headers["Content-Type"] == "application/sparql-results+json"
    answers = [
        requests.post(endpoint, data={"query": NAMES}, timeout=120),
        requests.post(endpoint, data=NAMES.encode(), headers={"Content-Type": "application/sparql-query"}, timeout=120),
        requests.get(endpoint, params={"query": NAMES, "default-graph-uri": ""}, timeout=120),
    ]
    for answer in answers:
        assert answer.json() == expected.json()
    assert len(expected.json()["results"]["bindings"]) == 4
    two = [("query", COUNT), ("default-graph-uri", CURATED), ("default-graph-uri", f"{BASE}graph/ontology")]
    counted = requests.get(endpoint, params=two, timeout=120).json()
    assert counted["results"]["bindings"][0]["n"]["value"] == "25"


def test_accept_may_come_in_several_lines(endpoint: str):
    """Lines of a header are one list (RFC 9110, section 5.3): the weights in all of them decide."""
    url, path = endpoint.removesuffix("/sparql"), "/sparql?query=ASK%7B%7D"
    lines = [("Accept", "text/*;q=0.2, application/sparql-results+json;q=0"), ("Accept", "*/*;q=0.5")]
    response = exchange(url, "GET", path, headers=[("Accept", "text/csv;q=0.4"), *lines])
    assert response.media_type == "application/sparql-results+xml"
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("size", [8_000, 30_000])
def test_long_queries_fit_into_a_url(endpoint: str, size: int):
    """A query of 8 kB, and of some more, may be asked by GET."""
    url = endpoint.removesuffix("/sparql")
    response = exchange(url, "GET", f"/sparql?query=ASK%7B%7D%23{'x' * size}", headers=[("Accept", "text/csv")])
    assert (response.status, response.body.strip()) == (200, b"true")


YASGUI = {
    "SELECT": (NAMES, "application/sparql-results+json,*/*;q=0.9", "application/sparql-results+json"),
    "CONSTRUCT": (TRIPLES, "application/n-triples,*/*;q=0.9", "application/n-triples"),
    "CONSTRUCT, newer": (TRIPLES, "text/turtle,*/*;q=0.9", "text/turtle"),
    "DESCRIBE": (f"DESCRIBE <{BASE}id/person-1>", "text/turtle,*/*;q=0.9", "text/turtle"),
    "ASK": ("ASK {}", "application/sparql-results+json,*/*;q=0.9", "application/sparql-results+json"),
}


@pytest.mark.parametrize("name", YASGUI)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_yasgui_is_answered_from_another_origin(endpoint: str, name: str, method: str):
    """The requests of YASGUI on a page elsewhere are answered in the first format it names, and may be read there."""
    query, accept, media_type = YASGUI[name]
    headers = [("Accept", accept), ("Origin", "https://yasgui.example"), ("Sec-Fetch-Mode", "cors")]
    encoded = urlencode({"query": query, "default-graph-uri": f"{BASE}graph/accepted"})
    url = endpoint.removesuffix("/sparql")
    if method == "GET":
        response = exchange(url, "GET", f"/sparql?{encoded}", headers=headers)
    else:
        form = [*headers, ("Content-Type", f"{FORM}; charset=UTF-8")]
        response = exchange(url, "POST", "/sparql", headers=form, body=encoded.encode())
    assert response.status == 200
    assert response.media_type == media_type
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_yasgui_can_show_a_mistake(endpoint: str):
    """A query that is not SPARQL is refused in words that a page elsewhere may read."""
    headers = [("Accept", "application/sparql-results+json,*/*;q=0.9"), ("Content-Type", FORM)]
    url = endpoint.removesuffix("/sparql")
    response = exchange(
        url, "POST", "/sparql", headers=headers, body=urlencode({"query": "SELECT *\n{ ?s ?p }"}).encode()
    )
    assert response.status == 400
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    document = json.loads(response.body)
    assert document["line"] == 2
    assert document["excerpt"].splitlines()[0] == "{ ?s ?p }"


# curl


@functools.cache
def _has(program: str) -> bool:
    return shutil.which(program) is not None


def curl(*arguments: str, stdin: str = "") -> str:
    command = [shutil.which("curl") or "", "-sS", "--fail", *arguments]
    done = subprocess.run(command, input=stdin.encode(), capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.skipif(not _has("curl"), reason="curl is not on this machine")
def test_curl_asks_as_manuals_show(endpoint: str, tmp_path: Path):
    """The ways to ask with curl that manuals of SPARQL show, all give the same table."""
    file = tmp_path / "query.rq"
    file.write_text("\N{BYTE ORDER MARK}" + NAMES, encoding="utf-8")
    accept = ("-H", "Accept: text/csv")
    asked_with = [
        curl(*accept, "-G", endpoint, "--data-urlencode", f"query={NAMES}"),
        curl(*accept, endpoint, "--data-urlencode", f"query={NAMES}"),
        curl(*accept, endpoint, "--data-urlencode", f"query@{file}"),
        curl(*accept, endpoint, "-H", "Content-Type: application/sparql-query", "--data-binary", f"@{file}"),
        curl(*accept, endpoint, "-H", "Content-Type: application/sparql-query", "--data", "@-", stdin=NAMES),
        curl("-G", endpoint, "-d", "format=csv", "--data-urlencode", f"query={NAMES}"),
        curl("--compressed", *accept, "-G", endpoint, "--data-urlencode", f"query={NAMES}"),
    ]
    assert len(set(asked_with)) == 1
    assert "Åsa Öberg 12" in asked_with[0]


@pytest.mark.skipif(not _has("curl"), reason="curl is not on this machine")
def test_curl_asks_for_the_head(endpoint: str):
    """HEAD by curl -I gets the headers of the answer and no body."""
    head = curl("-I", f"{endpoint}?query=ASK%7B%7D")
    assert head.startswith("HTTP/1.1 200")
    assert "application/sparql-results+json" in head


# Jena


def jena(resources: Path, *arguments: str) -> str:
    """Run a command of Jena, as Debian packages it."""
    # Debian has renamed the classes of the Xerces inside, and left the files that they look for under their old name.
    with zipfile.ZipFile(JARS / "jena-core.jar") as core:
        for name in core.namelist():
            if name.startswith(XERCES) and name.endswith(".properties"):
                file = resources / "xerces" / name.removeprefix(XERCES)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(core.read(name))
    # One of the jars stands in for another that is there as well; together they refuse to work.
    jars = [str(each) for each in sorted(JARS.glob("*.jar")) if "over-slf4j" not in each.name]
    command = [
        shutil.which("java") or "",
        "-Dfile.encoding=UTF-8",
        "-cp",
        ":".join([str(resources), *jars]),
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


needs_jena = pytest.mark.skipif(
    not _has("java") or not (JARS / "jena-cmds.jar").exists(),
    reason="Java and Jena (Debian: libapache-jena-java) are not on this machine",
)


@needs_jena
@pytest.mark.long
def test_jena_asks(endpoint: str, tmp_path: Path):
    """Jena's remote client reads solutions, truth and graphs."""
    ask = functools.partial(jena, tmp_path, "arq.rsparql", "--service", endpoint, "--results")
    table = ask("csv", NAMES)
    assert "Åsa Öberg 12" in table
    assert len(table.splitlines()) == 5
    assert "yes" in ask("text", "ASK { ?s ?p ?o }").lower()
    graph = rdflib.Graph().parse(data=ask("turtle", TRIPLES), format="turtle")
    assert len(graph) == 24 * 2 + 1


@needs_jena
@pytest.mark.long
def test_jena_reads_graphs_from_their_addresses(endpoint: str, tmp_path: Path):
    """Jena, given URLs of data, reads a graph and the service description."""
    url = endpoint.removesuffix("/sparql")
    read = functools.partial(jena, tmp_path, "arq.sparql", "--results=csv")
    assert read(f"--data={url}/graph/curated", COUNT).split() == ["n", "13"]
    found = read(f"--data={endpoint}", f"SELECT ?endpoint {{ ?service <{SD}endpoint> ?endpoint }}")
    assert found.split() == ["endpoint", endpoint]


@needs_jena
@pytest.mark.long
def test_jena_follows_a_thing_to_its_data(endpoint: str, tmp_path: Path):
    """Given the address of a thing, Jena follows the 303 and reads what is said of it; data in RDF 1.1 by itself."""
    url = endpoint.removesuffix("/sparql")
    employer = f"SELECT ?employer {{ <{BASE}id/person-1> <https://schema.org/worksFor> ?employer }}"
    found = jena(tmp_path, "arq.sparql", "--results=csv", f"--data={url}/id/person-1", employer)
    assert found.split() == ["employer", f"{BASE}id/organization-1"]


@pytest.mark.skipif(not _has("curl"), reason="curl is not on this machine")
def test_curl_follows_a_thing_to_what_it_asks_for(endpoint: str):
    """With -L: the page by itself, Turtle where it is asked for."""
    url = endpoint.removesuffix("/sparql") + "/id/person-1"
    follow = functools.partial(curl, "-L", "-w", "%{content_type}", url)
    assert follow().endswith("text/html; charset=utf-8")
    assert follow("-H", "Accept: text/turtle").endswith("text/turtle; charset=utf-8")


# R


@functools.cache
def _has_r_client() -> bool:
    asked = ["Rscript", "--vanilla", "-e", "quit(status = !requireNamespace('SPARQL', quietly = TRUE))"]
    return _has("Rscript") and subprocess.run(asked, capture_output=True, check=False).returncode == 0


# XML is the package's usual format; it asks for others by no Accept header, so a parameter must. What comes without a
# charset, as XML does, RCurl takes for Latin-1 unless it is told.
R_SCRIPT = """
suppressPackageStartupMessages(library(SPARQL))
given <- commandArgs(trailingOnly = TRUE)
for (format in c("xml", "csv", "tsv")) {
  extra <- if (format == "xml") NULL else list(format = format)
  found <- SPARQL(given[1], given[2], format = format, extra = extra,
                  curl_args = list(.encoding = "UTF-8"))$results
  cat(format, nrow(found), found[[2]][1], sep = "|", fill = TRUE)
}
"""


@pytest.mark.skipif(
    not _has_r_client(), reason="R and its SPARQL package (Debian: r-cran-sparql) are not on this machine"
)
@pytest.mark.long
def test_r_reads_solutions(endpoint: str, tmp_path: Path):
    """The SPARQL package of R makes data frames of XML, CSV and TSV."""
    script = tmp_path / "ask.R"
    script.write_text(R_SCRIPT, encoding="utf-8")
    command = [shutil.which("Rscript") or "", "--vanilla", "--encoding=UTF-8", str(script), endpoint, NAMES]
    done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().split("\n") == [
        'xml|4|"Åsa Öberg 0"@sv',
        "csv|4|Åsa Öberg 0",
        "tsv|4|Åsa Öberg 0@sv",
        "",
    ]
