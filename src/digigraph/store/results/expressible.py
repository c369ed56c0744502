"""What each format has no way to write: refused, for a client must not get a document that says something else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import NotAcceptable
from digigraph.media import JSON_LD, RDF_XML, VERSIONS, Kind, formats_of
from digigraph.vocab import RDF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.media import Format

# Of an IRI what RDF/XML can make the name of an element: its end, an NCName (XML names 1.0, production 4).
# Compiled when RDF/XML is asked for: a query process starts a tenth sooner.
_START = (
    r"A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_ELEMENT = rf"[{_START}][{_START}\-.0-9\xB7\u0300-\u036F\u203F-\u2040]*\Z"
# Elements of these names say something else in RDF/XML (section 7.2.4 and 7.4: syntax terms, and li, which counts).
_SYNTAX = {
    RDF[name]
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li"),
        *("aboutEach", "aboutEachPrefix", "bagID"),
    )
}
_TRIPLES, _BASIC = VERSIONS


def inexpressible(format: Format, what: str, *, available: list[str] | None = None) -> NotAcceptable:  # noqa: A002 - the field's word
    """Return the error that says what an answer holds that a format cannot; lists the formats that may."""
    alike = formats_of(Kind.RESULTS) if format.kind is Kind.RESULTS else formats_of(Kind.GRAPH, Kind.DATASET)
    return NotAcceptable(
        f"{format.content_type} cannot express {what}, which the answer holds.",
        available=available or [each.media_type for each in alike if not each.is_kind_of(format)],
    )


def expressible(triples: Iterator[ox.Triple], format: Format) -> Iterator[ox.Triple]:  # noqa: A002 - the field's word
    """Yield the same triples, as long as the format can express them.

    Raises
    ------
    NotAcceptable
        A triple term or a direction of text, of RDF 1.2, in a format that was not asked for in that version; in
        RDF/XML, a predicate of which no element can be made.
    """
    is_xml = format.is_kind_of(RDF_XML)
    has_triples = format.version == _TRIPLES
    has_directions = bool(format.version) or format.is_kind_of(JSON_LD)
    for triple in triples:
        value = triple.object
        if isinstance(value, ox.Triple):
            if not has_triples:
                raise inexpressible(format, f"the triple term {value}", available=_in_version(_TRIPLES))
        elif isinstance(value, ox.Literal) and value.direction is not None and not has_directions:
            available = [*_in_version(_BASIC), JSON_LD.media_type]
            raise inexpressible(format, f"the direction of {value}", available=available)
        if is_xml and not (re.search(_ELEMENT, triple.predicate.value) and triple.predicate not in _SYNTAX):
            raise inexpressible(format, f"the predicate {triple.predicate}")
        yield triple


def _in_version(version: str) -> list[str]:
    return [
        f"{each.media_type};version={version}" for each in formats_of(Kind.GRAPH, Kind.DATASET) if each.has_versions
    ]
