"""An answer while it is computed and read.

It stands between whoever computes (a query process, a remote endpoint) and whoever reads (a client,
perhaps a slow one). The computing side never waits for the reading side: what is not read yet is kept, in memory up
to a bound and on disk above it, so that a client which reads nothing holds a file and no query process.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from digigraph.errors import AnswerTooLarge, DigigraphError, QueryCancelled, QueueFull, StorageFull
from digigraph.store.answering.backlog import Backlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.media import Format
    from digigraph.store.answering.copying import Copy
    from digigraph.store.answering.room import Share

FIRST_BYTES = 256 * 1024
"""Bytes that are buffered before an answer begins, so that most failures still have a status of their own."""
FIRST_SECONDS = 0.25
"""Seconds after the first row at which an answer begins even if it is short."""


class Answer:
    """A stream of bytes with one writer and one reader, in different threads.

    Parameters
    ----------
    format
        Serialisation of the bytes.
    version
        Name of the snapshot that was asked; None for a remote endpoint. May be set by the writer until it begins.
    limit
        Bytes after which the answer fails with :class:`AnswerTooLarge`.
    share
        Where it is accounted what waits to be read; None: nowhere.
    """

    def __init__(
        self,
        format: Format,  # noqa: A002 - the field's word
        *,
        version: str | None,
        limit: int,
        share: Share | None = None,
    ) -> None:
        self.format = format
        self.version = version
        self.rows: int | None = None
        self._limit = limit
        self._share = share
        self._condition = threading.Condition()
        self._backlog = Backlog()
        self._written = 0
        self._first_row_at: float | None = None
        self._finished = False
        self._error: DigigraphError | None = None
        # The reader has closed; then, or when the copy too needs no more, nobody waits for it.
        self._closed = self._unwanted = False
        self._cut_off = False
        self._copy: Copy | None = None
        self._on_close: list[Callable[[], None]] = []
        self._on_change: Callable[[], None] | None = None

    # The writing side

    def write(self, data: bytes) -> None:
        """Add bytes.

        Raises
        ------
        QueryCancelled
            The reader has gone, or the answer has failed already: stop computing.
        AnswerTooLarge
            The limit is reached; the reader gets the same error.
        StorageFull, QueueFull
            No space is left for what readers have not read yet, on the disk or by our own bound; the reader gets the
            same error.
        """
        try:
            self._keep(data)
        except (AnswerTooLarge, QueueFull, StorageFull) as error:
            self.fail(error)
            raise
        self._changed()

    def _keep(self, data: bytes) -> None:
        with self._condition:
            if self._unwanted or self._error is not None:
                raise QueryCancelled("Whoever asked has gone.")
            if self._copy is not None:
                self._copy.add(data)
            if self._first_row_at is None:
                self._first_row_at = time.monotonic()
            self._written += len(data)
            if self._written > self._limit:
                raise AnswerTooLarge(
                    f"The answer has more than {self._limit} bytes.",
                    hint="Ask for fewer rows: LIMIT and OFFSET with ORDER BY give it page by page.",
                )
            if self._closed:
                return
            if self._share is not None:
                self._share.take(len(data))
            self._backlog.put(data)

    def finish(self, rows: int | None = None) -> None:
        """Say that the answer is whole, and how many ``rows`` or triples it has; None where nobody has counted."""
        with self._condition:
            self.rows = rows
            self._finished = True
        self._changed()

    def fail(self, error: DigigraphError) -> None:
        """Say that no more will come, and why; the first reason stays."""
        with self._condition:
            if not self._finished and self._error is None:
                self._error = error
        self._changed()

    @property
    def wanted(self) -> bool:
        """Whether anybody still waits for this answer."""
        return not self._unwanted

    @property
    def has_begun(self) -> bool:
        """Whether its first bytes may have gone to whoever reads it: a failure would have no status of its own."""
        with self._condition:
            return self._has_begun()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call back once when nobody waits for this answer any longer; at once if it is so already."""
        with self._condition:
            if not self._unwanted:
                self._on_close.append(callback)
                return
        callback()

    # The reading side

    def copy_to(self, copy: Copy) -> None:
        """Give every byte to a copy as well; to be called before anything is read."""
        with self._condition:
            copy.add(self._backlog.whole())
            self._copy = copy
        self._changed()

    @property
    def size(self) -> int | None:
        """Bytes of the whole answer, while it is complete and nothing of it has been read; None otherwise."""
        with self._condition:
            untouched = self._backlog.size == self._written
            return self._written if self._finished and untouched else None

    def wait(self, *, whole: bool = False) -> None:
        """Block until the answer begins: 256 kB, or 250 ms after the first row, or its end.

        Parameters
        ----------
        whole
            Block until its end: for clients that could not tell a part from the whole.

        Raises
        ------
        DigigraphError
            It failed before it began: no byte has been sent, the failure can still have a status of its own.
        """
        with self._condition:
            while not (self._has_ended() or (not whole and self._has_begun())):
                timed = not whole and self._first_row_at is not None
                self._condition.wait(self._begins_at() - time.monotonic() if timed else None)
            if self._error is not None:
                raise self._error

    def begins_in(self) -> float:
        """Return the seconds until it begins, if no more comes: 0 where it has, infinity before the first row.

        Raises
        ------
        DigigraphError
            As :meth:`wait`.
        """
        with self._condition:
            if self._error is not None:
                raise self._error
            if self._finished or self._has_begun():
                return 0
            return self._begins_at() - time.monotonic()

    def _has_ended(self) -> bool:
        return self._finished or self._error is not None

    def _has_begun(self) -> bool:
        return self._written >= FIRST_BYTES or time.monotonic() >= self._begins_at()

    def _begins_at(self) -> float:
        return math.inf if self._first_row_at is None else self._first_row_at + FIRST_SECONDS

    def read_ready(self) -> bytes | None:
        """Return what is there (at most 64 kB), ``b""`` at the end, None where nothing is there yet.

        Raises
        ------
        DigigraphError
            The rest cannot be had: break the transfer off.
        """
        with self._condition:
            if data := self._backlog.take():
                if not self._backlog.size:
                    self._give_back()
                return data
            if self._error is not None:
                raise self._error
            if self._cut_off:
                raise QueryCancelled("Whoever asked has gone.")
            return b"" if self._finished else None

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the bytes, blocking; raises as :meth:`read_ready`, closes at the end."""
        try:
            while (data := self._read_blocking()) != b"":
                yield data
        finally:
            self.close()

    def _read_blocking(self) -> bytes:
        while (data := self.read_ready()) is None:
            with self._condition:
                if not (self._backlog.size or self._finished or self._error is not None):
                    self._condition.wait()
        return data

    def on_change(self, callback: Callable[[], None] | None) -> None:
        """Call back, from the writer's thread, whenever :meth:`read_ready` may say more than before."""
        with self._condition:
            self._on_change = callback

    def close(self) -> None:
        """Say that nobody reads on; computing ends unless a copy is wanted. May be called twice, from any thread."""
        copy = self._copy
        goes_on = copy is not None and copy.is_wanted()
        with self._condition:
            if self._closed:
                return
            self._closed = True
            # Bytes that were not read yet are gone: a reader in another thread must not take what it has for all.
            self._cut_off = not self._finished or self._backlog.size > 0
            if not (self._finished or self._error is not None or goes_on):
                self._error = QueryCancelled("Whoever asked has gone.")
            self._backlog.close()
            self._give_back()
        self._changed()

    def _give_back(self) -> None:
        if self._share is not None:
            self._share.give_back()

    def _changed(self) -> None:
        with self._condition:
            is_over = self._copy is not None and (self._copy.is_too_long or self._has_ended())
            copy, failure = self._copy if is_over else None, self._error
            self._copy = None if is_over else self._copy
            self._unwanted = self._closed and self._copy is None
            callbacks = self._on_close if self._unwanted else []
            self._on_close = [] if self._unwanted else self._on_close
            self._condition.notify_all()
            on_change = self._on_change
        if copy is not None:
            copy.end(failure)
        for callback in callbacks:
            callback()
        if on_change is not None:
            on_change()
