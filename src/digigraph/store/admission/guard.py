"""Refuses, before any engine sees them, queries that are known to bring engines down; decides by tokens."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from digigraph.errors import QueryForbidden, QueryTooComplex
from digigraph.sparql import Token, remote_keywords, services, tokens
from digigraph.store.admission.doors import is_allowed

_CLOSED_BY = {"}": "{", ")": "(", "]": "["}
_RUNS = {"!", "+", "-", "^"}
_SEPARATORS = {".", ";", ",", "/"}
_TERMS = {"iri", "name", "variable", "string", "number", "word"}
# What is joined with the rest of its group only as a whole.
_APART = {"UNION", "OPTIONAL", "MINUS", "EXISTS"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the guard measures of a query.

    Parameters
    ----------
    size
        Bytes of the text in UTF-8.
    depth
        Deepest nesting of ``{``, ``(``, ``[`` and unbroken runs of ``!``, ``+``, ``-`` and ``^``.
    patterns
        Most that a planner may have to join in one group: triple patterns, steps of paths, items of collections,
        blank nodes, VALUES and BIND, and groups: with what they hold, or as one where they are apart (UNION, OPTIONAL,
        MINUS, EXISTS, SELECT). At least what it is, and never much more.
    """

    size: int
    depth: int
    patterns: int


class _Kind(enum.Enum):
    """What a bracket holds."""

    GROUP = enum.auto()
    DATA = enum.auto()
    """Rows of VALUES, or a template: nothing is joined."""
    EXPRESSION = enum.auto()
    LIST = enum.auto()
    """A collection, a part of a path, or the arguments of a function that has an IRI."""
    NODE = enum.auto()
    """A blank node with properties, or a triple term."""


@dataclass(slots=True)
class _Frame:
    """An open bracket."""

    mark: str
    kind: _Kind
    is_apart: bool = False
    patterns: int = 0


class _Measure:
    """Reads the tokens of a query, one after the other."""

    def __init__(self) -> None:
        self.deepest = self.widest = 0
        self._run = 0
        self._frames: list[_Frame] = [_Frame("", _Kind.DATA)]
        self._previous = Token("mark", "", 0)
        self._values_come = False

    def read(self, token: Token) -> None:
        mark = token.text if token.kind == "mark" else ""
        self._run = self._run + 1 if mark in _RUNS else 0
        if mark in {"{", "(", "["}:
            self._open(mark)
        elif mark in _CLOSED_BY:
            self._close(_CLOSED_BY[mark])
        else:
            self._count(self._weight(token, mark))
            self._values_come = self._values_come or token.keyword == "VALUES"
            if token.keyword == "SELECT":
                self._frames[-1].is_apart = True
        self.deepest = max(self.deepest, len(self._frames) - 1 + self._run)
        self._previous = token

    def end(self) -> None:
        """Close what the query leaves open."""
        while len(self._frames) > 1:
            self._pop()

    def _open(self, mark: str) -> None:
        if mark == "{":
            is_data = self._values_come or self._previous.keyword == "CONSTRUCT"
            self._values_come = False
            kind = _Kind.DATA if is_data else _Kind.GROUP
            # A group holds one pattern more than separators.
            frame = _Frame(mark, kind, self._previous.keyword in _APART, 1)
            self.widest = max(self.widest, 1)
        elif mark == "[":
            self._count(1)
            frame = _Frame(mark, _Kind.NODE)
        else:
            follows_word = self._previous.keyword not in {"", "A"} or self._previous.text == "!"
            is_expression = follows_word or self._frames[-1].kind is _Kind.EXPRESSION
            frame = _Frame(mark, _Kind.EXPRESSION if is_expression else _Kind.LIST)
            # A collection in a collection is one of its items.
            self._count(2 if self._frames[-1].kind is _Kind.LIST else 0)
        self._frames.append(frame)

    def _close(self, opened_by: str) -> None:
        """Close a bracket, and those inside it that were left open; one that closes nothing does nothing."""
        if any(frame.mark == opened_by for frame in self._frames):
            while self._pop().mark != opened_by:
                pass

    def _pop(self) -> _Frame:
        frame = self._frames.pop()
        if frame.kind is not _Kind.DATA:
            self._count(1 if frame.is_apart else frame.patterns)
        return frame

    def _weight(self, token: Token, mark: str) -> int:
        kind = self._frames[-1].kind
        if mark in _SEPARATORS or mark == "<<" or (kind is _Kind.GROUP and token.keyword in {"VALUES", "BIND"}):
            return 1
        # Items of a collection, each of two triples, follow each other; in paths and arguments a mark is between.
        is_item = token.kind in _TERMS and (self._previous.kind in _TERMS or self._previous.text in {"(", ")", "]"})
        return 2 if kind is _Kind.LIST and is_item else 0

    def _count(self, weight: int) -> None:
        frame = self._frames[-1]
        if frame.kind in {_Kind.GROUP, _Kind.LIST, _Kind.NODE}:
            frame.patterns += weight
            if frame.kind is _Kind.GROUP:
                self.widest = max(self.widest, frame.patterns)


