"""VoID and DCAT: complete by shapes of ours, and every figure in them true of what was published."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.robotparser import RobotFileParser

import pyoxigraph as ox
import pytest
import rdflib
from projects import made_project
from rdflib import DCAT, DCTERMS, FOAF, RDF, SDO, VOID

from digigraph.errors import SettingsError
from digigraph.findings import Severity
from digigraph.pipeline import check_files, publish
from digigraph.sources.rdf.files import Files, Reading
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from digigraph.settings import Settings

BASE = "https://example.org/graph/"
SERVER = "https://graph.example/kg"
DATASET = rdflib.URIRef(f"{BASE}dataset")
SHAPES = str(Path(__file__).parent / "dcat-ap.ttl")
EVERYTHING = {
    "description": "A graph for tests.",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "publisher": "https://ror.org/026vcq606",
    "publisher_name": "KTH",
    "publisher_type": "http://purl.org/adms/publishertype/Academia-ScientificOrganisation",
    "license_type": "http://purl.org/adms/licencetype/Attribution",
    "contact": "mailto:graph@example.org",
    "keywords": "health data, tests",
    "themes": "HEAL TECH",
    "places": "http://publications.europa.eu/resource/authority/country/SWE",
    "public_url": SERVER,
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published project whose organisations have the same under other names elsewhere."""
    made = made_project(tmp_path_factory.mktemp("described") / "project")
    curated = (
        f"<{BASE}id/kth> <https://schema.org/sameAs> <https://ror.org/026vcq606> .\n"
        f"<{BASE}id/ki> <https://schema.org/sameAs> <https://ror.org/056d84691> .\n"
        f"<{BASE}id/kth> <https://schema.org/sameAs> <http://www.wikidata.org/entity/Q854280> .\n"
        f"<{BASE}id/kth> <https://schema.org/sameAs> <{BASE}id/ki> .\n"
    )
    made.write("data/links.nt", curated)
    publish(made.settings)
    return made.settings


def client_of(settings: Settings, **changes: str) -> Iterator[FlaskClient]:
    changed = dataclasses.replace(settings, **changes)
    backend = open_backend(changed)
    yield create_app(changed, backend).test_client()
    backend.close()


@pytest.fixture(scope="module")
def full(project: Settings) -> Iterator[FlaskClient]:
    """A server of the project with every setting that catalogues ask for."""
    yield from client_of(project, **EVERYTHING)


@pytest.fixture(scope="module")
def bare(project: Settings) -> Iterator[FlaskClient]:
    """A server of the project with none of them."""
    yield from client_of(project, license="")


def described(client: FlaskClient, path: str) -> rdflib.Graph:
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert response.status_code == 200, response.text
    return rdflib.Graph().parse(data=response.data, format="turtle")


def found_by_shapes(data: str | bytes, folder: Path) -> dict[Severity, list[str]]:
    file = folder / "catalog.ttl"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    found = check_files(Files(data=[str(file)], shapes=[SHAPES], ontology=[]), Reading()).findings
    return {level: [each.message for each in found if each.severity is level] for level in Severity}


def test_a_catalogue_has_all_that_dcat_ap_demands_and_recommends(full: FlaskClient, tmp_path: Path):
    """With the settings for catalogues, our own validation finds nothing to say."""
    found = found_by_shapes(full.get("/catalog.ttl").data, tmp_path)
    assert not any(found.values()), found


def test_without_any_setting_nothing_is_missing_that_is_demanded(bare: FlaskClient, tmp_path: Path):
    """What a project does not say is missing from what DCAT-AP recommends, and from nothing that it demands."""
    found = found_by_shapes(bare.get("/catalog.ttl").data, tmp_path)
    assert not found[Severity.VIOLATION]
    assert found[Severity.WARNING]


@pytest.mark.parametrize("missing", [DCTERMS.title, DCTERMS.description, DCAT.endpointURL, DCAT.accessURL, FOAF.name])
def test_the_shapes_find_what_is_missing(full: FlaskClient, tmp_path: Path, missing: rdflib.URIRef):
    """A catalogue that lacks something demanded is refused: the shapes can fail."""
    graph = described(full, "/catalog")
    graph.remove((None, missing, None))
    assert found_by_shapes(graph.serialize(format="turtle"), tmp_path)[Severity.VIOLATION]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use of it
