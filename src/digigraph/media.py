"""The one table of formats, and content negotiation over it (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import QueryResultsFormat, RdfFormat

from digigraph.errors import NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Kind(enum.Enum):
    """What a format can carry."""

    RESULTS = "results"
    """Solutions of SELECT, or the boolean of ASK."""
    GRAPH = "graph"
    """Triples."""
    DATASET = "dataset"
    """Triples and named graphs."""
    PAGE = "page"
    """A page for people."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of answers.

    Parameters
    ----------
    name
        How users name it: ``format=ttl``, ``--format csv``; also the file extension.
    media_type
        As registered with IANA.
    kind
        What it can carry.
    aliases
        Further media types under which clients ask for it.
    results, rdf
        The engine's serialiser, where the engine writes it.
    charset
        Whether ``charset=utf-8`` is said: only the text/* types have that parameter.
    """

    name: str
    media_type: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    results: QueryResultsFormat | None = None
    rdf: RdfFormat | None = None
    charset: bool = False

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


RESULTS_JSON = Format(
    "json",
    "application/sparql-results+json",
    Kind.RESULTS,
    aliases=("application/json",),
    results=QueryResultsFormat.JSON,
)
RESULTS_XML = Format(
    "xml",
    "application/sparql-results+xml",
    Kind.RESULTS,
    aliases=("application/xml", "text/xml"),
    results=QueryResultsFormat.XML,
)
RESULTS_CSV = Format("csv", "text/csv", Kind.RESULTS, results=QueryResultsFormat.CSV, charset=True)
RESULTS_TSV = Format("tsv", "text/tab-separated-values", Kind.RESULTS, results=QueryResultsFormat.TSV, charset=True)
TURTLE = Format(
    "ttl",
    "text/turtle",
    Kind.GRAPH,
    aliases=("application/x-turtle",),
    rdf=RdfFormat.TURTLE,
    charset=True,
)
N_TRIPLES = Format("nt", "application/n-triples", Kind.GRAPH, aliases=("text/plain",), rdf=RdfFormat.N_TRIPLES)
JSON_LD = Format("jsonld", "application/ld+json", Kind.GRAPH, aliases=("application/json",), rdf=RdfFormat.JSON_LD)
RDF_XML = Format(
    "rdf",
    "application/rdf+xml",
    Kind.GRAPH,
    aliases=("application/xml", "text/xml"),
    rdf=RdfFormat.RDF_XML,
)
N_QUADS = Format("nq", "application/n-quads", Kind.DATASET, rdf=RdfFormat.N_QUADS)
TRIG = Format("trig", "application/trig", Kind.DATASET, aliases=("application/x-trig",), rdf=RdfFormat.TRIG)
HTML = Format("html", "text/html", Kind.PAGE, aliases=("application/xhtml+xml",), charset=True)
PROBLEM_JSON = Format("json", "application/problem+json", Kind.PAGE, aliases=("application/json",))

FORMATS: tuple[Format, ...] = (
    RESULTS_JSON,
    RESULTS_XML,
    RESULTS_CSV,
    RESULTS_TSV,
    TURTLE,
    N_TRIPLES,
    JSON_LD,
    RDF_XML,
    N_QUADS,
    TRIG,
    HTML,
)
"""Every format, the preferred one of each kind first."""


def formats_of(*kinds: Kind) -> tuple[Format, ...]:
    """Return the formats of these kinds, preferred first."""
    return tuple(found for kind in kinds for found in FORMATS if found.kind is kind)


def by_name(name: str, offered: Sequence[Format]) -> Format:
    """Return the format that users call ``name`` (a short name or a media type).

    Raises
    ------
    NotAcceptable
        ``name`` is not among those offered.
    """
    for found in offered:
        if name in {found.name, found.media_type, *found.aliases}:
            return found
    raise NotAcceptable(f"There is no format {name!r} here.", available=[each.name for each in offered])


@dataclass(frozen=True, slots=True)
class _Range:
    """One media range of an Accept header."""

    type: str
    subtype: str
    parameters: int
    quality: float

    def specificity(self, media_type: str) -> int:
        """How precisely the range names the media type; -1 where it does not match."""
        main, _, sub = media_type.partition("/")
        if self.type not in {"*", main} or self.subtype not in {"*", sub}:
            return -1
        return (self.type != "*") + (self.subtype != "*") + self.parameters


_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def _ranges(accept: str) -> Iterable[_Range]:
    for part in accept.split(","):
        head, *parameters = (piece.strip() for piece in part.split(";"))
        main, slash, sub = head.lower().partition("/")
        if not slash:
            if main != "*":
                continue
            sub = "*"
        quality = 1.0
        own = 0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
                break
            own += 0 if name.strip().lower() == "charset" else 1
        yield _Range(main, sub, own, quality)


def _quality(media_type: str, ranges: Sequence[_Range]) -> float:
    """Quality of one media type: that of the most specific range that names it, else 0."""
    best = max(ranges, key=lambda each: (each.specificity(media_type), each.quality), default=None)
    return best.quality if best is not None and best.specificity(media_type) >= 0 else 0.0


def negotiate(accept: str | None, offered: Sequence[Format]) -> Format:
    """Choose the format that the client prefers.

    Parameters
    ----------
    accept
        The Accept header; several lines joined by commas; None or empty where there was none.
    offered
        What can be sent, preferred first; the order decides between equal qualities.

    Raises
    ------
    NotAcceptable
        Every offered format has quality 0.
    """
    if not accept or not accept.strip():
        return offered[0]
    ranges = list(_ranges(accept))

    def quality(candidate: Format) -> float:
        # An alias serves clients that know no better name; a direct hit on the proper one wins over it.
        named = _quality(candidate.media_type, ranges)
        return max([named, *(0.999 * _quality(alias, ranges) for alias in candidate.aliases if _named(alias, ranges))])

    best = max(offered, key=quality)
    if quality(best) <= 0:
        raise NotAcceptable(
            "None of the media types asked for can be sent.", available=[each.media_type for each in offered]
        )
    return best


def _named(media_type: str, ranges: Sequence[_Range]) -> bool:
    """Whether a range names the type itself: wildcards are for the proper types, never for their aliases."""
    main, _, sub = media_type.partition("/")
    return any((each.type, each.subtype) == (main, sub) for each in ranges)
