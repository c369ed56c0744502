"""What stands where in a JSON text, and what a JSON-LD file's contexts say of its words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import NamedTuple

CONTEXT = "@context"
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[-+.0-9A-Za-z]++|[\[\]{},:]', re.DOTALL)


class Place(NamedTuple):
    """Start and end, as offsets in the text."""

    start: int
    end: int


class Scalar(NamedTuple):
    """A string, number or word that is a value; ``above`` are the keys that it stands under, outermost first."""

    raw: str
    start: int
    above: tuple[str, ...]


@dataclass(slots=True)
class JsonObject:
    """An object: where it opens, the keys that it stands under, and its own with their places."""

    start: int
    above: tuple[str, ...]
    keys: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """The objects and values of a JSON text, in its order."""

    objects: list[JsonObject] = field(default_factory=list)
    scalars: list[Scalar] = field(default_factory=list)


def nested_deeper(text: str, limit: int) -> Place | None:
    """Return the first bracket outside strings that is nested deeper than a limit; of any text, JSON or not."""
    current = 0
    for match in TOKEN.finditer(text):
        current += (match.group() in {"{", "["}) - (match.group() in {"}", "]"})
        if current > limit:
            return Place(match.start(), match.end())
    return None


def outline(text: str) -> Outline:
    """Return the outline of a text that is JSON.

    Raises
    ------
    ValueError
        It is not.
    """
    found = Outline()
    # What is open: an object, or None for an array and for the text as a whole; and the keys above its values.
    levels: list[tuple[JsonObject | None, tuple[str, ...]]] = [(None, ())]
    key: str | None = None
    for match in TOKEN.finditer(text):
        raw = match.group()
        container, above = levels[-1]
        here = (*above, key) if key is not None else above
        if raw == "{":
            found.objects.append(JsonObject(match.start(), here))
            levels.append((found.objects[-1], here))
            key = None
        elif raw == "[":
            levels.append((None, here))
            key = None
        elif raw in {"}", "]"} and len(levels) > 1:
            levels.pop()
        elif container is not None and key is None and raw.startswith('"'):
            key = string(raw)
            container.keys.append(key)
            container.places.append(Place(match.start(), match.end()))
        elif raw not in {",", ":"}:
            found.scalars.append(Scalar(raw, match.start(), here))
            key = None
    return found


def string(raw: str) -> str:
    """Return what a string says.

    Raises
    ------
    ValueError
        It is no JSON string.
    """
    return str(json.loads(raw, strict=False))


@dataclass(slots=True)
class Words:
    """What the contexts of a file, wherever they stand, say of its words.

    Parameters
    ----------
    terms
        Every word that a context defines.
    aliases
        Keywords by the word that stands for them.
    looked_up
        Words whose values are looked up in the context (``@type: @vocab``).
    maps
        Words whose value is a map by language, index, identifier, type or graph.
    by_id
        Those of them whose keys are identifiers.
    json
        Words whose value is JSON itself.
    """

    terms: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    looked_up: set[str] = field(default_factory=set)
    maps: set[str] = field(default_factory=set)
    by_id: set[str] = field(default_factory=set)
    json: set[str] = field(default_factory=set)

    def keyword(self, word: str) -> str:
        """The keyword that a key stands for; the key itself where it stands for none."""
        return self.aliases.get(word, word)


def words(text: Outline) -> Words:
    """Return what the contexts in a JSON-LD file say of its words."""
    said = Words()
    for each in text.objects:
        if _definition(each.above) == ():
            said.terms.update(key for key in each.keys if not key.startswith("@"))
    for scalar in text.scalars:
        match _definition(scalar.above):
            case (term,) | (term, "@id") if scalar.raw.startswith('"@'):
                said.aliases[term] = string(scalar.raw)
            case (term, "@container") if string(scalar.raw) not in {"@list", "@set"}:
                said.maps.add(term)
                if string(scalar.raw) == "@id":
                    said.by_id.add(term)
            case (term, "@type") if string(scalar.raw) == "@vocab":
                said.looked_up.add(term)
            case (term, "@type") if string(scalar.raw) == "@json":
                said.json.add(term)
    return said


def _definition(above: tuple[str, ...]) -> tuple[str, ...] | None:
    """The keys below the innermost context; None outside of one."""
    if CONTEXT not in above:
        return None
    return above[len(above) - above[::-1].index(CONTEXT) :]
