"""Common slips in JSON: where the engine stops at one, the text can be read on as it was meant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_COMMENT = re.compile(r"(?://|#)[^\n]*+|/\*.*?\*/", re.DOTALL)
_KEY = re.compile(r'"(?:[^"\\\n]++|\\.)*+"\s*+:')
_VALUE = re.compile(r'["\[{\-0-9tfn]')
_QUOTED = re.compile(r"""(?:'([^'"\\\n]*+)'|[“”„]([^“”"\\\n]*+)[“”])(?=\s*+(?:[:,\]}#]|//|/\*))""")
_BARE_KEY = re.compile(r"[A-Za-z_@][\w.@-]*+(?=\s*+:)")
_WORD = re.compile(r"[A-Za-z]++(?=\s*+(?:[,\]}#]|//|/\*))")
_WORDS = {
    **dict.fromkeys(("None", "undefined", "NULL", "Null"), "null"),
    **dict.fromkeys(("True", "TRUE"), "true"),
    **dict.fromkeys(("False", "FALSE"), "false"),
}
_NO_NUMBERS = {"NaN", "Infinity"}
_HEXADECIMAL = re.compile(r"0[xX][0-9A-Fa-f]++")
_ZEROS = re.compile(r"(?<![\w.])0++(?=[0-9])")
_ESCAPE = re.compile(r"\\[^\nu]")
_NO_COMMENT = "JSON has no comments: delete it."


class Slip(NamedTuple):
    """What stands from one offset to another, what was meant, and what to write instead."""

    start: int
    end: int
    meant: str
    hint: str


@dataclass(slots=True)
class MendedText:
    """A text with slips, as it was meant; they are mended in their order."""

    text: str
    _slips: list[tuple[int, int]] = field(default_factory=list)
    """Behind which offset of the mended text how much longer it is than it was."""

    def mend(self, slip: Slip) -> int:
        """Write what was meant; return where it ends."""
        self.text = self.text[: slip.start] + slip.meant + self.text[slip.end :]
        longer = self._slips[-1][1] if self._slips else 0
        end = slip.start + len(slip.meant)
        self._slips.append((end, longer + len(slip.meant) - (slip.end - slip.start)))
        return end

    def original(self, offset: int) -> int:
        """Return where that stood which now stands at an offset."""
        return offset - next((longer for end, longer in reversed(self._slips) if end <= offset), 0)


def slip_at(text: str, offset: int, message: str) -> Slip | None:
    """Return what is wrong where the engine's parser stopped, or None where that is not plain.

    Parameters
    ----------
    text
        Not JSON.
    offset
        Where it stopped.
    message
        What it said.
    """
    return _comma(text, offset, message) or _quotation(text, offset) or _word(text, offset) or _number(text, offset)


def _comma(text: str, offset: int, message: str) -> Slip | None:
    """A comma too many, one that is missing, or a comment in the place of one."""
    if message.startswith("Trailing commas"):
        comma = text.rindex(",", 0, offset)
        return Slip(comma, comma + 1, "", "Delete this comma.")
    if (comment := _COMMENT.match(text, offset)) is not None:
        return Slip(offset, comment.end(), "", _NO_COMMENT)
    following = _KEY if message.startswith("Object values") else _VALUE
    before = len(text[:offset].rstrip())
    if "must be followed by a comma" not in message or following.match(text, offset) is None or before == offset:
        return None
    return Slip(before, before, ",", "Write a comma before it.")


def _quotation(text: str, offset: int) -> Slip | None:
    """Other quotation marks, a key without any, an escape that is none."""
    if (quoted := _QUOTED.match(text, offset)) is not None:
        said = f'"{quoted[1] if quoted[1] is not None else quoted[2]}"'
        return Slip(offset, quoted.end(), said, f"Write {said}.")
    if (key := _BARE_KEY.match(text, offset)) is not None:
        return Slip(offset, key.end(), f'"{key[0]}"', f'Write "{key[0]}".')
    if (escape := _ESCAPE.match(text, offset)) is not None:
        return Slip(offset, escape.end(), escape[0][1], f"Write {escape[0][1]}, or \\{escape[0]} for the backslash.")
    return None


def _word(text: str, offset: int) -> Slip | None:
    """A value of another language."""
    word = _WORD.match(text, offset)
    if word is None:
        return None
    if (meant := _WORDS.get(word[0])) is not None:
        return Slip(offset, word.end(), meant, f"Write {meant}.")
    if word[0] in _NO_NUMBERS:
        start = offset - text.startswith("-", offset - 1)
        return Slip(start, word.end(), "0", "JSON has no such number; leave it out, or write a string with its type.")
    return None


def _number(text: str, offset: int) -> Slip | None:
    """A number in a form that JSON does not have."""
    if (zeros := _ZEROS.match(text, offset - 1)) is not None:
        return Slip(offset - 1, zeros.end(), "", "Delete this 0.")
    if (hexadecimal := _HEXADECIMAL.match(text, offset - 1)) is not None:
        number = str(int(hexadecimal[0], 16))
        return Slip(offset - 1, hexadecimal.end(), number, f"Write {number}.")
    if text[offset : offset + 2].startswith("+") and text[offset + 1 : offset + 2].isdigit():
        return Slip(offset, offset + 1, "", "Delete this sign.")
    if text.startswith(".", offset) and text[offset + 1 : offset + 2].isdigit():
        return Slip(offset, offset, "0", "Write a 0 before the point.")
    if text.startswith(".", offset - 1):
        return Slip(offset, offset, "0", "Write a 0 behind the point.")
    return None
