"""The first moments of a query, in an event loop: most are answered in them, and need no thread.

Whatever is not over soon, is long, or goes wrong in any other way than by an error that the query process tells itself
is handed over to a thread, where waiting costs nobody anything.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from digigraph.errors import DigigraphError
from digigraph.store.answering.turns import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.store.processes.child import Child
    from digigraph.store.processes.generation import Generation

SECONDS = 0.1
"""Seconds for which an event loop looks after a query."""
# What is sent while an event loop waits; the buffers of a socket take in much more.
_LONG_TEXT = 16 * 1024


@dataclass(eq=False, slots=True)
class PoolJob(Job):
    """A query, and the process that works on it, if one does.

    Attributes
    ----------
    giving_up
        Ends the wait of a job that an event loop is to look after.
    """

    child: Child | None = None
    giving_up: asyncio.TimerHandle | None = None

    def end(self, reason: DigigraphError) -> None:
        """End it; whoever reads hears the reason, and not that its process was killed."""
        self.answer.fail(reason)
        if self.child is not None:
            self.child.kill()


@dataclass(eq=False, slots=True)
class Work:
    """A job, the child that works on it, and where that one belongs.

    Attributes
    ----------
    is_asked
        Whether the child has been sent the query.
    since
        When they came together, on the monotonic clock.
    """

    job: PoolJob
    child: Child
    generation: Generation
    is_asked: bool = field(default=False, init=False)
    since: float = field(default_factory=time.monotonic, init=False)


class Desk(Protocol):
    """Where work is had from, and goes to."""

    def next_work(self) -> Work | None:
        """Return the work whose turn it is; None where there is none."""

    def end_work(self, work: Work, failure: DigigraphError | None) -> None:
        """Take back what is over, with the reason where there is no whole answer."""

    def hand_over(self, work: Work) -> None:
        """Let a thread go on with it."""


class Attendant:
    """Looks after work, from event loops.

    Parameters
    ----------
    desk
        Its own.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.attended: set[Work] = set()
        """What is being looked after."""

    def attend(self) -> None:
        """Let the running event loop look after all those whose turn it is."""
        while (work := self._desk.next_work()) is not None:
            if work.job.giving_up is not None:
                work.job.giving_up.cancel()
            if len(work.job.query.text) > _LONG_TEXT:
                self._desk.hand_over(work)
                continue
            self.attended.add(work)
            _Attended(work, end=self._end, let_go=self._let_go).begin()

    def _end(self, work: Work, failure: DigigraphError | None) -> None:
        self.attended.discard(work)
        self._desk.end_work(work, failure)
        self.attend()

    def _let_go(self, work: Work) -> None:
        self.attended.discard(work)
        self._desk.hand_over(work)


class _Attended:
    """A piece of work that an event loop looks after; used by its thread alone."""

    def __init__(
        self, work: Work, *, end: Callable[[Work, DigigraphError | None], None], let_go: Callable[[Work], None]
    ) -> None:
        self._work = work
        self._on_end = end
        self._on_let_go = let_go
        self._loop = asyncio.get_running_loop()

    def begin(self) -> None:
        # Send the query, and wait for what comes.
        self._timer = self._loop.call_later(SECONDS, self._let_go)
        self._loop.add_reader(self._work.child.fileno(), self._look)
        try:
            self._work.child.ask(self._work.job.query)
            self._work.is_asked = True
        except DigigraphError as error:
            self._end(error)

    def _look(self) -> None:
        answer = self._work.job.answer
        try:
            is_over = self._work.child.pump_ready(answer)
        except DigigraphError as error:
            self._end(error)
        except (EOFError, OSError):
            self._let_go()
        else:
            if is_over:
                self._end(None)
            elif answer.has_begun:
                self._let_go()

    def _end(self, failure: DigigraphError | None) -> None:
        self._stop()
        self._on_end(self._work, failure)

    def _let_go(self) -> None:
        self._stop()
        self._on_let_go(self._work)

    def _stop(self) -> None:
        self._timer.cancel()
        self._loop.remove_reader(self._work.child.fileno())
