"""What a mistake is put down to: the statement at fault, in its writer's words, and once whatever follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import THINGS

from digigraph.findings import Precision
from digigraph.pipeline import check_files
from digigraph.reports.fingerprints import fingerprints
from digigraph.reports.turtle import turtle_report
from digigraph.sources.rdf.files import Files, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from projects import Project

    from digigraph.findings import Finding

FILE = "data/documents/nhd-page.yaml"
ENTRY = 12
"""The line of the first entry of ``said``."""


def said(project: Project, *entries: str) -> list[Finding]:
    """What is found where a sentence says these entries, each on a line of its own, and gives everybody a role."""
    lines = "".join(f"      - {{{each}}}\n" for each in (*entries, "subject: nhd, director: ada-berg"))
    project.facts(f"  - quote: (huvudman KTH)\n    says:\n{lines}")
    return project.check().findings


def told(found: list[Finding]) -> list[tuple[str, str | None, int, int]]:
    """Rule, property, line among the entries and column of each finding."""
    return [(each.rule, each.path, each.location.line - ENTRY, each.location.column) for each in found]


def test_a_property_of_the_wrong_kind_of_thing_is_told_at_each_fact(project: Project) -> None:
    """At the value of each statement, with its sentence and the property: the thing that it is said of is correct."""
    found = said(
        project,
        "subject: kth, partnerCount: 20",
        "subject: kth, coordinator: ki, leadCountry: sweden",
        "subject: kth, lead: ada-berg",
        "subject: ada-berg, parentOrganization: kth",
        "subject: nhd, jobTitle: professor",
    )
    of_targets = [each for each in found if each.rule.startswith("shacl-of-")]
    assert told(of_targets) == [
        ("shacl-of-project", "dg:partnerCount", 0, 38),
        ("shacl-of-project", "dg:coordinator", 1, 37),
        ("shacl-of-project", "dg:leadCountry", 1, 54),
        ("shacl-of-undertaking", "dg:lead", 2, 30),
        ("shacl-of-person", "schema:jobTitle", 4, 34),
    ]
    for each in of_targets:
        assert (each.location.path, each.location.precision, each.quote) == (FILE, Precision.VALUE, "(huvudman KTH)")
    assert of_targets[0].message.startswith("id:kth dg:partnerCount: Say this of a project")
    assert len(set(fingerprints(of_targets))) == len(of_targets)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("subject: nhd, lead: kth", ("shacl-lead", "dg:lead", 0, 30)),
        ("subject: ada-berg, startDate: 2021", ("shacl-person-privacy", "schema:startDate", 0, 40)),
    ],
)
def test_what_follows_from_a_mistake_is_not_told_beside_it(
    project: Project, entry: str, expected: tuple[str, str, int, int]
) -> None:
    """A lead is also somebody responsible, a start also a first and a last day: only what is written is told."""
    assert told(said(project, entry)) == [expected]


def test_an_identifier_of_two_things_is_told_once(project: Project) -> None:
    """At the second of the two, where it is written, naming the place of the first."""
    ror = "  identifier: {scheme: ror, value: 'https://ror.org/05f0yaq80'}\n"
    other = "foo:\n  type: Organization\n  name: {sv: Foo, en: Foo}\n"
    project.write("data/things/things.yaml", THINGS + ror + other + ror)
    (found,) = [each for each in project.check().findings if each.rule != "label-missing"]
    lines = THINGS.count("\n")
    assert (found.rule, found.location.line, found.location.column) == ("shacl-same-as-one", lines + 5, 36)
    assert [(each.line, each.column) for each in found.also] == [(lines + 1, 36)]
    assert found.message.startswith("id:foo ")


def test_a_home_page_of_several_things_is_told_once_for_each(project: Project) -> None:
    """Of a thing that shares one with each of two others: at these, which have one home page too many each."""
    pages = "  homepage: [https://a.example/, https://b.example/]\n"
    others = "".join(
        f"{each}:\n  type: Organization\n  name: {{sv: F, en: F}}\n  homepage: https://{each}.example/\n"
        for each in "ab"
    )
    project.write("data/things/things.yaml", THINGS.replace("kth:\n", "kth:\n" + pages) + others)
    found = [each for each in project.check().findings if each.rule == "shacl-homepage-one"]
    lines = THINGS.count("\n")
    assert [(each.location.line, [also.line for also in each.also]) for each in found] == [
        (lines + 5, [2]),
        (lines + 9, [2]),
    ]


def test_of_a_thing_that_is_described_twice_nothing_else_is_said_to_be_too_much(project: Project) -> None:
    """That it has two names is no mistake of its own."""
    project.write("data/things/more.yaml", "kth:\n  type: Organization\n  name: {sv: Tekniska, en: Royal}\n")
    assert [each.rule for each in project.check().findings] == ["duplicate-thing"]


PREFIXES = "@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        # The property where the node is its subject, the value where it is that.
        ("sh:targetSubjectsOf e:p", [("e:p", 3, 3, "value")]),
        ("sh:targetSubjectsOf e:p , e:q", [("e:q", 2, 5, "value"), ("e:p", 3, 3, "value")]),
        ("sh:targetObjectsOf e:r", [("^e:r", 4, 9, "value")]),
        # What the class or the name of the node made a target may be so for that.
        ("sh:targetSubjectsOf e:p ; sh:targetNode e:a", [(None, 2, 1, "node")]),
    ],
)
def test_the_statement_that_made_a_node_a_target_is_blamed(
    tmp_path: Path, targets: str, expected: list[tuple[str, int, int, str]]
) -> None:
    """In RDF of anybody, too; and the report in Turtle has one result, as SHACL has it."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(f"{PREFIXES}e:a e:q 1 ;\n  e:p 2 .\ne:b e:r e:a .\n", encoding="utf-8")
    shapes.write_text(f"{PREFIXES}e:s a sh:NodeShape ; {targets} ; sh:class e:C .\n", encoding="utf-8")
    found = check_files(Files(data=[str(data)], shapes=[str(shapes)]), Reading()).findings
    places = [(each.path, each.location.line, each.location.column, each.location.precision.value) for each in found]
    assert places == expected
    assert turtle_report(found).count("sh:ValidationResult ") == 1


@pytest.mark.parametrize(("end", "also"), [("2022", [(12, 50)]), ("[2022, 2023]", [])])
def test_what_a_value_is_compared_with_is_told_too(project: Project, end: str, also: list[tuple[int, int]]) -> None:
    """A start after the end is told at the start, and names the end, where that is one: either may be wrong."""
    project.facts(f"  - quote: has 18 partners\n    says:\n      - {{subject: nhd, startDate: 2024, endDate: {end}}}\n")
    found, *_ = [each for each in project.check().findings if each.rule == "shacl-start-before-end"]
    assert (found.location.line, found.location.column) == (12, 35)
    assert [(each.line, each.column) for each in found.also] == also
