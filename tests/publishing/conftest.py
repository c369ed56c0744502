"""A published project, and every kind of backend over it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from embedded import EmbeddedBackend
from endpoints import oxigraph_server
from projects import made_project
from virtuoso import PARAMETER as VIRTUOSO
from virtuoso import virtuoso_server

from digigraph.iris import Iris
from digigraph.pipeline import publish
from digigraph.publishing.edition.graph import Edition
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend

FACTS = """\
  - quote: Nordic Health Data (huvudman KTH)
    asOf: 2020
    says:
      - {subject: nhd, host: kth}
  - quote: KTH takes part.
    occurrence: 1
    asOf: 2023
    says:
      - {subject: nhd, host: ki}
      - {subject: nhd, member: kth}
  - quote: KTH takes part.
    occurrence: 2
    implied: it says so again
    says:
      - {subject: nhd, member: kth}
  - quote: funded by Vinnova with SEK 1 991 250
    says:
      - {subject: nhd, funding: {number: 2017-03416, funder: vinnova, amount: 1991250 SEK}}
  - quote: Ada Berg leads Nordic Health Data
    says:
      - {subject: nhd, lead: ada-berg, alternateName: "<script>alert(1)</script>"}
"""


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a project that is published: two hosts of which one lost, two sentences for one member."""
    made = made_project(tmp_path_factory.mktemp("publishing") / "project", shapes=False)
    made.facts(FACTS)
    publish(made.settings)
    return made.settings


@pytest.fixture(scope="session", params=["embedded", "pool", "remote", pytest.param(VIRTUOSO, marks=pytest.mark.long)])
def graph(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Backend]:
    """The published project behind each kind of backend."""
    snapshot = SnapshotCatalog(settings.state_folder).active()
    assert snapshot is not None
    if request.param == "embedded":
        embedded = EmbeddedBackend(
            snapshot,
            base_iri=settings.base_iri,
            answer_bytes=settings.answer_bytes,
            answer_rows=settings.answer_rows,
        )
        yield embedded
        embedded.close()
    elif request.param == "pool":
        pool = open_backend(settings)
        yield pool
        pool.close()
    elif request.param == VIRTUOSO:
        accepted = Iris(settings.base_iri).graph("accepted").value
        with snapshot.open() as opened, virtuoso_server(opened.nquads(), accepted) as url:
            remote = open_backend(dataclasses.replace(settings, endpoint=url, endpoint_default_graph=accepted))
            yield remote
            remote.close()
    else:
        with oxigraph_server(snapshot.folder / "store") as url:
            remote = open_backend(dataclasses.replace(settings, endpoint=url))
            yield remote
            remote.close()


@pytest.fixture
def edition(settings: Settings, graph: Backend) -> Edition:
    """The published project as publishing takes it, over each kind of backend."""
    snapshot = SnapshotCatalog(settings.state_folder).active()
    assert snapshot is not None
    return Edition(graph, Iris(settings.base_iri), "en", snapshot.read_file, settings.license)
