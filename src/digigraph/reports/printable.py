"""Text of others made safe to show: it may hold what moves a cursor, hides words or breaks a format."""

from __future__ import annotations

import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """Return one line of text: white space as single spaces, control and direction characters replaced."""
    return "".join(map(_safe, " ".join(text.split())))


def printable_lines(text: str) -> str:
    """Return text of several lines for those who show it to people: only its line ends stay of what is no letter."""
    return "\n".join("".join(map(_safe, line.rstrip("\r").replace("\t", " "))) for line in text.split("\n"))


def printable_name(name: str) -> str:
    """Return the name of a file, one character for each of its own: only white space stays of what is no letter."""
    return "".join(character if character in "\t\n\r" else _safe(character) for character in name)


def printable_line(line: str) -> str:
    """Return a source line, one character for each of its own: tabs as spaces, control characters replaced."""
    return "".join(" " if character == "\t" else _safe(character) for character in line)


def width(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    return sum(map(_cells, text))


def _safe(character: str) -> str:
    is_control = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _BIDIRECTIONAL
    return _REPLACEMENT if is_control else character


def _cells(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
