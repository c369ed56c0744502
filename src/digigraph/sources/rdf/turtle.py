"""Where the triples of a Turtle, TriG, N-Triples or N-Quads file stand.

The engine's parser tells no positions. So the text is cut into tokens and walked through once more, by the grammar
without its meaning: no IRI is resolved, no escape read. The walk says for each triple where its three terms stand,
in the order in which the engine emits triples; then each is held against what the engine read. Where they differ in
one place, nothing is said of the whole file: a place is exact or absent.

RDF 1.2 (triple terms, annotations) is not followed.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.vocab import RDF, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAME = r"[A-Za-z0-9_\-\u0080-\U0010ffff]"
_LOCAL = rf"(?:{_NAME}|:|%[0-9A-Fa-f]{{2}}|\\.)"
# Possessive throughout: each token is found in one pass, however hostile the text.
TOKEN = re.compile(
    rf"""
      (?P<space> [ \t\r\n]++ | \#[^\r\n]*+ )
    | (?P<string>
          \"\"\" [^"\\]*+ (?: (?: \\. | "(?!"") | ""(?!") ) [^"\\]*+ )*+ \"\"\"
        | ''' [^'\\]*+ (?: (?: \\. | '(?!'') | ''(?!') ) [^'\\]*+ )*+ '''
        | " (?: [^"\\\r\n]++ | \\. )*+ "
        | ' (?: [^'\\\r\n]++ | \\. )*+ ' )
    | (?P<rdf12> << | >> | \)>> | \{{\| | \|\}} | ~ )
    | (?P<iri> <[^<>\s]*+> )
    | (?P<tag> @[A-Za-z0-9\-]++ )
    | (?P<typed> \^\^ )
    | (?P<blank> _: {_NAME} (?: \.*+ {_NAME} )*+ )
    | (?P<name> (?: {_NAME} (?: \.*+ {_NAME} )*+ )?+ : (?: {_LOCAL} (?: \.*+ {_LOCAL} )*+ )?+ )
    | (?P<number> [+-]?+ (?: [0-9]++ \.?+ [0-9]*+ [eE] [+-]?+ [0-9]++
                           | \. [0-9]++ [eE] [+-]?+ [0-9]++
                           | [0-9]*+ \. [0-9]++
                           | [0-9]++ ) )
    | (?P<word> [A-Za-z]++ )
    | (?P<mark> [\[\](){{}},;.] )
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVES = {"@prefix": 3, "@base": 2, "@version": 2, "PREFIX": 2, "BASE": 1, "VERSION": 1}
"""Tokens that belong to a directive, beside its name."""
_OF_LISTS = {RDF["first"], RDF["rest"]}
_SCHEME = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_DOTS = re.compile(r"/\.{1,2}(?:[/?#>]|$)")


MAX_DEPTH = 50
"""Triple terms in one another above which a file is refused: the engine's process would end."""


class NotFollowed(Exception):
    """The text has something that the walk does not follow, or follows otherwise than the engine."""


class Token(NamedTuple):
    """A node or a mark of the syntax; ``start`` and ``end`` are offsets in the text.

    A literal with language or datatype is one token, a string without is another. Nodes without a word of their own
    are ``[`` for one in brackets, ``list`` and ``cell`` for the first and the later cells of a list, ``nil`` for its
    end.
    """

    kind: str
    text: str
    start: int
    end: int


class Written(NamedTuple):
    """Where one triple stands.

    A node in brackets stands where its bracket opens; a list where its bracket opens, its later cells where their item
    begins, its end where its bracket closes. The properties of lists (``rdf:first``, ``rdf:rest``) are not written.
    """

    subject: Token
    object: Token
    predicate: Token | None = None


