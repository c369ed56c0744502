"""What the graph says, as data: whole, in every format, and the same whoever reads it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from embedded import EmbeddedBackend
from projects import REPOSITORY

from digigraph.errors import NotAcceptable, NotFound
from digigraph.iris import Iris
from digigraph.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from digigraph.pipeline import build_and_check
from digigraph.publishing.crawlers.schema_org import embedded, schema_org_triples
from digigraph.publishing.edition.graph import Edition
from digigraph.publishing.linked_data.data import Data, document_data, evidence_data, ontology_data, thing_data
from digigraph.publishing.linked_data.writing import write
from digigraph.settings import read_settings
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.vocab import DCTERMS, DG, RDF, RDFS, SCHEMA, VOID

if TYPE_CHECKING:
    from pathlib import Path


def of_thing(edition: Edition, slug: str) -> Data:
    return thing_data(edition, edition.iris.thing(slug), edition.iris.at(f"data/{slug}"))


def test_a_thing_comes_with_all_that_belongs_to_it(edition: Edition):
    """Its triples, those of its grant, those that point to it, its neighbours' labels, licence and dataset."""
    found = of_thing(edition, "nhd")
    thing, kth = edition.iris.thing("nhd"), edition.iris.thing("kth")
    document = edition.iris.at("data/nhd")
    assert {
        ox.Triple(thing, DG["lead"], edition.iris.thing("ada-berg")),
        ox.Triple(edition.iris.thing("amount-sek-1991250"), SCHEMA["currency"], ox.Literal("SEK")),
        ox.Triple(kth, RDFS["label"], ox.Literal("KTH Royal Institute of Technology", language="en")),
        ox.Triple(document, VOID["inDataset"], edition.iris.dataset),
    } <= found.triples
    assert {each.predicate for each in found.triples if each.subject == document} >= {DCTERMS["license"]}
    pointing = of_thing(edition, "ada-berg")
    assert ox.Triple(thing, DG["lead"], edition.iris.thing("ada-berg")) in pointing.triples


def test_claims_stand_in_the_graph_of_their_evidence(edition: Edition):
    """A quad format says which evidence states a triple, and what that evidence quotes; a lost claim is among them."""
    found = of_thing(edition, "nhd")
    lost = [each for each in found.claims if each.object == edition.iris.thing("kth") and each.predicate == DG["host"]]
    (evidence,) = {each.graph_name for each in lost}
    assert lost[0].triple not in found.triples
    quotes = [each.object for each in found.claims if (each.subject, each.predicate) == (evidence, DG["quote"])]
    assert quotes == [ox.Literal("Nordic Health Data (huvudman KTH)", language="en")]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use of it
@pytest.mark.parametrize("chosen", [TURTLE, N_TRIPLES, JSON_LD, RDF_XML], ids=lambda each: each.name)
def test_every_triple_format_says_the_same(edition: Edition, chosen: Format):
    """Read back by another reader, each is the triples of the default graph."""
    found = of_thing(edition, "nhd")
    written = write(found, chosen, prefixes=edition.iris.prefixes, context=edition.context)
    reader = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdf": "xml"}[chosen.name]
    read = rdflib.Graph().parse(data=written, format=reader)
    again = ox.parse(read.serialize(format="nt", encoding="utf-8"), format=ox.RdfFormat.N_TRIPLES)
    assert {each.triple for each in again} == found.triples


@pytest.mark.parametrize("chosen", [TRIG, N_QUADS], ids=lambda each: each.name)
def test_every_quad_format_says_the_same(edition: Edition, chosen: Format):
    """Read back, each is the default graph's triples and the claims."""
    found = of_thing(edition, "nhd")
    written = write(found, chosen, prefixes=edition.iris.prefixes, context=edition.context)
    assert set(ox.parse(io.BytesIO(written), format=chosen.rdf)) == set(found.quads(with_claims=True))


@pytest.mark.parametrize("chosen", [TURTLE, N_TRIPLES, RDF_XML, TRIG, N_QUADS], ids=lambda each: each.name)
def test_in_rdf_1_2_the_evidence_reifies_what_it_says(edition: Edition, chosen: Format):
    """Asked for the version, every format says which evidence states a triple, lost ones too, and what it quotes."""
    found = of_thing(edition, "nhd")
    written = write(found, chosen.at("1.2"), prefixes=edition.iris.prefixes, context=edition.context)
    read = {each.triple for each in ox.parse(written, format=chosen.rdf) if each.graph_name == ox.DefaultGraph()}
    reified = {(each.subject, each.object) for each in read if each.predicate == RDF["reifies"]}
    stated = {(each.graph_name, each.triple) for each in found.claims if "/ev/" in str(each.graph_name)}
    assert reified == stated
    assert any(triple not in found.triples for _, triple in reified)
    assert {each.subject for each in read if each.predicate == DG["quote"]} == {evidence for evidence, _ in stated}
    assert found.triples <= read


