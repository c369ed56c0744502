"""The graphs of the dataset, one by one: what reading by the SPARQL 1.1 Graph Store HTTP Protocol gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import NotFound
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query

if TYPE_CHECKING:
    from digigraph.media import Format
    from digigraph.store.answering.backend import Backend


def version_with(backend: Backend, graph: ox.NamedNode | None) -> str | None:
    """Return the name of the snapshot that was found to hold a graph; None from an endpoint of others.

    Parameters
    ----------
    backend
        Asked.
    graph
        Its name; None for the default graph, which is there even if it is empty.

    Raises
    ------
    NotFound
        There is no such graph (section 5.2).
    """
    if graph is None:
        return backend.version
    answer = backend.answer(Query(text=f"ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}", format=RESULTS_JSON, is_own=True))
    if not ox.parse_query_results(b"".join(answer), format=ox.QueryResultsFormat.JSON):
        raise NotFound(f"There is no graph {graph}.", hint="The service description lists the graphs.")
    return answer.version


def graph_query(graph: ox.NamedNode | None, format: Format) -> Query:  # noqa: A002 - the field's word
    """Return the query whose answer is a graph, or nothing where there is none; None names the default graph."""
    pattern = "?s ?p ?o" if graph is None else f"GRAPH {graph} {{ ?s ?p ?o }}"
    return Query(text=f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", format=format, is_own=True)
