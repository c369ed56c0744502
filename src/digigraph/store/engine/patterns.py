"""The groups of a query, read by tokens: as much of SPARQL's grammar as it takes to put something in their place.

Only texts that the engine has taken are read; of anything else the parts are of no use (SPARQL 1.1 Query Language,
section 19.8, productions 2 to 80).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.sparql import Token, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = {"GROUP_CONCAT", "BNODE"}
"""Functions whose calls are parts of their own."""
_GROUPS = {"OPTIONAL", "MINUS", "GRAPH", "SERVICE", "LATERAL"}
_ENDS_TRIPLES = {*_GROUPS, "FILTER", "BIND", "VALUES"}
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}")
_OPENING, _CLOSING = {"(", "["}, {")", "]"}


@dataclass(slots=True)
class Part:
    """A part of a query.

    Parameters
    ----------
    kind
        ``select``: a query or subselect, with what stands before and behind its group. ``group``: braces. ``triples``:
        a block. ``filter``, ``bind``, ``values``, ``optional``, ``minus``, ``graph``, ``service``, ``lateral``,
        ``exists``. ``union``: a group, or several with UNION between. ``call``: of a function in ``CALLS``.
    tokens
        From its first to its last.
    parts
        Those in it, in their order.
    """

    kind: str
    tokens: list[Token]
    parts: list[Part] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Where it starts in the text (0-based offset)."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.tokens[-1].start + len(self.tokens[-1].text)

    def walk(self) -> Iterator[Part]:
        """Yield it and all parts in it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read(text: str) -> Part:
    """Return the query as a part of kind ``select``; in time linear in its length.

    Raises
    ------
    IndexError
        It is no query.
    """
    reader = _Reader(list(_split(text)))
    return reader.select()


def _split(text: str) -> Iterator[Token]:
    """The tokens, with the full stop that ends a statement apart from the name or number before it."""
    # Escapes of code points stand in IRIs and strings only, and none of them ends one: as letters they break no token.
    readable = _ESCAPE.sub(lambda found: "x" * len(found.group()), text)
    for each in tokens(readable):
        token = Token(each.kind, text[each.start : each.start + len(each.text)], each.start)
        is_stopped = token.kind in {"name", "number"} and token.text.endswith(".") and token.text[-2:-1] != "\\"
        if is_stopped:
            yield Token(token.kind, token.text[:-1], token.start)
            yield Token("mark", ".", token.start + len(token.text) - 1)
        else:
            yield token


def mark(token: Token) -> str:
    """The token where it is a mark; else empty, so that no string passes for one."""
    return token.text if token.kind == "mark" else ""


class _Reader:
    """Reads tokens from the first to the last."""

    def __init__(self, every: list[Token]) -> None:
        self._tokens = every
        self._at = 0

    def select(self) -> Part:
        begin = self._at
        parts = self._expressions()
        if self._before() == "CONSTRUCT":
            self._skip_braces()
            parts += self._expressions()
        if self._more() and self._mark() == "{":
            parts += [self._group(), *self._expressions()]
        return self._part("select", begin, parts)

    def _more(self) -> bool:
        return self._at < len(self._tokens)

    def _mark(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return mark(self._tokens[at]) if at < len(self._tokens) else ""

    def _keyword(self) -> str:
        return self._tokens[self._at].keyword

    def _before(self) -> str:
        return self._tokens[self._at - 1].keyword if self._at else ""

    def _part(self, kind: str, begin: int, parts: list[Part]) -> Part:
        return Part(kind, self._tokens[begin : self._at], parts)

    def _skip_braces(self) -> None:
        """Read a template or rows of VALUES."""
        depth = 0
        while True:
            depth += {"{": 1, "}": -1}.get(self._mark(), 0)
            self._at += 1
            if depth == 0:
                return

    def _expressions(self) -> list[Part]:
        """Read up to a brace that is not of EXISTS or VALUES, to a bracket that closes, or to the end."""
        parts: list[Part] = []
        while self._more() and self._mark() not in {"{", "}", ")"}:
            parts += self._expression()
        return parts

    def _expression(self) -> list[Part]:
        """Read a token, or what it opens."""
        begin, keyword = self._at, self._keyword()
        if keyword == "VALUES":
            return [self._values()]
        self._at += 1
        if keyword == "EXISTS":
            return [self._part("exists", begin, [self._group()])]
        is_call = keyword in CALLS and self._mark() == "("
        if not is_call and self._mark(-1) != "(":
            return []
        self._at += is_call
        parts = self._expressions()
        self._at += 1
        return [self._part("call", begin, parts)] if is_call else parts

    def _constraint(self) -> list[Part]:
        """Read what stands behind FILTER or BIND."""
        parts: list[Part] = []
        while not parts and self._mark(-1) != ")":
            parts = self._expression()
        return parts

    def _values(self) -> Part:
        begin = self._at
        while self._mark() != "{":
            self._at += 1
        self._skip_braces()
        return self._part("values", begin, [])

    def _group(self) -> Part:
        begin = self._at
        self._at += 1
        parts: list[Part] = []
        if self._keyword() == "SELECT":
            parts.append(self.select())
        while self._mark() != "}":
            if self._mark() == ".":
                self._at += 1
            else:
                parts.append(self._element())
        self._at += 1
        return self._part("group", begin, parts)

    def _element(self) -> Part:
        begin, keyword = self._at, self._keyword()
        if keyword == "VALUES":
            return self._values()
        if keyword in {"FILTER", "BIND"}:
            self._at += 1
            return self._part(keyword.lower(), begin, self._constraint())
        if keyword in _GROUPS:
            while self._mark() != "{":
                self._at += 1
            return self._part(keyword.lower(), begin, [self._group()])
        if self._mark() == "{":
            return self._union()
        return self._triples()

    def _union(self) -> Part:
        begin = self._at
        groups = [self._group()]
        while self._keyword() == "UNION":
            self._at += 1
            groups.append(self._group())
        return self._part("union", begin, groups)

    def _triples(self) -> Part:
        begin, depth = self._at, 0
        while depth or self._keyword() not in _ENDS_TRIPLES:
            is_annotation = self._mark() == "{" and self._mark(1) == "|"
            if is_annotation or self._mark() in _OPENING:
                depth += 1
            elif self._mark() in _CLOSING or (self._mark() == "}" and self._mark(-1) == "|"):
                depth -= 1
            elif self._mark() in {"{", "}"}:
                break
            self._at += 1
        return self._part("triples", begin, [])
