"""States on the command line: how people name them, and what they are told of what was done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.redaction.applying import Applied
    from digigraph.store.snapshots.catalog import SnapshotCatalog


def name_of(catalog: SnapshotCatalog, given: str, *, also: Iterable[str] = ()) -> str:
    """Return the name of the state that somebody names, by that or by its number; ``also`` are names of states pruned.

    Raises
    ------
    NotFound, Gone
        There is none; there is none any longer.
    SnapshotDamaged
        Its manifest cannot be read.
    """
    for name in sorted({*catalog.names(), *also}):
        if given in {name, name.partition("-")[0]}:
            return name
    return catalog.find(given).name


def tell(applied: Applied) -> None:
    """Say what was done to the kept states because of what is taken back."""
    for old, new in applied.rewritten.items():
        click.echo(f"{old} is now {new}")
    for name in applied.removed:
        click.echo(f"{name} was removed: it could not be read")
    if applied.permalinks_carried or applied.permalinks_removed:
        click.echo(
            f"permalinks: {applied.permalinks_carried} show the same rows of the rewritten states, "
            f"{applied.permalinks_removed} are removed"
        )
    for name in applied.unreadable:
        click.echo(f"{name} cannot be read: `digigraph publish` mends that, and does the rest", err=True)
    for name in applied.torn:
        click.echo(f"{name} was removed while somebody still read it", err=True)
