"""``validate``: every check of a project, or files of anybody against shapes."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cache import Cache, cache_folder
from digigraph.cli.output import FILE, write_output
from digigraph.cli.project import Project
from digigraph.cli.reporting import FAIL_ON, is_terminal, levels_of
from digigraph.errors import InputError, SettingsError
from digigraph.findings import Finding, Severity
from digigraph.levels import LEVELS, UNREADABLE, Levels
from digigraph.recall import file_findings, project_findings
from digigraph.reports.baseline import known_fingerprints, new_findings
from digigraph.reports.excerpts import excerpts_of
from digigraph.reports.formats import REPORTS, Presentation
from digigraph.rules import rules as known_rules
from digigraph.sources.files.disk import MAX_TOTAL, read_whole
from digigraph.sources.rdf.files import STDIN, STDIN_NAME, Files, Reading
from digigraph.sources.rdf.formats import FORMATS
from digigraph.validation.engine.bounds import DEFAULT_BOUNDS, Bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--shapes", multiple=True, help="File, folder or pattern of shapes to check PATHs against; repeatable.")
@click.option(
    "--input-format",
    type=click.Choice(list(FORMATS)),
    help="Format of standard input and of files whose extension tells none.",
)
@click.option("--format", "format_", type=click.Choice(list(REPORTS)), default="text", help="Of the report.")
@click.option("--output", type=FILE, help="File for the report; stdout without it.")
@click.option(
    "--fail-on", type=click.Choice(FAIL_ON), default="violation", help="Lowest severity that makes the exit code 1."
)
@click.option("--baseline", type=FILE, help="JSON report of an earlier run: what is in it is left out.")
@click.option(
    "--rule",
    "rules",
    metavar="ID=LEVEL",
    multiple=True,
    help=f"Set a rule to {', '.join(LEVELS)}; shacl-NAME or shacl-* for shapes; repeatable, the last holds.",
)
@click.option(
    "--relative-to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that files in the report are named from; a project's are named from its own folder without it.",
)
@click.option("--no-cache", is_flag=True, help="Check anew what an earlier run has checked, and keep nothing.")
@click.option(
    "--shapes-seconds",
    type=click.FloatRange(min=0.1),
    help="Processor time that the shapes may take, before the one that runs is given up; 300 without it.",
)
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
    rules: tuple[str, ...],
    relative_to: Path | None,
    *,
    no_cache: bool,
    shapes_seconds: float | None,
) -> None:
    """Check everything: each finding with file, line and column.

    Without PATH: the project, its files, quotes, evidence, terms and shapes. With PATHs (RDF files, folders, patterns,
    - for standard input): those against --shapes, or against the shapes of the project.
    """
    # A graph is millions of objects that stay: looking among them for garbage as often as usual takes a third of a run.
    gc.set_threshold(200_000, 20, 20)
    failing = None if fail_on == "never" else Severity.of(fail_on)
    stdin = _standard_input() if STDIN in {*paths, *shapes} else None
    known = _known(baseline)
    levels = levels_of(rules, known_rules())
    reading = Reading(input_format=FORMATS[input_format] if input_format else None, stdin=stdin)
    cache = Cache(None if no_cache else cache_folder(os.environ))
    files = Files(data=paths, shapes=shapes)
    folder, found = _findings(project, files, levels, reading, cache=cache, shapes_seconds=shapes_seconds)
    # Nor is there anything to look for at the end, where Python would do it once more.
    gc.freeze()
    if relative_to is not None:
        named = _from(folder, relative_to)
        found = [each.renamed(named) for each in found]
        folder = relative_to
    found = [each.respelt(_portable(folder)) for each in found]
    findings = new_findings(found, known)
    presentation = Presentation(
        excerpts=excerpts_of(folder, findings, stdin=stdin),
        version=version("digigraph"),
        failing=failing,
        colour=output is None and is_terminal() and not os.environ.get("NO_COLOR"),
    )
    write_output([REPORTS[format_](findings, presentation).encode("utf-8", "replace")], output)
    if len(findings) < len(found):
        click.echo(f"Left out, because the baseline has them: {len(found) - len(findings)}.", err=True)
    if code := _exit_code(found, findings, failing):
        sys.exit(code)


def _known(baseline: Path | None) -> frozenset[str]:
    """The fingerprints of what an earlier run found."""
    if baseline is None:
        return frozenset()
    return known_fingerprints(read_whole(baseline, at_most=MAX_TOTAL), str(baseline))


def _exit_code(found: Iterable[Finding], new: Iterable[Finding], failing: Severity | None) -> int:
    """What cannot be read stands above all else, also where a baseline has it: it was not checked."""
    if any(each.rule == UNREADABLE for each in found):
        return InputError.exit_code
    return int(failing is not None and any(each.severity >= failing for each in new))


def _findings(  # noqa: PLR0913 - what the options say
    project: Project,
    files: Files,
    levels: Levels,
    reading: Reading,
    *,
    cache: Cache,
    shapes_seconds: float | None,
) -> tuple[Path, list[Finding]]:
    """What is found, and the folder that its places are relative to."""
    if files.shapes and not files.data:
        raise click.UsageError("--shapes needs a PATH: the files to check against them.")
    if files.shapes:
        bounds = Bounds(seconds=shapes_seconds) if shapes_seconds is not None else DEFAULT_BOUNDS
        return Path(), file_findings(files, reading, levels=levels, bounds=bounds, cache=cache)
    try:
        project.find()
    except SettingsError as error:
        if not files.data:
            raise
        raise click.UsageError(f"Name the shapes with --shapes: {error.message}") from error
    settings = project.settings(shapes_seconds=shapes_seconds)
    settings = replace(settings, rules=settings.rules.followed_by(levels))
    if not files.data:
        return settings.project, project_findings(settings, cache)
    folder = Path(os.path.relpath(settings.project))
    files = Files(data=files.data, shapes=[str(folder / "shapes")], ontology=[str(folder / "ontology")])
    reading = replace(reading, base_iri=settings.base_iri)
    bounds = Bounds(seconds=settings.shapes_seconds)
    return Path(), file_findings(files, reading, levels=settings.rules, bounds=bounds, cache=cache)


def _from(folder: Path, relative_to: Path) -> Callable[[str], str]:
    """What names a file of a folder from another folder, links followed where it seems to lie outside of it."""

    def named(path: str) -> str:
        if path == STDIN_NAME:
            return path
        name = os.path.relpath(folder / path, relative_to)
        if name.startswith(os.pardir):
            parent = os.path.realpath((folder / path).parent)
            real = os.path.relpath(Path(parent, Path(path).name), os.path.realpath(relative_to))
            name = name if real.startswith(os.pardir) else real
        return Path(name).as_posix()

    return named


def _portable(folder: Path) -> Callable[[str], str]:
    """What spells the IRIs of things below a folder so that they are the same wherever the folder lies."""
    root = f"{Path(os.path.realpath(folder)).as_uri()}/"
    return lambda text: text.replace(root, "file:")


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("Standard input is closed.")
    return sys.stdin.buffer.read(MAX_TOTAL + 1)
