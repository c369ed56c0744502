"""``build``, ``validate``, ``publish``: from the sources to a snapshot."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from digigraph.cli.output import write_output
from digigraph.cli.project import Project
from digigraph.findings import Finding, Severity
from digigraph.iris import Iris
from digigraph.pipeline import Refusal, build_and_check
from digigraph.pipeline import publish as publish_project
from digigraph.reports.formats import REPORTS
from digigraph.reports.text import text_report

_FAIL_ON = [*(each.label for each in sorted(Severity, reverse=True)), "never"]
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("-o", "--output", type=_OUTPUT, help="File to write; stdout without it.")
@click.option("--format", "format_", type=click.Choice(["nq", "trig"]), default="nq", help="nq: sorted N-Quads.")
@click.pass_obj
def build(project: Project, output: Path | None, format_: str) -> None:
    """Write the dataset of the project: sorted N-Quads, the same bytes for the same sources."""
    settings = project.settings()
    checked = build_and_check(settings)
    if not checked.is_publishable:
        click.echo(text_report(checked.findings), err=True, nl=False)
        sys.exit(1)
    write_output(
        [checked.dataset.nquads if format_ == "nq" else checked.dataset.trig(Iris(settings.base_iri).prefixes)], output
    )


@click.command()
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text")
@click.option("--output", type=_OUTPUT, help="File for the report; stdout without it.")
@click.option(
    "--fail-on", type=click.Choice(_FAIL_ON), default="violation", help="Lowest severity that makes the exit code 1."
)
@click.pass_obj
def validate(project: Project, format_: str, output: Path | None, fail_on: str) -> None:
    """Check everything: files, quotes, rules of evidence, shapes; each finding with file, line and column."""
    findings = build_and_check(project.settings()).findings
    write_output([REPORTS[format_](findings).encode()], output)
    if _fails(findings, fail_on):
        sys.exit(1)


def _fails(findings: Iterable[Finding], fail_on: str) -> bool:
    return fail_on != "never" and any(each.severity >= Severity.of(fail_on) for each in findings)


@click.command()
@click.pass_obj
def publish(project: Project) -> None:
    """Build, check, store and activate: a new snapshot, or a refusal that changes nothing."""
    try:
        publication = publish_project(project.settings())
    except Refusal as refusal:
        click.echo(text_report(refusal.findings), err=True, nl=False)
        raise
    made = publication.snapshot
    if publication.is_new:
        click.echo(f"{made.name}: {made.quads} quads, {made.triples} in the default graph")
    else:
        click.echo(f"{made.name}: nothing to do, the data is the same")
