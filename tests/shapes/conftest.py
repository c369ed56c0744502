"""The shapes and the ontology, each parsed once."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef

ROOT = Path(__file__).parents[2]
# What a shape may hold and still find nothing by itself.
SAYS_NO_RULE = {RDF.type, RDFS.label, SH.name, SH.path, SH.property, SH.targetClass, SH.targetNode}


@pytest.fixture(scope="session")
def shapes() -> Graph:
    """Everything in ``shapes/``."""
    graph = Graph()
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="session")
def ontology() -> Graph:
    """The ontology: the default graph holds it, and targets need its classes."""
    graph = Graph()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="session")
def named(shapes: Graph) -> frozenset[URIRef]:
    """Every shape that has an IRI."""
    kinds = (SH.NodeShape, SH.PropertyShape)
    return frozenset(each for kind in kinds for each in shapes.subjects(RDF.type, kind) if isinstance(each, URIRef))


@pytest.fixture(scope="session")
def rules(shapes: Graph, named: frozenset[URIRef]) -> frozenset[URIRef]:
    """The named shapes that can report; the others only group some of them."""
    return frozenset(shape for shape in named if not set(shapes.predicates(shape)) <= SAYS_NO_RULE)
