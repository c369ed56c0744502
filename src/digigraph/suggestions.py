"""What somebody may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIKE = 60
"""Likeness (0 to 100) from which a known name is proposed."""


def is_near(name: str, known: str) -> bool:
    """Tell whether a known name would be proposed for another one."""
    return fuzz.ratio(name.lower(), known.lower()) >= _LIKE


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a question with the nearest known names, or None where none is near."""
    near = nearest(name, known)
    return f"Did you mean {' or '.join(near)}?" if near else None


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that would be proposed for another one, at most three, the nearest first."""
    # Sorted: of names that are equally near, the same ones are proposed in every run.
    near = process.extract(name, sorted(known), scorer=fuzz.ratio, processor=str.lower, limit=3, score_cutoff=_LIKE)
    return [each for each, *_ in near]
