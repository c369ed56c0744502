"""``/graph/…`` and ``/graph-store``: reading graphs by the SPARQL 1.1 Graph Store HTTP Protocol.

Writing methods are not routed, so they are answered with 405 and the methods there are (section 5.1): data changes by
publishing.
"""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response
from werkzeug.exceptions import BadRequest

from digigraph.iris import is_absolute
from digigraph.publishing.answers.graph_store import graph_query, version_with
from digigraph.web.protocol.headers import SNAPSHOT_HEADER
from digigraph.web.protocol.parameters import GRAPHS
from digigraph.web.replies.answers import answered, query_string, requested_format
from digigraph.web.site.answering import asker, site

blueprint = Blueprint("graphs", __name__)


@blueprint.get("/graph/<path:name>")
def graph_itself(name: str) -> Response:
    """Answer with the graph whose IRI leads here (direct identification, section 4.1)."""
    return _content(site().iris.at(f"graph/{name}"))


@blueprint.get("/graph-store")
def graph_named() -> Response:
    """Answer with the graph that a parameter names: ``graph`` by its IRI, or ``default`` (indirect, section 4.2)."""
    parameters = query_string()
    names = [value for key, value in parameters if key == "graph"]
    asks_default = any(key == "default" for key, _ in parameters)
    if len(names) + asks_default != 1:
        raise BadRequest("Name one graph, by ?graph=IRI or by ?default.")
    if names and not is_absolute(names[0]):
        raise BadRequest(f"{names[0]!r} is not an absolute IRI.")
    graph = ox.NamedNode(names[0]) if names else site().iris.graph("accepted")
    return _content(graph)


def _content(graph: ox.NamedNode) -> Response:
    chosen = requested_format(GRAPHS)
    named = None if graph == site().iris.graph("accepted") else graph
    while True:
        version = version_with(asker(), named)
        response = answered(graph_query(named, chosen))
        # Where a snapshot was published between the two questions, the graph may have gone with the other one.
        if named is None or response.headers.get(SNAPSHOT_HEADER) == version:
            return response
        response.close()
