"""What a fact says is checked by shapes whatever is wrong with its evidence, its document or the name of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import FACTS, TEXT

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

FILE = "data/documents/nhd-page.yaml"
WRONG = "    says: [{subject: nhd, partnerCount: -2}]\n"


def told(found: list[Finding], path: str = FILE) -> list[tuple[str, int]]:
    """The rules of findings in a file, and their lines; FACTS begin on the tenth."""
    return [(each.rule, each.location.line) for each in found if each.location.path == path]


@pytest.mark.parametrize(
    ("fact", "rules"),
    [
        ("  - quote: nobody says this\n", ["quote-not-found"]),
        ("  - quote: KTH takes part.\n", ["quote-ambiguous"]),
        ("  - quote: (huvudman KTH)\n    asOf: never\n", ["date"]),
        ("  - quote: (huvudman KTH)\n    lang: Engl!\n", ["language"]),
        ("  - lang: sv\n", ["quote"]),
        ("  - quote: nobody says this\n    occurrence: two\n", ["quote-not-found", "quote-occurrence"]),
        ("  - quote: nobody says this\n    after: nor this\n", ["quote-not-found", "quote-after"]),
    ],
)
def test_a_mistake_in_the_evidence_hides_none_in_what_is_said(project: Project, fact: str, rules: list[str]) -> None:
    """Both are told in one run; of the sentence nothing is said that is not known."""
    project.facts(FACTS + fact + WRONG)
    found = project.check().findings
    assert [rule for rule, _ in told(found)] == [*rules, "shacl-partner-count"]
    assert found[-1].quote is None
    # One value more would be one too many, if it were not the fact that has to be mended.
    project.facts(FACTS + fact + "    says: [{subject: nhd, host: ki, startDate: 2021-05}]\n")
    assert {rule for rule, _ in told(project.check().findings)} <= {*rules, "contradiction"}


def test_what_does_not_count_is_not_asked_about(project: Project) -> None:
    """A fact that is not accepted is not in the graph, however it is refused."""
    project.facts(FACTS + "  - quote: nobody says this\n    accepted: false\n    reason: A slip.\n" + WRONG)
    assert told(project.check().findings) == [("quote-not-found", 19)]


def test_what_a_lost_document_says_is_asked_about(project: Project) -> None:
    """A wrong hash says nothing of what else is wrong, and nothing waits for it."""
    project.document("nhd-page", TEXT, FACTS + "  - quote: (huvudman KTH)\n" + WRONG, sha256="0" * 64)
    found = project.check().findings
    assert told(found) == [("sha256", 8), ("shacl-partner-count", 20)]
    assert "Correct this first" not in (found[0].hint or "")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nyhet-å", "Call it data/documents/nyhet-a.yaml, and its text nyhet-a."),
        ("Note", "Call it data/documents/note.yaml, and its text note."),
        ("note copy", "Call it data/documents/note-copy.yaml, and its text note-copy."),
        ("2024/other", "Call it data/documents/2024-other.yaml, and its text 2024-other."),
        ("毛", "A slug has small letters, digits and single hyphens."),
    ],
)
def test_a_file_whose_name_is_no_slug_is_checked(project: Project, name: str, hint: str) -> None:
    """Its quotes, its values and what they mean; nobody is said to have no role whose role stands in it."""
    facts = "  - quote: nobody says this\n    says: [{subject: nhd, lead: ada-berg}]\n"
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kth}]\n")
    project.document(name, f"{TEXT}\n", facts + "  - quote: (huvudman KTH)\n" + WRONG)
    found = project.check().findings
    assert told(found, f"data/documents/{name}.yaml") == [
        ("slug", 0),
        ("quote-not-found", 10),
        ("shacl-partner-count", 13),
    ]
    assert (len(found), found[0].hint) == (3, hint)


@pytest.mark.parametrize("content", ["", "- subject: nhd\n", f"document:\n  title: x\n{'#' * 2_100_000}\n"])
def test_nothing_is_missing_that_an_unread_file_may_state(project: Project, content: str) -> None:
    """Where nobody can tell what a facts file says, it may give people their roles."""
    project.write(FILE, content)
    assert len(project.check().findings) == 1


@pytest.mark.parametrize("url", ['"https://nhd.example/a', "[news](https://nhd.example/a)"])
def test_what_breaks_yaml_is_not_missing_from_the_document(project: Project, url: str) -> None:
    """Nobody is asked to add the address that they wrote: all that is told stands in its line."""
    project.document("nhd-page", TEXT, FACTS, url=url)
    found = told(project.check().findings)
    assert found[0] == ("yaml", 7)
    assert {line for _, line in found} == {7}
