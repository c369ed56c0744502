"""Find a quoted sentence in a captured text.

Text and quote are compared in one normal form: Unicode NFC, every run of white space one space; where the document is
HTML, character references resolved and markup dropped, of which what begins a new line for a reader counts as a space.
Positions found are those of the stored file: code points, ``[start, end)``, decoded as strict UTF-8 without newline
translation.
"""

from __future__ import annotations

import html
import io
import re
import unicodedata
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKUP = re.compile(
    r"<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)\s*>|</?[A-Za-z][^>]*>|<![A-Za-z][^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_NEW_LINE = re.compile(
    r"</?(?:address|article|aside|blockquote|br|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|optgroup|option|p|pre|search|section|summary|table"
    r"|tbody|td|tfoot|th|thead|title|tr|ul)(?![A-Za-z0-9:-])",
    re.IGNORECASE,
)
"""Markup before and behind which browsers begin a new line, or another cell (HTML, section 15.3)."""
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ALPHABETS = ("LATIN", "GREEK", "CYRILLIC")
"""How the names of letters begin in Unicode of which words are made that stand apart; those of Chinese do not."""
_POINTS = ".,"
"""What stands before decimals, and between thousands."""


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Code points ``[start, end)`` of a stored text."""

    start: int
    end: int


def normalise(text: str) -> str:
    """Return the text in NFC with every run of white space as one space, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


class CapturedText:
    """A stored text and its normal form, position by position.

    Parameters
    ----------
    text
        As stored, decoded.
    is_html
        Whether markup is dropped.
    """

    def __init__(self, text: str, *, is_html: bool) -> None:
        self.text = text
        self._is_html = is_html

    def find(self, quote: str) -> list[Span]:
        """Return every place, in order, where the text says the quote; they may overlap."""
        wanted = normalise(quote)
        # A quote that ends between a letter and its marks would get more than it says.
        return [span for span in _places(self._normal, wanted) if self.quote(span) == wanted]

    def quote(self, span: Span) -> str:
        """Return what stands at a span, in normal form."""
        inside = CapturedText(self.text[span.start : span.end], is_html=self._is_html)
        return inside.normal_text.strip()

    def cut(self, span: Span) -> tuple[str | None, str | None]:
        """Return the word or number inside which a span begins, and the one inside which it ends; None for neither."""
        _, starts, _ = self._normal
        return self._around(bisect_left(starts, span.start)), self._around(bisect_left(starts, span.end))

    def _around(self, at: int) -> str | None:
        """The word or number of the normal text that an offset cuts."""
        plain, begin, end = self.normal_text, at, at + 1
        if not _is_inside(plain, at):
            return None
        while _is_inside(plain, begin):
            begin -= 1
        while _is_inside(plain, end):
            end += 1
        return plain[begin:end]

    def runs(self) -> list[tuple[int, str]]:
        """Return what a reader sees: pieces of the text without markup, each with its place in the stored text."""
        runs: list[tuple[int, list[str]]] = []
        end = -1
        for piece, start, stop in _pieces(self.text, is_html=self._is_html):
            if start != end:
                runs.append((start, []))
            runs[-1][1].append(piece)
            # A character reference is shorter than it is written: what follows has a place of its own.
            end = stop if len(piece) == stop - start else -1
        return [(start, "".join(pieces)) for start, pieces in runs]

    @property
    def normal_text(self) -> str:
        """The whole text in normal form."""
        return self._normal[0]

    @cached_property
    def _normal(self) -> _Normal:
        """The text in normal form, and where each of its characters begins and ends in the stored one."""
        return _normal_form(_pieces(self.text, is_html=self._is_html))


def _is_inside(text: str, at: int) -> bool:
    """Whether an offset is inside a word or number, in alphabets whose words stand apart.

    A small letter in front of a capital, and a letter beside a digit, may be two words that a page's saving has joined.
    """
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before.isdecimal():
        return after.isdecimal() or (after in _POINTS and text[at + 1 : at + 2].isdecimal())
    if after.isdecimal():
        return before in _POINTS and text[max(0, at - 2) : at - 1].isdecimal()
    return _is_letter(before) and _is_letter(after) and not (before.islower() and after.isupper())


