"""Bullets of other formats, where the hyphens of a list must stand, and hyphens where no list is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.sources.files.records import mistake
from digigraph.sources.yaml.edits import Edit

if TYPE_CHECKING:
    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions
    from digigraph.sources.yaml.layouts import Layout

_BULLET = re.compile(
    r"^[ \t]*([*\u2022\u2023\u25aa\u00b7\u2013\u2014])(?=[ \t]+(?:\{[ \t]*)?([\w-]+)[ \t]*:)", re.MULTILINE
)
"""Stars, bullets and dashes before the first key of a line."""
_NAME = re.compile(r"^(-[ \t]+)[\w-]+[ \t]*:[ \t]*(?:\{.*|#.*)?\r?$", re.MULTILINE)
"""A hyphen at the margin before a key that has no value on its line, or one in brackets."""


def without_bullets(text: str, positions: Positions, layout: Layout, findings: list[Finding]) -> list[Edit]:
    """Put hyphens in place of bullets, and note them, where the key behind one is that of an entry of a list; leave out
    those before the names of entries.
    """
    if layout.entry is not None:
        return _without_hyphens(text, positions, findings)
    keys = frozenset().union(*(each.keys for each in layout.and_below() if each.is_list))
    bullets = [found.span(1) for found in _BULLET.finditer(text) if found.group(2) in keys]
    if bullets:
        first, *others = [positions.value(*each) for each in bullets]
        message = f"{text[slice(*bullets[0])]!r} begins no entry of a list."
        told = mistake("yaml", message, first, hint="Write a hyphen and a space: - key: value.")
        findings.append(replace(told, also=tuple(others)))
    return [Edit(start, end - start, "-") for start, end in bullets]


def _without_hyphens(text: str, positions: Positions, findings: list[Finding]) -> list[Edit]:
    hyphens = [found.span(1) for found in _NAME.finditer(text)]
    if hyphens:
        first, *others = [positions.value(start, start + 1) for start, _ in hyphens]
        told = mistake("yaml", "A hyphen stands before this name.", first, hint="Take it away: this is no list.")
        findings.append(replace(told, also=tuple(others)))
    return [Edit(start, end - start, "") for start, end in hyphens]
