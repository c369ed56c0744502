"""The dataset is that of the data model: evidence graphs, what follows, conflicts, one default graph."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.dataset.build import build
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from projects import Project

PREFIXES = """PREFIX id: <https://example.org/graph/id/> PREFIX doc: <https://example.org/graph/doc/>
PREFIX dg: <https://w3id.org/digigraph/ns#> PREFIX schema: <https://schema.org/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> PREFIX prov: <http://www.w3.org/ns/prov#> """


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project."""
    return shapeless


def loaded(project: Project) -> ox.Store:
    corpus = read_project(project.settings)
    dataset = build(corpus, project.settings)
    assert not corpus.findings
    assert not dataset.findings
    store = ox.Store()
    store.bulk_load(dataset.nquads, format=ox.RdfFormat.N_QUADS)
    return store


def ask(store: ox.Store, pattern: str) -> bool:
    return bool(store.query(f"{PREFIXES} ASK {{ {pattern} }}"))


def values(store: ox.Store, pattern: str) -> list[str]:
    return sorted(row[0].value for row in store.query(f"{PREFIXES} SELECT ?x {{ {pattern} }}"))


def test_a_statement_opens_its_sentence(project: Project) -> None:
    """The claim stands in the graph of its evidence, the description of the evidence in the default graph."""
    store = loaded(project)
    assert ask(store, "id:nhd dg:host id:kth")
    assert values(
        store, "GRAPH ?e { id:nhd dg:host id:kth } ?e dg:quote ?x ; dg:source doc:nhd-page ; dg:basis dg:explicit"
    ) == ["Nordic Health Data (huvudman KTH)"]


def test_evidence_is_named_by_its_span(project: Project) -> None:
    """The IRI says document, version, start and end, and the text has the quote there."""
    store = loaded(project)
    (name,) = values(store, "GRAPH ?x { id:nhd dg:host id:kth }")
    slug, version, span = name.rpartition("/")[2].split("_")
    start, end = map(int, span.split("-"))
    text = (project.folder / "data/documents/nhd-page.txt").read_text(encoding="utf-8")
    assert (slug, len(version)) == ("nhd-page", 8)
    assert text[start:end] == "Nordic Health Data (huvudman KTH)"


def test_what_follows_stands_in_the_same_graphs(project: Project) -> None:
    """Superproperty, second vocabulary, inverse, superclass and date bounds are written where the statement is."""
    project.facts(
        "  - quote: is funded by Vinnova with SEK 1 991 250\n"
        "    says: [{subject: nhd, funder: vinnova, funding: {amount: 1991250 SEK, funder: vinnova}}]\n"
        "  - quote: started in May 2021\n    says: [{subject: nhd, startDate: 2021-05}]\n"
        "  - quote: (huvudman KTH)\n    says: [{subject: nhd, coordinator: kth}]\n"
    )
    store = loaded(project)
    for statement in (
        "id:nhd foaf:fundedBy id:vinnova",
        "id:nhd-grant-vinnova schema:fundedItem id:nhd ; a dg:Grant, schema:MonetaryGrant",
        'id:amount-sek-1991250 schema:value 1991250.0 ; schema:currency "SEK"',
        'id:nhd dg:startEarliest "2021-05-01"^^xsd:date ; dg:startLatest "2021-05-31"^^xsd:date',
        "id:nhd schema:member id:kth",
    ):
        assert ask(store, statement), statement
        assert ask(store, f"GRAPH ?e {{ {statement} }} ?e dg:quote ?q"), statement
    assert ask(
        store, "id:nhd a dg:Project, schema:Project, foaf:Project ; foaf:name ?n ; rdfs:label ?n ; schema:name ?n"
    )


def test_a_person_who_coordinates_is_no_member(project: Project) -> None:
    """The superproperty of coordinator holds for organisations alone."""
    project.facts("  - quote: Ada Berg leads\n    says: [{subject: nhd, coordinator: ada-berg}]\n")
    store = loaded(project)
    assert ask(store, "id:nhd dg:coordinator id:ada-berg")
    assert not ask(store, "id:nhd schema:member ?anybody")


def test_a_triple_that_two_sentences_state_counts_once(project: Project) -> None:
    """Two evidence graphs, one triple in the default graph."""
    project.facts(
        "  - quote: KTH takes part.\n    occurrence: 1\n    says: [{subject: nhd, member: kth}]\n"
        "  - quote: KTH takes part.\n    occurrence: 2\n    says: [{subject: nhd, member: kth}]\n"
    )
    store = loaded(project)
    assert len(values(store, "id:nhd schema:member ?m BIND(1 AS ?x)")) == 1
    assert len(values(store, "GRAPH ?x { id:nhd schema:member id:kth }")) == 2


def test_implied_readings_of_one_span_are_numbered(project: Project) -> None:
    """Each has a node of its own with its reason; the explicit one has none."""
    project.facts(
        "  - quote: KTH takes part.\n    occurrence: 1\n    says: [{subject: nhd, member: kth}]\n"
        "  - quote: KTH takes part.\n    occurrence: 1\n    implied: first reason\n"
        "    says: [{subject: nhd, supports: nhd}]\n"
        "  - quote: KTH takes part.\n    occurrence: 1\n    implied: second reason\n"
        "    says: [{subject: nhd, buildsOn: nhd}]\n"
    )
    store = loaded(project)
    assert [each.rpartition("-")[2] for each in values(store, "?x dg:basis dg:implied")] == ["i1", "i2"]
    assert values(store, "?e rdfs:comment ?x ; a dg:Evidence") == ["first reason", "second reason"]


def test_there_is_no_blank_node_and_no_strange_subject(repository: Project) -> None:
    """Every subject of this repository's graph has a pattern in the data model."""
    checked = repository.check()
    assert b"_:" not in checked.dataset.nquads
    assert not checked.dataset.findings


@pytest.mark.parametrize(("seed", "locale"), [("0", "C"), ("1", "sv_SE.UTF-8"), ("random", "C.UTF-8")])
def test_the_bytes_are_the_same_under_any_hash_seed_and_locale(project: Project, seed: str, locale: str) -> None:
    """Two builds of the same sources are byte for byte equal, whatever the process was started with."""
    built = project.run("build", PYTHONHASHSEED=seed, LC_ALL=locale, TZ="Asia/Tokyo")
    assert (built.returncode, built.stderr) == (0, b"")
    assert built.stdout == project.check().dataset.nquads
    assert built.stdout.splitlines() == sorted(built.stdout.splitlines())


def test_the_place_of_the_project_does_not_matter(project: Project) -> None:
    """The same files in another folder give the same bytes."""
    before = project.check().dataset.nquads
    moved = project.folder.rename(project.folder.with_name("å moved"))
    built = subprocess.run(
        [sys.executable, "-m", "digigraph", "--project", moved, "build"], capture_output=True, check=True
    )
    assert built.stdout == before
