"""What the SPARQL service offers, for programs (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.publishing.descriptions.constructed import Said, constructed
from digigraph.vocab import DCAT, DCTERMS, DG, RDF, RDFS, SD, VOID, XSD, Namespace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digigraph.media import Format
    from digigraph.settings import Settings, Value

_SIMPLE = ox.NamedNode("http://www.w3.org/ns/entailment/Simple")
_FORMATS = "http://www.w3.org/ns/formats/"

_GEOSPARQL = Namespace("http://www.opengis.net/def/function/geosparql/")
_CASTS = "date time duration dayTimeDuration yearMonthDuration gYear gYearMonth gMonth gMonthDay gDay"
_GEOMETRY = """
    sfContains sfCrosses sfDisjoint sfEquals sfIntersects sfOverlaps sfTouches sfWithin
    ehContains ehCoveredBy ehCovers ehDisjoint ehEquals ehInside ehMeet ehOverlap
    rcc8dc rcc8ec rcc8eq rcc8ntpp rcc8ntppi rcc8po rcc8tpp rcc8tppi
    difference intersection symDifference union relate area distance length perimeter
    asGeoJSON centroid convexHull coordinateDimension dimension envelope getSRID isEmpty isSimple spatialDimension
"""
EXTENSION_FUNCTIONS = (
    *(XSD[name] for name in _CASTS.split()),
    *(_GEOSPARQL[name] for name in _GEOMETRY.split()),
)
"""Functions called by IRI that SPARQL 1.1 (section 17.5) does not have and the engine does: casts, GeoSPARQL."""

LIMITS = {
    "query_seconds": ("maxQuerySeconds", 1),
    "query_memory_mb": ("maxQueryMemory", 1024 * 1024),
    "query_bytes": ("maxQueryBytes", 1),
    "query_depth": ("maxQueryDepth", 1),
    "query_patterns": ("maxQueryPatterns", 1),
    "answer_rows": ("maxAnswerRows", 1),
    "answer_bytes": ("maxAnswerBytes", 1),
    "body_bytes": ("maxRequestBytes", 1),
}
"""Settings that limit what may be asked: for each the term of the ontology, and how many of its units one is."""


def service_description(settings: Settings, formats: Sequence[Format], *, endpoint: str, void: str) -> str:
    """Return the query whose answer describes the SPARQL service.

    Of the features that the standard names only ``sd:BasicFederatedQuery`` can be there, where SERVICE is allowed for
    some endpoints: the default graph is written out and no union of the others, a dataset need not be named, nothing is
    fetched, and an empty graph is none. No ``sd:inputFormat`` is stated, for nothing is taken in.

    Parameters
    ----------
    settings
        The project's.
    formats
        In which answers are given.
    endpoint, void
        URLs where queries are answered and where the dataset is described.
    """
    iris = Iris(settings.base_iri)
    service = ox.NamedNode(f"{endpoint}#service")
    dataset, accepted = iris.dataset, iris.graph("accepted")
    said = [
        *_service(settings, service, formats),
        (service, SD["endpoint"], ox.NamedNode(endpoint)),
        (service, DCAT["endpointURL"], ox.NamedNode(endpoint)),
        (service, SD["defaultDataset"], dataset),
        (service, DCAT["servesDataset"], dataset),
        (dataset, RDF["type"], SD["Dataset"]),
        (dataset, RDF["type"], VOID["Dataset"]),
        (dataset, DCTERMS["title"], ox.Literal(settings.title)),
        (dataset, RDFS["seeAlso"], ox.NamedNode(void)),
        (dataset, SD["defaultGraph"], accepted),
        (accepted, RDF["type"], SD["Graph"]),
    ]
    return constructed(said, _graphs(iris))


def _service(settings: Settings, service: ox.NamedNode, formats: Sequence[Format]) -> Iterator[Said]:
    yield service, RDF["type"], SD["Service"]
    yield service, RDF["type"], DCAT["DataService"]
    yield service, DCTERMS["title"], ox.Literal(settings.title)
    yield service, SD["supportedLanguage"], SD["SPARQL11Query"]
    yield service, SD["defaultEntailmentRegime"], _SIMPLE
    if settings.federation_prefixes:
        yield service, SD["feature"], SD["BasicFederatedQuery"]
    for each in formats:
        yield service, SD["resultFormat"], format_iri(each)
    # What the engine of someone else adds to the standard, and how much memory it takes, is not ours to say.
    is_ours = not settings.endpoint
    for name, (term, units) in LIMITS.items():
        if is_ours or name != "query_memory_mb":
            yield service, DG[term], _number(getattr(settings, name), units)
    for function in EXTENSION_FUNCTIONS if is_ours else ():
        yield service, SD["extensionFunction"], function
    for function in EXTENSION_FUNCTIONS if is_ours else ():
        yield function, RDF["type"], SD["Function"]


def _number(value: Value, units: int) -> ox.Literal:
    number = Decimal(str(value)) * units
    datatype = XSD["decimal" if isinstance(value, float) else "integer"]
    return ox.Literal(f"{number.normalize():f}", datatype=datatype)


def format_iri(format: Format) -> ox.NamedNode:  # noqa: A002 - the field's word
    """Return the IRI that the W3C has given to a format (Unique URIs for File Formats)."""
    written = format.results or format.rdf
    assert written is not None  # noqa: S101 - pages and problems are no formats of answers
    # The engine puts JSON-LD into a folder of its own, where the W3C has none.
    return ox.NamedNode(_FORMATS + written.iri.rpartition("/")[2])


def _graphs(iris: Iris) -> dict[str, str]:
    """Size of the default graph and of those of curators and ontology; names of all.

    All named graphs are listed, for a list that breaks off would say that the others are not there; most are evidence,
    a sentence's claim each, and their sizes would tell nobody anything.
    """
    large = f"{iris.graph('curated')} {iris.graph('ontology')}"
    return {
        f"{iris.graph('accepted')} {VOID['triples']} ?size": "SELECT (COUNT(*) AS ?size) { ?x ?y ?z }",
        f"{iris.dataset} {SD['namedGraph']} ?node . ?node {RDF['type']} {SD['NamedGraph']} ; {SD['name']} ?name": (
            f"GRAPH ?name {{}} {_node(iris, 'name', 'node')}"
        ),
        f"?known {SD['graph']} ?graph . ?graph {RDF['type']} {SD['Graph']} ; {VOID['triples']} ?triples": (
            f"{{ SELECT ?graph (COUNT(*) AS ?triples) {{ VALUES ?graph {{ {large} }} GRAPH ?graph {{ ?x ?y ?z }} }}"
            f" GROUP BY ?graph }} {_node(iris, 'graph', 'known')}"
        ),
    }


def _node(iris: Iris, graph: str, node: str) -> str:
    """Bind the name of a node for a named graph, made of the graph's: a blank node would have another each time."""
    text, base = f"STR(?{graph})", ox.Literal(iris.base)
    local = f"IF(STRSTARTS({text}, {base}), STRAFTER({text}, {base}), ENCODE_FOR_URI({text}))"
    return f"BIND(IRI(CONCAT({ox.Literal(iris.dataset.value)}, '#', {local})) AS ?{node})"
