"""The W3C's SHACL suite through ``validate``: the report that it writes as Turtle is the one that the suite expects.

A test that fails is in ``excused.toml``, by its IRI, with the sentence that excuses it; one that is there and passes
is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import shaclsuite
import w3c
from excuses import REASONS

from digigraph.pipeline import check_files
from digigraph.reports.turtle import turtle_report
from digigraph.sources.rdf.files import Files, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shaclsuite import Case

    from digigraph.findings import Finding

CASES = shaclsuite.cases()
SLIPS = {"core/property/qualifiedValueShape-001": ["There is no nodeShape in http://www.w3.org/ns/shacl#."]}
"""Words of the suite's own shapes that SHACL does not have; they are told, and change no result."""


def params() -> Iterator[object]:
    for case in CASES:
        excuse = REASONS.get(case.iri)
        marks = [pytest.mark.xfail(raises=AssertionError, reason=excuse["reason"])] if excuse else []
        yield pytest.param(case, id=case.name, marks=marks)
    if not CASES:
        yield pytest.param(None, marks=pytest.mark.skip(reason=w3c.MISSING))


def validated(case: Case) -> list[Finding]:
    return check_files(Files(data=[str(case.data)], shapes=[str(case.shapes)]), Reading()).findings


@pytest.mark.parametrize("case", [*params()])
def test_shacl(case: Case):
    """The report has the results of the suite and no other; what must fail gives an error and no results."""
    told = validated(case)
    found = [each for each in told if each.rule != "undefined-term"]
    assert [each.message for each in told if each.rule == "undefined-term"] == SLIPS.get(case.name, [])
    failures = [each for each in found if each.result is None]
    if case.expected is None:
        assert [each.rule for each in failures] in (["shapes"], ["shapes-remote"])
        assert found == failures
        return
    assert failures == []
    report = turtle_report(found)
    quads = ox.parse(report, format=ox.RdfFormat.TURTLE, base_iri=case.data.as_uri())
    assert shaclsuite.same_reports(frozenset(each.triple for each in quads), case.expected), report


MISSING = {"MinCount", "HasValue", "QualifiedMinCount", "QualifiedValueShape"}


def pointed_to(finding: Finding) -> set[str]:
    """The terms of which one must stand at a finding's place; blank nodes have no names."""
    result = finding.result
    assert result is not None
    component = result.component.partition("#")[2].removesuffix("ConstraintComponent")
    if component in MISSING:
        return {result.focus}
    if result.value is None or component == "Closed":
        # The property itself: one of those that the path is made of.
        return set(re.findall(r"<[^>]*>", result.path or result.focus))
    return {result.value}


def written(finding: Finding, case: Case) -> str:
    """The term that is written at a finding's place, as the engine reads it there."""
    text = case.data.read_text(encoding="utf-8")
    parser = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=case.data.as_uri())
    list(parser)
    place = finding.location
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    word = text[lines[place.line - 1] + place.column - 1 : lines[place.end_line - 1] + place.end_column - 1]
    if word in {"[", "("} or word.startswith("_:"):
        return "_:"
    prefixes = "".join(f"PREFIX {name}: <{namespace}> " for name, namespace in parser.prefixes.items())
    said = f"{prefixes} <urn:x:s> {'a' if word == 'a' else '<urn:x:p>'} {'1' if word == 'a' else word} ."
    (quad,) = ox.parse(said, format=ox.RdfFormat.TURTLE, base_iri=case.data.as_uri())
    return str(quad.predicate if word == "a" else quad.object)


@pytest.mark.skipif(not CASES, reason=w3c.MISSING)
def test_every_result_stands_where_it_is_written():
    """Over the whole suite: at the place of each result stands its value, or the property or node at fault."""
    results = []
    for case in CASES:
        # What the data does not mention at all stands in the shapes, which here are the same file.
        results += [(each, case) for each in validated(case) if each.result is not None]
    wrong = []
    for each, case in results:
        wanted = {re.sub("^_:.*", "_:", term) for term in pointed_to(each)}
        if not each.location.line or written(each, case) not in wanted:
            wrong.append((case.name, str(each.location), each.result))
    assert wrong == []
    assert len(results) >= 200


@pytest.mark.skipif(not CASES, reason=w3c.MISSING)
def test_every_test_was_collected():
    """All 121 tests of the suite are read, and as many as its files declare."""
    assert len(CASES) == len({case.iri for case in CASES}) >= 121
    assert {case.kind for case in CASES} == {"Validate"}
    assert sum(case.expected is None for case in CASES) >= 7
    declared = sum(path.read_text(encoding="utf-8").count("sht:Validate") for path in shaclsuite.TESTS.rglob("*.ttl"))
    assert len(CASES) == declared
    assert {iri for iri in REASONS if iri.startswith(shaclsuite.NAMES)} <= {case.iri for case in CASES}
