"""Where the engine writes an answer: pieces of a size worth sending, soon enough, and XML that is XML."""

from __future__ import annotations

import io
import re
import time
from typing import TYPE_CHECKING

from digigraph.media import RDF_XML, RESULTS_XML
from digigraph.store.results.expressible import inexpressible

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import ReadableBuffer

    from digigraph.media import Format

WRITTEN = 8 * 1024
"""Bytes that the engine's serialisers write at once; fewer are the end of what they write."""
_PIECE = 64 * 1024
_SECONDS = 0.05
# XML 1.0, section 2.2: these are not characters, not even as references. U+FFFE and U+FFFF take three bytes.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_BEGUN = re.compile(rb"\xef\xbf?\Z")


class Output(io.RawIOBase):
    """A binary file that hands what is written to a function, in pieces.

    Parameters
    ----------
    send
        Takes the pieces; what it raises comes out of the engine as it is.
    format
        What the bytes are. Into XML the engine writes control characters as they are: those that no XML document can
        hold are refused, and a carriage return, which a parser would turn into a line feed, becomes a reference.

    Raises
    ------
    NotAcceptable
        From ``write`` and ``finish``: the answer holds a character that XML cannot.
    """

    def __init__(self, send: Callable[[bytes], None], format: Format) -> None:  # noqa: A002 - the field's word
        super().__init__()
        self._send = send
        self._format = format
        self._is_xml = any(format.is_kind_of(each) for each in (RESULTS_XML, RDF_XML))
        self._pieces: list[bytes] = []
        self._size = 0
        self._sent_at = 0.0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Take bytes; hand on what has come together if it is much, or has waited and is not the end anyway."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._size += len(piece)
        is_due = self._size >= WRITTEN and time.monotonic() - self._sent_at > _SECONDS
        if self._size >= _PIECE or is_due:
            self._hand_on()
        return len(piece)

    def finish(self) -> None:
        """Hand on the rest; an answer is whole only after this."""
        self._hand_on(is_end=True)

    def _hand_on(self, *, is_end: bool = False) -> None:
        data = b"".join(self._pieces)
        self._pieces, self._size = [], 0
        self._sent_at = time.monotonic()
        if self._is_xml:
            begun = None if is_end else _BEGUN.search(data)
            if begun:
                # Its third byte decides.
                self._pieces, self._size = [begun.group()], len(begun.group())
                data = data[: begun.start()]
            if found := _NOT_XML.search(data):
                character = found.group().decode()
                raise inexpressible(self._format, f"the character U+{ord(character):04X}")
            data = data.replace(b"\r", b"&#xD;")
        if data:
            self._send(data)
