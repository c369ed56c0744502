"""The language that a browser prefers."""

from __future__ import annotations

import pytest

from digigraph.web.language.preferred import preferred


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("sv", "sv"),
        ("SV-fi, en;q=0.9", "sv"),
        ("en-GB, sv;q=0.8, en;q=0.5", "en"),
        ("de, sv;q=0.4, en;q=0.3", "sv"),
        ("sv, en", "sv"),
        ("de", "en"),
        ("*", "en"),
        ("en;q=0, *", "sv"),
        ("en;q=0, en-GB", "en"),
        ("sv;q=0, sv-SE, en;q=0.1", "en"),
        ("sv;q=0", "en"),
        ("en;q=0, sv;q=0, *", "en"),
        ("sv;q=2, ;q=1, ,", "en"),
    ],
)
def test_language_is_looked_up(header: str, expected: str):
    """By weight, then by order; a region stands for its language, unless that is excluded (RFC 4647, section 3.4)."""
    assert preferred(header, ("en", "sv")) == expected


@pytest.mark.timeout(120)
def test_no_header_takes_long():
    """A header of a hundred thousand languages is read once, not once for each of them."""
    assert preferred(",".join(f"x-{number}" for number in range(100_000)), ("en", "sv")) == "en"