@pytest.mark.parametrize(
    ("value", "predicate", "chosen", "instead"),
    [
        (ox.Literal("bell \x07"), SCHEMA["name"], RDF_XML, "text/turtle"),
        (ox.Literal("x"), ox.NamedNode("https://example.org/1"), RDF_XML, "text/turtle"),
        (ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL), SCHEMA["name"], TURTLE, "application/ld+json"),
        (ox.Triple(DG["a"], DG["b"], DG["c"]), SCHEMA["about"], JSON_LD, "text/turtle;version=1.2"),
    ],
    ids=["character", "predicate", "direction", "triple term"],
)
def test_what_a_format_cannot_express_is_refused(
    value: ox.Literal | ox.Triple, predicate: ox.NamedNode, chosen: Format, instead: str
):
    """Nobody gets a document that says something else; the error names a format that can."""
    data = Data(DG["x"], frozenset({ox.Triple(DG["x"], predicate, value)}))
    with pytest.raises(NotAcceptable) as caught:
        write(data, chosen, prefixes={}, context={})
    assert instead in caught.value.available


def test_the_same_state_gives_the_same_bytes(edition: Edition):
    """Asked twice, the answer is the same to the byte: an entity tag can be made of the request alone."""
    for chosen in (TURTLE, JSON_LD, TRIG):
        first, second = (
            write(of_thing(edition, "nhd"), chosen, prefixes=edition.iris.prefixes, context=edition.context)
            for _ in range(2)
        )
        assert first == second


def test_json_ld_is_compact_and_brings_its_context_along(edition: Edition):
    """Terms are ours, and nothing has to be fetched to read it."""
    written = json.loads(
        write(of_thing(edition, "nhd"), JSON_LD, prefixes=edition.iris.prefixes, context=edition.context)
    )
    (thing,) = [each for each in written["@graph"] if each["id"] == edition.iris.thing("nhd").value]
    assert thing["lead"] == edition.iris.thing("ada-berg").value
    assert thing["name"]["en"] == "Nordic Health Data"
    assert isinstance(written["@context"], dict)


def test_embedded_schema_org_cannot_end_its_element(edition: Edition):
    """A name that closes a script element is written with JSON's escapes, and reads back as it was."""
    found = of_thing(edition, "nhd")
    text = embedded(found)
    assert not set("<>&") & set(text)
    parsed = ox.parse(text.encode(), format=ox.RdfFormat.JSON_LD)
    assert {each.triple for each in parsed} == schema_org_triples(found)
    assert "<script>alert(1)</script>" in str(schema_org_triples(found))


def test_what_is_not_there_has_no_data(edition: Edition):
    """Things, documents and evidence alike."""
    for ask in (
        lambda: of_thing(edition, "nobody"),
        lambda: document_data(edition, edition.iris.document("nothing")),
        lambda: evidence_data(edition, edition.iris.at("ev/nothing")),
    ):
        with pytest.raises(NotFound):
            ask()


def test_all_answers_together_are_the_default_graph(tmp_path: Path):
    """No triple of this repository's graph is left out by the data of its things, documents, evidence and ontology."""
    settings = read_settings(REPOSITORY, {}, {})
    checked = build_and_check(settings)
    snapshot = SnapshotCatalog(tmp_path).publish(checked.dataset.nquads, "", files=checked.files).snapshot
    backend = EmbeddedBackend(
        snapshot,
        base_iri=settings.base_iri,
        answer_bytes=settings.answer_bytes,
        answer_rows=settings.answer_rows,
    )
    real = Edition(backend, Iris(settings.base_iri), "en", snapshot.read_file)
    answered = set(ontology_data(real).triples)
    subjects = {str(each.subject.value) for each in checked.dataset.default_graph}
    for iri in map(ox.NamedNode, subjects):
        folder, _, name = iri.value.removeprefix(settings.base_iri).partition("/")
        if folder == "id":
            answered |= of_thing(real, name).triples
        elif folder == "doc":
            answered |= document_data(real, iri).triples
        elif folder == "ev":
            answered |= evidence_data(real, iri).triples
    backend.close()
    assert checked.dataset.default_graph <= answered
