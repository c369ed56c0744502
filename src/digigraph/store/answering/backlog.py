"""Bytes that wait to be read: handed on as they came where the reader keeps pace, else on disk."""

from __future__ import annotations

import collections
import tempfile
from typing import IO

from digigraph.errors import StorageFull

_IN_MEMORY = 1024 * 1024
_CHUNK = 64 * 1024


class Backlog:
    """A queue of bytes; used under the lock of whoever has it.

    Attributes
    ----------
    size
        How many bytes wait.
    """

    def __init__(self) -> None:
        self.size = 0
        # In front of what is in the file.
        self._pieces: collections.deque[bytes] = collections.deque()
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._read = 0

    def put(self, data: bytes) -> None:
        """Add bytes.

        Raises
        ------
        StorageFull
            No space is left on the disk.
        """
        if self._file is None and self._in_memory + len(data) <= _IN_MEMORY:
            # What the engine writes has this size, and is not copied.
            is_one = len(data) <= _CHUNK
            self._pieces.extend(
                [data] if is_one else (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))
            )
            self._in_memory += len(data)
        else:
            self._write(data)
        self.size += len(data)

    def _write(self, data: bytes) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed where it is read to its end, or by close()
            self._file.seek(self._read + self.size - self._in_memory)
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            raise StorageFull(f"There is no space for an answer that waits for its reader: {error}.") from error

    def take(self) -> bytes:
        """Take the bytes that come next, 64 kB at most; none where nothing waits."""
        data = self._piece() if self._pieces else self._chunk()
        self.size -= len(data)
        return data

    def _piece(self) -> bytes:
        taken = [self._pieces.popleft()]
        size = len(taken[0])
        while self._pieces and size + len(self._pieces[0]) <= _CHUNK:
            taken.append(self._pieces.popleft())
            size += len(taken[-1])
        self._in_memory -= size
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def _chunk(self) -> bytes:
        if self._file is None:
            return b""
        self._file.seek(self._read)
        data = self._file.read(_CHUNK)
        self._read += len(data)
        if len(data) == self.size:
            self._close_file()
        return data

    def whole(self) -> bytes:
        """Return all that waits, without taking it."""
        rest = b""
        if self._file is not None:
            self._file.seek(self._read)
            rest = self._file.read()
        return b"".join([*self._pieces, rest])

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None
        self._read = 0

    def close(self) -> None:
        """Let go of everything; nothing waits any longer. May be called twice."""
        self._pieces.clear()
        self.size = self._in_memory = 0
        self._close_file()
