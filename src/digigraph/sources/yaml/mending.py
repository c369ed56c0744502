"""What is mended of the layout of a YAML file that breaks the rules of YAML, so that all the rest of it can be read.

Each place is told, and no file is written: the text that is parsed is mended, and places stay those of the file.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import yaml

from digigraph.sources.files.positions import Positions
from digigraph.sources.files.records import Malformed
from digigraph.sources.yaml.entries import MAX_DEPTH, MAX_ENTRIES, entries_of, is_entry, is_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.findings import Finding, Location

_DIRECTIVE = re.compile(r"^%[^\n]*", re.MULTILINE)
_MARKER = re.compile(r"^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
_MORE = re.compile(r"\s*^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
_FOREWORD = re.compile(r"(?:\s|#.*|%.*)*")
_BLOCK = re.compile(r" *(?:- +)*[\w-]+: +[|>][-+0-9]*\s*$")
_GLUED = re.compile(r"^ *(?:- +)*([\w-]+):(?=[^\s:/])", re.MULTILINE)
_GLUED_DASH = re.compile(r"^ *-(?=[\w-]+:\s)", re.MULTILINE)
_KEY = re.compile(r" *[\w-]+:\s")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FIRST_KEY = re.compile(r"( *- +)([\w-]+):\s")
_INDENT = re.compile(" *")
_SPACES = "Indent this line as the others of its list or mapping are."


class Edit(NamedTuple):
    """What stands in place of some characters of a text."""

    start: int
    removed: int
    inserted: str


class MendedPositions(Positions):
    """Turns offsets in a text that was mended into locations in the text as it was.

    Parameters
    ----------
    positions
        Of the text as it was.
    edits
        What was mended, in the order of the text.
    """

    def __init__(self, positions: Positions, edits: list[Edit]) -> None:
        super().__init__("", positions.file.path)
        self._before = positions
        self._edits = edits
        self._moved = []
        shift = 0
        for each in edits:
            self._moved.append(each.start + shift)
            shift += len(each.inserted) - each.removed

    def _at(self, offset: int) -> tuple[int, int]:
        number = bisect_right(self._moved, offset) - 1
        if number < 0:
            return self._before._at(offset)  # noqa: SLF001 - the same class
        edit = self._edits[number]
        behind = offset - self._moved[number] - len(edit.inserted)
        return self._before._at(edit.start + (edit.removed + behind if behind >= 0 else 0))  # noqa: SLF001


def mended(text: str, positions: Positions, findings: list[Finding]) -> tuple[str, Positions]:
    """Return a text that breaks the rules of YAML with its layout mended, and the positions of that; note what was."""
    for mend in (_one_document, _whole_blocks, _spaces_behind_signs, _keys_off_the_margin, _even_indentation):
        edits = list(mend(text, positions, findings))
        if edits:
            text, positions = _edited(text, edits), MendedPositions(positions, edits)
    return text, positions


def _edited(text: str, edits: list[Edit]) -> str:
    parts, at = [], 0
    for each in edits:
        parts += [text[at : each.start], each.inserted]
        at = each.start + each.removed
    return "".join([*parts, text[at:]])


def _told(message: str, place: Location, hint: str) -> Finding:
    return Malformed("yaml", message, place, hint=hint).finding


def _mistake_in(text: str) -> yaml.MarkedYAMLError | None:
    """What breaks the rules of YAML in a text that stands alone; what is nested too deeply is looked at no further."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                break
    except yaml.MarkedYAMLError as error:
        return error
    return None


def _one_document(text: str, positions: Positions, findings: list[Finding]) -> Iterator[Edit]:
    """Leave out directives, and the lines that end a YAML document and begin another one."""
    foreword = _FOREWORD.match(text)
    head = foreword.end() if foreword else 0
    begins = _MARKER.match(text, head)
    for mark in _DIRECTIVE.finditer(text, 0, head):
        yield Edit(mark.start(), len(mark.group()), "")
        # Version 1 alone is known (YAML 1.2, section 6.8.1), and directives end with a line of their own.
        if not begins or (mark.group().startswith("%YAML") and not re.match(r"%YAML +1\.", mark.group())):
            message = f"{mark.group()[:40]} is no directive that can be followed here."
            findings.append(_told(message, positions.value(*mark.span()), "Remove this line."))
    if begins:
        yield Edit(head, 3, "   ")
    last = len(text.rstrip())
    for mark in itertools.islice(_MARKER.finditer(text, head), MAX_ENTRIES):
        if mark.start() == head or mark.end() >= last:
            continue
        yield Edit(mark.start(), 3, "   ")
        if mark.group() == "---" or not _MORE.match(text, mark.end()):
            hint = "Remove this line: a file holds one document."
            findings.append(_told("A second YAML document begins here.", positions.value(*mark.span()), hint))


def _whole_blocks(text: str, positions: Positions, findings: list[Finding]) -> Iterator[Edit]:
    """Indent the lines of a text below ``|`` or ``>`` that are indented less than its first one."""
    at, within, is_opened = 0, 0, False
    for line in _LINE.findall(text):
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if bare.strip():
            if is_opened:
                within = indent
            elif indent < within:
                if is_entry(line, 0) or bare.startswith("#") or not indent:
                    within = 0
                else:
                    yield Edit(at, 0, " " * (within - indent))
                    message = f"This line is indented by {indent}, and the text that it goes on by {within}."
                    place = positions.value(at + indent, at + len(line.rstrip()))
                    findings.append(_told(message, place, "Indent it as the first line of the text."))
            if is_opened or not within:
                is_opened = not within and _BLOCK.match(line) is not None
        at += len(line)


