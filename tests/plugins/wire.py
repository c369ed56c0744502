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
        while len(_whole(self.written)) < number:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.001)


def _whole(written: bytes) -> list[bytes]:
    """Replies that have been written to their end, without those that are interim."""
    written = written.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"")
    found: list[bytes] = []
    while written:
        head, between, rest = written.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        end = int(length.group(1)) if length else rest.find(b"0\r\n\r\n") + 5
        if not between or len(rest) < end or (not length and end < 5):
            break
        found.append(head + between + rest[:end])
        written = rest[end:]
    return found


def statuses(replies: bytes) -> list[int]:
    """The statuses of replies."""
    return [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", replies)]


def without_ids(replies: bytes) -> list[bytes]:
    """What was replied, one by one, without what is another each time; headers sorted."""
    each = re.sub(rb"(date|x-request-id): [^\r]*\r\n", b"", replies).split(b"HTTP/1.1 ")[1:]
    parts = [reply.partition(b"\r\n\r\n") for reply in each]
    return [b"\r\n".join([*sorted(head.split(b"\r\n")), body]) for head, _, body in parts]
