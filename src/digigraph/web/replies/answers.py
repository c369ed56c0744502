"""From an answer to a response: what the client asks for, what it holds already, and the answer as it comes."""

from __future__ import annotations

import contextlib
import itertools
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request

from digigraph.errors import NotFound
from digigraph.media import HTML
from digigraph.store.answering.cancellation import Cancellation
from digigraph.store.answering.copying import Copy
from digigraph.web.exchanges.wsgi import CANCELLATION, SNAPSHOT
from digigraph.web.keeping.identity import Identity, edition_of, query_identity
from digigraph.web.keeping.keeper import Flight, Kept
from digigraph.web.protocol.codings import acceptable
from digigraph.web.protocol.conditions import READING, held
from digigraph.web.protocol.headers import QUERY_ID_HEADER, SNAPSHOT_HEADER
from digigraph.web.protocol.parameters import chosen_format, pairs
from digigraph.web.replies.sending import knows_no_chunks
from digigraph.web.site.answering import ask, begun, client_cancellation, note, site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digigraph.errors import DigigraphError
    from digigraph.media import Format
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Query

_SHORT_BYTES = 64 * 1024


def query_string() -> list[tuple[str, str]]:
    """Return names and values of the parameters in the URL of the request; see :func:`pairs`."""
    return pairs(request.query_string)


def requested_format(offered: Sequence[Format]) -> Format:
    """Return the format that the client wants, by the URL's ``format`` or its Accept; see :func:`chosen_format`."""
    names = [value for name, value in query_string() if name == "format"]
    return chosen_format(offered, names=names, accept=request.headers.get("Accept"))


def suffix_format(suffix: str, offered: Sequence[Format]) -> Format:
    """Return the format that a suffix of the path names.

    Raises
    ------
    NotFound
        None of those offered is called so.
    """
    known = {each.name: each for each in offered}
    if suffix not in known:
        raise NotFound(f"There is no format {suffix!r} here.", hint=f"Suffixes: {', '.join(known)}.")
    return known[suffix]


def identity_of(query: Query, snapshot: str | None) -> Identity | None:
    """Return what decides the answer to a query here; see :func:`~digigraph.web.keeping.identity.query_identity`."""
    # What is too long for the guard has no answer, and is not to be read here first.
    if len(query.text) > site().settings.query_bytes:
        return None
    return query_identity(query, snapshot, edition=_edition())


def _identity_of_page(chosen: Format, language: str, *, log: str = "") -> Identity | None:
    """What decides the page, or whatever else has a path of its own, that is asked for; None as for queries."""
    snapshot = site().backend.version
    if snapshot is None:
        return None
    # Links of a page repeat the parameters; data has nothing of them, and is the same whatever others stand there.
    parameters = query_string() if chosen is HTML else ()
    return Identity(
        snapshot=snapshot,
        request=("path", request.path, *itertools.chain.from_iterable(parameters)),
        media_type=chosen.content_type,
        language=language,
        edition=_edition(),
        log=log,
    )


def _edition() -> str:
    here = site()
    return edition_of(here.settings, here.url(""))


def answered(query: Query) -> Response:
    """Ask, and return the answer as it comes; where the client holds it already, 304 without asking.

    Raises
    ------
    QueryError, QueryFailed, QueueFull, StoreError, RemoteError
        No answer, and why.
    """
    note(query=query.text)
    identity = identity_of(query, site().backend.version)
    if held_already := unchanged(identity):
        return held_already
    asked = begun(query)
    found = _found(identity) if asked is None else asked.flight
    return _whole(found) if isinstance(found, Kept) else _computed(query, identity, found)


def _found(identity: Identity | None) -> Kept | Flight | None:
    """What is kept, else the flight that is to be ended by this request; None where it is on its own."""
    keeper = site().keeper
    if identity is None:
        return None
    found: Kept | Flight | None
    if QUERY_ID_HEADER in request.headers:
        # Its client may want to end what it asks, and nobody else is to suffer from that.
        found = keeper.find(identity)
    else:
        found = keeper.board(identity, client_cancellation() or Cancellation())
    if isinstance(found, Kept):
        note(is_kept=True)
    return found


