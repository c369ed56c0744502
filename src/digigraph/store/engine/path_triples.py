"""Triples whose paths the engine answers otherwise than the standard (SPARQL 1.1 Query Language, section 18.4).

``:x :p* ?y`` has the solution that ``?y`` is ``:x``, whatever the graph holds (ZeroOrMorePath, ZeroOrOnePath);
pyoxigraph 0.5.13 gives it only where the graph holds ``:x``. ``?x (:p|:q) ?y`` has two solutions where both hold
between two nodes (the union is one of multisets); the engine gives one. Here a block of triples is read, and what its
paths come to.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.errors import QueryUnsupported
from digigraph.store.engine.patterns import mark

if TYPE_CHECKING:
    from digigraph.sparql import Token

MOST_BRANCHES = 50
"""Paths as whose union one path is asked."""
_OPENED = {"(", "["}
_CONSTANTS = {"iri", "name", "string", "number", "word"}


@dataclass(frozen=True, slots=True)
class Node:
    """A subject or object: its tokens."""

    tokens: tuple[Token, ...]

    @property
    def is_blank(self) -> bool:
        """Whether it is ``[]`` or a labelled blank node."""
        return self.tokens[0].text.startswith("_:") or "".join(each.text for each in self.tokens) == "[]"

    @property
    def is_constant(self) -> bool:
        """Whether it is an IRI or a literal."""
        return self.tokens[0].kind in _CONSTANTS and not self.is_blank

    @property
    def is_variable(self) -> bool:
        """Whether it is a variable."""
        return self.tokens[0].kind == "variable"


@dataclass(frozen=True, slots=True)
class Zeros:
    """How often a path has length zero at a constant that the graph does not hold.

    Parameters
    ----------
    open
        Where the other end is no constant. Sequences have none: their middle is a variable, and what a variable stands
        for is a node of the graph (section 18.3).
    closed
        Where the other end is the same constant.
    """

    open: int
    closed: int


@dataclass(frozen=True, slots=True)
class Triple:
    """A subject, a path, an object.

    Parameters
    ----------
    path
        Its tokens.
    branches
        The paths whose union, as one of multisets, it is; itself where it is none; nothing where they are too many.
    zeros
        How often it has length zero.
    """

    subject: Node
    path: tuple[Token, ...]
    object: Node
    branches: tuple[str, ...]
    zeros: Zeros

    @property
    def ends(self) -> tuple[Node, Node] | None:
        """A constant, and the other end, where a path of length zero may join them; else None."""
        nodes = [self.subject, self.object]
        constants = [node for node in nodes if node.is_constant]
        if len(constants) == len(nodes):
            return (self.subject, self.object) if self.zeros.closed else None
        if not constants or not self.zeros.open:
            return None
        (other,) = (node for node in nodes if not node.is_constant)
        return constants[0], other


@dataclass(slots=True)
class Statement:
    """A subject with its paths and their objects, as they stand in a block."""

    subject: Node
    triples: list[Triple]


def statements(every: list[Token]) -> list[Statement]:
    """Return what a block of triples says.

    Raises
    ------
    QueryUnsupported
        A path that may have length zero stands where no variable could take its end.
    IndexError
        It is no such block.
    """
    found = _Block(every).statements()
    for statement in found:
        _check_brackets(statement)
    return found


def _check_brackets(statement: Statement) -> None:
    """What a bracket says of a blank node keeps its end in the graph, but for further paths of length zero."""
    if mark(statement.subject.tokens[0]) in _OPENED and _has_modifier(statement.subject):
        raise _unsupported()
    for each in statement.triples:
        if each.ends is not None and mark(each.ends[1].tokens[0]) in _OPENED and _has_modifier(each.ends[1]):
            raise _unsupported()


def _unsupported() -> QueryUnsupported:
    return QueryUnsupported(
        "A path that may have length zero stands between a constant and a blank node that has more to it.",
        hint="Write a variable in the place of the blank node.",
    )


def _has_modifier(node: Node) -> bool:
    return any(mark(token) in {"*", "?"} for token in node.tokens)


def is_alone(node: Node, statement: Statement, found: list[Statement], every: list[Token]) -> bool:
    """Tell whether nothing but one path of a statement says something of a blank node.

    Raises
    ------
    QueryUnsupported
        Several paths that may have length zero do, and nothing else does.
    """
    if not node.is_blank:
        return False
    times = _times(node, statement, found, every)
    zeros = [each for said in found for each in said.triples if each.ends and _is_same(each.ends[1], node)]
    if times > 1 and times == len(zeros):
        raise _unsupported()
    return times == 1


def is_movable(triple: Triple, statement: Statement, found: list[Statement], every: list[Token]) -> bool:
    """Tell whether a triple can be said elsewhere, and twice: no blank node at its ends has more said of it."""
    for node in (triple.subject, triple.object):
        is_bracket = mark(node.tokens[0]) in _OPENED
        if is_bracket and node is statement.subject and len(statement.triples) > 1:
            return False
        # Within a bracket a label may stand in one place only.
        if is_bracket and any(token.text.startswith("_:") for token in node.tokens):
            return False
        if node.is_blank and _times(node, statement, found, every) > 1:
            return False
    return True


def _times(node: Node, statement: Statement, found: list[Statement], every: list[Token]) -> int:
    """How many triples say something of a blank node, those that say what is in a bracket counted as one."""
    if mark(node.tokens[0]) == "[":
        return len(statement.triples) if node is statement.subject else 1
    label = node.tokens[0].text
    further = (len(each.triples) - 1 for each in found if each.subject.tokens[0].text == label)
    return sum(token.text == label for token in every) + sum(further)


def _is_same(one: Node, other: Node) -> bool:
    return one is other or (one.tokens[0].text == other.tokens[0].text and one.tokens[0].text.startswith("_:"))


class _Block:
    def __init__(self, every: list[Token]) -> None:
        self._tokens = every
        self._at = 0

    def _mark(self) -> str:
        return mark(self._tokens[self._at]) if self._at < len(self._tokens) else ""

    def statements(self) -> list[Statement]:
        found = []
        while self._at < len(self._tokens):
            if self._mark() == ".":
                self._at += 1
            else:
                found.append(self._statement())
        return found

    def _statement(self) -> Statement:
        subject = self._node()
        triples: list[Triple] = []
        while self._at < len(self._tokens) and self._mark() != ".":
            if self._mark() == ";":
                self._at += 1
                continue
            begin = self._at
            path = _Path(self._tokens, begin)
            branches = path.alternatives()
            self._at = path.at
            verb = tuple(self._tokens[begin : self._at])
            texts, zeros = tuple(each.text for each in branches), _sum(branches)
            texts = () if path.is_wide or len(texts) > MOST_BRANCHES else texts
            triples += [Triple(subject, verb, each, texts, zeros) for each in self._objects()]
        return Statement(subject, triples)

    def _objects(self) -> list[Node]:
        found = [self._node()]
        while self._mark() == ",":
            self._at += 1
            found.append(self._node())
        return found

    def _node(self) -> Node:
        """Read a term or what is in brackets; a tag or datatype, reifiers and annotations belong to it."""
        begin = self._at
        self._bracket()
        while self._mark() in {"^^", "~", "{"} or self._kind() == "tag":
            # A datatype follows its mark always, a reifier perhaps.
            is_pair = self._mark() == "^^" or (self._mark() == "~" and self._kind(1) in _CONSTANTS | {"variable"})
            self._bracket()
            self._at += is_pair
        return Node(tuple(self._tokens[begin : self._at]))

    def _kind(self, ahead: int = 0) -> str:
        return self._tokens[self._at + ahead].kind if self._at + ahead < len(self._tokens) else ""

    def _bracket(self) -> None:
        """Read one token, or from a bracket to the one that closes it."""
        depth = 0
        while True:
            here = self._mark()
            depth += (here in {"(", "[", "<<", "{"}) - (here in {")", "]", ">>", "}"})
            self._at += 1
            if depth == 0:
                return


@dataclass(frozen=True, slots=True)
class _Branch:
    """A path that is no union at its top, and how often it has length zero."""

    text: str
    zeros: Zeros


def _sum(branches: list[_Branch]) -> Zeros:
    return Zeros(sum(each.zeros.open for each in branches), sum(each.zeros.closed for each in branches))


class _Path:
    """Reads a path, and multiplies it out: a union of sequences instead of a sequence of unions."""

    def __init__(self, every: list[Token], at: int) -> None:
        self._tokens = every
        self.at = at
        self.is_wide = False

    def _mark(self) -> str:
        return mark(self._tokens[self.at])

    def _text(self, begin: int) -> str:
        return " ".join(token.text for token in self._tokens[begin : self.at])

    def alternatives(self) -> list[_Branch]:
        found = self._sequence()
        while self._mark() == "|":
            self.at += 1
            found += self._sequence()
        return found

    def _sequence(self) -> list[_Branch]:
        found = [self._element()]
        while self._mark() == "/":
            self.at += 1
            found.append(self._element())
        if len(found) == 1:
            return found[0]
        if math.prod(map(len, found)) > MOST_BRANCHES:
            self.is_wide = True
            return [_joined(tuple(_Branch(f"({'|'.join(b.text for b in each)})", _sum(each)) for each in found))]
        return [_joined(each) for each in itertools.product(*found)]

    def _element(self) -> list[_Branch]:
        begin = self.at
        is_negated = self._mark() == "!"
        self.at += is_negated
        is_inverse = self._mark() == "^"
        self.at += is_inverse
        inner: list[_Branch] = []
        if self._mark() == "(":
            self.at += 1
            inner = self.alternatives() if self._mark() != ")" else []
        self.at += 1
        zeros = _sum(inner)
        if self._mark() in {"*", "?", "+"}:
            zeros = Zeros(min(zeros.open, 1), min(zeros.open, 1)) if self._mark() == "+" else Zeros(1, 1)
            self.at += 1
        elif len(inner) > 1 and not is_negated:
            return [_Branch(f"{'^' * is_inverse}({each.text})", each.zeros) for each in inner]
        return [_Branch(self._text(begin), Zeros(0, 0) if is_negated else zeros)]


def _joined(parts: tuple[_Branch, ...]) -> _Branch:
    # Of three, two are a sequence themselves.
    closed = parts[0].zeros.open * parts[1].zeros.open if len(parts) == len("ab") else 0
    return _Branch("/".join(each.text for each in parts), Zeros(0, closed))
