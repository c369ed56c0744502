"""Things, documents, evidence and the ontology over HTTP: what each kind of client gets, and how it finds the rest."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import extruct
import pyoxigraph as ox
import pytest
import rdflib
import requests
from projects import THINGS, made_project
from signposting.linkset import find_signposting_linkset
from signposting.resolver import find_signposting_http
from webserver import serving

from digigraph.pipeline import publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE = "https://example.org/graph/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
RDFLIB = "text/turtle, application/rdf+xml;q=0.9, application/n-triples;q=0.8, application/ld+json;q=0.7"
GOOGLEBOT = "text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8"
MERGED = f"<{BASE}id/nordic-health> <http://purl.org/dc/terms/isReplacedBy> <{BASE}id/nhd> .\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a small graph is served in which one thing was merged into another."""
    made = made_project(tmp_path_factory.mktemp("linked") / "project", shapes=False, concepts=False)
    made.write("data/merged.nt", MERGED)
    publish(made.settings)
    with serving(made.settings) as server:
        yield server.url


def evidence_of(url: str) -> str:
    """Path of an evidence that the page of the thing links to."""
    page = requests.get(f"{url}/page/nhd", headers={"Accept": BROWSER}, timeout=120).text
    return page.partition('href="/ev/')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("accept", "folder"),
    [
        (BROWSER, "page"),
        ("*/*", "page"),
        (GOOGLEBOT, "page"),
        (JENA, "data"),
        (RDFLIB, "data"),
        ("application/ld+json", "data"),
        ("application/trig", "data"),
        ("text/turtle;q=0.5, text/html;q=0.4", "data"),
    ],
)
def test_a_thing_sends_each_client_to_what_it_reads(url: str, accept: str, folder: str):
    """303 to the page for browsers, crawlers and curl, to the data for clients that read RDF."""
    reply = requests.get(f"{url}/id/nhd", headers={"Accept": accept}, allow_redirects=False, timeout=120)
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{url}/{folder}/nhd")
    assert "Accept" in reply.headers["Vary"]


def test_what_was_there_is_gone_and_not_unknown(tmp_path: Path):
    """410 for a thing, a document's text and a sentence that an earlier state had; also two states later."""
    made = made_project(tmp_path / "project", shapes=False, concepts=False)
    publish(made.settings)
    with serving(made.settings) as server:
        evidence = evidence_of(server.url)
    made.document(
        "nhd-page",
        "Nordic Health Data (huvudman KTH).",
        "  - quote: huvudman KTH\n    says:\n      - {subject: nhd, host: kth}\n",
    )
    made.write("data/things/things.yaml", THINGS.partition("ki:")[0] + "vinnova:" + THINGS.partition("vinnova:")[2])
    publish(made.settings)
    made.write("digigraph.toml", 'base_iri = "https://example.org/graph/"\ntitle = "Another"\n')
    publish(made.settings)
    with serving(made.settings) as server:
        for path in ("/id/ki", "/page/ki", "/data/ki.ttl", f"/ev/{evidence}"):
            reply = requests.get(server.url + path, allow_redirects=False, timeout=120)
            assert (reply.status_code, reply.json()["type"].rpartition("#")[2]) == (410, "gone"), path
        assert requests.get(f"{server.url}/id/nobody", timeout=120).status_code == 404


def test_a_merged_thing_leads_to_the_one_in_its_place(url: str):
    """301, for good."""
    reply = requests.get(f"{url}/id/nordic-health", allow_redirects=False, timeout=120)
    assert (reply.status_code, reply.headers["Location"]) == (301, f"{url}/id/nhd")


@pytest.mark.parametrize("path", ["/id/nobody", "/page/nobody", "/data/nobody", "/data/nhd.xyz", "/page/nhd?page=2"])
@pytest.mark.parametrize("accept", [BROWSER, "text/turtle"])
def test_what_is_not_there_is_404(url: str, path: str, accept: str):
    """Things, suffixes and pages that there are not, whatever the client reads."""
    wanted = 406 if path.startswith("/page") and accept != BROWSER else 404
    assert requests.get(url + path, headers={"Accept": accept}, timeout=120).status_code == wanted


