"""Offsets in a text as lines and columns."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property, lru_cache

from digigraph.findings import Location

NUMBERS = 6
"""Of each quad: where its subject, property and object begin and end, as offsets; zeros where that is not known."""


class Positions:
    """Turns offsets into locations of one file.

    Parameters
    ----------
    text
        The file, without byte order mark; lines end with LF.
    path
        Its name in locations.
    """

    def __init__(self, text: str, path: str) -> None:
        self._text = text
        self._path = path
        self.file = Location(path)
        # Triples that follow each other share a subject, or a property: one location serves them all.
        self.node = lru_cache(maxsize=256)(self._node)
        self.property = lru_cache(maxsize=1)(self.value)

    @cached_property
    def _starts(self) -> list[int]:
        """The offsets at which lines begin."""
        starts = [0]
        position = self._text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self._text.find("\n", position + 1)
        return starts

    @cached_property
    def _lines(self) -> list[int]:
        """The numbers of the lines: locations by the hundred thousand share them."""
        return list(range(1, len(self._starts) + 1))

    def value(self, start: int, end: int) -> Location:
        """Return the location of what stands from one offset to another."""
        return Location(self._path, *self._at(start), *self._at(end))

    def point(self, offset: int) -> Location:
        """Return the location of what begins at an offset and whose end is not known."""
        return Location(self._path, *self._at(offset))

    def _node(self, start: int, end: int) -> Location:
        """Return the same, as the place of a node."""
        return Location(self._path, *self._at(start), *self._at(end), of_node=True)

    def _at(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self._starts, offset) - 1
        return self._lines[index], offset - self._starts[index] + 1
