"""One HTTP request as it is written, on a connection of its own."""

from __future__ import annotations

import contextlib
import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from webserver import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters; empty where there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def exchange(
    url: str, method: str, path: str, *, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> Response:
    """Send a request with these header lines and no others but Host and Content-Length, and return the response."""
    parts = urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body or method in {"POST", "PUT"}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())


def encoded(parameters: Iterable[tuple[str, str]]) -> str:
    """Return parameters as they stand in a URL or a form, percent-encoded once."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters)
