"""The captured texts and the traps that are in them."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digigraph.dataset.provenance import evidence_of

if TYPE_CHECKING:
    from conftest import Content

DOCUMENTS = Path(__file__).parents[2] / "data" / "documents"
HASHES = {
    "digifor1health-about.html": "f53de779d7f3a33ae5b2f317263efedb6555d2bfcd2a4af762f2121b57194516",
    "scilifelab-digifor1health.txt": "d1ec3f5321a347d13da3b834d1c628d6da418d29a22aa29d8150c5498dbb93f2",
    "gms-scilifelab.txt": "2f2029928c5d7693f5390c9018e587f36351bab3245b1c46e70c4c77622733b9",
    "vinnova-gms-2017-03416.txt": "07b24a74bb0e8d98736e65c454e72d9ee0049b53ff7e09d7d6ae51638e52d72d",
    "flemingsberg-hds.txt": "87522d9d502d5f26ebd7af5921204d75e24322b29ab6d344412b1b94980c5a62",
}
NO_BREAK_SPACE = "\u00a0"


class TestCapture:
    """The five texts."""

    @pytest.mark.parametrize("name", HASHES)
    def test_text_is_the_one_captured(self, name: str) -> None:
        """Byte for byte, whatever an editor or a checkout would like to change."""
        assert hashlib.sha256((DOCUMENTS / name).read_bytes()).hexdigest() == HASHES[name]

    def test_every_document_is_read(self, content: Content) -> None:
        """Each text has its facts, and no other document is there unseen."""
        assert {each.slug for each in content.corpus.documents} == {name.rpartition(".")[0] for name in HASHES}

    def test_nothing_is_wrong(self, content: Content) -> None:
        """Every quote is found, every term known, every thing described."""
        assert content.corpus.findings == ()

    def test_floor(self, content: Content) -> None:
        """At least 240 different statements on at least 130 spans."""
        facts = [(document.slug, fact) for document in content.corpus.documents for fact in document.facts]
        spans = {(slug, fact.span) for slug, fact in facts}
        statements = {
            (each.subject, each.property, each.value)
            for _, fact in facts
            for each in fact.assertions
            if each.introduced_by is None
        }
        assert len(statements) >= 240
        assert len(spans) >= 130

    @pytest.mark.parametrize("slug", [name.rpartition(".")[0] for name in HASHES])
    def test_every_fact_says_something(self, content: Content, slug: str) -> None:
        """A quote without a statement is an oversight."""
        assert [fact.quote for fact in content.document(slug).facts if not fact.assertions] == []


class TestLetters:
    """Composed and decomposed letters, and spaces that do not break."""

    def test_decomposed_text_is_quoted_in_composed_letters(self, content: Content) -> None:
        """The TEF-HEALTH paragraph is stored decomposed; its quotes are not, and point at the stored letters."""
        text = content.document("digifor1health-about").text
        quote = (
            "formar test- och experimentanläggningar i världsklass för att stimulera utvecklingen av AI och dess "
            "användning inom hälsovård"
        )
        (fact,) = content.facts("digifor1health-about", quote)
        stored = text.text[fact.span.start : fact.span.end]
        assert unicodedata.is_normalized("NFC", fact.quote)
        assert not unicodedata.is_normalized("NFC", stored)
        assert unicodedata.normalize("NFC", stored) == quote

    def test_both_forms_of_a_letter_are_met(self, content: Content) -> None:
        """The same document holds composed letters too, and quotes of them."""
        stored = [
            content.document("digifor1health-about").text.text[fact.span.start : fact.span.end]
            for fact in content.document("digifor1health-about").facts
        ]
        assert any("ä" in each and unicodedata.is_normalized("NFC", each) for each in stored)
        assert any(not unicodedata.is_normalized("NFC", each) for each in stored)

    def test_name_with_a_no_break_space(self, content: Content) -> None:
        """Daniel Lundqvist is stored with a no-break space and named with a plain one."""
        document = content.document("scilifelab-digifor1health")
        (fact,) = content.facts(document.slug, "Daniel Lundqvist, TEF-Health lead in Sweden")
        assert f"Daniel{NO_BREAK_SPACE}Lundqvist" in document.text.text[fact.span.start : fact.span.end]
        assert content.values("daniel-lundqvist", "schema:name") == {"Daniel Lundqvist"}
        assert content.values("tef-health", "dg:nationalLead") == {"daniel-lundqvist"}

    def test_no_quote_and_no_value_keeps_odd_spaces(self, content: Content) -> None:
        """What people search for has plain spaces, one at a time, and composed letters."""
        for document in content.corpus.documents:
            for fact in document.facts:
                words = [fact.quote, *(content.short(each.value) for each in fact.assertions)]
                for each in words:
                    assert NO_BREAK_SPACE not in each
                    assert "  " not in each
                    assert unicodedata.is_normalized("NFC", each)


class TestLanguages:
    """Quotes carry the language of their words, not of the page."""

    def test_english_headings_in_a_swedish_document(self, content: Content) -> None:
        """Vinnova's page has an English record and a Swedish text."""
        (heading,) = content.facts("vinnova-gms-2017-03416", "Status Completed")
        (sentence,) = content.facts("vinnova-gms-2017-03416", "GMS består nu av 14 parter")
        assert (heading.language, sentence.language) == ("en", "sv")

    def test_english_name_in_a_swedish_document(self, content: Content) -> None:
        """The English name of EIBIR is English in a Swedish sentence too."""
        quote = "European Institute for Biomedical Imaging Research (EIBIR)"
        (fact,) = content.facts("digifor1health-about", quote)
        assert fact.language == "en"


