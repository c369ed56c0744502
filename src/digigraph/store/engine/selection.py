"""Which graphs a query asks: the RDF dataset (SPARQL 1.1, section 13; SPARQL 1.1 Protocol, section 2.1.4).

Graphs are selected from the snapshot, nothing is fetched; a graph that is not there is empty. What the protocol says
wins over the query's own FROM and FROM NAMED; where neither speaks, the whole snapshot is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.sparql import dataset_clauses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.store.answering.backend import Query

Graph = ox.NamedNode | ox.DefaultGraph


@dataclass(frozen=True, slots=True)
class Selection:
    """An RDF dataset chosen from a snapshot.

    Parameters
    ----------
    default
        Graphs of the snapshot whose merge is the default graph, each once.
    named
        Names under which graphs can be asked, and the graphs of the snapshot that they stand for.
    """

    default: tuple[Graph, ...]
    named: dict[ox.NamedNode, Graph]


def selection_of(query: Query, *, base_iri: str) -> Selection | None:
    """Return the dataset that a query asks; None for the whole snapshot.

    Parameters
    ----------
    query
        The query, with what the protocol says.
    base_iri
        The project's; relative IRIs are relative to it, ``{base_iri}graph/accepted`` names the default graph.

    Raises
    ------
    QuerySyntaxError
        A FROM clause cannot be read.
    """
    default, named = query.default_graphs, query.named_graphs
    if default is None and named is None:
        clauses = dataset_clauses(query.text, base_iri=base_iri)
        if clauses is None:
            return None
        default, named = clauses.default, clauses.named
    alias = Iris(base_iri).graph("accepted")

    def graph(name: ox.NamedNode) -> Graph:
        return ox.DefaultGraph() if name == alias else name

    return Selection(
        default=tuple(dict.fromkeys(graph(ox.NamedNode(each)) for each in default or ())),
        named={ox.NamedNode(each): graph(ox.NamedNode(each)) for each in named or ()},
    )


def store_for(selection: Selection, store: ox.Store) -> tuple[ox.Store, list[Graph], list[ox.NamedNode]]:
    """Return a store, the graph that is the default graph in it, and the names of its named graphs.

    The engine counts a triple as often as it has graphs that hold it, so a merge of several is made in memory. So is
    a named graph that stands for another one. Anything else is asked as it lies.
    """
    if len(selection.default) <= 1 and all(name == graph for name, graph in selection.named.items()):
        return store, [*selection.default], [*selection.named]
    copied = ox.Store()
    copied.bulk_extend(_quads(selection, store))
    return copied, [ox.DefaultGraph()], [*selection.named]


def _quads(selection: Selection, store: ox.Store) -> Iterator[ox.Quad]:
    for graph in selection.default:
        for quad in store.quads_for_pattern(None, None, None, graph):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)
    for name, graph in selection.named.items():
        for quad in store.quads_for_pattern(None, None, None, graph):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, name)
