"""SERVICE, for endpoints that the operator allows: every request to another server goes through here.

The engine would contact whatever a query names, whatever a name resolves to. So it has nothing but a door of ours on
loopback: the IRI behind SERVICE is replaced by one that leads there and names the endpoint. The door checks the
endpoint against the allow-list, resolves its name once, refuses addresses that are not public, connects to the very
address it has checked, and does the same for each redirect. Over TLS the certificate has to be one for the name.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import logging
import secrets
import socket
import ssl
import sys
import threading
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from digigraph.errors import QuerySyntaxError, RemoteError
from digigraph.sparql import services
from digigraph.store.admission.doors import door, is_allowed
from digigraph.store.answering.backend import InFront

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from urllib.parse import SplitResult

    from digigraph.settings import Network, Settings
    from digigraph.sparql import Service
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Backend, Query
    from digigraph.store.answering.cancellation import Cancellation

_LOG = logging.getLogger(__name__)
_REDIRECTS = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}
_MOST_REDIRECTS = 3
_PIECE = 64 * 1024
_MOST_QUERY = 1_000_000
_IDLE_SECONDS = 30


def address_of(url: SplitResult, networks: Sequence[Network] = ()) -> str:
    """Return the address to connect to.

    Parameters
    ----------
    url
        Of an endpoint that is allowed. An address that stands in it may be any: the operator wrote it.
    networks
        Whose addresses a name may have, too, though they are not public.

    Raises
    ------
    RemoteError
        The name does not resolve, or resolves to an address that is not public, even to one among others.
    """
    host = url.hostname or ""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(host))
    try:
        found = socket.getaddrinfo(host, url.port or url.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RemoteError(f"{host} does not resolve: {error}.") from error
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    for each in addresses:
        address = ipaddress.ip_address(each)
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        meant = mapped or address
        is_public = meant.is_global and not meant.is_multicast
        if not is_public and not any(meant in network for network in networks):
            raise RemoteError(f"{host} resolves to an address that is not public.")
    return addresses[0]


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked, for the host of a URL."""

    def __init__(self, url: SplitResult, address: str, *, seconds: float) -> None:
        is_secure = url.scheme == "https"
        super().__init__(url.hostname or "", url.port or (443 if is_secure else 80), timeout=seconds)
        self._address = address
        self._context = ssl.create_default_context() if is_secure else None

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)

    def give_up(self) -> None:
        """Let whoever waits at it wait no longer; from any thread."""
        if self.sock is not None:
            with contextlib.suppress(OSError):
                # Not the method of a TLS socket, which would change what the other thread is using.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


