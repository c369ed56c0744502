"""One connection of a client: uvicorn's, with what it lacks: bounds on heads and silence, and replies given again.

A request that comes again byte for byte is answered before it is read: what is kept of its reply goes out as it is.
That is a quarter of the work of reading the request and of an ASGI exchange.
"""

from __future__ import annotations

import re
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

from httptools import HttpParserError, HttpParserUpgrade
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGI3Application
    from uvicorn.config import Config
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
    from uvicorn.server import ServerState

    from digigraph.web.server.gateway import Gateway
    from digigraph.web.server.places import Places

HEAD_BYTES = 32 * 1024
"""Bytes that the head of a request may have, or anything else that is not its body."""
HEADERS = 100
"""Headers that a request may have: each takes many times the memory of its bytes."""
WAIT_SECONDS = 30
"""Seconds in which the head of a request must have come, or the rest of one that has been answered."""

# After how long a client that sends no more is asked whether it is there, and after how long again at most.
_ASK_SECONDS = 0.1
_ASK_AGAIN_SECONDS = 10.0
# For how long such a client is answered that cannot be asked, for it knows HTTP/1.0.
_OLD_SECONDS = 5.0
# Requests that come together are read up to here before the first is answered.
_PIECE_BYTES = 4096
# A target in absolute form whose path is empty (RFC 9112, section 3.2.2).
_WITHOUT_PATH = re.compile(rb"([^/?#]+://[^/?#]*)(\?.*)?", re.DOTALL)


