"""What every store offers: ``answer(Query) → Answer``.

An :class:`Answer` stands between whoever computes (a query process, a remote endpoint) and whoever reads (a client,
perhaps a slow one). The computing side never waits for the reading side: what is not read yet is kept, in memory up
to a bound and on disk above it, so that a client which reads nothing holds a file and no query process.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from digigraph.errors import AnswerTooLarge, DigigraphError, QueryCancelled, QueueFull, StorageFull
from digigraph.media import RESULTS_JSON, Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from digigraph.store.room import Share

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = dict[str, Term]

FIRST_BYTES = 256 * 1024
"""Bytes that are buffered before an answer begins, so that most failures still have a status of their own."""
FIRST_SECONDS = 0.25
"""Seconds after the first row at which an answer begins even if it is short."""
_IN_MEMORY = 1024 * 1024
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to a store.

    Parameters
    ----------
    text
        SPARQL 1.1 query.
    format
        Serialisation of the answer; must fit the query form.
    default_graphs, named_graphs
        IRIs of the RDF dataset asked (SPARQL 1.1 Protocol, section 2.1.4); None: what the query itself says, else the
        whole snapshot.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


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
        self._limit = limit
        self._share = share
        self._condition = threading.Condition()
        self._buffer: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by close()
        self._written = 0
        self._kept = 0
        self._read = 0
        self._first_row_at: float | None = None
        self._finished = False
        self._error: DigigraphError | None = None
        self._closed = False
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
            if self._closed or self._error is not None:
                raise QueryCancelled("Whoever asked has gone.")
            if self._first_row_at is None:
                self._first_row_at = time.monotonic()
            self._written += len(data)
            if self._written > self._limit:
                raise AnswerTooLarge(
                    f"The answer has more than {self._limit} bytes.",
                    hint="Ask for fewer rows: LIMIT and OFFSET with ORDER BY give it page by page.",
                )
            if self._share is not None:
                self._share.take(len(data))
            try:
                self._buffer.seek(self._kept)
                self._buffer.write(data)
            except OSError as error:
                raise StorageFull(f"There is no space for an answer that waits for its reader: {error}.") from error
            self._kept += len(data)

    def finish(self) -> None:
        """Say that the answer is whole."""
        with self._condition:
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
        return not self._closed

    @property
    def has_begun(self) -> bool:
        """Whether its first bytes may have gone to whoever reads it: a failure would have no status of its own."""
        with self._condition:
            return self._has_begun()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call back once when the reader closes; at once if it already has."""
        with self._condition:
            if not self._closed:
                self._on_close.append(callback)
                return
        callback()

    # The reading side

    @property
    def size(self) -> int | None:
        """Bytes of the whole answer, while it is complete and nothing of it has been read; None otherwise."""
        with self._condition:
            untouched = self._read == 0 and self._kept == self._written
            return self._kept if self._finished and untouched else None

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

    def _has_ended(self) -> bool:
        return self._finished or self._error is not None

    def _has_begun(self) -> bool:
        return self._kept >= FIRST_BYTES or time.monotonic() >= self._begins_at()

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
            if self._read < self._kept:
                self._buffer.seek(self._read)
                data = self._buffer.read(min(_CHUNK, self._kept - self._read))
                self._read += len(data)
                if self._read == self._kept:
                    # A reader who keeps pace never makes the buffer grow.
                    self._buffer.seek(0)
                    self._buffer.truncate()
                    self._read = self._kept = 0
                    self._give_back()
                return data
            if self._error is not None:
                raise self._error
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
                if self._read == self._kept and not self._finished and self._error is None:
                    self._condition.wait()
        return data

    def on_change(self, callback: Callable[[], None] | None) -> None:
        """Call back, from the writer's thread, whenever :meth:`read_ready` may say more than before."""
        with self._condition:
            self._on_change = callback

    def close(self) -> None:
        """Say that nobody waits any longer; whoever computes is stopped. May be called twice, from any thread."""
        with self._condition:
            if self._closed:
                return
            self._closed = True
            callbacks, self._on_close = self._on_close, []
            # Bytes that were not read yet are gone: a reader in another thread must not take what it has for all.
            if self._error is None and not (self._finished and self._read == self._kept):
                self._error = QueryCancelled("Whoever asked has gone.")
            self._buffer.close()
            self._read = self._kept = 0
            self._give_back()
        for callback in callbacks:
            callback()
        self._changed()

    def _give_back(self) -> None:
        if self._share is not None:
            self._share.give_back()

    def _changed(self) -> None:
        with self._condition:
            self._condition.notify_all()
            callback = self._on_change
        if callback is not None:
            callback()


class Cancellation:
    """Lets one thread take back a question that another thread waits for.

    Parameters
    ----------
    client
        On whose behalf it is asked: the same text for everything that one client asks, whose turn comes with it.
    """

    def __init__(self, client: str = "") -> None:
        self.client = client
        self._lock = threading.Lock()
        self._cancelled = False
        self._callbacks: list[Callable[[], None]] = []

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call back once when cancelled; at once if it already is."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()

    def cancel(self) -> None:
        """Take the question back. May be called twice."""
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()


class Backend(Protocol):
    """A store that answers queries."""

    @property
    def version(self) -> str | None:
        """Name of the snapshot asked next; None for a remote endpoint."""

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, and return when the answer begins (see :meth:`Answer.wait`).

        Raises
        ------
        QueryError, QueryFailed, QueueFull, StoreError, RemoteError
            No answer, and why.
        """

    def close(self) -> None:
        """Let go of processes, files and connections. May be called twice."""


def rows(backend: Backend, text: str) -> list[Row]:
    """Ask a SELECT query and return its solutions, whole; unbound variables are absent from a row."""
    with_terms = ox.parse_query_results(
        b"".join(backend.answer(Query(text=text, format=RESULTS_JSON))), format=ox.QueryResultsFormat.JSON
    )
    assert isinstance(with_terms, ox.QuerySolutions)  # noqa: S101 - the caller asked a SELECT
    names = [variable.value for variable in with_terms.variables]
    return [
        {name: term for name, term in zip(names, solution, strict=True) if term is not None} for solution in with_terms
    ]
