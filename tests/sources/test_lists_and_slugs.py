"""Lists and mappings where none can be, and things without a slug: told, and what stands in them is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digigraph.findings import in_source_order
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

MORE = "data/things/more.yaml"


def findings(project: Project) -> list[Finding]:
    return in_source_order(list(read_project(project.settings).findings))


def told(project: Project) -> list[tuple[str, str]]:
    return [(each.rule, str(each.location).partition(".yaml:")[2]) for each in findings(project)]


# What an entry of a fact in line 12 is; what is told of it.
NESTED = {
    "[{subject: nhd, hots: kth}, {subject: nhd, host: kht}]": [
        ("value", "12:9"), ("unknown-term", "12:25"), ("unknown-thing", "12:58"),
    ],
    "- {subject: nhd, hots: kth}\n        - {subject: nhd, host: kht}": [
        ("value", "12:9"), ("unknown-term", "12:26"), ("unknown-thing", "13:32"),
    ],
    "{subject: nhd, member: [kth, [kht, [kk]]]}": [
        ("value", "12:38"), ("unknown-thing", "12:39"), ("value", "12:44"), ("unknown-thing", "12:45"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("entry", NESTED)
def test_what_stands_in_a_list_of_lists_is_read(project: Project, entry: str) -> None:
    """Each list in a list is told, and each mistake in it."""
    project.facts(f"  - quote: has 18 partners\n    says:\n      - {entry}\n")
    assert told(project) == NESTED[entry]


def test_lists_in_lists_have_a_way_out(project: Project) -> None:
    """Whether they hold entries or values."""
    project.facts("  - quote: has 18 partners\n    says:\n      - - {subject: nhd, member: [kth, [ki]]}\n")
    assert [each.hint for each in findings(project)] == ["Take its dash, or its brackets, away."] * 2


def test_a_document_that_is_a_list_is_read(project: Project) -> None:
    """Its keys are read as those of the one mapping that must stand there."""
    project.facts("  - quote: has 18 partners\n    says: [{subject: nhd, hots: kth}]\n")
    path = project.folder / "data/documents/nhd-page.yaml"
    text = (
        path.read_text(encoding="utf-8").replace("  type: WebPage", "  - typ: WebPage").replace("  title", "  - title")
    )
    path.write_text(text, encoding="utf-8")
    assert ("unknown-term", "11:27") in told(project)
    assert {each.message for each in findings(project)} >= {
        "document is a mapping, not a list.",
        "There is no term 'typ'.",
    }


# Things files; what is told of them.
THINGS = {
    "new:\n  - type: Persom\n  - nmae: {en: N}\n": [
        ("value", "2:3"), ("unknown-class", "2:11"), ("unknown-term", "3:5"),
    ],
    "- new:\n    type: Persom\n- other:\n    nmae: {en: O}\n    type: Person\n": [
        ("yaml", "1:1"), ("unknown-class", "2:11"), ("unknown-term", "4:5"),
    ],
    "- new:\n  type: Persom\nother:\n  nmae: {en: O}\n  type: Person\n": [
        ("yaml", "1:1"), ("unknown-class", "2:9"), ("unknown-term", "4:3"),
    ],
    "  type: Persom\n  nmae: {en: N}\n  jobTitle: {sv: x}\n": [
        ("slug", "1:1"), ("unknown-class", "1:9"), ("unknown-term", "2:3"),
    ],
    "  typ: Person\n  nmae: {en: N}\nother:\n  nmae: {en: O}\n  type: Person\n": [
        ("slug", "1:1"), ("unknown-term", "1:3"), ("unknown-term", "2:3"), ("unknown-term", "4:3"),
    ],
    "new:\n  type: Person\n  name: {en: N}\n\n  type: Persom\n  nmae: {en: O}\n\n  type: Perzon\n": [
        ("slug", "5:1"), ("unknown-class", "5:9"), ("unknown-term", "6:3"), ("slug", "8:1"), ("unknown-class", "8:9"),
    ],
    '"":\n  type: Persom\n': [("slug", "1:1"), ("unknown-class", "2:9")],
}  # fmt: skip


@pytest.mark.parametrize("text", THINGS)
def test_what_is_said_of_a_thing_is_read_whatever_is_wrong_with_its_slug(project: Project, text: str) -> None:
    """A hyphen before the slug or the keys, and a slug that is missing, cost nothing of what stands below."""
    project.write(MORE, text)
    assert told(project) == THINGS[text]


def test_a_thing_without_a_slug_may_be_one_that_is_unknown(project: Project) -> None:
    """The advice for things that nothing describes says where there is one without a slug."""
    project.write(MORE, "  type: Person\n  name: {en: Solweig}\n")
    project.facts("  - quote: has 18 partners\n    says: [{subject: solweig, host: kth}]\n")
    unknown = next(each for each in findings(project) if each.rule == "unknown-thing")
    assert unknown.hint == f"Describe it in data/things/. It may be the thing at {MORE}:1:1, which has no slug."


def test_a_key_that_stands_twice_is_no_new_thing(project: Project) -> None:
    """Without an empty line, or a comment, between the two it is the same thing."""
    project.write(MORE, "new:\n  type: Person\n  name: {en: N}\n  type: Persom\n")
    assert told(project) == [("duplicate-key", "4:3"), ("unknown-class", "4:9")]


def test_a_thing_described_where_its_slug_must_stand_has_its_mistakes_told(project: Project) -> None:
    """Below a property that takes things; a text by languages is no description."""
    project.facts("  - quote: has 18 partners\n    says: [{subject: nhd, member: {name: N, typ: Person}}]\n")
    assert told(project) == [("value", "11:35"), ("unknown-term", "11:45")]
    assert findings(project)[0].message == "member takes a slug, not a mapping."
    project.facts("  - quote: has 18 partners\n    says: [{subject: nhd, member: {sv: N}}]\n")
    assert told(project) == [("value", "11:35")]
