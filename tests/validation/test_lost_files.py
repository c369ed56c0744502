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

FACTS = "data/documents/flemingsberg-hds.yaml"
ORGANISATIONS = "data/things/organisations.yaml"
WAITS = "Correct this first: what else depends on this file is checked when it can be read."


def checked(folder: Path, path: str, edit: Callable[[bytes], bytes]) -> list[Finding]:
    """What is told of a copy of this repository's graph with one file edited, but for what is no mistake."""
    for name in ("ontology", "shapes", "data", "queries"):
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copy(REPOSITORY / "digigraph.toml", folder)
    project = Project(folder)
    project.write(path, edit((folder / path).read_bytes()))
    others = {"label-missing", "query-term-unused", "shacl-grant-funder"}
    return [each for each in project.check().findings if each.rule not in others]


@pytest.mark.parametrize(
    ("path", "edit", "rule"),
    [
        ("ontology/digigraph.ttl", lambda data: data.replace(b" .\n\n", b"\n\n", 1), "rdf-syntax"),
        ("ontology/concepts.ttl", lambda _: b"\xff", "encoding"),
        (ORGANISATIONS, lambda _: b"", "yaml"),
        (FACTS, lambda _: b"\0\0", "yaml"),
    ],
    ids=["dot", "bytes", "empty", "facts"],
)
def test_a_lost_file_is_told_once(tmp_path: Path, path: str, edit: Callable[[bytes], bytes], rule: str) -> None:
    """One finding, in the file itself, that says what waits for it: not one for each use of what it described."""
    (found,) = checked(tmp_path, path, edit)
    assert (found.rule, found.location.path) == (rule, path)
    assert (found.hint or "").endswith(WAITS)


def test_a_line_that_belongs_to_nothing_is_told_once(tmp_path: Path) -> None:
    """Everything else of its file is checked, so nothing waits for it."""
    (found,) = checked(tmp_path, ORGANISATIONS, lambda data: b"stray\n" + data)
    assert (found.rule, found.location.path) == ("yaml", ORGANISATIONS)
    assert "Correct this first" not in (found.hint or "")


def test_a_lost_description_is_told_once(tmp_path: Path) -> None:
    """Its facts and quotes are checked, so nothing waits for it but the rows of queries, which are not missed."""
    (found,) = checked(tmp_path, FACTS, lambda data: data.replace(b"\n  title: ", b"\n  # ", 1))
    assert (found.rule, found.location.path) == ("document", FACTS)
    assert "Correct this first" not in (found.hint or "")


def test_a_lost_text_is_told_once(tmp_path: Path) -> None:
    """The facts about it wait, and with them the rows of queries that ask for what they say."""

    def without_text(facts: bytes) -> bytes:
        (tmp_path / FACTS).with_suffix(".txt").unlink()
        return facts

    (found,) = checked(tmp_path, FACTS, without_text)
    assert (found.rule, found.location.path) == ("document", FACTS)
    assert (found.hint or "").endswith(WAITS)


