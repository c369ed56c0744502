"""A server on loopback that answers queries as badly as it is told to, byte by byte."""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Behaviour = Callable[["Caller"], None]

JSON = "application/sparql-results+json"
TRUE = b'{"head":{},"boolean":true}'
ROW = b'{"x":{"type":"literal","value":"\\\\},{\\"}"}}'
TABLE = b'{"head":{"vars":["x"]},"results":{"bindings":[%s]}}'
_PATIENCE = 120.0


@dataclass
class Caller:
    """Who has asked: one connection, its request read.

    Attributes
    ----------
    head, body
        Of the request.
    passed_on
        Set when the test has seen the beginning of what was sent.
    """

    connection: socket.socket
    passed_on: threading.Event
    head: str = ""
    body: str = ""

    def read(self) -> None:
        """Read the request."""
        data = b""
        while b"\r\n\r\n" not in data and (piece := self.connection.recv(65536)):
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        self.head = head.decode()
        length = next(
            (int(line.split(":")[1]) for line in self.head.lower().split("\r\n") if "content-length:" in line), 0
        )
        while len(body) < length and (piece := self.connection.recv(65536)):
            body += piece
        self.body = body.decode()

    def send(self, *pieces: bytes) -> None:
        """Send bytes as they are."""
        for piece in pieces:
            self.connection.sendall(piece)

    def begin(self, status: str = "200 OK", **headers: str) -> None:
        """Send a status line and headers; a name's underscores are hyphens."""
        lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def reply(self, body: bytes, status: str = "200 OK", **headers: str) -> None:
        """Send a whole response; the headers given stand in place of the usual ones."""
        self.begin(status, **{"Content_Type": JSON, "Content_Length": str(len(body)), **headers})
        self.send(body)

    def chunk(self, data: bytes) -> None:
        """Send a chunk."""
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def reset(self) -> None:
        """Break the connection so that the other side is told of a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def wait_until_left(self) -> bool:
        """Wait until the other side closes; False where it does not."""
        self.connection.settimeout(_PATIENCE)
        try:
            return self.connection.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


@dataclass
class Hostile:
    """The server, and what it has seen."""

    url: str
    callers: list[Caller] = field(default_factory=list)
    passed_on: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def hostile(behaviour: Behaviour) -> Iterator[Hostile]:
    """Answer every connection by a function while the block runs, each in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as stack:
        seen = Hostile(f"http://127.0.0.1:{listener.getsockname()[1]}/sparql")
        threads: list[threading.Thread] = []

        def answer(connection: socket.socket) -> None:
            caller = Caller(connection, seen.passed_on)
            with connection, contextlib.suppress(OSError):
                caller.read()
                seen.callers.append(caller)
                behaviour(caller)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    stack.callback(_close, connection)
                    threads.append(threading.Thread(target=answer, args=[connection]))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield seen
        finally:
            seen.passed_on.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            stack.close()
            for thread in threads:
                thread.join()


