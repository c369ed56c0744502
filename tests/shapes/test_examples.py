"""Every shape on what it must catch and on what it must let pass (``examples/*.yaml``).

pyshacl is slow and examples are many: all wrong ones are validated as one graph, all right ones as another, and each
test looks for the results on its own nodes. In an example ``it`` stands for a name that no other example has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyshacl
import pytest
import yaml
from rdflib import RDF, SH, Graph, Namespace, URIRef
from rdflib.namespace import NamespaceManager

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib.term import Node

HERE = Path(__file__).parent
SHAPES = Namespace("https://w3id.org/digigraph/shapes#")
BASE = "https://example.org/graph/"
PREFIXES = {
    "id": f"{BASE}id/",
    "doc": f"{BASE}doc/",
    "ev": f"{BASE}ev/",
    "dg": "https://w3id.org/digigraph/ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
IT = re.compile(r"\b(id:|doc:|ev:|dg:|https://)it(?![a-z0-9])")


@dataclass(frozen=True)
class Example:
    """A few triples, and the shape that they are an example of."""

    shape: URIRef
    kind: str
    name: str
    turtle: str

    def graph(self) -> Graph:
        """Return the triples."""
        return turtle(IT.sub(rf"\g<1>{self.name}", self.turtle))


@dataclass(frozen=True)
class Result:
    """One result of a validation."""

    shape: Node | None
    nodes: frozenset[Node]
    messages: frozenset[str]


def turtle(text: str) -> Graph:
    """Parse Turtle in which our prefixes need not be declared."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    graph = Graph(bind_namespaces="none")
    graph.namespace_manager = NamespaceManager(graph, bind_namespaces="none")
    return graph.parse(data=prefixes + text, format="turtle")


@cache
def examples() -> tuple[Example, ...]:
    """Read all examples."""
    found: list[Example] = []
    for path in sorted((HERE / "examples").glob("*.yaml")):
        for shape, kinds in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for kind, texts in kinds.items():
                for text in [texts] if isinstance(texts, str) else texts:
                    found.append(Example(SHAPES[shape], kind, f"case{len(found):04}", text))
    return tuple(found)


def each(kind: str) -> pytest.MarkDecorator:
    """Run a test for each example of a kind."""
    chosen = [example for example in examples() if example.kind == kind]
    ids = [f"{example.shape.fragment}-{example.name}" for example in chosen]
    return pytest.mark.parametrize("example", chosen, ids=ids)


@pytest.fixture(scope="session")
def validate(shapes: Graph, ontology: Graph) -> Callable[[Iterable[Graph]], list[Result]]:
    """Validate graphs as one, with the ontology and the small complete graph in it, as the program does."""
    complete = turtle((HERE / "complete.ttl").read_text(encoding="utf-8"))

    def validated(graphs: Iterable[Graph]) -> list[Result]:
        data = ontology + complete
        for graph in graphs:
            data += graph
        _, report, _ = pyshacl.validate(
            data, shacl_graph=Graph() + shapes, advanced=False, inference="none", inplace=True
        )
        assert isinstance(report, Graph), report
        return [
            Result(
                report.value(result, SH.sourceShape),
                frozenset(report.objects(result, SH.focusNode)) | frozenset(report.objects(result, SH.value)),
                frozenset(str(message) for message in report.objects(result, SH.resultMessage)),
            )
            for result in report.subjects(RDF.type, SH.ValidationResult)
        ]

    return validated


@pytest.fixture(scope="session")
def found_in_wrong(validate: Callable[[Iterable[Graph]], list[Result]]) -> list[Result]:
    """What is found in the wrong examples."""
    return validate(example.graph() for example in examples() if example.kind == "wrong")


@pytest.fixture(scope="session")
def found_in_right(validate: Callable[[Iterable[Graph]], list[Result]]) -> list[Result]:
    """What is found in the right examples, which are short: other shapes miss something in most of them."""
    return validate(example.graph() for example in examples() if example.kind == "right")


def of(example: Example, results: Iterable[Result]) -> list[Result]:
    """Return the results of the example's shape on the example's nodes."""
    nodes = set(example.graph().subjects())
    return [result for result in results if result.shape == example.shape and result.nodes & nodes]


@each("wrong")
def test_a_wrong_example_is_caught_by_its_shape(example: Example, found_in_wrong: list[Result]):
    """What a shape is there to catch, it catches."""
    assert of(example, found_in_wrong), example.turtle


@each("right")
def test_a_right_example_passes_its_shape(example: Example, found_in_right: list[Result]):
    """What a shape must let pass, it lets pass."""
    assert not of(example, found_in_right), example.turtle


def test_nothing_is_found_in_the_complete_graph(validate: Callable[[Iterable[Graph]], list[Result]]):
    """A graph made as the data model says breaks no shape, not even for information."""
    assert validate([]) == []


@pytest.mark.parametrize("kind", ["wrong", "right"])
def test_every_shape_has_examples(kind: str, rules: frozenset[URIRef]):
    """Each named shape has a wrong and a right example, and each example a shape."""
    assert {example.shape for example in examples() if example.kind == kind} == rules


def test_every_result_names_its_rule(shapes: Graph, found_in_wrong: list[Result]):
    """A shape that reports has an IRI, and its own messages reach the report (pyshacl drops the tags of some)."""
    for result in found_in_wrong:
        assert isinstance(result.shape, URIRef)
        assert result.messages == {str(message) for message in shapes.objects(result.shape, SH.message)}


def test_a_result_is_about_a_node(found_in_wrong: list[Result]):
    """No result has a literal alone: a finding needs a subject that it can be located by."""
    assert all(any(isinstance(node, URIRef) for node in result.nodes) for result in found_in_wrong)
