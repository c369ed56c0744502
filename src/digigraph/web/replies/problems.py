"""From an error to a problem document (RFC 9457): the only table of statuses."""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, render_template, request
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from digigraph import errors
from digigraph.media import HTML, PROBLEM_JSON, negotiate
from digigraph.web.language.words import words
from digigraph.web.observing.record import RECORD
from digigraph.web.site.answering import READS_REMOTE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

_log = logging.getLogger(__name__)

PROBLEMS = "https://w3id.org/digigraph/problems#"
"""Namespace of the problem types; ``docs/http.md`` describes each."""

Member = str | int | list[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem.

    Parameters
    ----------
    status
        HTTP status code.
    name
        Fragment of the problem type.
    title
        What is wrong, the same for every occurrence.
    """

    status: int
    name: str
    title: str


UNEXPECTED = Kind(500, "unexpected", "Something went wrong in this server")

TABLE: dict[type[errors.DigigraphError], Kind] = {
    errors.DigigraphError: UNEXPECTED,
    errors.SettingsError: Kind(500, "settings", "This server is set up wrongly"),
    errors.InputError: Kind(500, "input", "A file of this server cannot be read"),
    errors.NotFound: Kind(404, "not-found", "There is no such thing here"),
    errors.Gone: Kind(410, "gone", "There is no such thing here any longer"),
    errors.ResultChanged: Kind(410, "result-changed", "The result cannot be shown again"),
    errors.TakenBack: Kind(410, "taken-back", "This was taken back"),
    errors.NotAcceptable: Kind(406, "not-acceptable", "None of the formats asked for is offered"),
    errors.PublicationRefused: Kind(422, "publication-refused", "The data was not published"),
    errors.QueryError: Kind(400, "query", "The query cannot be answered"),
    errors.QuerySyntaxError: Kind(400, "query-syntax", "The query is not SPARQL"),
    errors.QueryForbidden: Kind(403, "query-forbidden", "The query asks for what is not allowed here"),
    errors.QueryTooComplex: Kind(400, "query-too-complex", "The query is longer, deeper or wider than is allowed here"),
    errors.QueryUnsupported: Kind(422, "query-unsupported", "The query would not be answered as SPARQL says"),
    errors.QueryFailed: Kind(503, "query-failed", "The query was not answered"),
    errors.QueryTimeout: Kind(503, "query-timeout", "The query took too long"),
    errors.QueryOutOfMemory: Kind(503, "query-out-of-memory", "The query needed too much memory"),
    errors.QueryCrashed: Kind(503, "query-crashed", "The query brought its process down"),
    errors.QueryCancelled: Kind(503, "query-cancelled", "The query was taken back"),
    errors.AnswerTooLarge: Kind(422, "answer-too-large", "The answer is too large"),
    errors.QueueFull: Kind(503, "queue-full", "Too many queries are waiting"),
    errors.TooManyLong: Kind(503, "too-many-long", "Too many queries take long at the moment"),
    errors.PermalinksFull: Kind(507, "permalinks-full", "No more permalinks can be made here"),
    errors.StoreError: Kind(503, "store", "The data cannot be read at the moment"),
    errors.NoSnapshot: Kind(503, "no-snapshot", "Nothing has been published here yet"),
    errors.SnapshotDamaged: Kind(503, "snapshot-damaged", "The published data is damaged"),
    errors.StorageFull: Kind(503, "storage-full", "The disk of this server is full"),
    errors.PublicationBusy: Kind(503, "publication-busy", "Another publication is under way"),
    errors.RemoteError: Kind(502, "remote", "The SPARQL endpoint behind this server failed"),
    errors.RemoteTimeout: Kind(504, "remote-timeout", "The SPARQL endpoint behind this server took too long"),
    errors.AddressUnavailable: Kind(500, "address-unavailable", "The server cannot listen on its address"),
}
"""Every class of error and the kind of problem it is."""

_HINTS = {
    400: "Correct the request; asking again as it is does not help.",
    404: "Follow the links from the front page, or ask with SPARQL what there is.",
    405: "The header Allow lists the methods that this path has.",
    409: "Choose another id, or none.",
    412: "Ask again without the condition, or with the entity tag of what is here now.",
    413: "Make the request shorter; a query may select its data instead of listing it.",
    414: "Send the query in the body of a POST request.",
    415: "Send application/sparql-query or application/x-www-form-urlencoded.",
    416: "Content-Range says how many bytes there are.",
}
_HINT = "Report it to whoever runs this server, with the request id."
_NO_ANSWER = errors.RemoteError(
    "What the endpoint sent is no answer to a query of this server itself.",
    hint="Does the endpoint answer SPARQL 1.1 as the standard says? The log has what could not be read.",
)


class OnlyForms(UnsupportedMediaType):
    """A body is of another media type where only forms are taken."""

    hint = "Send application/x-www-form-urlencoded."


def problem(kind: Kind, detail: str, *, hint: str | None, more: Mapping[str, Member] | None = None) -> Response:
    """Return the response that tells of a problem: a small page for browsers, a problem document for everyone else.

    Parameters
    ----------
    kind
        What kind of problem.
    detail
        What is wrong in this case.
    hint
        What to do about it.
    more
        Further members of the document.
    """
    noted = request.environ.get(RECORD)
    request_id = noted.request_id if noted else str(uuid.uuid4())
    if noted:
        noted.problem = kind.name
    document: dict[str, Member] = {
        "type": "about:blank" if not kind.name else PROBLEMS + kind.name,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "hint": hint or _HINTS.get(kind.status, _HINT),
        "instance": f"urn:uuid:{request_id}",
        "request_id": request_id,
        **(more or {}),
    }
    if _wants_page():
        page = render_template("problem.html", problem=document, words=_words_of(kind))
        response = Response(page, content_type=HTML.content_type)
    else:
        text = json.dumps(document, ensure_ascii=False)
        response = Response(text, content_type=PROBLEM_JSON.content_type)
    response.status_code = kind.status
    response.headers["X-Request-Id"] = request_id
    response.headers["Cache-Control"] = "no-store"
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR and kind is not TABLE[errors.QueryCancelled]:
        _log.warning("%s %s: %d %s [%s]", request.method, request.path, kind.status, detail, request_id)
    return response


def _words_of(kind: Kind) -> str:
    """The key of the title as pages say it; empty where they have no words of their own."""
    key = f"problem_{kind.name}" if kind.name else f"status_{kind.status}"
    return key if key in words() else ""


def _wants_page() -> bool:
    try:
        return negotiate(request.headers.get("Accept"), (PROBLEM_JSON, HTML)) is HTML
    except errors.NotAcceptable:
        return False


def kind_of(error: errors.DigigraphError) -> Kind:
    """Return the kind of problem that an error is: that of its class, else of the nearest it is derived from."""
    return next(TABLE[each] for each in type(error).__mro__ if each in TABLE)


def of_error(error: errors.DigigraphError) -> Response:
    """Return the response for one of our own errors."""
    more: dict[str, Member] = {}
    if isinstance(error, errors.QuerySyntaxError):
        place = (("line", error.line), ("column", error.column), ("excerpt", error.excerpt))
        more = {name: value for name, value in place if value is not None}
    if isinstance(error, errors.NotAcceptable):
        more = {"available": list(error.available)}
    if isinstance(error, errors.TakenBack):
        more = {"reason": error.reason}
    response = problem(kind_of(error), error.message, hint=error.hint, more=more)
    if isinstance(error, errors.QueueFull):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def of_http(error: HTTPException) -> Response:
    """Return the response for what Flask itself finds wrong with a request: no such path, no such method."""
    status = HTTPStatus(error.code or 500)
    plain = error.get_response()
    if status < HTTPStatus.BAD_REQUEST:
        return Response(headers=plain.headers, status=status)
    hint = error.hint if isinstance(error, OnlyForms) else None
    response = problem(Kind(status, "", status.phrase), error.description or status.description, hint=hint)
    for name in ("Allow", "Content-Range", "Retry-After"):
        if name in plain.headers:
            response.headers[name] = plain.headers[name]
    return response


def of_unexpected(error: Exception) -> Response:
    """Return the response for what nobody has foreseen; the log gets the trace, the client a request id.

    It is a mistake of ours, unless the request reads rows of an endpoint of others: what is made of them takes for
    granted that they answer what was asked, such as that a count is one row with a number.
    """
    if READS_REMOTE in request.environ:
        response = of_error(_NO_ANSWER)
    else:
        response = problem(UNEXPECTED, "This server made a mistake.", hint=None)
    _log.error("Unexpected error [%s]", response.headers["X-Request-Id"], exc_info=error)
    return response


def register(app: Flask) -> None:
    """Let the application answer every error with a problem document."""
    app.register_error_handler(errors.DigigraphError, of_error)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_unexpected)
