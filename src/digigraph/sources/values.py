"""Values as people write them in facts files: dates of a stated precision, durations, numbers, money."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import pyoxigraph as ox

from digigraph.sources.records import Malformed, Scalar
from digigraph.vocab import DG, RDFS, SCHEMA, XSD

DATE_TERMS = frozenset(
    {
        SCHEMA["startDate"],
        SCHEMA["endDate"],
        SCHEMA["foundingDate"],
        SCHEMA["datePublished"],
        SCHEMA["dateModified"],
        DG["asOf"],
        DG["captured"],
    }
)
"""Properties whose value is a date with the precision that the source states."""

_MONEY = re.compile(r"(?P<value>\d+(?:\.\d+)?)\s+(?P<currency>[A-Z]{3})")
_DURATION = re.compile(r"P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_INTEGER = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+(?:\.\d+)?")


@cache
def canonical(literal: ox.Literal) -> ox.Literal:
    """Return the literal in the form in which the store gives it back (``01`` becomes ``1``, ``P48M`` ``P4Y``)."""
    store = ox.Store()
    store.add(ox.Quad(DG["x"], RDFS["label"], literal))
    (quad,) = store
    assert isinstance(quad.object, ox.Literal)  # noqa: S101 - a literal went in
    return quad.object


@dataclass(frozen=True, slots=True)
class Period:
    """First and last possible day of a date of any precision."""

    earliest: dt.date
    latest: dt.date


def date(scalar: Scalar) -> ox.Literal:
    """Return ``2022``, ``2022-09`` or ``2022-09-13`` as xsd:gYear, xsd:gYearMonth or xsd:date.

    Raises
    ------
    Malformed
        It is no such date, or not a day of the calendar.
    """
    for form, datatype in (("%Y-%m-%d", "date"), ("%Y-%m", "gYearMonth"), ("%Y", "gYear")):
        try:
            parsed = dt.datetime.strptime(scalar.text, form)  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        if parsed.strftime(form).zfill(len(scalar.text)) == scalar.text:
            return ox.Literal(scalar.text, datatype=XSD[datatype])
    raise Malformed(
        "date", f"{scalar.text!r} is not a date.", scalar.location, hint="Write 2022, 2022-09 or 2022-09-13."
    )


def period(value: ox.Literal) -> Period:
    """Return the first and last possible day of a literal that :func:`date` gave."""
    parts = [int(part) for part in value.value.split("-")]
    year, month, day = (*parts, None, None)[:3]
    assert year is not None  # noqa: S101 - every form has a year
    first = dt.date(year, month or 1, day or 1)
    last_month = month or 12
    return Period(first, dt.date(year, last_month, day or calendar.monthrange(year, last_month)[1]))


def typed(scalar: Scalar, datatype: ox.NamedNode) -> ox.Literal:
    """Return text as a literal of a datatype, in canonical form.

    Raises
    ------
    Malformed
        The text is not in the datatype's lexical space.
    """
    forms = {
        XSD["integer"]: (_INTEGER, "a whole number, such as 18"),
        XSD["nonNegativeInteger"]: (re.compile(r"\d+"), "a whole number, such as 18"),
        XSD["decimal"]: (_DECIMAL, "a number, such as 18.5"),
        XSD["duration"]: (_DURATION, "a duration, such as P3Y for three years or P18M for 18 months"),
        XSD["boolean"]: (re.compile("true|false"), "true or false"),
        XSD["date"]: (re.compile(r"\d{4}-\d\d-\d\d"), "a day, such as 2022-09-13"),
        XSD["anyURI"]: (re.compile(r"https?://\S+"), "a web address"),
    }
    form, wanted = forms.get(datatype, (None, ""))
    if form is not None and not form.fullmatch(scalar.text):
        raise Malformed("value", f"{scalar.text!r} is not {wanted}.", scalar.location)
    if datatype == XSD["date"]:
        return date(scalar)
    return canonical(ox.Literal(scalar.text, datatype=datatype))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    value: Decimal
    currency: str


def money(scalar: Scalar) -> Money:
    """Return ``6000000 EUR`` as an amount.

    Raises
    ------
    Malformed
        It is not a number and three capital letters.
    """
    match = _MONEY.fullmatch(scalar.text)
    if match is None:
        raise Malformed(
            "money",
            f"{scalar.text!r} is not an amount of money.",
            scalar.location,
            hint="Write the number without spaces, then the currency: 6000000 EUR.",
        )
    return Money(Decimal(match["value"]), match["currency"])


def text(scalar: Scalar, language: str | None) -> ox.Literal:
    """Return text with the language tag given, in canonical form; without one where it is None."""
    value = " ".join(scalar.text.split())
    return canonical(ox.Literal(value, language=language)) if language else ox.Literal(value)


def language(scalar: Scalar) -> str:
    """Return a language tag in lower case.

    Raises
    ------
    Malformed
        It does not look like one (BCP 47).
    """
    if not _LANGUAGE.fullmatch(scalar.text):
        raise Malformed("language", f"{scalar.text!r} is not a language tag.", scalar.location, hint="Write sv or en.")
    return scalar.text.lower()
