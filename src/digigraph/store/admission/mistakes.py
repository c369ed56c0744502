"""What is wrong with a query that is not SPARQL, in words that help whoever wrote it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.errors import QuerySyntaxError
from digigraph.sparql import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digigraph.sparql import Token

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_EXPECTED = re.compile(r"expected (?:one of )?", re.DOTALL)
# Marks in quotes, classes of characters, words.
_ITEM = re.compile(
    r"""\s*(?:(?P<mark>"(?:[^"\\]|\\.)+")|\[(?:'.*?'|_)\](?=,|\Z)|(?P<words>[^",\[\s][^,]*))""", re.DOTALL
)


def syntax_error(text: str) -> QuerySyntaxError:
    """Translate the engine's ``error at 3:10: expected one of …``; columns count characters from 1.

    The place is where the engine's parser gave up, at most a token or two behind the mistake. Of what it has expected
    only marks are told: its keywords are those that begin like what stands there, and not those that may stand there.
    """
    found = _PLACE.fullmatch(text)
    if found is None:
        return QuerySyntaxError(f"The query is not SPARQL: {text}.")
    line, column = int(found.group(1)), int(found.group(2))
    message = f"The query is not SPARQL near line {line}, column {column}{_reason(found.group(3))}."
    return QuerySyntaxError(message, line=line, column=column)


def _reason(text: str) -> str:
    items = list(_ITEM.finditer(_EXPECTED.sub("", text, count=1)))
    sentences = [each.group("words") for each in items if each.group("words")]
    # What the engine has to say itself it says among what it has expected.
    said = "; ".join(each for each in sentences if " " in each)
    marks = [each.group("mark") for each in items if each.group("mark")]
    expected = f": expected {'one of ' * (len(marks) > 1)}{', '.join(marks)}" if marks else ""
    return f": {said}" if said else expected


def explained(error: QuerySyntaxError, text: str, prefixes: Mapping[str, str]) -> QuerySyntaxError:
    """Return the error that tells of a prefix without a declaration, where there is one; else the same.

    Parameters
    ----------
    error
        What an engine says of the query.
    text
        The query.
    prefixes
        Those that this graph uses, with what they stand for: what to write, where one of them was meant.
    """
    # Engines that tell no place may know prefixes of their own.
    name = _undeclared(text) if error.line is not None else None
    if name is None:
        return error
    line, column = text.count("\n", 0, name.start) + 1, name.start - text.rfind("\n", 0, name.start)
    prefix = name.text.partition(":")[0]
    is_bare = text.startswith("//", name.start + len(name.text))
    declaration = f"Write PREFIX {prefix}: <{prefixes.get(prefix, '…')}> in front."
    return QuerySyntaxError(
        f"The prefix of {name.text} in line {line}, column {column} is not declared.",
        line=line,
        column=column,
        hint=f"IRIs stand in angle brackets: <{prefix}://…>." if is_bare else declaration,
    )


def _undeclared(text: str) -> Token | None:
    """The first name in a query whose prefix is declared nowhere in it."""
    declared = {"_"}
    names: list[Token] = []
    before = ""
    for token in tokens(text):
        if before == "PREFIX":
            declared.add(token.text.partition(":")[0])
        elif token.kind == "name":
            names.append(token)
        before = token.keyword
    return next((each for each in names if each.text.partition(":")[0] not in declared), None)
