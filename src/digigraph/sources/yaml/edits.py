"""What is changed in a text before it is parsed, and where in the file the parser's places are."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from digigraph.sources.files.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Sequence


class Edit(NamedTuple):
    """What stands in place of some characters of a text."""

    start: int
    removed: int
    inserted: str


def edited(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with what was changed, in the order of the text."""
    parts, at = [], 0
    for each in edits:
        parts += [text[at : each.start], each.inserted]
        at = each.start + each.removed
    return "".join([*parts, text[at:]])


class MendedPositions(Positions):
    """Turns offsets in a text that was changed into locations in the text as it was.

    Parameters
    ----------
    positions
        Of the text as it was.
    edits
        What was changed, in the order of the text.
    """

    def __init__(self, positions: Positions, edits: Sequence[Edit]) -> None:
        super().__init__("", positions.file.path)
        self._before = positions
        self._edits = edits
        self._moved = []
        shift = 0
        for each in edits:
            self._moved.append(each.start + shift)
            shift += len(each.inserted) - each.removed

    def _at(self, offset: int) -> tuple[int, int]:
        number = bisect_right(self._moved, offset) - 1
        if number < 0:
            return self._before._at(offset)  # noqa: SLF001 - the same class
        edit = self._edits[number]
        behind = offset - self._moved[number] - len(edit.inserted)
        return self._before._at(edit.start + (edit.removed + behind if behind >= 0 else 0))  # noqa: SLF001
