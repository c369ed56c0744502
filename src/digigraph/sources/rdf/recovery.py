"""Each mistake in the syntax of a Turtle or TriG file: behind one, the engine goes on at the next statement.

The engine tells the first error of what it is given. So the text behind an error is cut into tokens until a statement
ends, and the engine is given the rest, with the prefixes that were declared before. No bracket has a dot in it, so a
dot outside strings and IRIs ends a statement whatever is open; where one is missing, a line that begins no deeper than
the statement did may begin another. A place that was chosen so can be the middle of a statement. But what goes on a
statement (a property with its values, a value alone) is none by its third term, and then nothing is said of it. Where
quotation marks may be the mistake, no place is chosen that can be the text of a string (``long_strings``).
"""

from __future__ import annotations

import io
import re
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.sources.rdf.declared import Declared
from digigraph.sources.rdf.engine_errors import EngineLines, first_error, said
from digigraph.sources.rdf.long_strings import Line, LongStrings
from digigraph.sources.rdf.statements import LONG, Statement, indent_of, is_directive, is_mark, is_of_lines, lexed
from digigraph.sources.rdf.turtle import MAX_DEPTH, TOKEN, Token

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_TOLD = 50
"""Mistakes that are told of a file."""
_MOST_RESTARTS = 200
"""How often the engine is started behind an error; not each of its errors is told."""
_UNDECLARED = re.compile(r"The prefix (\S*:) has not been declared")
_OF_A_WORD = re.compile(
    r"(?!.* is not a valid (?:subject|predicate|RDF) ?).*"
    r"(?:has not been declared|Invalid|allowed in|escape|language|exponent|ID cannot|end of file)",
    re.DOTALL,
)
"""Messages about a word by itself, wherever it stands."""
_BEGINS = {"iri", "name", "blank"}
_GOES_ON = {",", ";", "[", "(", "{", "^^"}
_LONG = re.compile("|".join(LONG))
_BRACE = re.compile(r"[{}]")
_LINE = re.compile(r"^([ \t]*+)(?=[<:_\w])", re.MULTILINE)
_MOST_LINES = 50
"""Lines behind a string without end that are tried as the next statement."""
_LONGEST = 100_000
"""Characters of a string that are read as statements, and of a statement."""
_OF_MARKS = 500
"""Characters that could be read in the time that marks take of which nobody knows whether they begin a string."""
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
        self._strings = LongStrings(text, self._is_read)
        self._told = 0
        # Where the engine is to be started next, and what it has to be told there.
        self._at: int | None = 0
        self._declared = Declared(text)
        self._in_block = False
        # Tokens from there within which an error may only say that no statement begins there.
        self._doubted = 0
        # Whether the statements behind may be what is left of a list.
        self._in_list = False
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
        declared = str(self._declared)
        self._room -= len(declared)
        self._room -= end - start if end < len(self._text) else 0
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
        string = previous.start if previous is not None and is_of_lines(previous) else None
        mistake = Mistake(message, here, its_end, previous.end if previous is not None else None, string)
        is_told = self._is_certain(mistake, statement)
        prefix = _UNDECLARED.search(message)
        # What goes on with // was meant as an IRI; behind another prefix, it is the rest of that name.
        is_name = self._text.startswith("//", its_end) or (previous is not None and previous.text.endswith(":"))
        if prefix is not None and not is_name:
            is_told = is_told and self._declared.is_all
            self._declared.undeclared(prefix[1], self._text[here:its_end])
        if prefix is None or is_name or self._strings.in_doubt(here, indent_of(self._text, begin)) is not None:
            self._go_on(mistake, statement, tokens, is_behind_bracket=previous is not None and is_mark(previous, ")]"))
        else:
            self._room -= here - begin
            # What else is wrong in this statement may be the same mistake.
            self._at, self._doubted = begin, len(self._text)
        return mistake if is_told else None

    def _is_certain(self, mistake: Mistake, statement: Statement) -> bool:
        """Whether an error may not be of what was told before."""
        # What begins a statement by guess may be the rest of a word.
        is_of_word = _OF_A_WORD.match(mistake.message) and not _UNDECLARED.search(mistake.message)
        is_doubted = statement.terms < (1 if is_of_word and self._doubted == _OF_TRIPLE else self._doubted)
        return not (is_doubted or self._in_list or self._is_stray(mistake.start, statement))

    def _go_on(
        self, mistake: Mistake, statement: Statement, tokens: Iterator[Token], *, is_behind_bracket: bool
    ) -> None:
        """Find where to go on behind a statement that was read up to a mistake."""
        line = Line.of(self._text, mistake.start)
        begin = statement.head[0].start if statement.head else mistake.start
        # No directive has a string.
        is_directive_begun = bool(statement.head) and statement.head[0].kind == "tag"
        is_text = statement.may_be_text or (line.may_be_text and not is_directive_begun)
        at = self._behind(statement, mistake, line, tokens)
        self._in_block = self._is_inside(statement)
        # Any number of terms may be the rest of a list.
        self._in_list = self._in_list or is_behind_bracket or "(" in statement.open
        is_endless = "end of file" in mistake.message and self._text.startswith(LONG, mistake.start)
        # What is text behind a string without end, nobody knows.
        self._at = None if is_endless else self._outside(at, begin, mistake.start, is_sure=not is_text)
        self.gave_up = self._at is None and "\n" in self._text[mistake.start :].strip()
        if self._at is not None:
            self._declared.lost(statement, mistake.start, begin, self._at)

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
                self._declared.read(statement)
                self._in_block = self._is_inside(statement)
                statement, self._doubted, self._in_list = Statement(), 0, False
        return statement, previous, tokens

    def _is_stray(self, here: int, statement: Statement) -> bool:
        """Whether an error is a dot or brace too much or too few: that may be of what was told before."""
        mark = self._text[here : here + 1]
        if self._told == 0 or self._format != ox.RdfFormat.TRIG:
            return self._told > 0 and mark == "." and not statement.length
        return mark in {"", "{"} or (mark in {".", "}"} and not (statement.length or (self._in_block and mark == "}")))

    def _is_inside(self, statement: Statement) -> bool:
        """Whether what stands behind a statement is in the block of a graph."""
        is_brace = self._format == ox.RdfFormat.TRIG and statement.last is not None and is_mark(statement.last, "{}")
        return statement.last is not None and statement.last.text == "{" if is_brace else self._in_block

    def _behind(self, statement: Statement, mistake: Mistake, line: Line, tokens: Iterator[Token]) -> int | None:
        """Where the next statement begins behind one that cannot be read; None where none does."""
        begin = statement.head[0].start if statement.head else mistake.start
        word = mistake.start if _OF_A_WORD.match(mistake.message) else begin
        indent, first = indent_of(self._text, begin), None
        text = line.end if line.is_unclear else -1
        for token in tokens:
            first = first or token
            if token.start > max(word, text) and self._may_begin(token, statement, indent):
                self._doubted = _OF_TRIPLE
                return token.start
            is_repeated = statement.last is not None and statement.last.text == token.text
            statement.take(token)
            if self._may_end(statement, token) and (token.start > text or self._goes_on(token, indent)):
                is_certain = not (statement.is_no_turtle or token is first or is_repeated)
                is_certain = not statement.open and (is_certain or self._goes_on(token, indent))
                self._doubted = 0 if is_certain else _OF_TRIPLE
                return token.end
            if token.end - begin > _FAR:
                break
        return None

    def _may_end(self, statement: Statement, token: Token) -> bool:
        """Whether the last token of a statement that cannot be read ends it."""
        if self._format == ox.RdfFormat.TRIG and is_mark(token, "{}"):
            # The name of a graph and its brace; a brace elsewhere opens nothing.
            is_graph = statement.head[0].kind in _BEGINS and statement.length == _OF_GRAPH
            is_end = self._in_block if token.text == "}" else is_graph and not self._in_block
        else:
            is_end = is_mark(token, ".")
        return is_end and (token.text == "{" or _ENDS.match(self._text, token.end) is not None)

    def _goes_on(self, end: Token, indent: int) -> bool:
        """Whether there is a statement at the beginning of the line behind an end of which that is not certain."""
        following = next(lexed(self._text, end.end), None)
        return following is not None and end.text == "." and self._may_begin(following, Statement(), indent)

    def _may_begin(self, token: Token, statement: Statement, indent: int) -> bool:
        """Whether a token in a statement that cannot be read may begin the next one, before which a dot is missing."""
        is_word = is_directive(token) or (token.kind == "word" and token.text.upper() == "GRAPH")
        if not (token.kind in _BEGINS or is_word) or "(" in statement.open or statement.is_begun_directive:
            return False
        if statement.last is not None and statement.last.text in _GOES_ON:
            return False
        return self._text[max(0, token.start - indent - 1) : token.start].rstrip(" \t").endswith("\n")

    def _outside(self, at: int | None, begin: int, here: int, *, is_sure: bool) -> int | None:
        """Where to go on behind a mistake, at an offset or where nobody can take what follows for the text of a string.

        None where that is nowhere. ``is_sure`` is whether no string of several lines is before the mistake.
        """
        indent = indent_of(self._text, begin)
        is_sure = is_sure and at is not None and _LONG.search(self._text, here, at) is None
        start = here if at is None or not is_sure else at
        while self._room > 0 and (behind := self._strings.in_doubt(start, indent)) is not None:
            start, is_sure = behind, False
            self._room -= _OF_MARKS
        if is_sure:
            return at
        self._doubted = _OF_TRIPLE
        found = self._strings.statement(start)
        lines = [found] if found is not None else islice(self._lines_from(start, indent), _MOST_LINES)
        is_graphs = self._format == ox.RdfFormat.TRIG
        for line in lines:
            # Behind a brace nobody knows in what graph.
            if is_graphs and _BRACE.search(self._text, here, line):
                break
            if found is not None or (self._room > 0 and self._is_read(line, line)):
                return line
        return None

    def _lines_from(self, start: int, indent: int) -> Iterator[int]:
        """Where statements may begin, at the beginning of lines behind an offset."""
        for line in _LINE.finditer(self._text, start, start + _FAR):
            token = TOKEN.match(self._text, line.end())
            if len(line[1]) <= indent and token is not None and token.lastgroup in _BEGINS:
                yield line.end()

    def _is_read(self, start: int, string: int) -> bool:
        """Whether the engine reads what stands between an offset and the first dot behind a token at another."""
        is_behind = False
        for token in lexed(self._text, start):
            is_behind = is_behind or token.start == string
            if is_behind and token.text in LONG:
                # It has no end: that is told in its turn.
                return self._opens(start, token.end)
            is_passed = token.start > string and not is_behind
            if is_passed or token.kind in {"open", "broken"} or token.end - start > _LONGEST:
                break
            if is_behind and is_mark(token, "."):
                return self._error(start, token.end, in_block=False) is None
            self._room -= len(token.text)
        return False

    def _opens(self, start: int, end: int) -> bool:
        """Whether all from an offset on is statements up to three quotation marks, and these open a string."""
        error = self._error(start, end, in_block=False)
        place = None if error is None else self._offset(error.lineno, error.offset, start)
        return error is not None and "end of file" in said(error) and place == end - len(LONG[0])
