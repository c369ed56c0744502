"""Findings for programs: versioned JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding

VERSION = 1
"""Changes when a key changes its meaning or goes away; new keys may come without notice."""


def json_report(findings: Sequence[Finding]) -> str:
    """Return ``{"version": 1, "findings": [...]}``; absent keys are null, an unknown line is null."""
    document = {"version": VERSION, "findings": [_one(each) for each in findings]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _one(finding: Finding) -> dict[str, object]:
    place = finding.location
    return {
        "rule": finding.rule,
        "severity": finding.severity.label,
        "message": finding.message,
        "hint": finding.hint,
        "file": place.path,
        "line": place.line or None,
        "column": place.column or None,
        "subject": finding.subject,
        "quote": finding.quote,
    }
