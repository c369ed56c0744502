"""Findings for people at a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from digigraph.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding


def text_report(findings: Sequence[Finding]) -> str:
    """Return each finding with its place, what is wrong, what to write instead and the quote; then the counts."""
    return "".join(_one(each) for each in findings) + _summary(findings)


def _one(finding: Finding) -> str:
    lines = [f"{finding.location}: {finding.severity.label}: {finding.message} [{finding.rule}]"]
    if finding.hint:
        lines.append(f"    {finding.hint}")
    if finding.quote:
        lines.append(f"    quote: “{finding.quote}”")
    return "\n".join(lines) + "\n"


def _summary(findings: Sequence[Finding]) -> str:
    counts = Counter(each.severity for each in findings)
    parts = [f"{each.label} {counts[each]}" for each in sorted(Severity, reverse=True) if counts[each]]
    return f"{len(findings)} findings: {', '.join(parts)}\n" if parts else "No findings.\n"
