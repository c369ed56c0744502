"""The lines of a YAML file as people write them: a dash, a key, a value that may go on in the lines below.

They are told apart without YAML's rules of indentation, so that they can be where those are broken.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

_PHYSICAL = re.compile(r"[^\n]*\n|[^\n]+")
_INDENT = re.compile(r"[ \t]*")
_DASH = re.compile(r"-(?:[ \t]+|(?=\r?\n|\Z))")
_GLUED_DASH = re.compile(r"-(?=[\"'\[{]|[\w-]+:\s)")
_KEY = re.compile(r"""(?:"([^"\n]*)"|'([^'\n]*)'|([^\s,\[\]{}#&*!|>'"%@`-][^\s:]*)) *:(?=\s|\Z)""")
_KEY_OF_WORDS = re.compile(r"""[^\s,\[\]{}#&*!|>'"%@`-][^\n:#'"{}\[\]]*:(?=\s|\Z)""")
_GLUED_KEY = re.compile(r"([\w-]+):(?=[^\s:/])")
_WORD = re.compile(r"[\w-]+(?=\s|\Z)")
_FIRST_OF_FLOW = re.compile(r"""\{\s*"?([\w-]+)"?\s*:""")
_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?")
_NO_VALUE = re.compile(r"(?:[&!]\S*\s*)*(?:#.*)?")
_REST = re.compile(r"[ \t]*(?:[ \t]#[^\n]*)?\r?(?=\n|\Z)")
_COMMENT = re.compile(r"[ \t]#")
_QUOTED = {'"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL), "'": re.compile(r"'(?:[^']|'')*'")}
_FLOW = re.compile(r"""(?<=[\s,\[{:])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\#[^\n]*)|[\[\]{}]""", re.DOTALL)


@dataclass(slots=True, eq=False)
class Line:
    """A line that begins with a dash or a key, with its value; offsets in the text.

    Parameters
    ----------
    start, end
        Where it begins, and where the next one does.
    sign
        Where its first sign stands that is no space or tab.
    body
        Where stands what is behind its dash; ``sign`` where it has none.
    key
        Its key; None where it has none.
    colon
        Behind the colon of the key; where it should stand, if ``without`` says so.
    value, stop
        Where its value begins and ends; both are the same where it has none.
    without
        What its layout misses: ``dash`` or ``colon`` for the space behind it, ``key`` for the colon.
    kind
        The sign with which its value begins: a quotation mark, a bracket, ``|`` for a block text; else empty.
    more
        The lines in which its value goes on.
    is_stray
        Whether it has neither dash nor key: it belongs to nothing.
    """

    start: int
    sign: int
    body: int
    key: str | None
    colon: int
    value: int
    stop: int = 0
    end: int = 0
    without: str | None = None
    kind: str = ""
    more: list[int] = field(default_factory=list)
    is_stray: bool = False

    @property
    def has_dash(self) -> bool:
        """Whether it begins with a dash."""
        return self.body > self.sign

    @property
    def opens(self) -> bool:
        """Whether its value can stand below it."""
        return self.value == self.stop and not self.is_stray


