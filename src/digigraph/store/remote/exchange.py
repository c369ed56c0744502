"""One question to someone else's SPARQL endpoint, over HTTP (SPARQL 1.1 Protocol, section 2.1.2: query via POST with
URL-encoded parameters).
"""

from __future__ import annotations

import contextlib
import http.client
import socket
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from digigraph.errors import DigigraphError, NotAcceptable, QueryError, QuerySyntaxError, RemoteError, RemoteTimeout
from digigraph.media import Kind, formats_for
from digigraph.sparql import dataset_clauses, graph_patterns, query_form
from digigraph.store.admission.mistakes import syntax_error
from digigraph.store.remote.received import Received

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import ConnectionPool

    from digigraph.media import Format
    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Query

_CONNECT_SECONDS = 10.0
_PIECE = 64 * 1024
_SHOWN = 500
_HINT = "Is it a SPARQL endpoint, and does it run?"
_OWN_HINT = "Does it speak SPARQL 1.1 whole, and take queries as long as this server's?"
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_TIMED_OUT = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT}
_READABLE = ("text/plain", "application/problem+json", "application/json")
# Virtuoso says 200 of what it cuts off, and only these tell.
_CUT_BY_TIME, _CUT_BY_ROWS = "X-SQL-State", "X-SPARQL-MaxRows"


class Connection:
    """The connection of one question, which any thread may cut."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_cut = False

    def opened(self, opened: socket.socket) -> None:
        """Take the socket, before anything is asked."""
        self._socket = opened
        if self._is_cut:
            self.cut()

    def cut(self) -> None:
        """Let whoever waits at the socket wait no longer, and the endpoint know that nobody listens."""
        self._is_cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not the method of a TLS socket, which would change what the other thread is using.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """Opens connections that tell of their socket: requests has no way to give up what it waits for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        super().__init__()

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,  # noqa: FBT001 - the library's
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> ConnectionPool:
        """Return what makes connections; one instance for each question, for so is this."""
        pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        assert isinstance(pool, HTTPConnectionPool)  # noqa: S101 - for there is no other kind
        pool.ConnectionCls = _telling(cast("type[HTTPConnection]", pool.ConnectionCls), self._connection)
        return pool


def _telling(kind: type[HTTPConnection], connection: Connection) -> type[HTTPConnection]:
    class Telling(kind):  # type: ignore[misc, valid-type]  # whichever it is
        def connect(self) -> None:
            super().connect()
            connection.opened(self.sock)

    return Telling


class _Session(requests.Session):
    """Keeps no cookies and looks at no redirects, whose bodies requests would read whole, however long."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(connection))

    def get_redirect_target(self, _: requests.Response) -> None:
        """Return None: there is nowhere to go."""


def timeout(settings: Settings) -> RemoteTimeout:
    """Return the error of an endpoint that did not answer in time."""
    return RemoteTimeout(
        f"The endpoint did not answer within {settings.query_seconds:g} seconds.", hint="Ask for less at once."
    )


def asked(settings: Settings, query: Query, connection: Connection) -> Iterator[bytes]:
    """Ask, and yield the body of the answer; all errors of the network become ours here.

    Parameters
    ----------
    settings
        The endpoint and its default graph, seconds of a query, rows of its answer.
    query
        What is asked.
    connection
        By which it can be given up from another thread.

    Raises
    ------
    QueryError, NotAcceptable
        The endpoint does not take the query, or does not write the format, and a client has chosen it.
    RemoteTimeout
        It did not answer, or not to the end, in time.
    RemoteError
        It failed, does not take a query of our own, or what it sent is not what was asked for, or not all of it.
    AnswerTooLarge
        There are more rows than may be.
    """
    try:
        with _Session(connection) as session, _response(session, settings, query) as response:
            _check(response, query)
            yield from _body(response, query, settings)
    except (QueryError, NotAcceptable) as error:
        if _is_of_the_client(error, query):
            raise
        raise RemoteError(f"A query of this server itself was refused: {error.message}", hint=_OWN_HINT) from error
    except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
        raise timeout(settings) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise RemoteError(f"The endpoint failed: {_reason(error)}.", hint=_HINT) from error


def _is_of_the_client(error: QueryError | NotAcceptable, query: Query) -> bool:
    """Whether the client is to blame: for its own query, and of ours for the format of a graph, which it has chosen."""
    return not query.is_own or (isinstance(error, NotAcceptable) and query.format.kind is not Kind.RESULTS)


def _response(session: requests.Session, settings: Settings, query: Query) -> requests.Response:
    default, named = _graphs(query, settings)
    form = {"query": query.text, "default-graph-uri": default, "named-graph-uri": named}
    return session.post(
        settings.endpoint,
        data=form,
        # Compressed, a part could pass for the whole, and a little become very much.
        headers={"Accept": _accept(query.format), "Accept-Encoding": "identity", "User-Agent": "digigraph"},
        timeout=(min(_CONNECT_SECONDS, settings.query_seconds), settings.query_seconds),
        # What is asked here must not be carried to a host that nobody has named.
        allow_redirects=False,
        stream=True,
    )


def _accept(form: Format) -> str:
    """The format, in the version asked for, else in any."""
    return f"{form.media_type};version={form.version}, {form.media_type};q=0.9" if form.version else form.media_type


def _graphs(query: Query, settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The default graphs and the named ones to ask for: those of the query, else the default graph that is set.

    Beside a default graph Virtuoso lets variables behind GRAPH stand for any graph, but answers wrongly where a name
    stands there, unless the graphs that may be named are listed; and then variables stand for no others.
    """
    is_said = query.default_graphs is not None or query.named_graphs is not None
    if not settings.endpoint_default_graph or is_said or dataset_clauses(query.text, base_iri=settings.base_iri):
        return query.default_graphs or (), query.named_graphs or ()
    names, has_variables = graph_patterns(query.text, base_iri=settings.base_iri)
    if names and has_variables:
        raise QueryError(
            "The endpoint behind this server takes names of graphs behind GRAPH, or variables, not both in one query.",
            hint="Write a name as the value of a variable: VALUES ?g { <…> } GRAPH ?g { … }.",
        )
    return (settings.endpoint_default_graph,), names


