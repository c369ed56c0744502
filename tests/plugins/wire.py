"""A connection of the server whose other end is the test: it says what comes, and reads what is written."""

from __future__ import annotations

import asyncio
import re


class Wire(asyncio.Transport):
    """A connection's other end, which keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1), "sockname": ("192.0.2.2", 80)})
        self.written = b""
        self.is_closed = False
        self.is_read = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.written += data

    def close(self) -> None:
        """Write no more."""
        self.is_closed = True

    def is_closing(self) -> bool:
        """Tell whether it is closed."""
        return self.is_closed

    def pause_reading(self) -> None:
        """Note it: a test says what comes."""
        self.is_read = False

    def resume_reading(self) -> None:
        """Note it."""
        self.is_read = True

    async def has(self, number: int) -> None:
        """Wait until so many replies have been written."""
        while len(re.findall(rb"HTTP/1.1 \d+", self.written)) < number:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.001)

    async def whole(self, number: int) -> None:
        """Wait until so many replies have been written, the last one to its end."""
        while len(replies(self.written)) < number:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.001)


def replies(written: bytes) -> list[tuple[bytes, bytes]]:
    """Heads and bodies of the replies that have been written to their end, without those that are interim."""
    written = written.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while (end := written.find(b"\r\n\r\n", at)) >= 0:
        head, at = written[at:end], end + 4
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        body, at = _chunks(written, at) if length is None else (written[at : at + int(length[1])], at + int(length[1]))
        if at > len(written):
            break
        found.append((head, body))
    return found


def _chunks(written: bytes, at: int) -> tuple[bytes, int]:
    """The body in chunks (RFC 9112, section 7.1) that begins at a place, and where it ends: beyond all, if not yet."""
    body: list[bytes] = []
    while (end := written.find(b"\r\n", at)) >= 0:
        size, at = int(written[at:end], 16), end + 2
        body.append(written[at : at + size])
        at += size + 2
        if not size or at > len(written):
            return b"".join(body), at
    return b"", len(written) + 1


def statuses(replies: bytes) -> list[int]:
    """The statuses of replies."""
    return [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", replies)]


def without_ids(replies: bytes) -> list[bytes]:
    """What was replied, one by one, without what is another each time; headers sorted."""
    each = re.sub(rb"(date|x-request-id): [^\r]*\r\n", b"", replies).split(b"HTTP/1.1 ")[1:]
    parts = [reply.partition(b"\r\n\r\n") for reply in each]
    return [b"\r\n".join([*sorted(head.split(b"\r\n")), body]) for head, _, body in parts]
