"""Findings for people at a terminal."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from digigraph.findings import Severity
from digigraph.reports.excerpts import Excerpts
from digigraph.reports.printable import printable, printable_line, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding, Location, Outcome

_SHOWN_IN_FULL = 3
"""Findings with the same advice that are shown in full; where there are more, only the first is."""
_KINDS = 10
"""Different advice of one rule and path that is shown in full; what more there is, is listed."""
_PLACES = 10
"""Places listed of findings with the same advice."""
_ADVICE = 40
"""Findings listed of those whose advice is another in each."""
_PATH = 60
"""Characters of a path that are shown."""
_BEFORE, _AFTER = 60, 100
"""Characters of a long source line shown before and from the place."""
_COLOURS = {Severity.VIOLATION: "31;1", Severity.WARNING: "33;1", Severity.INFO: "36;1"}


def text_report(findings: Sequence[Finding], *, excerpts: Excerpts | None = None, colour: bool = False) -> str:
    """Return each finding with its place, what is wrong, the line, what to write instead and the quote.

    Findings of one rule about one property with the same advice are put together where there are more than three: the
    first in full, then of the others the place and what is wrong, and how many there are. Where a rule gives much
    different advice about one property, what comes after the tenth is listed in lines. Counts by severity come last.

    Parameters
    ----------
    findings
        In the order in which they are to appear.
    excerpts
        The lines they point to; without them no line is shown.
    colour
        Whether to mark severities with ANSI colours.
    """
    alike: defaultdict[_Group, dict[str | None, list[Finding]]] = defaultdict(dict)
    for each in findings:
        alike[_group(each)].setdefault(each.hint, []).append(each)
    writer = _Writer(excerpts or Excerpts(), colour=colour)
    shown = []
    for each in findings:
        kinds = alike[_group(each)]
        number = list(kinds).index(each.hint)
        several = kinds[each.hint]
        if number < _KINDS and len(several) <= _SHOWN_IN_FULL:
            shown.append(writer.one(each))
        elif number < _KINDS and each is several[0]:
            shown.append(writer.one(each) + writer.others(several))
        elif number == _KINDS and each is several[0]:
            rest = [one for kind in list(kinds.values())[_KINDS:] for one in kind]
            shown.append(writer.listed(rest))
    return "".join(shown) + _summary(findings)


_Group = tuple[str, Severity, str | None]


def _group(finding: Finding) -> _Group:
    return finding.rule, finding.severity, finding.path


def _about(finding: Finding) -> str:
    """The rule of a finding and the property concerned."""
    path = printable(finding.path or "")
    shown = path if len(path) <= _PATH else f"{path[: _PATH - 1]}…"
    return f"{finding.rule} {shown}".strip()


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

    def others(self, alike: Sequence[Finding]) -> str:
        """All but the first of findings with the same advice."""
        first, *rest = alike
        lines = [f"    {len(alike)} findings of {_about(first)}; the others:"]
        lines += [f"      {_place(each.location)}: {printable(each.message)}" for each in rest[:_PLACES]]
        return self._ended(lines, len(rest) - _PLACES)

    def listed(self, rest: Sequence[Finding]) -> str:
        """Findings of one rule after many of them, each with its advice."""
        lines = [f"{len(rest)} more findings of {_about(rest[0])}:"]
        for each in rest[:_ADVICE]:
            hint = f" {each.hint}" if each.hint else ""
            lines.append(f"  {_place(each.location)}: {printable(each.message + hint)}")
        return self._ended(lines, len(rest) - _ADVICE)

    @staticmethod
    def _ended(lines: list[str], left: int) -> str:
        more = [f"      … and {left} more; other formats have them all"] if left > 0 else []
        return "\n".join([*lines, *more]) + "\n"

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
