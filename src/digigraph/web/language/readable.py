"""Literals as people read them; what is written in the data stays beside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.vocab import XSD
from digigraph.web.language.words import say

if TYPE_CHECKING:
    import pyoxigraph as ox

# Days and longer; what has hours stays as it is written (XML Schema 1.1, section 3.3.6).
_DURATION = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")
_NUMBERS = {XSD[name] for name in ("integer", "decimal", "nonNegativeInteger", "positiveInteger", "int", "long")}
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{5,}")
_THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


def readable(literal: ox.Literal, language: str) -> str:
    """Return a literal as a page shows it: ``P3Y`` as 3 years, the digits of large numbers in groups of three."""
    if literal.datatype == XSD["duration"] and (parts := _DURATION.fullmatch(literal.value)):
        units = zip(("years", "months", "days"), parts.groups(), strict=True)
        return ", ".join(say(unit, language, count=int(count)) for unit, count in units if count)
    return grouped(literal.value) if literal.datatype in _NUMBERS else literal.value


def grouped(text: str) -> str:
    """Return a text in which the digits of numbers of five and more are in groups of three (ISO 80000-1, 7.3.1)."""
    return _LONG_NUMBER.sub(lambda found: f"{int(found.group()):,}".replace(",", _THIN_SPACE), text)
