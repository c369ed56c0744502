"""The formats of reports by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from digigraph.findings import Finding, Outcome, Severity
from digigraph.reports.excerpts import Excerpts
from digigraph.reports.github import github_report
from digigraph.reports.gitlab import gitlab_report
from digigraph.reports.json import json_report
from digigraph.reports.junit import junit_report
from digigraph.reports.paths import with_written_paths, written_path
from digigraph.reports.sarif import sarif_report
from digigraph.reports.text import score_text, text_report
from digigraph.reports.turtle import turtle_report


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """What formats show beside the findings.

    Parameters
    ----------
    excerpts
        The lines that findings point to.
    version
        Of the program.
    failing
        Lowest severity that makes the run fail; None for none.
    colour
        Whether a terminal will show it.
    outcomes
        What came of each check, where a list of them was gone through; they are the score.
    """

    excerpts: Excerpts = field(default_factory=Excerpts)
    version: str
    failing: Severity | None = Severity.VIOLATION
    colour: bool = False
    outcomes: Sequence[Outcome] = ()


Report = Callable[[Sequence[Finding], Presentation], str]


def _written(report: Report) -> Report:
    """A format that can name files by text alone; SARIF has URIs, which can hold any bytes."""

    def named(findings: Sequence[Finding], shown: Presentation) -> str:
        lines = {written_path(path): lines for path, lines in shown.excerpts.lines.items()}
        return report(list(map(with_written_paths, findings)), replace(shown, excerpts=Excerpts(lines)))

    return named


REPORTS: dict[str, Report] = {
    "text": _written(
        lambda findings, shown: (
            text_report(findings, excerpts=shown.excerpts, colour=shown.colour) + score_text(shown.outcomes)
        )
    ),
    "json": _written(lambda findings, shown: json_report(findings, shown.outcomes)),
    "sarif": lambda findings, shown: sarif_report(findings, excerpts=shown.excerpts, version=shown.version),
    "junit": _written(lambda findings, shown: junit_report(findings, failing=shown.failing, outcomes=shown.outcomes)),
    "github": _written(lambda findings, _: github_report(findings)),
    "gitlab": _written(lambda findings, _: gitlab_report(findings)),
    "turtle": _written(lambda findings, _: turtle_report(findings)),
}
"""``--format`` of ``digigraph validate``."""
