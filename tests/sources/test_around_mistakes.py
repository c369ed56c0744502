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
    "bracket of a quote": ("  - quote: [\n    says: [{subject: nhd, host: kth}]\n", "12:12", 14),
}


@pytest.mark.parametrize("case", BETWEEN)
def test_a_mistake_of_layout_hides_neither_neighbour(project: Project, case: str) -> None:
    """It is told once, at its own line and not at that of the next fact; both facts around it are checked."""
    between, place, line = BETWEEN[case]
    project.facts(WRONG + between + WRONG)
    assert told(project) == [*of_wrong(10), ("yaml", place), *of_wrong(line)]


def test_a_merge_conflict_is_told_as_one(project: Project) -> None:
    """At its first marker; both sides and all around it are checked, but not what both come from."""
    project.facts(f"<<<<<<< HEAD\n{WRONG}=======\n{WRONG}>>>>>>> other\n{WRONG}")
    assert told(project) == [("yaml", "10:1"), *of_wrong(11), *of_wrong(14), *of_wrong(17)]
    assert "merge conflict" in read_project(project.settings).findings[0].message
    project.facts(f"<<<<<<< HEAD\n{WRONG}||||||| base\n{WRONG}=======\n{WRONG}>>>>>>> other\n{WRONG}")
    assert told(project) == [("yaml", "10:1"), *of_wrong(11), *of_wrong(17), *of_wrong(20)]


def test_each_side_of_a_merge_conflict_may_break_the_rules_of_yaml(project: Project) -> None:
    """What is wrong with the one is told beside what is wrong with the other."""
    broken = "  - quote: {\n    says: [{subject: nhd, hots: kth}]\n"
    project.facts(f"<<<<<<< HEAD\n{WRONG}=======\n{broken}>>>>>>> other\n{broken}")
    assert told(project) == [
        ("yaml", "10:1"), *of_wrong(11), ("yaml", "14:12"), ("unknown-term", "15:27"),
        ("yaml", "17:12"), ("unknown-term", "18:27"),
    ]  # fmt: skip


def test_a_thing_on_both_sides_of_a_merge_conflict_is_described_once(project: Project) -> None:
    """It is not told as described twice, and both descriptions have their mistakes told."""
    one, other = "new:\n  type: Persom\n", "new:\n  type: Person\n  nmae: {en: N}\n"
    project.write("data/things/more.yaml", f"<<<<<<< HEAD\n{one}=======\n{other}>>>>>>> other\n")
    assert told(project) == [("yaml", "1:1"), ("unknown-class", "3:9"), ("unknown-term", "7:3")]


def test_a_wrapped_quote_is_no_mistake(project: Project) -> None:
    """A text in quotation marks may go on at the margin, whatever is wrong with another fact."""
    says = "    says: [{subject: nhd, host: kth}]\n"
    wrapped = f'  - quote: "Nordic Health Data\n(huvudman KTH)"\n{says}'
    project.facts(f"{wrapped}  - quote: {{\n{says}{WRONG}")
    assert told(project) == [("yaml", "13:12"), *of_wrong(15)]


def indented(fact: str, by: int) -> str:
    """The fact, which is indented by 2, indented otherwise."""
    return "".join(f"{' ' * by}{line[2:]}" for line in fact.splitlines(keepends=True))


# How much each of four wrong facts is indented, and the line and column where that is told: two spaces are usual.
UNEVEN: dict[tuple[int, ...], list[str]] = {
    (1, 2, 2, 2): ["10:2"],
    (2, 1, 2, 2): ["12:2"],
    (2, 4, 2, 2): ["12:5"],
    (0, 2, 2, 0): ["10:1", "16:1"],
    (2, 2, 0, 3): ["14:1", "16:4"],
    (4, 4, 4, 2): ["16:3"],
}


@pytest.mark.parametrize("indents", UNEVEN)
def test_facts_that_are_not_indented_alike_are_all_checked(project: Project, indents: tuple[int, ...]) -> None:
    """Each change is told once, with what most have; every fact has its mistakes told where they stand."""
    project.facts("".join(indented(WRONG, by) for by in indents))
    of_facts = [
        (rule, f"{10 + 2 * number + below}:{column + by - 2}")
        for number, by in enumerate(indents)
        for below, (rule, column) in TOLD.items()
    ]
    found = told(project)
    assert sorted(found) == sorted([*of_facts, *(("yaml", place) for place in UNEVEN[indents])])
    uneven = next(each for each in read_project(project.settings).findings if each.rule == "yaml")
    assert f"what it stands beside by {max(set(indents), key=indents.count) if indents[0] else 2}." in uneven.message