def test_lost_data_is_told_once(tmp_path: Path) -> None:
    """What shapes miss because of it is left out, rows of queries wait for it, and things of others are missed."""
    project = Project(tmp_path)
    shutil.copytree(REPOSITORY / "ontology", tmp_path / "ontology")
    shutil.copytree(REPOSITORY / "shapes", tmp_path / "shapes")
    shutil.copy(REPOSITORY / "digigraph.toml", tmp_path)
    prefixes = (
        "@prefix id: <https://w3id.org/digigraph/id/> . @prefix dg: <https://w3id.org/digigraph/ns#> .\n"
        "@prefix schema: <https://schema.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    )
    project.write(
        "shapes/knows.ttl", f"{prefixes}[] sh:targetNode id:a, id:b ; sh:path schema:knows ; sh:minCount 1 .\n"
    )
    project.write("data/lost.ttl", f"{prefixes}id:a schema:knows id:b \n id:b schema:knows id:c .\n")
    project.write("data/other.ttl", f'{prefixes}id:a schema:name "A"@en , "A"@sv .\n')
    (lost,) = [each for each in project.check().findings if each.severity > 1]
    assert (lost.rule, lost.location.path) == ("rdf-syntax", "data/lost.ttl")
    assert (lost.hint or "").endswith(WAITS)
    project.write("data/lost.ttl", f"{prefixes}id:a schema:knows id:b .\n")
    assert [each.rule for each in project.check().findings if each.severity > 1] == [
        "shacl-MinCountConstraintComponent"
    ]


def test_what_a_lost_shape_may_use_is_not_called_unused(tmp_path: Path) -> None:
    """A shape without a target is used by others; where one of the files is lost, nobody can tell."""
    project = Project(tmp_path)
    shutil.copytree(REPOSITORY / "ontology", tmp_path / "ontology")
    shutil.copy(REPOSITORY / "digigraph.toml", tmp_path)
    sh = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    project.write("shapes/used.ttl", f"{sh}<http://e.x/s> a sh:NodeShape .\n")
    rules = [each.rule for each in project.check().findings]
    assert rules == ["shape-without-focus"]
    project.write("shapes/using.ttl", f"{sh}<http://e.x/t> a sh:NodeShape ; sh:node <http://e.x/s> ; .\n[")
    assert [each.rule for each in project.check().findings] == ["rdf-syntax"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("data/more.TTL", "Call it more.ttl."),
        ("data/more.rdf", "Write it as .ttl, .nt, .nq, .trig or .jsonld."),
        ("shapes/more.owl", "Write it as .ttl, .nt, .nq, .trig or .jsonld."),
        ("ontology/more.N3", "Write it as .ttl, .nt, .nq, .trig or .jsonld."),
        ("queries/more.sparql", "Call it more.rq."),
        ("data/more.rq", "Stored queries lie in queries/."),
        ("data/more.yaml", "Things lie in data/things/, documents with their facts in data/documents/."),
        ("data/things/more.YML", "Call it more.yml."),
    ],
)
def test_what_looks_like_a_source_and_is_not_read_is_told(tmp_path: Path, path: str, hint: str) -> None:
    """RDF, facts and queries under a name or in a folder where nothing looks for them."""
    shutil.copytree(REPOSITORY / "ontology", tmp_path / "ontology")
    project = Project(tmp_path)
    shutil.copy(REPOSITORY / "digigraph.toml", tmp_path)
    project.write(path, "")
    told = [(each.rule, str(each.location), each.hint) for each in project.check().findings if each.severity > 1]
    assert told == [("not-read", path, hint)]


def test_what_is_no_source_is_left_alone(tmp_path: Path) -> None:
    """Notes, pictures, texts, and the list of what is taken back."""
    shutil.copytree(REPOSITORY / "ontology", tmp_path / "ontology")
    project = Project(tmp_path)
    shutil.copy(REPOSITORY / "digigraph.toml", tmp_path)
    for path in ("data/README.md", "data/things/.draft.yaml", "queries/notes.txt", "shapes/map.png", "data/a.csv"):
        project.write(path, "")
    project.write("data/redactions.yaml", "[]\n")
    assert [each for each in project.check().findings if each.severity > 1] == []


def test_a_lost_file_hides_no_mistake_of_another(tmp_path: Path) -> None:
    """What does not depend on the lost file is told in the same run: here a value that no property takes."""
    shutil.copytree(REPOSITORY / "ontology", tmp_path / "ontology")
    project = Project(tmp_path)
    shutil.copy(REPOSITORY / "digigraph.toml", tmp_path)
    project.write("data/things/lost.yaml", "kth\n  type: Organization\n")
    project.write("data/things/other.yaml", "nhd:\n  type: Project\n  startDate: soon\n")
    told = [(each.rule, str(each.location)) for each in project.check().findings if each.severity.label == "violation"]
    assert told == [("yaml", "data/things/lost.yaml:1:1"), ("date", "data/things/other.yaml:3:14")]
