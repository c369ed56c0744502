"""``serve``: the active snapshot over HTTP."""

from __future__ import annotations

import click

from digigraph.cli.project import Project
from digigraph.errors import DigigraphError
from digigraph.pipeline import Refusal, is_current, publish
from digigraph.reports.text import text_report
from digigraph.settings import Settings
from digigraph.store.opening import open_backend
from digigraph.store.snapshot import SnapshotCatalog
from digigraph.web.serve import serve as serve_backend


@click.command()
@click.option("--host", help="Address to serve on; default 127.0.0.1, this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on; default 8000, 0 takes a free one.")
@click.option("--workers", type=click.IntRange(min=1), help="Query processes; default: cores, at least 2.")
@click.option("--no-publish", is_flag=True, help="Serve what was published last, whatever the sources say now.")
@click.option("--endpoint", metavar="URL", help="Serve the pages of this SPARQL endpoint instead of a snapshot.")
@click.pass_obj
def serve(
    project: Project, host: str | None, port: int | None, workers: int | None, endpoint: str | None, *, no_publish: bool
) -> None:
    """Serve the graph as a SPARQL endpoint and as pages.

    Publishes first where nothing was published yet or the sources have changed. Sources that are refused are
    reported, and the last good state is served.
    """
    settings = project.settings(host=host, port=port, workers=workers, endpoint=endpoint)
    if not settings.endpoint and not no_publish:
        _publish(settings)
    backend = open_backend(settings)
    try:
        serve_backend(settings, backend, announce=_announce)
    finally:
        backend.close()


def _announce(url: str) -> None:
    click.echo(f"Serving at {url} (Ctrl-C ends it).")


def _publish(settings: Settings) -> None:
    """Publish if the sources ask for it; what is wrong with them is said, and the last good state stays."""
    if is_current(settings):
        return
    has_state = SnapshotCatalog(settings.state_folder).active_name() is not None
    try:
        publication = publish(settings)
    except DigigraphError as error:
        if not has_state:
            raise
        if isinstance(error, Refusal):
            click.echo(text_report(error.findings), err=True, nl=False)
        click.echo(f"digigraph: {error}", err=True)
        click.echo("digigraph: serving the last good state.", err=True)
    else:
        click.echo(f"Published {publication.snapshot.name}: {publication.snapshot.quads} quads.", err=True)