# Around it nothing is hidden: where it is told, and what the fact itself says that is wrong.
MENDED = {
    "no space behind a colon": (
        '  - quote:"(huvudman KTH)"\n    says: [{subject: nhd, hots: kth}]\n',
        "12:5",
        ("unknown-term", "13:27"),
    ),
    "no space behind a colon of what it says": (
        "  - quote: (huvudman KTH)\n    says:\n      - subject: nhd\n        host:kth\n        hots: kth\n",
        "15:9",
        ("unknown-term", "16:9"),
    ),
    "no space behind a dash": (
        "  -quote: (huvudman KTH)\n    says: [{subject: nhd, hots: kth}]\n",
        "12:3",
        ("unknown-term", "13:27"),
    ),
    "no dash": (
        "  quote: (huvudman KTH)\n    says: [{subject: nhd, hots: kth}]\n",
        "12:3",
        ("unknown-term", "13:27"),
    ),
    "no-break space behind a dash": (
        "  -\u00a0quote: (huvudman KTH)\n    says: [{subject: nhd, hots: kth}]\n",
        "12:4",
        ("unknown-term", "13:27"),
    ),
    "stray text below an entry": (
        "  - quote: (huvudman KTH)\n    says:\n      - subject: nhd\n        hots: kth\n  stray text\n",
        "16:3",
        ("unknown-term", "15:9"),
    ),
    "key at the margin": (
        "  - quote: (huvudman KTH)\nsays: [{subject: nhd, hots: kth}]\n",
        "13:1",
        ("unknown-term", "13:23"),
    ),
    "no-break spaces before an entry": (
        "\u00a0\u00a0- quote: (huvudman KTH)\n    says: [{subject: nhd, hots: kth}]\n",
        "12:1",
        ("unknown-term", "13:27"),
    ),
    "no-break spaces before a key": (
        "  - quote: (huvudman KTH)\n  \u00a0\u00a0says: [{subject: nhd, hots: kth}]\n",
        "13:3",
        ("unknown-term", "13:27"),
    ),
    "text indented less than its first line": (
        "  - quote: |\n      Nordic Health\n  Data\n      (huvudman\n    says: [{subject: nhd, hots: kth}]\n",
        "14:3",
        ("unknown-term", "16:27"),
    ),
    "second document": (
        "---\n  - quote: (huvudman KTH)\n    says: [{subject: nhd, hots: kth}]\n",
        "12:1",
        ("unknown-term", "14:27"),
    ),
}


@pytest.mark.parametrize("case", MENDED)
def test_a_slip_of_layout_is_told_where_it_is_made(project: Project, case: str) -> None:
    """In its own line and not in the next; the fact that has it is checked, and so are both around it."""
    between, place, wrong = MENDED[case]
    project.facts(WRONG + between + WRONG)
    expected = [*of_wrong(10), ("yaml", place), wrong, *of_wrong(12 + between.count("\n"))]
    assert sorted(told(project)) == sorted(expected)


def test_a_key_of_the_last_fact_at_the_margin_is_told_once(project: Project) -> None:
    """It is read as one of that fact, which then misses nothing."""
    project.facts("  - quote: (huvudman KTH)\nsays: [{subject: nhd, hots: kth}]\n")
    assert told(project) == [("yaml", "11:1"), ("unknown-term", "11:23")]


# What is wrong in one entry of says, and where it is told.
GLUED = {
    "{subject:nhd, hots: kth}": [("yaml", "11:13"), ("unknown-term", "11:26")],
    "{subject:nhd,host:kht}": [("yaml", "11:13"), ("yaml", "11:25"), ("unknown-thing", "11:30")],
    "{subject:\u00a0nhd, host: kht}": [("yaml", "11:13"), ("unknown-thing", "11:33")],
    "{Subject: nhd, hots: kth}": [("key", "11:13"), ("unknown-term", "11:27")],
}


@pytest.mark.parametrize("entry", GLUED)
def test_a_wrong_key_of_an_entry_is_told_once(project: Project, entry: str) -> None:
    """Neither as an unknown term, too, nor as a subject that is missing; its value is read."""
    project.facts(f"  - quote: (huvudman KTH)\n    says: [{entry}]\n")
    assert told(project) == GLUED[entry]


@pytest.mark.parametrize("by", [1, 3])
def test_keys_of_the_document_that_are_not_indented_alike_are_all_read(project: Project, by: int) -> None:
    """Told once; the keys around it are read, so that none is missed."""
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kth}]\n")
    text = (project.folder / FILE).read_text(encoding="utf-8")
    wrong = f"{' ' * by}language: English!\n  sourceRank: x\n"
    project.write(FILE, text.replace("  language: en\n  sourceRank: 2\n", wrong))
    assert told(project) == [("yaml", f"4:{by + 1}"), ("language", f"4:{by + 11}"), ("value", "5:15")]


