"""Literals on pages: as people read them, in both languages, and never another value."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from digigraph.vocab import XSD
from digigraph.web.language.readable import grouped, readable


@pytest.mark.parametrize(
    ("value", "datatype", "english", "swedish"),
    [
        ("P3Y", "duration", "3 years", "3 år"),
        ("P1Y6M", "duration", "1 year, 6 months", "1 år, 6 månader"),
        ("P1D", "duration", "1 day", "1 dag"),
        ("PT36H", "duration", "PT36H", "PT36H"),
        ("P", "duration", "P", "P"),
        ("1991250", "integer", "1\u202f991\u202f250", "1\u202f991\u202f250"),
        ("2023", "integer", "2023", "2023"),
        ("-120000.123456", "decimal", "-120\u202f000.123456", "-120\u202f000.123456"),
        ("20170341600", "string", "20170341600", "20170341600"),
    ],
)
def test_a_literal_is_shown_in_words(value: str, datatype: str, english: str, swedish: str):
    """Durations in words, numbers in groups; text stays as it is, digits of a string too."""
    literal = ox.Literal(value, datatype=XSD[datatype])
    assert (readable(literal, "en"), readable(literal, "sv")) == (english, swedish)


def test_an_amount_keeps_its_currency():
    """Only the digits are grouped."""
    assert grouped("6000000 EUR") == "6\u202f000\u202f000 EUR"
