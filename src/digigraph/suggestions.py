"""What somebody may have meant."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LIKE = 60
"""Likeness (0 to 100) from which a known name is proposed."""
_LESS = 15
"""How much less likely than the likeliest one may be, to be proposed beside it."""
_PROPOSED = 3
"""Names that are proposed at most."""
_SHOWN = 20
"""Characters of a text that advice shows."""


def is_near(name: str, known: str) -> bool:
    """Tell whether a known name would be proposed for another one."""
    return fuzz.ratio(name.lower(), known.lower()) >= LIKE


def likeness(name: str, known: str, ratio: float) -> float:
    """Return how likely a known name is meant (0 to 100), of that ratio: most, where one letter was mistyped.

    A letter is missing, too many, another, or changed places with its neighbour (optimal string alignment).
    """
    return 100 if OSA.distance(name.lower(), known.lower(), score_cutoff=1) <= 1 else ratio


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a question with the nearest known names, and what is in the name that nobody sees; None for neither."""
    near = nearest(name, known)
    question = f"Did you mean {' or '.join(near)}?" if near else None
    return " ".join(filter(None, (unseen(name), question))) or None


def unseen(text: str) -> str | None:
    """Return advice to remove a text's first character that nobody sees, or that looks like a space and is none."""
    for at, each in enumerate(text):
        # Control and format characters, separators (Unicode, section 4.5).
        if each != " " and unicodedata.category(each) in {"Cc", "Cf", "Zs", "Zl", "Zp"}:
            where = f"behind {text[:at][-_SHOWN:]!r}" if at else "at the beginning"
            return f"Remove the character {named(each)} {where}."
    return None


def named(character: str) -> str:
    """Return a character's code point with its name in Unicode, such as ``U+00A0 (no-break space)``."""
    name = unicodedata.name(character, "").lower()
    return f"U+{ord(character):04X} ({name})" if name else f"U+{ord(character):04X}"


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that would be proposed for another one, at most three, the nearest first."""
    near = process.extract(name, list(known), scorer=fuzz.ratio, processor=str.lower, limit=None, score_cutoff=LIKE)
    return nearest_of({each: likeness(name, each, score) for each, score, _ in near})


def nearest_of(likely: Mapping[str, float]) -> list[str]:
    """Return the likeliest of some names, at most three, by their likeness; none that is much less likely."""
    best = max(likely.values(), default=0)
    near = [each for each, score in likely.items() if score >= best - _LESS]
    # Of names that are equally near, the same ones are proposed in every run.
    return sorted(near, key=lambda each: (-likely[each], each))[:_PROPOSED]
