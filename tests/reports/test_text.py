"""The report for people: places, marks, groups, colours, and text that tries to be more than text."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from digigraph.findings import Finding, Location, Severity
from digigraph.reports.excerpts import Excerpts, lines_of
from digigraph.reports.text import text_report

if TYPE_CHECKING:
    from collections.abc import Iterable


def finding(line: int, column: int, *, end: int = 0, message: str = "It is wrong.", path: str | None = None) -> Finding:
    place = Location("a.ttl", line, column, line if end else 0, end)
    return Finding(rule="shacl-x", severity=Severity.VIOLATION, message=message, location=place, path=path)


def excerpt(report: str) -> list[str]:
    """The lines between the first and the summary."""
    return report.splitlines()[1:-1]


def test_the_mark_is_under_the_value() -> None:
    """Wide letters take two cells, combining ones none, a tab is one; the mark is as long as the value."""
    excerpts = Excerpts({"a.ttl": ['毛e\u0301\t"😀x" .']})
    report = text_report([finding(1, 5, end=9)], excerpts=excerpts)
    assert excerpt(report) == ['    1 | 毛e\u0301 "😀x" .', "      |     ^^^^^"]


def test_marks_without_a_class_and_selectors_take_no_cell() -> None:
    """Vowel signs, enclosing marks and variation selectors stand on the letter before them."""
    excerpts = Excerpts({"a.ttl": ["\u0e01\u0e31 1\ufe0f\u20e3 x"]})
    assert excerpt(text_report([finding(1, 8)], excerpts=excerpts))[1] == "      |     ^"


def test_long_lines_are_cut_around_the_place() -> None:
    """A line of a megabyte shows what is near the place."""
    excerpts = Excerpts({"a.ttl": ["x" * 500_000 + "VALUE" + "y" * 500_000]})
    shown, mark = excerpt(text_report([finding(1, 500_001, end=500_006)], excerpts=excerpts))
    assert len(shown) < 200
    assert shown[mark.index("^") : mark.rindex("^") + 1] == "VALUE"


def test_a_place_outside_of_its_line_is_no_error() -> None:
    """A file that was edited since it was read, or is gone, shows what there is."""
    excerpts = Excerpts({"a.ttl": ["ab"]})
    assert excerpt(text_report([finding(1, 9, end=12)], excerpts=excerpts)) == ["    1 | ab", "      |   ^"]
    assert excerpt(text_report([finding(7, 1)], excerpts=excerpts)) == []


def test_nothing_in_a_file_reaches_the_terminal_as_a_command() -> None:
    """Escape sequences and direction marks in lines, messages and names are shown as what they are: unprintable."""
    hostile = "a\x1b[2J\u202eb\x07"
    found = Finding(
        rule="shacl-x",
        severity=Severity.INFO,
        message=hostile + "\nsecond line",
        location=Location(hostile, 1, 1),
        hint=hostile,
        quote=hostile,
    )
    report = text_report([found], excerpts=Excerpts({hostile: [hostile]}))
    assert not set(report) & set("\x1b\x07\u202e")
    assert len(report.splitlines()) == 6


def test_many_findings_of_one_shape_and_path_are_put_together() -> None:
    """The first in full, ten places, and how many more; three or fewer are all shown in full; all are counted."""
    many = [finding(line, 1, message=f"Number {line}.", path="e:p") for line in range(1, 21)]
    few = [finding(line, 2, path="e:q") for line in range(1, 4)]
    report = text_report([*many, *few], excerpts=Excerpts({"a.ttl": ["text"] * 20}))
    assert "20 findings of shacl-x e:p; the others:" in report
    assert "… and 9 more" in report
    assert report.count("Number ") == 11
    assert report.count("| text") == 4
    assert report.endswith("23 findings: violation 23\n")


def hinted(hints: Iterable[str | None]) -> list[Finding]:
    """Findings of one rule about one property, each with its hint."""
    return [dataclasses.replace(finding(line, 1, path="e:p"), hint=hint) for line, hint in enumerate(hints, 1)]


def test_only_what_has_the_same_advice_is_put_together() -> None:
    """Four findings with the same hint are; what has another one is shown in full, at its own place."""
    same, other = "Did you mean host?", "Did you mean lead?"
    report = text_report(hinted([same, same, other, same, same]), excerpts=Excerpts({"a.ttl": ["text"] * 5}))
    assert report.splitlines() == [
        "a.ttl:1:1: violation: It is wrong. [shacl-x]",
        "    1 | text",
        "      | ^",
        f"    {same}",
        "    4 findings of shacl-x e:p; the others:",
        "      a.ttl:2:1: It is wrong.",
        "      a.ttl:4:1: It is wrong.",
        "      a.ttl:5:1: It is wrong.",
        "a.ttl:3:1: violation: It is wrong. [shacl-x]",
        "    3 | text",
        "      | ^",
        f"    {other}",
        "5 findings: violation 5",
    ]


def test_much_different_advice_is_no_wall_of_text() -> None:
    """Ten in full, then a line each with its advice, at most forty, and how many more there are."""
    report = text_report(hinted(f"Write {number}." for number in range(1, 61)))
    assert report.count("violation: It is wrong.") == 10
    assert "\n50 more findings of shacl-x e:p:\n  a.ttl:11:1: It is wrong. Write 11.\n" in report
    assert "a.ttl:50:1: It is wrong. Write 50.\n      … and 10 more; other formats have them all\n" in report
    assert report.endswith("60 findings: violation 60\n")


def test_a_long_path_is_cut_where_findings_are_put_together() -> None:
    """Its beginning tells which it is."""
    report = text_report([finding(line, 1, path="|".join(["^e:property"] * 9)) for line in range(1, 5)])
    assert "4 findings of shacl-x ^e:property|^e:property|^e:property|^e:property|^e:property…; the others:" in report


def test_colour_is_only_where_it_is_asked_for() -> None:
    """Without it the report is plain; with it the same text with marks."""
    plain = text_report([finding(1, 1, end=3)], excerpts=Excerpts({"a.ttl": ["text"]}))
    coloured = text_report([finding(1, 1, end=3)], excerpts=Excerpts({"a.ttl": ["text"]}), colour=True)
    assert "\x1b" not in plain
    assert coloured.replace("\x1b[31;1m", "").replace("\x1b[0m", "") == plain
    assert coloured.count("\x1b[31;1m") == 2


def test_lines_are_counted_as_locations_count_them() -> None:
    """LF and CR LF end lines, nothing else does; the byte order mark is no character."""
    assert lines_of("\ufeffa\r\nb\u2028c\x0b\rd\n".encode()) == ["a", "b\u2028c\x0b\rd", ""]
