"""From an answer to a response: what the client asks for, what it holds already, and the answer as it comes."""

from __future__ import annotations

import contextlib
import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from flask import Response, request
from werkzeug.exceptions import BadRequest

from digigraph.errors import NotAcceptable
from digigraph.media import by_name, negotiate
from digigraph.web.codings import acceptable
from digigraph.web.conditions import READING, held
from digigraph.web.identity import of_page, of_query
from digigraph.web.sending import SNAPSHOT_HEADER, knows_no_chunks
from digigraph.web.site import ask, site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digigraph.media import Format
    from digigraph.store.backend import Answer, Query
    from digigraph.web.identity import Identity

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
    plain, semicolon, version = name.partition(";")
    known = {each.name for each in offered}
    return by_name(name if plain in known else _OTHER_NAMES.get(plain, plain) + semicolon + version, offered)


def answered(query: Query) -> Response:
    """Ask, and return the answer as it comes; where the client holds it already, 304 without asking.

    Raises
    ------
    QueryError, QueryFailed, QueueFull, StoreError, RemoteError
        No answer, and why.
    """
    if "If-None-Match" in request.headers and (kept := unchanged(of_query(query, site().backend.version))):
        return kept
    answer = ask(query)
    return stream(answer, of_query(query, answer.version))


def stream(answer: Answer, identity: Identity | None) -> Response:
    """Return a response whose body is the answer as it comes.

    The answer itself is the WSGI body: our gateway takes it as it is, any other server iterates over it.

    Parameters
    ----------
    answer
        It has begun.
    identity
        What decides its bytes; None where nobody can say.

    Raises
    ------
    QueryFailed, StoreError, RemoteError
        The client speaks HTTP/1.0, where a broken transfer looks like an end, so that the whole answer was awaited;
        and it failed.
    """
    try:
        answer.wait(whole=knows_no_chunks())
    except BaseException:
        answer.close()
        raise
    response = Response(answer, content_type=answer.format.content_type, direct_passthrough=True)
    if answer.version is not None:
        response.headers[SNAPSHOT_HEADER] = answer.version
        if identity is None:
            response.headers["Cache-Control"] = "no-store"
    if identity is not None and request.method in READING:
        response.set_etag(identity.key)
    if answer.size is not None:
        response.content_length = answer.size
    return response


def unchanged(identity: Identity | None) -> Response | None:
    """Return 304 where the client holds the answer of this identity; None where it must be computed.

    Of the codings that the client takes, the one in which it holds the answer is as good as the best.
    """
    if identity is None:
        return None
    codings = acceptable(request.headers.get("Accept-Encoding"), identity.media_type.partition(";")[0])
    tag = held(identity.tag(coding) for coding in codings)
    if tag is None:
        return None
    response = Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": tag, SNAPSHOT_HEADER: identity.snapshot})
    del response.headers["Content-Type"]
    if identity.language:
        response.vary.add("Accept-Language")
    return response


def made(make: Callable[[], str | bytes], chosen: Format, *, language: str = "") -> Response:
    """Return what is made whole from the snapshot: a page, or data; 304 where the client holds it.

    Parameters
    ----------
    make
        Returns the body; called where the client does not hold it.
    chosen
        Its format.
    language
        Of a page; empty where the body has none of its own.
    """
    identity = of_page(request.path, parameters=query_string(), format=chosen, language=language)
    if held_already := unchanged(identity):
        return held_already
    response = Response(make(), content_type=chosen.content_type)
    # Where a snapshot was published meanwhile, the body may hold some of either.
    if identity is not None and identity.snapshot == site().backend.version:
        response.set_etag(identity.key)
        response.headers[SNAPSHOT_HEADER] = identity.snapshot
        response.last_modified = site().published(identity.snapshot)
    return response
