"""A query process as its parent sees it: start it, ask it, end it, and say why it ended."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError, QueryCrashed, QueryFailed, QueryOutOfMemory, QueryTimeout, StoreError
from digigraph.store.answering.turns import LONG_SECONDS
from digigraph.store.disk import storage_errors
from digigraph.store.processes.frames import Channel, End, Kind, decode_error, encode_query
from digigraph.store.processes.isolation import NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

    from digigraph.settings import Settings
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Query

SHORT_BYTES = 32 * 1024
"""Bytes of a query that can be sent without waiting."""
_START_SECONDS = 30.0
_END_SECONDS = 5.0
# The child's own timer is to strike first: it counts from where the query arrives.
_GRACE_SECONDS = 1.0
# A third of the share of others: enough not to starve beside what else the machine does.
_NICE = 5
_DEEP = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL}


def _start(descriptor: int, stderr: IO[bytes], place: Path, settings: Settings) -> subprocess.Popen[bytes]:
    command = [
        # -P: what happens to lie in the working directory is not imported.
        *(sys.executable, "-P", "-m", "digigraph.store.processes.worker"),
        *(str(descriptor), str(place.absolute()), settings.base_iri),
        *(str(settings.query_seconds), str(settings.query_memory_mb), str(settings.answer_rows)),
        NETWORK if settings.federation_prefixes else "no network",
    ]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, pass_fds=[descriptor]
    )


class _Watch:
    """Calls back once, when it is looked at at its time or later."""

    def __init__(self, strikes_at: float, callback: Callable[[], None]) -> None:
        self.strikes_at = strikes_at
        self.has_struck = False
        self._callback = callback

    def look(self) -> None:
        if time.monotonic() >= self.strikes_at:
            self.has_struck = True
            self._callback()


class Child:
    """One query process; starting, in parallel with others, until :meth:`wait_ready`.

    Parameters
    ----------
    place
        What it opens: the folder of a snapshot, or a file of N-Quads, which it takes into memory.
    settings
        Base IRI, and the limits of a query and its answer.
    version
        What the answers are called by: the snapshot's name.

    Attributes
    ----------
    rows
        Of the last answer, rows or triples; None of a yes or no, and before its end.

    Raises
    ------
    StoreError
        The operating system does not start it.
    """

    def __init__(self, place: Path, settings: Settings, *, version: str) -> None:
        self.version = version
        self._settings = settings
        self._overdue = False
        self._killed = False
        self._worn = False
        self._began = 0.0
        self.rows: int | None = None
        with storage_errors("Starting a query process"), contextlib.ExitStack() as undo:
            ours, theirs = socket.socketpair()
            undo.callback(ours.close)
            # The engine's last words, such as the memory it could not get; a file cannot block it as a pipe might.
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
            undo.callback(self._stderr.close)
            with theirs:
                self._process = _start(theirs.fileno(), self._stderr, place, settings)
            self._channel = Channel(ours)
            undo.pop_all()

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    @property
    def is_spent(self) -> bool:
        """Whether it is known to take no further query: somebody has killed it, it has ended, or is worn."""
        return self._killed or self._worn or self._process.returncode is not None

    def is_fit(self) -> bool:
        """Tell whether it can take a query: it runs, nobody has killed it, past queries have not worn it."""
        return not self.is_spent and self._process.poll() is None

    def wait_ready(self) -> None:
        """Block until it has opened the snapshot.

        Raises
        ------
        StoreError
            It did not, within half a minute; it is ended.
        """
        try:
            kind, payload = self._channel.receive(deadline=time.monotonic() + _START_SECONDS)
            if kind is Kind.READY:
                return
            error = decode_error(payload)
        except (EOFError, OSError):
            self.kill()
            status = self._process.wait()
            error = StoreError(f"A query process did not start (exit status {status}): {self._last_words()}")
        self.end()
        raise error

    def ask(self, query: Query) -> None:
        """Send it a query; :meth:`pump` is to be called for the answer.

        Raises
        ------
        DigigraphError
            As :meth:`pump`.
        """
        self._began, self.rows = time.monotonic(), None
        with self._told():
            payload = encode_query(query)
            # The buffers of its socket are empty: they take in a short one at once.
            deadline = self._deadline if len(payload) > SHORT_BYTES else None
            self._channel.send(Kind.QUERY, payload, deadline=deadline)

    def pump(self, answer: Answer, *, on_long: Callable[[], None]) -> None:
        """Pump the answer of the query into ``answer``, up to its end.

        Parameters
        ----------
        answer
            Where it goes.
        on_long
            Called once, when the query has run for :data:`~digigraph.store.answering.turns.LONG_SECONDS`.

        Raises
        ------
        DigigraphError
            There is no whole answer, and why; :meth:`is_fit` tells whether the child can take another query.
        """
        watch = _Watch(self._began + LONG_SECONDS, on_long)
        with self._told():
            while not self._is_end(self._receive(watch), answer):
                pass

    def pump_ready(self, answer: Answer) -> bool:
        """Pump what has come, without waiting, until the answer begins; tell whether it was the rest.

        Raises
        ------
        DigigraphError
            As :meth:`pump`.
        EOFError, OSError
            It has ended: :meth:`pump` finds out why.
        """
        while not answer.has_begun and (frame := self._channel.receive_ready()) is not None:
            if self._is_end(frame, answer):
                return True
        return False

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when :meth:`pump_ready` has something to do."""
        return self._channel.fileno()

    @property
    def _deadline(self) -> float:
        return self._began + self._settings.query_seconds + _GRACE_SECONDS

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Tell why a child has ended, or end one that is over its deadline."""
        try:
            yield
        except TimeoutError:
            self._overdue = True
            self.kill()
            raise self._cause_of_end() from None
        except (EOFError, OSError):
            raise self._cause_of_end() from None

    def _is_end(self, frame: tuple[Kind, bytes], answer: Answer) -> bool:
        """Pass a frame on, and tell whether it was the last."""
        kind, payload = frame
        if kind is Kind.FAILED:
            raise decode_error(payload)
        if kind is Kind.END:
            end = End.decode(payload)
            self._worn = self._worn or end.is_worn
            self.rows = end.rows
            return True
        self._pass_on(payload, answer)
        return False

    def _receive(self, watch: _Watch) -> tuple[Kind, bytes]:
        """The next frame; looks at the watch in between."""
        if not watch.has_struck:
            try:
                frame = self._channel.receive(deadline=min(watch.strikes_at, self._deadline))
            except TimeoutError:
                watch.look()
            else:
                watch.look()
                return frame
        return self._channel.receive(deadline=self._deadline)

    def _pass_on(self, data: bytes, answer: Answer) -> None:
        try:
            answer.write(data)
        except DigigraphError:
            # It would go on computing what nobody reads.
            self.kill()
            raise

    def _cause_of_end(self) -> QueryFailed:
        ended_by = -self._process.wait()
        seconds = self._settings.query_seconds
        if self._overdue or ended_by == signal.SIGALRM:
            return QueryTimeout(
                f"The query was ended after {seconds:g} seconds, planning included.",
                hint="Ask for less at once: fewer patterns, a more selective one first, LIMIT.",
            )
        if ended_by == signal.SIGABRT:
            return QueryOutOfMemory(
                f"The query was ended, for it needed more than {self._settings.query_memory_mb} MB of memory.",
                hint="Ask for less at once: sorting, grouping and DISTINCT hold all rows in memory.",
            )
        if ended_by in _DEEP:
            return QueryCrashed(
                "The query is nested too deeply for the engine, or has too many operators in a row.",
                hint="Write it with fewer groups inside groups; for long lists there are VALUES and IN.",
            )
        return QueryCrashed("The query's process was ended from outside.", hint="Try again.")

    def _last_words(self) -> str:
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing."

    def step_back(self) -> None:
        """Let others go first, until its query ends; the priority cannot be had back after that."""
        self._worn = True
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)

    def kill(self) -> None:
        """End it at once, whatever it does; from any thread."""
        self._killed = True
        self._process.kill()

    def dismiss(self) -> None:
        """Let it end by itself: it does so when it is idle."""
        self._channel.close()

    def end(self) -> None:
        """Wait until it has ended, after :meth:`dismiss` or :meth:`kill` or by itself, and let go of everything."""
        self._channel.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stderr.close()
