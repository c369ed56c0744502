"""The graphs of the dataset, one by one: what reading by the SPARQL 1.1 Graph Store HTTP Protocol gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import NotFound
from digigraph.media import RESULTS_JSON
from digigraph.store.backend import Query

if TYPE_CHECKING:
    from digigraph.media import Format
    from digigraph.store.backend import Backend


def graph_query(backend: Backend, graph: ox.NamedNode | None, format: Format) -> Query:  # noqa: A002 - the field's word
    """Return the query whose answer is a graph (section 5.2).

    Parameters
    ----------
    backend
        Asked whether there is such a graph.
    graph
        Its name; None for the default graph, which is there even if it is empty.
    format
        Serialisation.

    Raises
    ------
    NotFound
        There is no such graph.
    """
    if graph is not None:
        asked = Query(text=f"ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}", format=RESULTS_JSON)
        if not ox.parse_query_results(b"".join(backend.answer(asked)), format=ox.QueryResultsFormat.JSON):
            raise NotFound(f"There is no graph {graph}.", hint="The service description at /sparql lists the graphs.")
    pattern = "?s ?p ?o" if graph is None else f"GRAPH {graph} {{ ?s ?p ?o }}"
    return Query(text=f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", format=format)
