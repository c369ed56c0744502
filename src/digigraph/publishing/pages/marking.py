"""A text with the spans that are quoted from it."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digigraph.publishing.carried.texts import Run
    from digigraph.publishing.pages.sentences import Sentence

_BLANK_LINES = re.compile(r"[^\S\n]*\n\s*\n\s*")
_MOST_NEWLINES = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text over which the same sentences are quoted; ``begins`` are those that begin with it."""

    text: str
    quoted: tuple[Sentence, ...]
    begins: tuple[Sentence, ...]


def marked(runs: Iterable[Run], quoted: Sequence[Sentence]) -> Iterator[Piece]:
    """Yield a text in pieces, cut wherever a quoted span begins or ends; spans may overlap.

    A span that begins in markup begins with the next piece that a reader sees. Of blank lines that follow each other,
    which markup leaves behind, one is kept.
    """
    cuts = sorted({place for each in quoted for place in (each.start, each.end)})
    waiting = deque(sorted(quoted, key=lambda each: (each.start, -each.end)))
    over: list[Sentence] = []
    newlines = _MOST_NEWLINES
    for start, text in runs:
        inside = [cut - start for cut in cuts[bisect_right(cuts, start) : bisect_left(cuts, start + len(text))]]
        for begin, end in itertools.pairwise([0, *inside, len(text)]):
            place = start + begin
            begins = []
            while waiting and waiting[0].start <= place:
                begins.append(waiting.popleft())
            over = [each for each in (*over, *begins) if place < each.end]
            shown, newlines = _tidied(text[begin:end], newlines)
            yield Piece(shown, tuple(over), tuple(begins))


def _tidied(text: str, before: int) -> tuple[str, int]:
    """Return a text without blank lines that follow each other, and how many newlines it ends with.

    Parameters
    ----------
    text
        To be shown.
    before
        How many newlines stand in front of it.
    """
    body = text.lstrip()
    front = text[: len(text) - len(body)]
    newlines = min(_MOST_NEWLINES, before + front.count("\n"))
    if before or "\n" in front:
        front = "\n" * (newlines - before)
    if not body:
        return front, newlines
    body = _BLANK_LINES.sub("\n\n", body)
    return front + body, body[len(body.rstrip()) :].count("\n")
