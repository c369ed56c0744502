"""HTTP as a polite client speaks it: bounded in requests, bytes and seconds, only with servers that it may ask.

The server is not trusted: whatever it sends, or does not, ends as an answer or as :class:`FetchFailed`.
"""

from __future__ import annotations

import http.client
import queue
import re
import threading
import time
import zlib
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

import requests
import urllib3.exceptions

from digigraph.harvesting.exchange import (
    Elsewhere,
    FetchFailed,
    Hop,
    LimitReached,
    Response,
    Unreachable,
    absolute,
    origin,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from protego import Protego

AGENT = "digigraph-harvest-check"
"""Product token: how robots.txt names this program (RFC 9309, section 2.2.1)."""
_ERRNO = re.compile(r"\[Errno -?\d+\] ")
_PIECE = 64 * 1024
_CONNECT_SECONDS = 10.0
_REDIRECTS = 5
_REDIRECTING = {301, 302, 303, 307, 308}
_AT_MOST = 8_000_000
_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
    zlib.error,
)
"""What the HTTP libraries raise of what a server sends, ValueError for addresses and headers that are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much may be asked of a server.

    Parameters
    ----------
    requests, megabytes, seconds
        Of the whole run; megabytes as they come over the wire.
    answer_seconds
        For one answer, its last byte included.
    delay
        Seconds between two requests; robots.txt may ask for more.
    """

    requests: int = 300
    megabytes: float = 64.0
    seconds: float = 300.0
    answer_seconds: float = 30.0
    delay: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which servers may be asked.

    Parameters
    ----------
    origins
        Beginnings of URLs whose scheme, host and port may be asked.
    instead
        By the beginning of a URL what to ask in its place: for a server that is not reached under its public name.
    """

    origins: tuple[str, ...]
    instead: Mapping[str, str]

    def address(self, url: str) -> str:
        """Return where a URL is asked for.

        Raises
        ------
        Elsewhere
            Nobody has allowed that.
        """
        prefix = max((each for each in self.instead if url.startswith(each)), key=len, default=None)
        address = url if prefix is None else self.instead[prefix] + url[len(prefix) :]
        if origin(address) not in map(origin, (*self.origins, *self.instead.values())):
            scheme, host, port = origin(address)
            raise Elsewhere(url, f"{url} is on another server, {scheme}://{host}:{port}, which was not asked.")
        return address


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for.

    Parameters
    ----------
    url
        Of the web.
    accept
        The Accept header.
    headers
        Further ones.
    form, data
        The body of a POST: parameters, or bytes; GET without them.
    is_head
        Whether only the headers are wanted.
    follows
        Whether redirects are followed.
    obeys_robots
        Whether robots.txt decides; not for what data or a description invites programs to ask by name: a query to the
        endpoint, or the state of a date.
    at_most
        Bytes of the body that are wanted.
    """

    url: str
    accept: str = "*/*"
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    data: bytes | None = None
    is_head: bool = False
    follows: bool = True
    obeys_robots: bool = True
    at_most: int = _AT_MOST

    @property
    def method(self) -> str:
        """HTTP method."""
        if self.is_head:
            return "HEAD"
        return "GET" if self.form is None and self.data is None else "POST"