def _close(connection: socket.socket) -> None:
    """Wake whoever waits at it."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


# What a bad endpoint may do, to ASK in JSON. The names are those of the cases of a table.


def silence(caller: Caller) -> None:
    """Take the question and say nothing."""
    caller.wait_until_left()


def silent_body(caller: Caller) -> None:
    """Send the headers and nothing more."""
    caller.begin(Content_Type=JSON, Content_Length="100")
    caller.wait_until_left()


def stopped_in_the_middle(caller: Caller) -> None:
    """Send the beginning of a body, and then nothing."""
    caller.begin(Content_Type=JSON, Content_Length="100")
    caller.send(b'{"head":{},')
    caller.wait_until_left()


def trickle(caller: Caller) -> None:
    """Send a byte now and then, for ever."""
    caller.begin(Content_Type=JSON, Content_Length="100000")
    while True:
        caller.send(b" ")
        time.sleep(0.05)


def trickle_of_chunks(caller: Caller) -> None:
    """The same in chunks."""
    caller.begin(Content_Type=JSON, Transfer_Encoding="chunked")
    while True:
        caller.chunk(b" ")
        time.sleep(0.05)


def trickle_of_headers(caller: Caller) -> None:
    """Send a header, byte by byte, for ever."""
    caller.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        caller.send(b"x")
        time.sleep(0.05)


def continues_for_ever(caller: Caller) -> None:
    """Send interim responses, for ever."""
    while True:
        caller.begin("100 Continue")
        time.sleep(0.01)


def reset_at_once(caller: Caller) -> None:
    """Break the connection off."""
    caller.reset()


def closed_at_once(caller: Caller) -> None:
    """Close the connection without a word."""
    caller.connection.close()


def reset_in_the_middle(caller: Caller) -> None:
    """Break off in a body."""
    caller.begin(Content_Type=JSON, Content_Length="100")
    caller.send(b'{"head":{},')
    time.sleep(0.05)
    caller.reset()


def short_of_its_length(caller: Caller) -> None:
    """Close before as many bytes have come as were announced, where a document ends."""
    caller.begin(Content_Type=JSON, Content_Length=str(len(TRUE) + 1))
    caller.send(TRUE)


def without_its_last_chunk(caller: Caller) -> None:
    """Close before the chunk that ends, where a document ends."""
    caller.begin(Content_Type=JSON, Transfer_Encoding="chunked")
    caller.chunk(TRUE)


def half_a_chunk(caller: Caller) -> None:
    """Close within a chunk."""
    caller.begin(Content_Type=JSON, Transfer_Encoding="chunked")
    caller.send(b"ff\r\n", TRUE)


def chunks_that_are_none(caller: Caller) -> None:
    """Send as chunks what is none."""
    caller.begin(Content_Type=JSON, Transfer_Encoding="chunked")
    caller.send(b"zz\r\n", TRUE)


def half_a_document(caller: Caller) -> None:
    """Send, as HTTP has it, a whole body: half a document."""
    caller.reply(b'{"head":{},"boolean":true')


def half_a_document_to_the_end(caller: Caller) -> None:
    """Send half a document whose end is that of the connection."""
    caller.begin(Content_Type=JSON)
    caller.send(b'{"head":{},"boolean":true')


def nothing(caller: Caller) -> None:
    """Send an empty body."""
    caller.reply(b"")


def rows_to_ask(caller: Caller) -> None:
    """Answer ASK by rows."""
    caller.reply(TABLE % ROW)


def html_as_json(caller: Caller) -> None:
    """Send a page under the media type that was asked for."""
    caller.reply(b"<!DOCTYPE html><html><title>Log in</title></html>")


def html(caller: Caller) -> None:
    """Send a page."""
    caller.reply(b"<html>Log in</html>", Content_Type="text/html; charset=utf-8")


def no_media_type(caller: Caller) -> None:
    """Do not say what the body is."""
    caller.begin(Content_Length=str(len(TRUE)))
    caller.send(TRUE)


def another_format(caller: Caller) -> None:
    """Send XML where JSON was asked for."""
    caller.reply(b"<sparql/>", Content_Type="application/sparql-results+xml")


def redirect_elsewhere(caller: Caller) -> None:
    """Redirect to another server."""
    caller.reply(b"", "307 Temporary Redirect", Location="http://user:secret@127.0.0.1:9/other?token=secret")


def redirect_here(caller: Caller) -> None:
    """Redirect to another path."""
    caller.reply(b"", "301 Moved Permanently", Location="/elsewhere")


def redirect_to_nowhere(caller: Caller) -> None:
    """Redirect to what is no URL."""
    caller.reply(b"", "302 Found", Location="http://[nowhere/")


def redirect_without_end(caller: Caller) -> None:
    """Redirect with a body that does not end."""
    caller.begin("308 Permanent Redirect", Location="/elsewhere", Transfer_Encoding="chunked")
    while True:
        caller.chunk(bytes(65536))


def error_without_end(caller: Caller) -> None:
    """Fail, with a body that does not end."""
    caller.begin("500 Internal Server Error", Content_Type="text/plain", Transfer_Encoding="chunked")
    while True:
        caller.chunk(b"x" * 65536)


def unauthorized(caller: Caller) -> None:
    """Ask for a password."""
    caller.reply(b"<html>401</html>", "401 Unauthorized", Content_Type="text/html", WWW_Authenticate="Basic realm=x")


def forbidden(caller: Caller) -> None:
    """Refuse."""
    caller.reply(b"no", "403 Forbidden", Content_Type="text/plain")


def not_there(caller: Caller) -> None:
    """Know nothing of the path."""
    caller.reply(b"nothing here", "404 Not Found", Content_Type="text/plain")


def internal_error(caller: Caller) -> None:
    """Fail."""
    caller.reply(b"Traceback: oops", "500 Internal Server Error", Content_Type="text/plain")


def busy(caller: Caller) -> None:
    """Have no time."""
    caller.reply(b"busy", "503 Service Unavailable", Content_Type="text/plain", Retry_After="5")


def gateway_timeout(caller: Caller) -> None:
    """Be a proxy whose own server does not answer."""
    caller.reply(b"<html>504</html>", "504 Gateway Timeout", Content_Type="text/html")


def no_content(caller: Caller) -> None:
    """Have nothing to say."""
    caller.begin("204 No Content")


def partial_content(caller: Caller) -> None:
    """Send a range that nobody asked for."""
    caller.reply(TRUE, "206 Partial Content", Content_Range=f"bytes 0-{len(TRUE) - 1}/1000")


def gzip_bomb(caller: Caller) -> None:
    """Send a little that becomes very much."""
    caller.reply(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")


def no_http(caller: Caller) -> None:
    """Speak another protocol."""
    caller.send(b"SSH-2.0-OpenSSH_9.2p1\r\n")


def headers_for_ever(caller: Caller) -> None:
    """Send headers without end."""
    caller.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        caller.send(b"X-Header: 1\r\n" * 1000)


def a_header_for_ever(caller: Caller) -> None:
    """Send one header without end."""
    caller.send(b"HTTP/1.1 200 OK\r\nX-Header: ")
    while True:
        caller.send(b"x" * 65536)


def bad_length(caller: Caller) -> None:
    """Announce a length that is none."""
    caller.begin(Content_Type=JSON, Content_Length="many")
    caller.send(b'{"head":{},')


def cut_by_time(caller: Caller) -> None:
    """Say 200 of a part, as Virtuoso does at its own deadline."""
    caller.reply(TRUE, X_SQL_State="S1TAT", X_SQL_Message="Returning incomplete results")


def cut_by_rows(caller: Caller) -> None:
    """Say 200 of a part, as Virtuoso does at its own number of rows."""
    caller.reply(TRUE, X_SPARQL_MaxRows="10000")


PROBLEMS: tuple[tuple[Behaviour, int, str], ...] = (
    (silence, 504, "remote-timeout"),
    (silent_body, 504, "remote-timeout"),
    (stopped_in_the_middle, 504, "remote-timeout"),
    (trickle, 504, "remote-timeout"),
    (trickle_of_chunks, 504, "remote-timeout"),
    (trickle_of_headers, 504, "remote-timeout"),
    (continues_for_ever, 504, "remote-timeout"),
    (gateway_timeout, 504, "remote-timeout"),
    (cut_by_time, 504, "remote-timeout"),
    (reset_at_once, 502, "remote"),
    (closed_at_once, 502, "remote"),
    (reset_in_the_middle, 502, "remote"),
    (short_of_its_length, 502, "remote"),
    (without_its_last_chunk, 502, "remote"),
    (half_a_chunk, 502, "remote"),
    (chunks_that_are_none, 502, "remote"),
    (half_a_document, 502, "remote"),
    (half_a_document_to_the_end, 502, "remote"),
    (nothing, 502, "remote"),
    (rows_to_ask, 502, "remote"),
    (html_as_json, 502, "remote"),
    (html, 502, "remote"),
    (no_media_type, 502, "remote"),
    (another_format, 502, "remote"),
    (redirect_elsewhere, 502, "remote"),
    (redirect_here, 502, "remote"),
    (redirect_to_nowhere, 502, "remote"),
    (redirect_without_end, 502, "remote"),
    (error_without_end, 502, "remote"),
    (unauthorized, 502, "remote"),
    (forbidden, 502, "remote"),
    (not_there, 502, "remote"),
    (internal_error, 502, "remote"),
    (busy, 502, "remote"),
    (no_content, 502, "remote"),
    (partial_content, 502, "remote"),
    (gzip_bomb, 502, "remote"),
    (no_http, 502, "remote"),
    (headers_for_ever, 502, "remote"),
    (a_header_for_ever, 502, "remote"),
    (bad_length, 502, "remote"),
    (cut_by_rows, 502, "remote"),
)
"""What an endpoint may do, and the status and type of the problem that whoever asked through us is told of."""


# What it may do once bytes have been passed on; SELECT in JSON.
_MANY = TABLE % b",".join([ROW] * 20_000)


def closed_later(caller: Caller) -> None:
    """Close after much of a body."""
    caller.begin(Content_Type=JSON, Content_Length="10000000")
    caller.send(_MANY)
    caller.passed_on.wait()


def half_a_long_document(caller: Caller) -> None:
    """Send a whole body: all but the end of a document."""
    caller.begin(Content_Type=JSON, Content_Length=str(len(_MANY) - 1))
    caller.send(_MANY[:-10])
    caller.passed_on.wait()
    caller.send(_MANY[-10:-1])


def half_a_long_document_to_the_end(caller: Caller) -> None:
    """The same, without a length."""
    caller.begin(Content_Type=JSON)
    caller.send(_MANY[:-10])
    caller.passed_on.wait()
    caller.send(_MANY[-10:-1])


def stopped_later(caller: Caller) -> None:
    """Send much, and then nothing."""
    caller.begin(Content_Type=JSON, Content_Length="10000000")
    caller.send(_MANY)
    caller.wait_until_left()


def endless(caller: Caller) -> None:
    """Send rows without end."""
    caller.begin(Content_Type=JSON, Transfer_Encoding="chunked")
    caller.chunk(_MANY[:-3])
    caller.passed_on.wait()
    while True:
        caller.chunk(b"," + ROW)


def endless_value(caller: Caller) -> None:
    """Send a value without end."""
    caller.begin(Content_Type=JSON, Transfer_Encoding="chunked")
    caller.chunk(_MANY[:-3] + b',{"x":{"type":"literal","value":"')
    caller.passed_on.wait()
    while True:
        caller.chunk(b"x" * 65536)


BREAKS: tuple[Behaviour, ...] = (
    closed_later,
    half_a_long_document,
    half_a_long_document_to_the_end,
    stopped_later,
    endless,
    endless_value,
)
"""What an endpoint may do when it is too late for a status: the transfer to the client has to break off."""
