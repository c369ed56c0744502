"""Reading by the Graph Store HTTP Protocol, on every backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from embedded import EmbeddedBackend

from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from digigraph.settings import Settings
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Cancellation, Query

BASE = "https://example.org/graph/"
CURATED = f"{BASE}graph/curated"
RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
}


@pytest.fixture(scope="module")
def graphs(nquads: bytes) -> dict[str, set[ox.Triple]]:
    """Every graph that was published, by its name; the default graph by the name it has here."""
    found: dict[str, set[ox.Triple]] = {}
    for quad in ox.parse(nquads, format=ox.RdfFormat.N_QUADS):
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else f"{BASE}graph/accepted"
        found.setdefault(name, set()).add(quad.triple)
    return found


def read(client: FlaskClient, path: str, accept: str = "application/n-triples") -> set[ox.Triple]:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == 200, response.text
    assert response.mimetype == accept
    return {each.triple for each in ox.parse(response.data, format=RDF[accept])}


@pytest.mark.parametrize("accept", RDF)
def test_graphs_are_read_by_their_names(client: FlaskClient, graphs: dict[str, set[ox.Triple]], accept: str):
    """Each graph is had by ?graph= with its IRI, and at its own path, in every format."""
    assert len(graphs) == 4
    for name, content in graphs.items():
        assert read(client, f"/graph-store?graph={name}", accept) == content
        assert read(client, "/" + name.removeprefix(BASE), accept) == content


def test_the_default_graph_has_three_addresses(client: FlaskClient, graphs: dict[str, set[ox.Triple]]):
    """?default, ?graph= with its name here, and the path of that name give the same."""
    content = graphs[f"{BASE}graph/accepted"]
    for path in ("/graph-store?default", "/graph-store?default=", "/graph/accepted"):
        assert read(client, path) == content


@pytest.mark.parametrize("path", ["/graph-store?default", f"/graph-store?graph={CURATED}", "/graph/curated"])
def test_head_says_what_get_would(client: FlaskClient, path: str):
    """HEAD has the status and the headers of GET, and no body."""
    got, head = client.get(path), client.head(path)
    assert got.mimetype == "text/turtle"
    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "Vary", "Digigraph-Snapshot", "ETag"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize(
    "path",
    ["/graph/nothing", "/graph/a/b", "/graph-store?graph=https://elsewhere.example/", f"/graph-store?graph={BASE}"],
)
def test_a_graph_that_is_not_there_is_not_found(client: FlaskClient, path: str):
    """404 with what to do, for HEAD as well (section 5.1)."""
    response = client.get(path)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
    assert "service description" in response.json["hint"]
    assert client.head(path).status_code == 404


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "?graph=",
        "?graph=curated",
        "?graph=/graph/curated",
        "?graph=http://a/%20b",
        "?graph=http://[",
        f"?default&graph={CURATED}",
        f"?graph={CURATED}&graph={CURATED}",
        "?graph=%FF",
        "?graph=x:%EF%BF%BE%00",
    ],
)
def test_one_graph_must_be_named(client: FlaskClient, parameters: str):
    """No name, two names and names that are no absolute IRIs (section 4.2) are the client's mistake."""
    response = client.get(f"/graph-store{parameters}")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "path", ["/graph-store", "/graph-store?default", f"/graph-store?graph={CURATED}", "/graph/curated", "/graph/new"]
)
def test_writing_is_refused(client: FlaskClient, method: str, path: str):
    """Data changes by publishing: every method that writes is 405, with the methods that read."""
    response = client.open(path, method=method, data=b"<x:a> <x:b> <x:c> .", content_type="text/turtle")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_formats_that_there_are_not_are_named(client: FlaskClient):
    """406 lists the formats of graphs (section 5.2); a name in a link wins over Accept."""
    response = client.get("/graph/curated", headers={"Accept": "application/sparql-results+json"})
    assert response.status_code == 406
    assert response.json["available"] == list(RDF)
    named = client.get("/graph/curated?format=jsonld", headers={"Accept": "text/turtle"})
    assert named.mimetype == "application/ld+json"


class _Republished:
    """What is asked when something is published behind the first question: another snapshot answers from then on."""

    def __init__(self, before: EmbeddedBackend, after: EmbeddedBackend) -> None:
        self._backends = [before, after]

    @property
    def version(self) -> str:
        """Name of the snapshot of the next answer."""
        return self._backends[0].version

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask the one whose turn it is."""
        asked = self._backends.pop(0) if len(self._backends) > 1 else self._backends[0]
        return asked.answer(query, cancellation)

    def close(self) -> None:
        """Leave them open."""


@pytest.mark.parametrize(("kept", "status"), [("curated", 200), ("extra", 404)])
def test_a_graph_that_goes_meanwhile_is_no_empty_one(
    published: Settings, nquads: bytes, tmp_path: Path, kept: str, status: int
):
    """Published between the two questions that reading a graph asks: the new state counts, 404 where it is gone."""
    lines = [each for each in nquads.splitlines(keepends=True) if b"graph/extra" not in each]
    backends = [
        EmbeddedBackend(
            SnapshotCatalog(tmp_path / str(number)).publish(content, str(number) * 64).snapshot,
            base_iri=BASE,
            answer_bytes=10**6,
            answer_rows=10**6,
        )
        for number, content in enumerate([nquads, b"".join(lines)])
    ]
    app = create_app(published, _Republished(*backends))
    response = app.test_client().get(f"/graph/{kept}")
    assert response.status_code == status
    assert response.headers.get("Digigraph-Snapshot") in {None, backends[1].version}
    for each in backends:
        each.close()
