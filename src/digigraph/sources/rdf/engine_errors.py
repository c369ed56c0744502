"""Errors of the engine's parsers: what they say, and where.

For them a carriage return alone ends a line, for locations it does not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import IO

import pyoxigraph as ox

_PLACE = re.compile(r"Parser error (?:at|between) line .*?: ", re.DOTALL)
_LINE_END = re.compile(r"\r\n?|\n")


def first_error(source: str | bytes | IO[bytes], *, rdf_format: ox.RdfFormat, base_iri: str) -> SyntaxError | None:
    """Return why a text is not of a format; None where it is.

    Raises
    ------
    MemoryError
        A word of it has more than 16 MB.
    """
    try:
        for _ in ox.parse(source, format=rdf_format, base_iri=base_iri):
            pass
    except SyntaxError as error:
        return error
    return None


def said(error: SyntaxError) -> str:
    """Return what an error says is wrong, without its place."""
    return _PLACE.sub("", str(error.msg))


class EngineLines:
    """Turns lines and columns of the engine into offsets.

    Parameters
    ----------
    text
        What the engine is given, or has been given a part of.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self._text))]

    def offset(self, line: int | None, column: int | None, *, since: int = 0) -> int:
        """Return the offset of a place; ``since`` is where the part begins that the engine was given."""
        return min(self._begin(line or 1, since) + (column or 1) - 1, len(self._text))

    def offset_of_bytes(self, line: int | None, column: int | None) -> int:
        """Return the same for the parser of JSON, whose columns count bytes."""
        begin = self._begin(line or 1, 0)
        before = self._text[begin : self.behind(begin)].encode()[: (column or 1) - 1]
        return begin + len(before.decode("utf-8", "ignore"))

    def start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def behind(self, offset: int) -> int:
        """Return where the line behind that of an offset begins, or the text ends."""
        index = bisect_right(self._starts, offset)
        return self._starts[index] if index < len(self._starts) else len(self._text)

    def _begin(self, line: int, since: int) -> int:
        if line <= 1:
            return since
        first = bisect_right(self._starts, since) - 1
        return self._starts[min(first + line, len(self._starts)) - 1]