class Lines:
    """Splits a text.

    Parameters
    ----------
    text
        The text.
    words
        Keys that are known: a line that begins with one is no part of the text above, also without its colon.
    """

    def __init__(self, text: str, words: AbstractSet[str]) -> None:
        self._text = text
        self._words = words
        self._starts = [found.start() for found in _PHYSICAL.finditer(text)]
        self._ends = [*self._starts[1:], len(text)]
        self.blanks: list[int] = []
        """Where lines begin that are empty or comments."""

    def split(self) -> Iterator[Line]:
        """Yield the lines in order."""
        number = 0
        before: Line | None = None
        while number < len(self._starts):
            if self._is_blank(number):
                self.blanks.append(self._starts[number])
                number += 1
                continue
            before = self._signed(number) or self._slip(number, before) or self._stray(number)
            number = self._with_value(before, number)
            before.end = self._starts[number] if number < len(self._starts) else len(self._text)
            yield before

    def lead(self, line: Line) -> str | None:
        """The key with which a line, or the mapping in brackets that it is, begins."""
        if line.key is None and (found := _FIRST_OF_FLOW.match(self._text, line.value)) is not None:
            return found.group(1)
        return line.key

    def column(self, start: int) -> int | None:
        """By how much a line is indented; None where a tab does it."""
        indent = self.indent(start)
        return None if "\t" in indent else len(indent)

    def own(self, line: Line) -> int | None:
        """By how much the key of a line is indented, or its dash where it has none; None where a tab does it."""
        column = self.column(line.start)
        return column if column is None or line.key is None else column + line.body - line.sign

    def is_apart(self, line: Line) -> bool:
        """Whether an empty line or a comment stands right above a line that is not the first."""
        above = self._text[self._text.rfind("\n", 0, line.start - 1) + 1 : line.start].strip()
        return not above or above.startswith("#")

    def indent(self, start: int) -> str:
        """What a line begins with: spaces and tabs."""
        found = _INDENT.match(self._text, start)
        return found.group() if found else ""

    def _sign(self, number: int) -> int:
        return self._starts[number] + len(self.indent(self._starts[number]))

    def _is_blank(self, number: int) -> bool:
        # Other spaces than YAML's are no words, either.
        words = self._text[self._sign(number) : self._ends[number]].strip()
        return not words or words.startswith("#")

    def _signed(self, number: int) -> Line | None:
        """The line, where a dash or a key begins it."""
        start, sign = self._starts[number], self._sign(number)
        dash = _DASH.match(self._text, sign) or _GLUED_DASH.match(self._text, sign)
        body = dash.end() if dash else sign
        key = _KEY.match(self._text, body)
        without = "dash" if dash and dash.end() == sign + 1 and not _DASH.match(self._text, sign) else None
        if key is None and (slip := _GLUED_KEY.match(self._text, body)) and slip.group(1) in self._words:
            return Line(start, sign, body, slip.group(1), slip.end(), slip.end(), without=without or "colon")
        if key is not None:
            name = next(each for each in key.groups() if each is not None)
            return Line(start, sign, body, name, key.end(), self._behind(key.end()), without=without)
        word = _WORD.match(self._text, body)
        if dash and word and word.group() in self._words and self._is_above(number):
            return Line(start, sign, body, word.group(), word.end(), self._behind(word.end()), without="key")
        return Line(start, sign, body, None, body, body, without=without) if dash else None

    def _slip(self, number: int, before: Line | None) -> Line | None:
        """The line, where a key begins it that misses its colon, or the space behind it; or a key of several words."""
        start, sign = self._starts[number], self._sign(number)
        if (words := _KEY_OF_WORDS.match(self._text, sign)) is not None:
            name = self._text[sign : words.end() - 1].rstrip()
            return Line(start, sign, sign, name, words.end(), self._behind(words.end()))
        if (glued := _GLUED_KEY.match(self._text, sign)) is not None:
            return Line(start, sign, sign, glued.group(1), glued.end(), glued.end(), without="colon")
        word = _WORD.match(self._text, sign)
        if word is None:
            return None
        is_alone = _REST.match(self._text, word.end()) is not None and self._is_above(number)
        if word.group() in self._words or is_alone or (before and before.opens and self._is_beside_key(number)):
            return Line(start, sign, sign, word.group(), word.end(), self._behind(word.end()), without="key")
        return None

    def _is_above(self, number: int) -> bool:
        """Whether the next line is indented more and begins with a dash or a key."""
        column, following = self.column(self._starts[number]), number + 1
        while following < len(self._starts) and self._is_blank(following):
            following += 1
        if following == len(self._starts) or self._signed(following) is None:
            return False
        below = self.column(self._starts[following])
        return column is None or below is None or below > column

    def _stray(self, number: int) -> Line:
        start, sign = self._starts[number], self._sign(number)
        return Line(start, sign, sign, None, sign, sign, is_stray=True)

    def _behind(self, at: int) -> int:
        spaces = _INDENT.match(self._text, at)
        return spaces.end() if spaces else at

    def _end_of_words(self, number: int) -> int:
        """Where the last word of a line ends that is no comment."""
        return self._starts[number] + len(self._text[self._starts[number] : self._ends[number]].rstrip())

    def _with_value(self, line: Line, number: int) -> int:
        """Find where the value of a line ends; return the number of the next line."""
        line.stop = self._end_of_words(number)
        line.value = min(line.value, line.stop)
        words = self._text[line.value : line.stop]
        if _BLOCK.fullmatch(words):
            line.kind = "|"
            return self._below_block(line, number)
        if _NO_VALUE.fullmatch(words):
            line.stop = line.value
            below = self._value_below(line, number + 1)
            if below is None:
                return number + 1
            line.more += self._starts[number + 1 : below + 1]
            line.value, number = self._sign(below), below
            line.stop = self._end_of_words(number)
        line.kind = self._text[line.value] if self._text[line.value] in "\"'[{" else ""
        end = self._closed(line)
        if end is not None:
            last = self._number_of(end)
            line.more += self._starts[number + 1 : last + 1]
            line.stop = end
            return last + 1
        return self._goes_on(line, number)

    def _value_below(self, line: Line, number: int) -> int | None:
        """The number of the line in which a value begins that stands below its key."""
        while number < len(self._starts) and self._is_blank(number):
            number += 1
        if number == len(self._starts) or self._begins(number):
            return None
        column, own = self.column(self._starts[number]), self.own(line)
        is_deeper = column is None or own is None or column > own
        return number if is_deeper and not self._is_beside_key(number) else None

    def _is_beside_key(self, number: int) -> bool:
        """Whether the next line begins with a key and is indented alike."""
        following = number + 1
        while following < len(self._starts) and self._is_blank(following):
            following += 1
        if following == len(self._starts) or (signed := self._signed(following)) is None or signed.has_dash:
            return False
        return self.indent(self._starts[number]) == self.indent(signed.start)

    def _begins(self, number: int) -> bool:
        """Whether a line begins something of its own, and does not go on with what is above."""
        if self._signed(number) is not None:
            return True
        word = _WORD.match(self._text, self._sign(number))
        return word is not None and word.group() in self._words and self._is_above(number)

    def _below_block(self, line: Line, number: int) -> int:
        """The text below ``|`` or ``>``: as far as lines are indented, or begin with neither dash nor key."""
        own, within = self.own(line) or 0, None
        number += 1
        last = number
        while number < len(self._starts):
            if self._text[self._sign(number) : self._ends[number]].strip():
                column = self.column(self._starts[number])
                is_apart = self._begins(number) or self._is_blank(number) or column == 0
                if column is not None and column < (own + 1 if within is None else within) and is_apart:
                    break
                within = within or column or own + 1
                last = number + 1
            number += 1
        line.more += [self._starts[each] for each in range(self._number_of(line.stop) + 1, last)]
        line.stop = self._end_of_words(last - 1)
        return last

    def _number_of(self, end: int) -> int:
        """The number of the line in which something ends."""
        return bisect_left(self._ends, end)

    def _closed(self, line: Line) -> int | None:
        """Where quotation marks or brackets are closed; None where they are not, or something stands behind them."""
        if not line.kind:
            return None
        # On its own line, as nearly always; else as far as the lines can be part of it.
        end = self._end_of_kind(line, line.stop)
        if end is None:
            end = self._end_of_kind(line, self._most(line))
        return end if end is not None and _REST.match(self._text, end) else None

    def _end_of_kind(self, line: Line, most: int) -> int | None:
        """Where quotation marks or brackets are closed before an offset."""
        if line.kind in _QUOTED:
            found = _QUOTED[line.kind].match(self._text, line.value, most)
            return found.end() if found else None
        depth = 0
        for found in _FLOW.finditer(self._text, line.value, most):
            depth += (found.group() in {"[", "{"}) - (found.group() in {"]", "}"})
            if not depth:
                return found.end()
        return None

    def _most(self, line: Line) -> int:
        """How far a value goes at most: to the first line below that begins what can be no part of it."""
        own = self.own(line)
        number = self._number_of(line.stop) + 1
        while number < len(self._starts):
            signed = self._signed(number)
            if signed is not None:
                column = self.column(signed.start)
                is_out = column is not None and own is not None and column <= own
                is_apart = signed.has_dash or line.kind in _QUOTED
                if is_out or (is_apart and self.lead(signed) in self._words):
                    break
            number += 1
        return self._starts[number] if number < len(self._starts) else len(self._text)

    def _goes_on(self, line: Line, number: int) -> int:
        """The lines below that begin nothing of their own; return the number of the next one."""
        # A tab is one column at least.
        own = self.own(line) or len(self.indent(line.start))
        if not line.kind:
            comment = _COMMENT.search(self._text, line.value, line.stop)
            if comment:
                line.stop = line.value + len(self._text[line.value : comment.start()].rstrip())
            if comment or line.is_stray:
                return number + 1
        while (number := number + 1) < len(self._starts):
            column = self.column(self._starts[number])
            is_deeper = column is None or column > own
            if self._is_blank(number) or (self._begins(number) and not (is_deeper and self._takes_keys(line))):
                break
            if line.kind in {"[", "{"} and (signed := self._signed(number)) and signed.has_dash:
                break
            # A bracket that is not closed goes on at the margin of what it stands in only behind a comma.
            is_open = line.kind not in {"[", "{"} or self._text[line.stop - 1] == ","
            least = own - (len("- ") if is_open else 0)
            is_outside = column is not None and column < least
            if not is_deeper and (column == 0 or is_outside or self._slip(number, line)):
                break
            line.more.append(self._starts[number])
            line.stop = self._end_of_words(number)
        return number

    def _takes_keys(self, line: Line) -> bool:
        """Whether keys can follow in the brackets of a value as far as it goes: behind a comma, and in no list."""
        written = self._text[line.value : line.stop]
        is_mapping = line.kind == "{" or (line.kind == "[" and written.count("{") > written.count("}"))
        return is_mapping and written[-1] in ",{["