def test_the_catalogue_comes_in_every_format(full: FlaskClient):
    """By Accept, by parameter, by suffix: the same triples; a suffix that is none is not found."""
    triples = set(described(full, "/catalog"))
    for name, media_type in (
        ("nt", "application/n-triples"),
        ("jsonld", "application/ld+json"),
        ("rdf", "application/rdf+xml"),
    ):
        for path, accept in ((f"/catalog.{name}", "*/*"), (f"/catalog?format={name}", "*/*"), ("/catalog", media_type)):
            reply = full.get(path, headers={"Accept": accept})
            assert reply.mimetype == media_type
            assert set(rdflib.Graph().parse(data=reply.data, format=media_type)) == triples
    assert full.get("/catalog.docx").status_code == 404


def test_distributions_are_the_files_that_are_sent(full: FlaskClient):
    """Each download has the size, the hash and the media type that the catalogue states, and is a dump of VoID."""
    catalog, void = described(full, "/catalog"), described(full, "/.well-known/void")
    spdx = rdflib.Namespace("http://spdx.org/rdf/terms#")
    distributions = set(catalog.objects(DATASET, DCAT.distribution)) & set(catalog.subjects(DCAT.downloadURL))
    assert len(distributions) == 12
    addresses = set()
    for each in distributions:
        address = str(catalog.value(each, DCAT.downloadURL))
        addresses.add(rdflib.URIRef(address))
        reply = full.get(address.removeprefix(SERVER))
        assert catalog.value(each, DCAT.byteSize).value == len(reply.data)
        stated = catalog.value(catalog.value(each, spdx.checksum), spdx.checksumValue)
        assert str(stated) == hashlib.sha256(reply.data).hexdigest()
        packed = catalog.value(each, DCAT.compressFormat) or catalog.value(each, DCAT.mediaType)
        assert str(packed).endswith(f"/media-types/{reply.mimetype}")
    assert set(void.objects(DATASET, VOID.dataDump)) == addresses


def test_the_changes_are_a_distribution_that_is_an_event_stream(full: FlaskClient):
    """What the catalogue says to conform to LDES is the root of an event stream."""
    catalog = described(full, "/catalog")
    (stream,) = catalog.subjects(DCTERMS.conformsTo, rdflib.URIRef("https://w3id.org/ldes/specification"))
    assert (DATASET, DCAT.distribution, stream) in catalog
    address = str(catalog.value(stream, DCAT.accessURL))
    root = described(full, address.removeprefix(SERVER))
    tree = rdflib.Namespace("https://w3id.org/tree#")
    assert (None, tree.view, rdflib.URIRef(address)) in root


def test_the_catalogue_of_an_earlier_state_leads_nowhere_wrong(project: Settings, full: FlaskClient):
    """Every page and file that the catalogue of a state names is there; the changes, of no state, are not in it."""
    state = f"/snapshots/{SnapshotCatalog(project.state_folder).names()[-1]}"
    catalog = described(full, f"{state}/catalog.ttl")
    said = (DCAT.accessURL, DCAT.downloadURL, DCAT.endpointDescription, DCAT.landingPage, FOAF.homepage)
    named = {str(each) for term in said for each in catalog.objects(None, term)}
    assert f"{SERVER}{state}/dumps/" in named
    for each in named:
        with full.get(each.removeprefix(SERVER)) as reply:
            assert reply.status_code == 200, each
    assert (None, DCTERMS.conformsTo, rdflib.URIRef("https://w3id.org/ldes/specification")) not in catalog