@contextlib.contextmanager
def _within(seconds: float, connection: _Connection) -> Iterator[None]:
    """Give a connection up after so many seconds: its own time-out begins anew with every byte, however few come."""
    timer = threading.Timer(seconds, connection.give_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextlib.contextmanager
def _asked(url: str, query: bytes, settings: Settings) -> Iterator[http.client.HTTPResponse]:
    """Ask an endpoint, following redirects; every step is checked."""
    for _ in range(_MOST_REDIRECTS + 1):
        if not is_allowed(url, settings.federation_prefixes):
            raise RemoteError(f"{url} is not on the allow-list.")
        parts = urlsplit(url)
        address = address_of(parts, settings.federation_private)
        connection = _Connection(parts, address, seconds=settings.query_seconds)
        with contextlib.closing(connection), _within(settings.query_seconds, connection):
            headers = {
                "Accept": "application/sparql-results+json, application/sparql-results+xml",
                "Content-Type": "application/sparql-query",
            }
            connection.request(
                "POST", parts._replace(scheme="", netloc="", fragment="").geturl() or "/", query, headers
            )
            response = connection.getresponse()
            if response.status not in _REDIRECTS:
                yield response
                return
            url = urljoin(url, response.headers.get("Location", ""))
    raise RemoteError(f"There are more than {_MOST_REDIRECTS} redirects.")


class _Request(BaseHTTPRequestHandler):
    """A query of the engine, for the endpoint that the path names."""

    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    server: _Door

    def do_POST(self) -> None:
        self.close_connection = True
        _, secret, endpoint = self.path.split("/", 2) if self.path.count("/") > 1 else ("", "", "")
        length = int(self.headers.get("Content-Length", "0"))
        if not secrets.compare_digest(secret.encode(), self.server.secret.encode()) or length > _MOST_QUERY:
            self._refuse(HTTPStatus.FORBIDDEN, "This is no place to ask.")
            return
        try:
            with _asked(unquote(endpoint), self.rfile.read(length), self.server.settings) as response:
                if response.status != HTTPStatus.OK:
                    self._refuse(HTTPStatus.BAD_GATEWAY, f"It answered {response.status}.")
                else:
                    self._pass_on(response)
        except RemoteError as error:
            self._refuse(HTTPStatus.BAD_GATEWAY, error.message)
        except ssl.SSLCertVerificationError as error:
            self._refuse(HTTPStatus.BAD_GATEWAY, f"Its certificate is not accepted: {error.verify_message}.")
        # ValueError: an IRI that is no URL, such as one with a port beyond all ports.
        except (OSError, ValueError, http.client.HTTPException) as error:
            self._refuse(HTTPStatus.BAD_GATEWAY, f"It does not answer: {error}.")

    def _refuse(self, status: HTTPStatus, reason: str) -> None:
        body = reason.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _pass_on(self, response: http.client.HTTPResponse) -> None:
        """In chunks: an answer that breaks off there breaks off here."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", response.headers.get("Content-Type", ""))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        left = self.server.settings.answer_bytes
        try:
            while piece := response.read1(_PIECE):
                left -= len(piece)
                if left < 0:
                    return
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            if not response.length:
                self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException) as error:
            _LOG.info("An answer of another endpoint was broken off: %s", error)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
        """Say nothing: the path holds the secret."""


class _Door(ThreadingHTTPServer):
    """The one place that the engine can reach."""

    daemon_threads = True

    def __init__(self, settings: Settings) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.settings = settings
        self.secret = secrets.token_urlsafe(16)

    def handle_error(self, *_: object) -> None:
        """Say little: a query process that is ended leaves in the middle."""
        _LOG.info("A query left its federation: %s", sys.exc_info()[1])

    def iri_for(self, endpoint: str) -> str:
        return door(self.server_port, self.secret, endpoint)


def _move_back(error: QuerySyntaxError, text: str, replaced: Sequence[tuple[Service, int]]) -> None:
    """Let a place in the text with doors be one in the text that was sent; doors are no lines of their own."""
    if error.line is None or error.column is None:
        return
    begin = sum(len(line) + 1 for line in text.split("\n")[: error.line - 1])
    column = error.column
    for service, length in replaced:
        if text.count("\n", 0, service.start) == error.line - 1 and column > service.start - begin + 1:
            column = max(service.start - begin + 1, column - length + service.end - service.start)
    error.message = error.message.replace(f"column {error.column}", f"column {column}")
    error.column = column


class Federated(InFront):
    """A backend whose queries may ask the endpoints on the allow-list.

    Parameters
    ----------
    backend
        Who answers; closed together with this.
    settings
        The allow-list, and the limits of a query.
    """

    def __init__(self, backend: Backend, settings: Settings) -> None:
        super().__init__(backend)
        self._base_iri = settings.base_iri
        self._door = _Door(settings)
        self._thread = threading.Thread(target=self._door.serve_forever, name="federation", daemon=True)
        self._thread.start()

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, with the door for each endpoint; the guard has seen that all of them are allowed."""
        named = services(query.text, base_iri=self._base_iri)
        doors = [f"<{self._door.iri_for(service.iri)}>" for service in named]
        text = query.text
        for service, through in zip(reversed(named), reversed(doors), strict=True):
            text = text[: service.start] + through + text[service.end :]
        try:
            return self._backend.answer(replace(query, text=text), cancellation)
        except QuerySyntaxError as error:
            _move_back(error, query.text, [*zip(named, map(len, doors), strict=True)])
            raise

    def close(self) -> None:
        """Close the door and the backend. May be called twice."""
        self._door.shutdown()
        self._door.server_close()
        self._thread.join()
        super().close()
