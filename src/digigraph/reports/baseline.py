"""What was known before: a JSON report of an earlier run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from digigraph.errors import InputError
from digigraph.reports.fingerprints import fingerprints
from digigraph.reports.json import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Finding


def known_fingerprints(report: bytes, name: str) -> frozenset[str]:
    """Return the fingerprints of the findings of a JSON report.

    Parameters
    ----------
    report
        As :func:`digigraph.reports.json.json_report` wrote it.
    name
        Of the file, for the error.

    Raises
    ------
    InputError
        It is no JSON report, or one of a version that this program does not know.
    """
    hint = "Write one with: digigraph validate --format json --output FILE."
    try:
        document = json.loads(report)
        found, version = document["findings"], document["version"]
        known = frozenset(str(each["fingerprint"]) for each in found)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{name}: is no JSON report of digigraph.", hint=hint) from error
    if version != VERSION:
        raise InputError(f"{name}: is a report of version {version}, not {VERSION}.", hint=hint)
    return known


def new_findings(findings: Sequence[Finding], known: AbstractSet[str]) -> list[Finding]:
    """Return the findings whose fingerprint is not known, in their order."""
    return [each for each, name in zip(findings, fingerprints(findings), strict=True) if name not in known]
