"""RDF files: quads, each with the place where it is written."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import pyoxigraph as ox

from digigraph.findings import Location
from digigraph.sources.records import Malformed, decode

EXTENSIONS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""File extensions that are read as RDF."""
_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_STREAMED = {ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG}


@dataclass(frozen=True, slots=True)
class LocatedQuad:
    """A quad and where its object ends in its file; only the file where the format gives no positions."""

    quad: ox.Quad
    location: Location


class _ByteByByte(io.BytesIO):
    """Feeds the parser one byte a call, so that it has read exactly to the end of each triple that it emits."""

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(1)


def parse_rdf(data: bytes, path: str, base_iri: str) -> list[LocatedQuad]:
    """Parse an RDF file; the format is told by the extension.

    Parameters
    ----------
    data
        The file's bytes.
    path
        The file's name in locations; its extension is a key of :data:`EXTENSIONS`.
    base_iri
        For relative IRIs.

    Raises
    ------
    Malformed
        Not UTF-8, or not what the extension says; with line and column where the parser tells them.
    """
    decode(data, path)
    rdf_format = EXTENSIONS["." + path.rpartition(".")[2]]
    source = _ByteByByte(data) if rdf_format in _STREAMED else io.BytesIO(data)
    located: list[LocatedQuad] = []
    lines = _Lines(data)
    try:
        for quad in ox.parse(source, format=rdf_format, base_iri=base_iri):
            place = lines.at(source.tell()) if isinstance(source, _ByteByByte) else (0, 0)
            located.append(LocatedQuad(quad, Location(path, *place)))
    except SyntaxError as error:
        where = Location(path, error.lineno or 0, error.offset or 0)
        raise Malformed("rdf-syntax", f"This is not {rdf_format.name}: {error.msg}.", where) from error
    return located


class _Lines:
    """Turns growing byte positions into line and column (1-based, code points), counting each byte once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._counted = 0
        self._line = 1
        self._line_start = 0

    def at(self, position: int) -> tuple[int, int]:
        newlines = self._data.count(b"\n", self._counted, position)
        if newlines:
            self._line += newlines
            self._line_start = self._data.rfind(b"\n", 0, position) + 1
        self._counted = position
        # A parser may have to see the byte behind a token; a column inside a character is moved to its start.
        return self._line, len(self._data[self._line_start : position].decode("utf-8", "ignore")) or 1


def without_blank_nodes(located: list[LocatedQuad], iri_prefix: str) -> list[LocatedQuad]:
    """Replace blank nodes by IRIs made of a hash of what is said of them, the same wherever they stand in a file.

    Two nodes of which the same is said become one, which changes nothing that the file entails.

    Parameters
    ----------
    located
        The quads of one file.
    iri_prefix
        What stands before the hash, such as ``https://…/id/b-``.

    Raises
    ------
    Malformed
        Blank nodes refer to each other in a circle, so that none has content of its own.
    """
    content: dict[ox.BlankNode, list[LocatedQuad]] = {}
    for each in located:
        if isinstance(each.quad.subject, ox.BlankNode):
            content.setdefault(each.quad.subject, []).append(each)
    names: dict[ox.BlankNode, ox.NamedNode] = {}

    def name(node: ox.BlankNode, above: tuple[ox.BlankNode, ...], place: Location) -> ox.NamedNode:
        if node in above:
            raise Malformed(
                "blank-node", "Blank nodes refer to each other in a circle.", place, hint="Give one of them an IRI."
            )
        if node not in names:
            said = sorted(
                f"{each.quad.predicate} {term(each.quad.object, (*above, node), each.location)} {each.quad.graph_name}"
                for each in content.get(node, [])
            )
            names[node] = ox.NamedNode(iri_prefix + hashlib.sha256("\n".join(said).encode()).hexdigest()[:12])
        return names[node]

    def term(value: _Term, above: tuple[ox.BlankNode, ...], place: Location) -> _Term:
        return name(value, above, place) if isinstance(value, ox.BlankNode) else value

    def subject(each: LocatedQuad) -> ox.NamedNode | ox.Triple:
        node = each.quad.subject
        return name(node, (), each.location) if isinstance(node, ox.BlankNode) else node

    return [
        LocatedQuad(
            ox.Quad(
                subject(each),
                each.quad.predicate,
                term(each.quad.object, (), each.location),
                each.quad.graph_name,
            ),
            each.location,
        )
        for each in located
    ]