def locate(text: str, quads: Iterable[ox.Quad]) -> array[int]:
    """Return where the quads of a file stand: offsets, as :data:`digigraph.sources.files.positions.NUMBERS` says.

    None where that is not certain.

    Parameters
    ----------
    text
        The file, without byte order mark.
    quads
        As the engine reads the file, in its order.
    """
    comparison = _Comparison()
    # Offsets alone are kept: tokens would take more memory than the quads.
    offsets = array("I")
    try:
        for each, quad in zip(_written(text), quads, strict=True):
            comparison.compare(each.subject, quad.subject)
            comparison.compare_property(each.predicate, quad.predicate)
            comparison.compare(each.object, quad.object)
            predicate = each.predicate[2:] if each.predicate is not None else (0, 0)
            offsets.extend((*each.subject[2:], *predicate, *each.object[2:]))
    except (NotFollowed, ValueError):
        return array("I")
    return offsets


def end_before(text: str, offset: int, start: int) -> int:
    """Return where the last token between two offsets ends that is neither space nor comment; 0 where there is none."""
    position, end = start, 0
    while position < offset and (match := TOKEN.match(text, position)) is not None:
        position = match.end()
        if match.lastgroup != "space" and position <= offset:
            end = position
    return end


def nested_deeper(text: str, limit: int) -> int | None:
    """Return the offset of the first ``<<`` that is nested deeper than a limit; of any text, Turtle or not."""
    current = position = 0
    if text.count("<<") <= limit:
        return None
    while position < len(text):
        match = TOKEN.match(text, position)
        current += match is not None and match.group() == "<<"
        current -= match is not None and match.group() in {">>", ")>>"} and current > 0
        if current > limit:
            return position
        position = match.end() if match is not None else position + 1
    return None


def _written(text: str) -> Iterator[Written]:
    walk = _Walk()
    for token in _literals_whole(_tokens(text), text):
        yield from walk.take(token)


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        kind = match.lastgroup if match is not None else None
        if match is None or kind is None or kind == "rdf12":
            raise NotFollowed
        if kind != "space":
            yield Token(kind, match.group(), position, match.end())
        position = match.end()


def _literals_whole(tokens: Iterator[Token], text: str) -> Iterator[Token]:
    """Join a string with its language tag or datatype to one literal."""
    for token in tokens:
        following: Token | None = token
        while following is not None and following.kind == "string":
            literal = following
            following = next(tokens, None)
            if following is not None and following.kind == "typed":
                following = next(tokens, None)
            elif following is None or following.kind != "tag":
                yield literal
                continue
            end = following.end if following is not None else literal.end
            yield Token("literal", text[literal.start : end], literal.start, end)
            following = next(tokens, None)
        if following is not None:
            yield following


@dataclass(slots=True)
class _Frame:
    """A statement, a ``[`` or a ``(`` that is open, and how far its next triple is known.

    Of a list ``subject`` is the cell that was begun last, ``head`` the first one.
    """

    head: Token | None = None
    subject: Token | None = None
    predicate: Token | None = None
    has_object: bool = False


