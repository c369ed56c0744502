"""RDF files: quads, each with the place where it is written.

How exact a place is depends on the format. Turtle, TriG, N-Triples, N-Quads: where object, subject and property begin
and end, for every triple of RDF 1.1. JSON-LD: object and subject where their values could be marked, the object else
where the node begins, else the file. RDF/XML: the element that states it. No place is ever estimated.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Location
from digigraph.sources.files.disk import MAX_STATEMENTS
from digigraph.sources.files.kept import Kept
from digigraph.sources.files.positions import NUMBERS, Positions
from digigraph.sources.files.records import Malformed, decode
from digigraph.sources.rdf import jsonld, rdfxml, turtle
from digigraph.sources.rdf.engine_errors import first_error
from digigraph.sources.rdf.formats import EXTENSIONS
from digigraph.sources.rdf.json_outline import nested_deeper
from digigraph.sources.rdf.mistakes import SyntaxMistakes
from digigraph.sources.rdf.rdfxml_mending import Mended, mended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_BOM = b"\xef\xbb\xbf"
_CONTINUATION = re.compile(rb"[\x80-\xbf]")


Places = tuple[Location, Location, Location | None]
"""Where the object of a quad is written, where its subject is, and where its property is, if that is known."""


class PlacesOfFile:
    """The places of the quads of a file, by number; worked out once one is asked for: most files have no mistakes.

    Parameters
    ----------
    offsets
        Where the quads stand (:data:`digigraph.sources.files.positions.NUMBERS`); none where that is not known.
    positions
        Of the file.
    of_elements
        Whether it is elements that stand there, not values.
    """

    def __init__(self, offsets: Callable[[], array[int]], positions: Positions, *, of_elements: bool) -> None:
        self._work_out = offsets
        self._positions = positions
        self._object = positions.node if of_elements else positions.value

    def __getitem__(self, number: int) -> Places:
        """Return those of one quad."""
        if not self._offsets:
            return self._positions.file, self._positions.file, None
        first = number * NUMBERS
        subject, its_end, predicate, end, value, last = self._offsets[first : first + NUMBERS]
        node = self._positions.node(subject, its_end) if its_end else self._positions.file
        place = self._object(value, last) if last else node
        return place, node, self._positions.property(predicate, end) if end else None

    @cached_property
    def _offsets(self) -> array[int]:
        return self._work_out()


@dataclass(frozen=True, slots=True)
class LocatedQuad:
    """A quad that knows where it is written.

    Parameters
    ----------
    quad
        As it was read, or what was made of it.
    places
        Of the quads of its file.
    number
        Its own among them.
    """

    quad: ox.Quad
    places: PlacesOfFile
    number: int

    @property
    def location(self) -> Location:
        """Where its object is written."""
        return self.places[self.number][0]

    @property
    def node(self) -> Location:
        """Where its subject is written."""
        return self.places[self.number][1]

    @property
    def property(self) -> Location | None:
        """Where its property is written, if that is known."""
        return self.places[self.number][2]


@dataclass(frozen=True, slots=True)
class RdfFile:
    """What a file says, in its order, and the prefixes that it declares."""

    quads: list[LocatedQuad]
    prefixes: dict[str, str]


def parse_rdf(
    data: bytes, path: str, base_iri: str, *, at_most: int = MAX_STATEMENTS, kept: Kept | None = None
) -> list[LocatedQuad]:
    """Return the quads of an RDF file whose format is told by its extension; see :func:`read_rdf`."""
    rdf_format = EXTENSIONS["." + path.rpartition(".")[2]]
    return read_rdf(data, path, base_iri, rdf_format=rdf_format, at_most=at_most, kept=kept).quads


def read_rdf(  # noqa: PLR0913 - what a file is, and how it is read
    data: bytes,
    path: str,
    base_iri: str,
    *,
    rdf_format: ox.RdfFormat,
    at_most: int = MAX_STATEMENTS,
    kept: Kept | None = None,
) -> RdfFile:
    """Read an RDF file.

    Parameters
    ----------
    data
        The file's bytes; a byte order mark is skipped.
    path
        The file's name in locations.
    base_iri
        For relative IRIs.
    rdf_format
        What it is.
    at_most
        Statements that may be read.
    kept
        For the places of quads, and that a file may be read. The engine reads it in less time than its quads could be
        taken from anywhere else; what takes time is what is ours.

    Raises
    ------
    Malformed
        Not UTF-8, not of that format, or what nobody should parse: too many statements, a nesting on which the engine
        would end or never come back, a document type declaration, a JSON-LD context that would have to be fetched.
        With line and column where the parser tells them.
    """
    data = data.removeprefix(_BOM)
    reader = _Reader(data, decode(data, path), path, base_iri, rdf_format=rdf_format, at_most=at_most)
    try:
        return reader.read(kept or Kept())
    except MemoryError as error:
        raise Malformed("too-large", "A single word of this file is longer than 16 MB.", Location(path)) from error


class _Reader:
    def __init__(  # noqa: PLR0913 - what a file is, in three forms, and how it is read
        self, data: bytes, text: str, path: str, base_iri: str, *, rdf_format: ox.RdfFormat, at_most: int
    ) -> None:
        self._data = data
        self._text = text
        self._path = path
        self._base = base_iri
        self._format = rdf_format
        self._at_most = at_most
        self._mended = Mended(data)
        self._positions = Positions(text, path)
        self._mistakes = SyntaxMistakes(text, base_iri, rdf_format=rdf_format, positions=self._positions)

    def read(self, kept: Kept) -> RdfFile:
        name = self._format.name.encode()
        if self._is_xml or self._format == ox.RdfFormat.JSON_LD:
            kept.of(b"may be read", name, self._data, make=self._made_sure)
            if self._is_xml:
                self._mended = mended(self._data)
        elif (offset := turtle.nested_deeper(self._text, turtle.MAX_DEPTH)) is not None:
            raise self._too_deep(turtle.MAX_DEPTH, self._positions.value(offset, offset + len("<<")))
        try:
            parser = ox.parse(self._source(), format=self._format, base_iri=self._base)
            read = self._counted(parser)
            quads = list(self._mended.quads(read) if self._is_xml else read)
        except SyntaxError as error:
            raise (self._mistake_in_xml(error) if self._is_xml else self._mistakes.of(error)) from error

        def offsets() -> array[int]:
            of_file = (name, self._base.encode(), self._data)
            return array("I", kept.of(b"places", *of_file, make=lambda: self._offsets(quads).tobytes()))

        places = PlacesOfFile(offsets, self._positions, of_elements=self._is_xml)
        return RdfFile([LocatedQuad(quad, places, number) for number, quad in enumerate(quads)], parser.prefixes)

    @property
    def _is_xml(self) -> bool:
        return self._format == ox.RdfFormat.RDF_XML

    def _made_sure(self) -> bytes:
        """Nothing, once it is known that the engine may see the file."""
        if self._is_xml:
            self._elements()
        elif (bracket := nested_deeper(self._text, jsonld.MAX_DEPTH)) is not None:
            raise self._too_deep(jsonld.MAX_DEPTH, self._positions.value(*bracket))
        return b""

    def _source(self) -> bytes:
        return rdfxml.unmentioned(self._mended.data) if self._is_xml else self._data

    def _offsets(self, quads: list[ox.Quad]) -> array[int]:
        if self._format == ox.RdfFormat.JSON_LD:
            return jsonld.locate(self._text, quads, self._base)
        if self._is_xml:
            offsets = rdfxml.locate(self._mended.data, quads, self._base)
            return array("I", map(self._in_code_points, offsets))
        return turtle.locate(self._text, quads)

    def _counted(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        for number, quad in enumerate(quads):
            if number == self._at_most:
                raise Malformed(
                    "too-large",
                    f"The files have more than {MAX_STATEMENTS:,} statements together; this one is not read.",
                    Location(self._path),
                    hint="Check them in several runs.",
                )
            yield quad

    def _mistake_in_xml(self, error: SyntaxError) -> Malformed:
        """What is wrong, at the tag that the engine, fed byte by byte, has read last."""
        source = rdfxml.ByteByByte(self._source())
        first_error(source, rdf_format=self._format, base_iri=self._base)
        tag = max(0, self._mended.data.rfind(b"<", 0, source.tell()))
        return self._mistakes.malformed(str(error.msg), replace(self._element(tag, source.tell()), of_node=False))

    def _elements(self) -> dict[int, rdfxml.Element]:
        """The elements of an RDF/XML file, once it is known that a parser may see it."""
        if (found := rdfxml.declared(self._data)) is not None:
            raise Malformed(
                "rdf-doctype",
                "A document type declaration stands here; it is never read, for entities can expand without end.",
                replace(self._element(*found), of_node=False),
                hint="Write the entities out, or convert the file to Turtle with a tool that you trust with it.",
            )
        if (position := self._data.find(b"\0")) >= 0:
            # Two bytes a character: expat would find that out by itself, and a declaration in it that nobody saw.
            place = replace(self._element(position, position + 1), of_node=False)
            raise Malformed("encoding", "XML has no character U+0000.", place, hint="Save the file as UTF-8.")
        try:
            return rdfxml.elements_by_tag(self._data)
        except rdfxml.NotXml as error:
            place = Location(self._path, error.line, error.column)
            if error.is_too_deep:
                raise self._too_deep(rdfxml.MAX_DEPTH, place) from error
            raise self._mistakes.malformed(str(error), place) from error

    def _element(self, start: int, end: int) -> Location:
        """The place of some bytes, as that of a node."""
        return self._positions.node(self._in_code_points(start), self._in_code_points(end))

    def _in_code_points(self, offset: int) -> int:
        """An offset in the text, of one in bytes."""
        return offset - bisect_left(self._continued, offset)

    @cached_property
    def _continued(self) -> list[int]:
        """The bytes that begin no character of the file."""
        found = (match.start() for match in _CONTINUATION.finditer(self._mended.data))
        return sorted((*found, *self._mended.inserted))

    def _too_deep(self, limit: int, place: Location) -> Malformed:
        return Malformed(
            "too-deep",
            f"The nesting is deeper than {limit} levels.",
            place,
            hint="Give nested nodes identifiers, and write each on its own.",
        )
