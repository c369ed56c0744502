"""What readers are told of a thing, on every backend: values, their sentences, what lost, what refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.errors import NotFound
from digigraph.publishing.edition.labels import choose
from digigraph.publishing.pages.contents import contents
from digigraph.publishing.pages.documents import describe_document, describe_evidence
from digigraph.publishing.pages.entities import Statement, describe
from digigraph.publishing.pages.ontology import describe_ontology
from digigraph.publishing.pages.overview import overview
from digigraph.vocab import DG, SCHEMA

if TYPE_CHECKING:
    from digigraph.publishing.edition.graph import Edition


def said(statements: tuple[Statement, ...], predicate: ox.NamedNode) -> dict[str, list[str]]:
    """Values of a property, each with the quotes that say so."""
    return {
        getattr(each.term, "value", ""): [sentence.quote for sentence in each.sentences]
        for each in statements
        if each.predicate == predicate.value
    }


def test_each_value_has_its_sentences(edition: Edition):
    """A statement that two sentences say has both, in order."""
    thing = describe(edition, edition.iris.thing("nhd"))
    assert said(thing.outgoing, SCHEMA["member"]) == {edition.iris.thing("kth").value: ["KTH takes part."] * 2}
    assert said(thing.outgoing, DG["lead"]) == {
        edition.iris.thing("ada-berg").value: ["Ada Berg leads Nordic Health Data"]
    }


def test_what_lost_a_conflict_is_told_apart(edition: Edition):
    """The accepted host stands among the statements, contested; the other, with its sentence, among the rejected."""
    thing = describe(edition, edition.iris.thing("nhd"))
    assert said(thing.outgoing, DG["host"]) == {edition.iris.thing("ki").value: ["KTH takes part."]}
    assert said(thing.rejected, DG["host"]) == {edition.iris.thing("kth").value: ["Nordic Health Data (huvudman KTH)"]}
    contested = {each.predicate for each in (*thing.outgoing, *thing.rejected) if each.is_contested}
    assert contested == {DG["host"].value}


def test_the_ontology_and_the_figures_agree(edition: Edition):
    """Terms are used as often on one page as on the other; the whole is the sum of its parts."""
    found, figures = describe_ontology(edition), contents(edition)
    counted = {**dict(figures.classes), **dict(figures.properties)}
    terms = [each for kind in ("classes", "properties") for each in found.kinds[kind]]
    assert {each.iri: each.uses for each in terms if each.uses} == {
        each.iri: counted[each.iri] for each in terms if each.iri in counted
    }
    assert figures.triples == sum(count for _, count in figures.properties) < figures.quads


def test_a_node_that_nobody_named_is_called_by_what_it_is(edition: Edition):
    """A grant has the name of its kind and of whom it is for; on the page of that it is shown as its kind."""
    (grant,) = [
        each for each in describe(edition, edition.iris.thing("nhd")).outgoing if each.kind == DG["Grant"].value
    ]
    assert isinstance(grant.term, ox.NamedNode)
    assert describe(edition, grant.term).label.text == "grant: Nordic Health Data"


def test_incoming_statements_have_their_sentences_too(edition: Edition):
    """Of a person one reads what the person leads."""
    thing = describe(edition, edition.iris.thing("ada-berg"))
    assert said(thing.incoming, DG["lead"]) == {edition.iris.thing("nhd").value: ["Ada Berg leads Nordic Health Data"]}


def test_an_implied_sentence_says_why(edition: Edition):
    """Basis and reason stand with the sentence; a statement is implied only where no sentence says it in words."""
    thing = describe(edition, edition.iris.thing("nhd"))
    (member,) = [each for each in thing.outgoing if each.predicate == SCHEMA["member"].value]
    assert {(each.basis, each.reason) for each in member.sentences} == {
        ("explicit", ""),
        ("implied", "it says so again"),
    }
    assert not member.is_implied


def test_what_a_curator_states_is_told_from_what_a_sentence_says(edition: Edition):
    """A name from data/things has no sentence and is marked as curated."""
    thing = describe(edition, edition.iris.thing("nhd"))
    names = [each for each in thing.outgoing if each.predicate == SCHEMA["name"].value]
    assert {(each.is_curated, each.sentences) for each in names} == {(True, ())}


def test_a_grant_is_shown_with_its_parts(edition: Edition):
    """What a thing owns is told in place, with the sentences that say so."""
    thing = describe(edition, edition.iris.thing("nhd"))
    (funding,) = [each for each in thing.outgoing if each.predicate == SCHEMA["funding"].value]
    (amount,) = [each for each in funding.parts if each.predicate == SCHEMA["amount"].value]
    assert amount.amount == "1991250 SEK"
    assert [each.quote for each in amount.sentences] == ["funded by Vinnova with SEK 1 991 250"]


def test_a_sentence_leads_to_its_place_on_the_original_page(edition: Edition):
    """By a text fragment, of the whole quote where it is short, else of its ends; the directive's marks are escaped."""
    thing = describe(edition, edition.iris.thing("nhd"))
    originals = {sentence.quote: sentence.original for each in thing.outgoing for sentence in each.sentences}
    page = "https://nhd.example/about#:~:text="
    assert originals["Ada Berg leads Nordic Health Data"] == f"{page}Ada%20Berg%20leads%20Nordic%20Health%20Data"
    assert (
        originals["funded by Vinnova with SEK 1 991 250"] == f"{page}funded%20by%20Vinnova%20with%20SEK%201%20991%20250"
    )


