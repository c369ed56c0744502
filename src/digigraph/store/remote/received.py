"""What another endpoint sends, looked at while it is passed on: that it is what was asked for, and all of it.

Nothing is parsed, for a parser would have to hold what others send. What can be told of the bytes in passing is told:
how the document begins and ends, whether JSON closes what it opens, and how many rows there are.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from digigraph.errors import RemoteError
from digigraph.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, RESULTS_JSON, RESULTS_TSV, RESULTS_XML, TRIG, TURTLE
from digigraph.sparql import query_form
from digigraph.store.results.rows import Rows

if TYPE_CHECKING:
    from digigraph.media import Format
    from digigraph.store.answering.backend import Query

_HEAD = 4096
_TAIL = 1024
_BLANK = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
# Nothing is tried twice: what others send may be made to take long.
_ROOT = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*+<(?:[\w.-]+:)?([\w.-]+)[\s/>]", re.DOTALL
)
_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_HTML_LENGTH = len("<!DOCTYPE html>")
# Which of the two an answer is, by what comes first; neither is found in strings, for their quotes are escaped.
_RESULTS = {
    RESULTS_JSON: re.compile(rb'.*?"(results|boolean)"\s*+:', re.DOTALL),
    RESULTS_XML: re.compile(
        rb"(?>[^<]+|<!--.*?-->|<(?!!--|(?:[\w.-]+:)?(?:results|boolean)[\s/>])[^>]*>)*+"
        rb"<(?:[\w.-]+:)?(results|boolean)[\s/>]",
        re.DOTALL,
    ),
}
_ROOTS = {RESULTS_XML: b"sparql", RDF_XML: b"RDF"}
_CLOSES = {
    RESULTS_XML: re.compile(rb"</(?:[\w.-]+:)?sparql\s*>\s*\Z"),
    RDF_XML: re.compile(rb"(?:</(?:[\w.-]+:)?RDF\s*>|<(?:[\w.-]+:)?RDF\b[^<>]*/>)\s*\Z"),
}
# A statement, a block, a directive without a full stop, or a comment.
_LAST_LINE = re.compile(rb"(?:.*[.}]|\s*(?:#|@?(?:prefix|base)\b).*)\Z", re.IGNORECASE)
_LINES = (N_TRIPLES, N_QUADS)
_TEXTS = (*_LINES, TURTLE, TRIG)


class Received:
    """The body of an answer of another endpoint.

    Parameters
    ----------
    query
        What was asked.
    most_rows
        Rows that the answer may have; counted in tables, and in the formats that have a line for each statement.
    is_framed
        Whether HTTP tells where the body ends. Where the end of the connection is to be its end, a part would pass
        for the whole, unless the format itself has an end.

    Raises
    ------
    RemoteError
        From all methods: it is not what was asked for, or not all of it.
    """

    def __init__(self, query: Query, *, most_rows: int, is_framed: bool) -> None:
        self._format = query.format
        self._is_ask = query_form(query.text) == "ASK"
        self._json = _Json() if self._is(RESULTS_JSON, JSON_LD) else None
        self._rows = _rows(query.format, most_rows)
        # XML says itself in what it is written; nothing else may be anything but UTF-8.
        self._decoder = None if self._is(RESULTS_XML, RDF_XML) else codecs.getincrementaldecoder("utf-8")()
        self._head: bytes | None = b""
        self._tail = b""
        if not (is_framed or self._json or self._is(RESULTS_XML, RDF_XML)):
            raise RemoteError(
                f"The endpoint does not say how long its answer is: in {query.format.media_type} a part of it would "
                "pass for the whole.",
                hint="Ask for JSON or XML.",
            )

    def _is(self, *formats: Format) -> bool:
        return any(self._format.is_kind_of(each) for each in formats)

    def add(self, piece: bytes) -> bytes:
        """Take the next bytes and return those that can be passed on; some may be held back, to be looked at.

        Raises
        ------
        AnswerTooLarge
            There are more rows than may be.
        """
        self._decode(piece, is_end=False)
        self._tail = (self._tail + piece)[-_TAIL:]
        structure = self._json.add(piece) if self._json else piece
        if self._rows is not None:
            self._rows.add(structure)
        if self._head is None:
            return piece
        return self._begun(self._head + piece, is_end=False)

    def end(self) -> bytes:
        """Say that nothing more comes; return what was held back."""
        self._decode(b"", is_end=True)
        last = b"" if self._head is None else self._begun(self._head, is_end=True)
        if not self._is_closed():
            raise RemoteError(f"The endpoint sent only a part of its answer in {self._format.media_type}.")
        return last

    def _decode(self, piece: bytes, *, is_end: bool) -> None:
        try:
            if self._decoder is not None:
                self._decoder.decode(piece, is_end)
        except UnicodeDecodeError as error:
            raise RemoteError(
                f"The endpoint sent {self._format.media_type} that is not UTF-8 ({error.reason}).",
                hint="Ask for another format.",
            ) from error

    def _begun(self, head: bytes, *, is_end: bool) -> bytes:
        is_long = len(head) >= _HEAD
        fits = self._fits(head[:_HEAD].removeprefix(_BOM), is_whole=is_end or is_long, is_long=is_long)
        if fits is None:
            self._head = head
            return b""
        if not fits:
            shown = " ".join(head[:80].decode(errors="replace").split())
            tabular = "an answer to ASK" if self._is_ask else "an answer to SELECT"
            what = tabular if self._format.results is not None else "such an answer"
            raise RemoteError(
                f"The endpoint sent as {self._format.media_type} what is not {what}: {shown!r}.",
                hint="Ask for another format.",
            )
        self._head = None
        return head

    def _fits(self, head: bytes, *, is_whole: bool, is_long: bool) -> bool | None:
        """Whether what was asked for begins like that; None where more has to be seen, and will come.

        ``is_whole``: nothing more is looked at, be it that nothing more comes or that it is as long as may be.
        """
        if not is_whole and _BOM.startswith(head):
            return None
        begins = self._begins(head, is_whole=is_whole)
        pattern = next((each for form, each in _RESULTS.items() if self._is(form)), None)
        if not begins or pattern is None:
            return begins
        if found := pattern.match(head):
            return self._is_ask is (found.group(1) == b"boolean")
        # Before the rows there may be more names of columns than are looked at.
        return (is_long and not self._is_ask) if is_whole else None

    def _begins(self, head: bytes, *, is_whole: bool) -> bool | None:
        """The same, of any document of the format."""
        undecided = False if is_whole else None
        begin = head.lstrip(_BLANK)
        if self._json is not None:
            return begin.startswith((b"{", b"[") if self._is(JSON_LD) else b"{") if begin else undecided
        for each, name in _ROOTS.items():
            if self._is(each):
                root = _ROOT.match(begin)
                return root.group(1) == name if root else undecided
        return self._is_text(head, is_whole=is_whole)

    def _is_text(self, head: bytes, *, is_whole: bool) -> bool | None:
        """The same, for the formats that are neither JSON nor XML."""
        begin = head.lstrip(_BLANK)
        if _HTML.match(begin):
            return False
        if self._is(RESULTS_TSV) and not self._is_ask and head:
            # Section 4.1 of SPARQL 1.1 CSV and TSV; without variables the line is empty.
            return head.startswith((b"?", b"$", b"\n", b"\r"))
        if is_whole:
            return bool(head) or self._is(*_TEXTS)
        return True if begin and not (begin.startswith(b"<") and len(begin) < _HTML_LENGTH) else None

    def _is_closed(self) -> bool:
        """Whether a document of the format may end here."""
        if self._json is not None:
            return self._json.is_closed
        for each, pattern in _CLOSES.items():
            if self._is(each):
                return pattern.search(self._tail) is not None
        if self._is(*_TEXTS):
            last = self._tail.rstrip(_BLANK).rpartition(b"\n")[2]
            return not last or _LAST_LINE.match(last) is not None
        return True


class _Json:
    """What opens and closes in a JSON document, outside of its strings."""

    def __init__(self) -> None:
        self._is_escaped = self._is_in_string = False
        self._open = {b"{": 0, b"[": 0}

    def add(self, piece: bytes) -> bytes:
        """Return the piece without strings and blanks."""
        begin = int(self._is_escaped and bool(piece))
        plain = _ESCAPE.sub(b"", piece[begin:])
        self._is_escaped = plain.endswith(b"\\") or (self._is_escaped and not piece)
        parts = plain.split(b'"')
        outside = b"".join(parts[self._is_in_string :: 2]).translate(None, _BLANK)
        self._is_in_string ^= len(parts) % 2 == 0
        self._open[b"{"] += outside.count(b"{") - outside.count(b"}")
        self._open[b"["] += outside.count(b"[") - outside.count(b"]")
        return outside

    @property
    def is_closed(self) -> bool:
        """Whether nothing is open."""
        return not self._is_in_string and not any(self._open.values())


_ESCAPE = re.compile(rb"\\.", re.DOTALL)


def _rows(form: Format, most: int) -> Rows | None:
    if any(form.is_kind_of(each) for each in _LINES):
        return Rows(form, most=most, mark=b"\n")
    if form.results is None:
        return None
    # Between two rows, however the document is set out; only strings are in other lists.
    return Rows(form, most=most, mark=b"},{" if form is RESULTS_JSON else None)