def has_few_marks(text: str, *, depth: int, patterns: int) -> bool:
    """Tell whether a text holds too few of what :func:`shape` counts to go beyond a limit, wherever that stands.

    True of most queries, which so need not be read token by token; False tells nothing. What is in parentheses may
    count without marks, so that no text with any of them has few.
    """
    if "(" in text or sum(map(text.count, "{[!+-^")) > depth:
        return False
    capitals = text.upper()
    return sum(map(capitals.count, ("{", "[", ".", ";", ",", "/", "<<", "VALUES", "BIND", "SELECT"))) <= patterns


def shape(text: str, *, depth: int, patterns: int) -> Shape:
    """Measure a query, in time linear in its length; no further than to more levels or patterns than these."""
    measure = _Measure()
    for token in tokens(text):
        measure.read(token)
        if measure.deepest > depth or measure.widest > patterns:
            break
    measure.end()
    return Shape(len(text.encode("utf-8", "surrogatepass")), measure.deepest, measure.widest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Lets queries pass, or says why not.

    Parameters
    ----------
    size, depth, patterns
        Limits on :class:`Shape`.
    federation
        The endpoints that SERVICE may name; see :func:`digigraph.store.admission.doors.is_allowed`.
    base_iri
        The project's; what relative IRIs behind SERVICE are relative to.
    """

    size: int
    depth: int
    patterns: int
    federation: tuple[str, ...] = ()
    base_iri: str = ""

    def check(self, text: str) -> None:
        """Let the query pass or say why not.

        Raises
        ------
        QueryTooComplex
            A limit is exceeded; the message names the limit and its setting.
        QueryForbidden
            LOAD is used, or SERVICE for an endpoint that is not allowed.
        """
        # Length first: measuring the shape of a text of megabytes costs time itself.
        limits = [("query_bytes", "bytes long", len(text), self.size)]
        if len(text) <= self.size and has_few_marks(text, depth=self.depth, patterns=self.patterns):
            limits = [("query_bytes", "bytes long", len(text.encode("utf-8", "surrogatepass")), self.size)]
        elif len(text) <= self.size:
            measured = shape(text, depth=self.depth, patterns=self.patterns)
            limits = [
                ("query_bytes", "bytes long", measured.size, self.size),
                ("query_depth", "levels deep", measured.depth, self.depth),
                ("query_patterns", "patterns wide in one group", measured.patterns, self.patterns),
            ]
        for setting, what, value, limit in limits:
            if value > limit:
                raise QueryTooComplex(f"The query is more than {limit} {what}.", hint=f"The setting is {setting}.")
        self._check_reach(text)

    def _check_reach(self, text: str) -> None:
        words = set(remote_keywords(text))
        if not words:
            return
        if not self.federation or "LOAD" in words:
            raise QueryForbidden(
                f"{' and '.join(sorted(words))} would make this server contact another server.",
                hint="That is switched off here; the setting federation names the endpoints that SERVICE may ask.",
            )
        for service in services(text, base_iri=self.base_iri):
            if not is_allowed(service.iri, self.federation):
                raise QueryForbidden(
                    f"This server does not ask <{service.iri}>.",
                    hint="The setting federation names the endpoints that SERVICE may ask.",
                )
