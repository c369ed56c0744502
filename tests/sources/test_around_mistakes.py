"""What stands around a mistake of layout is read, and the mistake itself is told where it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digigraph.findings import in_source_order
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

FILE = "data/documents/nhd-page.yaml"
WRONG = "  - quote: nobody says this\n    says: [{subject: nhd, hots: kth}]\n"
TOLD = {0: ("quote-not-found", 12), 1: ("unknown-term", 27)}


def told(project: Project) -> list[tuple[str, str]]:
    found = in_source_order(list(read_project(project.settings).findings))
    return [(each.rule, str(each.location).partition(".yaml:")[2]) for each in found]


def of_wrong(line: int) -> list[tuple[str, str]]:
    """What is told of the wrong fact where it begins in that line."""
    return [(rule, f"{line + below}:{column}") for below, (rule, column) in TOLD.items()]


# Between two wrong facts, the first in line 10: where it is told, and the line where the second fact begins.
BETWEEN = {
    "text": ("  stray text\n", "12:3", 13),
    "text at the margin": ("stray text\n", "12:1", 13),
    "bracket": ("  - quote: has 18 partners\n    says:\n      - {subject: nhd, member: [kth, ki,\n", "14:32", 15),
    "brace": ("  - quote: has 18 partners\n    says:\n      - {subject: nhd,\n", "14:9", 15),
    "bracket of a quote": ("  - quote: [\n", "12:12", 13),
}


@pytest.mark.parametrize("case", BETWEEN)
def test_a_mistake_of_layout_hides_neither_neighbour(project: Project, case: str) -> None:
    """It is told once, at its own line and not at that of the next fact; both facts around it are checked."""
    between, place, line = BETWEEN[case]
    project.facts(WRONG + between + WRONG)
    assert told(project) == [*of_wrong(10), ("yaml", place), *of_wrong(line)]


def test_a_merge_conflict_is_told_as_one(project: Project) -> None:
    """At its first marker; the first version and all around it are checked, and the second is not told as twice."""
    project.facts(f"<<<<<<< HEAD\n{WRONG}=======\n{WRONG}>>>>>>> other\n{WRONG}")
    assert told(project) == [("yaml", "10:1"), *of_wrong(11), *of_wrong(17)]
    assert "merge conflict" in read_project(project.settings).findings[0].message


def test_a_wrapped_quote_is_no_mistake(project: Project) -> None:
    """A text in quotation marks may go on at the margin, whatever is wrong with another fact."""
    wrapped = '  - quote: "Nordic Health Data\n(huvudman KTH)"\n    says: [{subject: nhd, host: kth}]\n'
    project.facts(f"{wrapped}  - quote: {{\n{WRONG}")
    assert told(project) == [("yaml", "13:12"), *of_wrong(14)]


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [("facts:", "Facts:", "9:1"), ("facts:", "fact:", "9:1"), ("says:", "sais:", "11:5"), ("quote:", "qoute:", "10:5")],
)
def test_below_a_misspelt_key_all_is_checked(project: Project, right: str, wrong: str, place: str) -> None:
    """Where it is clear which key is meant, what stands below it has its mistakes told."""
    project.facts(WRONG)
    text = (project.folder / FILE).read_text(encoding="utf-8")
    project.write(FILE, text.replace(right, wrong))
    assert sorted(told(project)) == sorted([("key", place), (TOLD[0][0], "10:12"), (TOLD[1][0], "11:27")])


def test_a_wrong_slug_hides_nothing_below_it(project: Project) -> None:
    """What is said of the thing has its mistakes told, and the thing is left out."""
    project.write("data/things/more.yaml", "Nordic_Thing: {type: Projekt, nmae: x, homepage: y z}\n")
    assert told(project) == [("slug", "1:1"), ("unknown-class", "1:22"), ("unknown-term", "1:31"), ("iri", "1:50")]
    assert "nordic-thing" not in {each.subject for each in read_project(project.settings).things}
