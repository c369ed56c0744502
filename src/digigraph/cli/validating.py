"""``validate``: every check of a project, or files of anybody against shapes."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import click

from digigraph.cli.output import write_output
from digigraph.cli.project import Project
from digigraph.findings import Severity
from digigraph.pipeline import build_and_check, excerpts_of
from digigraph.reports.formats import REPORTS, Presentation

_FAIL_ON = [*(each.label for each in sorted(Severity, reverse=True)), "never"]
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text")
@click.option("--output", type=_FILE, help="File for the report; stdout without it.")
@click.option(
    "--fail-on", type=click.Choice(_FAIL_ON), default="violation", help="Lowest severity that makes the exit code 1."
)
@click.pass_obj
def validate(project: Project, format_: str, output: Path | None, fail_on: str) -> None:
    """Check everything: files, quotes, rules of evidence, shapes; each finding with file, line and column."""
    settings = project.settings()
    findings = build_and_check(settings).findings
    failing = None if fail_on == "never" else Severity.of(fail_on)
    presentation = Presentation(
        excerpts=excerpts_of(settings.project, findings),
        version=version("digigraph"),
        failing=failing,
        colour=output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )
    write_output([REPORTS[format_](findings, presentation).encode()], output)
    if failing is not None and any(each.severity >= failing for each in findings):
        sys.exit(1)
