"""A graph that is published under the address of a server which alters what passes, and a harvest of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import altering
import pytest
import webserver
from projects import FACTS, Project, made_project

from digigraph.harvesting.check import harvest_check
from digigraph.harvesting.client import Bounds, Reach
from digigraph.pipeline import publish
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from altering import Altering

    from digigraph.harvesting.record import Record

    Harvest = Callable[[], Record]

ABOUT = {
    "contact": "mailto:graph@example.org",
    "keywords": "health data",
    "themes": "HEAL",
    "description": "A test graph.",
}
"""What a catalogue recommends to say, and no project must."""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Altering]:
    """A real server of ours with a state of now and one of 2021, under the address of one that alters what passes."""
    folder = tmp_path_factory.mktemp("harvested")
    with altering.altering() as front:
        made = made_project(folder / "project", shapes=False, concepts=False)
        licence = "https://creativecommons.org/publicdomain/zero/1.0/"
        said = {"base_iri": front.url, "title": "A test graph", "license": licence, **ABOUT}
        made.write("digigraph.toml", "".join(f'{name} = "{value}"\n' for name, value in said.items()))
        publish(made.settings)
        _dated(made, "2021-01-01T00:00:00+00:00")
        made.facts(FACTS.replace("host: kth", "host: ki"))
        publish(made.settings)
        with webserver.serving(made.settings, public_url=front.url, **ABOUT) as server:
            front.upstream = server.url
            yield front


def _dated(project: Project, created: str) -> None:
    """Let the active state be one of that date."""
    active = SnapshotCatalog(project.settings.state_folder).active()
    assert active is not None
    manifest = active.folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_bytes()) | {"created": created}), encoding="utf-8")


@pytest.fixture
def harvest(front: Altering) -> Iterator[Harvest]:
    """Harvest that server, as it alters things at the time."""
    front.asked.clear()
    yield lambda: harvest_check(
        front.url, Reach(origins=(front.url,), instead={}), Bounds(seconds=1200, answer_seconds=120)
    )
    front.alteration = lambda _asked, passed: passed
