"""Prefixes of queries in shapes: those that SHACL gives them (section 5.2.1), whatever files declare for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digigraph.pipeline import check_files
from digigraph.sources.rdf.files import Files, Reading

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.findings import Finding

QUERY = "SELECT $this ?value WHERE { $this ex:p ?value . FILTER isLiteral(?value) }"
DATA = [
    "@prefix ex: <http://e.x/> . ex:a ex:p 1 .",
    "@prefix other: <http://e.x/> . other:a other:p 1 .",
    "@prefix ex: <http://other/> . <http://e.x/a> <http://e.x/p> 1 .",
]
DECLARED = 'sh:declare [ sh:prefix "ex" ; sh:namespace "http://e.x/" ]'


def check(folder: Path, data: str, query: str, *, prefixes: str = "", more: str = "") -> list[Finding]:
    (folder / "data.ttl").write_text(data, encoding="utf-8")
    (folder / "shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <http://e.x/> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "ex:s a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:nodeKind sh:BlankNode ; sh:sparql ex:q .\n"
        f'ex:q sh:message "asked" ; {prefixes} sh:select "{query}" .\n{more}',
        encoding="utf-8",
    )
    files = Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")])
    return check_files(files, Reading()).findings


def told(findings: list[Finding]) -> set[tuple[str, str]]:
    """Rule and message of each, without the node or the query that it is about."""
    return {(each.rule, each.message.split(": ", 1)[1]) for each in findings}


IS_NO_NODE = ("shacl-s", "Value is not of Node Kind sh:BlankNode")


@pytest.mark.parametrize("data", DATA)
def test_a_prefix_that_nothing_declares_is_told_whatever_the_data_declares(tmp_path: Path, data: str) -> None:
    """The finding stands at the query, and the rest of the shape is checked."""
    found = check(tmp_path, data, QUERY)
    assert told(found) == {IS_NO_NODE, ("shapes", "it uses ex:, which nothing declares.")}
    assert [each.location.line for each in found if each.rule == "shapes"] == [4]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(
    ("query", "prefixes", "more"),
    [
        (f"PREFIX ex: <http://e.x/> {QUERY}", "", ""),
        (QUERY, "sh:prefixes ex:o ;", f"ex:o {DECLARED} ."),
        (QUERY, "sh:prefixes ex:o ;", f"ex:o owl:imports ex:i . ex:i owl:imports ex:o , ex:j . ex:j {DECLARED} ."),
        (f"PREFIX ex: <http://e.x/> {QUERY}", "sh:prefixes ex:o ;", f"ex:o {DECLARED.replace('e.x', 'e.y')} ."),
    ],
)
def test_a_query_asks_the_same_of_every_data(tmp_path: Path, data: str, query: str, prefixes: str, more: str) -> None:
    """By its own declarations, and by those that sh:prefixes leads to, over imports in a circle, too."""
    assert told(check(tmp_path, data, query, prefixes=prefixes, more=more)) == {IS_NO_NODE, ("shacl-s", "asked")}


def test_the_usual_prefixes_are_always_there(tmp_path: Path) -> None:
    """Those of RDF, RDF Schema, OWL and XML Schema, also where the data declares them otherwise."""
    query = "SELECT $this ?value { $this <http://e.x/p> ?value FILTER(DATATYPE(?value) = xsd:integer) }"
    data = "@prefix xsd: <http://other/> . <http://e.x/a> <http://e.x/p> 1 ."
    assert told(check(tmp_path, data, query)) == {IS_NO_NODE, ("shacl-s", "asked")}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            f"ex:o {DECLARED} , [ sh:prefix 'ex' ; sh:namespace 'http://e.y/' ] .",
            "ex: is declared with two namespaces.",
        ),
        (
            "ex:o sh:declare [ sh:prefix 'ex' ] .",
            "a declaration of its prefixes has not one sh:prefix and one sh:namespace.",
        ),
        ("ex:o sh:declare [ sh:prefix 'e x' ; sh:namespace 'http://e.x/' ] .", "'e x' is declared and is no prefix."),
        (
            "ex:o sh:declare [ sh:prefix 'ex' ; sh:namespace 'http://e.x/> SELECT * FROM <http://e.y/' ] .",
            "the namespace of ex: is no IRI.",
        ),
        (f"ex:other a owl:Ontology ; {DECLARED} .", "it uses ex:, which nothing declares."),
    ],
)
def test_declarations_that_break_the_rules_are_told(tmp_path: Path, more: str, expected: str) -> None:
    """Also a namespace that would end the query before its end, and those that are meant for others."""
    found = check(tmp_path, DATA[0], QUERY, prefixes="sh:prefixes ex:o ;", more=more)
    assert {message for rule, message in told(found) if rule == "shapes"} == {expected}
