"""What the engine says of an RDF file that breaks the rules of its format, as findings at their places."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf import turtle
from digigraph.sources.rdf.engine_errors import EngineLines, first_error, said
from digigraph.sources.rdf.jsonld_mistakes import JsonMistakes
from digigraph.sources.rdf.recovery import Recovery

if TYPE_CHECKING:
    from digigraph.findings import Finding, Location
    from digigraph.sources.files.positions import Positions
    from digigraph.sources.rdf.recovery import Mistake

_DOT_MISSING = re.compile(r"\bdot\b.*\bend of statements|followed by a dot")
_LINES_TOLD = 100
"""Further lines with mistakes that are told of a file."""
_OF_STATEMENTS = {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG}
_NOT_LOOKED_AT = "What stands further down was not looked at; correct this first."


class SyntaxMistakes:
    """Makes findings of what the engine says of one file.

    Parameters
    ----------
    text
        The file, without byte order mark.
    base_iri
        For relative IRIs.
    rdf_format
        What it is.
    positions
        Of the file.
    """

    def __init__(self, text: str, base_iri: str, *, rdf_format: ox.RdfFormat, positions: Positions) -> None:
        self._text = text
        self._base = base_iri
        self._format = rdf_format
        self._positions = positions
        self._lines = EngineLines(text)

    def of(self, error: SyntaxError) -> Malformed:
        """Return what an error of the engine means, with the other mistakes of the file that can be told."""
        if self._format in _OF_STATEMENTS:
            return self._in_statements(error)
        if self._format == ox.RdfFormat.JSON_LD:
            return self._in_json(error)
        first = self._first(error)
        first.others = tuple(self._below(error))
        return first

    def malformed(self, message: str, where: Location, *, hint: str | None = None) -> Malformed:
        """Return a mistake of syntax."""
        return Malformed("rdf-syntax", f"This is not {self._format.name}: {message.rstrip('.')}.", where, hint=hint)

    def _first(self, error: SyntaxError, *, since: int = 0) -> Malformed:
        """What an error means; ``since`` is the offset from which on the engine was given the file."""
        message = said(error)
        start = self._lines.offset(error.lineno, error.offset, since=since)
        end = self._lines.offset(error.end_lineno, error.end_offset, since=since)
        hint = self._missing_dot(self._end_above(start), start) if _DOT_MISSING.search(message) else None
        return self.malformed(message, self._positions.value(start, end), hint=hint)

    def _in_statements(self, error: SyntaxError) -> Malformed:
        """The mistakes of a file that goes on at the next statement."""
        recovery = Recovery(self._text, self._base, rdf_format=self._format)
        found = [self._told(each) for each in recovery.mistakes()] or [self._first(error)]
        return _together(found, gave_up=recovery.gave_up)

    def _in_json(self, error: SyntaxError) -> Malformed:
        """The mistakes of a file that goes on as it was meant."""
        json = JsonMistakes(self._text, self._base)
        found = []
        for each in json.mistakes(error):
            place = self._positions.value(*each.place) if each.place is not None else self._positions.file
            if each.context is not None:
                found.append(_not_fetched(each.context, place))
            else:
                found.append(self.malformed(each.message, place, hint=each.hint))
        return _together(found, gave_up=json.gave_up)

    def _told(self, mistake: Mistake) -> Malformed:
        """A mistake in a statement, with what may be its reason."""
        message = mistake.message
        if "end of file" in message:
            message = f"What begins here with {self._text[mistake.start]} does not end"
        hint = None
        if mistake.string is not None:
            opens = self._positions.point(mistake.string)
            hint = f"A string stands before it, that begins in line {opens.line}: should it end earlier?"
        elif self._text.startswith("//", mistake.end):
            hint = "An IRI is written in angle brackets: <http://…>."
        elif _DOT_MISSING.search(message) and mistake.before is not None:
            hint = self._missing_dot(mistake.before, mistake.start)
        return self.malformed(message, self._positions.value(mistake.start, mistake.end), hint=hint)

    def _below(self, error: SyntaxError) -> list[Finding]:
        """The mistakes in the lines behind an error."""
        found: list[Finding] = []
        at = 0
        while len(found) < _LINES_TOLD:
            here = self._lines.offset(error.lineno, error.offset, since=at)
            line = self._lines.start(here)
            # A line without its dot is told at the next one, which may have a mistake of its own.
            begins_line = line > at and not self._text[line:here].strip()
            is_of_line_before = begins_line and _DOT_MISSING.search(str(error.msg)) is not None
            at = line if is_of_line_before else self._lines.behind(here)
            another = first_error(self._text[at:].encode(), rdf_format=self._format, base_iri=self._base)
            if another is None:
                break
            error = another
            found.append(self._first(error, since=at).finding)
        return found

    def _missing_dot(self, before: int, here: int) -> str | None:
        """Where a statement ends that has no dot: often lines above the word at which that is seen."""
        end = self._positions.point(before)
        if end.line == self._positions.point(here).line:
            return None
        return f"What stands before it ends in line {end.line}, column {end.column}: is the dot missing there?"

    def _end_above(self, end: int) -> int:
        """Where what stands before an offset ends in a format in which no statement takes more than a line."""
        while end > 0:
            start = self._lines.start(end - 1)
            if found := turtle.end_before(self._text, end, start):
                return found
            end = start
        return 0


def _together(found: list[Malformed], *, gave_up: bool) -> Malformed:
    """The first of several mistakes with the others; the last says where nothing further down was looked at."""
    if gave_up:
        last = found[-1].finding
        found[-1].finding = replace(last, hint=" ".join(filter(None, (last.hint, _NOT_LOOKED_AT))))
    first, *others = found
    first.others = tuple(each.finding for each in others)
    return first


def _not_fetched(name: str, place: Location) -> Malformed:
    return Malformed(
        "jsonld-context",
        f"The context {name} is another file, and nothing is fetched.",
        place,
        hint='Put what its "@context" holds in the place of its name.',
    )
