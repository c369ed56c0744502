"""Fingerprints stay when lines move, and a baseline leaves out what was known and nothing else."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import InputError
from digigraph.pipeline import check_files
from digigraph.reports.baseline import known_fingerprints, new_findings
from digigraph.reports.fingerprints import fingerprints
from digigraph.reports.json import json_report
from digigraph.sources.rdf.files import Files, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from projects import Project

    from digigraph.findings import Finding

HEAD = "@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
SHAPES = f"""{HEAD}
e:S a sh:NodeShape ; sh:targetSubjectsOf e:p ;
  sh:property [ sh:path e:p ; sh:nodeKind sh:Literal ] , [ sh:path e:name ; sh:minCount 1 ] .
"""
STATEMENTS = [
    "e:a e:p e:x .",
    "e:b e:p e:x , e:y .",
    "[ e:p e:x ] e:q 1 .",
    "[ e:p e:x ] e:q 2 .",
    "e:c e:p [ e:p e:z ] .",
]


def check(folder: Path, text: str) -> list[Finding]:
    (folder / "data.ttl").write_text(HEAD + text, encoding="utf-8")
    (folder / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    return check_files(Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")]), Reading()).findings


def test_fingerprints_stay_when_lines_move(tmp_path: Path) -> None:
    """Comments, blank lines, another order of statements, new sound statements between them: the same fingerprints."""
    before = fingerprints(check(tmp_path, "\n".join(STATEMENTS)))
    assert len(set(before)) == len(before) == 13
    generator = random.Random(1)
    for _ in range(5):
        moved = [*STATEMENTS, "_:x e:p 1 ; e:name 'x' .", "# a comment"]
        generator.shuffle(moved)
        assert sorted(fingerprints(check(tmp_path, "\n\n".join(moved)))) == sorted(before)


def test_messages_that_name_places_keep_their_fingerprints(shapeless: Project) -> None:
    """A contradiction, a thing described twice and a statement said twice name the first; all of it may move."""
    said = "    says: [{subject: nhd, partnerCount: 18}]\n"
    shapeless.facts(
        f"  - quote: has 18 partners\n{said}  - quote: has 18 partners\n{said}"
        f"  - quote: It has 18\n{said.replace('18', '19')}"
    )
    things = "kth:\n  type: Organization\n  foundingDate: 1827\nkth:\n  foundingDate: 1828\n"
    shapeless.write("data/things/a.yaml", things.replace("kth", "ugent", 1).replace("kth", "ki"))
    before = shapeless.check().findings
    assert {"contradiction", "duplicate-thing", "duplicate-statement"} <= {each.rule for each in before}
    for path in (shapeless.folder / "data").rglob("*.yaml"):
        path.write_text("# one\n# two\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    after = shapeless.check().findings
    assert [each.location for each in after] != [each.location for each in before]
    assert fingerprints(after) == fingerprints(before)


def test_a_baseline_leaves_out_what_was_known(tmp_path: Path) -> None:
    """What was there before is gone from the report, wherever it stands now; one more of the same is new."""
    known = known_fingerprints(json_report(check(tmp_path, "\n".join(STATEMENTS))).encode(), "baseline.json")
    again = check(tmp_path, "# moved\n" + "\n".join(reversed(STATEMENTS)))
    assert new_findings(again, known) == []
    (new, missing) = new_findings(check(tmp_path, "\n".join([*STATEMENTS, "e:new e:p e:x ."])), known)
    assert new.subject == missing.subject == "http://e.x/new"
    same = new_findings(check(tmp_path, "\n".join([*STATEMENTS, "[ e:p e:x ] e:q 3 ."])), known)
    assert len(same) == 2


def test_rows_of_a_query_without_a_value_are_told_apart(tmp_path: Path) -> None:
    """Another row about the same node is new to a baseline; what it says is in the message alone."""
    query = "SELECT $this ?n WHERE { $this <http://e.x/n> ?n }"
    shapes = f'{HEAD}e:S sh:targetSubjectsOf e:n ; sh:sparql [ sh:select "{query}" ; sh:message "Not {{?n}}." ] .'
    (tmp_path / "shapes.ttl").write_text(shapes, encoding="utf-8")

    def found(text: str) -> list[Finding]:
        (tmp_path / "data.ttl").write_text(HEAD + text, encoding="utf-8")
        files = Files(data=[str(tmp_path / "data.ttl")], shapes=[str(tmp_path / "shapes.ttl")])
        return check_files(files, Reading()).findings

    known = frozenset(fingerprints(found("e:a e:n 1 .")))
    (new,) = new_findings(found("e:a e:n 0 , 1 ."), known)
    assert "Not 0." in new.message


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 2, "findings": []}',
        b'{"version": 1, "findings": [{}]}',
        b'{"version": 1, "findings": [{"fingerprint": null}]}',
        b'{"version": 1, "findings": [{"fingerprint": 5}]}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_what_is_no_baseline_is_a_clear_error(report: bytes) -> None:
    """Something else than a JSON report of this version is refused by name."""
    with pytest.raises(InputError, match=r"baseline\.json"):
        known_fingerprints(report, "baseline.json")
