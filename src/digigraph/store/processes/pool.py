"""Backend over query processes: a query that takes too much time or memory costs its own process and nothing else.

Threads take the jobs whose turn it is (:mod:`digigraph.store.answering.turns`), each with a process that is idle, and
pump the answer across. One process more than there are free places is kept ready, so that whoever asks after one was
killed waits for no start. Whoever asks from an event loop gets an answer that is there in a moment without any thread
(:mod:`digigraph.store.processes.attending`).

A supervising thread starts processes, and follows the active snapshot: when it changes, a whole new set is started on
the new one and put in place of the old in one step. Who is being answered by an old process gets the rest of that
answer.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING
from weakref import ref

from digigraph.errors import DigigraphError, NoSnapshot, QueryCancelled, QueryCrashed, StoreError
from digigraph.store.answering.answer import Answer
from digigraph.store.answering.load import Load
from digigraph.store.answering.room import Room
from digigraph.store.answering.turns import Turns
from digigraph.store.processes.attending import Attendant, PoolJob, Work
from digigraph.store.processes.back_off import BackOff
from digigraph.store.processes.generation import Generation, end_children, full_generation, start_children
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Query
    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.store.processes.child import Child

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.25
_PATIENCE = 3


class Pool:
    """Answers queries from a snapshot in child processes.

    Parameters
    ----------
    settings
        State folder, base IRI, number of workers, who may wait and how long, limits of a query and its answer.
    snapshot
        Name of the snapshot to serve; None: the active one, whichever it is at the time.

    Raises
    ------
    NoSnapshot
        There is none.
    StoreError
        The query processes do not start.
    """

    def __init__(self, settings: Settings, *, snapshot: str | None = None) -> None:
        self._settings = settings
        self._catalog = SnapshotCatalog(settings.state_folder)
        self._follows = snapshot is None
        first = self._catalog.active() if snapshot is None else self._catalog.get(snapshot)
        if first is None:
            raise NoSnapshot("Nothing has been published yet.", hint="Run `digigraph publish`.")
        # Everything below is shared by the threads, under one lock; two conditions, so that nobody wakes for nothing.
        # It can be taken twice: to end an answer that is being closed calls back, and takes the question back.
        lock = threading.RLock()
        self._can_work, self._has_changed = threading.Condition(lock), threading.Condition(lock)
        self._turns: Turns[PoolJob] = Turns(settings)
        self._unread = Room(settings.unread_bytes, holds="answers that wait to be read")
        self._handed_over: collections.deque[Work] = collections.deque()
        self._attendant = Attendant(self)
        self._closed = False
        self._starting, self._following = BackOff(), BackOff()
        self._generation = full_generation(first, self._settings)
        self._retired: list[Generation] = []
        # As many as may be running at once: the long ones, and a short one in the place that they leave free.
        count = self._turns.most_long + 1
        self._threads = [threading.Thread(target=self._work, name="query", daemon=True) for _ in range(count)]
        self._threads.append(threading.Thread(target=self._supervise, name="query supervisor", daemon=True))
        for thread in self._threads:
            thread.start()

    # For those who ask

    @property
    def version(self) -> str:
        """Name of the snapshot asked next."""
        return self._generation.snapshot.name

    @property
    def load(self) -> Load:
        """How busy it is."""
        return Load(processes=self._generation.size, running=self.busy, waiting=self.waiting)

    @property
    def busy(self) -> int:
        """How many queries are being answered."""
        return len(self._turns.running)

    @property
    def waiting(self) -> int:
        """How many queries wait for a process."""
        return self._turns.waiting

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, and return when the answer begins; see :meth:`digigraph.store.answering.backend.Backend.answer`."""
        job = self._enqueued(query, cancellation)
        with self._can_work:
            self._can_work.notify()
        try:
            self._turns.await_turn(job, self._can_work)
            job.answer.wait()
        except BaseException:
            job.answer.close()
            raise
        return job.answer

    def ask_soon(self, query: Query, cancellation: Cancellation) -> Answer:
        """Ask from an event loop, which is to end before this is closed; for queries of a few kB.

        When it begins tells :func:`~digigraph.store.answering.awaiting.begun`.

        Raises
        ------
        QueueFull, StoreError
            It is not taken.
        """
        job = self._enqueued(query, cancellation)
        self._attendant.attend()
        if not job.left_line.is_set():
            job.giving_up = asyncio.get_running_loop().call_later(self._settings.queue_seconds, self._give_up, ref(job))
        return job.answer

    def _enqueued(self, query: Query, cancellation: Cancellation | None) -> PoolJob:
        """A job that waits for its turn, and is taken back when nobody wants it any longer."""
        client = cancellation.client if cancellation else ""
        most, share = self._settings.answer_bytes, self._unread.of(client)
        answer = Answer(query.format, version=None, limit=most, share=share)
        job = PoolJob(query, answer, client)
        with self._can_work:
            if self._closed:
                raise StoreError("The store is closed.")
            if self._starting.error is not None and self._is_stuck():
                raise self._starting.error
            self._turns.add(job)
        answer.on_close(lambda: self._take_back(job))
        if cancellation is not None:
            cancellation.on_cancel(lambda: self._take_back(job))
        return job

    def _give_up(self, waiting: ref[PoolJob]) -> None:
        """Let a job fail that nobody has taken; of one that was taken back nothing is left."""
        if (job := waiting()) is not None:
            with self._can_work:
                error = self._turns.give_up(job)
            if error is not None:
                job.answer.fail(error)

    def _take_back(self, job: PoolJob) -> None:
        """Take a job out of the queue, or end the child that works on it; nothing where it is done."""
        with self._can_work:
            if not self._turns.remove(job) and job.child is None:
                return
            job.end(QueryCancelled("The question was taken back."))

    def close(self) -> None:
        """End all children, running queries with them, and wait for the threads. May be called twice."""
        with self._can_work:
            self._closed = True
            for job in (*self._turns.clear(), *self._turns.running):
                job.end(QueryCancelled("The store is being closed."))
            self._can_work.notify_all()
            self._has_changed.notify()
        for thread in self._threads:
            thread.join()
        left = [*self._attendant.attended, *self._handed_over]
        self._attendant.attended.clear()
        self._handed_over.clear()
        for work in left:
            self.end_work(work, QueryCancelled("The store is being closed."))
        self._generation.retire()
        end_children(self._collected())

    # The working threads

    def _work(self) -> None:
        while (work := self._awaited_work()) is not None:
            job, child = work.job, work.child
            failure: DigigraphError | None = None
            try:
                if not work.is_asked:
                    child.ask(job.query)
                child.pump(job.answer, on_long=partial(self._become_long, job))
            except DigigraphError as error:
                failure = error
            except Exception as error:  # noqa: BLE001 - the working loop: whoever asked must hear, the thread live on
                _LOG.exception("A query failed in a way that nobody has thought of.")
                child.kill()
                failure = QueryCrashed(f"The query failed inside the server: {error!r}.")
            self.end_work(work, failure)

    def _awaited_work(self) -> Work | None:
        """Wait for work; None when the pool closes."""
        with self._can_work:
            while not self._closed:
                if self._handed_over:
                    return self._handed_over.popleft()
                if (work := self._next_work()) is not None:
                    return work
                self._can_work.wait()
        return None

    def next_work(self) -> Work | None:
        """Return what can be begun now; see :class:`Desk`."""
        with self._can_work:
            return None if self._closed else self._next_work()

    def _next_work(self) -> Work | None:
        """Bring a query and an idle child together, where there are both; the caller holds the lock."""
        child = self._generation.take() if self._turns.can_take else None
        if child is None:
            return None
        job = self._turns.take()
        job.child = child
        # Chosen under the same lock that replaces generations: who asks twice never goes back in time.
        job.answer.version = self._generation.snapshot.name
        return Work(job, child, self._generation)

    def hand_over(self, work: Work) -> None:
        """Let one of the threads go on with what an event loop has begun; see :class:`Desk`."""
        with self._can_work:
            self._handed_over.append(work)
            self._can_work.notify()

    def end_work(self, work: Work, failure: DigigraphError | None) -> None:
        """Let whoever asked know that nothing more comes, and the child work for others; see :class:`Desk`."""
        job = work.job
        with self._can_work:
            self._turns.end(job, seconds=time.monotonic() - work.since)
            job.child = None
            work.generation.give_back(work.child)
            if self._has_supervisor_work():
                self._has_changed.notify()
        # Not before: who closes an answer that has ended must find its job done.
        if failure is None:
            job.answer.finish(work.child.rows)
        else:
            job.answer.fail(failure)

    def _become_long(self, job: PoolJob) -> None:
        """Let a long query go on behind all others, and its place to somebody else if too many are held like that."""
        with self._can_work:
            if job.child is not None:
                job.child.step_back()
            victim = self._turns.become_long(job)
            if victim is not None:
                victim.end(self._turns.too_many_long())
            self._can_work.notify()
            self._has_changed.notify()

    # The supervising thread

    def _supervise(self) -> None:
        while True:
            with self._has_changed:
                self._has_changed.wait_for(self._has_supervisor_work, _LOOK_SECONDS)
                if self._closed:
                    return
                self._generation.sweep()
                gone = self._collected()
            end_children(gone)
            self._replenish()
            if self._follows and self._following.is_due():
                self._follow()

    def _has_supervisor_work(self) -> bool:
        is_missing = self._missing() > 0 and self._starting.is_due()
        return self._closed or is_missing or any(each.has_gone for each in (self._generation, *self._retired))

    def _collected(self) -> list[Child]:
        """The children to be ended, of this generation and those before."""
        gone = [child for each in (self._generation, *self._retired) for child in each.collect()]
        self._retired = [each for each in self._retired if not each.is_over]
        return gone

    def _missing(self) -> int:
        """How many children there are too few: one for each free place, and one more; the caller holds the lock.

        A child that is being taken is no longer idle while its place still is free. Who counted that as one too few
        would start a child that nobody ever ends.
        """
        return self._turns.free + 1 - self._generation.idle

    def _replenish(self) -> None:
        """Start as many children as are missing."""
        with self._can_work:
            missing = self._missing()
        if missing <= 0 or not self._starting.is_due():
            return
        children, error = start_children(self._generation.snapshot, self._settings, missing)
        abandoned: list[PoolJob] = []
        with self._can_work:
            self._generation.add(children)
            if error is None:
                self._starting.succeeded()
            else:
                self._starting.failed(error)
                if self._is_stuck():
                    abandoned = self._turns.clear()
            self._can_work.notify_all()
        for job in abandoned:
            assert error is not None  # noqa: S101 - nobody is abandoned without a reason
            job.answer.fail(error)

    def _is_stuck(self) -> bool:
        """Whether there is no child and was none after several attempts."""
        return self._generation.size == 0 and self._starting.failures >= _PATIENCE

    def _follow(self) -> None:
        """Serve the active snapshot, if that is another one by now."""
        try:
            active = self._catalog.active() if self._catalog.active_name() != self.version else None
            successor = full_generation(active, self._settings) if active is not None else None
        except StoreError as error:
            # What is being served stays: an old answer is better than none.
            self._following.failed(error)
            return
        self._following.succeeded()
        if successor is None:
            return
        with self._can_work:
            self._generation.retire()
            self._retired.append(self._generation)
            self._generation = successor
            self._starting.succeeded()
            self._can_work.notify_all()
        _LOG.info("Serving snapshot %s.", successor.snapshot.name)
