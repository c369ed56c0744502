"""What the dataset is and how much is in it, for harvesters (VoID, W3C Interest Group Note of 3 March 2011)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.publishing.constructed import Said, constructed
from digigraph.publishing.service_description import format_iri
from digigraph.vocab import DCTERMS, DG, FOAF, RDF, VOID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.media import Format
    from digigraph.settings import Settings

_EXAMPLES = 3


def void_description(
    settings: Settings, formats: Sequence[Format], *, document: str, endpoint: str, homepage: str
) -> str:
    """Return the query whose answer describes the dataset in VoID.

    ``void:triples`` and the other figures of VoID count the default graph, ``dg:quads`` all graphs.

    Parameters
    ----------
    settings
        The project's.
    formats
        In which its graphs are given.
    document, endpoint, homepage
        URLs of the description, of the SPARQL service, and of the page where a reader begins.
    """
    iris = Iris(settings.base_iri)
    dataset, described = iris.dataset, ox.NamedNode(document)
    title = ox.Literal(settings.title)
    said: list[Said] = [
        (described, RDF["type"], VOID["DatasetDescription"]),
        (described, DCTERMS["title"], title),
        (described, FOAF["primaryTopic"], dataset),
        (dataset, RDF["type"], VOID["Dataset"]),
        (dataset, DCTERMS["title"], title),
        (dataset, FOAF["homepage"], ox.NamedNode(homepage)),
        (dataset, VOID["sparqlEndpoint"], ox.NamedNode(endpoint)),
        (dataset, VOID["uriSpace"], ox.Literal(iris.base)),
        *((dataset, VOID["feature"], format_iri(each)) for each in formats),
    ]
    return constructed(said, {f"{dataset} {term} ?{name}": pattern for name, term, pattern in _found(iris)})


def _found(iris: Iris) -> list[tuple[str, ox.NamedNode, str]]:
    """Variables, the properties that they are values of, and the patterns that bind them."""
    figures = {
        "triples": "COUNT(*) AS ?triples) { ?x ?y ?z }",
        "distinctSubjects": "COUNT(DISTINCT ?x) AS ?distinctSubjects) { ?x ?y ?z }",
        "distinctObjects": "COUNT(DISTINCT ?z) AS ?distinctObjects) { ?x ?y ?z }",
        "properties": "COUNT(DISTINCT ?y) AS ?properties) { ?x ?y ?z }",
        "classes": f"COUNT(DISTINCT ?z) AS ?classes) {{ ?x {RDF['type']} ?z }}",
        "entities": f"COUNT(DISTINCT ?x) AS ?entities) {{ ?x ?y ?z {_within(iris.base)} }}",
    }
    quads = """SELECT (?triples_of_default + ?triples_of_named AS ?quads) {
      { SELECT (COUNT(*) AS ?triples_of_default) { ?x ?y ?z } }
      { SELECT (COUNT(*) AS ?triples_of_named) { GRAPH ?graph { ?x ?y ?z } } } }"""
    terms = f"SELECT DISTINCT ?term {{ {{ ?x ?term ?z }} UNION {{ ?x {RDF['type']} ?term }} }}"
    vocabulary = f'SELECT DISTINCT (IRI(REPLACE(STR(?term), "[^/#]*$", "")) AS ?vocabulary) {{ {{ {terms} }} }}'
    example = f"""SELECT ?exampleResource {{ ?exampleResource ?y ?z {_within(iris.base + "id/", "exampleResource")} }}
      GROUP BY ?exampleResource ORDER BY DESC(COUNT(*)) ?exampleResource LIMIT {_EXAMPLES}"""
    return [
        *((name, VOID[name], f"SELECT ({select}") for name, select in figures.items()),
        ("quads", DG["quads"], quads),
        ("vocabulary", VOID["vocabulary"], vocabulary),
        ("exampleResource", VOID["exampleResource"], example),
    ]


def _within(space: str, name: str = "x") -> str:
    return f"FILTER(STRSTARTS(STR(?{name}), {ox.Literal(space)}))"
