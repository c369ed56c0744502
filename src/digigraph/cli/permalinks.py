"""``permalinks``: list, remove."""

from __future__ import annotations

import click

from digigraph.cli.project import Project
from digigraph.errors import NotFound
from digigraph.settings import Settings
from digigraph.store.snapshots.permalinks import Permalink, Permalinks


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
@click.argument("names", nargs=-1, metavar="[STATE/]ID...", required=True)
@click.pass_obj
def remove(project: Project, names: tuple[str, ...]) -> None:
    """Remove permalinks: their addresses are 410 from then on, and their states can be pruned.

    An ID alone means those of every state that have it: the same query may have had the same rows in several.
    """
    known = _permalinks(project.settings())
    by_name: dict[str, list[Permalink]] = {}
    for each in known.all():
        for name in (each.id, _name(each)):
            by_name.setdefault(name, []).append(each)
    if unknown := [each for each in names if each not in by_name]:
        raise NotFound(
            f"There is no permalink {unknown[0]!r}.", hint="`digigraph permalinks list` names those there are."
        )
    for each in dict.fromkeys(each for name in names for each in by_name[name]):
        known.remove([each])
        click.echo(f"{_name(each)} removed")


def _name(permalink: Permalink) -> str:
    """What it is called among those of all states."""
    return f"{permalink.snapshot}/{permalink.id}"


def _permalinks(settings: Settings) -> Permalinks:
    return Permalinks(settings.state_folder, most=settings.permalinks, most_states=settings.permalink_states)
