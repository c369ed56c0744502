"""``digigraph``: the group of commands, its settings, and how errors become exit codes."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.asking import dump, query
from digigraph.cli.building import build, publish, validate
from digigraph.cli.project import Project
from digigraph.cli.serving import serve
from digigraph.cli.snapshots import snapshots
from digigraph.errors import DigigraphError
from digigraph.pipeline import Refusal
from digigraph.reports.text import text_report

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXIT_STORE = 3
_EXIT_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the graph project; without it, upwards from here to the first digigraph.toml.",
)
@click.version_option(package_name="digigraph")
@click.pass_context
def digigraph(context: click.Context, project: Path | None) -> None:
    r"""Publish a knowledge graph from a folder of documents, every statement with the sentence that says it.

    \b
    Exit codes: 0 well, 1 findings, 2 wrong use or unreadable input, 3 the store or the network failed.
    """
    context.obj = Project(project)


for command in (build, validate, publish, serve, query, dump, snapshots):
    digigraph.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    try:
        digigraph.main(args=arguments, standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_EXIT_INTERRUPTED)
    except Refusal as refusal:
        click.echo(text_report(refusal.findings), err=True, nl=False)
        _fail(refusal)
    except DigigraphError as error:
        _fail(error)
    except OSError as error:
        if error.errno == errno.EPIPE:
            # Whoever read our output has enough; what is left in the buffer goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        click.echo(f"digigraph: {error.filename or 'output'}: {error.strerror}.", err=True)
        sys.exit(_EXIT_STORE)


def _fail(error: DigigraphError) -> None:
    click.echo(f"digigraph: {error}", err=True)
    sys.exit(error.exit_code)
