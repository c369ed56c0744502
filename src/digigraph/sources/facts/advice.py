"""What to write instead of a value that has another form: worked out of what somebody wrote, where that is clear."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_MONTH = (
    "(?P<month>jan(?:uary|uari)?|feb(?:ruary|ruari)?|mar(?:ch|s)?|apr(?:il)?|ma[yj]|jun[ei]?|jul[yi]?|aug(?:ust|usti)?"
    "|sep(?:t|tember)?|o[ck]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
"""A month by its name in English or Swedish, or the beginning of that."""
_OF_YEAR = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "maj": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9}
_OF_YEAR |= {"oct": 10, "okt": 10, "nov": 11, "dec": 12}
_DAY, _LATE_DAY, _YEAR = "(?P<d>[0-9]{1,2})", "(?P<d>1[3-9]|2[0-9]|3[01])", "(?P<y>[0-9]{4})"
_DATES = [
    re.compile(form)
    for form in (
        rf"{_YEAR}[-/. ](?P<m>[0-9]{{1,2}})(?:[-/. ]{_DAY}(?:[t ].*)?)?",
        r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        # With points the day stands first; with strokes it may be either, so that only a number above 12 tells.
        rf"{_DAY}\. ?(?P<m>[0-9]{{1,2}})\. ?{_YEAR}",
        rf"{_LATE_DAY}[-/](?P<m>[0-9]{{1,2}})[-/]{_YEAR}",
        rf"(?P<m>[0-9]{{1,2}})[-/]{_LATE_DAY}[-/]{_YEAR}",
        rf"(?P<m>[0-9]{{1,2}})[-/]{_YEAR}",
        rf"(?:(?:in |i |den |the )?{_DAY}(?:st|nd|rd|th|:e)?[ .]+(?:of )?)?{_MONTH}\.?,? {_YEAR}",
        rf"{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR}",
        rf"{_YEAR},? {_MONTH}\.?(?: {_DAY})?",
        rf"(?:in|i) {_MONTH} {_YEAR}",
    )
]
_EITHER = re.compile(r"([0-9]{1,2})[-/]([0-9]{1,2})[-/]([0-9]{4})")
_NUMBERS = (
    "zero noll", "one en ett", "two två", "three tre", "four fyra", "five fem", "six sex", "seven sju", "eight åtta",
    "nine nio", "ten tio", "eleven elva", "twelve tolv", "thirteen tretton", "fourteen fjorton", "fifteen femton",
    "sixteen sexton", "seventeen sjutton", "eighteen arton", "nineteen nitton", "twenty tjugo",
)  # fmt: skip
_IN_WORDS = {word: number for number, words in enumerate(_NUMBERS) for word in words.split()}
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u2009\u202f'\u2019][0-9]{3})+|[0-9]{1,3}(?:[.,][0-9]{3}){2,}|[0-9]+")
_DECIMAL = re.compile(rf"(?:{_GROUPED.pattern})(?:[.,][0-9]{{1,2}}(?![0-9]))?")
_MILLIONS = re.compile(r"\b(?:(?:million(?:er|s)?|milj(?:on(?:er)?)?|mn|m)\b|m(?=eur|sek))", re.IGNORECASE)
_SCALES = re.compile(r"million|milj|\bmn\b|billion|thousand|tusen|hundr|dozen|dussin|(?<=[0-9 ])[kmt]\b", re.IGNORECASE)
"""What a number is multiplied by."""
_CODE = re.compile("(?<![A-Za-z])[Mm]?([A-Za-z]{3})(?![A-Za-z])")
_EURO = re.compile(r"€|\beuros?\b", re.IGNORECASE)
_UNITS = {"year": "Y", "years": "Y", "år": "Y", "month": "M", "months": "M", "månad": "M", "månader": "M", "mån": "M"}
_UNITS |= {"yr": "Y", "yrs": "Y", "day": "D", "days": "D", "dag": "D", "dagar": "D"}


def number(text: str) -> str | None:
    """Return the one number in a text, in digits; None where there are several, or it is not clear how much it is."""
    found = _DECIMAL.findall(text)
    if _SCALES.search(text):
        return None
    words = [_IN_WORDS[each] for each in re.findall(r"[^\W\d_]+", text.casefold()) if each in _IN_WORDS]
    if len(found) + len(words) != 1 or "-" in text:
        return None
    if words:
        return str(words[0])
    # In one form a point stands before decimals, in another between thousands.
    if re.search(r"[0-9][.,][0-9]{3}(?![0-9])", text) and not re.search(r"[.,][0-9]{3}[.,][0-9]{3}", text):
        return None
    return _plain(found[0])


def _plain(written: str) -> str:
    """A number of which the last point or comma, before one or two digits, is that of decimals."""
    whole, point, decimals = re.fullmatch(r"(.*?)(?:([.,])([0-9]{1,2}))?", written).groups()  # type: ignore[union-attr] # anything is
    digits = re.sub(r"[^0-9]", "", whole)
    return f"{digits}.{decimals}" if point else digits


def money(text: str, currencies: Collection[str]) -> str | None:
    """Return the amount and the code of its currency, where both are clear."""
    codes = {each.upper() for each in _CODE.findall(text)} & set(currencies)
    codes |= {"EUR"} if _EURO.search(text) else set()
    amount = number(_MILLIONS.sub("", text))
    if amount is None or len(codes) != 1:
        return None
    if _MILLIONS.search(text):
        amount = f"{Decimal(amount) * 1_000_000:f}"
        amount = amount.rstrip("0").rstrip(".") if "." in amount else amount
    return f"{amount} {codes.pop()}"


def duration(text: str) -> str | None:
    """Return a length of time in years, months or days as xsd:duration, where it has one of them."""
    units = [_UNITS[each] for each in re.findall(r"[^\W\d_]+", text.casefold()) if each in _UNITS]
    amount = number(re.sub(r"-", " ", text))
    return f"P{amount}{units[0]}" if len(units) == 1 and amount is not None and amount.isdigit() else None


def dates(text: str) -> list[str]:
    """Return what a date of three numbers may be where the first two can both be the month: day or month first."""
    found = _EITHER.fullmatch(" ".join(text.split()))
    if found is None:
        return []
    one, other, year = map(int, found.groups())
    likely = (_valid(year, other, one), _valid(year, one, other))
    return list(dict.fromkeys(each for each in likely if each is not None))


def date(text: str) -> str | None:
    """Return a date as year, month and day, as far as somebody has said them and it is clear which is which."""
    written = " ".join(text.casefold().split())
    for form in _DATES:
        if found := form.fullmatch(written):
            parts = found.groupdict()
            month = _OF_YEAR[parts["month"][:3]] if parts.get("month") else int(parts["m"])
            days = [int(parts["d"])] if parts.get("d") else []
            return _valid(int(parts["y"]), month, *days)
    return None


def _valid(year: int, month: int, *days: int) -> str | None:
    """A date, if the calendar has it."""
    try:
        dt.date(year, month, *(days or [1]))
    except ValueError:
        return None
    return "-".join([f"{year:04}", *(f"{each:02}" for each in (month, *days))])
