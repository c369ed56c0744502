"""What cannot be compared is a result of the constraint (SHACL, sections 4.3 and 4.5); it hides no other result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from digigraph.pipeline import check_files
from digigraph.sources.rdf.files import Files, Reading

if TYPE_CHECKING:
    from pathlib import Path

PREFIXES = """@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
OTHER = ("http://e.x/b", "NodeKind")
NO_NUMBERS = [
    *('"NaN"^^xsd:float', '"NaN"^^xsd:double', '"nan"^^xsd:decimal', '"snan"^^xsd:decimal', '"inf"^^xsd:double'),
    *('"x"^^xsd:integer', '"2020-01-01"^^xsd:date', '"5"', '"5"@en', "_:b", "e:c"),
]


def told(folder: Path, value: str, shape: str) -> list[tuple[str | None, str]]:
    """Node and component of each result about a value and a number; what is wrong with the shapes, by its message."""
    (folder / "data.ttl").write_text(
        f"{PREFIXES} e:a e:v {value} ; e:w 9 . e:b e:v 5 ; e:w 9 ; e:x 1 .", encoding="utf-8"
    )
    (folder / "shapes.ttl").write_text(
        f"{PREFIXES} e:s a sh:NodeShape ; sh:targetSubjectsOf e:v ; {shape} ;\n"
        "  sh:property [ sh:path e:x ; sh:nodeKind sh:IRI ] .",
        encoding="utf-8",
    )
    files = Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")])
    return [
        (each.subject, each.result.component.partition("#")[2].removesuffix("ConstraintComponent"))
        if each.result
        else (None, each.message)
        for each in check_files(files, Reading()).findings
    ]


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", ["minInclusive", "minExclusive", "maxInclusive", "maxExclusive"])
def test_what_is_no_number_is_in_no_range_of_numbers(tmp_path: Path, value: str, name: str) -> None:
    """NaN, what is no value of its datatype, and values of other kinds: one result each, at the value."""
    bound = "0.5" if name.startswith("min") else "9.5"
    component = name[0].upper() + name[1:]
    found = told(tmp_path, value, f"sh:property [ sh:path e:v ; sh:{name} {bound} ]")
    assert found == [("http://e.x/a", component), OTHER]


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("name", ["lessThan", "lessThanOrEquals"])
def test_what_is_no_number_is_not_less_than_one(tmp_path: Path, value: str, name: str) -> None:
    """Neither is it greater; no shape is given up for what the data has."""
    found = told(tmp_path, value, f"sh:property [ sh:path e:v ; sh:{name} e:w ]")
    assert found == [("http://e.x/a", name[0].upper() + name[1:]), OTHER]


@pytest.mark.parametrize("value", ['"7"^^xsd:short', "7.0", "7e0", '"INF"^^xsd:double'])
def test_numbers_are_compared_whatever_their_datatypes(tmp_path: Path, value: str) -> None:
    """Also those without end."""
    assert told(tmp_path, value, "sh:property [ sh:path e:v ; sh:minInclusive 0.5 ]") == [OTHER]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"2021"^^xsd:gYear', '"2020"^^xsd:gYear'),
        ('"2021-02"^^xsd:gYearMonth', '"2021-01"^^xsd:gYearMonth'),
        ('"2021-01-02"^^xsd:date', '"2021-01-01"^^xsd:date'),
        ('"P2D"^^xsd:dayTimeDuration', '"PT1H"^^xsd:dayTimeDuration'),
        ('"--02"^^xsd:gMonth', '"--01"^^xsd:gMonth'),
        ('"2"^^e:unknown', '"1"^^e:unknown'),
    ],
)
def test_what_is_greater_is_never_less(tmp_path: Path, one: str, other: str) -> None:
    """Nor is it where nobody knows which is greater; years, days and times are known."""
    exceeds = [("http://e.x/a", "MaxInclusive"), ("http://e.x/b", "MaxInclusive"), OTHER]
    assert told(tmp_path, one, f"sh:property [ sh:path e:v ; sh:maxInclusive {other} ]") == exceeds
    if "--" not in one and "unknown" not in one:
        shape = f"sh:property [ sh:path e:v ; sh:maxInclusive {one} ]"
        assert told(tmp_path, other, shape) == [("http://e.x/b", "MaxInclusive"), OTHER]


@pytest.mark.parametrize("value", NO_NUMBERS[:6])
@pytest.mark.parametrize("test", ["?v < 7", "7 > ?v", "?v > 3", "3 < ?v", "?v * 2 + 1 > 3", "ROUND(?v) = 5", "-?v < 0"])
def test_queries_compare_what_is_no_number_with_nothing(tmp_path: Path, value: str, test: str) -> None:
    """Of two nodes the one with a number is found, and the other stops nothing."""
    query = f"SELECT $this {{ $this <http://e.x/v> ?v FILTER({test}) }} ORDER BY ?v"
    found = told(tmp_path, value, f'sh:sparql [ sh:message "asked" ; sh:select "{query}" ]')
    assert found == [("http://e.x/b", "SPARQL"), OTHER]


@pytest.mark.parametrize(
    ("value", "asked", "is_found"),
    [
        ("007", "007", True),
        ("007", "7", False),
        ("7", "007", False),
        ("1.00", "1.00", True),
        ('"1"^^xsd:boolean', "'1'^^xsd:boolean", True),
        ('"1"^^xsd:boolean', "true", False),
    ],
)
def test_a_literal_in_a_query_is_the_term_as_it_is_spelt(
    tmp_path: Path, value: str, asked: str, *, is_found: bool
) -> None:
    """A pattern matches terms and not values (SPARQL 1.1, section 5.1); FILTER compares values."""
    pattern = f'sh:sparql [ sh:message "m" ; sh:select "SELECT $this {{ $this <http://e.x/v> {asked} }}" ]'
    assert told(tmp_path, value, pattern) == [("http://e.x/a", "SPARQL")] * is_found + [OTHER]
    equal = f"SELECT $this {{ $this <http://e.x/v> ?v FILTER(?v = {asked}) }}"
    assert told(tmp_path, value, f'sh:sparql [ sh:message "m" ; sh:select "{equal}" ]') == [
        ("http://e.x/a", "SPARQL"),
        OTHER,
    ]


def test_no_message_speaks_of_the_engine(tmp_path: Path) -> None:
    """A sum of what has none makes a query unusable; what is said of it is no class and no address."""
    query = "SELECT $this (SUM(?v) AS ?value) { $this <http://e.x/v> ?v } GROUP BY $this"
    found = told(tmp_path, "'2020-01-01'^^xsd:date", f'sh:sparql [ sh:message "asked" ; sh:select "{query}" ]')
    assert found == [
        (None, "This shape cannot be used: It cannot be worked with, as it is or for what it finds in the data.")
    ]
