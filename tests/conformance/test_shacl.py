"""The W3C's SHACL suite through ``validate``: the report that it writes as Turtle is the one that the suite expects.

A test that fails is in ``excused.toml``, by its IRI, with the sentence that excuses it; one that is there and passes
is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import shaclsuite
import w3c
from excuses import REASONS

from digigraph.pipeline import check_files
from digigraph.reports.turtle import turtle_report
from digigraph.sources.rdf_files import Files, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shaclsuite import Case

    from digigraph.findings import Finding

CASES = shaclsuite.cases()


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
    found = validated(case)
    failures = [each for each in found if each.result is None]
    if case.expected is None:
        assert [each.rule for each in failures] in (["shapes"], ["shapes-remote"])
        assert found == failures
        return
    assert failures == []
    report = turtle_report(found)
    quads = ox.parse(report, format=ox.RdfFormat.TURTLE, base_iri=case.data.as_uri())
    assert shaclsuite.same_reports(frozenset(each.triple for each in quads), case.expected), report


@pytest.mark.skipif(not CASES, reason=w3c.MISSING)
def test_every_test_was_collected():
    """All 121 tests of the suite are read, and as many as its files declare."""
    assert len(CASES) == len({case.iri for case in CASES}) >= 121
    assert {case.kind for case in CASES} == {"Validate"}
    assert sum(case.expected is None for case in CASES) >= 7
    declared = sum(path.read_text(encoding="utf-8").count("sht:Validate") for path in shaclsuite.TESTS.rglob("*.ttl"))
    assert len(CASES) == declared
    assert {iri for iri in REASONS if iri.startswith(shaclsuite.NAMES)} <= {case.iri for case in CASES}
