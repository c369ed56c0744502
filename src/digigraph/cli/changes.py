"""``changes``: what is different between two states, as a patch."""

from __future__ import annotations

from pathlib import Path

import click

from digigraph.cli.output import output_option, write_output
from digigraph.cli.project import Project
from digigraph.cli.states import name_of
from digigraph.errors import Gone, NoSnapshot
from digigraph.iris import Iris
from digigraph.publishing.history.changes import rdf_patch
from digigraph.store.snapshots.catalog import SnapshotCatalog

_HINT = "`digigraph snapshots list` names those that are whole."
_HOLDS = ("patch", "added", "removed")


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--format",
    "format_",
    type=click.Choice(_HOLDS),
    default="patch",
    help="patch: RDF Patch, what leads from A to B; added, removed: those quads alone, as N-Quads.",
)
@output_option
@click.pass_obj
def changes(project: Project, a: str, b: str, *, format_: str, output: Path | None) -> None:
    """Write what is different between the states A and B, each a snapshot's name or its number."""
    settings = project.settings()
    catalog, iris = SnapshotCatalog(settings.state_folder), Iris(settings.base_iri)
    told = [each.snapshot for each in catalog.changes.changes()]
    before, after = name_of(catalog, a, also=told), name_of(catalog, b, also=told)
    old, new = _dataset(catalog, before), _dataset(catalog, after)
    removed, added = sorted(old - new), sorted(new - old)
    if format_ == "patch":
        names = {"name": iris.snapshot(after).value, "before": iris.snapshot(before).value}
        write_output(rdf_patch(removed, added, **names), output)
    else:
        write_output((b"%s\n" % each for each in (added if format_ == "added" else removed)), output)


def _dataset(catalog: SnapshotCatalog, name: str) -> set[bytes]:
    """The quads of a state: of its snapshot, or where that was pruned, as the changes tell."""
    if name not in catalog.names():
        try:
            return catalog.changes.dataset(name)
        except NoSnapshot as error:
            raise Gone(f"What the state {name} was is no longer kept.", hint=_HINT) from error
    with catalog.get(name).open() as opened:
        return set(opened.nquads().split(b"\n")[:-1])
