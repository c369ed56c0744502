"""Merge conflicts: the first version of each is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.sources.files.records import mistake

if TYPE_CHECKING:
    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions

_CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}\r?$|\|{7}).*", re.MULTILINE)


def without_conflicts(text: str, positions: Positions, findings: list[Finding]) -> str:
    """Leave out the markers of merge conflicts, with all versions but the first, and note where each begins."""
    opened = other = None
    parts, at = [], 0
    for mark in _CONFLICT.finditer(text):
        if mark.group().startswith("<"):
            opened, other = mark, None
        elif not mark.group().startswith(">"):
            other = other or mark
        elif opened and other:
            place = positions.value(*opened.span())
            hint = "Keep what is right of both, without the lines <<<<<<<, ======= and >>>>>>>. The first is checked."
            findings.append(mistake("yaml", "A merge conflict begins here.", place, hint=hint))
            for start, end in (opened.span(), (other.start(), mark.end())):
                parts += [text[at:start], _blanks(text[start:end])]
                at = end
            opened = other = None
    return "".join([*parts, text[at:]])


def _blanks(text: str) -> str:
    """Blanks instead of a text: no place behind it moves."""
    return re.sub(r"[^\n]", " ", text)
