"""One query on one store: the only place where the engine runs queries, and where its errors become ours."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from digigraph.errors import DigigraphError, QueryError, RemoteError, StoreError
from digigraph.iris import Iris
from digigraph.store.admission.doors import without_doors
from digigraph.store.admission.mistakes import syntax_error
from digigraph.store.disk import ENGINE_ERRORS
from digigraph.store.engine.mending import Dataset, Functions, functions, is_suspect, mended
from digigraph.store.engine.selection import selection_of, store_for
from digigraph.store.results.csv_results import write_results
from digigraph.store.results.expressible import expressible
from digigraph.store.results.output import Output
from digigraph.store.results.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

    from digigraph.store.answering.backend import Query

# The engine reports these as it does failing disks, by a RuntimeError.
_FUNCTION = re.compile(r"The custom (?:aggregate )?function <.*")
_NO_VARIABLE = ox.Variable("digigraph")


def evaluate(
    store: ox.Store, query: Query, *, base_iri: str, most_rows: int, send: Callable[[bytes], None]
) -> int | None:
    """Run a query and hand the serialised answer on, piece by piece, while it is computed.

    Parameters
    ----------
    store
        The engine's store.
    query
        It has passed :class:`digigraph.store.admission.guarded.Guarded`: its format fits its form, its graphs are
        named by IRIs.
    base_iri
        The project's; what relative IRIs in the query are relative to (RFC 3986, section 5.1.4).
    most_rows
        Rows, or triples, that the answer may have.
    send
        Takes the pieces; what it raises ends the query and is raised.

    Returns
    -------
    int | None
        Rows or triples of the answer; None of a yes or no.

    Raises
    ------
    QuerySyntaxError
        The text is not SPARQL; with line and column where the engine tells.
    QueryError
        It calls a function that there is not.
    NotAcceptable
        The answer holds what the format cannot express; see :mod:`digigraph.store.results.expressible`.
    AnswerTooLarge
        It has more rows.
    StoreError
        The engine could not read its files.
    RemoteError
        An endpoint that the query names did not answer, or must not be asked.
    """
    rows = Rows(query.format, most=most_rows)

    def count_and_send(piece: bytes) -> None:
        rows.add(piece)
        send(piece)

    output = Output(count_and_send, query.format)
    try:
        result = _result(store, query, base_iri)
        if isinstance(result, ox.QueryTriples):
            triples = expressible(rows.each(result), query.format)
            ox.serialize(triples, cast("IO[bytes]", output), query.format.rdf, prefixes=Iris(base_iri).prefixes)
        else:
            write_results(result, output, query.format)
    except SyntaxError as error:
        raise syntax_error(str(error)) from error
    except ENGINE_ERRORS as error:
        raise _translated(str(error), query) from error
    output.finish()
    return None if isinstance(result, ox.QueryBoolean) else rows.total


def _translated(text: str, query: Query) -> DigigraphError:
    """The engine's words for what is no syntax error: mistakes of the query, and failures of the disk."""
    if _FUNCTION.match(text):
        return QueryError(f"{text}.", hint="Functions of other engines are not offered here.")
    if without_doors(query.text) != query.text:
        # Not all that the engine says of another server names it.
        return RemoteError(f"SERVICE failed: {without_doors(text).strip()}.")
    return StoreError(f"The engine failed: {text}.")


def _result(store: ox.Store, query: Query, base_iri: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Ask the query, or where the engine would answer it wrongly, the query in other words."""
    selection = selection_of(query, base_iri=base_iri)
    selected, default, named = (store, None, None) if selection is None else store_for(selection, store)

    def ask(text: str, more: Functions | None = None) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        return selected.query(
            text,
            base_iri=base_iri,
            default_graph=None if default is None else [*default],
            named_graphs=None if named is None else [*named],
            custom_functions=more,
        )

    if not is_suspect(query.text):
        return ask(query.text)
    _check_syntax(store, query.text, base_iri)

    def names() -> list[str]:
        return sorted(map(str, selected.named_graphs() if named is None else named))

    dataset = Dataset(ask=lambda text: bool(ask(text)), named=names)
    return ask(mended(query.text, dataset), functions())


def _check_syntax(store: ox.Store, text: str, base_iri: str) -> None:
    """Let the engine's parser read a query, so that a syntax error has its place in the text that was sent."""
    # The engine offers no parser alone. Asked to substitute a variable that no query has, it reads and goes no further.
    with contextlib.suppress(RuntimeError):
        store.query(text, base_iri=base_iri, substitutions={_NO_VARIABLE: ox.Literal("")})
