"""Somebody else's SPARQL endpoint, on loopback, for SERVICE: over HTTP, or over TLS with a certificate."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from loopback import running

if TYPE_CHECKING:
    import socket
    import ssl
    from contextlib import AbstractContextManager

ROWS = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "from there"}}]}}
TRICKLE = "/sparql/trickle"


class _Request(BaseHTTPRequestHandler):
    """Answers, redirects, fails, and remembers what it was asked."""

    server: Endpoint

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, asked))
        if self.path == TRICKLE:
            self._trickle()
            return
        turn = re.fullmatch(r"/sparql/(\d\d\d)/(.*)", self.path)
        if turn and turn[1] != "200":
            self.send_response(int(turn[1]))
            self.send_header("Location", turn[2].replace("HERE", self.server.url))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = json.dumps(ROWS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body) + (10 if self.path.endswith("broken") else 0)))
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self) -> None:
        """Send a header that never ends, until nobody takes it."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
            while not self.server.is_left.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            self.server.is_left.set()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
        """Say nothing."""


class Endpoint(ThreadingHTTPServer):
    """An endpoint.

    Parameters
    ----------
    context
        With the certificate, for TLS; None: plain HTTP.

    Attributes
    ----------
    asked
        Paths and queries, in their order.
    is_left
        Set when somebody has left whom it was sending what never ends.
    """

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.asked: list[tuple[str, str]] = []
        self.is_left = threading.Event()
        self._context = context
        self.url = self.url_of("127.0.0.1")

    def url_of(self, host: str) -> str:
        """Return its URL, with a host that leads here."""
        return f"http{'s' * (self._context is not None)}://{host}:{self.server_port}"

    def finish_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        """Answer on a connection; a client that does not like the certificate asks nothing."""
        if self._context is None:
            super().finish_request(request, client_address)
            return
        with contextlib.suppress(OSError), self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


def answering(context: ssl.SSLContext | None = None) -> AbstractContextManager[Endpoint]:
    """Let an endpoint answer."""
    return running(Endpoint(context))
