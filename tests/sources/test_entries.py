"""Mistakes of layout and of lists within entries: each is told as what it is, and nothing around it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import TEXT

from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

QUOTED = "  - quote: (huvudman KTH)\n    says:\n"


def findings(project: Project) -> list[Finding]:
    return list(read_project(project.settings).findings)


def test_facts_below_the_document_are_checked(shapeless: Project) -> None:
    """Their mistakes are told beside the one that they stand too far in."""
    shapeless.document("nhd-page", TEXT, "  []\n")
    path = shapeless.folder / "data/documents/nhd-page.yaml"
    wrong = "  facts:\n  - quote: nobody says this\n    says:\n      - {subject: nhd, host: kht}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("facts:\n  []\n", wrong), encoding="utf-8")
    told = {each.rule: (each.location.line, each.hint) for each in findings(shapeless)}
    assert told.keys() == {"key", "quote-not-found", "unknown-thing"}
    assert told["key"] == (9, "Begin facts: at the margin, as document: does.")
    assert told["unknown-thing"] == (12, "Did you mean kth?")


@pytest.mark.parametrize(
    "written", ["kth, ki, vinnova", "[kth; ki; vinnova]", "kth, ki och vinnova", "kth & ki and vinnova"]
)
def test_several_values_without_brackets_are_told_as_such(shapeless: Project, written: str) -> None:
    """Nobody is advised to describe a thing that is called as all of them."""
    shapeless.facts(f"{QUOTED}      - subject: nhd\n        member: {written}\n")
    assert [each.hint for each in findings(shapeless)] == ["Several values stand in brackets: [kth, ki, vinnova]."]


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("focusArea: Distansvård", "Write distansvard, and describe it as a concept, in an RDF file of ontology/"),
        ("figure: {what: Sjuka hus, value: 1}", "Write sjuka-hus, and describe it as a concept, in an RDF file of"),
        ("member: goteborgs-universitet", "Describe it in data/things/."),
        ("member: telemedicin", "Describe it in data/things/."),
        ("focusArea: telemedicin", "Did you mean telemedicine?"),
    ],
)
def test_concepts_are_meant_where_concepts_stand(shapeless: Project, said: str, hint: str) -> None:
    """And nowhere else: a university is no concept that is called nearly so."""
    concept = "<https://example.org/graph/id/{}> a <http://www.w3.org/2004/02/skos/core#Concept> .\n"
    concepts = "".join(map(concept.format, ("founding-universities", "telemedicine")))
    shapeless.write("ontology/more.ttl", concepts)
    shapeless.facts(f"{QUOTED}      - {{subject: nhd, {said}}}\n")
    (told,) = findings(shapeless)
    assert (told.hint or "").startswith(hint)


@pytest.mark.parametrize("says", ["      - ", "    - "])
def test_an_entry_without_braces_is_read_as_one_with_them(shapeless: Project, says: str) -> None:
    """One mistake is told, and what each of its keys says is checked."""
    entry = "subject: nhd, host: kht, member: [kth, ki], startDate: 2021-13"
    shapeless.facts(f"{QUOTED}{says}{entry}\n{says}{{subject: nhd, lead: ada}}\n")
    found = sorted(findings(shapeless), key=lambda each: each.location)
    column = len(says) + len("subject: nhd, host: ") + 1
    assert [(each.rule, each.location.line) for each in found] == [
        ("yaml", 12),
        ("unknown-thing", 12),
        ("date", 12),
        ("unknown-thing", 13),
    ]
    assert found[0].hint == f"Put braces around it: {{{entry}}}; or each key on a line of its own."
    assert found[1].location.column == column


def test_a_comma_that_is_missing_is_told_as_such(shapeless: Project) -> None:
    """Nobody is advised to put two keys into quotation marks."""
    shapeless.facts(f"{QUOTED}      - {{subject: nhd host: kth, startDate: 2021-05}}\n")
    assert [each.hint for each in findings(shapeless)] == ["Put a comma before host:."]


@pytest.mark.parametrize(
    ("written", "scheme"),
    [
        ("https://ror.org/026vcq606", "ror"),
        ("https://orcid.org/0000-0002-1825-0097", "orcid"),
        ("https://doi.org/10.1000/182", "crossref-funder or doi"),
    ],
)
def test_an_identifier_that_links_has_its_scheme(shapeless: Project, written: str, scheme: str) -> None:
    """As text it would link the thing to nothing; other identifiers may stand alone."""
    shapeless.facts(f"{QUOTED}      - {{subject: nhd, identifier: ['{written}', 2017-1, 'https://e.example/a']}}\n")
    (told,) = findings(shapeless)
    assert (told.rule, told.hint) == ("identifier", f'Write {{scheme: {scheme}, value: "{written}"}}.')


@pytest.mark.parametrize(
    ("amount", "hint"),
    [
        ("1991250,00 SEK", "Write 1991250.00 SEK: no commas in a number."),
        ("1,991,250,00 SEK", "Write 1991250.00 SEK: no commas in a number."),
        ("1991250", "Write its currency behind it, such as 1991250 SEK or 1991250 EUR."),
    ],
)
def test_an_amount_is_told_how_it_is_written(shapeless: Project, amount: str, hint: str) -> None:
    """Within braces, where a comma ends a value."""
    shapeless.facts(f"{QUOTED}      - {{subject: nhd, funding: {{amount: {amount}, funder: vinnova}}}}\n")
    assert [each.hint for each in findings(shapeless)] == [hint]


def test_the_date_of_a_document_is_that_of_its_publication(shapeless: Project) -> None:
    """What projects have is not advised for it."""
    shapeless.document("nhd-page", TEXT, f"{QUOTED}      - {{subject: nhd, host: kth}}\n", date="2023")
    assert [each.hint for each in findings(shapeless)] == ["Did you mean datePublished?"]


def test_a_person_who_stands_where_the_project_must_is_told(project: Project) -> None:
    """The role is not to be taken out, but to be turned round."""
    project.facts("  - quote: Ada Berg leads Nordic Health Data\n    says: [{subject: ada-berg, lead: nhd}]\n")
    told = [each.message for each in project.check().findings if each.rule == "shacl-person-privacy"]
    assert len(told) == 1
    assert "exchange subject and value where the person has the role" in told[0]
