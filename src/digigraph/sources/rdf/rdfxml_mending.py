"""RDF/XML that is right and that the engine does not read, or reads otherwise, mended around it.

``xml:lang=""``, by which XML takes a language off (XML 1.0, section 2.12), the engine refuses. So it is given a
language that the file does not have, which is taken from the literals again. Of XML literals the engine declares
namespaces anew that an element has declared, which is not well-formed; what is written twice is taken out.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

import pyoxigraph as ox

from digigraph.sources.rdf.rdfxml import TAG_END
from digigraph.vocab import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WITHOUT_LANGUAGE = re.compile(rb"""xml:lang\s*=\s*(?:""|'')""")
_ATTRIBUTE = re.compile(rb"""(?<=\s)([^\s=<>/"']++)\s*+=\s*+(?:"[^"]*"|'[^']*')""")
_LANGUAGE = "http://www.w3.org/XML/1998/namespace lang"
_PARSE_TYPE = f"{RDF.iri} parseType"
_PARSED = {"Resource", "Collection", "Triple"}
"""Whatever else ``rdf:parseType`` says is taken as ``Literal`` (RDF/XML, section 7.2.20)."""
_START_TAG = re.compile(r'<[^/!?<>"][^<>"]*+(?:"[^<"]*+"[^<>"]*+)*+>')
_DECLARATION = re.compile(r'\sxmlns(?::[^\s=]+)?="[^"]*"')


@dataclass(frozen=True, slots=True)
class Mended:
    """What the engine is given for a file.

    Parameters
    ----------
    data
        The file with a language where it has an empty one.
    inserted
        The bytes of ``data`` that the file does not have, in order.
    no_language
        The language that stands for none; None where nothing was mended.
    """

    data: bytes
    inserted: tuple[int, ...] = ()
    no_language: str | None = None

    def quads(self, read: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield quads as the file has them, of those that the engine read."""
        for each in read:
            literal = each.object
            if not isinstance(literal, ox.Literal):
                yield each
            elif self.no_language is not None and literal.language == self.no_language:
                yield ox.Quad(each.subject, each.predicate, ox.Literal(literal.value), each.graph_name)
            elif literal.datatype == RDF["XMLLiteral"]:
                value = _START_TAG.sub(_declared_once, literal.value)
                yield ox.Quad(
                    each.subject, each.predicate, ox.Literal(value, datatype=literal.datatype), each.graph_name
                )
            else:
                yield each


def mended(data: bytes) -> Mended:
    """Return what the engine is given for a file that is well-formed and has no document type declaration."""
    if _WITHOUT_LANGUAGE.search(data) is None:
        return Mended(data)
    said = data.lower()
    language = next(tag for number in itertools.count() if (tag := f"x-{number}").encode() not in said)
    parts: list[bytes] = []
    inserted: list[int] = []
    end = 0
    for position in _EmptyLanguages(data).positions():
        parts += (data[end:position], language.encode())
        start = position + len(inserted)
        inserted += range(start, start + len(language))
        end = position
    return Mended(b"".join((*parts, data[end:])), tuple(inserted), language)


def _declared_once(tag: re.Match[str]) -> str:
    """A start tag without the namespace declarations that it has already, word for word."""
    seen: set[str] = set()

    def kept(declaration: re.Match[str]) -> str:
        written = declaration[0].strip()
        if written in seen:
            return ""
        seen.add(written)
        return declaration[0]

    return _DECLARATION.sub(kept, tag[0])


class _EmptyLanguages:
    """Where, between which quotation marks, an element takes the language off; what XML literals contain stays."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._literals: list[bool] = []
        self._positions: list[int] = []
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def positions(self) -> list[int]:
        """Return them, as offsets in bytes."""
        self._parser.Parse(self._data, True)  # noqa: FBT003 - that was all
        return self._positions

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        is_content = bool(self._literals) and self._literals[-1]
        self._literals.append(is_content or attributes.get(_PARSE_TYPE, "Resource") not in _PARSED)
        if not is_content and attributes.get(_LANGUAGE) == "":
            start = self._parser.CurrentByteIndex
            tag = TAG_END.match(self._data, start)
            written = _ATTRIBUTE.finditer(self._data, start, tag.end() if tag else start)
            self._positions += (each.end() - 1 for each in written if each[1] == b"xml:lang")

    def _end(self, _name: str) -> None:
        self._literals.pop()
