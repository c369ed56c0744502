"""``snapshots``: list, verify, activate, prune."""

from __future__ import annotations

import click

from digigraph.cli.project import Project
from digigraph.cli.states import name_of
from digigraph.store.snapshots.catalog import SnapshotCatalog


@click.group()
def snapshots() -> None:
    """Look after published states of the graph."""


@snapshots.command("list")
@click.pass_obj
def list_(project: Project) -> None:
    """List the snapshots, oldest first; * marks the active one."""
    catalog = SnapshotCatalog(project.settings().state_folder)
    active = catalog.active_name()
    for each in catalog.list():
        mark = "*" if each.name == active else " "
        click.echo(f"{mark} {each.name}  {each.created}  {each.quads} quads  {each.triples} in the default graph")


@snapshots.command()
@click.argument("names", nargs=-1, metavar="[STATE]...")
@click.pass_obj
def verify(project: Project, names: tuple[str, ...]) -> None:
    """Read snapshots back, by name or number, and compare them with what was published; all of them without one."""
    catalog = SnapshotCatalog(project.settings().state_folder)
    for name in names or catalog.names():
        found = catalog.verify(name_of(catalog, name))
        click.echo(f"{found.name}: {found.quads} quads, sha256 {found.sha256}")


@snapshots.command()
@click.argument("name", metavar="STATE")
@click.pass_obj
def activate(project: Project, name: str) -> None:
    """Serve another snapshot, by its name or number, from now on; a running server follows."""
    catalog = SnapshotCatalog(project.settings().state_folder)
    found = catalog.verify(name_of(catalog, name))
    catalog.activate(found.name, found.sources)
    click.echo(f"{found.name} is active")


@snapshots.command()
@click.option("--keep", type=click.IntRange(min=1), help="How many of the newest stay; default: snapshots_kept.")
@click.option("--cited-too", is_flag=True, help="Also those that permalinks hold; these are 410 from then on.")
@click.pass_obj
def prune(project: Project, keep: int | None, *, cited_too: bool) -> None:
    """Remove old snapshots; never the active one, never one that a server or a query has open; say what holds those."""
    settings = project.settings(snapshots_kept=keep)
    kept = settings.snapshots_kept
    if not kept:
        click.echo("nothing to remove: the setting snapshots_kept keeps all")
        return
    catalog = SnapshotCatalog(settings.state_folder)
    removed = catalog.prune(kept, cited_too=cited_too)
    held = catalog.held(kept, cited_too=cited_too)
    for name in removed:
        click.echo(f"{name} removed")
    for name, reason in held.items():
        click.echo(f"{name} stays: {reason}")
    if not (removed or held):
        click.echo("nothing to remove")
