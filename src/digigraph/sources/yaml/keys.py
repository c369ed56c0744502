"""Keys that stand twice in one mapping, and keys without a space behind their colon."""

from __future__ import annotations

import re
from dataclasses import replace

from digigraph.sources.files.records import Fields, Items, Malformed, Node, Scalar
from digigraph.suggestions import named

_ADVICE = {
    "quote": "Keep one of the two; another quote begins a new fact, with - before it.",
    "says": "Put - before the quote of the second fact; entries of one fact stand below one says:.",
    "document": "A file describes one document: put the second with its facts into a file of its own, beside its text.",
    "facts": "Put the entries of both below one facts:.",
}
_OF_ONE_VALUE = {
    *("title", "language", "sourceRank", "sha256", "datePublished", "dateModified", "captured", "asOfReason"),
    *("occurrence", "after", "lang", "asOf", "implied", "accepted", "reason", "subject"),
}
"""Keys of documents and facts below which no list can stand."""
_GLUED = re.compile(r"([\w-]+):(?!//)(\s*)(\S.*)")


def twice(key: Scalar, first: int) -> Malformed:
    """Return what is said of a key that stands twice, first in that line."""
    return Malformed(
        "duplicate-key",
        f"The key {key.text!r} stands twice; first in line {first}.",
        key.location,
        hint=_which(key),
    )


def _which(key: Scalar) -> str:
    """What to do with a key that stands twice, by what stands below it."""
    if key.text in _ADVICE:
        return _ADVICE[key.text]
    if key.text in _OF_ONE_VALUE:
        return "Keep one of the two: it has one value."
    if key.location.column == 1:
        return f"Put what stands below the two below one {key.text}:."
    return "Give a list of values under one key, or begin a new entry with -."


def together(taken: Node, other: Node) -> Node:
    """What a key says that stands twice: lists and mappings joined, of two words the one that is taken."""
    if isinstance(taken, Items) and isinstance(other, Items):
        return Items([*taken.nodes, *other.nodes], taken.location)
    if isinstance(taken, Fields) and isinstance(other, Fields):
        return Fields({**other.nodes, **taken.nodes}, taken.location, {**other.keys, **taken.keys})
    return taken


def glued(key: Scalar, value: Node) -> tuple[Scalar, Scalar, Malformed] | None:
    """Return the key and the value that ``{key:value}`` means, which YAML reads as a key alone, and what is said of it.

    So it reads ``{key: value}`` where what looks like a space is a no-break space.

    None where a value is written, and where the key is no such word.
    """
    place, nothing = key.location, value.location
    is_written = not isinstance(value, Scalar) or value.text or nothing.end_column != nothing.column
    found = _GLUED.fullmatch(key.text)
    if is_written or found is None or place.line != place.end_line:
        return None
    name, no_space, text = found.groups()
    at = place.column + len(name)
    missing = f"What stands behind this colon is no space: {named(no_space[0])}." if no_space else ""
    malformed = Malformed(
        "yaml",
        missing or "No space stands behind this colon.",
        replace(place, end_column=at + 1),
        hint=f"Write {name}: and a space.",
    )
    return (
        Scalar(name, replace(place, end_column=at)),
        Scalar(text, replace(place, column=at + 1 + len(no_space))),
        malformed,
    )
