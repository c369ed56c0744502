"""Results as reports have them: everything that SHACL says of one, as the shapes graph has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.pipeline import check_files
from digigraph.reports.text import text_report
from digigraph.reports.turtle import turtle_report
from digigraph.sources.rdf.files import Files, Reading
from digigraph.vocab import SH

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.findings import Finding

PREFIXES = "@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"


def check(folder: Path, data: str, shapes: str) -> list[Finding]:
    (folder / "data.ttl").write_text(PREFIXES + data, encoding="utf-8")
    (folder / "shapes.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
    return check_files(Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")]), Reading()).findings


def values(report: str, name: str) -> list[str]:
    """The values of a property of SHACL, in a report."""
    graph = ox.parse(report, format=ox.RdfFormat.TURTLE)
    return sorted(str(each.object) for each in graph if each.predicate == SH[name])


def test_the_query_that_found_a_result_is_named(tmp_path: Path) -> None:
    """As sh:sourceConstraint (SHACL, section 5.3.2); a constraint of SHACL Core has none."""
    query = "SELECT $this { $this <http://e.x/p> ?x }"
    shapes = (
        f'e:s sh:targetNode e:a ; sh:nodeKind sh:Literal ; sh:sparql e:q . e:q sh:message "m" ; sh:select "{query}" .'
    )
    report = turtle_report(check(tmp_path, "e:a e:p 1 .", shapes))
    assert values(report, "sourceConstraint") == ["<http://e.x/q>"]
    assert len(values(report, "result")) == 2


def test_what_led_to_a_result_is_told_with_it(tmp_path: Path) -> None:
    """As sh:detail (section 3.6.2.8), at any depth; a detail is no result of the report."""
    shapes = (
        "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:node e:t . e:t a sh:NodeShape ; sh:property e:u . "
        "e:u sh:path e:p ; sh:minCount 1 ."
    )
    report = turtle_report(check(tmp_path, "e:a e:q 1 .", shapes))
    assert len(values(report, "result")) == 1
    assert values(report, "sourceShape") == ["<http://e.x/s>", "<http://e.x/u>"]
    (detail,) = values(report, "detail")
    assert detail not in values(report, "result")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("[ sh:inversePath [ sh:alternativePath ( e:q e:blank ) ] ]", "^(e:q|e:blank)"),
        ("[ sh:inversePath [ sh:inversePath e:p ] ]", "^(^e:p)"),
        ("[ sh:inversePath [ sh:zeroOrMorePath e:q ] ]", "^(e:q*)"),
        ("[ sh:inversePath e:q ]", "^e:q"),
    ],
)
def test_a_path_stands_in_a_report_as_the_shape_has_it(tmp_path: Path, path: str, said: str) -> None:
    """Not in another form that leads to the same values; its place is that of the triple that leads to the value."""
    (found,) = check(
        tmp_path, "e:x e:q e:a .\n<http://e.x/a> e:p e:x .", f"e:s sh:targetNode e:a ; sh:path {path} ; sh:in ( e:a ) ."
    )
    given, reported = (
        ox.parse(f"@prefix sh: <{SH}> . @prefix e: <http://e.x/> . e:s e:path {each} .", format=ox.RdfFormat.TURTLE)
        for each in (path, found.result.path if found.result else "")
    )
    graphs = [ox.Dataset(each) for each in (given, reported)]
    for each in graphs:
        each.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    assert graphs[0] == graphs[1]
    assert found.path == said
    assert found.location.line == (3 if "e:p" in path else 2)


def test_a_long_value_is_shortened_for_people_alone(tmp_path: Path) -> None:
    """In every part of a message; a report for programs has it whole."""
    digits = "7" * 200_000
    found = check(
        tmp_path, f"e:a e:p {digits} .", "e:s sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:in ( 7 ) ] ."
    )
    assert len(text_report(found)) < 1000
    assert "not in list 7" in found[0].message
    assert values(turtle_report(found), "value") == [
        str(ox.Literal(digits, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")))
    ]
