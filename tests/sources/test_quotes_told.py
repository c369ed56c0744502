"""What is wrong with a quote is told so that a person can see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import TEXT

from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

SAYS = "    says: [{subject: nhd, host: kth}]\n"


def test_a_quote_that_cuts_words_is_told_with_the_whole_ones(shapeless: Project) -> None:
    """At the quote; the fact is read all the same, so that nothing is told of what it says."""
    shapeless.facts(f"  - quote: ordic Health Data started in May 202\n{SAYS}")
    corpus = read_project(shapeless.settings)
    (found,) = corpus.findings
    assert (found.rule, found.severity.label, found.location.line) == ("quote-cut", "violation", 10)
    assert found.message == "The quote begins inside “Nordic” and ends inside “2021”."
    assert found.hint == "Begin the quote with “Nordic”. End the quote with “2021”."
    assert len(corpus.documents[0].facts) == 1


@pytest.mark.parametrize(
    ("said", "quote", "hint"),
    [
        (
            "TEF-Health takes part",
            "TEF\u2011Health takes",
            (
                "Write U+002D (hyphen-minus) behind 'TEF', as in the text, instead of U+2011 (non-breaking hyphen), "
                "which looks like it."
            ),
        ),
        (
            "Sweden hosts it",
            "Sweden h\u043ests",
            (
                "Write U+006F (latin small letter o) behind 'Sweden h', as in the text, instead of "
                "U+043E (cyrillic small letter o), which looks like it."
            ),
        ),
        (
            "Its own\u2019s host",
            "own's host",
            (
                "Write U+2019 (right single quotation mark) behind 'own', as in the text, instead of "
                "U+0027 (apostrophe), which looks like it."
            ),
        ),
        (
            "Nordic hälso\u00addata hub",
            "Nordic hälsodata",
            (
                "The text has U+00AD (soft hyphen), which nobody sees, behind 'Nordic hälso'. "
                'Write \\u00ad there, in a text in "…".'
            ),
        ),
    ],
)
def test_characters_that_look_alike_are_named(shapeless: Project, said: str, quote: str, hint: str) -> None:
    """With the one that the text has, and where; nobody would see a difference between the words."""
    shapeless.document("nhd-page", f"{TEXT}{said}\n", f"  - quote: {quote}\n{SAYS}")
    (found,) = read_project(shapeless.settings).findings
    assert (found.rule, found.hint) == ("quote-not-found", hint)


def test_a_character_that_nobody_sees_can_be_written(shapeless: Project) -> None:
    """As the advice says."""
    shapeless.document("nhd-page", f"{TEXT}Nordic hälso\u00addata\n", f'  - quote: "Nordic hälso\\u00addata"\n{SAYS}')
    assert read_project(shapeless.settings).findings == ()


def test_a_quote_without_a_mark_of_its_last_letter_is_told(shapeless: Project) -> None:
    """Its letters stand there, with more: nothing looks like it and is another."""
    shapeless.document("nhd-page", f"{TEXT}The plan x\u0323 of KTH\n", f"  - quote: The plan x\n{SAYS}")
    (found,) = read_project(shapeless.settings).findings
    assert found.rule == "quote-not-found"


@pytest.mark.parametrize("choosing", ["occurrence: 2", "occurrence: second", "occurrence: [1]", "after: nobody"])
def test_what_chooses_among_places_hides_no_cut_word(shapeless: Project, choosing: str) -> None:
    """Whatever is wrong with it."""
    shapeless.facts(f"  - quote: Nordic Health Data started in May 202\n    {choosing}\n{SAYS}")
    told = [(each.rule, each.location.line) for each in read_project(shapeless.settings).findings]
    assert ("quote-cut", 10) in told
    assert [line for _, line in told] == [10, 11]


def test_a_quote_that_stands_twice_is_cut_where_both_are(shapeless: Project) -> None:
    """By the same words: else nobody can tell whether it is."""
    shapeless.document(
        "page", "The hosts meet. A hosted hub. More hosts.", f"  - quote: ost\n{SAYS}  - quote: hos\n{SAYS}"
    )
    shapeless.document("other", "The hosts meet. More hosts.", f"  - quote: host\n{SAYS}")
    told = [(each.rule, str(each.location).rpartition("/")[2]) for each in read_project(shapeless.settings).findings]
    assert told == [
        ("quote-cut", "other.yaml:10:12"),
        ("quote-ambiguous", "other.yaml:10:12"),
        ("quote-ambiguous", "page.yaml:10:12"),
        ("quote-ambiguous", "page.yaml:12:12"),
    ]


@pytest.mark.parametrize("occurrence", ["first", "7"])
def test_a_wrong_occurrence_hides_no_wrong_after(shapeless: Project, occurrence: str) -> None:
    """Both are told, though one would do."""
    shapeless.facts(f"  - quote: KTH takes part.\n    occurrence: {occurrence}\n    after: nobody\n{SAYS}")
    told = [(each.rule, each.location.line) for each in read_project(shapeless.settings).findings]
    assert told == [("quote-occurrence", 11), ("quote-after", 12)]


@pytest.mark.parametrize("quote", ["quote:", "quote: []", "asOf: 2021"])
def test_what_chooses_is_looked_at_without_a_quote(shapeless: Project, quote: str) -> None:
    """A number that is none, and words that the text does not say."""
    shapeless.facts(f"  - {quote}\n    occurrence: first\n    after: nobody\n{SAYS}")
    told = {(each.rule, each.location.line) for each in read_project(shapeless.settings).findings}
    assert {("quote-occurrence", 11), ("quote-after", 12)} <= told


@pytest.mark.parametrize(("occurrence", "told"), [("1", []), ("2", [("quote-after", 12)])])
def test_what_chooses_a_place_in_two_ways_means_one(
    shapeless: Project, occurrence: str, told: list[tuple[str, int]]
) -> None:
    """Words behind which another place comes first than that of the number are told."""
    after = "after: leads Nordic Health Data."
    shapeless.facts(f"  - quote: KTH takes part.\n    occurrence: {occurrence}\n    {after}\n{SAYS}")
    assert [(each.rule, each.location.line) for each in read_project(shapeless.settings).findings] == told


def test_a_right_occurrence_hides_no_wrong_after(shapeless: Project) -> None:
    """Its words must stand in the text all the same."""
    shapeless.facts(f"  - quote: KTH takes part.\n    occurrence: 1\n    after: nobody\n{SAYS}")
    assert [each.rule for each in read_project(shapeless.settings).findings] == ["quote-after"]
