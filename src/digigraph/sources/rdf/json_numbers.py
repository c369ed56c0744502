"""The numbers of a JSON-LD file as the engine reads them, and numbers that the file does not have."""

from __future__ import annotations

import re
from bisect import bisect_left
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.vocab import XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_LONGEST = 1000
"""Characters of a number that is looked at."""
_MARKS = 3 * 2**40
"""Numbers from this on are marks, where the file has none among them."""
_APART = 4
"""How far a mark is from the next."""
_HALF = Decimal("0.5")


class Numbers:
    """What the engine makes of each number by itself.

    Whether it is an integer is asked and not worked out: where JSON-LD says so of all that is whole below 10²¹ (JSON-LD
    1.1 API, section 8.2.2), the engine has another limit, and it rounds nothing.

    Parameters
    ----------
    written
        The numbers of a file, as they are written; what is none is passed over.
    """

    def __init__(self, written: Iterable[str]) -> None:
        numbers = [each for each in dict.fromkeys(written) if decimal(each) is not None]
        text = f'{{"x:x": {{"@list": [{",".join(numbers)}]}}}}'
        read = [each.object for each in ox.parse(text, format=ox.RdfFormat.JSON_LD)]
        literals = [each for each in read if isinstance(each, ox.Literal)]
        self._integers = {
            raw: literal.datatype == XSD["integer"]
            for raw, literal in zip(numbers, literals, strict=True)
            if decimal(literal.value) == decimal(raw)
        }
        self._free = _free(sorted(filter(None, map(decimal, numbers))), _APART * len(numbers))

    def mark(self, raw: str, number: int) -> Decimal | None:
        """Return a number that the file does not have and the engine takes as it does one of the file.

        Parameters
        ----------
        raw
            The number of the file; of what is none, or is not read as it is written, None is returned.
        number
            Of the mark: each has its own.
        """
        is_integer = self._integers.get(raw)
        if is_integer is None:
            return None
        return self._free + _APART * number + (Decimal(0) if is_integer else _HALF)


def decimal(text: str) -> Decimal | None:
    """Return the value of a number, however large; None for what is none, or is longer than 1,000 characters."""
    if len(text) > _LONGEST or _NUMBER.fullmatch(text) is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        # An exponent that nobody can compute.
        return None


def _free(values: Sequence[Decimal], length: int) -> Decimal:
    """The first number from which on, over some length, none of some values is."""
    first = Decimal(_MARKS)
    for value in values[bisect_left(values, first) :]:
        if value > first + length:
            break
        first = value.to_integral_value() + 1
    return first
