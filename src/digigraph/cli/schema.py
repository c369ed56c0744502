"""``schema``: what editors need to complete and explain facts files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from digigraph.cli.output import write_output
from digigraph.cli.project import Project
from digigraph.pipeline import editor_schemas


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 where a file is not what would be written.")
@click.pass_obj
def schema(project: Project, *, check: bool) -> None:
    """Write the JSON Schemas of the YAML files of a project, by which editors complete and explain as one types."""
    settings = project.settings()
    outdated = {
        path: content
        for path, content in editor_schemas(settings).items()
        if not _holds(settings.project / path, content)
    }
    for path, content in outdated.items():
        if not check:
            (settings.project / path).parent.mkdir(exist_ok=True)
            write_output([content], settings.project / path)
        click.echo(f"{path}: {'is not up to date' if check else 'written'}")
    if check and outdated:
        sys.exit(1)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content
