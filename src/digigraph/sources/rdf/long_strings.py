"""Where in a broken Turtle or TriG file it is certain that no string of several lines is open.

Such a string ends where three quotation marks are found next. So where one is too much or too few, text and statements
change places up to the end of the file, and nobody can tell from three marks alone whether they open or close. They
open for certain where they are the object of a statement that the engine reads from its first word to its dot: the
text of a string is none up to its end, and what stands behind it goes on no statement. No other string has an end of
line in it: of all of these it is certain at the beginning of a line.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from digigraph.sources.rdf.statements import EMPTY, LONG, is_no_turtle, lexed

if TYPE_CHECKING:
    from collections.abc import Callable

_FAR = 20_000
"""Characters before a string among which its statement begins."""
_QUOTE = re.compile("[\"']")
_MOST_TOKENS = 1000
"""Tokens of a line that are looked at."""
_MOST_LINES = 20
"""Lines before a string that are tried as the beginning of its statement."""
_LINE = re.compile(r"^([ \t]*+)(?=[<\[(:_\w])", re.MULTILINE)


class Line(NamedTuple):
    """The line of a mistake.

    Parameters
    ----------
    here
        Where the mistake is.
    end
        Where the line ends.
    is_unclear
        Whether nobody knows what of it is text: it has quotation marks, and something that is no Turtle.
    may_be_text
        Whether it may be in a string of several lines: it has words, a string without end or one without anything.
    """

    here: int
    end: int
    is_unclear: bool
    may_be_text: bool

    @classmethod
    def of(cls, text: str, here: int) -> Line:
        """Return the line of an offset."""
        start = text.rfind("\n", 0, here) + 1
        end = text.find("\n", here)
        end = len(text) if end < 0 else end
        tokens = islice(lexed(text[start : min(end, start + _FAR)], 0), _MOST_TOKENS)
        strange = [each for each in tokens if is_no_turtle(each) or each.text in EMPTY]
        words = [each for each in strange if each.text[0].isalpha()]
        may_be_text = len(words) > 1 or any(each.kind in {"open", "string"} for each in strange)
        return cls(here, end, bool(strange) and _QUOTE.search(text, start, end) is not None, may_be_text)


class LongStrings:
    """Knows which quotation marks open a string for certain.

    Parameters
    ----------
    text
        The file.
    is_read
        Whether the engine reads what stands between an offset and the first dot behind a string, of which it is told
        where it begins.
    """

    def __init__(self, text: str, is_read: Callable[[int, int], bool]) -> None:
        self._text = text
        self._is_read = is_read
        # By the marks: where they were looked for, and where they are.
        self._found: dict[str, tuple[int, int]] = {}
        # Where the statement begins by which it is certain that marks open a string; None where it is not.
        self._statements: dict[int, int | None] = {}

    def in_doubt(self, start: int, indent: int) -> int | None:
        """Return where the next marks end that may end a string; None if no string is open at an offset for certain.

        ``indent`` is how deep statements are indented at most.
        """
        following = self._following(start)
        doubted = [place for place in following if self._statement(place, start, indent) is None]
        return min(doubted) + len(LONG[0]) if doubted else None

    def statement(self, start: int) -> int | None:
        """Return where the statement begins whose string is the next behind an offset at which none is open."""
        return self._statements.get(min(following)) if (following := self._following(start)) else None

    def _following(self, start: int) -> list[int]:
        return [place for mark in LONG if (place := self._next(mark, start)) >= 0]

    def _next(self, mark: str, start: int) -> int:
        since, place = self._found.get(mark, (start + 1, 0))
        if start < since or 0 <= place < start:
            place = self._text.find(mark, start)
            self._found[mark] = (start, place)
        return place

    def _statement(self, place: int, start: int, indent: int) -> int | None:
        if place not in self._statements:
            lines = _LINE.finditer(self._text, max(start, place - _FAR), place)
            begins = [line.end() for line in lines if len(line[1]) <= indent]
            tried = islice(reversed(begins), _MOST_LINES)
            self._statements[place] = next((line for line in tried if self._is_read(line, place)), None)
        return self._statements[place]
