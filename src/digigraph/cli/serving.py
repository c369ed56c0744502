"""``serve``: the active snapshot over HTTP."""

from __future__ import annotations

import logging
import subprocess
import sys

import click

from digigraph.cli.project import Project
from digigraph.iris import Iris
from digigraph.settings import Settings
from digigraph.sources.files.disk import sources_hash
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.observing.logs import JSON, logged
from digigraph.web.serve import serve as serve_backend

_LOG = logging.getLogger(__name__)


@click.command()
@click.option("--host", help="Address to serve on; default 127.0.0.1, this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on; default 8000, 0 takes a free one.")
@click.option("--workers", type=click.IntRange(min=1), help="Query processes; default: cores, at least 2.")
@click.option("--no-publish", is_flag=True, help="Serve what was published last, whatever the sources say now.")
@click.option("--endpoint", metavar="URL", help="Serve the pages of this SPARQL endpoint instead of a snapshot.")
@click.pass_obj
def serve(  # noqa: PLR0913 - one parameter an option
    project: Project, host: str | None, port: int | None, workers: int | None, endpoint: str | None, *, no_publish: bool
) -> None:
    """Serve the graph as a SPARQL endpoint and as pages.

    Publishes first where nothing was published yet or the sources have changed. Sources that are refused are
    reported, and the last good state is served.
    """
    settings = project.settings(host=host, port=port, workers=workers, endpoint=endpoint)
    if not settings.endpoint and not no_publish:
        _publish(settings)
    taken_back = _taken_back(settings) if settings.endpoint else {}
    files = _files(settings) if settings.endpoint else {}
    backend = open_backend(settings)
    try:
        serve_backend(settings, backend, announce=_announce, taken_back=taken_back, files=files)
    finally:
        backend.close()


def _taken_back(settings: Settings) -> dict[str, str]:
    """What the project has taken back: an engine of others does not know it."""
    # Here, for readers of files are not wanted where snapshots are served.
    from digigraph.sources.redactions import redactions_of  # noqa: PLC0415

    iris = Iris(settings.base_iri)
    return {iris.base + iri: reason for iri, reason in redactions_of(settings.project, iris).reasons.items()}


def _files(settings: Settings) -> dict[str, bytes]:
    """What a snapshot would carry and the project has as it is: the terms of JSON-LD."""
    from digigraph.sources.ontology.terms import read_terms  # noqa: PLC0415 - as above

    terms = read_terms(settings.project)
    return {"context.jsonld": terms} if terms is not None else {}


def _announce(url: str) -> None:
    click.echo(f"Serving at {url} (Ctrl-C ends it).")


def _publish(settings: Settings) -> None:
    """Publish if the sources ask for it; what is wrong with them is said, and the last good state stays.

    In a process of its own: what the checks load is not wanted where the web is served.
    """
    catalog = SnapshotCatalog(settings.state_folder)
    active = catalog.active()
    if active is not None and active.sources == sources_hash(settings):
        return
    command = [sys.executable, "-m", "digigraph", "--project", str(settings.project), "publish"]
    if settings.log_format == JSON:
        with logged(settings):
            code = _logged_run(command)
    else:
        code = subprocess.run(command, stdout=sys.stderr, check=False).returncode
    if code == 0:
        return
    if active is None:
        sys.exit(code)
    with logged(settings):
        _LOG.warning("Serving the last good state, %s.", active.name)


def _logged_run(command: list[str]) -> int:
    """Run a command, each line of what it says a line of the log, and return its exit status."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        assert running.stdout is not None  # noqa: S101 - it has a pipe
        for line in running.stdout:
            _LOG.info("%s", line.decode("utf-8", "replace").rstrip("\n"))
    return running.returncode
