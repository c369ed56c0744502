"""A file that cannot be read is told once; what only follows from that is told when it can be."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from projects import REPOSITORY, Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digigraph.findings import Finding

ORGANISATIONS = "data/things/organisations.yaml"
WAITS = "Correct this first: what else depends on this file is checked when it can be read."


def checked(folder: Path, path: str, edit: Callable[[bytes], bytes]) -> list[Finding]:
    """What is told of a copy of this repository's graph with one file edited, but for what is no mistake."""
    for name in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copy(REPOSITORY / "digigraph.toml", folder)
    project = Project(folder)
    project.write(path, edit((folder / path).read_bytes()))
    return [each for each in project.check().findings if each.rule not in {"label-missing", "shacl-grant-funder"}]


@pytest.mark.parametrize(
    ("path", "edit", "rule"),
    [
        ("ontology/digigraph.ttl", lambda data: data.replace(b" .\n\n", b"\n\n", 5), "rdf-syntax"),
        ("ontology/concepts.ttl", lambda _: b"\xff", "encoding"),
        (ORGANISATIONS, lambda data: data.replace(b"\nkth:", b"\nkth"), "yaml"),
        (ORGANISATIONS, lambda data: b"stray\n" + data, "yaml"),
        (ORGANISATIONS, lambda _: b"", "yaml"),
    ],
    ids=["dot", "bytes", "colon", "stray", "empty"],
)
def test_a_lost_file_is_told_once(tmp_path: Path, path: str, edit: Callable[[bytes], bytes], rule: str) -> None:
    """One finding, in the file itself, that says what waits for it: not one for each use of what it described."""
    (found,) = checked(tmp_path, path, edit)
    assert (found.rule, found.location.path) == (rule, path)
    assert (found.hint or "").endswith(WAITS)


def test_a_lost_file_hides_no_mistake_of_another(tmp_path: Path) -> None:
    """What does not depend on the lost file is told in the same run: here a value that no property takes."""
    shutil.copytree(REPOSITORY / "ontology", tmp_path / "ontology")
    project = Project(tmp_path)
    shutil.copy(REPOSITORY / "digigraph.toml", tmp_path)
    project.write("data/things/lost.yaml", "kth\n  type: Organization\n")
    project.write("data/things/other.yaml", "nhd:\n  type: Project\n  startDate: soon\n")
    told = [(each.rule, str(each.location)) for each in project.check().findings if each.severity.label == "violation"]
    assert told == [("yaml", "data/things/lost.yaml:1:1"), ("date", "data/things/other.yaml:3:14")]
