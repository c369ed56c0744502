"""Quotes are found in texts as people see them, and positions are those of the stored file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph.sources.facts.quoting import CapturedText, Span, normalise


def found(text: str, quote: str, *, is_html: bool = False) -> list[str]:
    captured = CapturedText(text, is_html=is_html)
    return [text[span.start : span.end] for span in captured.find(quote)]


@pytest.mark.parametrize(
    ("text", "quote", "stored"),
    [
        ("SciLifeLab, KTH", "KTH", "KTH"),
        ("Daniel\u00a0Lundqvist leads", "Daniel Lundqvist", "Daniel\u00a0Lundqvist"),
        ("six  \r\n  partners", "six partners", "six  \r\n  partners"),
        ("vård i fra\u030agan", "frågan", "fra\u030agan"),
        ("i frågan", "fra\u030agan", "frågan"),
        ("\U0001f9ec gene 🧬 end", "gene 🧬", "gene 🧬"),
    ],
)
def test_a_quote_is_found_however_it_is_spelled_and_spaced(text: str, quote: str, stored: str) -> None:
    """NFC or NFD, no-break spaces, line ends: the span found is what stands in the file."""
    assert found(text, quote) == [stored]


def test_markup_is_dropped_in_html() -> None:
    """Tags and comments do not stand between words, and character references are read as the character."""
    text = '<h4>HDS <a href="x">(huvudman</a> <!-- no -->KTH)</h4><script>var HDS</script> R&amp;D'
    assert found(text, "HDS (huvudman KTH)", is_html=True) == ['HDS <a href="x">(huvudman</a> <!-- no -->KTH)']
    assert found(text, "R&D", is_html=True) == ["R&amp;D"]


def test_a_lower_than_sign_is_no_markup() -> None:
    """HTML that says a < b keeps its text."""
    assert found("if a < b and c > d", "a < b and c > d", is_html=True) == ["a < b and c > d"]


def test_every_occurrence_is_found_in_order() -> None:
    """A quote that stands twice is found twice, overlapping or not."""
    assert CapturedText("aaa", is_html=False).find("aa") == [Span(0, 2), Span(1, 3)]


@given(st.text(alphabet=st.sampled_from("aå\u030ae\u0301\u1100\u1161\u11a8 \u00a0\n🧬<b>&"), max_size=40), st.data())
def test_a_span_found_reads_as_its_quote(text: str, data: st.DataObject) -> None:
    """In any text its words are found, one or several, and what stands at each place found reads as the quote."""
    words = normalise(text).split()
    if not words:
        return
    start = data.draw(st.integers(0, len(words) - 1))
    quote = " ".join(words[start : data.draw(st.integers(start + 1, len(words)))])
    captured = CapturedText(text, is_html=False)
    spans = captured.find(quote)
    assert spans
    assert all(captured.quote(span) == quote for span in spans)
