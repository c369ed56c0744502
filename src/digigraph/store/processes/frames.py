"""What a query process and its parent say to each other over a socket pair.

A frame is one byte of kind, four of length, and that many of payload. A query is one frame; its answer is any number
of DATA frames and then END, or FAILED. An end of file before END is a failure: a part never passes for the whole.
"""

from __future__ import annotations

import enum
import json
import marshal
import socket
import struct
import time
from dataclasses import dataclass

from digigraph import errors
from digigraph.media import FORMATS
from digigraph.store.answering.backend import Query

_HEADER = struct.Struct("!BI")
_END = struct.Struct("!?q")
_MOST = 128 * 1024
_FORMATS = {each.media_type: each for each in FORMATS}


class Kind(enum.IntEnum):
    """What a frame holds."""

    READY = 1
    """From the child: the snapshot is open, queries may come."""
    QUERY = 2
    """To the child: a query."""
    DATA = 3
    """From the child: bytes of the answer."""
    END = 4
    """From the child: the answer is whole; an :class:`End`."""
    FAILED = 5
    """From the child: there is no (whole) answer; an error (JSON). The child takes further queries."""


class Channel:
    """One end of the socket pair.

    Parameters
    ----------
    connection
        A connected stream socket, used by one thread at a time; closed together with this.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()
        self._held = b""
        self._timeout: float | None = None
        connection.settimeout(None)

    def send(self, kind: Kind, payload: bytes = b"", *, deadline: float | None = None) -> None:
        """Send a frame; errors and ``deadline`` as in :meth:`receive`."""
        self._set_timeout(deadline)
        held, self._held = self._held, b""
        self._connection.sendall(held + _HEADER.pack(kind, len(payload)) + payload)

    def hold(self, kind: Kind, payload: bytes) -> None:
        """Send a frame together with the next one."""
        self._held += _HEADER.pack(kind, len(payload)) + payload

    def receive(self, *, deadline: float | None = None) -> tuple[Kind, bytes]:
        """Return the next frame.

        Parameters
        ----------
        deadline
            On the clock of :func:`time.monotonic`; None: wait for ever.

        Raises
        ------
        EOFError
            The other side has gone.
        TimeoutError
            The deadline has passed.
        OSError
            The connection failed otherwise.
        """
        while (frame := self._next()) is None:
            self._set_timeout(deadline)
            self._receive_some()
        return frame

    def receive_ready(self) -> tuple[Kind, bytes] | None:
        """Return the next frame; None where it has not come yet. Errors as in :meth:`receive`."""
        while (frame := self._next()) is None:
            self._set_timeout(None)
            try:
                self._receive_some(socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
        return frame

    def fileno(self) -> int:
        """Return the descriptor of the connection."""
        return self._connection.fileno()

    def _next(self) -> tuple[Kind, bytes] | None:
        """The next frame, where all of it has been received."""
        if len(self._received) < _HEADER.size:
            return None
        kind, length = _HEADER.unpack_from(self._received)
        end = _HEADER.size + length
        if len(self._received) < end:
            return None
        payload = bytes(memoryview(self._received)[_HEADER.size : end])
        del self._received[:end]
        return Kind(kind), payload

    def _receive_some(self, flags: int = 0) -> None:
        """Receive whatever has come: small frames cost one system call together."""
        data = self._connection.recv(_MOST, flags)
        if not data:
            raise EOFError
        self._received += data

    def _set_timeout(self, deadline: float | None) -> None:
        remaining = None if deadline is None else deadline - time.monotonic()
        if remaining is not None and remaining <= 0:
            raise TimeoutError
        if remaining != self._timeout:
            # A system call, which those who never wait for a while are spared.
            self._connection.settimeout(remaining)
            self._timeout = remaining

    def close(self) -> None:
        """Close the connection. May be called twice."""
        self._connection.close()


@dataclass(frozen=True, slots=True)
class End:
    """What is said when an answer is whole.

    Parameters
    ----------
    is_worn
        Whether the child should get no further query.
    rows
        Rows or triples of the answer; None of a yes or no.
    """

    is_worn: bool
    rows: int | None

    def encode(self) -> bytes:
        """Return the payload of an END frame."""
        return _END.pack(self.is_worn, -1 if self.rows is None else self.rows)

    @classmethod
    def decode(cls, payload: bytes) -> End:
        """Return what is in the payload of an END frame."""
        is_worn, rows = _END.unpack(payload)
        return cls(is_worn, None if rows < 0 else rows)


def encode_query(query: Query) -> bytes:
    """Return the payload of a QUERY frame."""
    chosen = query.format
    return marshal.dumps((query.text, chosen.media_type, chosen.version, query.default_graphs, query.named_graphs))


def decode_query(payload: bytes) -> Query:
    """Return the query in a QUERY frame."""
    # Of our own parent, which is the same Python: to read JSON takes ten times as long.
    text, media_type, version, default_graphs, named_graphs = marshal.loads(payload)  # noqa: S302
    chosen = _FORMATS[media_type].at(version)
    return Query(text=text, format=chosen, default_graphs=default_graphs, named_graphs=named_graphs)


def encode_error(error: errors.DigigraphError) -> bytes:
    """Return the payload of a FAILED frame."""
    return json.dumps({"class": type(error).__name__, "fields": vars(error)}).encode()


def decode_error(payload: bytes) -> errors.DigigraphError:
    """Return the error in a FAILED frame: the same class, message, hint and so on."""
    found = json.loads(payload)
    kind: type[errors.DigigraphError] = getattr(errors, found["class"])
    # Constructors differ from class to class; what they set does not.
    error = kind.__new__(kind, found["fields"]["message"])
    vars(error).update(found["fields"])
    return error
