"""Where the triples of a JSON-LD file stand.

JSON-LD says by context what a word means, so that no search for a word finds its triple with certainty. Instead each
value of the file is marked, the marked file is read by the same engine, and the marks are found again in its triples.
The two readings must agree in everything but the marks; where they do not, less is marked, and at last nothing is
said. Words that are looked up in a context (types, keywords, ``@type: @vocab``) and true, false, null cannot be
marked: triples from them stand where their node does.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.rdf.json_numbers import Numbers, decimal
from digigraph.sources.rdf.json_outline import CONTEXT, JsonObject, Place, Scalar, Words, outline, string, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from digigraph.vocab import Term

MAX_DEPTH = 200
"""Levels of nesting above which a file is refused: the engine's memory grows with their square."""
_MARKABLE = {"@id", "@value", "@type", "@list", "@set", "@graph", "@included"}
"""Keywords whose values may be marked."""
_NOT_A_NODE = {"@id", "@value", "@list", "@set", "@graph"}
"""Keywords that make an object something else than a node without identifier."""
_BETWEEN = {"@reverse", "@nest", CONTEXT}
"""Keywords whose value is an object that is no node."""
_KEYWORD = re.compile(r"@[A-Za-z]+")
_DOT_SEGMENT = re.compile(r"(?:^|/)\.{1,2}$")
_NOWHERE = Place(0, 0)


def locate(text: str, quads: Sequence[ox.Quad], base_iri: str) -> array[int]:
    """Return where the quads of a file stand: offsets, as :data:`digigraph.sources.files.positions.NUMBERS` says.

    None where that is not known of any.

    Parameters
    ----------
    text
        The file, without byte order mark.
    quads
        As the engine reads the file, in its order.
    base_iri
        With which it was read.
    """
    structure = outline(text)
    said = words(structure)
    known, none = Numbers(each.raw for each in structure.scalars), Numbers(())
    for nodes, numbers in ((True, known), (False, known), (False, none)):
        marking = _Marking(text, said, numbers)
        for scalar in structure.scalars:
            marking.scalar(scalar)
        for each in structure.objects if nodes else ():
            marking.node(each)
        try:
            marked = list(ox.parse(marking.text().encode(), format=ox.RdfFormat.JSON_LD, base_iri=base_iri))
        except (SyntaxError, MemoryError):
            # A word of 16 MB may be too long with its mark.
            continue
        if (offsets := _Reading(marking).compare(marked, quads)) is not None:
            return offsets
    return array("I")


def remote_contexts(text: str) -> list[tuple[str, Place]]:
    """Return what stands in the place of a context and names another file, in file order."""
    try:
        scalars = outline(text).scalars
    except ValueError:
        return []
    return [
        (string(each.raw), Place(each.start, each.start + len(each.raw)))
        for each in scalars
        if each.raw.startswith('"') and each.above and each.above[-1] in {CONTEXT, "@import"}
    ]