class Connection(HttpToolsProtocol):
    """One connection.

    Parameters
    ----------
    gateway
        Answers.
    config, state
        Uvicorn's; those of all connections.
    places
        Those of all connections.
    """

    def __init__(self, gateway: Gateway, config: Config, state: ServerState, *, places: Places) -> None:
        super().__init__(config, state, {})
        self._gateway = gateway
        self._places = places
        # What has come and is not read yet, what is being read of it, and this with the head's beginning before it.
        self._rest = self._piece = self._head = b""
        # Bytes that have been read since the last of which the parser has said what they are.
        self._unread = 0
        # Requests whose first, and whose last byte has been read; whether that of the last head has.
        self._begun = self._ended = 0
        self._has_head = False
        self._running: RequestResponseCycle | None = None
        # Why nothing more is read; said behind the answers to what came before.
        self._refusal: HTTPStatus | None = None
        self._has_ended = False
        # On the loop's clock: since when the client is to send something.
        self._waits_since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take the connection over, and wait for a request."""
        super().connection_made(transport)
        self._places.enter(self)
        self.flow = _Flow(self)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that is being answered; uvicorn tells the last that was read."""
        self._leave()
        self._places.leave(self)
        super().connection_lost(exc)

    def make_room(self) -> None:
        """Close the connection, without a word, for another one."""
        self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """Answer what was asked whole, for a client may end its half of a connection (RFC 9293, section 3.6).

        Returns
        -------
        bool
            Whether the connection stays open.
        """
        is_whole = self._begun == self._ended or bool(self._rest)
        self._has_ended = self._is_answering and is_whole
        if self._has_ended and self.scope["http_version"] == "1.1":
            self.loop.call_later(_ASK_SECONDS, self._ask_whether_there, 2 * _ASK_SECONDS)
        elif self._has_ended:
            self.loop.call_later(_OLD_SECONDS, self._give_up)
        return self._has_ended

    def _give_up(self) -> None:
        """Take a client for gone that cannot be asked and has been told nothing yet."""
        if self._running is not None and not self._running.response_started:
            self._close()

    def _ask_whether_there(self, seconds: float) -> None:
        """Find out whether a client has left or but sends no more, which looks the same until something is sent to it.

        It discards an interim response that it did not ask for (RFC 9110, section 15.2.1); who has left resets the
        connection, and the next one finds that.
        """
        if self._running is None or not self._is_answering or self.transport.is_closing():
            return
        if not self._running.response_started:
            self.transport.write(STATUS_LINE[HTTPStatus.CONTINUE] + b"\r\n")
        self.loop.call_later(seconds, self._ask_whether_there, min(2 * seconds, _ASK_AGAIN_SECONDS))

    def data_received(self, data: bytes) -> None:
        """Answer a request that has come before at once; read all others."""
        if self._refusal is not None:
            return
        is_between = not (self._rest or self._is_answering) and self._begun == self._ended
        if is_between and not self.flow.write_paused and self._is_answered(data):
            return
        begun, ended = self._begun, self._ended
        self._rest += data
        self._read()
        is_one = is_between and not self._rest and (self._begun, self._ended) == (begun + 1, ended + 1)
        if is_one and self._is_answering and self.cycle.keep_alive:
            self.scope["request"] = data  # type: ignore[typeddict-unknown-key]  # ours, for the gateway

    def _read(self) -> None:
        """Read what has come, until a request waits for the answers to others."""
        # Stays as it is until the head of a request has come: not each byte of it has all the time.
        timer, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None
        while self._rest and not (self.pipeline or self._refusal or self.transport.is_closing()):
            has_begun = self._begun != self._ended and not self._has_head
            self._piece, self._rest = self._rest[:_PIECE_BYTES], self._rest[_PIECE_BYTES:]
            self._head = self._head + self._piece if has_begun else self._piece
            self._unread += len(self._piece)
            super().data_received(self._piece)
            if self._unread > HEAD_BYTES:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if not self._is_answering:
            self.timeout_keep_alive_task = timer
        elif timer is not None:
            timer.cancel()
        if not self.takes_more:
            self.flow.pause_reading()

    @property
    def takes_more(self) -> bool:
        """Whether more may come: little waits to be read, and the client has not ended its half."""
        return not self._has_ended and len(self._rest) <= HIGH_WATER_LIMIT

    @property
    def _is_answering(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _is_answered(self, data: bytes) -> bool:
        """Answer a request that has come before, and tell whether it is one."""
        kept = self._gateway.kept(data, self.client)
        if kept is None:
            return False
        status, rest = kept
        self.transport.write(self._start(status) + rest)
        self._waits_since = self.loop.time()
        self._places.wait(self)
        return True

    def _start(self, status: int) -> bytes:
        """The status of a response, and what is new in the head of each."""
        return b"".join([STATUS_LINE[status], *(b"%b: %b\r\n" % each for each in self.server_state.default_headers)])

    # The parser's callbacks

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._begun += 1
        self._has_head = False
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; none of those behind a body, which no proxy has looked at, and which uvicorn would add."""
        if self._has_head:
            return
        if len(self.headers) >= HEADERS:
            self._refuse_head()
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer it."""
        self._unread = 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._refuse_head()
        self._check_first_line()
        super().on_headers_complete()
        self._has_head = True
        if self.pipeline:
            # Uvicorn reads on when it is answered, and would not see before that the client has left.
            self.flow.resume_reading()

    def _check_first_line(self) -> None:
        """Refuse RTSP and the like, which the parser takes for HTTP; mend what uvicorn does not understand."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if b"%b %b HTTP/%b\r\n" % (method, self.url, version.encode()) not in self._head:
            raise HttpParserError("The first line is not one of HTTP.")
        if version == "1.0":
            # It knows no interim responses (RFC 9110, section 10.1.1).
            self.expect_100_continue = False
        if not self.url.startswith(b"/") and (target := _WITHOUT_PATH.fullmatch(self.url)):
            # RFC 9112, section 3.2.4.
            self.url = b"*" if method == b"OPTIONS" and target[2] is None else target[1] + b"/" + (target[2] or b"")

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
        self._rest = b"\r\n".join([first, *others, b"", self._piece[wish.args[0] :]]) + self._rest

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        self._places.work(self)
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on with the next one, or wait for it."""
        self._waits_since = self.loop.time()
        super().on_response_complete()
        self._go_on()

    def _go_on(self) -> None:
        """Read what has come meanwhile, and end what is at its end."""
        if self._rest and not self.transport.is_closing():
            # Also where the next one has begun: the rest of its body may be there.
            self._read()
            self.flow.resume_reading()
        if not self._is_answering and (self._refusal is not None or self._has_ended):
            self._close()
        if not (self._is_answering or self.transport.is_closing()):
            self._places.wait(self)

    def shutdown(self) -> None:
        """Close the connection behind the answer that is under way."""
        if self._running is not None and self._is_answering:
            self._running.keep_alive = False
        else:
            self.transport.close()

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

    def _refuse_head(self) -> NoReturn:
        """Refuse a head, and let the parser read no more of it."""
        self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        raise HttpParserError("The head is too large.")

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why nothing more is read, behind the answers to what came before, and close."""
        if self._refusal is not None or self.transport.is_closing():
            return
        self._refusal, self._rest = status, b""
        if self._has_head and self._begun != self._ended:
            if self.pipeline:
                # The last that was read is the one that is refused.
                self.pipeline.popleft()
            else:
                self._close(is_said=self.cycle.response_started)
        elif not self._is_answering:
            self._close()

    def _close(self, *, is_said: bool = False) -> None:
        """Say why nothing more is read, where the client has been told nothing else, and close."""
        self._leave()
        if self._refusal is not None and not (is_said or self.transport.is_closing()):
            end = b"content-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(self._start(self._refusal) + end)
        self.transport.close()

    def _leave(self) -> None:
        """Tell the request that is being answered that nobody waits for it."""
        if self._running is not None and self._is_answering:
            self._running.disconnected = True
            self._running.message_event.set()


class _Flow(FlowControl):
    """What comes is taken while little of it waits to be read."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.transport)
        self._connection = connection

    def resume_reading(self) -> None:
        """Take what comes."""
        if self._connection.takes_more:
            super().resume_reading()
