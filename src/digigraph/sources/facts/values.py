"""Values as people write them in facts files: dates of a stated precision, durations, numbers, money."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox
from iso4217 import Currency

from digigraph.iris import SLUG, slugify
from digigraph.sources.facts import advice
from digigraph.sources.files.records import Items, Malformed, Node, Refused, Scalar
from digigraph.suggestions import did_you_mean, named, unseen
from digigraph.vocab import DG, RDFS, SCHEMA, XSD

if TYPE_CHECKING:
    from digigraph.findings import Location

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

_MONTH = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9])"
DAY = f"[0-9]{{4}}-(?:{_MONTH})"
DATE = f"[0-9]{{4}}(?:-(?:0[1-9]|1[0-2]))?|{DAY}"
MAX_DIGITS = 18
"""Digits of a whole number, and behind a point, that the store can count with."""
_WHOLE = f"[0-9]{{1,{MAX_DIGITS}}}"
_NUMBER = rf"{_WHOLE}(?:\.{_WHOLE})?"
MONEY = rf"{_NUMBER}\s+[A-Z]{{3}}"
LANGUAGE = r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*"
"""Forms of values as regular expressions that ECMAScript, and so JSON Schema, understands too."""

RANKS = {"1": "the funder's", "2": "the project's or organisation's own", "3": "news", "4": "anybody else's"}
"""Ranks of sources, and what they mean."""
_NO_CURRENCIES = {"XTS", "XXX"}
_BEFORE_THE_EURO = "ATS BEF BGN CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK XEU"
CURRENCIES = frozenset({*(each.code for each in Currency), *_BEFORE_THE_EURO.split()} - _NO_CURRENCIES)
"""Codes of currencies (ISO 4217, list one; of list three those that the euro replaced, in which grants were paid)."""
_NO_REASONS = frozenset({"yes", "no", "y", "n", "true", "false", "on", "off", "none"})
_DASHES = re.compile("[\u2010-\u2015\u2212]")
"""Characters that look like the hyphen of a date (``-``)."""
_KRONOR = re.compile(r"\bkr(?:onor|\b)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;&]\s*(?:(?:och|and)\s+)?|\s+(?:och|and)\s+")
"""What people write between the values of a list."""
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/\S*)?$")
SHOWN = 80
"""Characters of a wrong value that a message shows."""


class Form(NamedTuple):
    """How values of a datatype are written: a regular expression, and the same in words with an example."""

    pattern: str
    words: str


FORMS = {
    XSD["integer"]: Form(f"[+-]?{_WHOLE}", "a whole number, such as 18"),
    XSD["nonNegativeInteger"]: Form(_WHOLE, "a whole number, such as 18"),
    XSD["decimal"]: Form(f"[+-]?{_NUMBER}", "a number, such as 18.5"),
    XSD["duration"]: Form(
        r"P(?=.)(?:[0-9]{1,9}Y)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}D)?"
        r"(?:T(?=.)(?:[0-9]{1,9}H)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?S)?)?",
        "a duration, such as P3Y for three years or P18M for 18 months",
    ),
    XSD["boolean"]: Form("true|false", "true or false"),
    XSD["date"]: Form(DAY, "a day, such as 2022-09-13"),
    XSD["anyURI"]: Form(r"https?://\S+", "a web address"),
}
"""Forms of the datatypes that are checked."""


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
    message = f"{shown(scalar)!r} is not a date."
    hint = "Write 2022, 2022-09 or 2022-09-13, as far as the source says it."
    if re.fullmatch("[0-9]{4}(-[0-9]{2}){1,2}", scalar.text):
        message = f"{scalar.text!r} is not in the calendar."
    elif meant := advice.date(_DASHES.sub("-", scalar.text)):
        dash = _DASHES.search(scalar.text)
        hint = f"Write {meant}, with plain hyphens; {named(dash.group())} is none." if dash else f"Write {meant}."
    elif either := advice.dates(_DASHES.sub("-", scalar.text)):
        hint = f"Write {' or '.join(either)}{', whichever is meant' * (len(either) > 1)}."
    raise Malformed("date", message, scalar.location, hint=hint)


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
    form = FORMS.get(datatype)
    if form is not None and not re.fullmatch(form.pattern, scalar.text):
        kind = form.words.partition(", such as ")[0]
        meant = next((each for each in _meant(scalar.text, datatype) if re.fullmatch(form.pattern, each)), None)
        hint = f"Write {meant or form.words}."
        if re.search(rf"[0-9]{{{MAX_DIGITS + 1}}}", scalar.text):
            hint = f"Write at most {MAX_DIGITS} digits."
        raise Malformed("value", f"{shown(scalar)!r} is not {kind}.", scalar.location, hint=hint)
    if datatype == XSD["date"]:
        return date(scalar)
    return canonical(ox.Literal(scalar.text, datatype=datatype))


def _meant(text: str, datatype: ox.NamedNode) -> list[str]:
    """What somebody may have meant by a text that is none of a datatype."""
    meant = advice.duration(text) if datatype == XSD["duration"] else advice.number(text)
    return [] if meant is None else [meant]


def rank(scalar: Scalar) -> ox.Literal:
    """Return the rank of a source.

    Raises
    ------
    Malformed
        It is none of those that there are.
    """
    if scalar.text not in RANKS:
        meaning = ", ".join(f"{number} {whose}" for number, whose in RANKS.items())
        message = f"{shown(scalar)!r} is not the rank of a source."
        raise Malformed("value", message, scalar.location, hint=f"Write whose words it has: {meaning}.")
    return ox.Literal(scalar.text, datatype=XSD["integer"])


def passed(stated: ox.Literal, location: Location) -> None:
    """Make sure that a date, as :func:`date` gives it, has come.

    Raises
    ------
    Malformed
        It has not, anywhere on earth.
    """
    # Where a day begins first it is 14 hours later than in UTC.
    if period(stated).earliest > (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date():
        hint = "Write the day on which it was published, changed or captured."
        raise Malformed("date", f"{stated.value} has not come yet.", location, hint=hint)


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
        It is not a number and the code of a currency.
    """
    if not re.fullmatch(MONEY, scalar.text):
        meant = advice.money(scalar.text, CURRENCIES)
        hint = f"Write {meant}." if meant is not None and re.fullmatch(MONEY, meant) else None
        if meant is None and (swedish := advice.money(_KRONOR.sub("SEK", scalar.text), CURRENCIES)) is not None:
            hint = f"Write {swedish} for Swedish kronor, else NOK or DKK."
        if re.fullmatch(_NUMBER, scalar.text):
            hint = f"Write its currency behind it, such as {scalar.text} SEK or {scalar.text} EUR."
        hint = hint or "Write the number without spaces, then the code of the currency: 6000000 EUR."
        raise Malformed("money", f"{shown(scalar)!r} is not an amount of money.", scalar.location, hint=hint)
    value, currency = scalar.text.split()
    if currency not in CURRENCIES:
        hint = did_you_mean(currency, CURRENCIES) or "Write its code, such as SEK or EUR."
        raise Malformed("money", f"{currency} is no currency of ISO 4217.", scalar.location, hint=hint)
    return Money(Decimal(value), currency)


