"""Which graph the statements of an RDF file go into."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.files.records import Malformed

if TYPE_CHECKING:
    from collections.abc import Container

    from digigraph.sources.rdf.parsing import LocatedQuad


def in_graph(located: LocatedQuad, graph: ox.NamedNode, own: Container[object]) -> LocatedQuad:
    """Return a quad of the default graph in the graph of its folder, and one of a project's ``own`` graphs as it is.

    Raises
    ------
    Malformed
        It is of any other graph.
    """
    quad = located.quad
    if isinstance(quad.graph_name, ox.DefaultGraph):
        return replace(located, quad=ox.Quad(quad.subject, quad.predicate, quad.object, graph))
    if quad.graph_name in own:
        return located
    raise Malformed(
        "graph-name",
        f"Quads of this project go into {graph.value}, not into {quad.graph_name}.",
        located.location,
        hint="Leave the graph's name away.",
    )