class Client:
    """Asks servers, and counts what it asks.

    Parameters
    ----------
    reach
        Which servers may be asked.
    bounds
        How much.
    """

    def __init__(self, reach: Reach, bounds: Bounds) -> None:
        self._reach = reach
        self._bounds = bounds
        self._ends = time.monotonic() + bounds.seconds
        self._requests = 0
        self._bytes = 0
        self._last = 0.0
        self._delay = bounds.delay
        self._robots: Protego | None = None
        self._session = _session()

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def obey(self, robots: Protego) -> None:
        """Ask from now on only for what robots.txt lets this program have, and as slowly as it says."""
        self._robots = robots
        self._delay = max(self._delay, robots.crawl_delay(AGENT) or 0.0)

    def may_fetch(self, url: str) -> bool:
        """Tell whether robots.txt lets this program have a URL."""
        return self._robots is None or self._robots.can_fetch(url, AGENT)

    def may_ask(self, url: str) -> bool:
        """Tell whether a URL is on a server that may be asked."""
        try:
            self._reach.address(url)
        except Elsewhere:
            return False
        return True

    def get(self, url: str, accept: str = "*/*") -> Response:
        """Return the answer to a GET; see :meth:`fetch`."""
        return self.fetch(Request(url=url, accept=accept))

    def fetch(self, request: Request) -> Response:
        """Return the answer to a request.

        Raises
        ------
        FetchFailed
            There is none that can be read; robots.txt forbids it; redirects lead nowhere.
        Elsewhere
            It, or a redirect, leads to a server that may not be asked.
        LimitReached
            The run may ask no more.
        """
        hops: list[Hop] = []
        request = replace(request, url=urldefrag(request.url).url)
        while True:
            response = self._one(request)
            if response.status not in _REDIRECTING or "location" not in response.headers:
                return replace(response, hops=tuple(hops))
            target = absolute(response.headers["location"], request.url)
            hops.append(Hop(request.url, response.status, target or response.headers["location"]))
            if not request.follows:
                return replace(response, hops=tuple(hops))
            if target is None:
                raise FetchFailed(request.url, f"It redirects to {hops[-1].target!r}, which is no address of the web.")
            if len(hops) > _REDIRECTS:
                raise FetchFailed(hops[0].url, f"It redirects more than {_REDIRECTS} times.")
            request = replace(request, url=target)

    def _one(self, request: Request) -> Response:
        address = self._reach.address(request.url)
        if request.obeys_robots and not self.may_fetch(request.url):
            raise FetchFailed(request.url, f"robots.txt keeps robots from {request.url}.")
        self._count(request)
        try:
            return self._within(request, lambda: self._exchange(request, address))
        except _FAILURES as error:
            # Whatever is left of the connection may hold the rest of another answer.
            self._session.close()
            self._session = _session()
            if isinstance(error, requests.ConnectionError) and isinstance(
                error.args[0], urllib3.exceptions.MaxRetryError
            ):
                raise Unreachable(request.url, f"{request.url} cannot be reached: {_reason(error.args[0])}.") from error
            raise FetchFailed(request.url, f"There is no answer that can be read: {_said(error)}.") from error

    def _count(self, request: Request) -> None:
        wait = max(0.0, self._last + self._delay - time.monotonic()) if self._last else 0.0
        for used, most, what in (
            (self._requests + 1, self._bounds.requests, "requests"),
            (self._bytes / 1e6, self._bounds.megabytes, "MB"),
            (time.monotonic() + wait, self._ends, f"{self._bounds.seconds:g} seconds"),
        ):
            if used > most:
                limit = what if what.endswith("seconds") else f"{most:g} {what}"
                raise LimitReached(f"All {limit} of the run were used up before {request.url} could be asked for.")
        time.sleep(wait)
        self._requests += 1
        self._last = time.monotonic()

    def _within(self, request: Request, exchange: Callable[[], Response]) -> Response:
        """Make an exchange in a thread that is left alone when its time is over.

        A timeout of a socket begins anew with each byte, so who sends one a second would never come to an end.
        """
        outcome: queue.SimpleQueue[Response | BaseException] = queue.SimpleQueue()

        def run() -> None:
            try:
                outcome.put(exchange())
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                outcome.put(error)

        threading.Thread(target=run, daemon=True, name="harvest-check").start()
        try:
            found = outcome.get(timeout=min(self._bounds.answer_seconds, max(0.0, self._ends - time.monotonic())))
        except queue.Empty:
            raise FetchFailed(
                request.url, f"It was not answered to its end within {self._bounds.answer_seconds:g} seconds."
            ) from None
        if isinstance(found, BaseException):
            raise found
        return found

    def _exchange(self, request: Request, address: str) -> Response:
        with self._session.request(
            request.method,
            address,
            data=request.form if request.form is not None else request.data,
            headers={"Accept": request.accept, "Accept-Encoding": "gzip", **request.headers},
            timeout=(_CONNECT_SECONDS, self._bounds.answer_seconds),
            allow_redirects=False,
            stream=True,
        ) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            body, is_whole = self._body(answer, request)
        coding = headers.get("content-encoding", "").strip().lower()
        if not request.is_head and body:
            body, is_whole = _decoded(body, coding, request, is_whole=is_whole)
        return Response(url=request.url, status=answer.status_code, headers=headers, body=body, is_whole=is_whole)

    def _body(self, answer: requests.Response, request: Request) -> tuple[bytes, bool]:
        """The body as it was sent, and whether it ended."""
        pieces = bytearray()
        for piece in answer.raw.stream(_PIECE, decode_content=False):
            self._bytes += len(piece)
            pieces += piece
            if len(pieces) > request.at_most or self._bytes > self._bounds.megabytes * 1e6:
                return bytes(pieces[: request.at_most]), False
        return bytes(pieces), True


def _decoded(body: bytes, coding: str, request: Request, *, is_whole: bool) -> tuple[bytes, bool]:
    """A body without its content coding (RFC 9110, section 8.4), at most as much as was wanted."""
    if coding in {"", "identity"}:
        return body, is_whole
    if coding not in {"gzip", "x-gzip"}:
        raise FetchFailed(request.url, f"It is coded as {coding!r}, which nobody asked for.")
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
    plain = decoder.decompress(body, request.at_most)
    if decoder.eof or decoder.unconsumed_tail or not is_whole:
        return plain, decoder.eof
    raise FetchFailed(request.url, "Its gzip coding breaks off before its end.")


def _session() -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = f"{AGENT}/{version('digigraph')} (+https://w3id.org/digigraph/)"
    # Neither cookies nor what ~/.netrc holds for the host are a harvester's to send.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = lambda prepared: prepared
    return session


def _reason(error: urllib3.exceptions.MaxRetryError) -> str:
    """Why no connection could be made, without the objects of the library."""
    return _ERRNO.sub("", _said(error.reason or error).rpartition(": ")[2])


def _said(error: BaseException) -> str:
    """What the innermost library says of a failure, without the names of those around it."""
    while error.args and isinstance(error.args[-1], BaseException):
        error = error.args[-1]
    text = str(error) or type(error).__name__
    return " ".join(text.split()).rstrip(".")[:300]
