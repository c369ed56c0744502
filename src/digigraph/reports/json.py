"""Findings for programs: versioned JSON, described by ``report.schema.json`` beside this file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digigraph.reports.fingerprints import fingerprints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding, ShapeResult

VERSION = 1
"""Changes when a key changes its meaning or goes away; new keys may come without notice."""


def json_report(findings: Sequence[Finding]) -> str:
    """Return ``{"version": 1, "findings": [...]}``; absent keys are null, an unknown line is null."""
    named = zip(findings, fingerprints(findings), strict=True)
    document = {"version": VERSION, "findings": [_one(finding, fingerprint) for finding, fingerprint in named]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _one(finding: Finding, fingerprint: str) -> dict[str, object]:
    place = finding.location
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "message": finding.message,
        "hint": finding.hint,
        "file": place.path,
        "line": place.line or None,
        "column": place.column or None,
        "endLine": place.end_line or None,
        "endColumn": place.end_column or None,
        "precision": place.precision.value,
        "subject": finding.subject,
        "path": finding.path,
        "quote": finding.quote,
        "fingerprint": fingerprint,
        "result": _result(finding.result) if finding.result else None,
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
