"""Keys that say nothing where they stand: of evidence, figures, grants, documents and the vocabulary."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from projects import FACTS, TEXT, THINGS

from digigraph.pipeline import editor_schemas
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

QUOTED = "  - quote: (huvudman KTH)\n    says:\n      - "
UP = "to the fact: move it up, beside quote:."


def findings(project: Project) -> list[Finding]:
    return list(read_project(project.settings).findings)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("start: 2023", "start is where words start in a text. Did you mean startDate?"),
        ("end: 2027", "end is where words end in a text. Did you mean endDate?"),
        ("asOf: 2023-03", f"asOf: belongs {UP}"),
        ("implied: because", f"implied: belongs {UP}"),
        ("quote: KTH", f"quote: belongs {UP}"),
        ("accepted: false", f"accepted: and reason: belong {UP}"),
        ("reason: outdated", f"accepted: and reason: belong {UP}"),
        ("lang: sv", "The language of a quote belongs to its fact: move it up, as lang:, beside quote:."),
        ("language: sv", "The language of a quote belongs to its fact: move it up, as lang:, beside quote:."),
        ("amount: 1991250 SEK", "A grant and its parts stand in funding: {amount: …, number: …}."),
        ("number: 2017-1", "A grant and its parts stand in funding: {amount: …, number: …}."),
        ("grant: infra", "A grant and its parts stand in funding: {amount: …, number: …}."),
        ("value: 15", "A count and its parts stand in figure: {what: …, value: …, qualifier: …}."),
        ("what: patients", "A count and its parts stand in figure: {what: …, value: …, qualifier: …}."),
        ("title: Nordic", "Did you mean name?"),
        ("label: Nordic", "Did you mean name?"),
        ("sha256: abc", "It belongs to a document, below document: in its file."),
        ("comment: well", "It is a property of Concept and Evidence and Source."),
        ("definition: well", "It is a property of Concept and ConceptScheme."),
        ("related: ki", "It is a property of Concept and ConceptScheme."),
        ("source: kth", "It is a property of Evidence."),
        ("singleValued: true", "It is a property of Property."),
    ],
)
def test_an_entry_says_only_what_its_subject_can_have(shapeless: Project, said: str, hint: str) -> None:
    """It would be published of the project; the other words of the entry are read."""
    shapeless.facts(f"{QUOTED}{{subject: nhd, {said}, hosst: kth}}\n")
    told, near = findings(shapeless)
    assert (told.location.line, told.location.column) == (12, 24)
    assert told.rule in {"key", "unknown-term"}
    assert told.hint == hint
    assert near.hint == "Did you mean host?"


@pytest.mark.parametrize("said", ["start: 2023", "amount: 5 SEK", "title: {en: A}", "asOf: 2023", "notation: A"])
def test_a_thing_has_only_what_things_have(shapeless: Project, said: str) -> None:
    """In its description, too."""
    shapeless.write("data/things/more.yaml", f"gu:\n  type: Organization\n  name: {{en: A, sv: A}}\n  {said}\n")
    (told,) = findings(shapeless)
    assert (told.rule, told.location.line) == ("key", 4)
    assert told.message == f"{said.partition(':')[0]} is no property of a thing."


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("funding: {amount: 5 SEK, start: 2023}", "start is where words start in a text. Did you mean startDate?"),
        ("funding: {amount: 5 SEK, currency: SEK}", "Write the amount with its currency: amount: 6000000 EUR."),
        ("figure: {what: institutions, value: 5, asOf: 2023}", f"asOf: belongs {UP}"),
    ],
)
def test_so_do_grants_and_figures(shapeless: Project, said: str, hint: str) -> None:
    """They are nodes of their own, and evidence is another."""
    shapeless.facts(f"{QUOTED}{{subject: nhd, {said}}}\n")
    told = [each for each in findings(shapeless) if each.rule != "unknown-thing"]
    assert [each.hint for each in told] == [hint]


def test_so_does_a_document(shapeless: Project) -> None:
    """What belongs to its facts is told."""
    shapeless.document("nhd-page", TEXT, FACTS, implied="because", value="5")
    count = "A count and its parts stand in figure: {what: …, value: …, qualifier: …}."
    assert {each.message: each.hint for each in findings(shapeless)} == {
        "There is no term 'implied'.": "implied: belongs to the fact: write it below facts:, beside quote:.",
        "value is no property of a document.": count,
    }


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        ("type: Grant", "amount: 5 SEK"),
        ("type: Report", "datePublished: 2023"),
        ("type: [Concept, Policy]", "prefLabel: {en: A, sv: B}"),
        ("type: Organization", "alternateName: A"),
    ],
)
def test_what_a_subject_is_decides(shapeless: Project, thing: str, said: str) -> None:
    """A thing that is a grant has an amount: in its description, in an entry, and where another file says it is one."""
    described = f"  {thing}\n  name: {{en: A, sv: A}}\n"
    shapeless.write("data/things/things.yaml", f"{THINGS}more:\n{described}  {said}\n")
    shapeless.facts(f"{QUOTED}{{subject: more, {said}}}\n")
    assert findings(shapeless) == []


def test_a_document_is_a_subject_of_its_own_dates(shapeless: Project) -> None:
    """Its text says when it was published."""
    shapeless.facts(f"{QUOTED}{{subject: nhd-page, datePublished: 2023}}\n")
    assert findings(shapeless) == []


@pytest.mark.parametrize("name", ["facts", "things"])
def test_an_editor_marks_them_and_offers_none(shapeless: Project, name: str) -> None:
    """What no thing can have, whatever it is; what grants and documents have is not offered, and taken."""
    schema = json.loads(editor_schemas(shapeless.settings)[f"schemas/{name}.schema.json"])
    node = schema["definitions"]["entry" if name == "facts" else "thing"]
    offered, taken = node["properties"].keys(), {each.strip("^$") for each in node["patternProperties"]}
    never = {"start", "end", "asOf", "value", "title", "currency", "quote", "accepted", "propertyID", "singleValued"}
    assert never.isdisjoint(offered | taken)
    assert {"amount", "language", "sha256", "datePublished", "prefLabel", "notation"} <= taken - offered
    assert {"name", "startDate", "funding", "figure", "url", "isPartOf"} <= offered