def schema_org(client: FlaskClient, path: str) -> rdflib.Graph:
    page = client.get(path, headers={"Accept": "text/html"}).text
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return rdflib.Graph().parse(data=found, format="json-ld")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use of it
@pytest.mark.parametrize("path", ["/", "/catalog"])
def test_dataset_search_finds_what_portals_find(full: FlaskClient, path: str):
    """Pages say in schema.org what DCAT says: dumps that crawlers may fetch, rights, version, publisher."""
    page, catalog = schema_org(full, path), described(full, "/catalog")
    downloads = {str(each) for each in page.objects(None, SDO.contentUrl)}
    assert downloads == {str(each) for each in catalog.objects(None, DCAT.downloadURL)}
    rules = RobotFileParser()
    rules.parse(full.get("/robots.txt").text.splitlines())
    assert all(rules.can_fetch("*", each) for each in downloads)
    for each in page.objects(DATASET, SDO.distribution):
        reply = full.get(str(page.value(each, SDO.contentUrl)).removeprefix(SERVER))
        assert str(page.value(each, SDO.encodingFormat)) == reply.mimetype
        assert str(page.value(each, SDO.contentSize)) == f"{len(reply.data)} B"
        assert str(page.value(each, SDO.sha256)) == hashlib.sha256(reply.data).hexdigest()
    for ours, theirs in (
        (SDO.version, rdflib.URIRef(f"{DCAT}version")),
        (SDO.dateModified, DCTERMS.modified),
        (SDO.keywords, DCAT.keyword),
        (SDO.license, DCTERMS.license),
        (SDO.publisher, DCTERMS.publisher),
        (SDO.spatialCoverage, DCTERMS.spatial),
        (SDO.description, DCTERMS.description),
    ):
        said = set(map(str, page.objects(DATASET, ours)))
        assert said == set(map(str, catalog.objects(DATASET, theirs))) != set(), ours
    assert str(page.value(page.value(DATASET, SDO.publisher), SDO.name)) == "KTH"
    assert "remain their publishers'" in str(page.value(DATASET, SDO.copyrightNotice))


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use of it
def test_pages_say_of_the_dataset_only_what_is_known(bare: FlaskClient):
    """Without the settings no publisher, keyword, place or licence is there; version and dumps are."""
    page = schema_org(bare, "/")
    assert not {SDO.publisher, SDO.keywords, SDO.spatialCoverage, SDO.license} & set(page.predicates(DATASET))
    assert (DATASET, SDO.version, None) in page
    assert len(str(page.value(DATASET, SDO.description))) > 50
    assert len(set(page.objects(DATASET, SDO.distribution))) == 12


def test_services_are_where_they_are_said_to_be(full: FlaskClient):
    """Each endpoint of the catalogue answers, and describes itself where it says."""
    catalog = described(full, "/catalog")
    services = set(catalog.subjects(RDF.type, DCAT.DataService))
    assert {str(catalog.value(each, DCAT.endpointURL)) for each in services} == {
        f"{SERVER}/sparql",
        f"{SERVER}/graph-store",
    }
    assert full.get("/sparql?query=ASK{}").json["boolean"]
    assert full.get("/graph-store?default").status_code == 200
    assert rdflib.URIRef(f"{SERVER}/sparql#service") in services
    assert (rdflib.URIRef(f"{SERVER}/sparql#service"), RDF.type, DCAT.DataService) in described(full, "/sparql")


def test_the_settings_are_what_is_said(full: FlaskClient, bare: FlaskClient):
    """Licence, publisher, contact and places as set; where nothing is set no licence, and the project publishes."""
    for path in ("/catalog", "/.well-known/void"):
        graph = described(full, path)
        assert str(graph.value(DATASET, DCTERMS.license)) == EVERYTHING["license"]
        assert str(graph.value(DATASET, DCTERMS.publisher)) == EVERYTHING["publisher"]
        assert str(graph.value(DATASET, DCTERMS.description)) == EVERYTHING["description"]
        assert "publishers" in graph.value(graph.value(DATASET, DCTERMS.rights), DCTERMS.description)
        other = described(bare, path)
        assert not list(other.objects(None, DCTERMS.license))
        publisher = other.value(DATASET, DCTERMS.publisher)
        assert str(other.value(publisher, FOAF.name)) == "A test graph"


