"""From an answer to a response: negotiation, streaming, and the headers that every response has."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import Response, request
from werkzeug.exceptions import BadRequest

from digigraph.errors import NotAcceptable
from digigraph.media import by_name, negotiate
from digigraph.web.running import QUERY_ID_HEADER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.media import Format
    from digigraph.store.backend import Answer

SNAPSHOT_HEADER = "Digigraph-Snapshot"

_SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        f"{SNAPSHOT_HEADER}, {QUERY_ID_HEADER}, ETag, Link, Location, Retry-After, X-Request-Id"
    ),
}
# SPARQLWrapper, the usual Python client, says these; a name means the graph format where a graph is what comes.
_OTHER_NAMES = {
    "turtle": "ttl",
    "n3": "ttl",
    "ntriples": "nt",
    "n-triples": "nt",
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
        They are not UTF-8.
    """
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", separator="&")
    except ValueError as error:
        raise BadRequest("The parameters are not percent-encoded UTF-8.") from error


def query_string() -> list[tuple[str, str]]:
    """Return names and values of the parameters in the URL of the request; see :func:`pairs`."""
    return pairs(request.query_string)


def requested_format(offered: Sequence[Format], *, names: Sequence[str] = ()) -> Format:
    """Return the format in which the client wants its answer.

    Parameters
    ----------
    offered
        What can be sent, preferred first.
    names
        Values of the parameter ``format``, each a short name or media types; the first that is offered wins, over the
        Accept header as well. SPARQLWrapper says the same format in two ways, one of which may be empty.

    Raises
    ------
    NotAcceptable
        None of those offered; says which there are.
    """
    given = [name for name in names if name]
    for name in given[:-1]:
        with contextlib.suppress(NotAcceptable):
            return _named(name, offered)
    return _named(given[-1], offered) if given else negotiate(request.headers.get("Accept"), offered)


def _named(name: str, offered: Sequence[Format]) -> Format:
    if "/" in name:
        return negotiate(name, offered)
    known = {each.name for each in offered}
    return by_name(name if name in known else _OTHER_NAMES.get(name, name), offered)


def stream(answer: Answer) -> Response:
    """Return a response whose body is the answer as it comes.

    The answer itself is the WSGI body: our gateway takes it as it is, any other server iterates over it.

    Raises
    ------
    QueryFailed, StoreError, RemoteError
        The client speaks HTTP/1.0, where a broken transfer looks like an end, so that the whole answer was awaited;
        and it failed.
    """
    try:
        answer.wait(whole=request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0")
    except BaseException:
        answer.close()
        raise
    response = Response(answer, content_type=answer.format.content_type, direct_passthrough=True)
    if answer.version is not None:
        response.headers[SNAPSHOT_HEADER] = answer.version
    if answer.size is not None:
        response.content_length = answer.size
    if request.method == "HEAD":
        answer.close()
    return response


def with_headers_of_all(response: Response) -> Response:
    """Add what every response says: who may read it from where, and what a browser must not do with it."""
    for name, value in (_SECURITY | _CORS).items():
        response.headers.setdefault(name, value)
    response.vary.update(["Accept", "Accept-Encoding"])
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = (
            f"Accept, Accept-Language, Content-Type, {QUERY_ID_HEADER}, If-None-Match, Range"
        )
        response.headers["Access-Control-Max-Age"] = "86400"
    return response
