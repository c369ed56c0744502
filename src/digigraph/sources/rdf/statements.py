"""A text cut into the statements of Turtle or TriG, well-formed or not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.sources.rdf.turtle import TOKEN, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = ('"""', "'''")
"""What a string of several lines begins and ends with."""
EMPTY = {'""', "''"}
_BROKEN = re.compile(
    r"""(?P<open>\"""|'''|["'][^\n]*+)|(?P<broken><[^<>"\n]*+>|<\S*+|[^\s"'<>\[\](){},;.#]++|.)""", re.DOTALL
)
"""What is no token of Turtle: a string without end, up to the end of its line; an IRI; a word; a character."""
_DIRECTIVE = re.compile(r"@?(?:prefix|base)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t]*+")
_DEEPEST = 200
"""Indentation that is looked at."""
_WORDS = {"a", "true", "false"}
_LENGTHS = {"PREFIX": 3, "BASE": 2}
_OF_PREFIX = 3
"""Tokens of a directive, those that have no dot by its first word."""


@dataclass(slots=True)
class Statement:
    """A statement as far as it was read: its first tokens, their number, that of those outside of
    brackets (a pair of which is one), the brackets that are open.

    It is no Turtle where it has words or characters that no statement has, or a string without end, of which nobody can
    tell what else it has taken. What ``may_declare`` are the prefixes before an IRI anywhere in it: it may have been
    meant as a directive.
    """

    head: list[Token] = field(default_factory=list)
    length: int = 0
    terms: int = 0
    open: list[str] = field(default_factory=list)
    last: Token | None = None
    is_no_turtle: bool = False
    may_be_text: bool = False
    may_declare: set[str] = field(default_factory=set)

    def take(self, token: Token) -> None:
        """Take its next token."""
        self.length += 1
        if self.length <= _OF_PREFIX:
            self.head.append(token)
        if is_mark(token, "[("):
            self.open.append(token.text)
        elif is_mark(token, "])") and self.open:
            self.open.pop()
        if token.kind == "iri" and self.last is not None and self.last.text.endswith(":"):
            self.may_declare.add(self.last.text)
        is_misspelt = self.length == 1 and token.kind == "tag" and not is_directive(token)
        self.is_no_turtle = self.is_no_turtle or is_misspelt or is_no_turtle(token)
        is_doubtful = token.text in EMPTY or token.text.startswith(LONG)
        self.may_be_text = self.may_be_text or is_doubtful
        self.terms += not self.open
        self.last = token

    @property
    def has_ended(self) -> bool:
        """Whether its last token ends it: a dot, a brace, or that of a directive that has no dot."""
        if self.last is None or is_mark(self.last, ".{}"):
            return self.last is not None
        return self.head[0].kind == "word" and self.length == _LENGTHS.get(self.head[0].text.upper())

    @property
    def is_misspelt(self) -> bool:
        """Whether it begins as a directive does, and is none that is known."""
        return bool(self.head) and self.head[0].kind == "tag" and not is_directive(self.head[0])

    @property
    def is_begun_directive(self) -> bool:
        """Whether it is a directive of which a part is still to come."""
        return (
            bool(self.head)
            and is_directive(self.head[0])
            and self.length < _LENGTHS[self.head[0].text.strip("@").upper()]
        )

    def declared(self, until: int) -> tuple[str, str] | None:
        """The prefix that it declares, with the IRI that it stands for if that is certain before an offset."""
        if len(self.head) == 1 or not self.head or not is_directive(self.head[0]):
            return None
        name, following = self.head[1], self.head[2:]
        iris = [each.text for each in following if each.kind == "iri" and each.end <= until]
        is_name = name.kind == "name" and name.text.find(":") == len(name.text) - 1
        if not is_name and not (name.kind == "word" and following and following[0].kind == "iri"):
            return None
        return f"{name.text.rstrip(':')}:", "".join(iris)


def lexed(text: str, position: int) -> Iterator[Token]:
    """Yield the tokens from an offset on; what is none of Turtle is ``open``, a string without end, or ``broken``."""
    while position < len(text):
        match = TOKEN.match(text, position)
        kind = match.lastgroup if match is not None else None
        # What begins with three quotation marks that nothing closes is no empty string.
        if match is None or kind is None or (match[0] in EMPTY and text.startswith(LONG, position)):
            match = _BROKEN.match(text, position)
            assert match is not None  # noqa: S101 - it takes any character
            kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match[0], position, match.end())
        position = match.end()


def indent_of(text: str, offset: int) -> int:
    """Return how deep the line of an offset is indented."""
    spaces = _SPACES.match(text, text.rfind("\n", 0, offset) + 1, offset)
    return min(_DEEPEST, len(spaces[0])) if spaces is not None else 0


def is_mark(token: Token, marks: str) -> bool:
    """Whether a token is one of some marks."""
    return token.kind == "mark" and token.text in marks


def is_directive(token: Token) -> bool:
    """Whether a token begins a directive."""
    return token.kind in {"tag", "word"} and _DIRECTIVE.fullmatch(token.text) is not None


def is_no_turtle(token: Token) -> bool:
    """Whether no statement has such a token; a directive may have it."""
    return token.kind in {"open", "broken"} or (token.kind == "word" and token.text not in _WORDS)


def is_of_lines(token: Token) -> bool:
    """Whether a token is a string of several lines."""
    return token.kind == "string" and token.text.startswith(LONG) and "\n" in token.text
