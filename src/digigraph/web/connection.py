"""One connection of a client: uvicorn's, with what it lacks: bounds on heads and silence, and replies given again.

A request that comes again byte for byte is answered before it is read: what is kept of its reply goes out as it is.
That is a quarter of the work of reading the request and of an ASGI exchange.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from digigraph.web.gateway import Gateway

HEAD_BYTES = 32 * 1024
"""Bytes that the head of a request may have, or anything else that is not its body."""
WAIT_SECONDS = 30
"""Seconds in which the head of a request must have come, or the rest of one that has been answered."""


class Connection(HttpToolsProtocol):
    """One connection.

    Parameters
    ----------
    gateway
        Answers.
    config, state
        Uvicorn's; those of all connections.
    """

    def __init__(self, gateway: Gateway, config: Config, state: ServerState) -> None:
        super().__init__(config, state, {})
        self._gateway = gateway
        self._data = b""
        # Bytes that have come since the last of which the parser has said what they are.
        self._unread = 0
        # Requests whose first, and whose last byte has been read; whether that of the last head has.
        self._begun = self._ended = 0
        self._has_head = False
        # On the loop's clock: since when the client is to send something.
        self._waits_since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take the connection over, and wait for a request."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        """Answer a request that has come before at once; read all others."""
        is_between = self._begun == self._ended and not self._is_answering
        if is_between and not self.flow.write_paused and self._is_answered(data):
            return
        # Stays as it is until the head of a request has come: not each byte of it has all the time.
        timer, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None
        begun, ended = self._begun, self._ended
        self._unread += len(data)
        self._data = data
        super().data_received(data)
        if is_between and (self._begun, self._ended) == (begun + 1, ended + 1) and self.cycle.keep_alive:
            self.scope["request"] = data  # type: ignore[typeddict-unknown-key]  # ours, for the gateway
        if self._is_answering and timer is not None:
            timer.cancel()
        elif not self._is_answering:
            self.timeout_keep_alive_task = timer
        if self._unread > HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    @property
    def _is_answering(self) -> bool:
        # None before the first request, whatever uvicorn's types say.
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr]

    def _is_answered(self, data: bytes) -> bool:
        """Answer a request that has come before, and tell whether it is one."""
        kept = self._gateway.kept(data, self.client)
        if kept is None:
            return False
        status, rest = kept
        head = [STATUS_LINE[status], *(b"%b: %b\r\n" % each for each in self.server_state.default_headers)]
        self.transport.write(b"".join([*head, rest]))
        self._waits_since = self.loop.time()
        return True

    # The parser's callbacks

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._begun += 1
        self._has_head = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; none of those behind a body, which no proxy has looked at, and which uvicorn would add."""
        if not self._has_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer it."""
        self._unread, self._has_head = 0, True
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise HttpParserError("The head is too large.")
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of its body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End it."""
        self._unread = 0
        self._ended += 1
        super().on_message_complete()

    # Uvicorn's own

    def _should_upgrade(self) -> bool:
        return True

    def handle_websocket_upgrade(self) -> None:
        """Read a request again without its wish to go on in another protocol, for the parser skips its body.

        Java's client wishes for HTTP/2 in each first request; a server may overlook it (RFC 9110, section 7.8).
        """
        wish = sys.exception()
        if not isinstance(wish, HttpParserUpgrade) or self.scope["method"] == "CONNECT":
            self._refuse(HTTPStatus.NOT_IMPLEMENTED)
            return
        first = b"%b %b HTTP/%b" % (self.scope["method"].encode(), self.url, self.scope["http_version"].encode())
        others = [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        super().data_received(b"\r\n".join([first, *others, b"", self._data[wish.args[0] :]]))

    def on_response_complete(self) -> None:
        """Wait for the next one."""
        self._waits_since = self.loop.time()
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, if the client has said nothing for so long."""
        left = self._waits_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Say that it is no request."""
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why nothing more is read, where that does not come in the middle of an answer; and close."""
        if not (self._is_answering or self.transport.is_closing()):
            self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
