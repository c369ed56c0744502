"""The scores of our server and of the Oxigraph server with the same graph, as docs/harvesting.md has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import webserver
from endpoints import oxigraph_server
from projects import REPOSITORY, published_repository

from digigraph.harvesting.check import harvest_check
from digigraph.harvesting.client import Bounds, Reach
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.harvesting.record import Record

PAGE = (REPOSITORY / "docs/harvesting.md").read_text(encoding="utf-8")


def score(record: Record) -> tuple[str, str, str]:
    """Passed, failed, not checked."""
    outcomes = [each.passed for each in record.outcomes()]
    passed, failed, rest = (str(outcomes.count(each)) for each in (True, False, None))
    return passed, failed, rest


def documented(name: str) -> tuple[str, str, str]:
    (row,) = re.findall(rf"^\| {name}[^|]*\| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    passed, failed, rest = row
    return passed, failed, rest


@pytest.mark.long
def test_the_scores_of_the_documentation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The graph of this repository, served by both, gets the scores of the table."""
    settings = published_repository(tmp_path / "graph")
    active = SnapshotCatalog(settings.state_folder).active()
    assert active is not None
    about = {each: getattr(settings, each) for each in ("title", "description", "keywords", "themes", "places")}
    scores = {}
    with webserver.serving(settings, **about) as ours, oxigraph_server(active.folder / "store") as theirs:
        for name, url in (("digigraph", f"{ours.url}/"), ("Oxigraph server", theirs.removesuffix("query"))):
            reach = Reach(origins=(url,), instead={settings.base_iri: url})
            scores[name] = score(harvest_check(url, reach, Bounds()))
        plain = harvest_check(url, Reach(origins=(url,), instead={}), Bounds())
    with capsys.disabled():
        print("harvest-check, passed, failed, not checked:", scores)  # noqa: T201 - what the run is for
    assert scores == {name: documented(name) for name in scores}
    assert f"Without `--instead` the Oxigraph server has {', '.join(score(plain)[:2])} and {score(plain)[2]}:" in PAGE
