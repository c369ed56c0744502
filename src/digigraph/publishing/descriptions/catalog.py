"""The dataset in a catalogue, for the portals that collect them (DCAT 3; DCAT-AP 3.0.1, the profile of the EU)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.media import JSON_LD, N_QUADS, TRIG, TURTLE
from digigraph.publishing.descriptions.offer import hashed
from digigraph.publishing.linked_data.data import Data
from digigraph.store.answering.backend import rows
from digigraph.vocab import DCAT, DCATAP, DCTERMS, DG, FOAF, LDES, RDF, SPDX, VCARD, VOID, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.publishing.descriptions.constructed import Said
    from digigraph.publishing.descriptions.offer import Offer, OfferedDump
    from digigraph.store.answering.backend import Backend

PREFIXES = {"dcatap": str(DCATAP), "spdx": str(SPDX), "vcard": str(VCARD)}
"""Of the vocabularies that the catalogue alone uses."""
LDES_STANDARD = "https://w3id.org/ldes/specification"
"""What the changes conform to."""
_EU = "http://publications.europa.eu/resource/authority/"
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_FILE_TYPES = {N_QUADS: "RDF_N_QUADS", TRIG: "RDF_TRIG", TURTLE: "RDF_TURTLE", JSON_LD: "JSON_LD"}
# Codes of ISO 639-1 and the EU's names for them: its official languages and those of its neighbours in the north.
_CODES = """
    bg=BUL cs=CES da=DAN de=DEU el=ELL en=ENG es=SPA et=EST fi=FIN fr=FRA ga=GLE hr=HRV hu=HUN is=ISL it=ITA
    lt=LIT lv=LAV mt=MLT nb=NOB nl=NLD nn=NNO no=NOR pl=POL pt=POR ro=RON sk=SLK sl=SLV sv=SWE