def _is_letter(character: str) -> bool:
    return character.isalpha() and unicodedata.name(character, "").startswith(_ALPHABETS)


def whole_words(words: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds any of some names and sentences, the longest first; None for none.

    As they are written and in capitals, composed or decomposed, with any white space between; a genitive may follow
    ("Ada Bergs"), no other letter may stand beside them.
    """
    forms = {
        r"\s+".join(map(re.escape, unicodedata.normalize(form, written).split()))
        for each in words
        for written in (each, each.upper())
        for form in ("NFC", "NFD")
    }
    alternatives = "|".join(sorted(filter(None, forms), key=lambda form: (-len(form), form)))
    return re.compile(rf"(?<!\w)(?:{alternatives})(?=(?:['\u2019:]?[sS])?(?!\w))") if alternatives else None


def find_in_runs(runs: Iterable[tuple[int, str]], pattern: re.Pattern[str]) -> list[Span]:
    """Return every place, in order, that a pattern finds in what a reader sees (:meth:`CapturedText.runs`)."""
    pieces = ((letter, at, at + 1) for start, text in runs for at, letter in enumerate(text, start))
    plain, starts, ends = _normal_form(pieces)
    return [Span(starts[at], ends[end - 1]) for at, end in (found.span() for found in pattern.finditer(plain))]


_Piece = tuple[str, int, int]
"""What a reader sees, and where it begins and ends in the stored text."""
_Normal = tuple[str, "array[int]", "array[int]"]
"""A text in normal form, and where each of its characters begins and ends in the stored one."""


def _normal_form(pieces: Iterable[_Piece]) -> _Normal:
    # Arrays: a tuple for each character would take a hundred times the text.
    characters = io.StringIO()
    starts, ends = array("I"), array("I")
    last = ""
    for piece, start, end in _clusters(pieces):
        for character in piece:
            seen = " " if character.isspace() else character
            if seen == last == " ":
                continue
            characters.write(seen)
            starts.append(start)
            ends.append(end)
            last = seen
    return characters.getvalue(), starts, ends


def _places(normal: _Normal, wanted: str) -> Iterator[Span]:
    """Where a text in normal form has another; the places may overlap."""
    plain, starts, ends = normal
    at = plain.find(wanted) if wanted else -1
    while at >= 0:
        yield Span(starts[at], ends[at + len(wanted) - 1])
        at = plain.find(wanted, at + 1)


def _pieces(text: str, *, is_html: bool) -> Iterator[_Piece]:
    """The characters that a reader sees, each with its place."""
    at = 0
    while at < len(text):
        if is_html and text[at] == "<" and (markup := _MARKUP.match(text, at)):
            if _NEW_LINE.match(text, at):
                yield " ", at, markup.end()
            at = markup.end()
        elif is_html and text[at] == "&" and (reference := _REFERENCE.match(text, at)):
            yield html.unescape(reference.group()), at, reference.end()
            at = reference.end()
        else:
            yield text[at], at, at + 1
            at += 1


def _clusters(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Join the characters that NFC composes, so that each normal character knows all of its stored ones."""
    cluster, first, last = "", 0, 0
    for piece, start, end in pieces:
        if cluster and _composes(cluster, piece):
            cluster, last = unicodedata.normalize("NFC", cluster + piece), end
            continue
        if cluster:
            yield cluster, first, last
        cluster, first, last = unicodedata.normalize("NFC", piece), start, end
    if cluster:
        yield cluster, first, last


def _composes(before: str, piece: str) -> bool:
    if piece < "\u0300":
        # No character below the combining marks changes one before it.
        return False
    if unicodedata.combining(piece[0]):
        return True
    joined = unicodedata.normalize("NFC", before + piece)
    return joined != before + unicodedata.normalize("NFC", piece)
