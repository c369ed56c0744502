"""``digigraph``: the group of commands, its settings, and how errors become exit codes."""

from __future__ import annotations

import gc
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digigraph.cli.output import discard
from digigraph.cli.project import Project
from digigraph.errors import DigigraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "build": "building",
    "validate": "validating",
    "schema": "schema",
    "harvest-check": "harvesting",
    "publish": "building",
    "serve": "serving",
    "query": "asking",
    "dump": "asking",
    "snapshots": "snapshots",
    "permalinks": "permalinks",
    "changes": "changes",
    "redact": "redacting",
}
"""Each command and its module. A module is loaded when its command is used: the web process never loads pyshacl."""

_EXIT_STORE = 3
_EXIT_INTERRUPTED = 130


class _NobodyReads(Exception):
    """Whoever read the output has enough."""


class _Commands(click.Group):
    """The commands of the table, loaded one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        # What is loaded stays: to look among it for garbage takes a tenth of a start.
        gc.disable()
        command = getattr(importlib.import_module(f"digigraph.cli.{_COMMANDS[cmd_name]}"), cmd_name.replace("-", "_"))
        gc.enable()
        assert isinstance(command, click.Command)  # noqa: S101 - the table names commands
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; click would end with 1, the code of findings, where nobody reads its output any more."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _NobodyReads from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the graph project; without it, upwards from here to the first digigraph.toml.",
)
@click.version_option(package_name="digigraph")
@click.pass_context
def digigraph(context: click.Context, project: Path | None) -> None:
    """Publish a knowledge graph from a folder of documents, every statement with the sentence that says it.

    Exit codes: 0 well, 1 findings, 2 wrong use or unreadable input, 3 the store or the network failed.
    """
    context.obj = Project(project)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    try:
        sys.exit(digigraph.main(args=arguments, standalone_mode=False) or 0)
    except click.ClickException as error:
        _tell(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_EXIT_INTERRUPTED)
    except DigigraphError as error:
        _tell(f"digigraph: {error}")
        sys.exit(error.exit_code)
    except _NobodyReads:
        discard(sys.stdout)
        sys.exit(0)
    except OSError as error:
        _tell(f"digigraph: {error.filename or 'output'}: {error.strerror}.")
        sys.exit(_EXIT_STORE)


def _tell(said: str | click.ClickException) -> None:
    """Say something on stderr; where that cannot be written to, the exit code says it alone."""
    try:
        if isinstance(said, str):
            click.echo(said, err=True)
        else:
            said.show()
    except OSError:
        discard(sys.stderr)