def test_the_first_state_dates_the_dataset(project: Settings, full: FlaskClient):
    """Issued is when the first state was published, modified when the one that is served was."""
    catalog = SnapshotCatalog(project.state_folder)
    active = catalog.active()
    assert active is not None
    graph = described(full, "/catalog")
    for each in (DATASET, rdflib.URIRef(f"{SERVER}/catalog")):
        assert str(graph.value(each, DCTERMS.issued)) == catalog.list()[0].created
        assert str(graph.value(each, DCTERMS.modified)) == active.created


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("license", "CC0"),
        ("license", "https://a.example https://b.example"),
        ("publisher", "mailto:x@y.example"),
        ("contact", "javascript:alert(1)"),
        ("contact", "x@y.example"),
        ("themes", "Health"),
        ("themes", "HEAL HEAT"),
        ("publisher_type", "Company"),
        ("license_type", "mailto:x@y.example"),
        ("places", "Sweden"),
    ],
)
def test_what_cannot_be_said_is_refused(project: Settings, name: str, value: str):
    """A setting that could make no IRI is an error that names it, and never a link."""
    with pytest.raises(SettingsError, match=f"^{name} holds"):
        dataclasses.replace(project, **{name: value})


@pytest.fixture(scope="module")
def quads(project: Settings) -> list[ox.Quad]:
    """The triples of the default graph that was published."""
    active = SnapshotCatalog(project.state_folder).active()
    assert active is not None
    with active.open() as opened:
        return [each for each in opened.store if each.graph_name == ox.DefaultGraph()]


def test_partitions_are_true(full: FlaskClient, quads: list[ox.Quad]):
    """Of each class and each property, and of no other, the figures that counting gives."""
    void = described(full, "/.well-known/void")
    members = Counter(each.object.value for each in set(quads) if each.predicate.value == str(RDF.type))
    stated = {
        str(void.value(each, VOID["class"])): void.value(each, VOID.entities).value
        for each in void.objects(DATASET, VOID.classPartition)
    }
    assert stated == members
    by_property: dict[str, list[ox.Quad]] = {}
    for each in quads:
        by_property.setdefault(each.predicate.value, []).append(each)
    figures = {
        str(void.value(each, VOID.property)): tuple(
            void.value(each, term).value for term in (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects)
        )
        for each in void.objects(DATASET, VOID.propertyPartition)
    }
    assert figures == {
        name: (len(uses), len({each.subject for each in uses}), len({each.object for each in uses}))
        for name, uses in by_property.items()
    }


def test_link_sets_are_true(full: FlaskClient):
    """For each place that things are linked to, how many links lead there; links within the graph are none."""
    void = described(full, "/.well-known/void")
    found = {
        str(void.value(void.value(each, VOID.objectsTarget), VOID.uriSpace)): void.value(each, VOID.triples).value
        for each in void.objects(DATASET, VOID.subset)
        if str(void.value(each, VOID.linkPredicate)) == "https://schema.org/sameAs"
        and void.value(each, VOID.subjectsTarget) == DATASET
    }
    assert found == {"https://ror.org/": 2, "http://www.wikidata.org/entity/": 1}


def test_descriptions_agree_with_dumps_and_endpoint(full: FlaskClient):
    """The same numbers of statements in VoID, in each dump, and in the answers of the endpoint."""
    void = described(full, "/.well-known/void")
    triples = void.value(DATASET, VOID.triples).value
    all_quads = void.value(DATASET, rdflib.URIRef("https://w3id.org/digigraph/ns#quads")).value

    def count(pattern: str) -> int:
        reply = full.get("/sparql", query_string={"query": f"SELECT (COUNT(*) AS ?n) {pattern}", "format": "csv"})
        return int(reply.text.splitlines()[1])

    assert triples == count("{ ?s ?p ?o }")
    assert all_quads == triples + count("{ GRAPH ?g { ?s ?p ?o } }")
    for name, format_, expected in (
        ("nq", ox.RdfFormat.N_QUADS, all_quads),
        ("trig", ox.RdfFormat.TRIG, all_quads),
        ("ttl", ox.RdfFormat.TURTLE, triples),
        ("jsonld", ox.RdfFormat.JSON_LD, triples),
    ):
        dump = full.get(full.get(f"/dumps/latest.{name}").headers["Location"].removeprefix(SERVER))
        assert sum(1 for _ in ox.parse(dump.data, format=format_)) == expected
