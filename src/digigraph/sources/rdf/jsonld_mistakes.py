"""Each mistake in the syntax of a JSON-LD file that can be told: of JSON, and of the rules of JSON-LD."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.sources.rdf.engine_errors import EngineLines, first_error, said
from digigraph.sources.rdf.json_mending import MendedText, slip_at
from digigraph.sources.rdf.json_outline import Place, nested_deeper
from digigraph.sources.rdf.jsonld import MAX_DEPTH, remote_contexts
from digigraph.sources.rdf.jsonld_rules import broken_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_TOLD = 50
_MOST_READ = 100_000_000
"""Characters that the engine is given to find further mistakes."""


class Mistake(NamedTuple):
    """What is wrong at a place, None where only the file is known; ``context`` names one that is another file."""

    message: str
    place: Place | None
    hint: str | None = None
    context: str | None = None


class JsonMistakes:
    """Finds the mistakes of a file.

    Attributes
    ----------
    gave_up
        Whether there is something behind the last of them that was not looked at.
    """

    def __init__(self, text: str, base_iri: str) -> None:
        self.gave_up = False
        self._mended = MendedText(text)
        self._base = base_iri

    def mistakes(self, error: SyntaxError) -> Iterator[Mistake]:
        """Yield the first, which is the engine's error, and those behind it, read as if each slip had been mended."""
        room, at = _MOST_READ, -1
        for _ in range(_MOST_TOLD):
            if error.lineno is None:
                yield from self._of_rules(str(error.msg))
                return
            text = self._mended.text
            lines = EngineLines(text)
            start = lines.offset_of_bytes(error.lineno, error.offset)
            end = lines.offset_of_bytes(error.end_lineno, error.end_offset)
            message = said(error)
            slip = slip_at(text, start, message) if start >= at else None
            is_wider = slip is not None and slip.end > slip.start
            place = Place(slip.start, slip.end) if slip is not None and is_wider else Place(start, end)
            yield Mistake(message, self._original(place), slip.hint if slip is not None else None)
            if slip is None or (room := room - len(text)) < 0:
                self.gave_up = bool(text[start:].strip())
                return
            at = self._mended.mend(slip)
            if nested_deeper(self._mended.text, MAX_DEPTH) or (another := self._error()) is None:
                return
            error = another
        self.gave_up = True

    def _error(self) -> SyntaxError | None:
        return first_error(self._mended.text.encode(), rdf_format=ox.RdfFormat.JSON_LD, base_iri=self._base)

    def _of_rules(self, message: str) -> Iterator[Mistake]:
        """The rules of JSON-LD that a file breaks which is JSON now."""
        if "LoadDocumentCallback" in message:
            named = remote_contexts(self._mended.text)
            for name, place in named:
                yield Mistake(message, self._original(place), context=name)
            if not named:
                yield Mistake(message, None, context="")
            return
        for each in broken_rules(self._mended.text, self._base, message):
            yield Mistake(each.message, self._original(each.place) if each.place is not None else None)

    def _original(self, place: Place) -> Place:
        return Place(self._mended.original(place.start), self._mended.original(place.end))
