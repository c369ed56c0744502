"""The report for people: places, marks, groups, colours, and text that tries to be more than text."""

from __future__ import annotations

import dataclasses

from digigraph.findings import Finding, Location, Severity
from digigraph.reports.excerpts import Excerpts, lines_of
from digigraph.reports.text import text_report


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


def test_those_put_together_keep_what_to_write_instead() -> None:
    """Of a group each shows its hint; one that is the same as the first's is not said again."""
    hints = ("Did you mean host?", "Did you mean host?", "Did you mean lead?", None)
    many = [dataclasses.replace(finding(line, 1, path="e:p"), hint=hint) for line, hint in enumerate(hints, 1)]
    assert text_report(many).splitlines()[3:] == [
        "      a.ttl:2:1: It is wrong.",
        "      a.ttl:3:1: It is wrong. Did you mean lead?",
        "      a.ttl:4:1: It is wrong.",
        "4 findings: violation 4",
    ]


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
