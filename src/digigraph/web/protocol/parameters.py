"""From the parameters of a request to a query (SPARQL 1.1 Protocol, section 2.1), whoever has received the request."""

from __future__ import annotations

import contextlib
import functools
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import BadRequest

from digigraph.errors import NotAcceptable, QueryForbidden
from digigraph.iris import is_absolute
from digigraph.media import HTML, Format, Kind, by_name, formats_for, formats_of, negotiate
from digigraph.sparql import query_form
from digigraph.store.answering.backend import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = formats_of(Kind.RESULTS)
"""Formats of the answers to SELECT and ASK."""
GRAPHS = formats_of(Kind.GRAPH, Kind.DATASET)
"""Formats of the answers to CONSTRUCT and DESCRIBE, and of the data of things, documents and graphs."""
NO_QUERY = "The parameter query is missing."
NO_UPDATE = "This endpoint answers queries; data is changed by publishing."

_STRAY_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# SPARQLWrapper, the usual Python client, says these; a name means the graph format where a graph is what comes.
_OTHER_NAMES = {
    "turtle": "ttl",
    "n3": "ttl",
    "ntriples": "nt",
    "n-triples": "nt",
    "nquads": "nq",
    "n-quads": "nq",
    "json": "jsonld",
    "json-ld": "jsonld",
    "xml": "rdf",
    "rdf+xml": "rdf",
}


def pairs(encoded: bytes) -> list[tuple[str, str]]:
    """Return names and values of URL-encoded parameters, in their order (WHATWG URL, section 5.1).

    Raises
    ------
    BadRequest
        They are not UTF-8, or a percent sign is no part of an octet. Browsers would leave it as it is, and the query
        would be another than the one that was meant.
    """
    if stray := _STRAY_PERCENT.search(encoded):
        shown = encoded[stray.start() : stray.start() + 3].decode("ascii", "replace")
        raise BadRequest(f"{shown!r} is no percent-encoded octet; a percent sign itself is written %25.")
    try:
        encoded.decode("ascii")
        parted = [each.replace(b"+", b" ").partition(b"=") for each in encoded.split(b"&") if each]
        return [(unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()) for name, _, value in parted]
    except ValueError as error:
        raise BadRequest("The parameters are not percent-encoded UTF-8.") from error


def chosen_format(offered: Sequence[Format], *, names: Sequence[str], accept: str | None) -> Format:
    """Return the format in which a client wants its answer.

    Parameters
    ----------
    offered
        What can be sent, preferred first.
    names
        Values of the parameter ``format``, each a short name or media types; the first that is offered wins, over the
        Accept header as well. SPARQLWrapper says the same format in two ways, one of which may be empty.
    accept
        The header; None where there is none.

    Raises
    ------
    NotAcceptable
        None of those offered; says which there are.
    """
    given = [name for name in names if name]
    for name in given[:-1]:
        with contextlib.suppress(NotAcceptable):
            return _named(name, offered)
    return _named(given[-1], offered) if given else negotiate(accept, offered)


def _named(name: str, offered: Sequence[Format]) -> Format:
    if "/" in name:
        return negotiate(name, offered)
    plain, semicolon, version = name.partition(";")
    known = {each.name for each in offered}
    return by_name(name if plain in known else _OTHER_NAMES.get(plain, plain) + semicolon + version, offered)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of the query operation; empty where not given."""

    query: str
    formats: tuple[str, ...]
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]

    def query_in(self, chosen: Format) -> Query:
        """Return the query, whose answer is to be in this format."""
        chooses_graphs = bool(self.default_graphs or self.named_graphs)
        return Query(
            text=self.query,
            format=chosen,
            default_graphs=self.default_graphs if chooses_graphs else None,
            named_graphs=self.named_graphs if chooses_graphs else None,
        )


def parameters_of(given: list[tuple[str, str]]) -> Parameters:
    """Check and sort the parameters; those of other servers' makings (``timeout``, ``output``) do not matter here."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in given:
        values[name].append(value)
    if len(values["query"]) > 1:
        raise BadRequest(f"The parameter query is given {len(values['query'])} times.")
    if "update" in values:
        raise QueryForbidden("Updates are not taken here.", hint=NO_UPDATE)
    return Parameters(
        query="".join(values["query"]),
        formats=tuple(values["format"]),
        default_graphs=_graphs(values["default-graph-uri"]),
        named_graphs=_graphs(values["named-graph-uri"]),
    )


def _graphs(iris: list[str]) -> tuple[str, ...]:
    # Forms send a field that was left empty as an empty value.
    given = tuple(iri for iri in iris if iri)
    for iri in given:
        if not is_absolute(iri):
            raise BadRequest(f"{iri!r} is not an absolute IRI.")
    return given


@functools.lru_cache(64)
def _preferred(accept: str | None, form: str) -> Format:
    return negotiate(accept, _offered(form))


def _offered(form: str) -> tuple[Format, ...]:
    # A page comes last: it is for those who prefer it to all others.
    return (*formats_for(form), HTML)


def query_of(parameters: Parameters, accept: str | None) -> Query:
    """Return the query that is asked; HTML as its format stands for a page with the answer.

    Raises
    ------
    QueryForbidden, QuerySyntaxError
        It is no query.
    NotAcceptable
        The client takes none of the formats.
    """
    form = query_form(parameters.query)
    if parameters.formats:
        chosen = chosen_format(_offered(form), names=parameters.formats, accept=accept)
    else:
        chosen = _preferred(accept, form)
    return parameters.query_in(chosen)


def parameters_for(query: Query) -> list[tuple[str, str]]:
    """Return the parameters by which the same is asked again, but for its format."""
    return [
        ("query", query.text),
        *(("default-graph-uri", iri) for iri in query.default_graphs or ()),
        *(("named-graph-uri", iri) for iri in query.named_graphs or ()),
    ]
