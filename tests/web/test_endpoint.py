"""The graph of this repository behind ``--endpoint``: the same pages, data and answers as from a snapshot.

But for what a snapshot carries beside its data: its name, dumps, texts of documents, the context of JSON-LD. So the
pattern is our own store without these.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from endpoints import oxigraph_server
from projects import REPOSITORY
from virtuoso import PARAMETER as VIRTUOSO
from virtuoso import virtuoso_server

from digigraph.iris import Iris
from digigraph.pipeline import publish
from digigraph.settings import read_settings
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digigraph.settings import Settings
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Backend, Query
    from digigraph.store.answering.cancellation import Cancellation

pytestmark = pytest.mark.long
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
QUERIES = sorted(path.stem for path in (REPOSITORY / "queries").glob("*.rq"))
FORMATS = ("ttl", "nt", "jsonld", "rdf", "trig", "nq")
# Durations become months, and all quads are counted with the default graph a second time and Virtuoso's own.
_DURATION = (
    r'P\d+Y|"\d+"\^\^.*duration|class="literal"><bdi>\d+</bdi>|"@value": "(?:\d+|true|P\d+Y)"|>\d+</dg:duration>'
)
DEVIATIONS = {VIRTUOSO: re.compile(f"{_DURATION}|quads of all|kvadrupler i alla")}
# true is written as 1, which is the same value.
_TRUE = re.compile(r'"1"\^\^xsd:boolean|"1"(?=\^\^<http://www\.w3\.org/2001/XMLSchema#boolean>)|(?<=boolean">)1(?=<)')


class Bare:
    """A store of ours that does not say which snapshot answers, so that nothing it carries is found."""

    version = None
    load = None

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, and forget the snapshot."""
        answer = self._backend.answer(query, cancellation)
        answer.version = None
        return answer

    def close(self) -> None:
        """Close the store."""
        self._backend.close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The repository, published."""
    state = {"state": str(tmp_path_factory.mktemp("endpoint") / "state"), "dumps": "", "query_seconds": 60.0}
    made = read_settings(REPOSITORY, {}, state)
    publish(made)
    return made


@pytest.fixture(scope="module")
def ours(settings: Settings) -> Iterator[FlaskClient]:
    """The pages over our own store, without what a snapshot carries beside its data."""
    backend = Bare(open_backend(settings))
    yield create_app(dataclasses.replace(settings, endpoint="http://127.0.0.1:9/"), backend).test_client()
    backend.close()


@pytest.fixture(scope="module", params=["oxigraph", VIRTUOSO])
def theirs(request: pytest.FixtureRequest, settings: Settings) -> Iterator[FlaskClient]:
    """The pages over an engine of others."""
    snapshot = SnapshotCatalog(settings.state_folder).active()
    assert snapshot is not None
    accepted = Iris(settings.base_iri).graph("accepted").value
    with snapshot.open() as opened:
        nquads = opened.nquads()
    if request.param == VIRTUOSO:
        server, default = virtuoso_server(nquads, accepted), accepted
    else:
        server, default = oxigraph_server(snapshot.folder / "store"), ""
    with server as url:
        behind = dataclasses.replace(settings, endpoint=url, endpoint_default_graph=default)
        backend = open_backend(behind)
        yield create_app(behind, backend).test_client()
        backend.close()


def lines(response: TestResponse, request: pytest.FixtureRequest) -> list[str]:
    """A page without the lines on which an engine deviates."""
    assert response.status_code == 200, response.text
    deviation = DEVIATIONS.get(request.node.callspec.params["theirs"])
    if deviation is None:
        return response.text.splitlines()
    return [each for each in _TRUE.sub(_same, response.text).splitlines() if not deviation.search(each)]


def test_pages_are_the_same(ours: FlaskClient, theirs: FlaskClient, request: pytest.FixtureRequest) -> None:
    """Every page of the sitemap, catalogue, ontology, query page, and pages of evidence, in both languages."""
    sitemap = ours.get("/sitemap-1.xml").text
    assert theirs.get("/sitemap-1.xml").text == sitemap
    listed = [f"/{path}" for path in re.findall(r"<loc>[^<]*?//[^/<]*/([^<]*)</loc>", sitemap)]
    shown = ours.get("/doc/digifor1health-about", headers=BROWSER).text
    evidence = sorted(set(re.findall(r'href="(/ev/[^"#]+)"', shown)))
    assert len(listed) > 100
    assert len(evidence) > 10
    for path in ("/", "/catalog", "/ns", "/sparql", *listed, *evidence[::5]):
        for language in ("en", "sv"):
            found = theirs.get(path, query_string={"lang": language}, headers=BROWSER)
            expected = ours.get(path, query_string={"lang": language}, headers=BROWSER)
            assert lines(found, request) == lines(expected, request), path


@pytest.mark.parametrize("suffix", FORMATS)
def test_data_is_the_same(ours: FlaskClient, theirs: FlaskClient, request: pytest.FixtureRequest, suffix: str) -> None:
    """Things, documents, evidence and ontology as data, in every format."""
    shown = ours.get("/doc/digifor1health-about", headers=BROWSER).text
    evidence = sorted(set(re.findall(r'href="(/ev/[^"#]+)"', shown)))
    for path in ("/data/hds", "/data/kth", "/data/health-data", "/doc/digifor1health-about", evidence[3], "/ns"):
        found, expected = theirs.get(f"{path}.{suffix}"), ours.get(f"{path}.{suffix}")
        assert lines(found, request) == lines(expected, request), path


@pytest.mark.parametrize("path", ["/.well-known/void", "/catalog"])
def test_descriptions_are_the_same(
    ours: FlaskClient, theirs: FlaskClient, request: pytest.FixtureRequest, path: str
) -> None:
    """VoID and DCAT, their figures counted when they are asked for."""
    accept = {"Accept": "application/n-triples"}
    found, expected = theirs.get(path, headers=accept), ours.get(path, headers=accept)
    is_virtuoso = request.node.callspec.params["theirs"] == VIRTUOSO
    left_out = "digigraph/ns#quads" if is_virtuoso else "nothing"
    assert len(expected.text.splitlines()) > 50
    assert _statements(found, left_out) == _statements(expected, left_out)


def test_the_service_is_described(ours: FlaskClient, theirs: FlaskClient) -> None:
    """The service description, every graph in it."""
    accept = {"Accept": "application/n-triples"}
    found, expected = theirs.get("/sparql", headers=accept), ours.get("/sparql", headers=accept)
    assert _statements(found, "nothing") == _statements(expected, "nothing")


@pytest.mark.parametrize("name", QUERIES)
def test_stored_queries_are_answered_the_same(ours: FlaskClient, theirs: FlaskClient, name: str) -> None:
    """Each question of the project has the same rows, or the same statements."""
    text = (REPOSITORY / "queries" / f"{name}.rq").read_text(encoding="utf-8")
    accept = {"Accept": "application/sparql-results+json, application/n-triples;q=0.9"}
    found, expected = (client.post("/sparql", data={"query": text}, headers=accept) for client in (theirs, ours))
    assert found.status_code == expected.status_code == 200, found.text
    assert found.mimetype == expected.mimetype
    assert _rows(found) == _rows(expected)


@pytest.mark.parametrize("path", ["/dumps/", "/dumps/latest.nq", "/snapshots", "/timemap/link/ns"])
def test_what_needs_a_snapshot_is_not_found(theirs: FlaskClient, path: str) -> None:
    """What only a snapshot has is 404, and the reason is said."""
    response = theirs.get(path)
    assert response.status_code == 404
    assert "endpoint of others" in response.get_json()["detail"]


def _same(found: re.Match[str]) -> str:
    return {'"1"^^xsd:boolean': "true", '"1"': '"true"'}.get(found.group(), "true")


def _statements(response: TestResponse, left_out: str) -> set[str]:
    assert response.status_code == 200, response.text
    parsed = ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES)
    return {str(each.triple) for each in parsed if left_out not in each.predicate.value}


def _rows(response: TestResponse) -> object:
    """What an answer says; the order of texts in several languages is each engine's own (SPARQL 1.1, section 15.1)."""
    if response.mimetype == "application/n-triples":
        return _statements(response, "nothing")
    parsed = ox.parse_query_results(response.data, format=ox.QueryResultsFormat.JSON)
    return bool(parsed) if isinstance(parsed, ox.QueryBoolean) else sorted(tuple(map(str, row)) for row in parsed)
