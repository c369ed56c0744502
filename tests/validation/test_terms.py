"""Terms that do not exist are told where they are used: in data, in shapes, in queries."""

from __future__ import annotations

import importlib.resources
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from projects import Project

LISTS = importlib.resources.files("digigraph") / "vocabularies"
PREFIXES = """@prefix id: <https://example.org/graph/id/> . @prefix dg: <https://w3id.org/digigraph/ns#> .
@prefix schema: <https://schema.org/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project."""
    return shapeless


def undefined(project: Project) -> list[tuple[str, str]]:
    findings = [each for each in project.check().findings if each.rule == "undefined-term"]
    return [(str(each.location).rpartition(":")[0], each.message) for each in findings]


@pytest.mark.parametrize(
    "term",
    [
        *("dg:hosts", "schema:fundedBy", "foaf:homePage", "skos:preferredLabel", "prov:quotedFrom", "dcterms:licence"),
        *("owl:sameAS", "rdfs:lable", "rdf:_0"),
    ],
)
def test_a_property_that_does_not_exist_is_told_at_its_line(project: Project, term: str) -> None:
    """Of our ontology and of each vocabulary the data is linked to."""
    project.write("data/more.ttl", f"{PREFIXES}id:nhd {term} id:kth .\n")
    ((place, message),) = undefined(project)
    assert place == "data/more.ttl:7"
    assert term.partition(":")[2] in message


@pytest.mark.parametrize("name", sorted(each.name for each in LISTS.iterdir()))
def test_each_list_of_terms_is_looked_at(project: Project, name: str) -> None:
    """Whatever vocabulary has a list, a name that is not in it is told."""
    (namespace,) = re.findall(r"(?m)^# namespace: (.+)$", (LISTS / name).read_text(encoding="utf-8"))
    project.write("data/more.ttl", f"{PREFIXES}id:nhd <{namespace}isNoTerm> id:kth .\n")
    ((_, message),) = undefined(project)
    assert message == f"There is no isNoTerm in {namespace}."


@pytest.mark.parametrize(
    "term",
    ["schema:sameAs", "foaf:homepage", "skos:related", "prov:wasDerivedFrom", "rdfs:seeAlso", "owl:sameAs", "rdf:_12"],
)
def test_terms_that_exist_are_left_alone(project: Project, term: str) -> None:
    """What a vocabulary has is no finding."""
    project.write("data/more.ttl", f"{PREFIXES}id:nhd {term} id:kth .\n")
    assert undefined(project) == []


def test_a_datatype_that_does_not_exist_is_told_at_its_literal(project: Project) -> None:
    """In data it is that of a value, in a shape the one that is asked for."""
    project.write("data/more.ttl", f'{PREFIXES}id:nhd schema:startDate "2021-05"^^xsd:yearMonth .\n')
    project.write("shapes/more.ttl", f"{PREFIXES}<http://e.x/p> sh:path schema:name ; sh:datatype rdf:langstring .\n")
    assert undefined(project) == [
        ("data/more.ttl:7", "There is no yearMonth in http://www.w3.org/2001/XMLSchema#."),
        ("shapes/more.ttl:7", "There is no langstring in http://www.w3.org/1999/02/22-rdf-syntax-ns#."),
    ]


def test_classes_and_shapes_are_looked_at_too(project: Project) -> None:
    """A class that does not exist, a path and a target in a shape."""
    project.write("data/more.ttl", f"{PREFIXES}id:nhd a dg:Projekt .\n")
    project.write(
        "shapes/more.ttl",
        f"{PREFIXES}<http://e.x/s> a sh:NodeShape ; sh:targetClass dg:Proj ;\n  sh:property <http://e.x/p> .\n"
        "<http://e.x/p> a sh:PropertyShape ; sh:path schema:nam .\n",
    )
    assert [place for place, _ in undefined(project)] == ["data/more.ttl:7", "shapes/more.ttl:7", "shapes/more.ttl:9"]


def test_queries_are_looked_at_too(project: Project) -> None:
    """Prefixed names and full IRIs; strings and comments say nothing."""
    project.write(
        "queries/q.rq",
        "PREFIX dg: <https://w3id.org/digigraph/ns#>\n"
        'SELECT * { ?s dg:hots ?h ; <https://schema.org/nam> "dg:nothing" } # dg:comment\n',
    )
    assert [place for place, _ in undefined(project)] == ["queries/q.rq:2", "queries/q.rq:2"]


def test_a_word_of_a_closed_list_that_does_not_exist_is_told(project: Project) -> None:
    """``status: complete`` is not a status; the nearest is named."""
    project.facts("  - quote: started in May 2021\n    says: [{subject: nhd, status: complete}]\n")
    (finding,) = [each for each in project.check().findings if each.rule == "unknown-word"]
    assert "completed" in (finding.hint or "")
