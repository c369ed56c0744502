"""From an ASGI request to a WSGI call and back (PEP 3333; ASGI HTTP message format 2.3)."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict
from urllib.parse import unquote_to_bytes

from digigraph.store.answering.answer import Answer
from digigraph.web.observing.record import RECORD, Record
from digigraph.web.protocol.codings import CodedAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.web.keeping.begun import Begun

CANCELLATION = "digigraph.cancellation"
"""Key of the WSGI environment under which a request carries its :class:`Cancellation`."""
SNAPSHOT = "digigraph.snapshot"
"""Key under which the application names the snapshot of which its reply is a function, given the request."""

_WHOLE_BYTES = 64 * 1024


class Scope(TypedDict):
    """An ASGI connection scope of type ``http``.

    Attributes
    ----------
    request
        All its bytes, where it came in one piece.
    begun
        The question in it, where it was asked before.
    """

    type: str
    http_version: str
    method: str
    scheme: str
    raw_path: bytes
    query_string: bytes
    headers: Iterable[tuple[bytes, bytes]]
    server: NotRequired[tuple[str, int | str | None] | None]
    client: NotRequired[tuple[str, int | str] | None]
    request: NotRequired[bytes]
    begun: NotRequired[Begun]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the WSGI application answered.

    Parameters
    ----------
    status
        HTTP status code.
    headers
        Names and values, as ASGI wants them.
    start
        The first bytes of the body, or all of them.
    rest
        An answer to be streamed, perhaps under a content coding, or an iterator over the rest of the body; None where
        ``start`` is all.
    close
        To be called when nobody reads on; may be called twice, from any thread.
    snapshot
        Name of the one of which the reply is a function, given the request; None where it is of none.
    route
        Pattern of the path; empty where there is none.
    rows
        Rows or triples of the answer in it; None where there is none.
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    start: bytes
    rest: Answer | CodedAnswer | Iterator[bytes] | None
    close: Callable[[], None]
    snapshot: str | None = None
    route: str = ""
    rows: int | None = None

    @property
    def size(self) -> int:
        """Bytes of headers and of what is there of the body."""
        return len(self.start) + sum(len(name) + len(value) for name, value in self.headers)


def environ_of(scope: Scope, body: bytes, *, announced: int | None, cancellation: Cancellation) -> WSGIEnvironment:
    """Return the WSGI environment of an ASGI request.

    Parameters
    ----------
    scope
        The request.
    body
        Its body, or the beginning of one that is too long.
    announced
        Bytes that the body has according to the client; None where it said nothing.
    cancellation
        Fires when the client leaves.
    """
    host, port = scope.get("server") or ("localhost", 80)
    client = scope.get("client")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        # Servers disagree about how HTTP/1.0 is written in a scope.
        "SERVER_PROTOCOL": "HTTP/1.0" if scope["http_version"] in {"1", "1.0"} else "HTTP/1.1",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "REMOTE_ADDR": client[0] if client else "",
        "CONTENT_LENGTH": str(len(body) if announced is None else announced),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        CANCELLATION: cancellation,
    }
    environ.update(_header_variables(scope["headers"]))
    return environ


def _header_variables(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        # An underscore in a name would pass for the hyphen of another header; the body has been received, as a whole.
        if "_" in name or name in {"content-length", "transfer-encoding"}:
            continue
        variable = name.upper().replace("-", "_")
        variable = variable if variable == "CONTENT_TYPE" else f"HTTP_{variable}"
        variables[variable] = f"{variables[variable]},{value}" if variable in variables else value
    return variables


class _Start:
    """The ``start_response`` of one call; keeps what it is told."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []

    @property
    def length(self) -> int | None:
        """Bytes that the body has, where the headers say so."""
        return next((int(value) for name, value in self.headers if name == b"content-length"), None)

    def __call__(self, status: str, headers: list[tuple[str, str]], _: object = None, /) -> Callable[[bytes], object]:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _refuse_to_write


def _refuse_to_write(data: bytes, /) -> None:
    raise NotImplementedError("PEP 3333's imperative write is not offered; Flask never uses it.")


def call(app: WSGIApplication, environ: WSGIEnvironment) -> Reply:
    """Call the application and take the beginning of its answer; an :class:`Answer` is handed on unread.

    Blocks until the body begins; meant for a thread of its own.
    """
    start = _Start()
    body = app(environ, start)
    close: Callable[[], None] = getattr(body, "close", _nothing)
    if isinstance(body, Answer | CodedAnswer):
        return Reply(start.status, start.headers, b"", body, close)
    taken = bytearray()
    chunks = iter(body)
    try:
        for chunk in chunks:
            taken += chunk
            if len(taken) > _WHOLE_BYTES and len(taken) != start.length:
                return Reply(start.status, start.headers, bytes(taken), chunks, close)
    except BaseException:
        close()
        raise
    close()
    record: Record | None = environ.get(RECORD)
    route, rows = (record.route, record.rows) if record else ("", None)
    return Reply(start.status, start.headers, bytes(taken), None, _nothing, environ.get(SNAPSHOT), route, rows)


def _nothing() -> None:
    """Close what needs no closing."""
