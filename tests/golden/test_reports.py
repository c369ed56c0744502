"""Whole reports in every format, of one project and of files that have every kind of finding.

``DIGIGRAPH_GOLDEN=write pytest tests/golden`` writes what is expected anew; read the difference before you keep it.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faulty import SHORT, endless_files, faulty_files, faulty_project, unreadable_file
from projects import REPOSITORY

from digigraph.findings import Severity
from digigraph.pipeline import check_files
from digigraph.reports.excerpts import excerpts_of
from digigraph.reports.formats import REPORTS, Presentation
from digigraph.rules import rules
from digigraph.sources.rdf.files import Files, Reading

if TYPE_CHECKING:
    from digigraph.findings import Finding

EXPECTED = Path(__file__).parent / "reports"
EXTENSIONS = {
    "text": "txt",
    "json": "json",
    "sarif": "sarif",
    "junit": "xml",
    "github": "github",
    "gitlab": "gitlab.json",
    "turtle": "ttl",
}
OF_LAYOUT = {"evidence-not-described"}
"""Rules that no source can break as long as the build is right; tests of their own break the dataset."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[Finding], Presentation]]:
    """Findings of the project and of the files, with the version masked and paths that no machine has part in."""
    project = faulty_project(tmp_path_factory.mktemp("project") / "graph")
    folder = tmp_path_factory.mktemp("files")
    faulty_files(folder)
    endless_files(folder)
    unreadable_file(folder)
    of_project = project.check().findings
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        files = Files(data=["data", "endless.ttl", "circle.ttl"], shapes=["shapes.ttl", "endless-shape.ttl"])
        of_files = check_files(files, Reading(), bounds=SHORT).findings
    found = {"project": (project.folder, of_project), "files": (folder, of_files)}
    return {
        name: (
            findings,
            Presentation(excerpts=excerpts_of(where, findings), version="VERSION", failing=Severity.WARNING),
        )
        for name, (where, findings) in found.items()
    }


@pytest.mark.parametrize("format_", REPORTS)
@pytest.mark.parametrize("name", ["project", "files"])
def test_reports_are_what_they_were(
    found: dict[str, tuple[list[Finding], Presentation]], name: str, format_: str
) -> None:
    """Each format of each run, byte for byte."""
    findings, presentation = found[name]
    report = REPORTS[format_](findings, presentation)
    path = EXPECTED / f"{name}.{EXTENSIONS[format_]}"
    if os.environ.get("DIGIGRAPH_GOLDEN") == "write":
        path.write_text(report, encoding="utf-8", newline="")
    assert report == path.read_bytes().decode()


def test_every_kind_of_finding_is_there(found: dict[str, tuple[list[Finding], Presentation]]) -> None:
    """Each rule of our own is broken in the project or the files, and each severity and precision occurs."""
    findings = [each for several, _ in found.values() for each in several]
    assert rules().keys() - {each.rule for each in findings} == OF_LAYOUT
    assert {each.severity for each in findings} == set(Severity)
    assert {each.location.precision.value for each in findings} == {"value", "node", "file"}


def test_every_rule_is_in_the_table() -> None:
    """Each identifier in the program has a row in the table, and each row is used."""
    used = set()
    for path in (REPOSITORY / "src/digigraph").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                is_refusal = getattr(node.func, "id", "") in {"Malformed", "mistake"}
                said = [each.value for each in node.keywords if each.arg == "rule"] + node.args[:1] * is_refusal
                constants = (each for one in said for each in ast.walk(one) if isinstance(each, ast.Constant))
                used |= {each.value for each in constants}
    assert used == rules().keys()