@pytest.mark.parametrize("path", ["/id/nhd", "/data/nhd", "/doc/nhd-page", "/ns"])
def test_who_reads_none_of_it_is_told_what_there_is(url: str, path: str):
    """406 with the formats offered."""
    reply = requests.get(url + path, headers={"Accept": "image/png"}, timeout=120)
    assert reply.status_code == 406
    assert "text/turtle" in reply.json()["available"]


def test_a_suffix_wins_over_the_header(url: str):
    """A link to a format gives that format to every client, browsers included."""
    for suffix, media_type in (("ttl", "text/turtle"), ("jsonld", "application/ld+json"), ("trig", "application/trig")):
        for path in ("/data/nhd", "/doc/nhd-page", f"/ev/{evidence_of(url)}", "/ns"):
            reply = requests.get(f"{url}{path}.{suffix}", headers={"Accept": BROWSER}, timeout=120)
            assert reply.headers["Content-Type"].partition(";")[0] == media_type


@pytest.mark.parametrize(
    "path", ["/data/nhd", "/data/nhd.ttl", "/doc/nhd-page", "/ev/{evidence}", "/ev/{evidence}.ttl"]
)
def test_rdf_1_2_is_for_who_asks_for_it(url: str, path: str):
    """``version=1.2`` in Accept: the evidence reifies what it says; others are never sent a triple term."""
    asked = url + path.format(evidence=evidence_of(url))
    new = requests.get(asked, headers={"Accept": "text/turtle;version=1.2"}, timeout=120)
    old = requests.get(asked, headers={"Accept": "text/turtle"}, timeout=120)
    assert new.headers["Content-Type"] == "text/turtle; charset=utf-8; version=1.2"
    assert "rdf:reifies <<(" in new.text
    assert "<<(" not in old.text
    assert new.headers["ETag"] != old.headers["ETag"]


