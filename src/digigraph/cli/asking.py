"""``query`` and ``dump``: from a snapshot, or an endpoint, to the terminal."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import click
import pyoxigraph as ox

from digigraph import media, sparql, stored_query
from digigraph.cli.output import output_option, write_output
from digigraph.cli.project import Project
from digigraph.cli.states import name_of
from digigraph.cli.table import table
from digigraph.errors import InputError, NoSnapshot
from digigraph.iris import Iris
from digigraph.publishing.carried.dumps import with_named_default, write_dump
from digigraph.sources.files.disk import MAX_SMALL_BYTES, read_bytes
from digigraph.store.answering.backend import Query
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog

_RESULTS = media.formats_of(media.Kind.RESULTS)
_GRAPHS = media.formats_of(media.Kind.GRAPH, media.Kind.DATASET)
_CHUNK = 1024 * 1024
_DUMPS = media.formats_of(media.Kind.DATASET, media.Kind.GRAPH)
_NAMED = tuple(each.name for each in media.formats_of(media.Kind.DATASET))


@click.command()
@click.argument("question", metavar="FILE|TEXT|-")
@click.option(
    "--format",
    "format_",
    metavar="NAME",
    help=f"table (default), {', '.join(each.name for each in _RESULTS)}; graphs: "
    f"{', '.join(each.name for each in _GRAPHS)}.",
)
@click.option(
    "-p",
    "--parameter",
    "given",
    metavar="NAME=VALUE",
    multiple=True,
    help="Value of a stored query's parameter; repeatable.",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead of the active snapshot.")
@click.pass_obj
def query(
    project: Project, question: str, format_: str | None, endpoint: str | None, *, given: tuple[str, ...]
) -> None:
    """Ask a SPARQL query: a file, the text itself, or - for standard input."""
    settings = project.settings(endpoint=endpoint, workers=1)
    text = _bound(_question(question), given, Iris(settings.base_iri))
    offered = media.formats_for(sparql.query_form(text))
    as_table = format_ in {None, "table"} and offered == _RESULTS
    chosen = offered[0] if format_ in {None, "table"} else media.by_name(str(format_), offered)
    backend = open_backend(settings)
    try:
        answer = backend.answer(Query(text=text, format=chosen))
        if as_table:
            write_output([table(b"".join(answer), Iris(settings.base_iri)).encode()], None)
        else:
            write_output(answer, None)
    finally:
        backend.close()


def _question(argument: str) -> str:
    """The query that an argument means: a file is one if it exists or ends with .rq."""
    if argument == "-":
        data = sys.stdin.buffer.read(MAX_SMALL_BYTES + 1)
    elif argument.endswith(".rq") or ("\n" not in argument and _is_file(argument)):
        data = read_bytes(Path(argument), at_most=MAX_SMALL_BYTES)
    else:
        return argument
    if len(data) > MAX_SMALL_BYTES:
        raise InputError(f"{argument}: has more than {MAX_SMALL_BYTES // 1_000_000} MB; no query has.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{argument}: this is not UTF-8 ({error.reason} at byte {error.start}).") from error


def _bound(text: str, given: tuple[str, ...], iris: Iris) -> str:
    """The query with the values given on the command line in place of its examples."""
    if not given:
        return text
    stored = stored_query.parse("This query", text)
    parameters = {each.name: each for each in stored.parameters}
    terms: dict[str, stored_query.Term] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in parameters:
            known = ", ".join(parameters) or "none"
            raise click.BadParameter(f"{each!r} is not NAME=VALUE of a parameter; this query has: {known}.")
        terms[name] = stored_query.term(parameters[name], value, iris)
    return stored_query.bind(stored, terms)


def _is_file(argument: str) -> bool:
    try:
        return Path(argument).is_file()
    except OSError:
        # A query can be longer than a file name may be.
        return False


@click.command()
@click.option("--format", "format_", type=click.Choice([each.name for each in _DUMPS]), default="nq")
@click.option("--graph", metavar="IRI", help="This graph alone; graph/accepted is the default graph.")
@click.option("--named-default", is_flag=True, help="nq, trig: the default graph under its name.")
@click.option("--snapshot", "name", metavar="STATE", help="Not the active snapshot but this one, by name or number.")
@output_option
@click.pass_obj
def dump(  # noqa: PLR0913 - one parameter an option
    project: Project, format_: str, graph: str | None, name: str | None, output: Path | None, *, named_default: bool
) -> None:
    """Write a snapshot: nq (byte for byte what build writes) and trig all of it, other formats its default graph.

    Engines without an unnamed graph, such as Virtuoso, take what --named-default writes.
    """
    if named_default and (graph is not None or format_ not in _NAMED):
        raise click.UsageError(f"--named-default is for {' and '.join(_NAMED)}, without --graph.")
    settings = project.settings()
    catalog = SnapshotCatalog(settings.state_folder)
    snapshot = catalog.find(name_of(catalog, name)) if name else catalog.active()
    if snapshot is None:
        raise NoSnapshot("Nothing has been published yet.", hint="Run `digigraph publish`.")
    chosen = media.by_name(format_, _DUMPS)
    iris = Iris(settings.base_iri)
    is_plain = graph is None and not named_default
    carried = next((each for each in snapshot.dumps() if is_plain and each.name == chosen.name), None)
    if carried is not None:
        with carried.path.open("rb") as file:
            write_output(iter(lambda: file.read(_CHUNK), b""), output)
        return
    with snapshot.open() as opened:
        data = opened.nquads()
    if named_default:
        data = with_named_default(data, iris.graph("accepted"))
    serialised = io.BytesIO()
    if graph is None:
        write_dump(serialised, data, chosen, iris.prefixes)
    else:
        wanted = ox.DefaultGraph() if graph == iris.graph("accepted").value else ox.NamedNode(graph)
        quads = (each for each in ox.parse(data, format=ox.RdfFormat.N_QUADS) if each.graph_name == wanted)
        ox.serialize((each.triple for each in quads), serialised, format=chosen.rdf, prefixes=iris.prefixes)
    write_output([serialised.getvalue()], output)
