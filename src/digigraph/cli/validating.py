"""``validate``: every check of a project, or files of anybody against shapes."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import click

from digigraph.cli.output import write_output
from digigraph.cli.project import Project
from digigraph.errors import SettingsError
from digigraph.findings import Finding, Severity
from digigraph.pipeline import Files, build_and_check, check_files, excerpts_of
from digigraph.reports.baseline import known_fingerprints, new_findings
from digigraph.reports.formats import REPORTS, Presentation
from digigraph.sources.files import read_bytes
from digigraph.sources.rdf_files import FORMATS, MAX_TOTAL, STDIN, Reading

_FAIL_ON = [*(each.label for each in sorted(Severity, reverse=True)), "never"]
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--shapes", multiple=True, help="File, folder or pattern of shapes to check PATHs against; repeatable.")
@click.option(
    "--input-format",
    type=click.Choice(list(FORMATS)),
    help="Format of standard input and of files whose extension tells none.",
)
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text", help="Of the report.")
@click.option("--output", type=_FILE, help="File for the report; stdout without it.")
@click.option(
    "--fail-on", type=click.Choice(_FAIL_ON), default="violation", help="Lowest severity that makes the exit code 1."
)
@click.option("--baseline", type=_FILE, help="JSON report of an earlier run: what is in it is left out.")
@click.pass_obj
def validate(  # noqa: PLR0913, PLR0917 - one parameter an option
    project: Project,
    paths: tuple[str, ...],
    shapes: tuple[str, ...],
    input_format: str | None,
    format_: str,
    output: Path | None,
    fail_on: str,
    baseline: Path | None,
) -> None:
    """Check everything: each finding with file, line and column.

    Without PATH: the project, its files, quotes, evidence, terms and shapes. With PATHs (RDF files, folders, patterns,
    - for standard input): those against --shapes, or against the shapes of the project.
    """
    failing = None if fail_on == "never" else Severity.of(fail_on)
    stdin = _standard_input() if STDIN in {*paths, *shapes} else None
    known = known_fingerprints(read_bytes(baseline), str(baseline)) if baseline is not None else frozenset()
    folder, found = _findings(project, paths, shapes, input_format=input_format, stdin=stdin)
    findings = new_findings(found, known)
    presentation = Presentation(
        excerpts=excerpts_of(folder, findings, stdin=stdin),
        version=version("digigraph"),
        failing=failing,
        colour=output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )
    write_output([REPORTS[format_](findings, presentation).encode("utf-8", "replace")], output)
    if len(findings) < len(found):
        click.echo(f"Left out, because the baseline has them: {len(found) - len(findings)}.", err=True)
    if failing is not None and any(each.severity >= failing for each in findings):
        sys.exit(1)


def _findings(
    project: Project, paths: tuple[str, ...], shapes: tuple[str, ...], *, input_format: str | None, stdin: bytes | None
) -> tuple[Path, list[Finding]]:
    """What is found, and the folder that its places are relative to."""
    if not paths:
        if shapes:
            raise click.UsageError("--shapes needs a PATH: the files to check against them.")
        settings = project.settings()
        return settings.project, build_and_check(settings).findings
    rdf_format = FORMATS[input_format] if input_format else None
    if shapes:
        return Path(), check_files(Files(data=paths, shapes=shapes), Reading(input_format=rdf_format, stdin=stdin))
    try:
        settings = project.settings()
    except SettingsError as error:
        raise click.UsageError(f"Name the shapes with --shapes: {error.message}") from error
    folder = Path(os.path.relpath(settings.project))
    files = Files(data=paths, shapes=[str(folder / "shapes")], ontology=[str(folder / "ontology")])
    return Path(), check_files(files, Reading(input_format=rdf_format, base_iri=settings.base_iri, stdin=stdin))


def _standard_input() -> bytes:
    return sys.stdin.buffer.read(MAX_TOTAL + 1)