def test_a_directive_of_another_yaml_is_told_alone(project: Project) -> None:
    """Not the line below it, too; one that can be followed is no mistake, whatever else is wrong."""
    project.facts(WRONG)
    text = (project.folder / FILE).read_text(encoding="utf-8")
    project.write(FILE, f"%YAML 2.0\n---\n{text}")
    assert told(project) == [("yaml", "1:1"), *of_wrong(12)]
    project.write(FILE, f"%YAML 1.2\n---\n{text}  - quote: {{\n    says: [{{subject: nhd, host: kth}}]\n")
    assert told(project) == [*of_wrong(12), ("yaml", "14:12")]


def test_a_tab_hides_no_other_line_of_a_thing(project: Project) -> None:
    """All tabs of a file are one finding with their places; nothing of the things is missed."""
    project.write("data/things/more.yaml", "new:\n\ttype: Person\nother:\n\ttype: Persom\n  nmae: {en: O}\n")
    assert told(project) == [("yaml", "2:1"), ("unknown-class", "4:8"), ("unknown-term", "5:3")]
    tabs = next(each for each in read_project(project.settings).findings if each.rule == "yaml")
    assert [(each.line, each.column) for each in tabs.also] == [(4, 1)]


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


@pytest.mark.parametrize("said", ["hots: kth", "startDate: 2024-13-01", "member: []"])
def test_a_subject_is_looked_at_whatever_is_wrong_with_all_that_is_said_of_it(project: Project, said: str) -> None:
    """A thing that nothing describes is told also where not one of its values can be read."""
    project.facts(f"  - quote: has 18 partners\n    says: [{{subject: ndh, {said}}}]\n")
    assert ("unknown-thing", "11:22") in told(project)


# What stands below the name of a thing, and where it is told: the line below begins something of its own.
UNCLOSED = {
    "  member: [kth, ki\n\tlocation: nowhere\n": [("yaml", "4:11"), ("yaml", "5:1"), ("unknown-thing", "5:12")],
    "  aim: {sv: A, en: A\n   location: nowhere\n": [("yaml", "4:8"), ("yaml", "5:4"), ("unknown-thing", "5:14")],
    "\tlocation: nowhere\nother\n  type: Persom\n": [
        ("yaml", "4:1"),
        ("unknown-thing", "4:12"),
        ("yaml", "5:1"),
        ("unknown-class", "6:9"),
    ],
}


@pytest.mark.parametrize("lines", UNCLOSED)
def test_what_is_not_closed_ends_where_a_key_begins_that_it_cannot_have(project: Project, lines: str) -> None:
    """A list has no keys, a mapping none without a comma before it, and a value does not go on at the margin."""
    project.write("data/things/more.yaml", f"new:\n  type: Project\n  name: {{sv: N, en: N}}\n{lines}")
    assert told(project) == UNCLOSED[lines]


def test_a_figure_of_an_unknown_thing_is_told_once(project: Project) -> None:
    """Where the thing is named; what is counted is unknown, too."""
    figure = "figure: {what: institutions, value: 18}"
    project.facts(f"  - quote: has 18 partners\n    says: [{{subject: ndh, {figure}}}]\n")
    assert told(project) == [("unknown-thing", "11:22"), ("unknown-thing", "11:42")]


def test_all_bytes_that_are_not_utf_8_are_told(project: Project) -> None:
    """As one finding, with the first at its place; those beside each other are one place."""
    project.facts("  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kth}]\n")
    facts = (project.folder / FILE).read_bytes()
    project.write(FILE, facts + b"# \xe5\n# a \xe4\xf6 b \xe9\n")
    (found,) = read_project(project.settings).findings
    assert (found.rule, found.location.line, found.location.column) == ("encoding", 12, 3)
    assert [(each.line, each.column) for each in found.also] == [(13, 5), (13, 10)]


def test_a_line_that_is_left_out_of_a_things_file_hides_only_what_it_may_describe(project: Project) -> None:
    """What has one of its words for a slug is not called unknown; everything else is, in all files."""
    project.write("data/things/more.yaml", "SU, ki-unit and umu\nnew:\n  type: Project\n  name: {sv: N, en: N}\n")
    project.facts(
        "  - quote: (huvudman KTH)\n    says: [{subject: nhd, member: [su, ki-unit, gu], status: done, host: new}]\n"
    )
    assert told(project) == [("unknown-thing", "11:49"), ("unknown-word", "11:62"), ("yaml", "1:1")]
    assert ("shacl-host", f"{FILE}:11:74") in {(each.rule, str(each.location)) for each in project.check().findings}


def test_text_beside_a_bracket_that_is_not_closed_is_no_part_of_it(project: Project) -> None:
    """Where it is indented less than the key, and no comma asks for more."""
    project.facts("  - quote: has 18 partners\n    says: [{subject: nhd, host: kth}\n  stray text\n" + WRONG)
    assert told(project) == [("yaml", "11:11"), ("yaml", "12:3"), *of_wrong(13)]