def _body(response: requests.Response, query: Query, settings: Settings) -> Iterator[bytes]:
    is_chunked = response.headers.get("Transfer-Encoding", "").lower() == "chunked"
    # A length that is none, such as -1, is as good as none.
    is_framed = is_chunked or response.raw.length_remaining is not None
    received = Received(query, most_rows=settings.answer_rows, is_framed=is_framed)
    # Not by iter_content, which waits until so many bytes have come together.
    while piece := response.raw.read1(_PIECE, decode_content=False):
        if passed := received.add(piece):
            yield passed
    if passed := received.end():
        yield passed


def _check(response: requests.Response, query: Query) -> None:
    """Raise what the status or the headers of a response say."""
    if response.is_redirect:
        place = _place(response.headers["Location"])
        raise RemoteError(f"The endpoint redirects to {place}.", hint="Set the endpoint to that, if you trust it.")
    if response.status_code != HTTPStatus.OK:
        raise _refusal(response, query)
    found = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if found not in {query.format.media_type, *query.format.aliases}:
        raise RemoteError(
            f"The endpoint sent {found[:_SHOWN] or 'no media type'}, not {query.format.media_type}.", hint=_HINT
        )
    if coding := response.headers.get("Content-Encoding", "").replace("identity", ""):
        raise RemoteError(f"The endpoint sent its answer in the coding {coding[:_SHOWN]}, which nobody asked for.")
    if state := response.headers.get(_CUT_BY_TIME):
        raise RemoteTimeout(f"The endpoint sent only a part of its answer ({state[:_SHOWN]}).", hint="Ask for less.")
    if most := response.headers.get(_CUT_BY_ROWS):
        raise RemoteError(
            f"The endpoint cut its answer off after {most[:_SHOWN]} rows.",
            hint="Ask page by page: LIMIT and OFFSET with ORDER BY.",
        )


def _place(location: str) -> str:
    """A URL without what may be secret in it."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "what is no URL"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))[:_SHOWN]


def _refusal(response: requests.Response, query: Query) -> DigigraphError:
    """What a status other than 200 means to whoever asked."""
    status = response.status_code
    said = _beginning(response)
    if status == HTTPStatus.BAD_REQUEST:
        if said.startswith("error at"):
            return syntax_error(said)
        kind = QuerySyntaxError if "syntax error" in said.lower() else QueryError
        return kind(_sentence("refuses the query", said))
    if status == HTTPStatus.NOT_ACCEPTABLE:
        others = _others(query)
        return NotAcceptable(f"The endpoint does not write {query.format.media_type}.", available=others)
    if status in _TIMED_OUT:
        return RemoteTimeout(_sentence(f"answered {status}", said), hint="Ask for less at once.")
    hint = "Try again later." if status in _BUSY else _HINT
    return RemoteError(_sentence(f"answered {status}", said), hint=hint)


def _sentence(what: str, said: str) -> str:
    return f"The endpoint {what}: {said.rstrip('.')}." if said else f"The endpoint {what}."


def _others(query: Query) -> list[str]:
    every = formats_for(query_form(query.text))
    return [each.media_type for each in every if not each.is_kind_of(query.format)]


def _beginning(response: requests.Response) -> str:
    """The first characters of a body that was written for people, on one line; without the query that some repeat."""
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() not in _READABLE:
        return ""
    text = response.raw.read1(_SHOWN, decode_content=False).decode(errors="replace")
    return " ".join(text.partition("SPARQL query:")[0].split())


def _reason(error: BaseException) -> str:
    """What the innermost error says: those around it tell the address, and what may be secret in it."""
    inner = error
    while not (said := _in_plain_words(inner)) and (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    if said:
        return said
    text = inner.strerror if isinstance(inner, OSError) and inner.strerror else f"{inner}" or type(inner).__name__
    return text.rstrip(".")[:_SHOWN]


def _in_plain_words(error: BaseException) -> str:
    """What an error of a library says of the answer; empty where that is not about HTTP."""
    words = ""
    match error:
        case http.client.RemoteDisconnected():
            words = "it closed the connection without an answer"
        case http.client.BadStatusLine() | http.client.UnknownProtocol():
            words = "what it answers is no HTTP"
        # Of chunks nobody knows how many bytes they should have been.
        case urllib3.exceptions.IncompleteRead(partial=int(read), expected=int(more)):
            words = f"its answer broke off after {read} of {read + more} bytes"
        case http.client.IncompleteRead():
            words = "its answer broke off, or the length of one of its chunks is wrong"
        case http.client.HTTPException():
            words = "its answer has too many headers, or too long ones"
    return words