@dataclass(slots=True)
class _Walk:
    """The states of the engine's parser, without the terms."""

    frames: list[_Frame] = field(default_factory=lambda: [_Frame()])
    complete: list[Written] = field(default_factory=list)
    of_directive: int = 0
    string: Token | None = None

    def take(self, token: Token) -> Iterator[Written]:
        """Follow one token; yield the triples that it completes."""
        if self.string is not None:
            self._term(self.string)
            self.string = None
        directive = _DIRECTIVES.get(token.text.upper() if token.kind == "word" else token.text)
        if self.of_directive:
            self.of_directive -= 1
        elif token.kind == "mark":
            self._mark(token)
        elif token.kind in {"tag", "word"} and directive is not None:
            self.of_directive = directive
        elif token.kind != "word" or token.text.upper() != "GRAPH":
            self._begin(token)
            if token.kind == "literal":
                yield from self._emitted()
            if token.kind == "string":
                # Only the next token tells that no language and no datatype follow.
                self.string = token
            else:
                self._term(token)
        yield from self._emitted()

    def _emitted(self) -> Iterator[Written]:
        """What one token completes, the engine emits last first."""
        yield from reversed(self.complete)
        self.complete.clear()

    def _mark(self, token: Token) -> None:
        frame = self.frames[-1]
        if token.text == "[":
            self._begin(token)
            self.frames.append(_Frame(subject=token))
        elif token.text == "(":
            self._begin(token)
            self.frames.append(_Frame(head=token._replace(kind="list")))
        elif token.text in {"]", ")"}:
            self._close(token)
        elif token.text == ",":
            frame.has_object = False
        elif token.text == ";":
            frame.predicate, frame.has_object = None, False
        else:
            # A dot or a brace: a statement ends; what stood before an opening brace was the name of its graph.
            self.frames[-1] = _Frame()

    def _begin(self, token: Token) -> None:
        """A node begins: where it is an item of a list, its cell is linked to the one before or to the list's owner."""
        frame = self.frames[-1]
        if frame.head is None:
            return
        if frame.subject is not None:
            cell = token._replace(kind="cell")
            self.complete.append(Written(frame.subject, cell))
            frame.subject = cell
            return
        frame.subject = frame.head
        self._node(self.frames[-2], frame.head)

    def _term(self, token: Token) -> None:
        """A node is complete."""
        self._node(self.frames[-1], token)

    def _node(self, frame: _Frame, token: Token) -> None:
        """Put a node into its place in a statement or list."""
        if frame.head is not None and frame.subject is not None:
            self.complete.append(Written(frame.subject, token))
        elif frame.subject is None:
            frame.subject = token
        elif frame.predicate is None:
            frame.predicate = token
        elif not frame.has_object:
            frame.has_object = True
            self.complete.append(Written(frame.subject, token, frame.predicate))

    def _close(self, token: Token) -> None:
        if len(self.frames) == 1:
            raise NotFollowed
        frame = self.frames.pop()
        if frame.head is None:
            assert frame.subject is not None  # noqa: S101 - a frame that is no list has its bracket for subject
            self._term(frame.subject)
        elif frame.subject is None:
            self._term(Token("nil", "()", frame.head.start, token.end))
        else:
            self.complete.append(Written(frame.subject, token._replace(kind="nil")))


@dataclass(slots=True)
class _Comparison:
    """Holds tokens against the terms that the engine read."""

    labels: dict[tuple[str, int], str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def compare(self, token: Token, term: Term) -> None:
        """Raise :class:`NotFollowed` where the term is not what the token says."""
        if isinstance(term, ox.NamedNode):
            agrees = _names(token, term.value)
        elif isinstance(term, ox.Literal):
            agrees = _says(token, term.value)
        elif isinstance(term, ox.BlankNode):
            agrees = token.text == f"_:{term.value}" or self._is_same(token, term.value)
        else:
            agrees = False
        if not agrees:
            raise NotFollowed

    def compare_property(self, token: Token | None, term: ox.NamedNode) -> None:
        """Raise :class:`NotFollowed` where the property is not what the token says, or is no list's and has none."""
        if token is None:
            agrees = term in _OF_LISTS
        else:
            agrees = term == RDF["type"] if token.text == "a" else _names(token, term.value)
        if not agrees:
            raise NotFollowed

    def _is_same(self, token: Token, label: str) -> bool:
        """Whether a node without a label of its own is the one that it was before."""
        if token.kind not in {"mark", "list", "cell"}:
            return False
        known = self.labels.setdefault((token.kind, token.start), label)
        self.taken.add(label)
        return known == label and len(self.taken) == len(self.labels)


def _names(token: Token, iri: str) -> bool:
    if token.kind == "nil":
        return iri == RDF["nil"].value
    if token.kind == "name":
        return iri.endswith(token.text.partition(":")[2].replace("\\", ""))
    if token.kind != "iri":
        return False
    is_plain = _SCHEME.match(token.text) and "\\" not in token.text and not _DOTS.search(token.text)
    return not is_plain or iri == token.text[1:-1]


def _says(token: Token, value: str) -> bool:
    if token.kind in {"number", "word"}:
        return token.text == value
    if token.kind not in {"string", "literal"}:
        return False
    quote = token.text[0]
    if token.text.startswith(quote * 3):
        quote *= 3
    return "\\" in token.text or token.text.startswith(value + quote, len(quote))
