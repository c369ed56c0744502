"""Each mistake in the syntax of a Turtle or TriG file: behind one, the engine goes on at the next statement.

The engine tells the first error of what it is given. So the text behind an error is cut into tokens until a statement
ends, and the engine is given the rest, with the prefixes that were declared before. No bracket has a dot in it, so a
dot outside strings and IRIs ends a statement whatever is open; where one is missing, a line that begins no deeper than
the statement did may begin another. A place that was chosen so can be the middle of a statement. But what goes on a
statement (a property with its values, a value alone) is none by its third term, and then nothing is said of it.
"""

from __future__ import annotations

import io
import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.sources.rdf.engine_errors import EngineLines, first_error, said
from digigraph.sources.rdf.statements import LONG, NOWHERE, Statement, is_directive, is_mark, is_of_lines, lexed
from digigraph.sources.rdf.turtle import MAX_DEPTH, TOKEN, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TOLD = 50
"""Mistakes that are told of a file."""
_MOST_RESTARTS = 200
"""How often the engine is started behind an error; not each of its errors is told."""
_UNDECLARED = re.compile(r"The prefix (\S*:) has not been declared")
_OF_A_WORD = re.compile(r"has not been declared|Invalid|allowed|escape|language|exponent|ID cannot|end of file")
"""Messages about a word by itself, wherever it stands."""
_BEGINS = {"iri", "name", "blank"}
_GOES_ON = {",", ";", "[", "(", "{", "^^"}
_SPACES = re.compile(r"[ \t]*+")
_DEEPEST = 200
"""Indentation that is looked at."""
_LINE = re.compile(r"^([ \t]*+)(?=[<:_\w])", re.MULTILINE)
_MOST_LINES = 50
"""Lines behind a string without end that are tried as the next statement."""
_LONGEST = 100_000
"""Characters of a string that are read as statements, and of a statement."""
_FAR = 200_000
"""Characters behind the beginning of a statement or string among which the next statement is looked for."""
_ENDS = re.compile(r"[\s#}]|\Z")
"""What stands behind the dot of a statement, also where it is not sure that it is one."""
_LINES_BEFORE = 1
"""Lines that the engine is given before the text."""
_OF_TRIPLE = 3
_OF_GRAPH = 2
"""Tokens by which a statement, or the name of a graph and its brace, are known as such."""


class Mistake(NamedTuple):
    """What the engine says of a place; all places are offsets.

    Parameters
    ----------
    message
        The engine's, without the place.
    start, end
        The place.
    before
        Where what stands before it ends; None where nothing does.
    string
        Where a string of several lines begins that stands directly before.
    """

    message: str
    start: int
    end: int
    before: int | None
    string: int | None


