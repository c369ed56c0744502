"""Findings for programs: versioned JSON, described by ``report.schema.json`` beside this file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digigraph.reports.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding, Location, Outcome, ShapeResult

VERSION = 1
"""Changes when a key changes its meaning or goes away; new keys may come without notice."""


def json_report(findings: Sequence[Finding], outcomes: Sequence[Outcome] = ()) -> str:
    """Return ``{"version": 1, "findings": [...]}``; absent keys are null, an unknown line is null.

    Where a list of checks was gone through, ``score`` says how many passed, and what came of each.
    """
    named = zip(findings, fingerprints(findings), strict=True)
    document: dict[str, object] = {
        "version": VERSION,
        "findings": [_one(finding, fingerprint) for finding, fingerprint in named],
    }
    if outcomes:
        document["score"] = _score(outcomes)
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _one(finding: Finding, fingerprint: str) -> dict[str, object]:
    place = finding.location
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "message": finding.message,
        "hint": finding.hint,
        **_place(place),
        "also": [_place(each) for each in finding.also],
        "subject": finding.subject,
        "path": finding.path,
        "quote": finding.quote,
        "fingerprint": fingerprint,
        "result": _result(finding.result) if finding.result else None,
    }


def _place(place: Location) -> dict[str, object]:
    return {
        "file": place.path,
        "line": place.line or None,
        "column": place.column or None,
        "endLine": place.end_line or None,
        "endColumn": place.end_column or None,
        "precision": place.precision.value,
    }


def _score(outcomes: Sequence[Outcome]) -> dict[str, object]:
    words = {True: "passed", False: "failed", None: "not checked"}
    return {
        "passed": sum(each.passed is True for each in outcomes),
        "failed": sum(each.passed is False for each in outcomes),
        "notChecked": sum(each.passed is None for each in outcomes),
        "checks": [
            {"rule": each.rule, "group": each.group, "outcome": words[each.passed], "reason": each.reason or None}
            for each in outcomes
        ],
    }


def _result(result: ShapeResult) -> dict[str, object]:
    return {
        "focus": result.focus,
        "path": result.path,
        "value": result.value,
        "shape": result.shape[1:-1] if result.shape and result.shape.startswith("<") else None,
        "component": result.component,
        "messages": [{"language": language or None, "text": text} for language, text in result.messages],
    }
