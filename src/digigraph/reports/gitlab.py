"""Findings as a Code Quality report of GitLab, shown in merge requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digigraph.findings import Severity
from digigraph.reports.fingerprints import fingerprints
from digigraph.reports.paths import plain_path
from digigraph.reports.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding

_SEVERITIES = {Severity.VIOLATION: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def gitlab_report(findings: Sequence[Finding]) -> str:
    """Return a JSON array; a finding of which only the file is known stands at line 1, as the format needs a line."""
    entries = [_entry(each, name) for each, name in zip(findings, fingerprints(findings), strict=True)]
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entry(finding: Finding, fingerprint: str) -> dict[str, object]:
    place = finding.location
    return {
        "description": printable(" ".join(filter(None, (finding.message, finding.hint, finding.elsewhere)))),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": plain_path(place.path), "lines": {"begin": max(1, place.line)}},
    }
