"""The one table of formats, and content negotiation over it (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyoxigraph import QueryResultsFormat, RdfFormat

from digigraph.errors import NotAcceptable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Kind(enum.Enum):
    """What a format can carry."""

    RESULTS = "results"
    """Solutions of SELECT, or the boolean of ASK."""
    GRAPH = "graph"
    """Triples."""
    DATASET = "dataset"
    """Triples and named graphs."""
    OTHER = "other"
    """Neither: a page, a feed, a problem."""


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
    title
        How people call it.
    has_versions
        Whether its media type has the parameter ``version``, whose values are :data:`VERSIONS`.
    version
        Value of that parameter; empty: what every reader of RDF 1.1 understands.
    """

    name: str
    media_type: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    results: QueryResultsFormat | None = None
    rdf: RdfFormat | None = None
    charset: bool = False
    title: str = ""
    has_versions: bool = False
    version: str = ""

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        version = f"; version={self.version}" if self.version else ""
        return self.media_type + "; charset=utf-8" * self.charset + version

    def at(self, version: str) -> Format:
        """Return the same format in another version of RDF."""
        return self if version == self.version else replace(self, version=version)

    def is_kind_of(self, other: Format) -> bool:
        """Tell whether it is the same format, in whatever version."""
        return self.media_type == other.media_type


VERSIONS = ("1.2", "1.2-basic")
"""Versions of RDF that have to be asked for: with triple terms, or without but with directions of text (RDF 1.2
Concepts, section 2.1)."""


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
    has_versions=True,
    title="Turtle",
)
N_TRIPLES = Format(
    "nt",
    "application/n-triples",
    Kind.GRAPH,
    aliases=("text/plain",),
    rdf=RdfFormat.N_TRIPLES,
    has_versions=True,
    title="N-Triples",
)
JSON_LD = Format(
    "jsonld", "application/ld+json", Kind.GRAPH, aliases=("application/json",), rdf=RdfFormat.JSON_LD, title="JSON-LD"
)
RDF_XML = Format(
    "rdf",
    "application/rdf+xml",
    Kind.GRAPH,
    aliases=("application/xml", "text/xml"),
    rdf=RdfFormat.RDF_XML,
    has_versions=True,
    title="RDF/XML",
)
N_QUADS = Format(
    "nq",
    "application/n-quads",
    Kind.DATASET,
    aliases=("text/x-nquads",),
    rdf=RdfFormat.N_QUADS,
    has_versions=True,
    title="N-Quads",
)
TRIG = Format(
    "trig",
    "application/trig",
    Kind.DATASET,
    aliases=("application/x-trig",),
    rdf=RdfFormat.TRIG,
    has_versions=True,
    title="TriG",
)
HTML = Format("html", "text/html", Kind.OTHER, aliases=("application/xhtml+xml",), charset=True)
PROBLEM_JSON = Format("json", "application/problem+json", Kind.OTHER, aliases=("application/json",))
ATOM = Format("atom", "application/atom+xml", Kind.OTHER)
RDF_PATCH = Format("rdfp", "application/rdf-patch", Kind.OTHER)
"""What was removed and what was added, quad by quad (RDF Patch, by Apache Jena)."""

DUMPED = (N_QUADS, TRIG, TURTLE, JSON_LD)
"""The formats in which the whole dataset can be had as a file."""

FORMATS = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV, TURTLE, N_TRIPLES, JSON_LD, RDF_XML, N_QUADS, TRIG)
"""Every format of answers, the preferred one of each kind first."""


_TEXT = re.compile(
    r"text/.*|application/(?:javascript|json|xml|manifest|n-triples|n-quads|trig|rdf-patch)|.*\+(?:json|xml)"
)


def is_text(media_type: str) -> bool:
    """Tell whether a media type is text of some kind, which compresses well; the others are compressed already."""
    return _TEXT.fullmatch(media_type) is not None


def formats_of(*kinds: Kind) -> tuple[Format, ...]:
    """Return the formats of these kinds, preferred first."""
    return tuple(found for kind in kinds for found in FORMATS if found.kind is kind)


def formats_for(form: str) -> tuple[Format, ...]:
    """Return the formats that can carry the answer to a query of that form, such as ``SELECT``; preferred first."""
    return formats_of(Kind.RESULTS) if form in {"SELECT", "ASK"} else formats_of(Kind.GRAPH, Kind.DATASET)


def by_name(name: str, offered: Sequence[Format]) -> Format:
    """Return the format that users call ``name``: a short name or a media type; ``;version=1.2`` may follow.

    Raises
    ------
    NotAcceptable
        ``name`` is not among those offered.
    """
    plain, _, version = name.partition(";version=")
    for found in offered:
        if plain in {found.name, found.media_type, *found.aliases} and (
            not version or (found.has_versions and version in VERSIONS)
        ):
            return found.at(version)
    raise NotAcceptable(f"There is no format {name!r} here.", available=[each.name for each in offered])


@dataclass(frozen=True, slots=True)
class _Range:
    """One media range of an Accept header, with its weight."""

    type: str
    subtype: str
    version: str
    is_special: bool
    quality: float

    @property
    def name(self) -> str:
        """Type and subtype; that of a format only where neither is a wildcard."""
        return f"{self.type}/{self.subtype}"


