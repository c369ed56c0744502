"""``redact``: take something back."""

from __future__ import annotations

import os

import click

from digigraph.cache import Cache, cache_folder
from digigraph.cli.project import Project
from digigraph.cli.reporting import refusal_report
from digigraph.cli.states import tell
from digigraph.redaction.redact import MalformedList
from digigraph.redaction.redact import redact as take_back
from digigraph.sources.redactions import FILE, REASONS

_REASONS = ", ".join(f"{name} ({meaning})" for name, meaning in REASONS.items())


@click.command()
@click.argument("iris", nargs=-1, required=True, metavar="IRI...")
@click.option("--reason", type=click.Choice([*REASONS]), required=True, help=f"What readers are told: {_REASONS}.")
@click.option("--note", default="", help="For the curators: who asked, and when. Published nowhere.")
@click.pass_obj
def redact(project: Project, iris: tuple[str, ...], reason: str, note: str) -> None:
    """Take back things (id/…), documents (doc/…), their texts (doc/…_1a2b3c4d) or quotes (ev/…), for good.

    They go onto a list in the project, data/redactions.yaml, and out of every kept state; no publication brings them
    back. With a thing go the sentences about it and, unless the reason is an error, its names wherever they stand;
    with a quote its words wherever the texts of its document have them.
    """
    settings = project.settings()
    printable = "".join(letter for letter in " ".join(note.split()) if letter.isprintable())
    try:
        report = take_back(settings, iris, reason=reason, note=printable)
    except MalformedList as error:
        click.echo(refusal_report(error.findings, settings), err=True, nl=False)
        raise
    Cache(cache_folder(os.environ)).clear()
    for entry in report.added:
        also = f", and {len(entry.also)} that go with it" if entry.also else ""
        click.echo(f"{entry.iri} is taken back ({entry.reason}){also}")
    for iri, stands in report.standing.items():
        instead = (
            f"; readers are told that reason, not {reason}. To change it, write it there and run `digigraph publish`"
            if stands != reason
            else ""
        )
        click.echo(f"{FILE} has {iri} already ({stands}){instead}")
    tell(report.applied)
    if report.remaining:
        click.echo("These lines of your own files still say it; take it out of them and of their history:", err=True)
        for place in report.remaining:
            click.echo(f"  {place}", err=True)
    click.echo("`digigraph validate` says whether the rest is still whole.", err=True)
