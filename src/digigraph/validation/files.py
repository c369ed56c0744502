"""RDF files of anybody against shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.cache import NO_CACHE
from digigraph.dataset.statements import Dataset, Statement
from digigraph.findings import in_source_order
from digigraph.iris import shorten
from digigraph.validation.shacl import DataGraph
from digigraph.validation.shapes import ShapesCheck
from digigraph.vocab import PREFIXES

if TYPE_CHECKING:
    from digigraph.cache import Cache
    from digigraph.findings import Finding
    from digigraph.sources.rdf_files import RdfFiles


def check_rdf(data: RdfFiles, shapes: RdfFiles, ontology: RdfFiles, *, cache: Cache = NO_CACHE) -> list[Finding]:
    """Check files against shapes.

    Parameters
    ----------
    data
        What is checked: the triples of all files and all graphs together.
    shapes
        The shapes graph.
    ontology
        What the data uses without being asked about it, such as subclasses; what is found in it is left out.

    Returns
    -------
    list of Finding
        In source order, each once.
    """
    quads = [*data.quads, *ontology.quads]
    dataset = Dataset(tuple(Statement(each.quad, each.location, each.node, each.property) for each in quads))
    prefixes = {**PREFIXES, **ontology.prefixes, **shapes.prefixes, **data.prefixes}
    check = ShapesCheck(
        dataset,
        shapes.quads,
        data=DataGraph(dict.fromkeys(each.quad.triple for each in quads), prefixes, cache),
        shorten=lambda iri: shorten(iri, prefixes),
    )
    found = [each for each in check.findings() if each.location.path not in ontology.names - data.names]
    return in_source_order([*data.findings, *shapes.findings, *ontology.findings, *found])