class TestDates:
    """For which date the documents speak."""

    def test_vinnovas_date_is_not_believed(self, content: Content) -> None:
        """Last updated before what it reports: nothing the page says has a date of its own."""
        document = content.document("vinnova-gms-2017-03416")
        assert {fact.as_of for fact in document.facts} == {None}
        modified = [each.value for each in document.about if content.short(each.property) == "schema:dateModified"]
        assert [content.short(each) for each in modified] == ["2017-07-13"]

    @pytest.mark.parametrize(
        ("slug", "date"),
        [("scilifelab-digifor1health", "2023-11-15"), ("flemingsberg-hds", "2022-09-13")],
    )
    def test_date_of_the_document_holds_for_its_facts(self, content: Content, slug: str, date: str) -> None:
        """What the two dated articles say, they say as of their date."""
        dates = {fact.as_of.value for fact in content.document(slug).facts if fact.as_of is not None}
        assert dates == {date}
        assert all(fact.as_of is not None for fact in content.document(slug).facts)

    @pytest.mark.parametrize("slug", ["digifor1health-about", "gms-scilifelab"])
    def test_undated_documents_stay_undated(self, content: Content, slug: str) -> None:
        """Only sentences with a date of their own have one."""
        dated = {fact.as_of.value for fact in content.document(slug).facts if fact.as_of is not None}
        assert dated <= {"2010", "2019", "2022-11-01"}


class TestEvidence:
    """Every fact becomes evidence that can be opened."""

    def test_every_span_says_its_quote(self, content: Content) -> None:
        """What stands at the span, read as people read it, is the quote."""
        for document in content.corpus.documents:
            for fact in document.facts:
                assert document.text.quote(fact.span) == fact.quote

    def test_every_claim_is_in_the_graph_of_its_evidence(self, content: Content) -> None:
        """No evidence of the real documents is empty."""
        for document in content.corpus.documents:
            for node in evidence_of(document, content.iris):
                assert content.graphs[node.iri.value]

    def test_implied_readings_give_their_reason(self, content: Content) -> None:
        """A reason is a sentence."""
        reasons = {fact.implied for document in content.corpus.documents for fact in document.facts if fact.implied}
        assert reasons
        assert [each for each in reasons if not each.endswith(".")] == []
