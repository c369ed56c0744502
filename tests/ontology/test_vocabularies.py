"""The lists of terms of other vocabularies, and the script that derives them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import rdflib

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "src" / "digigraph" / "vocabularies"
EXISTING = {
    "schema": [
        "https://schema.org/funding",
        "https://schema.org/fundedItem",
        "https://schema.org/MonetaryGrant",
        "https://schema.org/AboutPage",
        "https://schema.org/measuredProperty",
        "https://schema.org/observationAbout",
        "https://schema.org/sha256",
    ],
    "foaf": ["http://xmlns.com/foaf/0.1/fundedBy", "http://xmlns.com/foaf/0.1/Project"],
    "dcterms": ["http://purl.org/dc/terms/isReplacedBy"],
    "skos": ["http://www.w3.org/2004/02/skos/core#prefLabel"],
    "org": ["http://www.w3.org/ns/org#purpose"],
    "prov": ["http://www.w3.org/ns/prov#wasQuotedFrom", "http://www.w3.org/ns/prov#specializationOf"],
    "dcat": ["http://www.w3.org/ns/dcat#DatasetSeries"],
    "oa": ["http://www.w3.org/ns/oa#exact"],
    "void": ["http://rdfs.org/ns/void#triples", "http://rdfs.org/ns/void#inDataset"],
    "sh": ["http://www.w3.org/ns/shacl#NodeShape", "http://www.w3.org/ns/shacl#Violation"],
    "frapo": ["http://purl.org/cerif/frapo/HostInstitution"],
    "cito": ["http://purl.org/spar/cito/citesAsEvidence"],
    "eurio": ["http://data.europa.eu/s66#hasFundingScheme"],
    "dqv": ["http://www.w3.org/ns/dqv#QualityMeasurement"],
    "rdf": ["http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"],
    "rdfs": ["http://www.w3.org/2000/01/rdf-schema#subPropertyOf"],
    "owl": ["http://www.w3.org/2002/07/owl#inverseOf", "http://www.w3.org/2002/07/owl#NamedIndividual"],
    "xsd": ["http://www.w3.org/2001/XMLSchema#gYearMonth", "http://www.w3.org/2001/XMLSchema#dateTimeStamp"],
}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script, as a module."""
    spec = importlib.util.spec_from_file_location("vocabularies_script", ROOT / ".ci" / "vocabularies.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, spec.name, module)
        spec.loader.exec_module(module)
    return module


def read(prefix: str) -> tuple[dict[str, str], list[str]]:
    """Return a list's head and its terms."""
    lines = (LISTS / f"{prefix}.txt").read_text(encoding="utf-8").splitlines()
    head = [line.removeprefix("# ") for line in lines if line.startswith("#")]
    return dict(line.split(": ", 1) for line in head if ": " in line), [line for line in lines if line[0] != "#"]


def test_there_is_one_list_for_each_vocabulary(script: ModuleType) -> None:
    """The script's table, the files and the samples of this test are the same vocabularies."""
    assert {file.stem for file in LISTS.glob("*.txt")} == {*script.VOCABULARIES, *script.LANGUAGES} == set(EXISTING)


@pytest.mark.parametrize("prefix", EXISTING)
def test_a_list_holds_sorted_iris_of_one_namespace(prefix: str, script: ModuleType) -> None:
    """Each line is an IRI in the vocabulary's namespace, once, in order: no labels, no sentences."""
    head, terms = read(prefix)
    _, namespace, *_ = {**script.VOCABULARIES, **script.LANGUAGES}[prefix]
    assert head["namespace"] == namespace
    assert terms == sorted(set(terms))
    assert all(re.fullmatch(re.escape(namespace) + r"[A-Za-z0-9_.-]+", term) for term in terms)


@pytest.mark.parametrize("prefix", EXISTING)
def test_a_list_says_where_it_comes_from(prefix: str, script: ModuleType) -> None:
    """Vocabulary, origin with its commit or its sections, licence, date and the true number of terms."""
    head, terms = read(prefix)
    assert head["vocabulary"]
    assert head["licence"]
    assert re.search(
        r"\b[0-9a-f]{7}\b|\bsections? [0-9]" if prefix in script.LANGUAGES else r"\b[0-9a-f]{7}\b", head["origin"]
    )
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", head["taken"])
    assert int(head["terms"]) == len(terms)


@pytest.mark.parametrize("prefix", EXISTING)
def test_terms_known_to_exist_are_listed(prefix: str) -> None:
    """Terms looked up by hand in the vocabularies are there."""
    _, terms = read(prefix)
    assert set(EXISTING[prefix]) <= set(terms)


@pytest.mark.parametrize("prefix", ["rdf", "rdfs", "owl"])
def test_no_term_of_the_languages_is_missing(prefix: str) -> None:
    """Every term that RDFLib knows of RDF, RDF Schema and OWL is in our list."""
    namespace = getattr(rdflib, prefix.upper())
    assert {str(namespace[name]) for name in namespace.__annotations__} <= set(read(prefix)[1])


def test_terms_that_do_not_exist_are_not_listed() -> None:
    """A likely misspelling, a term of another namespace and the vocabulary itself are not terms."""
    _, schema = read("schema")
    assert not {"https://schema.org/fundingAgency", "https://schema.org/", "https://schema.org/host"} & set(schema)


def test_only_what_the_vocabulary_defines_is_taken(script: ModuleType, tmp_path: Path) -> None:
    """A typed term or one with isDefinedBy counts; mentions, other namespaces, ontologies and odd names do not."""
    file = tmp_path / "v.ttl"
    file.write_text(
        """
        @prefix v: <http://example.org/v#> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <http://example.org/v#> a owl:Ontology .
        v:Class a rdfs:Class . v:instance a v:Class . v:defined rdfs:isDefinedBy <http://example.org/v#> .
        v:this a owl:Ontology . v:mentioned rdfs:seeAlso v:alsoMentioned . <> rdfs:comment "relative" .
        <http://example.org/other> a rdfs:Class . <http://example.org/v#odd:name> a rdfs:Class . [] a v:Class .
        """,
        encoding="utf-8",
    )
    found = script.terms(file, "http://example.org/v#")
    assert [iri.rpartition("#")[2] for iri in found] == ["Class", "defined", "instance"]


def test_origins_come_from_the_table(script: ModuleType) -> None:
    """Files that share a row share its origin, and "same repository" is replaced by the one above."""
    readme = """Copies. Taken 2026-11-21.

| file | vocabulary, version | origin repository, commit, path | licence |
| --- | --- | --- | --- |
| a.ttl, b.ttl | A 1.0 | o/r 0123abc, a.nq | MIT |
| c.ttl | C | same repository, c.nq | CC0 |
"""
    rows = script.origins(readme)
    assert rows["a.ttl"] == rows["b.ttl"] == script.Origin("A 1.0", "o/r 0123abc, a.nq", "MIT", "2026-11-21")
    assert rows["c.ttl"].repository == "o/r 0123abc, c.nq"


def test_a_table_without_a_date_is_refused(script: ModuleType) -> None:
    """The lists say when the copies were taken, so the table must."""
    with pytest.raises(SystemExit, match="Taken"):
        script.origins("| a.ttl | A | o/r | MIT |")


def test_making_a_list_again_changes_nothing(script: ModuleType) -> None:
    """A list is what the script writes, byte for byte."""
    for prefix, (_, namespace) in script.VOCABULARIES.items():
        head, terms = read(prefix)
        origin = script.Origin(head["vocabulary"], head["origin"], head["licence"], head["taken"])
        assert script.render(namespace, origin, terms) == (LISTS / f"{prefix}.txt").read_text(encoding="utf-8")
