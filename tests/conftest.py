"""What tests of several halves share: a small published snapshot, and every kind of backend over it."""

from __future__ import annotations

import dataclasses
import gc
from typing import TYPE_CHECKING

import hypothesis
import pyoxigraph as ox
import pytest
from embedded import EmbeddedBackend
from endpoints import oxigraph_server
from virtuoso import PARAMETER as VIRTUOSO
from virtuoso import virtuoso_server

from digigraph.settings import Settings
from digigraph.store.admission.guarded import Guarded, guard_of
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.store.answering.backend import Backend
    from digigraph.store.snapshots.opened import Snapshot

BASE = "https://example.org/graph/"
ACCEPTED = f"{BASE}graph/accepted"
SCHEMA = "https://schema.org/"
# More at once than a test asks for, few enough for a small machine.
WORKERS = 2


# How long an example takes on a machine that does something else besides says nothing of what it proves. A change is
# judged by the same examples wherever it is; new ones are looked for with --hypothesis-profile search.
_PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("search", _PATIENT)
hypothesis.settings.register_profile("digigraph", _PATIENT, derandomize=True)
hypothesis.settings.load_profile("digigraph")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look no more for garbage among the tests and all that they import, which was a third of their processor time."""
    gc.collect()
    gc.freeze()


def _sorted_nquads(quads: list[ox.Quad]) -> bytes:
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert written is not None
    return b"".join(sorted(written.splitlines(keepends=True)))


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes of the tests keep nothing in the cache folder of whoever runs them, and find nothing there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def nquads() -> bytes:
    """About a hundred quads: people and their employers; names in many scripts; three named graphs."""
    thing, term = BASE + "id/", ox.NamedNode
    names = ["Åsa Öberg", "Søren Kierkegård", "毛 文", "Ирина", 'O\'Neill "Bo"\n\tEsq.', "🦉 Minerva"]
    quads: list[ox.Quad] = []
    for number in range(24):
        person = term(f"{thing}person-{number}")
        organization = term(f"{thing}organization-{number % 4}")
        quads += [
            ox.Quad(person, term(SCHEMA + "name"), ox.Literal(f"{names[number % 6]} {number}", language="sv")),
            ox.Quad(person, term(SCHEMA + "worksFor"), organization),
            ox.Quad(person, term(SCHEMA + "age"), ox.Literal(20 + number)),
        ]
        graph = term(f"{BASE}graph/{'curated' if number % 2 else 'ontology'}")
        quads.append(ox.Quad(person, term(SCHEMA + "worksFor"), organization, graph))
    # One statement that is in every graph: a merge of them holds it once.
    everywhere = (term(thing + "everything"), term(SCHEMA + "name"), ox.Literal("Everything", language="en"))
    quads += [ox.Quad(*everywhere), *(ox.Quad(*everywhere, term(f"{BASE}graph/{each}")) for each in _GRAPHS)]
    return _sorted_nquads(quads)


_GRAPHS = ("curated", "ontology", "extra")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, nquads: bytes) -> Settings:
    """The settings of a folder into which ``nquads`` was published; nobody publishes more there."""
    settings = Settings(
        project=tmp_path_factory.mktemp("published"),
        base_iri=BASE,
        workers=WORKERS,
        query_seconds=600,
        queue_seconds=600,
        answer_bytes=10**8,
    )
    SnapshotCatalog(settings.state_folder).publish(nquads, "0" * 64)
    return settings


@pytest.fixture(scope="session")
def snapshot(published: Settings) -> Snapshot:
    """The snapshot that was published."""
    active = SnapshotCatalog(published.state_folder).active()
    assert active is not None
    return active


@pytest.fixture(scope="session")
def endpoint(snapshot: Snapshot) -> Iterator[str]:
    """Where a real SPARQL server of someone else answers with the same data, on loopback."""
    with oxigraph_server(snapshot.folder / "store") as url:
        yield url


@pytest.fixture(scope="session")
def virtuoso(nquads: bytes) -> Iterator[str]:
    """Where Virtuoso answers with the same data, its default graph under the name that we have for it."""
    with virtuoso_server(nquads, ACCEPTED) as url:
        yield url


@pytest.fixture(scope="session", params=["embedded", "pool", "remote", pytest.param(VIRTUOSO, marks=pytest.mark.long)])
def backend(request: pytest.FixtureRequest, published: Settings, snapshot: Snapshot) -> Iterator[Backend]:
    """A backend of each kind over the same data, behind the guard; everything that takes a backend is tested on all."""
    if request.param == "embedded":
        embedded = EmbeddedBackend(
            snapshot,
            base_iri=BASE,
            answer_bytes=published.answer_bytes,
            answer_rows=published.answer_rows,
        )
        made: Backend = Guarded(embedded, guard_of(published))
    elif request.param == "pool":
        made = open_backend(published)
    elif request.param == VIRTUOSO:
        url = request.getfixturevalue("virtuoso")
        made = open_backend(dataclasses.replace(published, endpoint=url, endpoint_default_graph=ACCEPTED))
    else:
        made = open_backend(dataclasses.replace(published, endpoint=request.getfixturevalue("endpoint")))
    yield made
    made.close()
