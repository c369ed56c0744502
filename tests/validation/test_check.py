"""Checks before publishing: what breaks a rule is told at the line of the fact that is to blame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from projects import TEXT

from digigraph.findings import Severity

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

EVIDENCE = "https://example.org/graph/ev/nhd-page"


def found(project: Project, rule: str) -> list[Finding]:
    return [each for each in project.check().findings if each.rule == rule]


def test_a_project_that_is_well_has_no_finding(project: Project, repository: Project) -> None:
    """Neither the fixture that other tests start from nor the graph of this repository has a violation."""
    assert project.check().findings == []
    assert [each for each in repository.check().findings if each.severity is Severity.VIOLATION] == []


def test_shapes_point_to_the_line_of_the_fact(project: Project) -> None:
    """A person as member breaks a shape; the finding names the facts file and the line of the value."""
    project.facts(
        "  - quote: (huvudman KTH)\n    says:\n      - {subject: nhd, host: kth}\n"
        "  - quote: Ada Berg leads Nordic Health Data\n    says:\n      - {subject: nhd, member: ada-berg}\n"
    )
    findings = [each for each in project.check().findings if each.rule.startswith("shacl-")]
    assert "data/documents/nhd-page.yaml:15:32" in {str(each.location) for each in findings}


def test_curated_rdf_is_held_to_the_same_shapes(project: Project) -> None:
    """A wrong triple in a Turtle file is told at its line."""
    project.write(
        "data/more.ttl",
        "@prefix id: <https://example.org/graph/id/> . @prefix schema: <https://schema.org/> .\n"
        "\n"
        "id:nhd schema:member id:ada-berg .\n",
    )
    findings = project.check().findings
    assert ("data/more.ttl", 3) in {(each.location.path, each.location.line) for each in findings}


def test_evidence_written_by_hand_must_stand_in_its_document(project: Project) -> None:
    """An evidence whose quote does not stand at its place is an error, whoever wrote it."""
    built = project.check().dataset.nquads.decode()
    version = built.partition("/doc/nhd-page_")[2][:8]
    project.write(
        "data/more.ttl",
        "@prefix dg: <https://w3id.org/digigraph/ns#> . @prefix prov: <http://www.w3.org/ns/prov#> .\n"
        f"<{EVIDENCE}_{version}_0-6> a dg:Evidence ; dg:basis dg:explicit ; dg:start 0 ; dg:end 6 ;\n"
        f'  dg:quote "KTH is great"@en ; dg:source <https://example.org/graph/doc/nhd-page> ;\n'
        f"  prov:wasQuotedFrom <https://example.org/graph/doc/nhd-page_{version}> .\n",
    )
    (finding,) = found(project, "evidence-text")
    assert finding.location.path == "data/more.ttl"
    assert "Nordic" in finding.message


def test_a_role_that_no_sentence_states_is_an_error(project: Project) -> None:
    """A role that reaches the default graph by way of the ontology has neither evidence nor a curator."""
    project.write(
        "ontology/more.ttl",
        "@prefix id: <https://example.org/graph/id/> . @prefix dg: <https://w3id.org/digigraph/ns#> .\n"
        "id:nhd dg:host id:ki .\n",
    )
    (finding,) = found(project, "role-without-evidence")
    assert (finding.location.path, finding.location.line) == ("ontology/more.ttl", 2)


def test_a_subject_without_an_iri_pattern_is_refused(project: Project) -> None:
    """What the data model has no place for is not built silently."""
    project.write("data/more.ttl", '<http://elsewhere.example/x> <https://schema.org/name> "X"@en .\n')
    (finding,) = found(project, "subject-iri")
    assert str(finding.location).startswith("data/more.ttl:1")


def test_a_date_before_what_it_reports_is_a_warning(project: Project) -> None:
    """A page that says completed before the end that it gives itself cannot be trusted with its date."""
    facts = (
        "  - quote: started in May 2021\n    asOf: {as_of}\n"
        "    says: [{{subject: nhd, endDate: 2021-12, status: completed}}]\n"
    )
    project.facts(facts.format(as_of="2021-06"))
    (finding,) = found(project, "as-of-contradicted")
    assert finding.severity is Severity.WARNING
    project.facts(facts.format(as_of="2022-06"))
    assert not found(project, "as-of-contradicted")


def test_one_quote_that_says_nothing_is_a_warning(project: Project) -> None:
    """Evidence without a claim is of no use to anybody."""
    project.facts("  - quote: (huvudman KTH)\n    says: []\n")
    (finding,) = found(project, "evidence-claims-nothing")
    assert finding.location.line == 10


@pytest.mark.parametrize("more", ["occurrence: 7", "asOf: soon", "accepted: maybe", "lagn: sv"])
def test_a_quote_that_says_nothing_is_told_whatever_else_is_wrong(project: Project, more: str) -> None:
    """With its fact, and with its document."""
    project.facts(f"  - quote: (huvudman KTH)\n    says: []\n    {more}\n")
    (finding,) = found(project, "evidence-claims-nothing")
    assert finding.location.line == 10
    project.document("nhd-page", TEXT, "  - quote: (huvudman KTH)\n    says: []\n", sourceRank="first")
    (finding,) = found(project, "evidence-claims-nothing")
    assert finding.location.line == 10


def test_shapes_that_are_broken_are_told_and_hide_nothing(project: Project) -> None:
    """A shapes file that pyshacl refuses is a finding among the others."""
    project.write(
        "shapes/broken.ttl",
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://e.x/s> a sh:NodeShape ; sh:targetClass <http://e.x/C> ;\n"
        "  sh:targetNode <http://e.x/n> ; sh:property <http://e.x/no-such-shape> .\n",
    )
    project.write("data/things/more.yaml", "x: {type: Nonsense}\n")
    assert {"shapes", "unknown-class"} <= {each.rule for each in project.check().findings}


def test_what_a_shape_finds_in_a_fact_comes_with_its_sentence(project: Project) -> None:
    """The finding at a value of a fact shows the sentence that is quoted for it."""
    project.facts("  - quote: Ada Berg leads Nordic Health Data\n    says: [{subject: nhd, member: ada-berg}]\n")
    quotes = {each.quote for each in project.check().findings if each.rule.startswith("shacl-member")}
    assert quotes == {"Ada Berg leads Nordic Health Data"}