def test_the_dataset_leads_people_to_a_page_and_programs_to_void(url: str):
    """303 by Accept; the page has figures that agree with the endpoint, and says where the description is."""
    for accept, path in ((BROWSER, "/catalog"), ("text/turtle", "/.well-known/void"), ("*/*", "/.well-known/void")):
        reply = requests.get(f"{url}/dataset", headers={"Accept": accept}, allow_redirects=False, timeout=120)
        assert (reply.status_code, reply.headers["Location"]) == (303, url + path)
    page = requests.get(f"{url}/catalog", headers={"Accept": BROWSER}, timeout=120)
    sizes = {}
    for pattern in ("?s ?p ?o", "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"):
        asked = {"query": f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", "format": "csv"}
        sizes[pattern] = requests.get(f"{url}/sparql", params=asked, timeout=120).text.split()[1]
    for size in sizes.values():
        assert f">{size}</dd>" in page.text
    assert f'<{url}/.well-known/void>; rel="describedby"' in page.headers["Link"]


def test_rdflib_follows_a_thing_to_its_data(url: str):
    """The usual Python client, told the IRI of a thing as this server answers for it, gets its triples."""
    graph = rdflib.Graph().parse(f"{url}/id/nhd")
    lead = rdflib.URIRef("https://w3id.org/digigraph/ns#lead")
    assert (rdflib.URIRef(f"{BASE}id/nhd"), lead, rdflib.URIRef(f"{BASE}id/ada-berg")) in graph


def test_evidence_as_quads_says_what_it_claims(url: str):
    """A triple format has its description, a quad format its claim as well, in the graph of its name."""
    name = evidence_of(url)
    plain = requests.get(f"{url}/ev/{name}.nt", timeout=120).content
    quads = set(ox.parse(requests.get(f"{url}/ev/{name}.nq", timeout=120).content, format=ox.RdfFormat.N_QUADS))
    graph = ox.NamedNode(f"{BASE}ev/{name}")
    assert any(quad.graph_name == graph for quad in quads)
    described = {quad.triple for quad in quads if quad.graph_name != graph}
    assert described == {quad.triple for quad in ox.parse(io.BytesIO(plain), format=ox.RdfFormat.N_TRIPLES)}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use of it
def test_embedded_json_ld_reads_back_to_triples_of_the_graph(url: str):
    """A reader of embedded metadata gets schema.org statements, each of them one that the data has too."""
    for page, data in (("/page/nhd", "/data/nhd.nt"), ("/doc/nhd-page", "/doc/nhd-page.nt")):
        html = requests.get(url + page, headers={"Accept": BROWSER}, timeout=120).text
        (found,) = extruct.extract(html, syntaxes=["json-ld"])["json-ld"]
        read = rdflib.Graph().parse(data=json.dumps(found), format="json-ld").serialize(format="nt", encoding="utf-8")
        triples = {quad.triple for quad in ox.parse(read, format=ox.RdfFormat.N_TRIPLES)}
        known = requests.get(url + data, timeout=120).content
        assert triples
        assert triples <= {quad.triple for quad in ox.parse(known, format=ox.RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize("path", ["/page/nhd", "/doc/nhd-page", "/ns"])
def test_an_outsiders_client_finds_the_signposts(url: str, path: str):
    """Level 1 in the headers; level 2, the link set, says the same and leads back from the data."""
    found = find_signposting_http(url + path)
    said = {(str(each.rel), str(each.target)) for each in found.signposts}
    (named,) = [target for relation, target in said if relation == "cite-as"]
    assert named.startswith((BASE, "https://w3id.org/digigraph/ns"))
    assert {
        ("license", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("type", "https://schema.org/AboutPage"),
        ("collection", f"{url}/dataset"),
    } <= said
    described = {str(each.target): str(each.type) for each in found.signposts if str(each.rel) == "describedby"}
    assert {"text/turtle", "application/ld+json", "application/trig"} <= set(described.values())
    (linkset,) = [target for relation, target in said if relation == "linkset"]
    again = find_signposting_linkset(linkset).for_context(url + path)
    assert said <= {(str(each.rel), str(each.target)) for each in again.signposts}
    for target, media_type in described.items():
        reply = requests.head(target, timeout=120)
        assert reply.headers["Content-Type"].partition(";")[0] == media_type
        assert f'<{url}{path}>; rel="describes"' in reply.headers["Link"]


def test_a_document_names_its_original_and_its_publisher(url: str):
    """``item`` is the page that was captured, ``author`` who published it."""
    found = find_signposting_http(f"{url}/doc/nhd-page")
    assert {str(each.target) for each in found.items} == {"https://nhd.example/about"}
    assert {str(each.target) for each in found.authors} == {f"{BASE}id/kth"}


def test_pages_have_two_languages(url: str):
    """As the browser prefers, or as the reader has chosen; the reply says which, and that it depends on the header."""

    def title(path: str, **headers: str) -> tuple[str, str]:
        reply = requests.get(url + path, headers={"Accept": BROWSER, **headers}, timeout=120)
        assert "Accept-Language" in reply.headers["Vary"]
        return reply.headers["Content-Language"], reply.text.partition("<title>")[2].partition(" \u2013")[0]

    assert title("/page/kth") == ("en", "KTH Royal Institute of Technology")
    assert title("/page/kth", **{"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.8"}) == (
        "sv",
        "Kungliga Tekniska högskolan",
    )
    assert title("/page/kth?lang=sv", **{"Accept-Language": "en"}) == ("sv", "Kungliga Tekniska högskolan")
    assert title("/page/kth?lang=xx", **{"Accept-Language": "de"})[0] == "en"


def test_a_page_is_not_made_again_for_who_holds_it(url: str):
    """A strong entity tag and the date of the snapshot; 304 by either, without a body."""
    for path in ("/page/nhd", "/data/nhd.ttl", "/doc/nhd-page", "/ns"):
        first = requests.get(url + path, headers={"Accept": BROWSER}, timeout=120)
        tag, date = first.headers["ETag"], first.headers["Last-Modified"]
        assert not tag.startswith("W/")
        for condition in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
            again = requests.get(url + path, headers={"Accept": BROWSER, **condition}, timeout=120)
            assert (again.status_code, again.content) == (304, b"")
        other = requests.get(url + path, headers={"Accept": BROWSER, "Accept-Language": "sv"}, timeout=120)
        assert (other.headers["ETag"] == tag) == path.startswith("/data")
