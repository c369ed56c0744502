"""``permalinks``: list, remove."""

from __future__ import annotations

import click

from digigraph.cli.project import Project
from digigraph.errors import NotFound
from digigraph.settings import Settings
from digigraph.store.permalinks import Permalinks


@click.group()
def permalinks() -> None:
    """Look after the permalinks of results, which keep states from being pruned."""


@permalinks.command("list")
@click.pass_obj
def list_(project: Project) -> None:
    """List the permalinks, those made first in front: id, state, when, rows, and the query in one line."""
    for each in _permalinks(project.settings()).all():
        query = " ".join(each.query.split())
        click.echo(f"{each.id}  {each.snapshot}  {each.created}  {each.rows} rows  {query}")


@permalinks.command()
@click.argument("ids", nargs=-1, metavar="ID...", required=True)
@click.pass_obj
def remove(project: Project, ids: tuple[str, ...]) -> None:
    """Remove permalinks: their addresses are 410 from then on, and their states can be pruned."""
    known = _permalinks(project.settings())
    by_id = {each.id: each for each in known.all()}
    if unknown := [each for each in ids if each not in by_id]:
        raise NotFound(
            f"There is no permalink {unknown[0]!r}.", hint="`digigraph permalinks list` names those there are."
        )
    for name in ids:
        known.remove([by_id[name]])
        click.echo(f"{name} removed")


def _permalinks(settings: Settings) -> Permalinks:
    return Permalinks(settings.state_folder, most=settings.permalinks, most_states=settings.permalink_states)
