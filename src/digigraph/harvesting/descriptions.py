"""VoID and DCAT: where harvesters find them, and whether they say what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pyoxigraph as ox

from digigraph.harvesting.asking import ask
from digigraph.harvesting.asking import number as number_of
from digigraph.harvesting.dataset import catalogued, main_dataset
from digigraph.harvesting.exchange import Elsewhere, FetchFailed
from digigraph.harvesting.graph import ACCEPT, FORMATS, graph_of
from digigraph.harvesting.record import Problem
from digigraph.iris import shorten
from digigraph.vocab import DCAT, DCATAP, DCTERMS, FOAF, PREFIXES, RDF, RDFS, SPDX, VOID, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digigraph.harvesting.client import Client
    from digigraph.harvesting.dataset import Described
    from digigraph.harvesting.graph import Graph
    from digigraph.harvesting.record import Record

WELL_KNOWN = ".well-known/void"
_PREFIXES = {**PREFIXES, "dcatap": str(DCATAP), "spdx": str(SPDX)}
_FIGURES = {
    "triples": "SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?distinctSubjects) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?distinctObjects) { ?s ?p ?o }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?properties) { ?s ?p ?o }",
    "classes": f"SELECT (COUNT(DISTINCT ?o) AS ?classes) {{ ?s {RDF['type']} ?o }}",
}
_PARTITIONS = {
    ("classPartition", "class", "entities"): (
        f"SELECT ?term (COUNT(DISTINCT ?s) AS ?number) {{ ?s {RDF['type']} ?term }} GROUP BY ?term"
    ),
    ("propertyPartition", "property", "triples"): "SELECT ?term (COUNT(*) AS ?number) { ?s ?term ?o } GROUP BY ?term",
}
_DATED = "The description is out of date, or the endpoint holds other data in its default graph."
_TITLED = (DCTERMS["title"], DCTERMS["description"])
_MANDATORY = {
    DCAT["Catalog"]: (*_TITLED, DCTERMS["publisher"]),
    DCAT["Dataset"]: _TITLED,
    DCAT["DataService"]: (DCTERMS["title"], DCAT["endpointURL"]),
    DCAT["Distribution"]: (DCAT["accessURL"],),
    FOAF["Agent"]: (FOAF["name"],),
    SPDX["Checksum"]: (SPDX["algorithm"], SPDX["checksumValue"]),
}
_ADDRESSES = {DCAT["accessURL"], DCAT["endpointURL"]}
"""Properties whose values have to be of use to a client."""
_RECOMMENDED = {
    DCAT["Dataset"]: (DCAT["distribution"], DCTERMS["publisher"]),
    DCAT["DataService"]: (DCAT["endpointDescription"], DCAT["servesDataset"], DCTERMS["publisher"]),
    DCAT["Distribution"]: (DCTERMS["license"], DCTERMS["format"], DCATAP["availability"]),
}
"""What whoever serves the data has to say."""
_IF_AVAILABLE = {
    DCAT["Dataset"]: (
        *(DCAT[name] for name in ("contactPoint", "keyword", "theme")),
        *(DCTERMS[name] for name in ("spatial", "temporal")),
    ),
    DCAT["Distribution"]: (DCTERMS["description"],),
}
"""What only people can say: DCAT-AP recommends it where it is available, which is not to be seen from outside."""


def check_void(client: Client, record: Record, url: str, described: Described) -> None:
    """Find the VoID description and check what it says by itself."""
    record.check("harvest-void", _find_void(client, url, described))
    dataset = described.dataset
    if dataset is None:
        return
    void, where = described.void, described.void_url
    described.endpoints += void.urls(dataset, VOID["sparqlEndpoint"])
    words = {"title": "dcterms:title", "description": "dcterms:description"}
    missing = [name for term, name in words.items() if not void.has_words(dataset, DCTERMS[term])]
    missing += [] if void.objects(dataset, DCTERMS["license"]) else ["dcterms:license"]
    record.check("harvest-void-terms", _missing(where, missing, dataset))
    has_access = bool(described.endpoints or described.void_dumps)
    record.check(
        "harvest-void-access", _missing(where, [] if has_access else ["void:sparqlEndpoint or void:dataDump"], dataset)
    )
    shown = [] if described.examples else ["void:exampleResource"]
    shown += [] if void.objects(dataset, VOID["uriSpace"]) else ["void:uriSpace"]
    record.check("harvest-void-examples", _missing(where, shown, dataset))


def _missing(url: str, names: Sequence[str], subject: Subject) -> list[Problem]:
    iri = subject.value if isinstance(subject, ox.NamedNode) else None
    return [Problem(url=url, message=f"It does not state {each}.", subject=iri) for each in names]


def _find_void(client: Client, url: str, described: Described) -> Iterator[Problem]:
    """Look at the top of the host, then below the URL for what is served under a path."""
    failures: list[FetchFailed] = []
    for candidate in dict.fromkeys((urljoin(url, f"/{WELL_KNOWN}"), urljoin(url, WELL_KNOWN))):
        try:
            response = client.get(candidate, ACCEPT)
            graph = graph_of(response)
        except FetchFailed as error:
            failures.append(error)
            continue
        described.void, described.void_url, described.dataset = graph, response.url, main_dataset(graph)
        if described.dataset is None:
            yield Problem(url=response.url, message="It describes no void:Dataset.")
        return
    raise failures[-1]


def check_catalog(client: Client, record: Record, url: str, described: Described) -> None:
    """Find the catalogue and check what it says by itself, and beside VoID."""
    record.check("harvest-catalog", _find_catalog(client, url, described))
    catalog = described.catalog
    if not catalogued(catalog):
        return
    record.check("harvest-catalog-mandatory", _mandatory_problems(catalog, described.catalog_url))
    record.check("harvest-catalog-recommended", _lacking(catalog, described.catalog_url, _RECOMMENDED))
    for each in _lacking(catalog, described.catalog_url, _IF_AVAILABLE):
        record.note("harvest-catalog-recommended", f"{each.message} DCAT-AP recommends that where it is available.")
    services = _endpoints(catalog)
    if described.dataset is not None:
        record.check("harvest-catalog-agrees", _disagreements(described, services))
    described.endpoints += [each for each in services if each not in described.endpoints]


def _endpoints(catalog: Graph) -> list[str]:
    """Where SPARQL is answered: services that conform to its protocol, or do not say to what."""
    found: list[str] = []
    for service, _ in catalog.pairs(DCAT["endpointURL"]):
        standards = catalog.urls(service, DCTERMS["conformsTo"])
        if not standards or any("sparql11-protocol" in each or "sparql12-protocol" in each for each in standards):
            found += catalog.urls(service, DCAT["endpointURL"])
    return list(dict.fromkeys(found))


def _find_catalog(client: Client, url: str, described: Described) -> Iterator[Problem]:
    """Follow what VoID and the front page say, then look where catalogues usually are."""
    if described.void.subjects(RDF["type"], DCAT["Catalog"]):
        described.catalog, described.catalog_url = described.void, described.void_url
        return
    linked = _linked(client, url, described)
    elsewhere: list[Elsewhere] = []
    for candidate in dict.fromkeys((*linked, *(urljoin(url, each) for each in ("catalog", "catalog.ttl")))):
        try:
            response = client.get(candidate, ACCEPT)
            graph = graph_of(response)
        except Elsewhere as error:
            elsewhere.append(error)
            continue
        except FetchFailed:
            continue
        if catalogued(graph):
            described.catalog, described.catalog_url = graph, response.url
            if candidate not in linked:
                yield Problem(url=url, message=f"No link leads from here or from the VoID description to {candidate}.")
            return
    if elsewhere:
        raise elsewhere[0]
    yield Problem(url=url, message="No catalogue was found: not by links, not at /catalog.")


def _linked(client: Client, url: str, described: Described) -> list[str]:
    front = client.get(url, "text/html, */*;q=0.5")
    found = [
        each.target
        for each in front.linked("describedby", "alternate", "api-catalog")
        if not each.media_type or each.media_type in FORMATS
    ]
    about = described.dataset
    if about is not None:
        back = described.void.subjects(DCAT["dataset"], about)
        found += [each.value for each in back if isinstance(each, ox.NamedNode)]
        for term in (RDFS["seeAlso"], DCTERMS["isPartOf"], DCTERMS["isReferencedBy"], DCTERMS["hasPart"]):
            found += described.void.urls(about, term)
    return [each for each in dict.fromkeys(found) if each != described.void_url]


def _mandatory_problems(catalog: Graph, url: str) -> Iterator[Problem]:
    yield from _lacking(catalog, url, _MANDATORY)
    if not catalog.subjects(RDF["type"], DCAT["Catalog"]):
        yield Problem(url=url, message="It has no dcat:Catalog.")


def _lacking(catalog: Graph, url: str, wanted: Mapping[ox.NamedNode, Sequence[ox.NamedNode]]) -> Iterator[Problem]:
    for kind, terms in wanted.items():
        for each in catalog.subjects(RDF["type"], kind):
            said = ((term, catalog.urls if term in _ADDRESSES else catalog.objects) for term in terms)
            missing = [shorten(term.value, _PREFIXES) for term, values in said if not values(each, term)]
            if missing:
                iri = each.value if isinstance(each, ox.NamedNode) else None
                lacks = f"The {shorten(kind.value, _PREFIXES)} {each} does not state {', '.join(missing)}."
                yield Problem(url=url, message=lacks, subject=iri)


def _disagreements(described: Described, services: list[str]) -> Iterator[Problem]:
    files = {
        url
        for distribution, _ in described.catalog.pairs(DCAT["downloadURL"])
        for url in described.catalog.urls(distribution, DCAT["downloadURL"])
    }
    for one, other, what in (
        (set(described.void_dumps), files, "dump"),
        (set(described.endpoints), set(services), "endpoint"),
    ):
        where, there = described.void_url, described.catalog_url
        for url in sorted(one - other):
            yield Problem(url=there, message=f"The VoID description names the {what} {url}, the catalogue does not.")
        for url in sorted(other - one) if what == "dump" else ():
            yield Problem(url=where, message=f"The catalogue names the {what} {url}, the VoID description does not.")


def check_figures(client: Client, record: Record, described: Described, endpoint: str) -> None:
    """Compare the figures of VoID with what the endpoint answers."""
    assert described.dataset is not None  # noqa: S101 - the caller has one
    record.check("harvest-void-figures", _figure_problems(client, described, described.dataset, endpoint))
    record.check("harvest-void-partitions", _partition_problems(client, described, described.dataset, endpoint))


def _figure_problems(client: Client, described: Described, dataset: Subject, endpoint: str) -> Iterator[Problem]:
    stated = {name: described.void.number(dataset, VOID[name]) for name in _FIGURES}
    if stated["triples"] is None:
        yield Problem(url=described.void_url, message="It does not state void:triples.")
    for name, number in stated.items():
        if number is not None:
            counted = number_of(client, endpoint, name, _FIGURES[name])
            if counted != number:
                said = f"void:{name} is {number}, and {endpoint} counts {counted}."
                yield Problem(url=described.void_url, message=said, hint=_DATED)


def _partition_problems(client: Client, described: Described, dataset: Subject, endpoint: str) -> Iterator[Problem]:
    void = described.void
    for (partition, term, figure), query in _PARTITIONS.items():
        stated = {}
        for part in void.objects(dataset, VOID[partition]):
            if isinstance(part, ox.Literal):
                continue
            number = void.number(part, VOID[figure])
            of = [each.value for each in void.objects(part, VOID[term]) if isinstance(each, ox.NamedNode)]
            if of and number is not None:
                stated[of[0]] = number
        if not stated:
            continue
        counted = {row["term"]: row.get("number") for row in ask(client, endpoint, query) if "term" in row}
        for iri, number in sorted(stated.items()):
            if counted.get(iri, "0") != str(number):
                said = f"void:{figure} of {iri} is {number}, and {endpoint} counts {counted.get(iri, '0')}."
                yield Problem(url=described.void_url, message=said, hint=_DATED)
