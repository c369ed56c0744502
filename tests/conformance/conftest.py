"""A server over all data of the W3C suites, and the report of what became of each of their tests."""

from __future__ import annotations

import hashlib
from importlib import metadata
from typing import TYPE_CHECKING

import earl
import graph_store
import pyoxigraph as ox
import pytest
import w3c
import webserver

from digigraph.settings import Settings
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.files import NO_FILES, files_hash
from digigraph.store.snapshots.opened import Snapshot, sorted_nquads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from w3c import Case
    from webserver import Server

_report = earl.Report()


def _quads(cases: list[Case]) -> Iterator[ox.Quad]:
    """Every graph that a test asks, under its name; blank nodes of one file are those of no other."""
    files = {name: name for case in cases for name in (*case.default, *case.named)}
    files.update(graph for case in cases for graph in case.graphs)
    for name, file in files.items():
        extension = file.rpartition(".")[2]
        rdf = ox.RdfFormat.from_extension(extension)
        for quad in ox.parse(w3c.path_of(file).read_bytes(), rdf, base_iri=file, rename_blank_nodes=True):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name))
    for case in cases:
        if case.kind == "GraphStoreProtocolTest":
            for step in graph_store.steps(case):
                yield from step.quads


def _snapshot(state: Path, quads: Iterator[ox.Quad]) -> None:
    """Lay a snapshot and activate it.

    What publishes refuses blank nodes, for loading renames them and nothing could be compared. Tests of blank nodes
    need them; so the store is filled quad by quad, which keeps their names, and the catalogue verifies the result.
    """
    staged = state / "made"
    (staged / "store").mkdir(parents=True)
    store = ox.Store(staged / "store")
    store.extend(quads)
    store.flush()
    content = sorted_nquads(store)
    del store
    sha256 = hashlib.sha256(content).hexdigest()
    name = f"1-{sha256[:12]}"
    snapshot = Snapshot(
        folder=state / "snapshots" / name,
        sequence=1,
        name=name,
        sha256=sha256,
        quads=content.count(b"\n"),
        triples=0,
        size=len(content),
        created="2026-01-01T00:00:00+00:00",
        digigraph=metadata.version("digigraph"),
        engine=f"pyoxigraph {metadata.version('pyoxigraph')}",
        sources="0" * 64,
        files=files_hash(NO_FILES),
    )
    (staged / "manifest.json").write_bytes(snapshot.manifest())
    (staged / "in-use").touch()
    snapshot.folder.parent.mkdir()
    staged.rename(snapshot.folder)
    catalog = SnapshotCatalog(state)
    catalog.verify(name)
    catalog.activate(name, snapshot.sources)


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with the default limits over one snapshot that holds the data of every test."""
    settings = Settings(project=tmp_path_factory.mktemp("suites"), base_iri=graph_store.BASE)
    _snapshot(settings.state_folder, _quads(w3c.cases()))
    with webserver.serving(settings, workers=2) as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note what became of a test of the W3C."""
    report: pytest.TestReport = yield
    case = getattr(item, "callspec", None) and item.callspec.params.get("case")
    if report.when == "call" and case is not None:
        excuse = next((mark.kwargs["reason"] for mark in item.iter_markers("xfail")), "")
        _report.note(case.iri, "passed" if report.passed else "failed" if report.failed else "excused", excuse)
    return report


def pytest_sessionfinish() -> None:
    """Write the report where one is asked for."""
    _report.write()
