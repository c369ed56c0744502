"""Blank nodes of which several triples say something, one of them by a path with alternatives.

Such a path is asked as a union of paths where it matters how often a solution is there (see
:mod:`digigraph.store.engine.path_triples`), and a blank node cannot stand in two groups. A variable can; and in a query
that nowhere asks for all variables, nobody sees it.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from digigraph.errors import QueryUnsupported
from digigraph.store.engine.path_triples import is_movable, statements
from digigraph.store.engine.patterns import mark
from digigraph.store.engine.solutions import shows_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.sparql import Token
    from digigraph.store.engine.patterns import Part


def without_shared_blanks(text: str, query: Part, blocks: Iterable[Part], fresh: Iterator[str]) -> str:
    """Return the query with variables for these blank nodes.

    Parameters
    ----------
    text, query
        The query, and as it was read.
    blocks
        Its blocks of triples of whose solutions it matters how often they are there.
    fresh
        Gives names of variables that the query has not, with their mark.

    Raises
    ------
    QueryUnsupported
        The variables would be seen.
    """
    shared = [part for part in blocks if _has_shared(part.tokens, query.tokens)]
    if not shared:
        return text
    if any(shows_all(part) for part in query.walk() if part.kind == "select"):
        raise unsupported()
    names = {token.text: next(fresh) for part in shared for token in part.tokens if _is_label(token)}
    pieces, at = [], 0
    for start, end, name in sorted([*_labels(query, names), *_brackets(shared, fresh)]):
        pieces += [text[at:start], name]
        at = end
    return "".join([*pieces, text[at:]])


def unsupported() -> QueryUnsupported:
    """Return the error that says so."""
    return QueryUnsupported(
        "A path with alternatives ends at a blank node of which more is said.",
        hint="Write a variable in the place of the blank node.",
    )


def _has_shared(block: list[Token], every: list[Token]) -> bool:
    if not any(mark(token) == "|" for token in block):
        return False
    found = statements(block)
    return any(
        len(triple.branches) != 1 and not is_movable(triple, statement, found, every)
        for statement in found
        for triple in statement.triples
    )


def _is_label(token: Token) -> bool:
    return token.kind == "name" and token.text.startswith("_:")


def _labels(query: Part, names: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where the labels stand; those of a template are others."""
    for part in query.walk():
        for token in part.tokens if part.kind == "triples" else ():
            if _is_label(token) and token.text in names:
                yield token.start, token.start + len(token.text), names[token.text]


def _brackets(blocks: Iterable[Part], fresh: Iterator[str]) -> Iterator[tuple[int, int, str]]:
    """Where ``[]`` stands; each is a blank node of its own."""
    for part in blocks:
        for token, after in itertools.pairwise(part.tokens):
            if mark(token) == "[" and mark(after) == "]":
                yield token.start, after.start + 1, next(fresh)