class _From(io.BytesIO):
    """A text between two offsets, behind a line of its own."""

    def __init__(self, head: str, text: str, start: int, end: int) -> None:
        super().__init__(head.encode())
        self._text = text
        self._start = start
        self._end = end

    def read(self, size: int | None = -1, /) -> bytes:
        """Return no more bytes than are asked for."""
        if part := super().read(size):
            return part
        start = self._start
        # A character takes four bytes at most.
        self._start = min(self._end, start + max(1, (size or 0) // 4))
        return self._text[start : self._start].encode()


class Recovery:
    """Finds each mistake in the syntax of a file.

    Parameters
    ----------
    text
        The file, without byte order mark.
    base_iri
        For relative IRIs.
    rdf_format
        Turtle or TriG.

    Attributes
    ----------
    gave_up
        Whether there is something behind the last mistake that was not looked at.
    """

    def __init__(self, text: str, base_iri: str, *, rdf_format: ox.RdfFormat) -> None:
        self.gave_up = False
        self._text = text
        self._base = base_iri
        self._format = rdf_format
        self._lines = EngineLines(text)
        self._told = 0
        # Where the engine is to be started next, and what it has to be told there.
        self._at: int | None = 0
        self._prefixes: dict[str, str] = {}
        self._in_block = False
        # Tokens from there within which an error may only say that no statement begins there.
        self._doubted = 0
        # Whether no directive was lost.
        self._knows_prefixes = True
        # Characters that may be read once more: so the time is that of some readings, however hostile the file.
        self._room = 4 * len(text) + 1_000_000

    def mistakes(self) -> Iterator[Mistake]:
        """Yield the mistakes, in the order of the file."""
        # What was a string may be read as triple terms further down, and nobody has counted how deep they are.
        restarts = _MOST_RESTARTS if self._text.count("<<") <= MAX_DEPTH else 1
        for _ in range(restarts):
            if self._at is None or (error := self._error(self._at, len(self._text), in_block=self._in_block)) is None:
                return
            if self._told == MOST_TOLD or self._room < 0:
                break
            if (mistake := self._follow(error, self._at)) is not None:
                self._told += 1
                yield mistake
        self.gave_up = True

    def _error(self, start: int, end: int, *, in_block: bool) -> SyntaxError | None:
        """The engine's first error in a part of the text; a line of declarations stands before it."""
        declared = "".join(f"@prefix {name} {iri} . " for name, iri in self._prefixes.items())
        self._room -= len(declared)
        source = _From(f"{declared}{'{' * in_block}\n", self._text, start, end)
        try:
            return first_error(source, rdf_format=self._format, base_iri=self._base)
        except MemoryError:
            # A word of more than 16 MB is told when what stands before it is corrected.
            return None

    def _offset(self, line: int | None, column: int | None, start: int) -> int:
        """Where in the file a line and column of the engine are, which was started at an offset."""
        return self._lines.offset((line or 0) - _LINES_BEFORE, column, since=start)

    def _follow(self, error: SyntaxError, start: int) -> Mistake | None:
        """What an error means, if it means anything; finds out where to go on."""
        here = self._offset(error.lineno, error.offset, start)
        its_end = self._offset(error.end_lineno, error.end_offset, start)
        message = said(error)
        statement, previous, tokens = self._up_to(here, start)
        begin = statement.head[0].start if statement.head else here
        string = previous if previous is not None and is_of_lines(previous) else None
        is_of_word = _OF_A_WORD.search(message) is not None
        is_told = is_of_word or (statement.length >= self._doubted and not self._is_stray(here, statement))
        prefix = _UNDECLARED.search(message)
        # What goes on with // was meant as an IRI.
        if prefix is not None and not self._text.startswith("//", its_end):
            is_told = self._knows_prefixes
            self._room -= here - begin
            self._prefixes[prefix[1]] = NOWHERE
            # What else is wrong in this statement may be the same mistake.
            self._at, self._doubted = begin, len(self._text)
        elif string is not None:
            self._at = self._behind_string(string, begin)
            self._lost(statement, here)
        else:
            self._at = self._behind(statement, here if is_of_word else -1, begin, tokens)
            self._lost(statement, here)
        if not is_told:
            return None
        before = previous.end if previous is not None else None
        return Mistake(message, here, its_end, before, string.start if string is not None else None)

    def _up_to(self, here: int, start: int) -> tuple[Statement, Token | None, Iterator[Token]]:
        """The statement in which an error is, as far as it was read, the token before it, and those from there on."""
        tokens = lexed(self._text, start)
        statement, previous = Statement(), None
        for token in tokens:
            if token.end > here:
                tokens = chain([token], tokens)
                break
            statement.take(token)
            previous = token
            if statement.has_ended:
                self._prefixes |= statement.declared(len(self._text))
                self._in_block = self._is_inside(statement)
                statement, self._doubted = Statement(), 0
        return statement, previous, tokens

    def _is_stray(self, here: int, statement: Statement) -> bool:
        """Whether an error is that a brace closes nothing: what should have opened it may be what was told before."""
        return self._told > 0 and not statement.length and not self._in_block and self._text.startswith("}", here)

    def _is_inside(self, statement: Statement) -> bool:
        """Whether what stands behind a statement is in the block of a graph."""
        is_brace = self._format == ox.RdfFormat.TRIG and statement.last is not None and is_mark(statement.last, "{}")
        return statement.last is not None and statement.last.text == "{" if is_brace else self._in_block

    def _lost(self, statement: Statement, until: int) -> None:
        """A statement that could not be read has ended; up to an offset it could."""
        is_nameless = statement.head and is_directive(statement.head[0]) and not statement.declared(until)
        if is_nameless or statement.is_misspelt:
            self._knows_prefixes = False
        for name, iri in {**dict.fromkeys(statement.may_declare, NOWHERE), **statement.declared(until)}.items():
            if name not in self._prefixes and _is_prefix(name):
                self._prefixes[name] = iri
        self._in_block = self._is_inside(statement)

    def _behind(self, statement: Statement, word: int, begin: int, tokens: Iterator[Token]) -> int | None:
        """Where the next statement begins behind one that cannot be read; None where none does.

        ``word`` is where a word is that is wrong by itself.
        """
        indent, first = self._indent(begin), None
        for token in tokens:
            first = first or token
            if token.kind == "open" and token.text in LONG:
                return self._behind_string(token, begin)
            if token.start > begin and token.start > word and self._may_begin(token, statement, indent):
                self._doubted = _OF_TRIPLE
                return token.start
            statement.take(token)
            if self._may_end(statement, token):
                is_certain = not statement.is_no_turtle and token is not first
                is_certain = not statement.open and (is_certain or self._goes_on(token, indent))
                self._doubted = 0 if is_certain else _OF_TRIPLE
                return token.end
            if token.end - begin > _FAR:
                break
        self.gave_up = first is not None and "\n" in self._text[first.start :].strip()
        return None

    def _may_end(self, statement: Statement, token: Token) -> bool:
        """Whether the last token of a statement that cannot be read ends it."""
        if self._format == ox.RdfFormat.TRIG and is_mark(token, "{}"):
            # The name of a graph and its brace; a brace elsewhere opens nothing.
            is_graph = statement.head[0].kind in _BEGINS and statement.length == _OF_GRAPH
            return self._in_block if token.text == "}" else is_graph and not self._in_block
        return is_mark(token, ".") and _ENDS.match(self._text, token.end) is not None

    def _goes_on(self, end: Token, indent: int) -> bool:
        """Whether there is a statement at the beginning of the line behind an end of which that is not certain."""
        following = next(lexed(self._text, end.end), None)
        return following is not None and end.text == "." and self._may_begin(following, Statement(), indent)

    def _indent(self, offset: int) -> int:
        """How deep the line of an offset is indented."""
        spaces = _SPACES.match(self._text, self._text.rfind("\n", 0, offset) + 1, offset)
        return min(_DEEPEST, len(spaces[0])) if spaces is not None else 0

    def _may_begin(self, token: Token, statement: Statement, indent: int) -> bool:
        """Whether a token in a statement that cannot be read may begin the next one, before which a dot is missing."""
        is_word = is_directive(token) or (token.kind == "word" and token.text.upper() == "GRAPH")
        if not (token.kind in _BEGINS or is_word) or "(" in statement.open or statement.is_begun_directive:
            return False
        if statement.last is not None and statement.last.text in _GOES_ON:
            return False
        return self._text[max(0, token.start - indent - 1) : token.start].rstrip(" \t").endswith("\n")

    def _behind_string(self, string: Token, begin: int) -> int | None:
        """Where the next statement begins behind a string that has no end, or not the one that was meant.

        It begins at a line inside of it, if all from there on is statements up to what ends the string, and that opens
        one. Behind it, or where it has no end, at the first line with a statement that can be read.
        """
        indent, tried = self._indent(begin), 0
        for line in _LINE.finditer(self._text, string.start, string.start + _FAR):
            start = line.end()
            token = TOKEN.match(self._text, start)
            if len(line[1]) > indent or token is None or token.lastgroup not in _BEGINS:
                continue
            tried += 1
            if self._room < 0 or tried > _MOST_LINES:
                break
            is_inside = string.kind == "string" and start < string.end
            if self._opens_string(start, string.end) if is_inside else self._is_statement(start):
                return start
        self.gave_up = True
        return None

    def _opens_string(self, start: int, end: int) -> bool:
        """Whether all from an offset on is statements up to three quotation marks, and these open a string."""
        if end - start > _LONGEST:
            return False
        self._room -= end - start
        error = self._error(start, end, in_block=self._in_block)
        if error is None:
            return False
        place = self._offset(error.lineno, error.offset, start)
        return "end of file" in str(error.msg) and place == end - len(LONG[0])

    def _is_statement(self, start: int) -> bool:
        """Whether what begins at an offset can be read up to its dot."""
        statement = Statement()
        for token in lexed(self._text, start):
            if token.kind in {"open", "broken"} or token.end - start > _LONGEST:
                break
            statement.take(token)
            if statement.has_ended:
                self._room -= token.end - start
                return token.text == "." and self._error(start, token.end, in_block=False) is None
        return False


def _is_prefix(name: str) -> bool:
    """Whether a prefix can be declared."""
    try:
        list(ox.parse(f"@prefix {name} {NOWHERE} .", format=ox.RdfFormat.TURTLE))
    except SyntaxError:
        return False
    return True
