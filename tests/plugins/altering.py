"""A server between a client and a real server, which alters what passes: what a harvester meets elsewhere."""

from __future__ import annotations

import contextlib
import http.client
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from loopback import running

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    Alteration = Callable[["Asked", "Passed"], "Passed | None"]

_OF_CONNECTION = {"connection", "transfer-encoding", "keep-alive", "server", "date"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks: method, path with parameters, headers by their names in lower case."""

    method: str
    path: str
    headers: dict[str, str]

    @property
    def accept(self) -> str:
        """What it accepts."""
        return self.headers.get("accept", "")


@dataclass(frozen=True, slots=True)
class Passed:
    """What is passed on: status, headers by their names in lower case, body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, **headers: str | None) -> Passed:
        """Return it with other headers; None takes one away."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {**self.headers, **named}
        return replace(self, headers={name: value for name, value in merged.items() if value is not None})

    def with_body(self, body: bytes) -> Passed:
        """Return it with another body."""
        return replace(self, body=body, headers={**self.headers, "content-length": str(len(body))})

    def replacing(self, old: str, new: str) -> Passed:
        """Return it with other words in its body; fail where they do not stand there."""
        assert old.encode() in self.body, (old, self.body[:2000])
        return self.with_body(self.body.replace(old.encode(), new.encode()))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _pass(self) -> None:
        server = self.server
        assert isinstance(server, Altering)
        asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        # What is to be altered must come as it is.
        asked.headers.pop("accept-encoding", None)
        body = self.rfile.read(int(asked.headers.get("content-length", "0")))
        upstream = urlsplit(server.upstream)
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=120)
        with contextlib.closing(connection):
            connection.request(self.command, self.path, body or None, asked.headers)
            answer = connection.getresponse()
            names = dict.fromkeys(name.lower() for name in answer.headers)
            headers = {name: ", ".join(answer.headers.get_all(name, [])) for name in names}
            kept = {name: value for name, value in headers.items() if name not in _OF_CONNECTION}
            passed = Passed(answer.status, kept, answer.read())
        altered = server.alteration(asked, passed) or passed
        if self.command != "HEAD":
            altered = altered.with_body(altered.body)
        server.asked.append(asked)
        self.send_response(altered.status)
        for name, value in altered.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(altered.body)

    do_GET = do_HEAD = do_POST = _pass  # noqa: N815 - names of the library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of the library
        pass


class Altering(ThreadingHTTPServer):
    """Passes on what another server answers, altered as it is told."""

    daemon_threads = False
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = ""
        self.asked: list[Asked] = []
        self.alteration: Alteration = lambda _asked, passed: passed

    @property
    def url(self) -> str:
        """Its front page."""
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Let a client go that has heard enough."""


def altering() -> AbstractContextManager[Altering]:
    """Serve until the block ends; the upstream is set by whoever knows it."""
    return running(Altering())
