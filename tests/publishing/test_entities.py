"""What readers are told of a thing, on every backend: values, their sentences, what lost, what refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.errors import NotFound
from digigraph.iris import Iris
from digigraph.publishing.documents import describe_document
from digigraph.publishing.entities import Group, describe, describe_evidence
from digigraph.publishing.labels import choose
from digigraph.publishing.overview import overview
from digigraph.vocab import DG, SCHEMA

if TYPE_CHECKING:
    from digigraph.store.backend import Backend

IRIS = Iris("https://example.org/graph/")


def said(groups: tuple[Group, ...], predicate: ox.NamedNode) -> dict[str, list[str]]:
    """Values of a property, each with the quotes that say so."""
    return {
        getattr(statement.term, "value", ""): [sentence.quote for sentence in statement.sentences]
        for group in groups
        if group.property == predicate.value
        for statement in group.statements
    }


def test_each_value_has_its_sentences(graph: Backend) -> None:
    """A statement that two sentences say has both, in order."""
    thing = describe(graph, IRIS.thing("nhd"), "en")
    assert said(thing.outgoing, SCHEMA["member"]) == {IRIS.thing("kth").value: ["KTH takes part."] * 2}
    assert said(thing.outgoing, DG["lead"]) == {IRIS.thing("ada-berg").value: ["Ada Berg leads Nordic Health Data"]}


def test_what_lost_a_conflict_is_told_apart(graph: Backend) -> None:
    """The accepted host stands among the statements; the other, with its sentence, among the rejected."""
    thing = describe(graph, IRIS.thing("nhd"), "en")
    assert list(said(thing.outgoing, DG["host"])) == [IRIS.thing("ki").value]
    assert said(thing.rejected, DG["host"]) == {IRIS.thing("kth").value: ["Nordic Health Data (huvudman KTH)"]}


def test_incoming_statements_have_their_sentences_too(graph: Backend) -> None:
    """Of a person one reads what the person leads."""
    thing = describe(graph, IRIS.thing("ada-berg"), "en")
    assert said(thing.incoming, DG["lead"]) == {IRIS.thing("nhd").value: ["Ada Berg leads Nordic Health Data"]}


def test_an_implied_sentence_says_why(graph: Backend) -> None:
    """Basis and reason stand with the sentence."""
    thing = describe(graph, IRIS.thing("nhd"), "en")
    (group,) = [each for each in thing.outgoing if each.property == SCHEMA["member"].value]
    assert {(each.basis, each.reason) for each in group.statements[0].sentences} == {
        ("explicit", None),
        ("implied", "it says so again"),
    }


def test_what_the_graph_does_not_know_is_not_found(graph: Backend) -> None:
    """Things, documents and evidence alike."""
    with pytest.raises(NotFound):
        describe(graph, IRIS.thing("nobody"), "en")
    with pytest.raises(NotFound):
        describe_document(graph, IRIS.document("nothing"), "en")
    with pytest.raises(NotFound):
        describe_evidence(graph, IRIS.evidence("nhd-page", "00000000", 0, 1), "en")


def test_an_evidence_shows_its_sentence_and_every_triple(graph: Backend) -> None:
    """The whole claim, with what follows from it."""
    document = describe_document(graph, IRIS.document("nhd-page"), "en")
    lead = next(each for each in document.sentences if each.quote.startswith("Ada Berg"))
    found = describe_evidence(graph, ox.NamedNode(lead.evidence), "en")
    assert {predicate for _, predicate, _ in found.claims} == {
        DG["lead"],
        DG["responsiblePerson"],
        SCHEMA["alternateName"],
    }
    assert found.end - found.start == len("Ada Berg leads Nordic Health Data")


def test_a_document_lists_its_sentences_in_the_order_of_its_text(graph: Backend) -> None:
    """Quotes by their place, the document's own description beside them."""
    document = describe_document(graph, IRIS.document("nhd-page"), "en")
    assert [each.quote for each in document.sentences] == [
        "Nordic Health Data (huvudman KTH)",
        "Ada Berg leads Nordic Health Data",
        "KTH takes part.",
        "KTH takes part.",
    ]


def test_the_overview_counts_each_thing_once(graph: Backend) -> None:
    """By its most precise kind, with the number of sentences and documents."""
    found = overview(graph, "en")
    kinds = {each.iri: [iri for iri, _ in each.things] for each in found.kinds}
    assert kinds[DG["Project"].value] == [IRIS.thing("nhd").value]
    assert (found.sentences, len(found.documents)) == (4, 1)


@pytest.mark.parametrize(
    ("candidates", "language", "text", "is_fallback"),
    [
        ([("Sverige", "sv"), ("Sweden", "en")], "en", "Sweden", False),
        ([("Sverige", "sv"), ("Sweden", "en")], "sv", "Sverige", False),
        ([("Sverige", "sv"), ("Suède", "fr")], "en", "Sverige", True),
        ([("SE", ""), ("Suède", "fr")], "en", "SE", False),
        ([("Suède", "fr")], "en", "Suède", True),
        ([], "en", "sweden", False),
    ],
)
def test_labels_are_chosen_by_one_rule(
    candidates: list[tuple[str, str]], language: str, text: str, *, is_fallback: bool
) -> None:
    """Asked language, then Swedish and English, then none, then any, then the IRI's last part."""
    literals = [ox.Literal(value, language=tag) if tag else ox.Literal(value) for value, tag in candidates]
    label = choose(literals, "https://example.org/graph/id/sweden", language)
    assert (label.text, label.is_fallback) == (text, is_fallback)
