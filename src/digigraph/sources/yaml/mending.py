"""What is mended of a YAML file that breaks the rules of YAML, so that all of it can be read.

Its lines are told apart, and each is placed by its key, else by its indentation; each value is looked at alone. So one
mistake costs no other line. Each place is told, and no file is written: the text that is parsed is mended, and places
stay those of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digigraph.sources.files.records import Malformed, Refused
from digigraph.sources.yaml.bullets import without_bullets
from digigraph.sources.yaml.edits import Edit, MendedPositions, edited
from digigraph.sources.yaml.indenting import STEP, Indenting
from digigraph.sources.yaml.lines import Line, Lines
from digigraph.sources.yaml.placing import Placed, Placing
from digigraph.sources.yaml.repairs import Draft, Repair, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.findings import Finding, Location
    from digigraph.sources.files.positions import Positions
    from digigraph.sources.yaml.layouts import Layout
    from digigraph.sources.yaml.placing import Container

_DIRECTIVE = re.compile(r"^%[^\n]*", re.MULTILINE)
_MARKER = re.compile(r"^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
_MORE = re.compile(r"\s*^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
_FOREWORD = re.compile(r"(?:\s|#.*|%.*)*")
_DIGIT = re.compile(r"\d")
_SHOWN = 40
_REST = re.compile(r"[^\n#]*")
MAX_BROKEN = 1_000
"""Values that break the rules of YAML, above which the others of a file are not looked at."""
_LOST = "*lost"
"""What stands in the text that is parsed for what cannot be read."""


@dataclass
class Mended:
    """A text whose layout was mended.

    Parameters
    ----------
    text, positions
        The text, and where it is in the file.
    findings
        What was mended, and what could not be.
    refused
        What could not be read, by line and column.
    holes
        Where lists and mappings begin, by line and column, of which a line was left out that may be any of theirs, or
        whose brackets hold something that was mended.
    """

    text: str
    positions: Positions
    findings: list[Finding] = field(default_factory=list)
    refused: dict[tuple[int, int], Refused] = field(default_factory=dict)
    holes: set[tuple[int, int]] = field(default_factory=set)


def mended(text: str, positions: Positions, layout: Layout) -> Mended:
    """Return a text that breaks the rules of YAML with its layout mended."""
    told: list[Finding] = []
    edits = sorted([*_one_document(text, positions, told), *without_bullets(text, positions, layout, told)])
    if edits:
        text, positions = edited(text, edits), MendedPositions(positions, edits)
    mending = _Mending(text, positions, layout, told)
    return mending.mended() if mending.has_lines else Mended(text, positions, told)


def _told(message: str, place: Location, hint: str | None, rule: str = "yaml") -> Finding:
    return Malformed(rule, message, place, hint=hint).finding


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
    for mark in _MARKER.finditer(text, head):
        if mark.start() == head or mark.end() >= last:
            continue
        yield Edit(mark.start(), 3, "   ")
        if mark.group() == "---" or not _MORE.match(text, mark.end()):
            hint = "Remove this line: a file holds one document."
            findings.append(_told("A second YAML document begins here.", positions.value(*mark.span()), hint))


class _Mending:
    """Mends one text."""

    def __init__(self, text: str, positions: Positions, layout: Layout, findings: list[Finding]) -> None:
        self._text = text
        self._positions = positions
        self._words = layout.words
        self._lines = Lines(text, self._words)
        self._all = list(self._lines.split())
        self._placing = Placing(layout, self._lines)
        self._placed = list(self._placing.place(self._all))
        self._findings = findings
        self._tabs: list[int] = []
        self._refused: dict[tuple[int, int], Refused] = {}
        self._holes: set[tuple[int, int]] = set()
        self._left_until = -1
        self._broken = 0
        self._rest: Finding | None = None

    @property
    def has_lines(self) -> bool:
        """Whether any line belongs to something."""
        return any(each.container is not None and not each.line.is_stray for each in self._placed)

    def mended(self) -> Mended:
        indenting = Indenting(self._text, self._lines, self._positions, self._placed)
        edits = [*indenting.edits(), *self._blanks()]
        for placed in self._placed:
            edits += self._of_value(placed)
        edits.sort(key=lambda each: each.start)
        self._findings += indenting.findings()
        if self._tabs:
            first, *others = [self._positions.value(at, at + 1) for at in sorted(set(self._tabs))]
            finding = _told("A tab stands here.", first, "Indent with spaces; a tab cannot stand here.")
            self._findings.append(replace(finding, also=tuple(others)))
        return Mended(
            edited(self._text, edits),
            MendedPositions(self._positions, edits),
            self._findings,
            self._refused,
            self._holes,
        )

    def _blanks(self) -> Iterator[Edit]:
        """Leave out the tabs of empty lines and comments."""
        for start in self._lines.blanks:
            indent = self._lines.indent(start)
            if "\t" in indent:
                self._tabs.append(start + indent.index("\t"))
                yield Edit(start, len(indent), "")

    def _of_value(self, placed: Placed) -> Iterator[Edit]:
        """What is changed in a line behind its key."""
        line, container = placed.line, placed.innermost
        if container is None or line.is_stray:
            yield from self._left_out(line, container)
            return
        indent = self._lines.indent(line.start)
        if "\t" in indent:
            self._tabs.append(line.start + indent.index("\t"))
        yield from self._around_value(line)
        below = STEP * (container.depth + 1)
        if line.kind == "|":
            yield from self._block(line, below)
        elif line.stop > line.value:
            for start in (each for each in line.more if each <= line.value):
                yield from self._indented(start, below)
            draft = Draft(self._text[line.value : line.stop], line.value)
            draft.change(each._replace(start=each.start - line.value) for each in self._goes_on(line, below))
            yield from self._repaired(line, draft, container.depth + 1)

    def _left_out(self, line: Line, container: Container | None) -> Iterator[Edit]:
        """Leave out a line that belongs to nothing; the lines that follow from it are not told."""
        yield Edit(line.start, line.end - line.start, re.sub(r"[^\n]", "", self._text[line.start : line.end]))
        container = container or self._placing.root
        if container.members:
            first = container.members[0]
            place = self._positions.point(first.sign if container.above is not first else first.body)
            self._holes.add((place.line, place.column))
        place = self._positions.value(line.sign, line.stop)
        if line.is_stray:
            text = self._text[line.sign : line.stop]
            message = f"{text[:_SHOWN]!r} stands alone: it is neither a key with its value nor an entry of a list."
            self._findings.append(_told(message, place, "Put a colon behind a key; remove what does not belong here."))
        elif line.start != self._left_until:
            message = "This line stands below nothing to which it could belong."
            self._findings.append(_told(message, place, "Write the key above it."))
        self._left_until = line.end

    def _around_value(self, line: Line) -> Iterator[Edit]:
        """Put spaces in place of tabs before and behind a value."""
        behind = self._text[line.colon : line.value] if line.key is not None else ""
        if "\n" not in behind and "\t" in behind:
            self._tabs.append(line.colon + behind.index("\t"))
            yield Edit(line.colon, len(behind), " ")
        rest = _REST.match(self._text, line.stop)
        if rest is not None and line.kind != "|" and "\t" in rest.group():
            self._tabs.append(line.stop + rest.group().index("\t"))
            yield Edit(line.stop, len(rest.group()), " ")

    def _indented(self, start: int, by: int) -> Iterator[Edit]:
        """Indent a line otherwise."""
        indent = self._lines.indent(start)
        if "\t" in indent:
            self._tabs.append(start + indent.index("\t"))
        if indent != " " * by:
            yield Edit(start, len(indent), " " * by)

    def _goes_on(self, line: Line, below: int) -> Iterator[Edit]:
        """Indent the lines in which a text goes on by more than its key, and have them no tabs."""
        own = self._lines.own(line)
        for start in line.more:
            column = self._lines.column(start)
            if start <= line.value or line.kind in {'"', "'"}:
                continue
            if column is None or (not line.kind and column < below):
                yield from self._indented(start, below)
            if None not in {column, own} and not line.kind and (column or 0) <= (own or 0):
                message = f"This line is indented by {column}, and goes on with a text whose key is by {own}."
                self._findings.append(_told(message, self._of_line(start), "Indent it by more than the key."))

    def _of_line(self, start: int) -> Location:
        end = self._text.find("\n", start)
        sign = start + len(self._lines.indent(start))
        return self._positions.value(sign, len(self._text) if end < 0 else end)

    def _block(self, line: Line, below: int) -> Iterator[Edit]:
        """Indent the lines of a text below ``|`` or ``>`` as its first one, or more."""
        columns = [self._lines.column(start) for start in line.more if self._of_line(start).end_column > 1]
        stated = _DIGIT.search(self._text, line.value, line.value + 3)
        first = next((each for each in columns if each is not None), below)
        if stated is not None:
            first, below = line.body - line.start + int(stated.group()), below - STEP + int(stated.group())
        for start in line.more:
            indent = self._lines.indent(start)
            if not self._text.startswith(("\n", "\r"), start + len(indent)):
                column = first if "\t" in indent else len(indent)
                if column < first:
                    message = f"This line is indented by {column}, and the text that it goes on by {first}."
                    hint = "Indent it as the first line of the text."
                    self._findings.append(_told(message, self._of_line(start), hint))
                yield from self._indented(start, below + max(column - first, 0))

    def _repaired(self, line: Line, draft: Draft, depth: int) -> Iterator[Edit]:
        """What is changed in a value."""
        if self._broken == MAX_BROKEN and not is_plain(draft.text):
            yield from self._given_up(line)
            return
        repair = Repair(draft, self._words, depth, key=line.key)
        self._broken += bool(repair.told)
        self._tabs += repair.tabs
        told = [_told(each.message, self._positions.point(each.place), each.hint, each.rule) for each in repair.told]
        self._findings += told
        if told:
            place = self._positions.point(line.value)
            self._holes.add((place.line, place.column))
        if not repair.is_lost:
            yield from draft.edits()
            return
        yield self._lost(line, told[-1])

    def _given_up(self, line: Line) -> Iterator[Edit]:
        """Leave out a value that is not looked at, for too many are broken; that is told of the first."""
        if self._rest is None:
            message = f"More than {MAX_BROKEN} values break the rules of YAML; from here on only plain words are read."
            self._rest = _told(message, self._positions.point(line.value), "Correct the values above first.")
            self._findings.append(self._rest)
        yield self._lost(line, self._rest)

    def _lost(self, line: Line, found: Finding) -> Edit:
        """Leave out a value; whoever needs it is told what is wrong with it."""
        place = self._positions.point(line.value)
        self._refused[place.line, place.column] = Refused(found.message, found.hint, found.location, rule=found.rule)
        return Edit(line.value, line.stop - line.value, _LOST)
