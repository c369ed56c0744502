"""Merge conflicts: the file is read with what stands on one side of each, and with what stands on the other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.sources.files.records import mistake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions

_MARK = re.compile(r"^(?:<{7} |>{7} |={7}\r?$|\|{7}).*", re.MULTILINE)


def versions(text: str, positions: Positions, findings: list[Finding]) -> list[str]:
    """Return a text with the first version of each merge conflict, and with the second; note where each begins.

    What is left out is blank: no place moves. A text without conflicts is its only version.
    """
    first: list[tuple[int, int]] = []
    second: list[tuple[int, int]] = []
    marks: dict[str, re.Match[str]] = {}
    for mark in _MARK.finditer(text):
        sign = mark.group()[0]
        marks = {sign: mark} if sign == "<" else {sign: mark, **marks}
        if sign == ">" and marks.keys() >= {"<", "="}:
            opened, middle = marks["<"], marks["="]
            hint = "Keep what is right of both, without the lines <<<<<<<, ======= and >>>>>>>."
            findings.append(
                mistake("yaml", "A merge conflict begins here.", positions.value(*opened.span()), hint=hint)
            )
            # What both versions come from stands behind the first, where git is told to write it (diff3).
            ends = min(marks.get("|", middle).start(), middle.start())
            first += [opened.span(), (ends, mark.end())]
            second += [(opened.start(), middle.end()), mark.span()]
        marks = {} if sign == ">" else marks
    return [_without(text, first), _without(text, second)] if first else [text]


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """A text with blanks in place of some of its parts: no place behind them moves."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], re.sub(r"[^\n]", " ", text[start:end])]
        at = end
    return "".join([*parts, text[at:]])
