"""The shapes as such: well formed, in both languages, about terms that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyshacl
import pytest
from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, Namespace, URIRef

if TYPE_CHECKING:
    from rdflib.term import Node

DG = Namespace("https://w3id.org/digigraph/ns#")
SHAPES = Namespace("https://w3id.org/digigraph/shapes#")
VOCABULARIES = Path(__file__).parents[2] / "src" / "digigraph" / "vocabularies"
KEYWORDS = re.compile(
    r"\b(shape|focus node|literal|datatype|node kind|cardinality|minCount|maxCount|constraint)\b", re.IGNORECASE
)
# Said by the server of the dataset and of its own limits: nothing that a curator writes.
_LIMITS = ("QuerySeconds", "QueryMemory", "QueryBytes", "QueryDepth", "QueryPatterns", "AnswerRows", "AnswerBytes")
UNSHAPED = {DG.quads, DG.maxRequestBytes, *(DG[f"max{name}"] for name in _LIMITS)}


def terms(shapes: Graph) -> set[URIRef]:
    """Return every IRI that shapes speak of, in their queries too."""
    found = {term for triple in shapes for term in triple if isinstance(term, URIRef)}
    for query in shapes.objects(None, SH.select):
        prefixes = dict(re.findall(r"PREFIX (\w+): <([^>]+)>", query))
        found |= {
            URIRef(prefixes[prefix] + local)
            for prefix, local in re.findall(r"\b(\w+):(\w+)", query)
            if prefix in prefixes
        }
    return found


def test_pyshacl_finds_the_shapes_well_formed(shapes: Graph):
    """The shapes conform to the shapes for shapes."""
    # A copy: pyshacl writes into the shapes that it is given.
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=Graph() + shapes, meta_shacl=True, advanced=False)
    assert conforms, text


def test_names_lie_in_the_namespace_of_shapes(shapes: Graph):
    """Every subject with an IRI is ours, in words joined by hyphens."""
    for subject in set(shapes.subjects()):
        assert isinstance(subject, BNode) or re.fullmatch(rf"{SHAPES}[a-z0-9]+(-[a-z0-9]+)*", subject)


def languages(shapes: Graph, shape: Node, said: Node) -> list[str]:
    """Return the languages in which a shape says something."""
    return sorted(str(word.language) for word in shapes.objects(shape, said) if isinstance(word, Literal))


def test_names_are_in_both_languages(shapes: Graph, named: frozenset[URIRef]):
    """Every shape has one name in English and one in Swedish."""
    for shape in named:
        name = SH.name if (shape, RDF.type, SH.PropertyShape) in shapes else RDFS.label
        assert languages(shapes, shape, name) == ["en", "sv"], shape


def test_messages_are_in_both_languages(shapes: Graph, rules: frozenset[URIRef]):
    """Every shape that can report has one message in English and one in Swedish."""
    for shape in rules:
        assert languages(shapes, shape, SH.message) == ["en", "sv"], shape


def test_messages_speak_to_a_curator(shapes: Graph):
    """A message is a sentence that says what to do, without the words of SHACL."""
    for message in shapes.objects(None, SH.message):
        assert not KEYWORDS.search(message), message
        assert message[-1] in ".…", message
        assert message[0].isupper(), message


def test_messages_differ(shapes: Graph):
    """No two shapes say the same: from its message one knows the rule."""
    messages = [str(message) for message in shapes.objects(None, SH.message)]
    assert sorted(messages) == sorted(set(messages))


def test_shapes_without_an_iri_cannot_report(shapes: Graph):
    """What has no IRI stands inside a condition: only a named shape is the source of a finding."""
    for node in shapes.objects(None, SH.property):
        if isinstance(node, BNode):
            parents = list(shapes.subjects(SH.property, node))
            assert all(isinstance(parent, BNode) for parent in parents), parents


def test_every_shape_applies_to_something(shapes: Graph, named: frozenset[URIRef]):
    """A named shape has a target, or is a property of a shape that has one."""
    targets = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    aimed = {shape for target in targets for shape in shapes.subjects(target, None)}
    parts = {part for shape in aimed for part in shapes.objects(shape, SH.property)}
    assert named <= aimed | parts


def test_a_name_is_given_once(shapes: Graph, named: frozenset[URIRef]):
    """No two shapes share a name: it would be of two kinds, or have two paths or two lists of conditions."""
    for shape in named:
        for said in (RDF.type, SH.path, SH.severity, SH.pattern, SH["or"], SH["in"]):
            assert len(list(shapes.objects(shape, said))) <= 1, (shape, said)


def test_severities_are_those_of_findings(shapes: Graph):
    """Only Violation, Warning and Info are used."""
    assert set(shapes.objects(None, SH.severity)) <= {SH.Violation, SH.Warning, SH.Info}


def test_terms_of_ours_are_in_the_ontology(shapes: Graph, ontology: Graph):
    """Every dg: term that a shape speaks of is defined."""
    assert {term for term in terms(shapes) if term in DG} <= set(ontology.subjects())


@pytest.mark.parametrize("name", ["schema", "foaf", "dcterms", "prov", "skos"])
def test_terms_of_others_exist(shapes: Graph, name: str):
    """Every term of another vocabulary is in its list of terms."""
    lines = (VOCABULARIES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    namespace = next(line.split()[-1] for line in lines if line.startswith("# namespace:"))
    used = {str(term) for term in terms(shapes) if term.startswith(namespace)}
    assert used
    assert used - {namespace} <= set(lines)


def test_every_term_of_ours_has_a_shape(shapes: Graph, ontology: Graph):
    """The ontology has no class, property or listed value that no shape speaks of."""
    defined = {term for term in ontology.subjects(RDFS.isDefinedBy, None) if isinstance(term, URIRef) and term in DG}
    schemes = {term for term in defined if str(term).endswith("Scheme")}
    assert defined - schemes - terms(shapes) == UNSHAPED


def test_single_valued_properties_have_one_value(shapes: Graph, ontology: Graph):
    """What the ontology calls single-valued, a named shape holds to one value."""
    single = set(ontology.subjects(DG.singleValued, Literal(lexical_or_value=True)))
    held = {
        shapes.value(shape, SH.path) for shape in shapes.subjects(SH.maxCount, Literal(1)) if isinstance(shape, URIRef)
    }
    assert single
    assert single <= held


def test_shapes_know_no_base_iri(shapes: Graph):
    """The base IRI is a setting of the project: no pattern and no query holds one."""
    for text in (*shapes.objects(None, SH.pattern), *shapes.objects(None, SH.select)):
        assert "w3id.org/digigraph/" not in text.replace(str(DG), "")
