"""Where a JSON-LD file breaks a rule of JSON-LD: the engine tells the rule and no place.

So it is asked again, with less and less of the file: up to which value is all well, and with the next one the rule is
broken? That value stands there, with its key. It is certain only where all before it is well by itself, and where what
stands behind it cannot change what it means: contexts stand first, and types have none of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.sources.rdf.engine_errors import first_error
from digigraph.sources.rdf.json_outline import CONTEXT, TOKEN, Place, outline, string, words

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_TOLD = 50
_MOST_READ = 100_000_000
"""Characters that the engine is given to find the places in a file."""
_MOST_AROUND = 5
_CLOSING = {"{": "}", "[": "]"}


class Broken(NamedTuple):
    """The rule that is broken, in the engine's words, and where; None where that is not certain."""

    message: str
    place: Place | None


class _Value(NamedTuple):
    """A value of a file: where it begins with its key, and the part of it with which a text can end.

    ``around`` is the number of the container it stands in, -1 at the top; ``closing`` what closes it.
    """

    start: int
    end: int
    above: tuple[str, ...]
    around: int
    closing: str


def broken_rules(text: str, base_iri: str, message: str) -> Iterator[Broken]:
    """Yield the rules that a file breaks; the last without its place where that is not certain.

    Parameters
    ----------
    text
        JSON.
    base_iri
        For relative IRIs.
    message
        What the engine said of the whole.
    """
    room, found = _MOST_READ, message
    for _ in range(_MOST_TOLD):
        search = _Search(text, base_iri, found, room)
        place = search.place()
        yield Broken(found, place)
        if place is None or search.is_of_context:
            # Without a part of a context other words would mean something else.
            return
        text, room = _without(text, place), search.room - len(text)
        error = _error(text, base_iri)
        if error is None or error.lineno is not None:
            return
        found = str(error.msg)


class _Search:
    """The search for the value with which a rule is broken."""

    def __init__(self, text: str, base_iri: str, message: str, room: int) -> None:
        self._text = text
        self._base = base_iri
        self._message = message
        self.room = room
        self.is_of_context = False
        self._values: list[_Value] = []
        self._ends: dict[int, int] = {}

    def place(self) -> Place | None:
        """Where it stands; None where that is not certain."""
        if not self._read_values() or not self._values:
            return None
        well, broken = -1, len(self._values) - 1
        while broken - well > 1:
            middle = (well + broken) // 2
            if self._says_up_to(middle) == self._message:
                broken = middle
            else:
                well = middle
            if self.room < 0:
                return None
        number = self._begun(broken)
        if number is None or self._says_up_to(broken) != self._message:
            return None
        found = self._values[number]
        key = words(outline(self._text)).keyword(found.above[-1]) if found.above else ""
        if key == "@type" and key not in self._message:
            return None
        self.is_of_context = CONTEXT in found.above
        return Place(found.start, self._ends.get(number, found.end))

    def _begun(self, number: int) -> int | None:
        """The value with which a rule is broken: one around a value, where what is begun of it is wrong, too."""
        for _ in range(_MOST_AROUND):
            if number == 0 or self._says_up_to(number - 1) is None:
                return number
            number = self._values[number].around
            if number < 0:
                return None
        return None

    def _says_up_to(self, number: int) -> str | None:
        """What the engine says of the file up to a value."""
        value = self._values[number]
        closing, around = value.closing, value.around
        while around >= 0:
            closing += self._values[around].closing
            around = self._values[around].around
        self.room -= value.end
        error = _error(self._text[: value.end] + closing, self._base)
        return str(error.msg) if error is not None else None

    def _read_values(self) -> bool:
        """Find the values; return whether each context stands first in its object."""
        # What is open: its number, whether it is an object, and the keys above its values.
        levels: list[tuple[int, bool, tuple[str, ...]]] = [(-1, False, ())]
        key, start, has_keys = None, None, set()
        for match in TOKEN.finditer(self._text):
            raw = match.group()
            around, is_object, above = levels[-1]
            if is_object and key is None and raw.startswith('"'):
                key, start = string(raw), match.start()
                if key == CONTEXT and around in has_keys:
                    return False
                has_keys.add(around)
            elif raw in {"}", "]"}:
                self._ends[levels.pop()[0]] = match.end()
            elif raw not in {",", ":"}:
                here = (*above, key) if key is not None else above
                begin = start if key is not None and start is not None else match.start()
                self._values.append(_Value(begin, match.end(), here, around, _CLOSING.get(raw, "")))
                if raw in _CLOSING:
                    levels.append((len(self._values) - 1, raw == "{", here))
                key = None
        return True


def _error(text: str, base_iri: str) -> SyntaxError | None:
    return first_error(text.encode(), rdf_format=ox.RdfFormat.JSON_LD, base_iri=base_iri)


def _without(text: str, place: Place) -> str:
    """A text without a value, everything else where it was."""
    before, behind = text[: place.start], text[place.end :]
    if behind.lstrip().startswith(","):
        behind = behind.replace(",", " ", 1)
    elif before.rstrip().endswith(","):
        before = " ".join(before.rsplit(",", 1))
    return before + "".join("\n" if each == "\n" else " " for each in text[place.start : place.end]) + behind