def shown(scalar: Scalar) -> str:
    """Return text as messages show it: of a long one the beginning."""
    return scalar.text if len(scalar.text) <= SHOWN else f"{scalar.text[: SHOWN - 1]}…"


def text(scalar: Scalar, language: str | None) -> ox.Literal:
    """Return text with the language tag given, in canonical form; without one where it is None."""
    value = " ".join(scalar.text.split())
    return canonical(ox.Literal(value, language=language)) if language else ox.Literal(value)


def reason(stated: Scalar, key: str, hint: str) -> Scalar:
    """Return text that stands under a key and gives a reason.

    Raises
    ------
    Malformed
        It is an answer to a question that nobody asked.
    """
    if stated.text.strip().lower() in _NO_REASONS:
        raise Malformed("value", f"{key} takes a reason, not {stated.text!r}.", stated.location, hint=hint)
    return stated


def slug(node: Node) -> str:
    """Return the slug that a node writes.

    Raises
    ------
    Malformed
        It is no slug; says what the slug of that name would be.
    """
    written = scalar(node)
    if SLUG.fullmatch(written.text):
        return written.text
    proposed = slug_of(written.text)
    hint = f"Write {proposed}." if proposed else "A slug has small letters, digits and single hyphens."
    parts = written.text.split()
    if listed := listed_in(written.text):
        hint = f"Several values stand in brackets: [{', '.join(listed)}]."
    elif len(parts) > 1 and all(map(SLUG.fullmatch, parts)):
        hint = f"Write {proposed}; or, for several things, [{', '.join(parts)}]."
    message = f"{shown(written)!r} is not a slug."
    raise Malformed("slug", message, written.location, hint=unseen(written.text) or hint)


def listed_in(text: str) -> list[str]:
    """Return the slugs of a text between commas, semicolons, ``och`` or ``and``; none where it has something else."""
    parts = _BETWEEN.split(text.strip())
    return parts if len(parts) > 1 and all(map(SLUG.fullmatch, parts)) else []


def slug_of(text: str) -> str:
    """Return the slug of a name, also of one with a prefix, as pages and queries shorten IRIs; it may be empty."""
    return slugify(re.sub(r"^[a-z]+:(?!//)", "", text))


def scalar(node: Node) -> Scalar:
    """Return a node that is text.

    Raises
    ------
    Malformed
        It is something else, or says nothing.
    """
    if isinstance(node, Scalar) and node.text.strip():
        return node
    if isinstance(node, Refused):
        raise node.reason
    what = "nothing" if isinstance(node, Scalar) else "a list" if isinstance(node, Items) else "a mapping"
    hint = "Write it behind the colon, in quotation marks where it is text with ': ' or '#' in it."
    raise Malformed("value", f"A value must stand here, not {what}.", node.location, hint=hint)


def address(written: Scalar) -> ox.NamedNode:
    """Return a web address.

    Raises
    ------
    Malformed
        It is none.
    """
    if "://" in written.text:
        return iri(written)
    raise Malformed(
        "iri",
        f"{shown(written)!r} is not a web address.",
        written.location,
        hint=f"Write https://{written.text}." if _HOST.match(written.text) else "Write the whole address: https://….",
    )


def iri(written: Scalar) -> ox.NamedNode:
    """Return an IRI.

    Raises
    ------
    Malformed
        It is none.
    """
    try:
        return ox.NamedNode(written.text)
    except ValueError as error:
        raise Malformed(
            "iri", f"{shown(written)!r} is not an IRI.", written.location, hint=_encoded(written.text)
        ) from error


def _encoded(text: str) -> str:
    """What to write for the characters that no IRI may have (RFC 3987, section 2.2)."""
    if re.fullmatch(r"<[^\s<>]+>", text):
        return f"Take < and > away: {text[1:-1]}."
    strange = dict.fromkeys(re.findall(r"[\s<>\"{}|\\^`]", text))
    if not strange:
        return "Copy the address anew from the browser."
    written = [f"%{ord(each):02X} for {'a space' if each == ' ' else named(each)}" for each in strange]
    return f"Write {', '.join(written)}."
