"""What the dataset is and how much is in it, for harvesters (VoID, W3C Interest Group Note of 3 March 2011)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.publishing.descriptions.constructed import Said, constructed
from digigraph.publishing.descriptions.service_description import format_iri
from digigraph.publishing.linked_data.data import Data
from digigraph.vocab import DCTERMS, DG, FOAF, OWL, RDF, SCHEMA, SKOS, VOID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digigraph.media import Format
    from digigraph.publishing.descriptions.offer import Offer

_EXAMPLES = 3
_LINKS = (
    SCHEMA["sameAs"],
    OWL["sameAs"],
    *(SKOS[f"{each}Match"] for each in ("exact", "close", "broad", "narrow", "related")),
)
"""Properties that lead from a thing to what others say of it."""
FIGURES = "void.nt"
"""Name of the file in which a snapshot carries what of its description only the data can tell."""


def figures(nquads: bytes, base_iri: str) -> bytes:
    """Return what of the description only the data can tell, counted once at publication: N-Triples, sorted.

    Parameters
    ----------
    nquads
        The dataset.
    base_iri
        The project's.
    """
    store = ox.Store()
    store.bulk_load(nquads, ox.RdfFormat.N_QUADS)
    counted = store.query(constructed((), dict(_found(Iris(base_iri)))))
    assert isinstance(counted, ox.QueryTriples)  # noqa: S101 - the result of a CONSTRUCT
    return "".join(sorted({f"{each} .\n" for each in counted})).encode()


def void_data(offer: Offer, formats: Sequence[Format], counted: bytes, *, document: str) -> Data:
    """Return the description with the figures that the snapshot carries; see :func:`void_description`."""
    said = (ox.Triple(*each) for each in _said(offer, formats, document))
    found = (each.triple for each in ox.parse(counted, format=ox.RdfFormat.N_TRIPLES))
    return Data(ox.NamedNode(document), frozenset((*said, *found)), licence=offer.settings.license)


def void_description(offer: Offer, formats: Sequence[Format], *, document: str) -> str:
    """Return the query whose answer describes the dataset in VoID, for states that carry no figures.

    ``void:triples`` and the other figures of VoID count the default graph, ``dg:quads`` all graphs. Partitions and link
    sets have names made of what they are about, for blank nodes would be others each time.

    Parameters
    ----------
    offer
        What is published.
    formats
        In which its graphs are given.
    document
        URL of the description.
    """
    return constructed(_said(offer, formats, document), dict(_found(Iris(offer.settings.base_iri))))


def _said(offer: Offer, formats: Sequence[Format], document: str) -> list[Said]:
    iris = Iris(offer.settings.base_iri)
    described = ox.NamedNode(document)
    return [
        (described, RDF["type"], VOID["DatasetDescription"]),
        (described, DCTERMS["title"], ox.Literal(offer.settings.title)),
        (described, FOAF["primaryTopic"], iris.dataset),
        *offer.described(iris.dataset),
        (iris.dataset, RDF["type"], VOID["Dataset"]),
        (iris.dataset, FOAF["homepage"], offer.node("/")),
        (iris.dataset, VOID["sparqlEndpoint"], offer.node("/sparql")),
        (iris.dataset, VOID["uriSpace"], ox.Literal(iris.base)),
        *((iris.dataset, VOID["feature"], format_iri(each)) for each in formats),
        *((iris.dataset, VOID["dataDump"], offer.node(each.path)) for each in offer.dumps),
    ]


def _found(iris: Iris) -> Iterator[tuple[str, str]]:
    """Triple templates, and the patterns that bind their variables."""
    dataset, base = iris.dataset, iris.base
    figures = {
        "triples": "COUNT(*) AS ?triples) { ?x ?y ?z }",
        "distinctSubjects": "COUNT(DISTINCT ?x) AS ?distinctSubjects) { ?x ?y ?z }",
        "distinctObjects": "COUNT(DISTINCT ?z) AS ?distinctObjects) { ?x ?y ?z }",
        "properties": "COUNT(DISTINCT ?y) AS ?properties) { ?x ?y ?z }",
        "classes": f"COUNT(DISTINCT ?z) AS ?classes) {{ ?x {RDF['type']} ?z }}",
        "entities": f"COUNT(DISTINCT ?x) AS ?entities) {{ ?x ?y ?z {_within(base)} }}",
    }
    for name, select in figures.items():
        yield f"{dataset} {VOID[name]} ?{name}", f"SELECT ({select}"
    yield (
        f"{dataset} {DG['quads']} ?quads",
        """SELECT (?triples_of_default + ?triples_of_named AS ?quads) {
      { SELECT (COUNT(*) AS ?triples_of_default) { ?x ?y ?z } }
      { SELECT (COUNT(*) AS ?triples_of_named) { GRAPH ?graph { ?x ?y ?z } } } }""",
    )
    terms = f"SELECT DISTINCT ?term {{ {{ ?x ?term ?z }} UNION {{ ?x {RDF['type']} ?term }} }}"
    yield (
        f"{dataset} {VOID['vocabulary']} ?vocabulary",
        f'SELECT DISTINCT (IRI(REPLACE(STR(?term), "[^/#]+$", "")) AS ?vocabulary) {{ {{ {terms} }} }}',
    )
    yield (
        f"{dataset} {VOID['exampleResource']} ?exampleResource",
        f"""SELECT ?exampleResource {{ ?exampleResource ?y ?z {_within(base + "id/", "exampleResource")} }}
      GROUP BY ?exampleResource ORDER BY DESC(COUNT(*)) ?exampleResource LIMIT {_EXAMPLES}""",
    )
    yield from _partitions(iris)
    yield _link_sets(iris)


def _partitions(iris: Iris) -> Iterator[tuple[str, str]]:
    yield (
        f"""{iris.dataset} {VOID["classPartition"]} ?ofClass .
      ?ofClass {VOID["class"]} ?class ; {VOID["entities"]} ?members""",
        f"""{{ SELECT ?class (COUNT(DISTINCT ?x) AS ?members) {{ ?x {RDF["type"]} ?class }} GROUP BY ?class }}
      {_node(iris, "class/", "STR(?class)", "ofClass")}""",
    )
    yield (
        f"""{iris.dataset} {VOID["propertyPartition"]} ?ofProperty . ?ofProperty {VOID["property"]} ?property ;
      {VOID["triples"]} ?uses ; {VOID["distinctSubjects"]} ?users ; {VOID["distinctObjects"]} ?values""",
        f"""{{ SELECT ?property (COUNT(*) AS ?uses) (COUNT(DISTINCT ?x) AS ?users) (COUNT(DISTINCT ?z) AS ?values)
        {{ ?x ?property ?z }} GROUP BY ?property }} {_node(iris, "property/", "STR(?property)", "ofProperty")}""",
    )


def _link_sets(iris: Iris) -> tuple[str, str]:
    """Links from things to IRIs of others, one set for each property and place that the targets have in common."""
    return (
        f"""{iris.dataset} {VOID["subset"]} ?links . ?links {RDF["type"]} {VOID["Linkset"]} ;
      {VOID["subjectsTarget"]} {iris.dataset} ; {VOID["objectsTarget"]} ?others ; {VOID["linkPredicate"]} ?link ;
      {VOID["triples"]} ?linked . ?others {RDF["type"]} {VOID["Dataset"]} ; {VOID["uriSpace"]} ?space""",
        f"""{{ SELECT ?link ?space (COUNT(*) AS ?linked) {{ VALUES ?link {{ {" ".join(map(str, _LINKS))} }} ?x ?link ?z
        FILTER(STRSTARTS(STR(?x), {ox.Literal(iris.base + "id/")}) && ISIRI(?z)
          && !STRSTARTS(STR(?z), {ox.Literal(iris.base)}))
        BIND(IF(REGEX(STR(?z), "^[a-z]+://[^/]+/"), REPLACE(STR(?z), "[^/#]+$", ""), STR(?z)) AS ?space)
      }} GROUP BY ?link ?space }}
      {_node(iris, "links/", 'STR(?link), " ", ?space', "links")} {_node(iris, "space/", "?space", "others")}""",
    )


def _node(iris: Iris, kind: str, text: str, name: str) -> str:
    start = ox.Literal(f"{iris.dataset.value}#{kind}")
    return f"BIND(IRI(CONCAT({start}, ENCODE_FOR_URI(CONCAT({text})))) AS ?{name})"


def _within(space: str, name: str = "x") -> str:
    return f"FILTER(STRSTARTS(STR(?{name}), {ox.Literal(space)}))"