@contextlib.contextmanager
def _leading(flight: Flight | None) -> Iterator[None]:
    """Let what is asked meanwhile go on as long as anybody waits; where it fails, the others hear of it."""
    if flight is None:
        yield
        return
    request.environ[CANCELLATION] = flight.cancellation
    try:
        yield
    except BaseException as error:
        flight.end(None, failure=error)
        raise


def _computed(query: Query, identity: Identity | None, flight: Flight | None) -> Response:
    with _leading(flight):
        answer = ask(query)
        if identity is None or identity.snapshot != answer.version:
            identity = identity_of(query, answer.version)
    if flight is not None:

        def land(body: bytes | None, failure: DigigraphError | None) -> None:
            kept = None if body is None or identity is None else Kept(identity, body, rows=answer.rows)
            flight.end(kept, failure=failure)

        answer.copy_to(Copy(land, limit=site().keeper.cache.largest, is_wanted=flight.is_followed))
    return stream(answer, identity)


def _whole(kept: Kept) -> Response:
    """Return a response with what is kept."""
    note(rows=kept.rows)
    response = Response(kept.body, content_type=kept.identity.media_type)
    _name(response, kept.identity)
    return response


def _name(response: Response, identity: Identity) -> None:
    """Say from which snapshot a response is, and that it is a function of it."""
    response.headers[SNAPSHOT_HEADER] = identity.snapshot
    if request.method in READING:
        response.set_etag(identity.key)
    if not identity.log:
        request.environ[SNAPSHOT] = identity.snapshot


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
    size = answer.size
    if identity is not None and size is not None and size <= _SHORT_BYTES:
        note(rows=answer.rows)
        response = Response(b"".join(answer), content_type=answer.format.content_type)
    else:
        response = Response(answer, content_type=answer.format.content_type, direct_passthrough=True)
        if size is not None:
            response.content_length = size
    if identity is not None:
        _name(response, identity)
    elif answer.version is not None:
        response.headers[SNAPSHOT_HEADER] = answer.version
        response.headers["Cache-Control"] = "no-store"
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


def made(
    make: Callable[[], str | bytes],
    chosen: Format,
    *,
    language: str = "",
    links: list[str] | None = None,
    log: str = "",
) -> Response:
    """Return what is made whole from the snapshot: a page, or data; 304 where the client holds it.

    Parameters
    ----------
    make
        Returns the body; called where the client does not hold it.
    chosen
        Its format.
    language
        Of a page; empty where the body has none of its own.
    links
        Values of the Link header, which ``make`` fills in.
    log
        See :class:`~digigraph.web.keeping.identity.Identity`.
    """
    links = [] if links is None else links
    identity = _identity_of_page(chosen, language, log=log)
    if held_already := unchanged(identity):
        return held_already
    found = _found(identity)
    if isinstance(found, Kept):
        links.extend(found.links)
        return _dated(_whole(found), found.identity)
    with _leading(found):
        text = make()
    body = text.encode() if isinstance(text, str) else text
    # Where a snapshot was published meanwhile, the body may hold some of either.
    kept = None
    if identity is not None and identity.snapshot == site().backend.version:
        kept = Kept(identity, body, tuple(links))
    if found is not None:
        found.end(kept)
    return _dated(_whole(kept), kept.identity) if kept else Response(body, content_type=chosen.content_type)


def sent_in_pieces(pieces: Iterator[bytes], chosen: Format) -> Response:
    """Return what is read from files of the snapshot while it is sent; 304 where the client holds it.

    Parameters
    ----------
    pieces
        The body; what they raise in the middle breaks the transfer off.
    chosen
        Its format.
    """
    identity = _identity_of_page(chosen, "")
    if held_already := unchanged(identity):
        return held_already
    response = Response(b"".join(pieces) if knows_no_chunks() else pieces, content_type=chosen.content_type)
    if identity is None:
        return response
    _name(response, identity)
    return _dated(response, identity)


def _dated(response: Response, identity: Identity) -> Response:
    response.last_modified = site().published(identity.snapshot)
    return response
