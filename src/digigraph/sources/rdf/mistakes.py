"""What the engine says of an RDF file that breaks the rules of its format, as findings at their places."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Location
from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf import jsonld, turtle
from digigraph.sources.rdf.recovery import Recovery

if TYPE_CHECKING:
    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions
    from digigraph.sources.rdf.recovery import Mistake

_ENGINE_PLACE = re.compile(r"Parser error (?:at|between) line .*?: ", re.DOTALL)
_DOT_MISSING = re.compile(r"\bdot\b.*\bend of statements|followed by a dot")
_OF_LINES = {ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS}
"""Formats in which each line stands alone."""
_LINES_TOLD = 100
"""Further lines with mistakes that are told of a file."""
_OF_STATEMENTS = {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG}
_NOT_LOOKED_AT = "What stands further down was not looked at; correct this first."


class SyntaxMistakes:
    """Makes findings of what the engine says of one file.

    Parameters
    ----------
    data, text
        The file, without byte order mark.
    base_iri
        For relative IRIs.
    rdf_format
        What it is.
    positions
        Of the file.
    """

    def __init__(
        self, data: bytes, text: str, base_iri: str, *, rdf_format: ox.RdfFormat, positions: Positions
    ) -> None:
        self._data = data
        self._text = text
        self._base = base_iri
        self._format = rdf_format
        self._positions = positions

    def of(self, error: SyntaxError) -> Malformed:
        """Return what an error of the engine means; where each line stands alone, with the mistakes of those below."""
        if self._format in _OF_STATEMENTS:
            return self._in_statements()
        first = self._first(error)
        if self._format in _OF_LINES:
            first.others = tuple(self._below(error))
        return first

    def malformed(self, message: str, where: Location, *, hint: str | None = None) -> Malformed:
        """Return a mistake of syntax."""
        said = f"This is not {self._format.name}: {message.rstrip('.')}."
        return Malformed("rdf-syntax", said, where, hint=hint)

    def _first(self, error: SyntaxError, *, above: int = 0) -> Malformed:
        """What an error means; ``above`` are the lines of the file that the engine has not seen."""
        message = _ENGINE_PLACE.sub("", str(error.msg))
        if "LoadDocumentCallback" in message:
            return self._remote_contexts()
        start = (error.lineno + above if error.lineno else 0, error.offset or 0)
        end = (error.end_lineno + above if error.end_lineno else 0, error.end_offset or 0)
        if self._format == ox.RdfFormat.JSON_LD:
            start, end = self._in_code_points(*start), self._in_code_points(*end)
        place = Location(self._positions.file.path, *start, *end)
        hint = None
        if _DOT_MISSING.search(message) and start[0]:
            hint = self._missing_dot(self._end_above(*start), start[0])
        return self.malformed(message, place, hint=hint)

    def _in_statements(self) -> Malformed:
        """The mistakes of a file that goes on at the next statement."""
        recovery = Recovery(self._text, self._base, rdf_format=self._format, positions=self._positions)
        first, *others = [self._told(each) for each in recovery.mistakes()]
        if recovery.gave_up:
            last = others[-1] if others else first
            last.finding = replace(last.finding, hint=" ".join(filter(None, (last.finding.hint, _NOT_LOOKED_AT))))
        first.others = tuple(each.finding for each in others)
        return first

    def _told(self, mistake: Mistake) -> Malformed:
        """A mistake in a statement, with what may be its reason."""
        message = _ENGINE_PLACE.sub("", mistake.message)
        offset = self._positions.offset(*mistake.start)
        if "end of file" in message:
            message = f"What begins here with {self._text[offset]} does not end"
        hint = None
        if mistake.string is not None:
            opens = self._positions.point(mistake.string)
            hint = f"A string stands before it, that begins in line {opens.line}: should it end earlier?"
        elif self._text.startswith("//", self._positions.offset(*mistake.end)):
            hint = "An IRI is written in angle brackets: <http://…>."
        elif _DOT_MISSING.search(message) and mistake.before is not None:
            hint = self._missing_dot(mistake.before, mistake.start[0])
        return self.malformed(message, Location(self._positions.file.path, *mistake.start, *mistake.end), hint=hint)

    def _below(self, error: SyntaxError) -> list[Finding]:
        """The mistakes in the lines behind an error."""
        found: list[Finding] = []
        above, rest = 0, self._data
        while (wrong := error.lineno) and len(found) < _LINES_TOLD:
            # A line without its dot is told at the next one, which may have a mistake of its own.
            done = wrong - (wrong > 1 and _DOT_MISSING.search(str(error.msg)) is not None)
            above, rest = above + done, b"\n".join(rest.split(b"\n", done)[done:])
            try:
                for _ in ox.parse(rest, format=self._format, base_iri=self._base):
                    pass
                break
            except SyntaxError as another:
                error = another
                found.append(self._first(another, above=above).finding)
        return found

    def _missing_dot(self, before: int, line: int) -> str | None:
        """Where a statement ends that has no dot: often lines above the word at which that is seen."""
        end = self._positions.point(before)
        if end.line == line:
            return None
        return f"What stands before it ends in line {end.line}, column {end.column}: is the dot missing there?"

    def _end_above(self, line: int, column: int) -> int:
        """Where what stands before a place ends in a format in which no statement takes more than a line."""
        end = self._positions.offset(line, column)
        while end > 0:
            start = self._text.rfind("\n", 0, end) + 1
            if found := turtle.end_before(self._text, end, start):
                return found
            end = start - 1
        return 0

    def _in_code_points(self, line: int, column: int) -> tuple[int, int]:
        """A place of the engine's JSON parser, which counts bytes."""
        if not line:
            return 0, 0
        before = self._data.split(b"\n")[line - 1][: column - 1]
        return line, len(before.decode("utf-8", "ignore")) + 1

    def _remote_contexts(self) -> Malformed:
        found = [(f" {name}", self._positions.value(*place)) for name, place in jsonld.remote_contexts(self._text)]
        first, *others = [_not_fetched(*each) for each in found or [("", self._positions.file)]]
        first.others = tuple(each.finding for each in others)
        return first


def _not_fetched(name: str, place: Location) -> Malformed:
    return Malformed(
        "jsonld-context",
        f"The context{name} is another file, and nothing is fetched.",
        place,
        hint='Put what its "@context" holds in the place of its name.',
    )
