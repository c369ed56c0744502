"""What is left out of a YAML file that breaks the rules of YAML: entries, by their indentation; merge conflicts."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from digigraph.sources.files.records import Malformed

if TYPE_CHECKING:
    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions

MAX_DEPTH = 20
"""Levels of nesting above which a YAML file is refused."""
MAX_ENTRIES = 50
"""Entries that break YAML's rules, and values of one key, above which the others of a file are not looked at."""
MAX_WRAPPED = 4
"""What looks like entries and may be one, for its text goes on in lines that are indented less."""
_ENTRY = re.compile(r" *(?:-\s|[\w-]+:\s)")
_CONFLICT = re.compile(r"^(?:<{7} |>{7} |={7}\r?$|\|{7}).*", re.MULTILINE)
_HEAD = re.compile(r"[^\s#-]")


def without_conflicts(text: str, positions: Positions, findings: list[Finding]) -> str:
    """Leave out the markers of merge conflicts, with all versions but the first, and note where each begins."""
    opened = other = None
    left_out: list[tuple[int, int]] = []
    for mark in _CONFLICT.finditer(text):
        if mark.group().startswith("<"):
            opened, other = mark, None
        elif not mark.group().startswith(">"):
            other = other or mark
        elif opened and other:
            place = positions.value(*opened.span())
            hint = "Keep what is right of both, without the lines <<<<<<<, ======= and >>>>>>>. The first is checked."
            findings.append(Malformed("yaml", "A merge conflict begins here.", place, hint=hint).finding)
            left_out += [opened.span(), (other.start(), mark.end())]
            opened = other = None
            if len(left_out) == 2 * MAX_ENTRIES:
                break
    for start, end in left_out:
        text = blanked(text, start, end)
    return text


def entries_of(text: str) -> list[tuple[int, int]]:
    """Where the entries of a file begin and end, by indentation: facts, keys of the document, things' terms.

    A section begins at a line that is not indented; its entries are the lines indented as its first one is, with
    those below them. Its own line is an entry too.
    """
    starts: list[int] = []
    at, within, behind_tab = 0, None, ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        tab = "\t" if bare.startswith("\t") else ""
        is_item = bare.lstrip().startswith("- ")
        if not bare.strip() or bare.startswith("#") or (behind_tab and not is_item and (tab or behind_tab == "- ")):
            pass
        elif _HEAD.match(line):
            starts.append(at)
            within, behind_tab = None, ""
        elif tab and (is_item or within is None):
            starts.append(at)
            # Nobody can tell how far a tab indents: what stands below it goes with it, the rest of a list item too.
            behind_tab = tab if not is_item else "- " if within is None else ""
        elif not tab and (within is None or indent <= within):
            within, behind_tab = indent, ""
            starts.append(at)
        at += len(line)
    return list(pairwise([*starts, at]))


def end_of_lost(text: str, entries: list[tuple[int, int]]) -> int:
    """Where ends what cannot be used without the first entry: what stands below a key of the file, but for lists."""
    (start, end), *others = entries
    if not is_head(text, start):
        return end
    for start, below in others:
        if is_head(text, start) or text[start:below].lstrip().startswith("- "):
            break
        end = below
    return end


def is_head(text: str, start: int) -> bool:
    """Whether the entry that begins there is a key of the file."""
    return _HEAD.match(text, start) is not None


def is_entry(text: str, start: int) -> bool:
    """Whether what begins there looks like a key with its value, or like an entry of a list."""
    return _ENTRY.match(text, start) is not None


def blanked(text: str, start: int, end: int) -> str:
    """Return a text with blanks instead of a part of it: no place behind it moves."""
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
