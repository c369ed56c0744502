"""Backend over someone else's SPARQL endpoint: whose turn it is to ask there, and for how long."""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError, QueryCancelled, RemoteError, StoreError
from digigraph.store.answering.answer import Answer
from digigraph.store.answering.load import Load
from digigraph.store.answering.room import Room
from digigraph.store.answering.turns import LONG_SECONDS, Job, Turns
from digigraph.store.remote.exchange import Connection, asked, timeout

if TYPE_CHECKING:
    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Query
    from digigraph.store.answering.cancellation import Cancellation

_LOG = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Job(Job):
    """A query, its connection, and when it has to be looked at next; seconds of the monotonic clock."""

    connection: Connection = field(default_factory=Connection)
    deadline: float = math.inf
    look_at: float = math.inf


class RemoteBackend:
    """Passes queries on to an endpoint.

    Clients take turns as they do for query processes: as many queries are asked at once as there would be processes,
    long ones aside up to as many again. At its deadline, or when nobody waits for it any longer, the connection of a
    query is closed; whether it ends over there is up to that endpoint.

    FROM, FROM NAMED and the graphs of the protocol mean there what that endpoint takes them to mean. Our name for the
    default graph, ``{base_iri}graph/accepted``, is known to it only if the data was loaded under that name.

    Parameters
    ----------
    settings
        The endpoint and its default graph; how many are asked at once, and who may wait; seconds of a query, rows and
        bytes of its answer.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # It can be taken twice: to end an answer that is being closed calls back, and takes the question back.
        lock = threading.RLock()
        self._can_work, self._has_changed = threading.Condition(lock), threading.Condition(lock)
        self._turns: Turns[_Job] = Turns(settings)
        self._unread = Room(settings.unread_bytes, holds="answers that wait to be read")
        self._closed = False
        count = self._turns.most_long + 1
        self._threads = [threading.Thread(target=self._work, name="remote query", daemon=True) for _ in range(count)]
        self._threads.append(threading.Thread(target=self._supervise, name="remote supervisor", daemon=True))
        for thread in self._threads:
            thread.start()

    @property
    def version(self) -> None:
        """None: nobody tells which state of the data answered."""
        return

    @property
    def load(self) -> Load:
        """How busy it is; it has no query processes."""
        return Load(processes=None, running=len(self._turns.running), waiting=self._turns.waiting)

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, and return when the answer begins; see :meth:`digigraph.store.answering.backend.Backend.answer`."""
        client = cancellation.client if cancellation else ""
        limit = self._settings.answer_bytes
        job = _Job(query, Answer(query.format, version=None, limit=limit, share=self._unread.of(client)), client)
        try:
            self._enqueue(job)
            job.answer.on_close(lambda: self._take_back(job))
            if cancellation is not None:
                cancellation.on_cancel(lambda: self._take_back(job))
            self._turns.await_turn(job, self._can_work)
            job.answer.wait()
        except BaseException:
            job.answer.close()
            raise
        return job.answer

    def _enqueue(self, job: _Job) -> None:
        with self._can_work:
            if self._closed:
                raise StoreError("The connection to the endpoint is closed.")
            self._turns.add(job)
            self._can_work.notify()

    def _take_back(self, job: _Job) -> None:
        with self._can_work:
            self._turns.remove(job)
            _end(job, QueryCancelled("The question was taken back."))

    def close(self) -> None:
        """Give up what is being asked, and wait for the threads. May be called twice."""
        with self._can_work:
            self._closed = True
            for job in (*self._turns.clear(), *self._turns.running):
                _end(job, QueryCancelled("The store is being closed."))
            self._can_work.notify_all()
            self._has_changed.notify()
        for thread in self._threads:
            thread.join()

    # The working threads

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            failure: DigigraphError | None = None
            try:
                for piece in asked(self._settings, job.query, job.connection):
                    job.answer.write(piece)
            except DigigraphError as error:
                failure = error
            except Exception as error:  # noqa: BLE001 - the working loop: whoever asked must hear, the thread live on
                _LOG.exception("A query to the endpoint failed in a way that nobody has thought of.")
                failure = RemoteError(f"The endpoint failed: {type(error).__name__}.")
            with self._can_work:
                began = job.deadline - self._settings.query_seconds
                self._turns.end(job, seconds=time.monotonic() - began)
                self._can_work.notify()
            if failure is None:
                job.answer.finish()
            else:
                job.answer.fail(failure)

    def _next_job(self) -> _Job | None:
        """Wait for a query whose turn it is; None when the store closes."""
        with self._can_work:
            while not self._closed:
                if not self._turns.can_take:
                    self._can_work.wait()
                    continue
                job = self._turns.take()
                now = time.monotonic()
                job.deadline = now + self._settings.query_seconds
                job.look_at = min(job.deadline, now + LONG_SECONDS)
                self._has_changed.notify()
                return job
        return None

    # The supervising thread

    def _supervise(self) -> None:
        with self._has_changed:
            while not self._closed:
                now = time.monotonic()
                for job in self._turns.running:
                    if job.look_at <= now:
                        self._look(job, now)
                next_at = min((job.look_at for job in self._turns.running), default=math.inf)
                self._has_changed.wait(None if next_at == math.inf else max(0, next_at - time.monotonic()))

    def _look(self, job: _Job, now: float) -> None:
        """End a query at its deadline; before that, count it as long."""
        if now >= job.deadline:
            job.look_at = math.inf
            _end(job, timeout(self._settings))
            return
        job.look_at = job.deadline
        victim = self._turns.become_long(job)
        if victim is not None:
            _end(victim, self._turns.too_many_long())
        self._can_work.notify()


def _end(job: _Job, reason: DigigraphError) -> None:
    """End a query; whoever reads hears the reason, and not that its connection was cut."""
    job.answer.fail(reason)
    job.connection.cut()
