"""Characters that a YAML file cannot have, or that look like others: told, and replaced by what can be read."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.sources.files.records import MAX_PLACES, mistake
from digigraph.suggestions import named

if TYPE_CHECKING:
    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions

UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 allows nowhere (section 5.1)."""
_NO_SPACES = re.compile(
    r"""^\ *(-\ *)? ([^\S\n\r\t\ ][^\S\n\r\t]*) (?=(?:-|[\w-]+:)\s|(?(1)["'\[{]|(?!)))""",
    re.MULTILINE | re.VERBOSE,
)
"""What indents a line with an entry, or stands behind its dash, and is not made of spaces alone."""


_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_SHORT = {"0": "\0", "a": "\x07", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
"""Escapes of one letter for what cannot be printed (YAML 1.1, section 5.6)."""


def printable(text: str, positions: Positions, findings: list[Finding]) -> str:
    """Return a text of which no place is moved and all can be printed; empty where nothing in it could be.

    Of the characters that cannot be printed each is noted once, with its places.
    """
    found = [(each.group(), each.start(), each.end()) for each in UNPRINTABLE.finditer(text)]
    findings += _told(found, positions, "yaml", "A character that cannot be printed stands here")
    if text.strip() and not UNPRINTABLE.sub("", text).strip():
        return ""
    text = UNPRINTABLE.sub("\ufffd", text)
    for space in _NO_SPACES.finditer(text):
        where = "stands behind this dash" if space.group(1) else "indents this line"
        message = f"What looks like a space and is none {where}: {named(space.group(2)[0])}."
        hint = "Write - and a space." if space.group(1) else "Indent with spaces."
        findings.append(mistake("yaml", message, positions.value(*space.span(2)), hint=hint))
    return _NO_SPACES.sub(lambda found: found.group().removesuffix(found[2]) + " " * len(found[2]), text)


def escaped(text: str, start: int, end: int, positions: Positions) -> list[Finding]:
    """Return what is told of the escapes, in a text in double quotation marks, of what cannot be printed."""
    found = []
    for each in _ESCAPE.finditer(text, start, end):
        *codes, letter = each.groups()
        code = next(filter(None, codes), None)
        if code is None or int(code, 16) <= sys.maxunicode:
            character = chr(int(code, 16)) if code else _SHORT.get(letter, "")
            if UNPRINTABLE.match(character):
                found.append((character, *each.span()))
    return _told(found, positions, "value", "The text has a character that cannot be printed")


def _told(found: list[tuple[str, int, int]], positions: Positions, rule: str, message: str) -> list[Finding]:
    """What is told of characters, each with where it begins and ends: one finding for each of them."""
    places: dict[str, list[tuple[int, int]]] = {}
    for character, start, end in found:
        places.setdefault(character, []).append((start, end))
    findings = []
    for character, spans in places.items():
        more = f", and {len(spans) - MAX_PLACES} times more in this file" if len(spans) > MAX_PLACES else ""
        first, *others = [positions.value(*each) for each in spans[:MAX_PLACES]]
        told = mistake(rule, f"{message}{more}: {named(character)}.", first, hint="Remove it.")
        findings.append(replace(told, also=tuple(others)))
    return findings
