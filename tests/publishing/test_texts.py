"""Texts of documents as pages show them: quotes in place, no gaps that markup leaves behind."""

from __future__ import annotations

from digigraph.publishing.pages.marking import marked
from digigraph.publishing.pages.sentences import Sentence


def quoted(start: int, end: int) -> Sentence:
    return Sentence(evidence=f"{start}", source="", quote="", language="", start=start, end=end, basis="explicit")


def test_overlapping_quotes_are_cut_where_each_begins_and_ends():
    """Every piece knows all the sentences over it."""
    pieces = list(marked([(0, "one two three")], [quoted(0, 7), quoted(4, 13)]))
    assert [(each.text, [over.evidence for over in each.quoted]) for each in pieces] == [
        ("one ", ["0"]),
        ("two", ["0", "4"]),
        (" three", ["4"]),
    ]


def test_of_blank_lines_one_is_kept():
    """In a run, between runs, and where a quote begins; the places of quotes are those of the stored text."""
    runs = [
        (0, "\n\n  Title\n \n\t\n"),
        (40, "   \n"),
        (60, "\n  First line\n  second"),
        (90, " \n\n\n\n"),
        (100, "End\n"),
    ]
    pieces = list(marked(runs, [quoted(63, 68), quoted(100, 103)]))
    assert "".join(each.text for each in pieces) == "Title\n\nFirst line\n  second\n\nEnd\n"
    assert [each.text for each in pieces if each.quoted] == ["First", "End"]
