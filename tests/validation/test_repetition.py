"""What is said twice, and what contradicts itself, is told at the later place with the earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import TEXT

from digigraph.findings import Severity

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

RULES = {"duplicate-statement", "duplicate-thing", "contradiction"}


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project."""
    return shapeless


def told(project: Project) -> list[Finding]:
    return [each for each in project.check().findings if each.rule in RULES]


def fact(quote: str, says: str, more: str = "") -> str:
    return f"  - quote: {quote}\n    says: [{says}]\n{more}"


def test_the_same_statement_of_the_same_words_is_told(project: Project) -> None:
    """Twice in one fact, and again in another fact on the same words: each repetition with the line of the first."""
    host = "{subject: nhd, host: kth}"
    project.facts(fact("(huvudman KTH)", f"{host}, {host}") + fact("(huvudman KTH)", host))
    assert [(each.rule, each.location.line, each.severity) for each in told(project)] == [
        ("duplicate-statement", 11, Severity.WARNING),
        ("duplicate-statement", 13, Severity.WARNING),
    ]
    assert "line 11" in told(project)[1].message


def test_other_words_may_say_the_same(project: Project) -> None:
    """Two sentences that say the same are two pieces of evidence."""
    member = "{subject: nhd, member: kth}"
    project.facts("".join(fact("KTH takes part.", member, f"    occurrence: {n}\n") for n in (1, 2)))
    assert told(project) == []


def test_one_half_of_a_repetition_that_is_not_accepted_is_told(project: Project) -> None:
    """A statement that is accepted and not accepted, both of the same words, leaves open what the curator wants."""
    host = "{subject: nhd, host: kth}"
    project.facts(
        fact("(huvudman KTH)", host) + fact("(huvudman KTH)", host, "    accepted: false\n    reason: A slip.\n")
    )
    (found,) = told(project)
    assert "only one of the two is accepted" in found.message


TWO = fact("has 18 partners", "{subject: nhd, partnerCount: 18}")


@pytest.mark.parametrize(
    ("other", "contradicts"),
    [
        (fact("It has 18 partners", "{subject: nhd, partnerCount: 19}"), True),
        (fact("It has 18 partners", "{subject: nhd, partnerCount: 18}"), False),
        (fact("It has 18 partners", "{subject: kth, partnerCount: 19}"), False),
        (fact("It has 18 partners", "{subject: nhd, partnerCount: 19}", "    asOf: 2019\n"), False),
        (
            fact(
                "It has 18 partners", "{subject: nhd, partnerCount: 19}", "    accepted: false\n    reason: A slip.\n"
            ),
            False,
        ),
        (fact("It has 18 partners", "{subject: nhd, countryCount: 19}"), False),
        (fact("It has 18 partners", "{subject: nhd, member: [kth, ki]}"), False),
    ],
)
def test_two_values_of_a_property_that_has_one_are_told(project: Project, other: str, *, contradicts: bool) -> None:
    """Only of one thing, one date, and both accepted; with the first value and its place."""
    project.facts(TWO + other)
    found = told(project)
    assert [each.rule for each in found] == ["contradiction"] * contradicts
    if contradicts:
        assert found[0].severity is Severity.WARNING
        assert "data/documents/nhd-page.yaml:11:41: 18" in found[0].message
        assert found[0].location.line == 13


def test_a_date_may_be_said_more_exactly(project: Project) -> None:
    """A year and a month in it agree; two months do not; grants with two amounts do not either."""
    start = fact("started in May 2021", "{subject: nhd, startDate: 2021-05}")
    project.facts(start + fact("May 2021", "{subject: nhd, startDate: 2021}"))
    assert told(project) == []
    project.facts(start + fact("May 2021", "{subject: nhd, startDate: 2021-06}"))
    assert [each.rule for each in told(project)] == ["contradiction"]
    grant = "{{subject: nhd, funding: {{amount: {} SEK, funder: vinnova}}}}"
    project.facts(fact("SEK 1 991 250", grant.format(1991250)) + fact("SEK 1 991", grant.format(1991)))
    assert [each.rule for each in told(project)] == ["contradiction"]


