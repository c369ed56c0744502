"""The messages of shapes, with the languages that pyshacl drops where a query speaks."""

from __future__ import annotations

import ast
import contextlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.vocab import SH, Term

if TYPE_CHECKING:
    from collections.abc import Iterable

_VARIABLE = re.compile(r"\{[?$]\w+\}")
"""What a message of a query has in the place of a value (SHACL, section 5.3.2)."""

_VALUES = re.compile(
    r"(?P<before>(?:Value|Node) .*?(?:not in list|in the set:|set of values:) )(?P<values>\[.*\])", re.DOTALL
)
"""Of ``sh:in`` and ``sh:hasValue``: a list as Python writes it."""
_LITERAL = re.compile(
    r'Literal\("(?P<text>.*?)"(?: = .*?)??'
    r"(?:, lang=(?P<language>[A-Za-z0-9-]+))?(?:, datatype=(?P<datatype>[^\s(),]+))?\)",
    re.DOTALL,
)
"""As the engine writes one: what is in its quotes, sometimes the value of that, language, datatype."""
_BARE = {f"xsd:{name}" for name in ("integer", "decimal", "double", "boolean")}
_PROPERTIES = re.compile(r"(?P<before>Value of .+?->)(?P<properties>.+?)(?P<after> (?:[!=]=|<=?) .*)", re.DOTALL)
"""Of property pairs."""

Messages = Mapping[Term, Sequence[ox.Literal]]
"""The messages of each shape and constraint."""


def messages_of(shapes: Iterable[ox.Triple]) -> Messages:
    """Return the messages of each shape and constraint of a shapes graph."""
    said: defaultdict[Term, list[ox.Literal]] = defaultdict(list)
    for each in shapes:
        if each.predicate == SH["message"] and isinstance(each.object, ox.Literal):
            said[each.subject].append(each.object)
    return said


def languages_of(text: ox.Literal, *sources: Iterable[ox.Literal]) -> Iterable[str]:
    """Return the languages a message was written in: those of queries come back without, their variables filled in.

    Of several sources the first that has it decides.
    """
    if text.language:
        return [text.language]
    for messages in sources:
        if languages := {each.language or "" for each in messages if _pattern(each.value).fullmatch(text.value)}:
            return languages
    return [""]


def plainly(text: str) -> str:
    """Return a message that the engine has made up itself with literals as in Turtle and its sets in order: it writes
    them in that of hashes, which is another one in each run.
    """
    return _LITERAL.sub(_as_in_turtle, _in_order(text))


def _as_in_turtle(literal: re.Match[str]) -> str:
    text, language, datatype = literal["text"], literal["language"], literal["datatype"]
    if datatype in _BARE:
        return text
    return f'"{text}"' + (f"@{language}" if language else "") + (f"^^{datatype}" if datatype else "")


def _in_order(text: str) -> str:
    if match := _VALUES.fullmatch(text):
        with contextlib.suppress(ValueError, SyntaxError):
            return match["before"] + ", ".join(sorted(map(str, ast.literal_eval(match["values"]))))
    if match := _PROPERTIES.fullmatch(text):
        return match["before"] + ", ".join(sorted(match["properties"].split(", "))) + match["after"]
    return text


@cache
def _pattern(message: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, _VARIABLE.split(message))), re.DOTALL)