def _spaces_behind_signs(text: str, positions: Positions, findings: list[Finding]) -> Iterator[Edit]:
    """Put a space behind colons and dashes, in the entries that break the rules of YAML and do so no longer then."""
    for start, end in entries_of(text):
        entry = text[start:end]
        colons, dashes = list(_GLUED.finditer(entry)), list(_GLUED_DASH.finditer(entry))
        is_first = any(not each.start() for each in colons)
        if not (colons or dashes) or not (is_first or _mistake_in(entry)):
            continue
        edits = sorted(Edit(each.end(), 0, " ") for each in (*colons, *dashes))
        if _mistake_in(_edited(entry, edits)):
            continue
        yield from (each._replace(start=start + each.start) for each in edits)
        for each in colons:
            place = positions.value(start + each.start(1), start + each.end())
            findings.append(_told("No space stands behind this colon.", place, f"Write {each.group(1)}: and a space."))
        for each in dashes:
            place = positions.value(start + each.end() - 1, start + each.end())
            findings.append(_told("No space stands behind this dash.", place, "Write - and a space."))


def _keys_off_the_margin(text: str, positions: Positions, findings: list[Finding]) -> Iterator[Edit]:
    """Indent what stands between two entries of a list and is not indented: keys of the first of the two."""
    entry = ""
    for head, own, end in _sections(text):
        key = _FIRST_KEY.match(entry)
        stop = _second_entry(text, head, end) if key else None
        if stop is not None and key is not None and _is_item(text, stop) and _indent(text, stop) == _indent(entry, 0):
            yield from _shifted(text, head, stop, len(key.group(1)))
            findings.append(_uneven(text, head, positions, len(key.group(1))))
        elif own:
            entry = text[slice(*own[-1])]


def _sections(text: str) -> Iterator[tuple[int, list[tuple[int, int]], int]]:
    """Where each key of a file begins, the entries below it, and where the last of them ends."""
    head: int | None = None
    own: list[tuple[int, int]] = []
    for start, end in entries_of(text):
        if not is_head(text, start):
            own.append((start, end))
            continue
        if head is not None:
            yield head, own, start
        head, own = start, []
    if head is not None:
        yield head, own, len(text)


def _even_indentation(text: str, positions: Positions, findings: list[Finding]) -> Iterator[Edit]:
    """Indent all entries of a list, or of a mapping, as the first of them is."""
    first = before = None
    for start, end in _pieces(text):
        if is_head(text, start):
            first = None
            continue
        indent = _indent(text, start)
        if text.startswith("\t", start + indent):
            continue
        if first is None:
            first, before = start, indent
        wanted = _indent(text, first)
        if indent != wanted and _is_item(text, start) == _is_item(text, first):
            if indent != before:
                findings.append(_uneven(text, start, positions, wanted))
            yield from _shifted(text, start, end, wanted - indent)
        before = indent


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """The entries of a text, also those that are indented more than the ones before them."""
    splits = 0
    for start, end in entries_of(text):
        begin = start
        while splits < MAX_ENTRIES and (stop := _second_entry(text, begin, end)) is not None:
            if _is_item(text, stop) and _key_of(text, stop) not in _keys_of(text[begin:stop]):
                break
            yield begin, stop
            begin = stop
            splits += 1
        yield begin, end


def _second_entry(text: str, start: int, end: int) -> int | None:
    """Where a line begins with an entry that cannot stand there: of a list that is none, or a key indented by one more.

    What is indented further goes on with the text of the line before.
    """
    mistake = _mistake_in(text[start:end])
    if mistake is None or mistake.problem_mark is None:
        return None
    at = start + mistake.problem_mark.index
    line = text.rfind("\n", 0, at) + 1
    if line <= start:
        return None
    if _is_item(text, line):
        return line if not text[line:at].strip(" ") else None
    is_key = not _is_item(text, start) and _KEY.match(text, line) is not None
    return line if is_key and _indent(text, line) == _indent(text, start) + 1 else None


def _keys_of(entry: str) -> set[str]:
    """The keys of an entry of a list, where they stand below each other."""
    first = _FIRST_KEY.match(entry)
    if first is None:
        return set()
    return {first.group(2), *re.findall(rf"^ {{{len(first.group(1))}}}([\w-]+):", entry, re.MULTILINE)}


def _key_of(text: str, start: int) -> str | None:
    key = _FIRST_KEY.match(text, start)
    return key.group(2) if key else None


def _is_item(text: str, start: int) -> bool:
    return text.startswith("- ", start + _indent(text, start))


def _indent(text: str, start: int) -> int:
    spaces = _INDENT.match(text, start)
    return len(spaces.group()) if spaces else 0


def _shifted(text: str, start: int, end: int, by: int) -> Iterator[Edit]:
    """Indent lines by so many spaces more, or less where that is below 0."""
    at = start
    for line in _LINE.findall(text[start:end]):
        if line.strip():
            yield Edit(at, 0, " " * by) if by > 0 else Edit(at, min(-by, _indent(line, 0)), "")
        at += len(line)


def _uneven(text: str, start: int, positions: Positions, wanted: int) -> Finding:
    indent = _indent(text, start)
    end = text.find("\n", start)
    place = positions.value(start + indent, end if end >= 0 else len(text))
    return _told(f"This line is indented by {indent}, and what it stands beside by {wanted}.", place, _SPACES)