def test_what_the_graph_does_not_know_is_not_found(edition: Edition):
    """Things, documents, evidence and pages beyond the last alike."""
    iris = edition.iris
    for ask in (
        lambda: describe(edition, iris.thing("nobody")),
        lambda: describe(edition, iris.thing("nhd"), page=2),
        lambda: describe(edition, iris.thing("nhd"), page=0),
        lambda: describe_document(edition, iris.document("nothing")),
        lambda: describe_evidence(edition, iris.evidence("nhd-page", "00000000", 0, 1)),
    ):
        with pytest.raises(NotFound):
            ask()


def test_an_evidence_shows_its_sentence_and_what_it_says(edition: Edition):
    """The whole claim with what follows from it, but not twice in the words of two vocabularies."""
    document = describe_document(edition, edition.iris.document("nhd-page"))
    lead = next(each for each in document.sentences if each.quote.startswith("Ada Berg"))
    found = describe_evidence(edition, ox.NamedNode(lead.evidence))
    assert {predicate for _, predicate, _ in found.claims} == {
        DG["lead"].value,
        DG["responsiblePerson"].value,
        SCHEMA["alternateName"].value,
    }
    assert found.sentence.end - found.sentence.start == len("Ada Berg leads Nordic Health Data")


def test_a_document_lists_its_sentences_in_the_order_of_its_text(edition: Edition):
    """Quotes by their place, the document's own description beside them, what each says with it."""
    document = describe_document(edition, edition.iris.document("nhd-page"))
    assert [each.quote for each in document.sentences] == [
        "Nordic Health Data (huvudman KTH)",
        "funded by Vinnova with SEK 1 991 250",
        "Ada Berg leads Nordic Health Data",
        "KTH takes part.",
        "KTH takes part.",
    ]
    assert set(document.claims) == {each.evidence for each in document.sentences}


def test_the_overview_counts_each_thing_once(edition: Edition):
    """By its most precise kind, with the number of sentences and documents."""
    found = overview(edition)
    kinds = {each.iri: [iri for iri, _ in each.things] for each in found.kinds}
    assert kinds[DG["Project"].value] == [edition.iris.thing("nhd").value]
    assert (found.sentences, found.documents.total) == (5, 1)


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
):
    """Asked language, then Swedish and English, then none, then any, then the IRI's last part."""
    literals = [ox.Literal(value, language=tag) if tag else ox.Literal(value) for value, tag in candidates]
    label = choose(literals, "https://example.org/graph/id/sweden", language)
    assert (label.text, label.is_fallback) == (text, is_fallback)