# Strings in quotation marks may hold commas and semicolons (RFC 9110, section 5.6.4).
_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_PIECE = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*+(?:"|\\?\Z))++', re.DOTALL)
_RANGE = re.compile(r"(?:\*/\*|\*|[\w!#$%&'+.^`|~-]+/(?:\*|[\w!#$%&'+.^`|~-]+))", re.ASCII)
# Everything is UTF-8; a profile (RFC 6906) is a wish that changes nothing of what a format is.
_HARMLESS = {"q", "charset", "profile", "version", ""}
# More digits than the grammar has, and none in front of the point, as older Java libraries write it.
_QUALITY = re.compile(r"0?\.\d+|0\.?|1(?:\.0*)?", re.ASCII)


def _ranges(accept: str) -> Iterable[_Range]:
    """The media ranges of a header; what is none, or has no proper weight, is passed over."""
    for element in _ELEMENT.findall(accept):
        head, *parameters = (piece.strip() for piece in _PIECE.findall(element) or [""])
        if not _RANGE.fullmatch(head):
            continue
        main, _, sub = head.lower().partition("/")
        given = [_parameter(each) for each in parameters]
        weight = weight_of(parameters)
        if weight is not None:
            version = next((value.strip('"') for name, value in given if name == "version"), "1.1")
            is_special = bool({name for name, _ in given} - _HARMLESS) or version not in {"1.1", *VERSIONS}
            yield _Range(main, sub or "*", version, is_special, weight)


def weight_of(parameters: Iterable[str]) -> float | None:
    """Return the weight among the parameters of an element, wherever it stands (RFC 9110, section 12.4.2).

    Returns
    -------
    float | None
        1 where none is said; None where what is said is no weight.
    """
    weight = next((value for name, value in map(_parameter, parameters) if name == "q"), "1")
    return float(weight) if _QUALITY.fullmatch(weight) else None


def weights_of(header: str) -> dict[str, float]:
    """Return the names that a header lists, in small letters, and their weights; what has no proper one is passed over.

    For headers whose elements are a name and a weight (RFC 9110, section 12.5): languages, codings.
    """
    found: dict[str, float] = {}
    for element in header.lower().split(","):
        name, *parameters = (each.strip() for each in element.split(";"))
        weight = weight_of(parameters)
        if name and weight is not None:
            found[name] = weight
    return found


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip().lower(), value.strip()


def _weights(ranges: Iterable[_Range]) -> dict[str, float]:
    """The weight of each range by its name, the highest where it is named more than once."""
    found: dict[str, float] = {}
    for each in ranges:
        found[each.name] = max(each.quality, found.get(each.name, 0.0))
    return found


def _quality(media_type: str, weights: Mapping[str, float]) -> float | None:
    """Quality of one media type: that of the most specific range that matches it; None where none does."""
    by_specificity = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((weights[name] for name in by_specificity if name in weights), None)


def negotiate(accept: str | None, offered: Sequence[Format]) -> Format:
    """Choose the format that the client prefers (RFC 9110, section 12.5.1).

    Where the client takes a version of RDF that has to be asked for, the format is in that version; the highest counts.

    A range with parameters, other than ``charset``, ``profile`` and ``version``, asks for what no format here is. It
    counts where nothing else that is asked for can be sent, and the range without them is not excluded; then as if it
    had none.

    Parameters
    ----------
    accept
        The Accept header; several lines joined by commas; None, empty or without any media range where it says nothing.
    offered
        What can be sent, preferred first; the order decides between equal qualities.

    Raises
    ------
    NotAcceptable
        Every offered format has quality 0.
    """
    ranges = list(_ranges(accept or ""))
    if not ranges:
        return offered[0]
    plain = [each for each in ranges if not each.is_special]
    said = _weights(plain)
    fallback = [each for each in ranges if each.is_special and _quality(each.name, said) is None]
    for considered in (plain, fallback):
        weights = _weights(considered)
        qualities = [_quality_of(each, weights) for each in offered]
        if max(qualities) > 0:
            return _in_version(offered[qualities.index(max(qualities))], considered)
    raise NotAcceptable(
        "None of the media types asked for can be sent.", available=[each.media_type for each in offered]
    )


def _in_version(chosen: Format, ranges: Sequence[_Range]) -> Format:
    names = {chosen.media_type, *chosen.aliases}
    taken = {each.version for each in ranges if each.name in names and each.quality > 0}
    return chosen.at(next((each for each in VERSIONS if each in taken), "")) if chosen.has_versions else chosen


def _quality_of(candidate: Format, weights: Mapping[str, float]) -> float:
    """Quality of a format: that of its media type, or nearly that of an alias that is named."""
    if candidate.media_type in weights:
        return weights[candidate.media_type]
    # An alias serves clients that know no better name; wildcards are for the proper types alone.
    aliases = (0.999 * weights.get(each, 0.0) for each in candidate.aliases)
    return max([_quality(candidate.media_type, weights) or 0.0, *aliases])
