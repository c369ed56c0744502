"""Where the triples of an RDF/XML file stand: at the element that states them.

The engine, fed byte by byte, emits a triple when it has read the tag that completes it; expat tells which element that
tag belongs to. No document type declaration comes near either parser: entities of a kilobyte expand to gigabytes.
"""

from __future__ import annotations

import contextlib
import io
import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

import pyoxigraph as ox

from digigraph.sources.files.positions import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_DEPTH = 200
"""Levels of nesting above which a file is refused: the engine's time grows with their square."""
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
"""How what is refused begins."""
_APART = re.compile(
    rb"(?P<said><!--(?:.*?-->|.*+)|<\?(?:.*?\?>|.*+))|<!\[CDATA\[(?:.*?\]\]>|.*+)|(?P<found><!(?:DOCTYPE|ENTITY))",
    re.DOTALL | re.IGNORECASE,
)
"""Comments and processing instructions, text as it is, and what is refused. What never ends takes the rest: no byte is
looked at twice, and the file is not well-formed."""
TAG_END = re.compile(rb"""[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
"""A tag, from its first character to its last."""
_LI = "http://www.w3.org/1999/02/22-rdf-syntax-ns#li"
_MEMBER = re.compile(r"http://www\.w3\.org/1999/02/22-rdf-syntax-ns#_[1-9][0-9]*")


class NotXml(Exception):
    """The bytes are not well-formed, or too deep; ``line`` and ``column`` are 1-based, the column in code points."""

    def __init__(self, message: str, line: int, column: int, *, is_too_deep: bool = False) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.is_too_deep = is_too_deep


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its expanded name, the bytes of its start tag, and the element around it."""

    name: str
    start: int
    end: int
    parent: Element | None


def declared(data: bytes) -> tuple[int, int] | None:
    """Return where a document type declaration begins and where its first word ends; None where there is none.

    What stands in comments, processing instructions and CDATA sections declares nothing (XML 1.0, sections 2.5 to 2.7).
    """
    if DOCTYPE.search(data) is None:
        return None
    return next((each.span("found") for each in _APART.finditer(data) if each["found"]), None)


def unmentioned(data: bytes) -> bytes:
    """Return a file whose comments and instructions speak of no declaration, each byte where it was.

    Parsers do not agree on where a comment such as ``<!-->`` ends; so it makes no difference.
    """
    if DOCTYPE.search(data) is None:
        return data
    return _APART.sub(
        lambda each: DOCTYPE.sub(lambda word: b"_" * len(word[0]), each[0]) if each["said"] else each[0], data
    )


def elements_by_tag(data: bytes) -> dict[int, Element]:
    """Return each element by the ends of its tags, as offsets in bytes.

    Parameters
    ----------
    data
        Without byte order mark and without a document type declaration.

    Raises
    ------
    NotXml
        It is not well-formed, or nested deeper than 200 levels.
    """
    return _Elements(data).read()


class _Elements:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._open: list[Element] = []
        self._by_tag: dict[int, Element] = {}
        # The encoding is that of all sources, whatever the file says of itself.
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def read(self) -> dict[int, Element]:
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 - that was all
        except expat.ExpatError as error:
            raise NotXml(expat.ErrorString(error.code), error.lineno, error.offset + 1) from error
        return self._by_tag

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        tag = TAG_END.match(self._data, start)
        if len(self._open) >= MAX_DEPTH or tag is None:
            message = f"The nesting is deeper than {MAX_DEPTH} levels"
            raise NotXml(
                message, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1, is_too_deep=True
            )
        element = Element(name.replace(" ", ""), start, tag.end(), self._open[-1] if self._open else None)
        self._open.append(element)
        self._by_tag[tag.end()] = element

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        if self._data[element.end - 2 : element.end] != b"/>":
            self._by_tag[self._data.index(b">", self._parser.CurrentByteIndex) + 1] = element


class ByteByByte(io.BytesIO):
    """Feeds a parser one byte a call, so that it has read just to the end of what it emits."""

    def read(self, _size: int | None = -1, /) -> bytes:
        """Return the next byte."""
        return super().read(1)


def locate(data: bytes, quads: Sequence[ox.Quad], base_iri: str) -> array[int]:
    """Return where the quads of a file stand: in bytes, as :data:`digigraph.sources.files.positions.NUMBERS` says.

    The object of a quad stands where the element does that states it. None where that is not certain.

    Parameters
    ----------
    data
        The file, which is known to be well-formed.
    quads
        As the engine reads the file, in its order.
    base_iri
        With which it was read.
    """
    by_tag = elements_by_tag(data)
    source = ByteByByte(unmentioned(data))
    offsets = array("I")
    parser = ox.parse(source, format=ox.RdfFormat.RDF_XML, base_iri=base_iri)
    with contextlib.suppress(SyntaxError, ValueError):
        for each, quad in zip(parser, quads, strict=True):
            if each.predicate != quad.predicate:
                return array("I")
            offsets.extend(_written(by_tag.get(source.tell()), quad.predicate.value))
        return offsets
    return array("I")


def _written(element: Element | None, predicate: str) -> tuple[int, ...]:
    """The elements of a triple's subject and of the triple itself, which was emitted with a tag of the latter."""
    if element is None:
        return (0,) * NUMBERS
    is_property = element.name == predicate or (element.name == _LI and _MEMBER.fullmatch(predicate))
    # A property element stands in its subject; a node element states its type and attributes itself.
    subject = element.parent if is_property else element
    return (*((subject.start, subject.end) if subject is not None else (0, 0)), 0, 0, element.start, element.end)
