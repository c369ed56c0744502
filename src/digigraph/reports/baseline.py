"""What was known before: a JSON report of an earlier run."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from digigraph.errors import InputError
from digigraph.findings import Severity
from digigraph.levels import UNREADABLE
from digigraph.reports.fingerprints import fingerprints
from digigraph.reports.json import VERSION
from digigraph.rules import rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Finding


class _Known(msgspec.Struct, frozen=True):
    fingerprint: str


class _Report(msgspec.Struct, frozen=True):
    version: int
    findings: list[_Known]


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
        known = msgspec.convert(json.loads(report), _Report)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        raise InputError(f"{name}: is no JSON report of digigraph.", hint=hint) from error
    if known.version != VERSION:
        raise InputError(f"{name}: is a report of version {known.version}, not {VERSION}.", hint=hint)
    return frozenset(each.fingerprint for each in known.findings)


def new_findings(findings: Sequence[Finding], known: AbstractSet[str]) -> list[Finding]:
    """Return the findings whose fingerprint is not known, in their order.

    That a file was not read is told also where it is known, as information: what is new in it nobody has seen.
    """
    named = zip(findings, fingerprints(findings), strict=True)
    return [
        each if name not in known else _of_unread(each) for each, name in named if name not in known or _is_unread(each)
    ]


def _is_unread(finding: Finding) -> bool:
    return rule(finding.rule).is_unread


def _of_unread(known: Finding) -> Finding:
    hint = " ".join(filter(None, (known.hint, "The baseline knows it; nothing in this file was checked.")))
    # What could not be opened ends the run with its own exit code whatever is known.
    return replace(known, hint=hint, severity=known.severity if known.rule == UNREADABLE else Severity.INFO)