class _Marking:
    """The changes to a text that mark its values, and the places that the marks stand for."""

    def __init__(self, text: str, said: Words, numbers: Numbers) -> None:
        self._text = text
        self._said = said
        self._numbers = numbers
        self._inserted: list[tuple[int, int, str]] = []
        self.places: list[Place] = []
        self.numbers: dict[Decimal, tuple[Place, Decimal | None]] = {}
        number = 0
        while f"zq{number}z" in text:
            number += 1
        self._tag = f"zq{number}z"
        self.mark = re.compile(rf"{self._tag}(\d+)z")

    def text(self) -> str:
        """The marked text."""
        parts, position = [], 0
        for start, end, replacement in sorted(self._inserted):
            parts += [self._text[position:start], replacement]
            position = end
        return "".join([*parts, self._text[position:]])

    def scalar(self, scalar: Scalar) -> None:
        """Mark a value, where that cannot change how it is understood."""
        if CONTEXT in scalar.above:
            return
        end = scalar.start + len(scalar.raw)
        if scalar.raw.startswith('"'):
            if self._may_be_marked(string(scalar.raw), scalar.above):
                self._replace(end - 1, end - 1, f"{self._next(scalar.start, end)}")
        elif (marked := self._numbers.mark(scalar.raw, len(self.numbers))) is not None:
            self.numbers[marked] = Place(scalar.start, end), decimal(scalar.raw)
            self._replace(scalar.start, end, str(marked))

    def node(self, each: JsonObject) -> None:
        """Give a node without identifier one that is its mark; mark the keys that are identifiers."""
        if self._said.by_id & set(each.above[-1:]):
            for key, (start, end) in zip(each.keys, each.places, strict=True):
                if not self._said.keyword(key).startswith("@") and self._may_be_marked(key, ("@id",)):
                    self._replace(end - 1, end - 1, self._next(start, end))
        keywords = {self._said.keyword(key) for key in each.keys}
        above = {self._said.keyword(key) for key in each.above[-1:]}
        is_between = above & _BETWEEN or self._said.maps & set(each.above[-2:]) or self._said.json & set(each.above)
        if CONTEXT in each.above or not keywords - {CONTEXT} or keywords & _NOT_A_NODE or is_between:
            return
        after = each.start + 1
        self._replace(after, after, f'"@id":"_:{self._next(each.start, after)}",')

    def _may_be_marked(self, text: str, above: tuple[str, ...]) -> bool:
        key = self._said.keyword(above[-1]) if above else ""
        if key.startswith("@") and key not in _MARKABLE:
            return False
        if not text or _KEYWORD.fullmatch(text) or _DOT_SEGMENT.search(text):
            return False
        return text not in self._said.terms or not (key == "@type" or key in self._said.looked_up)

    def _next(self, start: int, end: int) -> str:
        self.places.append(Place(start, end))
        return f"{self._tag}{len(self.places) - 1}z"

    def _replace(self, start: int, end: int, replacement: str) -> None:
        self._inserted.append((start, end, replacement))


@dataclass(slots=True)
class _Reading:
    """Compares the marked file's quads with the file's own."""

    marking: _Marking
    labels: dict[str, str] = field(default_factory=dict)

    def compare(self, marked: Sequence[ox.Quad], quads: Sequence[ox.Quad]) -> array[int] | None:
        """Return the offsets, or None where the readings differ in more than marks."""
        if len(marked) != len(quads):
            return None
        offsets = array("I")
        for one, other in zip(marked, quads, strict=True):
            pairs = (
                (one.subject, other.subject),
                (one.predicate, other.predicate),
                (one.object, other.object),
                (one.graph_name, other.graph_name),
            )
            if not all(self._is_same(*pair) for pair in pairs):
                return None
            offsets.extend((*self._place(one.subject), 0, 0, *self._place(one.object)))
        return offsets

    def _is_same(self, marked: object, term: object) -> bool:
        if isinstance(marked, ox.BlankNode) and isinstance(term, ox.BlankNode):
            # One node that is named in several places has a mark of its own in each.
            return self.labels.setdefault(marked.value, term.value) == term.value
        if isinstance(marked, ox.Literal) and isinstance(term, ox.Literal):
            known = self._number(marked)
            if known is not None:
                return marked.datatype == term.datatype and decimal(term.value) == known[1]
        return self.marking.mark.sub("", str(marked)) == str(term)

    def _number(self, literal: ox.Literal) -> tuple[Place, Decimal | None] | None:
        value = decimal(literal.value)
        return self.marking.numbers.get(value) if value is not None else None

    def _place(self, term: Term) -> Place:
        if isinstance(term, ox.Triple):
            return _NOWHERE
        if isinstance(term, ox.Literal) and (known := self._number(term)) is not None:
            return known[0]
        found = self.marking.mark.findall(term.value)
        return self.marking.places[int(found[0])] if len(found) == 1 else _NOWHERE
