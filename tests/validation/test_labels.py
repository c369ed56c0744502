"""Labels in each language, and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digigraph.findings import Severity

if TYPE_CHECKING:
    from projects import Project

PREFIXES = """@prefix id: <https://example.org/graph/id/> . @prefix e: <https://example.org/terms#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix schema: <https://schema.org/> .
"""


def found(project: Project, rule: str) -> list[tuple[str, str]]:
    return [(str(each.location), each.message) for each in project.check().findings if each.rule == rule]


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ("name: {en: Uppsala University}", "sv"),
        ("name: {sv: Uppsala universitet}", "en"),
        ("name: {fi: Uppsalan yliopisto}", "en or sv"),
        ("name: {sv: Uppsala universitet, en-GB: Uppsala University}", None),
        ("name: {en: Uppsala University}, alternateName: UU", None),
        ("name: {en: Uppsala University}, alternateName: {sv: Uppsala}", None),
    ],
)
def test_a_thing_has_a_name_in_each_language(project: Project, names: str, missing: str | None) -> None:
    """By its name or short name, of any region; told where the name is that it has."""
    project.write("data/things/uu.yaml", f"uu:\n  {{type: Organization, {names}}}\n")
    told = found(project, "label-missing")
    if missing is None:
        assert told == []
    else:
        ((place, message),) = told
        assert place.startswith("data/things/uu.yaml:2:")
        assert message == f"id:uu has no schema:name in {missing}."


def test_the_languages_are_those_of_the_project(project: Project) -> None:
    """A project in other languages is asked for those."""
    project.write("digigraph.toml", 'base_iri = "https://example.org/graph/"\nlanguages = "fi"\n')
    messages = [message for _, message in found(project, "label-missing")]
    assert "id:nhd has no schema:name in fi." in messages
    assert not any("in en" in each for each in messages)


def test_concepts_and_terms_have_labels_too(project: Project) -> None:
    """By skos:prefLabel and rdfs:label; what a shape has told already is not told again."""
    text = (
        f"{PREFIXES}id:topic a skos:Concept ; skos:prefLabel 'topic'@en .\ne:Thing a owl:Class ; rdfs:label 'ting'@sv ."
    )
    project.write("ontology/more.ttl", text)
    assert [message for _, message in found(project, "label-missing")] == [
        "<https://example.org/terms#Thing> has no rdfs:label in en."
    ]
    (project.folder / "shapes/things.ttl").unlink()
    assert [place for place, _ in found(project, "label-missing")] == [
        "ontology/more.ttl:4:42",
        "ontology/more.ttl:5:34",
    ]


def test_terms_of_the_ontology_are_defined(project: Project) -> None:
    """A class or property without a word of definition is a warning at its place; terms of others need none."""
    mine = "e:a a owl:ObjectProperty .\ne:b a owl:Class ; skos:definition 'B'@en .\n"
    text = f"{PREFIXES}{mine}schema:url rdfs:label 'address'@en ."
    project.write("ontology/more.ttl", text)
    (finding,) = [each for each in project.check().findings if each.rule == "term-without-definition"]
    assert (str(finding.location), finding.severity) == ("ontology/more.ttl:4:1", Severity.WARNING)