"""
_LANGUAGES = dict(each.split("=") for each in _CODES.split())


def catalog_data(offer: Offer, backend: Backend, *, document: str, issued: str | None, changes: str | None) -> Data:
    """Return the description of a catalogue with the dataset, its dumps and its services.

    What DCAT-AP demands is always there, for the title serves where a setting is empty; what it recommends is there as
    far as settings and data say it. It is no query like the other descriptions, for the engine writes the sizes of
    files as ``xsd:integer``, where DCAT wants ``xsd:nonNegativeInteger``.

    Parameters
    ----------
    offer
        What is published.
    backend
        Is asked what time the dataset speaks of.
    document
        URL of the catalogue.
    issued
        When the first state was published; None where that is not known.
    changes
        URL of the changes as an event stream; None where there is none, as for one state of the past.
    """
    dataset, catalog = Iris(offer.settings.base_iri).dataset, ox.NamedNode(document)
    said = itertools.chain(
        _catalog(offer, catalog, dataset),
        _dataset(offer, dataset),
        _period(backend, dataset),
        _services(offer, catalog, dataset),
        *(_distribution(offer, dataset, each) for each in offer.dumps),
        _issued(issued, catalog, dataset),
        _event_stream(offer, dataset, changes),
    )
    return Data(catalog, frozenset(ox.Triple(*each) for each in said), licence=offer.settings.license)


def _catalog(offer: Offer, catalog: ox.NamedNode, dataset: ox.NamedNode) -> Iterator[Said]:
    yield catalog, RDF["type"], DCAT["Catalog"]
    yield from offer.described(catalog)
    yield from _languages(offer, catalog)
    yield from _places(offer, catalog)
    yield catalog, FOAF["homepage"], offer.node("/")
    yield offer.node("/"), RDF["type"], FOAF["Document"]
    yield catalog, DCAT["themeTaxonomy"], ox.NamedNode(f"{_EU}data-theme")
    yield catalog, DCAT["dataset"], dataset


def _dataset(offer: Offer, dataset: ox.NamedNode) -> Iterator[Said]:
    yield dataset, RDF["type"], DCAT["Dataset"]
    yield dataset, RDF["type"], VOID["Dataset"]
    yield from offer.described(dataset)
    yield dataset, DCTERMS["identifier"], ox.Literal(dataset.value)
    yield from _languages(offer, dataset)
    yield from _places(offer, dataset)
    yield from _subjects(offer, dataset)
    yield dataset, DCAT["landingPage"], offer.node("/")
    if offer.snapshot is not None:
        yield dataset, DCAT["version"], ox.Literal(offer.snapshot.name)


def _subjects(offer: Offer, resource: ox.NamedNode) -> Iterator[Said]:
    """Whom to ask, and by what it is found."""
    settings = offer.settings
    for word in offer.keywords:
        yield resource, DCAT["keyword"], ox.Literal(word)
    for code in settings.themes.split():
        yield resource, DCAT["theme"], ox.NamedNode(f"{_EU}data-theme/{code}")
    if settings.contact:
        contact = ox.NamedNode(f"{Iris(settings.base_iri).dataset.value}#contact")
        way = VCARD["hasEmail" if settings.contact.startswith("mailto:") else "hasURL"]
        yield resource, DCAT["contactPoint"], contact
        yield contact, RDF["type"], VCARD["Kind"]
        yield contact, VCARD["fn"], ox.Literal(settings.publisher_name or settings.title)
        yield contact, way, ox.NamedNode(settings.contact)


def _languages(offer: Offer, resource: ox.NamedNode) -> Iterator[Said]:
    for code in offer.settings.languages.split():
        if code in _LANGUAGES:
            language = ox.NamedNode(f"{_EU}language/{_LANGUAGES[code]}")
            yield resource, DCTERMS["language"], language
            yield language, RDF["type"], DCTERMS["LinguisticSystem"]


def _places(offer: Offer, resource: ox.NamedNode) -> Iterator[Said]:
    for iri in offer.settings.places.split():
        yield resource, DCTERMS["spatial"], ox.NamedNode(iri)
        yield ox.NamedNode(iri), RDF["type"], DCTERMS["Location"]


def _services(offer: Offer, catalog: ox.NamedNode, dataset: ox.NamedNode) -> Iterator[Said]:
    kinds = {
        "/sparql": ("SPARQL", "service", "https://www.w3.org/TR/sparql11-protocol/"),
        "/graph-store": ("Graph Store, for reading", "graph-store", "https://www.w3.org/TR/sparql11-http-rdf-update/"),
    }
    for path, (title, name, standard) in kinds.items():
        service = offer.node(f"{path}#{name}")
        yield catalog, DCAT["service"], service
        yield service, RDF["type"], DCAT["DataService"]
        yield service, DCTERMS["title"], ox.Literal(f"{offer.settings.title}: {title}")
        yield service, DCTERMS["publisher"], offer.publisher
        yield service, DCTERMS["conformsTo"], ox.NamedNode(standard)
        yield service, DCAT["endpointURL"], offer.node(path)
        # A client that names no format gets the service description there.
        yield service, DCAT["endpointDescription"], offer.node("/sparql")
        yield service, DCAT["servesDataset"], dataset
        yield from offer.terms(service)
        yield from _subjects(offer, service)


def _distribution(offer: Offer, dataset: ox.NamedNode, dump: OfferedDump) -> Iterator[Said]:
    address, encoding = offer.node(dump.path), dump.encoding
    # The file is its own address, so what describes it has another.
    distribution = ox.NamedNode(f"{address.value}#distribution")
    yield dataset, DCAT["distribution"], distribution
    yield distribution, RDF["type"], DCAT["Distribution"]
    yield distribution, DCTERMS["title"], ox.Literal(dump.title)
    yield distribution, DCTERMS["description"], ox.Literal(dump.description)
    yield distribution, DCAT["accessURL"], offer.node("/dumps/")
    yield distribution, DCAT["downloadURL"], address
    yield distribution, DCAT["byteSize"], ox.Literal(str(dump.size), datatype=XSD["nonNegativeInteger"])
    yield distribution, DCAT["mediaType"], ox.NamedNode(_MEDIA_TYPES + encoding.format.media_type)
    yield distribution, DCTERMS["format"], ox.NamedNode(f"{_EU}file-type/{_FILE_TYPES[encoding.format]}")
    if encoding.compression:
        yield distribution, DCAT["compressFormat"], ox.NamedNode(_MEDIA_TYPES + encoding.compression)
    yield distribution, DCATAP["availability"], ox.NamedNode(f"{_EU}planned-availability/AVAILABLE")
    yield from hashed(distribution, "checksum", dump.sha256)
    if offer.snapshot is not None:
        yield distribution, DCTERMS["modified"], ox.Literal(offer.snapshot.created, datatype=XSD["dateTime"])
    yield from offer.terms(distribution)


def _issued(issued: str | None, *resources: ox.NamedNode) -> Iterator[Said]:
    if issued is not None:
        for each in resources:
            yield each, DCTERMS["issued"], ox.Literal(issued, datatype=XSD["dateTime"])


def _event_stream(offer: Offer, dataset: ox.NamedNode, changes: str | None) -> Iterator[Said]:
    """The changes: an event source is a distribution (LDES vocabulary, ldes:EventSource)."""
    if changes is None:
        return
    source = ox.NamedNode(changes)
    yield dataset, DCAT["distribution"], source
    yield source, RDF["type"], DCAT["Distribution"]
    yield source, RDF["type"], LDES["EventSource"]
    yield source, DCTERMS["title"], ox.Literal("Changes")
    yield source, DCTERMS["description"], ox.Literal("What changed from state to state, as an event stream.")
    yield source, DCTERMS["conformsTo"], ox.NamedNode(LDES_STANDARD)
    yield source, DCAT["accessURL"], source
    yield source, DCAT["mediaType"], ox.NamedNode(_MEDIA_TYPES + N_QUADS.media_type)
    yield source, DCTERMS["format"], ox.NamedNode(f"{_EU}file-type/{_FILE_TYPES[N_QUADS]}")
    yield source, DCATAP["availability"], ox.NamedNode(f"{_EU}planned-availability/AVAILABLE")
    yield from offer.terms(source)


def _period(backend: Backend, dataset: ox.NamedNode) -> Iterator[Said]:
    """The time that the dataset speaks of: the first day that something may have begun, the last that it may end."""
    period = ox.NamedNode(f"{dataset.value}#period")
    (found,) = rows(
        backend,
        f"""SELECT ?startDate ?endDate {{
          {{ SELECT (MIN(?day) AS ?startDate) {{ ?x {DG["startEarliest"]}|{DG["endEarliest"]} ?day }} }}
          {{ SELECT (MAX(?day) AS ?endDate) {{ ?x {DG["startLatest"]}|{DG["endLatest"]} ?day }} }} }}""",
    )
    for name, day in found.items():
        assert isinstance(day, ox.Literal)  # noqa: S101 - the build writes them as xsd:date
        yield dataset, DCTERMS["temporal"], period
        yield period, RDF["type"], DCTERMS["PeriodOfTime"]
        yield period, DCAT[name], day
