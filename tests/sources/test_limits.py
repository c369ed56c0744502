"""What is too large is refused before it costs memory, and nothing is waited for."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digigraph.sources.facts.quoting import CapturedText
from digigraph.sources.files.disk import Budget
from digigraph.sources.rdf.blank_nodes import Labels
from digigraph.sources.rdf.files import Reading, read_files
from digigraph.sources.rdf.formats import FORMATS
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects import Project

MB = 1_000_000


@pytest.fixture
def memory() -> Iterator[None]:
    """Measures the memory that a test takes."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.parametrize(
    "path", ["data/things/large.yaml", "data/documents/nhd-page.yaml", "data/documents/nhd-page.txt"]
)
def test_a_large_file_is_refused_before_it_is_read(project: Project, memory: None, path: str) -> None:
    """100 MB of YAML, or of a captured text, are a finding at the file and never in memory."""
    with (project.folder / path).open("wb") as file:
        file.truncate(100 * MB)
    found = read_project(project.settings).findings
    assert ("too-large", path) in {(each.rule, each.location.path) for each in found}
    assert tracemalloc.get_traced_memory()[1] < 50 * MB


def test_all_files_of_a_run_have_a_bound(tmp_path: Path) -> None:
    """When bytes or statements are used up, the file that does not fit is told, and a smaller one still read."""
    (tmp_path / "a.nt").write_text('<http://e.x/a> <http://e.x/p> "a" .\n', "utf-8")
    (tmp_path / "b.ttl").write_text("<http://e.x/b> <http://e.x/p> 1, 2, 3, 4 .\n", "utf-8")
    (tmp_path / "c.nt").write_text('<http://e.x/c> <http://e.x/p> "c" .\n', "utf-8")
    for budget in (Budget(statements=3), Budget(size=75)):
        read = read_files([str(tmp_path)], Reading(budget=budget), labels=Labels("b"))
        assert [(each.rule, Path(each.location.path).name) for each in read.findings] == [("too-large", "b.ttl")]
        assert len(read.quads) == 2


def test_a_device_is_read_as_far_as_a_file_may_go(memory: None) -> None:
    """A file without end is too large."""
    read = read_files(["/dev/zero"], Reading(input_format=FORMATS["ttl"]), labels=Labels("b"))
    assert [each.rule for each in read.findings] == ["too-large"]
    assert tracemalloc.get_traced_memory()[1] < 50 * MB


def test_pipes_in_folders_are_not_waited_for(project: Project, tmp_path: Path) -> None:
    """A pipe that nobody writes to is no source, neither of a project nor below a folder or pattern."""
    for path in ("data/things/pipe.yaml", "data/pipe.ttl", "data/documents/pipe.txt"):
        os.mkfifo(project.folder / path)
    assert read_project(project.settings).findings == ()
    folder = tmp_path / "files"
    folder.mkdir()
    os.mkfifo(folder / "pipe.ttl")
    (folder / "a.ttl").write_text("<http://e.x/a> <http://e.x/p> 1 .\n", "utf-8")
    for argument in (str(folder), f"{folder}/*.ttl"):
        read = read_files([argument], Reading(), labels=Labels("b"))
        assert {Path(each).name for each in read.names} == {"a.ttl"}
        assert len(read.quads) == 1


def test_a_long_text_costs_little_more_than_itself(memory: None) -> None:
    """Looking for a quote in a text takes less than 20 bytes a character."""
    text = CapturedText("Nordisk hälsa och data. " * 20_000, is_html=False)
    assert len(text.find("hälsa och data")) == 20_000
    assert tracemalloc.get_traced_memory()[1] < len(text.text) * 20
