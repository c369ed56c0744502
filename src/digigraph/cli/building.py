"""``build``, ``publish``: from the sources to a snapshot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import output_option, write_output
from digigraph.cli.project import Project
from digigraph.cli.reporting import refusal_report
from digigraph.cli.states import tell
from digigraph.iris import Iris
from digigraph.pipeline import Refusal, build_and_check
from digigraph.pipeline import publish as publish_project

if TYPE_CHECKING:
    from digigraph.redaction.applying import Applied


@click.command()
@output_option
@click.option("--format", "format_", type=click.Choice(["nq", "trig"]), default="nq", help="nq: sorted N-Quads.")
@click.pass_obj
def build(project: Project, output: Path | None, format_: str) -> None:
    """Write the dataset of the project: sorted N-Quads, the same bytes for the same sources."""
    settings = project.settings()
    checked = build_and_check(settings)
    if not checked.is_publishable:
        click.echo(refusal_report(checked.findings, settings), err=True, nl=False)
        sys.exit(1)
    write_output(
        [checked.dataset.nquads if format_ == "nq" else checked.dataset.trig(Iris(settings.base_iri).prefixes)], output
    )


@click.command()
@click.pass_obj
def publish(project: Project) -> None:
    """Build, check, store and activate: a new snapshot, or a refusal that changes nothing."""
    settings = project.settings()
    done: list[Applied] = []

    def note(applied: Applied) -> None:
        tell(applied)
        done.append(applied)

    try:
        publication = publish_project(settings, tell=note)
    except Refusal as refusal:
        click.echo(refusal_report(refusal.findings, settings), err=True, nl=False)
        raise
    made = publication.snapshot
    if publication.is_new:
        click.echo(f"{made.name}: {made.quads} quads, {made.triples} in the default graph")
    else:
        nothing = "nothing else" if any(each.rewritten or each.removed for each in done) else "nothing"
        click.echo(f"{made.name}: {nothing} to do, the data is the same")
    for name in publication.removed:
        click.echo(f"{name} removed: the setting snapshots_kept", err=True)
