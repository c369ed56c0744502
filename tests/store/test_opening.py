"""Which store answers, and what stands before it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import NoSnapshot, QueryTooComplex, SnapshotDamaged
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query, rows
from digigraph.store.opening import open_backend, open_earlier

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.settings import Settings
    from digigraph.store.snapshots.catalog import SnapshotCatalog


def test_nothing_published(fresh: Settings, tmp_path: Path):
    """Without a snapshot and without an endpoint there is nothing to ask."""
    with pytest.raises(NoSnapshot, match="publish"):
        open_backend(dataclasses.replace(fresh, project=tmp_path))


def test_an_endpoint_needs_no_snapshot(fresh: Settings, tmp_path: Path):
    """With an endpoint no state folder is looked at."""
    backend = open_backend(dataclasses.replace(fresh, project=tmp_path, endpoint="http://127.0.0.1:9/"))
    assert backend.version is None
    backend.close()


def test_a_damaged_state(fresh: Settings):
    """A state that cannot be read is said, not taken for none."""
    (fresh.state_folder / "active.json").write_text("")
    with pytest.raises(SnapshotDamaged):
        open_backend(fresh)


def test_the_guard_has_the_limits_of_the_settings(fresh: Settings):
    """Length, depth and patterns are those that were set; the message names the setting."""
    backend = open_backend(dataclasses.replace(fresh, query_bytes=200, query_depth=4, query_patterns=3))
    try:
        for text, name in (
            ("ASK {} #" + "x" * 200, "query_bytes"),
            ("ASK {{{{{ }}}}}", "query_depth"),
            ("ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "query_patterns"),
        ):
            with pytest.raises(QueryTooComplex, match=name):
                backend.answer(Query(text=text, format=RESULTS_JSON))
        assert rows(backend, "SELECT (1 AS ?x) {}")
    finally:
        backend.close()


def test_an_earlier_state(fresh: Settings, catalog: SnapshotCatalog):
    """An earlier state answers beside the active one."""
    first = str(catalog.active_name())
    catalog.publish(b"", "")
    earlier, active = open_earlier(fresh, first), open_backend(fresh)
    try:
        text = "SELECT * WHERE { ?s ?p ?o }"
        assert (len(rows(earlier, text)), len(rows(active, text))) == (73, 0)
        assert (earlier.version, active.version) == (first, catalog.active_name())
    finally:
        earlier.close()
        active.close()
    with pytest.raises(NoSnapshot):
        open_earlier(fresh, "9-0123456789ab")
