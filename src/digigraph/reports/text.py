"""Findings for people at a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from digigraph.findings import Severity
from digigraph.reports.excerpts import Excerpts
from digigraph.reports.printable import printable, printable_line, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding, Location, Outcome

_SHOWN_IN_FULL = 3
"""Findings of one rule and path that are shown in full; where there are more, only the first is."""
_PLACES = 10
"""Places listed of a group."""
_BEFORE, _AFTER = 60, 100
"""Characters of a long source line shown before and from the place."""
_COLOURS = {Severity.VIOLATION: "31;1", Severity.WARNING: "33;1", Severity.INFO: "36;1"}


def text_report(findings: Sequence[Finding], *, excerpts: Excerpts | None = None, colour: bool = False) -> str:
    """Return each finding with its place, what is wrong, the line, what to write instead and the quote.

    Findings of the same rule about the same property are put together where there are more than three: the first in
    full, then of the others the place, what is wrong, the hint where it is another, and how many there are. The counts
    by severity come last.

    Parameters
    ----------
    findings
        In the order in which they are to appear.
    excerpts
        The lines they point to; without them no line is shown.
    colour
        Whether to mark severities with ANSI colours.
    """
    groups: dict[tuple[str, Severity, str | None], list[Finding]] = {}
    for each in findings:
        groups.setdefault((each.rule, each.severity, each.path), []).append(each)
    writer = _Writer(excerpts or Excerpts(), colour=colour)
    shown = []
    for each in findings:
        group = groups[each.rule, each.severity, each.path]
        if len(group) <= _SHOWN_IN_FULL:
            shown.append(writer.one(each))
        elif each is group[0]:
            shown.append(writer.one(each) + writer.others(group))
    return "".join(shown) + _summary(findings)


class _Writer:
    def __init__(self, excerpts: Excerpts, *, colour: bool) -> None:
        self._excerpts = excerpts
        self._colour = colour

    def one(self, finding: Finding) -> str:
        severity = self._marked(f"{finding.severity.label}:", finding.severity)
        lines = [f"{_place(finding.location)}: {severity} {printable(finding.message)} [{finding.rule}]"]
        lines += self._excerpt(finding)
        if finding.hint:
            lines.append(f"    {printable(finding.hint)}")
        if finding.elsewhere:
            lines.append(f"    {printable(finding.elsewhere)}")
        if finding.quote:
            lines.append(f"    quote: “{printable(finding.quote)}”")
        return "\n".join(lines) + "\n"

    def others(self, group: Sequence[Finding]) -> str:
        first, *rest = group
        about = f" {printable(first.path)}" if first.path else ""
        lines = [f"    {len(group)} findings of {first.rule}{about}; the others:"]
        for each in rest[:_PLACES]:
            hint = f" {each.hint}" if each.hint and each.hint != first.hint else ""
            lines.append(f"      {_place(each.location)}: {printable(each.message + hint)}")
        if len(rest) > _PLACES:
            lines.append(f"      … and {len(rest) - _PLACES} more; other formats have them all")
        return "\n".join(lines) + "\n"

    def _excerpt(self, finding: Finding) -> list[str]:
        """The source line with a mark under the place."""
        place = finding.location
        line = self._excerpts.line(place)
        # What is taken back is not to stand in a log that others read.
        if line is None or not place.column or finding.rule == "taken-back":
            return []
        start = min(place.column, len(line) + 1) - 1
        end = min(place.end_column - 1, len(line)) if place.end_line == place.line else start
        end = len(line.rstrip()) if place.end_line > place.line else end
        left = max(0, start - _BEFORE)
        right = min(len(line), start + _AFTER)
        before = ("…" if left else "") + printable_line(line[left:start])
        shown = printable_line(line[start:right]) + ("…" if right < len(line) else "")
        marked = printable_line(line[start : max(start + 1, min(end, right))])
        number = str(place.line)
        mark = self._marked("^" * max(1, width(marked)), finding.severity)
        return [
            f"    {number} | {before}{shown}".rstrip(),
            f"    {' ' * len(number)} | {' ' * width(before)}{mark}",
        ]

    def _marked(self, text: str, severity: Severity) -> str:
        return f"\x1b[{_COLOURS[severity]}m{text}\x1b[0m" if self._colour else text


def _place(location: Location) -> str:
    return printable(str(location))


def _summary(findings: Sequence[Finding]) -> str:
    counts = Counter(each.severity for each in findings)
    parts = [f"{each.label} {counts[each]}" for each in sorted(Severity, reverse=True) if counts[each]]
    counted = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
    return f"{counted}: {', '.join(parts)}\n" if parts else "No findings.\n"


def score_text(outcomes: Sequence[Outcome]) -> str:
    """Return how many checks of each group passed, which were not made and why, and notes; nothing without a check."""
    if not outcomes:
        return ""
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        groups.setdefault(each.group, []).append(each)
    counted = {**groups, "all": list(outcomes)}
    lines = ["", *(f"{name:<12} {_counted(each)}" for name, each in counted.items())]
    reasons: dict[str, list[str]] = {}
    for each in outcomes:
        if each.passed is None:
            reasons.setdefault(each.reason, []).append(each.rule)
    lines += [f"Not checked: {', '.join(rules)}. {printable(reason)}" for reason, rules in reasons.items()]
    lines += [f"Note: {each.rule}. {printable(each.reason)}" for each in outcomes if each.passed and each.reason]
    return "\n".join(lines) + "\n"


def _counted(outcomes: Sequence[Outcome]) -> str:
    passed, failed = (sum(each.passed is result for each in outcomes) for result in (True, False))
    rest = len(outcomes) - passed - failed
    parts = [f"{failed} failed"] * bool(failed) + [f"{rest} not checked"] * bool(rest)
    return f"{passed:>2} of {len(outcomes)} passed{''.join(f', {each}' for each in parts)}"
