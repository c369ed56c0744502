"""Findings as JUnit XML: one suite a file, one case a finding, as CI servers and their readers know it."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from digigraph.findings import Severity
from digigraph.reports.printable import printable_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding, Outcome

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def junit_report(
    findings: Sequence[Finding], *, failing: Severity | None = Severity.VIOLATION, outcomes: Sequence[Outcome] = ()
) -> str:
    """Return ``<testsuites>``.

    Parameters
    ----------
    findings
        Without one, a single case that passed says so: readers take an empty file for a run that broke off.
    failing
        Lowest severity that is a failure; None for none. Others are cases that passed, with the finding as output.
    outcomes
        Of a list of checks that was gone through: those without a finding are cases too, passed or skipped.
    """
    unbroken = [each for each in outcomes if each.passed is not False]
    suites: dict[str, list[Finding]] = {}
    for each in findings:
        suites.setdefault(each.location.path, []).append(each)
    body = "".join(_suite(path, group, failing) for path, group in suites.items())
    body = body + _checks(unbroken) or _NOTHING_FOUND
    failures = sum(_fails(each, failing) for each in findings)
    counts = f'tests="{max(1, len(findings) + len(unbroken))}" failures="{failures}" errors="0"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="digigraph" {counts}>\n{body}</testsuites>\n'


_NOTHING_FOUND = (
    '  <testsuite name="digigraph" tests="1" failures="0" errors="0" skipped="0">\n'
    '    <testcase name="no findings" classname="digigraph"/>\n'
    "  </testsuite>\n"
)


def _checks(outcomes: Sequence[Outcome]) -> str:
    """The checks of a list that found nothing, or could not be made."""
    if not outcomes:
        return ""
    skipped = sum(each.passed is None for each in outcomes)
    counts = f'tests="{len(outcomes)}" failures="0" errors="0" skipped="{skipped}"'
    cases = "".join(_check(each) for each in outcomes)
    return f'  <testsuite name="checks" {counts}>\n{cases}  </testsuite>\n'


def _check(outcome: Outcome) -> str:
    head = f'    <testcase name="{_text(outcome.rule)}" classname="{_text(outcome.group)}"'
    if outcome.passed is None:
        return f'{head}>\n      <skipped message="{_text(outcome.reason)}"/>\n    </testcase>\n'
    if outcome.reason:
        return f"{head}>\n      <system-out>{_text(outcome.reason)}</system-out>\n    </testcase>\n"
    return f"{head}/>\n"


def _fails(finding: Finding, failing: Severity | None) -> bool:
    return failing is not None and finding.severity >= failing


def _suite(path: str, findings: Sequence[Finding], failing: Severity | None) -> str:
    failures = sum(_fails(each, failing) for each in findings)
    cases = "".join(_case(each, fails=_fails(each, failing)) for each in findings)
    counts = f'tests="{len(findings)}" failures="{failures}" errors="0" skipped="0"'
    return f'  <testsuite name="{_text(path)}" {counts}>\n{cases}  </testsuite>\n'


def _case(finding: Finding, *, fails: bool) -> str:
    place = finding.location
    line = f' line="{place.line}"' if place.line else ""
    name = _text(f"{finding.rule} {place}")
    head = f'    <testcase name="{name}" classname="{_text(finding.rule)}" file="{_text(place.path)}"{line}>\n'
    parts = [f"{place}: {finding.severity.label}: {finding.message}", finding.hint, finding.elsewhere, finding.quote]
    content = _text("\n".join(part for part in parts if part))
    if fails:
        message = f'message="{_text(finding.message)}" type="{finding.severity.label}"'
        return f"{head}      <failure {message}>{content}</failure>\n    </testcase>\n"
    return f"{head}      <system-out>{content}</system-out>\n    </testcase>\n"


def _text(text: str) -> str:
    """Text for content and attributes alike; line ends of attributes would else be read as spaces."""
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", printable_lines(text))).replace("\n", "&#10;")
