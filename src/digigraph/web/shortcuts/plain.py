"""Plain questions are answered in the event loop: most that programs ask needs neither a thread nor the application.

A question is plain where its request holds nothing that the application alone knows about. What comes of it is a reply
where the answer is whole and short. Anything else, errors above all, is the application's to tell: it gets what was
begun, and does not ask again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException

from digigraph.errors import DigigraphError
from digigraph.media import HTML
from digigraph.store.admission.guarded import Guarded
from digigraph.web.exchanges.wsgi import Reply
from digigraph.web.keeping.begun import Begun
from digigraph.web.keeping.identity import edition_of, query_identity, tag_under
from digigraph.web.keeping.keeper import Flight, Kept
from digigraph.web.protocol.codings import IDENTITY, SMALL_BYTES, acceptable, encode
from digigraph.web.protocol.conditions import READING
from digigraph.web.protocol.headers import FIXED, SNAPSHOT_HEADER, VARY, policy
from digigraph.web.protocol.parameters import pairs, parameters_of, query_of
from digigraph.web.shortcuts.replies import CONDITION, SINGULAR
from digigraph.web.site.published import EXTENSION

if TYPE_CHECKING:
    from flask import Flask

    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Query
    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.web.exchanges.wsgi import Scope
    from digigraph.web.keeping.keeper import Keeper
    from digigraph.web.observing.record import Record
    from digigraph.web.site.published import Site

Headers = dict[bytes, str]

_PATH = b"/sparql"
# To check a query takes time that the other exchanges have to wait for: 0.4 µs a character.
_LONGEST_QUERY = 4096
# So does compressing.
_LONGEST_ANSWER = 16 * 1024
_FORM, _QUERY = b"application/x-www-form-urlencoded", b"application/sparql-query"
_NOT_PLAIN = SINGULAR | {CONDITION, b"content-encoding"}
_FIXED_HEADERS = [
    *((name.lower().encode(), value.encode()) for name, value in FIXED.items()),
    (b"content-security-policy", policy().encode()),
    (b"vary", ", ".join(VARY).encode()),
]


class PlainQuestions:
    """Answers plain questions.

    Parameters
    ----------
    backend
        Who answers.
    keeper
        Who keeps what was computed, shared with the application.
    edition
        See :class:`~digigraph.web.keeping.identity.Identity`.
    """

    def __init__(self, backend: Guarded, keeper: Keeper, *, edition: str) -> None:
        self._backend = backend
        self._keeper = keeper
        self._edition = edition

    async def answered(
        self, scope: Scope, body: bytes, record: Record, cancellation: Cancellation
    ) -> Reply | Begun | None:
        """Answer a request; None where it is not plain, or is asked by another request just now.

        Parameters
        ----------
        scope, body
            The request.
        record
            Is told of the query.
        cancellation
            Fires when the client leaves.
        """
        headers = joined(scope)
        found: Kept | Begun | None = scope.get("begun")
        if found is None and scope["raw_path"] == _PATH and scope["http_version"] in {"1.1", "2"}:
            found = self.begin(asked(scope, body, headers), headers, client=cancellation.client)
            record.is_kept = isinstance(found, Kept)
        if isinstance(found, Begun):
            cancellation.on_cancel(found.flight.leave)
            found = await self._waited(found)
        return self.reply(found, scope["method"], headers, record) if isinstance(found, Kept) else found

    def begin(self, query: Query | None, headers: Headers, *, client: str) -> Kept | Begun | None:
        """Return what is kept for a question, else ask it; the caller has to say to the flight where the client leaves.

        Parameters
        ----------
        query, headers
            The question, and the headers with which it came.
        client
            Who asks.

        Returns
        -------
        Kept | Begun | None
            None where it is not plain, or is asked by another request just now.
        """
        if query is None or not acceptable(headers.get(b"accept-encoding"), HTML.media_type):
            return None
        identity = query_identity(query, self._backend.version, edition=self._edition)
        if identity is None:
            return None
        found = self._keeper.lead(identity, client)
        if not isinstance(found, Flight):
            return found
        outcome: Answer | DigigraphError
        try:
            outcome = self._backend.ask_soon(query, found.cancellation)
        except DigigraphError as error:
            outcome = error
        except BaseException:
            found.end(None)
            raise
        return Begun(query, found, outcome, identity)

    async def _waited(self, begun: Begun) -> Kept | Begun:
        """Wait until an answer begins; that is all of it, where it is short."""
        try:
            if not isinstance(begun.outcome, DigigraphError):
                await self._backend.begun(begun.query, begun.outcome)
        except DigigraphError as error:
            begun.outcome = error
        except BaseException:
            begun.flight.end(None)
            raise
        return self.concluded(begun) or begun

    def concluded(self, begun: Begun) -> Kept | None:
        """End the flight of a question whose answer is whole, short, and of the snapshot asked; None for all others."""
        outcome, identity = begun.outcome, begun.identity
        if isinstance(outcome, DigigraphError) or outcome.version != identity.snapshot or not _is_short(outcome):
            return None
        kept = Kept(identity, b"".join(outcome), rows=outcome.rows)
        begun.flight.end(kept)
        begun.is_taken = True
        return kept

    def reply(self, kept: Kept, method: str, headers: Headers, record: Record) -> Reply:
        """Return what the application would reply, and note it."""
        # The text stands second in what is asked for.
        record.query, record.route, record.rows = kept.identity.request[1], _PATH.decode(), kept.rows
        return _reply(kept, method, headers.get(b"accept-encoding"))


def plain_questions(app: Flask) -> PlainQuestions | None:
    """Return what answers the plain questions of an application; None where its backend cannot be asked so."""
    here: Site = app.extensions[EXTENSION]
    if not (isinstance(here.backend, Guarded) and here.backend.answers_soon):
        return None
    return PlainQuestions(here.backend, here.keeper, edition=edition_of(here.settings, here.url("")))


def joined(scope: Scope) -> Headers:
    """Return the headers of a request, those of several lines joined."""
    headers: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        text = value.decode("latin-1")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    return headers


def asked(scope: Scope, body: bytes, headers: Headers) -> Query | None:
    """Return the query of a plain request; None where it is none, or breaks a rule."""
    if len(scope["query_string"]) + len(body) > 3 * _LONGEST_QUERY or not _NOT_PLAIN.isdisjoint(headers):
        return None
    try:
        given = pairs(scope["query_string"])
        if scope["method"] == "POST":
            kind = headers.get(b"content-type", "").encode("latin-1")
            if kind not in {_FORM, _QUERY}:
                return None
            given += pairs(body) if kind == _FORM else [("query", body.decode())]
        elif scope["method"] != "GET" or body:
            return None
        parameters = parameters_of(given)
        if not parameters.query or len(parameters.query) > _LONGEST_QUERY:
            return None
        query = query_of(parameters, headers.get(b"accept"))
    except (DigigraphError, HTTPException, UnicodeDecodeError):
        return None
    # The mark of editors in front of a text is no part of the query.
    return None if query.format is HTML or query.text.startswith("\N{BYTE ORDER MARK}") else query


def _is_short(answer: Answer) -> bool:
    return answer.size is not None and answer.size <= _LONGEST_ANSWER


def _reply(kept: Kept, method: str, accept_encoding: str | None) -> Reply:
    """What the application would reply."""
    body, identity = kept.body, kept.identity
    codings = acceptable(accept_encoding, identity.media_type.partition(";")[0])
    coding = IDENTITY if not codings or (len(body) < SMALL_BYTES and IDENTITY in codings) else codings[0]
    body = encode(body, coding)
    headers = [
        (b"content-type", identity.media_type.encode()),
        (b"content-length", b"%d" % len(body)),
        (SNAPSHOT_HEADER.lower().encode(), identity.snapshot.encode()),
        *_FIXED_HEADERS,
    ]
    if coding != IDENTITY:
        headers.append((b"content-encoding", coding.encode()))
    if method in READING:
        tag = tag_under(coding, identity.key)
        headers += [(b"etag", f'"{tag}"'.encode()), (b"cache-control", b"no-cache")]
    return Reply(200, headers, body, None, _nothing, identity.snapshot, _PATH.decode(), kept.rows)


def _nothing() -> None:
    """Close what needs no closing."""
