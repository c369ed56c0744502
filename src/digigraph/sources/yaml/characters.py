"""Characters that a YAML file cannot have, or that look like others: told, and replaced by what can be read."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from digigraph.sources.files.records import Malformed
from digigraph.suggestions import named

if TYPE_CHECKING:
    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions

UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.1 allows nowhere (section 5.1)."""
_NO_SPACES = re.compile(r"^ *([^\S\n\r\t ][^\S\n\r\t]*)(?=(?:-|[\w-]+:)\s)", re.MULTILINE)
"""What indents a line with an entry and is not made of spaces alone."""


def printable(text: str, positions: Positions, findings: list[Finding]) -> str:
    """Return a text of which no place is moved and all can be printed; empty where nothing in it could be.

    Of the characters that cannot be printed each is noted once, where it stands first.
    """
    for character, times in Counter(UNPRINTABLE.findall(text)).items():
        start = text.index(character)
        often = "once" if times == 2 else f"{times - 1} times"  # noqa: PLR2004 - here, and once more
        others = f", and {often} more in this file" if times > 1 else ""
        message = f"A character that cannot be printed stands here{others}: U+{ord(character):04X}."
        place = positions.value(start, start + 1)
        findings.append(Malformed("yaml", message, place, hint="Remove it.").finding)
    if text.strip() and not UNPRINTABLE.sub("", text).strip():
        return ""
    text = UNPRINTABLE.sub("\ufffd", text)
    for found in _NO_SPACES.finditer(text):
        message = f"What looks like a space and is none indents this line: {named(found.group(1)[0])}."
        findings.append(Malformed("yaml", message, positions.value(*found.span(1)), hint="Indent with spaces.").finding)
    return _NO_SPACES.sub(lambda found: " " * len(found.group()), text)
