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


@pytest.mark.parametrize(
    "tag", ["<br>", "<BR/>", "</p><p>", "</li>\n<li class='x'>", "<div>", "</td><td>", "</h2>", "<hr />"]
)
def test_what_begins_a_new_line_separates_words(tag: str) -> None:
    """As a reader sees it, who copies the words from a browser; they are not found glued together."""
    assert found(f"<p>Minst 15 sjukhus{tag}i åtta länder</p>", "sjukhus i åtta", is_html=True) == [
        f"sjukhus{tag}i åtta"
    ]
    assert found(f"<p>Minst 15 sjukhus{tag}i åtta länder</p>", "sjukhusi", is_html=True) == []


@pytest.mark.parametrize("tag", ["<b>", "</span>", "<a href='x'>", "<wbr>", "<br-x>", "<preview>", "<!-- <br> -->"])
def test_what_stands_in_a_line_separates_nothing(tag: str) -> None:
    """A word of which some letters are bold is one word."""
    assert found(f"sjuk{tag}hus", "sjukhus", is_html=True) == [f"sjuk{tag}hus"]


def test_runs_keep_words_apart() -> None:
    """The text that is shown, and in which names are looked for, has a space there, and everything keeps its place."""
    runs = CapturedText("<td>Ada Berg</td><td>KTH</td>", is_html=True).runs()
    assert " ".join("".join(text for _, text in runs).split()) == "Ada Berg KTH"
    assert (21, "KTH ") in runs


@pytest.mark.parametrize(
    ("text", "quote", "words"),
    [
        ("Minst 15 sjukhus", "Minst 1", (None, "15")),
        ("Minst 1,5 miljoner", "Minst 1", (None, "1,5")),
        ("Minst 1,5 miljoner", "5 miljoner", ("1,5", None)),
        ("som medlemmar", "medlem", (None, "medlemmar")),
        ("som medlemmar", "lem", ("medlemmar", "medlemmar")),
        ("i fra\u030agan", "fr", (None, "frågan")),
        ("Вместе", "место", None),
        ("Вместе", "Вме", (None, "Вместе")),
        ("Minst 15 sjukhus.", "15 sjukhus", (None, None)),
        ("hälso-data", "hälso", (None, None)),
        ("(huvudman KTH)", "huvudman KTH", (None, None)),
        ("i maj 2021.15 sjukhus.", "sjukhus", (None, None)),
        ("i maj 2021.", "2021", (None, None)),
        ("卡罗林斯卡学院", "罗林", (None, None)),
        ("カロリンスカ", "ロリ", (None, None)),
        ("สถาบันกา", "บัน", (None, None)),
        ("KTH는 2021년에", "KTH", (None, None)),
        # Words that ran together as the page was saved.
        ("hälsodataLäs mer", "hälsodata", (None, None)),
        ("i maj 2021Läs mer", "i maj 2021", (None, None)),
    ],
)
def test_a_quote_that_cuts_a_word_or_number_is_known(
    text: str, quote: str, words: tuple[str | None, str | None] | None
) -> None:
    """With the whole one; never beside punctuation, nor in scripts that write words without spaces."""
    captured = CapturedText(text, is_html=False)
    assert [captured.cut(span) for span in captured.find(quote)] == ([] if words is None else [words])


def test_markup_inside_a_number_does_not_end_it() -> None:
    """What is bold is part of it; what begins a new line is not."""
    captured = CapturedText("<b>Minst 1</b>5 <p>av 2</p>3", is_html=True)
    assert [captured.cut(each) for each in captured.find("Minst 1")] == [(None, "15")]
    assert [captured.cut(each) for each in captured.find("av 2")] == [(None, None)]
