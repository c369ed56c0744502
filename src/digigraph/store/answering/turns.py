"""Whose turn it is: who waits, who is being answered, and which of them have become long.

Those who wait stand in one line for each client, and the lines are served in turn, so that a client who asks a
hundred questions at once waits behind these and not in front of everybody else.

A query that has run for a second counts as long. Long ones hold all query processes but one: what goes beyond that
goes on aside, and its place is filled anew. So a short query waits for a second at most for the one in front of it.
Aside there is room for as many as there are places; then the client who has most long ones loses one.

Where many clients ask what takes long, each of them would hold the one free place for a second before it is anybody
else's turn. So clients who have had a long query lately are passed over for those who have not, for a second each time
that one of them has held a place.
"""

from __future__ import annotations

import collections
import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from digigraph.errors import QueueFull, TooManyLong

if TYPE_CHECKING:
    from digigraph.settings import Settings
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Query

LONG_SECONDS = 1.0
"""Seconds after which a query counts as long."""
# For so long after a long query its client counts as one of those who ask such.
_LATELY_SECONDS = 600.0
_PASSED_OVER_SECONDS = 1.0


@dataclass(eq=False, slots=True, weakref_slot=True)
class Job:
    """A query on its way.

    Parameters
    ----------
    query, answer
        What is asked, and where the answer goes.
    client
        On whose behalf; the same text for all questions of one client.

    Attributes
    ----------
    left_line
        Set when it waits no longer, for whatever reason.
    """

    query: Query
    answer: Answer
    client: str
    left_line: threading.Event = field(default_factory=threading.Event)


J = TypeVar("J", bound=Job)


class Turns(Generic[J]):
    """Jobs, from their arrival to their end; the caller holds a lock around every call but :meth:`await_turn`.

    Parameters
    ----------
    settings
        Places, how many may wait, in all and of one client, and how long; the seconds of a query.
    """

    def __init__(self, settings: Settings) -> None:
        self._places = settings.worker_count
        self._most, self._most_of_one = settings.queue_length, settings.queue_per_client
        self._queue_seconds, self._query_seconds = settings.queue_seconds, settings.query_seconds
        self._lines: collections.OrderedDict[str, collections.deque[J]] = collections.OrderedDict()
        self._waiting = 0
        self._running: set[J] = set()
        # In the order in which they became long.
        self._long: list[J] = []
        # When each client last had a long one, and when one of these clients last held a place.
        self._long_at: dict[str, float] = {}
        self._held_at = -math.inf
        self._mean_seconds = 0.0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting

    @property
    def running(self) -> tuple[J, ...]:
        """Those that are being answered."""
        return tuple(self._running)

    @property
    def free(self) -> int:
        """How many places are free: long jobs hold all but one at most."""
        return self._places - (len(self._running) - len(self._long)) - min(len(self._long), self._places - 1)

    @property
    def most_long(self) -> int:
        """How many long jobs may be running, those aside included."""
        return 2 * self._places - 1

    def add(self, job: J) -> None:
        """Let a job wait.

        Raises
        ------
        QueueFull
            Too many do, in all or of its client; a job that need not wait is always taken.
        """
        if self._waiting >= self.free:
            line = len(self._lines.get(job.client, ()))
            if self._waiting >= max(0, self.free) + self._most:
                raise QueueFull(f"{self._waiting} queries are waiting already.", retry_after=self.seconds_to_wait)
            if line >= self._most_of_one:
                raise QueueFull(f"{line} queries of yours are waiting already.", retry_after=self.seconds_to_wait)
        self._lines.setdefault(job.client, collections.deque()).append(job)
        self._waiting += 1

    def await_turn(self, job: J, lock: threading.Condition) -> None:
        """Block, without the lock, until a job has left its line.

        Raises
        ------
        QueueFull
            It was not taken in time, and has been taken out of the line.
        """
        if job.left_line.wait(self._queue_seconds):
            return
        with lock:
            error = self.give_up(job)
        if error is not None:
            raise error

    def give_up(self, job: J) -> QueueFull | None:
        """Take a job out of its line that was not taken in time, and return its error; None where it has left."""
        if not self.remove(job):
            return None
        reason = f"The query was not taken within {self._queue_seconds:g} seconds."
        return QueueFull(reason, retry_after=self.seconds_to_wait)

    @property
    def seconds_to_wait(self) -> int:
        """Seconds until a job at the end of all lines would be taken, by how long the last ones took."""
        seconds = self._mean_seconds * (self._waiting + 1) / self._places
        return max(1, math.ceil(min(seconds, self._query_seconds)))

    @property
    def can_take(self) -> bool:
        """Whether somebody waits and a place is free."""
        return self._waiting > 0 and self.free > 0

    def take(self) -> J:
        """Take the job whose turn it is; only where :attr:`can_take`."""
        client = self._next_client()
        line = self._lines.pop(client)
        job = line.popleft()
        if line:
            self._lines[client] = line
        self._waiting -= 1
        self._running.add(job)
        job.left_line.set()
        return job

    def _next_client(self) -> str:
        """The first in turn; of those who ask long ones none where others wait and their time has not come again."""
        first = next(iter(self._lines))
        if not self._asks_long(first) or time.monotonic() >= self._held_at + _PASSED_OVER_SECONDS:
            return first
        return next((each for each in self._lines if not self._asks_long(each)), first)

    def _asks_long(self, client: str) -> bool:
        return time.monotonic() < self._long_at.get(client, -math.inf) + _LATELY_SECONDS

    def remove(self, job: J) -> bool:
        """Take a job out of the line; False where it is not in it."""
        line = self._lines.get(job.client, ())
        if not line or job not in line:
            return False
        line.remove(job)
        if not line:
            del self._lines[job.client]
        self._waiting -= 1
        job.left_line.set()
        return True

    def clear(self) -> list[J]:
        """Take all jobs out of the lines."""
        jobs = [job for line in self._lines.values() for job in line]
        for job in jobs:
            self.remove(job)
        return jobs

    def become_long(self, job: J) -> J | None:
        """Count a job as long; return the one that is to be ended for it, where there are too many by now.

        It is one of the client who has most: of those that have sent nothing yet, if any, the last to become long.
        """
        self._long.append(job)
        self._note_long(job.client)
        if len(self._long) <= self.most_long:
            return None
        of_client = collections.Counter(each.client for each in self._long)

        def rank(number: int) -> tuple[int, bool, int]:
            each = self._long[number]
            return of_client[each.client], not each.answer.has_begun, number

        return self._long.pop(max(range(len(self._long)), key=rank))

    def too_many_long(self) -> TooManyLong:
        """Return the error of a job that is ended for another one, which has become long."""
        reason = f"{self.most_long} queries were taking long already, and this one was ended for them."
        return TooManyLong(reason, retry_after=math.ceil(self._query_seconds))

    def end(self, job: J, *, seconds: float) -> None:
        """Let a job go that was running for so many seconds."""
        self._running.discard(job)
        if job in self._long:
            self._long.remove(job)
            self._note_long(job.client)
        elif self._asks_long(job.client):
            self._held_at = time.monotonic()
        self._mean_seconds += (seconds - self._mean_seconds) / 16

    def _note_long(self, client: str) -> None:
        """Note that a client has, or just had, a long job, and forget those of whom that is long past."""
        self._held_at = self._long_at[client] = time.monotonic()
        for each in [each for each in self._long_at if not self._asks_long(each)]:
            del self._long_at[each]
