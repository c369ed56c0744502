"""What every response has, whoever made it: headers, the conditions of the request, a content coding."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.exceptions import NotFound, PreconditionFailed, RequestedRangeNotSatisfiable

from digigraph.errors import NotAcceptable
from digigraph.media import HTML
from digigraph.store.answering.answer import Answer
from digigraph.web.keeping.identity import tag_under
from digigraph.web.observing.record import RECORD
from digigraph.web.protocol.codings import CODINGS, IDENTITY, SMALL_BYTES, CodedAnswer, acceptable, encode
from digigraph.web.protocol.conditions import READING, status_of
from digigraph.web.protocol.headers import FIXED, QUERY_ID_HEADER, VARY, policy
from digigraph.web.replies.files import File, choose_range, static_file
from digigraph.web.replies.problems import of_http

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from digigraph.web.observing.record import Record

_PREFLIGHT_HEADERS = (
    f"Accept, Accept-Datetime, Accept-Language, Content-Type, {QUERY_ID_HEADER}, If-Match, If-Modified-Since, "
    "If-None-Match, If-Range, If-Unmodified-Since, Range"
)
# What is coded as a whole, in memory; longer answers are coded as they are sent, longer files not at all.
_WHOLE_BYTES = 4 * 1024 * 1024


def register(app: Flask) -> None:
    """Let the application send every response in this way."""
    # Flask's own view looks at the conditions of a request before anybody knows the coding, and so the tag.
    app.view_functions["static"] = static_file
    app.before_request(_check_codings)
    app.before_request(_let_errors_be_read)
    app.after_request(_finish)


def _check_codings() -> None:
    if request.method != "OPTIONS" and not _acceptable(HTML.media_type):
        raise NotAcceptable("None of the content codings asked for can be sent.", available=[*CODINGS, IDENTITY])


def _let_errors_be_read() -> Response | None:
    """Let browsers send what they ask leave for (Fetch, CORS-preflight fetch) also where there is nothing.

    A script would learn only that the preflight failed, and not that there is no such path.
    """
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    is_nowhere = isinstance(request.routing_exception, NotFound)
    return Response(status=HTTPStatus.NO_CONTENT) if is_nowhere else None


def _acceptable(media_type: str) -> list[str]:
    return acceptable(request.headers.get("Accept-Encoding"), media_type)


def knows_no_chunks() -> bool:
    """Tell whether the client speaks HTTP/1.0, in which a body that breaks off looks like a whole one."""
    return request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"


def _finish(response: Response) -> Response:
    """Choose a coding, see what the client holds of the response under it, and code what it does not hold."""
    noted: Record | None = request.environ.get(RECORD)
    if noted is not None and request.url_rule is not None:
        noted.route = request.url_rule.rule
    body = response.response
    coding = _coding_of(response)
    if request.method in READING and response.status_code == HTTPStatus.OK:
        _tag(response, coding)
        status = status_of(response)
        if status == HTTPStatus.NOT_MODIFIED:
            _take_body(response)
        elif status == HTTPStatus.PRECONDITION_FAILED:
            response, coding = of_http(PreconditionFailed("What is here is not what If-Match names.")), IDENTITY
        elif isinstance(body, File) and not choose_range(response, body):
            response, coding = of_http(RequestedRangeNotSatisfiable(length=body.size)), IDENTITY
    if coding != IDENTITY and response.status_code != HTTPStatus.NOT_MODIFIED:
        _encode(response, coding)
    if request.method == "HEAD" or not (response.response is body or isinstance(response.response, CodedAnswer)):
        # Nobody reads it: neither an answer nor a file closes itself then.
        close: Callable[[], None] = getattr(body, "close", _nothing)
        close()
    _add_headers(response)
    return response


def _nothing() -> None:
    """Close what needs no closing."""


def _add_headers(response: Response) -> None:
    # One route has a policy of its own, and none another of these: whether they are there need not be looked up.
    response.headers.setdefault("Content-Security-Policy", policy())
    response.headers.extend(FIXED)
    response.vary.update(VARY)
    if request.method == "OPTIONS":
        if response.is_sequence and not response.get_data():
            del response.headers["Content-Type"]
        response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        response.headers["Access-Control-Allow-Headers"] = _PREFLIGHT_HEADERS
        response.headers["Access-Control-Max-Age"] = "86400"
    if request.method in READING and response.status_code < HTTPStatus.BAD_REQUEST:
        # Tomorrow's snapshot may be published in a minute; to ask whether it was costs a header and no query.
        response.headers.setdefault("Cache-Control", "no-cache")


def _coding_of(response: Response) -> str:
    """The coding in which the body is to be sent."""
    is_settled = (
        "Content-Encoding" in response.headers
        or "no-transform" in response.headers.get("Cache-Control", "")
        or response.status_code == HTTPStatus.PARTIAL_CONTENT
    )
    is_whole = _is_whole(response)
    if is_settled or not (is_whole or isinstance(response.response, Answer)):
        return IDENTITY
    codings = _acceptable(response.mimetype or "")
    is_better_plain = response.content_length < SMALL_BYTES if is_whole else knows_no_chunks()
    return IDENTITY if not codings or (is_better_plain and IDENTITY in codings) else codings[0]


def _is_whole(response: Response) -> bool:
    """Whether the body is there, and of a size to be held in memory."""
    return "Content-Length" in response.headers and response.content_length <= _WHOLE_BYTES


def _tag(response: Response, coding: str) -> None:
    """Let a successful answer have an entity tag, made of its bytes where it has none yet; under a coding, its own."""
    if "no-store" in response.headers.get("Cache-Control", ""):
        return
    if "ETag" not in response.headers and response.is_sequence:
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    tag, is_weak = response.get_etag()
    if tag is not None:
        # A coder that gives out what it holds whenever the answer pauses never writes the same bytes again.
        response.set_etag(tag_under(coding, tag), weak=is_weak or (coding != IDENTITY and not _is_whole(response)))


def _take_body(response: Response) -> None:
    """Leave the headers that tell of the resource, and none that tells of a body (RFC 9110, section 15.4.5)."""
    response.status_code = HTTPStatus.NOT_MODIFIED
    for name in ("Content-Type", "Content-Length"):
        response.headers.pop(name, None)
    response.direct_passthrough = False
    response.response = []


def _encode(response: Response, coding: str) -> None:
    response.headers["Content-Encoding"] = coding
    if not _is_whole(response):
        assert isinstance(response.response, Answer)  # noqa: S101 - nothing else has a coding then
        response.headers.pop("Content-Length", None)
        response.response = CodedAnswer(response.response, coding)
        return
    response.direct_passthrough = False
    response.set_data(encode(response.get_data(), coding))