def test_what_could_not_be_read_repeats_nothing(project: Project) -> None:
    """Two grants, the amount of one of which is none: told as that alone, for nobody knows that they are the same."""
    grants = "{subject: nhd, funding: [{amount: 6 EUR}, {amount: '6,5 EUR'}]}"
    project.facts(fact("SEK 1 991 250", grants))
    assert [each.rule for each in project.check().findings if each.location.path.endswith("nhd-page.yaml")] == ["money"]
    project.facts(fact("SEK 1 991 250", grants.replace("6,5", "6")))
    assert "duplicate-statement" in {each.rule for each in told(project)}


# What is wrong with the second of two facts besides what it says; and whether it is known to be of the same time.
BESIDES = {
    "    ocurrence: 1\n": ("key", True),
    "    lang: English!\n": ("language", True),
    "    asOf: soon\n": ("date", False),
    "    accepted: maybe\n": ("value", False),
}


@pytest.mark.parametrize("besides", BESIDES)
def test_a_fact_with_a_mistake_is_compared(project: Project, besides: str) -> None:
    """What a fact says repeats and contradicts another whatever else is wrong with it, as long as its time is known."""
    fact = "  - quote: KTH takes part.\n    occurrence: 1\n    says: [{subject: nhd, partnerCount: 18}]\n"
    other = f"  - quote: nobody says this\n{besides}    says: [{{subject: nhd, partnerCount: 19}}]\n"
    project.facts(fact + other + other)
    told = {each.rule for each in project.check().findings}
    rule, is_compared = BESIDES[besides]
    assert {"quote-not-found", rule} <= told
    assert ({"contradiction", "duplicate-statement"} <= told) is is_compared


def test_documents_may_contradict_each_other(project: Project) -> None:
    """Two documents with two values are a conflict that stays visible, and no finding."""
    project.facts(TWO)
    project.document("other", TEXT, fact("It has 18 partners", "{subject: nhd, partnerCount: 19}"))
    assert told(project) == []


def test_a_thing_is_described_once(project: Project) -> None:
    """A slug in two files, and two values of a property that has one, are violations."""
    project.write("data/things/more.yaml", "kth:\n  foundingDate: 1827\n")
    project.write("data/things/yet-more.yaml", "ki: {foundingDate: [1810, 1811]}\n")
    found = told(project)
    assert {each.rule for each in found} == {"duplicate-thing", "contradiction"}
    assert {each.severity for each in found} == {Severity.VIOLATION}


def test_this_repository_neither_repeats_nor_contradicts_itself(repository: Project) -> None:
    """Our own documents are clean."""
    assert told(repository) == []


@pytest.mark.parametrize("more", ["after: nobody", "occurrence: 2", "accepted: maybe", "asOf: soon", "accepted: false"])
def test_a_repetition_is_told_whatever_else_is_wrong_with_its_fact(project: Project, more: str) -> None:
    """Where its quote stands, of what date it is and whether it counts changes nothing of that."""
    host = "{subject: nhd, host: kth}"
    project.facts(fact("(huvudman KTH)", host) + fact("(huvudman KTH)", host, f"    {more}\n"))
    assert [(each.rule, each.location.line) for each in told(project)] == [("duplicate-statement", 13)]


def test_what_one_fact_says_twice_is_told_whichever_words_are_meant(project: Project) -> None:
    """Its quote stands in the text more than once; another fact may mean the other place."""
    member = "{subject: nhd, member: kth}"
    project.facts(fact("KTH takes part.", f"{member}, {member}") + fact("KTH takes part.", member))
    assert [(each.rule, each.location.line) for each in told(project)] == [("duplicate-statement", 11)]


@pytest.mark.parametrize("more", ["accepted: maybe", "accepted: false", "asOf: soon"])
def test_what_may_not_count_contradicts_nothing(project: Project, more: str) -> None:
    """Or may hold of another date."""
    project.facts(
        fact("has 18 partners", "{subject: nhd, partnerCount: 18}")
        + fact("(huvudman KTH)", "{subject: nhd, partnerCount: 19}", f"    {more}\n")
    )
    assert told(project) == []
