"""Kept states of the graph, each asked by its name.

The one that is served has the query processes that everybody uses. Every other one gets a process of its own when it is
asked, and loses it when nobody asks any longer. Few are open at once: who asks one more waits until another has nothing
to do. Those who wait stand in one line for each client, and the lines are served in turn. So a crawler that follows
every link starts no more processes than a reader does.
"""

from __future__ import annotations

import collections
import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from digigraph.errors import QueryCancelled, QueueFull, StoreError
from digigraph.store.snapshots.gone import instead_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.settings import Settings
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Backend, Query
    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.store.answering.load import Load

_LOG = logging.getLogger(__name__)
QUEUE = 16
"""Queries that may wait in one earlier state, and that may wait for one to be opened."""
AT_ONCE = 2 * QUEUE
"""Queries that may be about to be asked in one earlier state: while it is opened they wait for that."""
_LEAST_SECONDS, _TURN_SECONDS = 1.0, 5.0
"""Seconds for which a state stays open at least; after which it takes nobody new while others wait for a place."""
_LOOK_SECONDS = 0.1
_SWEEP_SECONDS = 1.0
"""Seconds within which a state is let go that was written anew: ``redact`` waits for that."""


def settings_of_earlier(settings: Settings) -> Settings:
    """Return the settings of a store over an earlier state: the limits of every query, and one query at a time."""
    return replace(
        settings,
        workers=1,
        queue_length=min(settings.queue_length, QUEUE),
        unread_bytes=max(2, settings.unread_bytes // 4),
    )


@dataclass(eq=False, slots=True)
class _Place:
    """An earlier state that is open, or is being opened."""

    backend: Future[Backend] = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)
    entering: int = 0

    def is_busy(self) -> bool:
        """Whether somebody asks it, or it is not open yet."""
        if self.entering or not self.backend.done():
            return True
        load = self.backend.result().load
        return load is not None and load.running + load.waiting > 0


@dataclass(eq=False, slots=True)
class _Ticket:
    """Somebody who waits until a state can be asked."""

    name: str
    client: str
    is_void: bool = False


class States:
    """The kept states of the graph.

    Parameters
    ----------
    settings
        How many earlier states may be open at once, how long one stays open that nobody asks, and how long and in what
        number queries may wait.
    current
        Answers for the state that is served; stays the caller's.
    open_
        Opens a store over the state of a name.
    """

    def __init__(self, settings: Settings, current: Backend, open_: Callable[[str], Backend]) -> None:
        self._settings = settings
        self._current = current
        self._open = open_
        self._condition = threading.Condition()
        self._places: dict[str, _Place] = {}
        self._lines: collections.OrderedDict[str, collections.deque[_Ticket]] = collections.OrderedDict()
        self._sweeper: threading.Thread | None = None
        self._is_closed = False

    @property
    def open_count(self) -> int:
        """How many earlier states are open."""
        return len(self._places)

    @property
    def waiting(self) -> int:
        """How many queries wait until an earlier state can be asked."""
        with self._condition:
            return sum(map(len, self._lines.values()))

    def at(self, name: str) -> Backend:
        """Return the store over the state of that name, which is there; nothing is opened before it is asked."""
        return _State(self, name)

    def answer(self, name: str, query: Query, cancellation: Cancellation | None) -> Answer:
        """Ask a state; see :meth:`digigraph.store.answering.backend.Backend.answer`.

        Raises
        ------
        NoSnapshot
            It was pruned.
        QueueFull
            Too many wait for other states, or this one was not opened in time.
        """
        if self._current.version == name:
            answer = self._current.answer(query, cancellation)
            if answer.version == name:
                return answer
            # Another state was published just now.
            answer.close()
        place = self._enter(name, cancellation)
        try:
            return place.backend.result().answer(query, cancellation)
        finally:
            with self._condition:
                place.entering -= 1
                place.used = time.monotonic()
                self._condition.notify_all()

    def close(self) -> None:
        """Close every earlier state, with the queries that are under way. May be called twice."""
        with self._condition:
            self._is_closed = True
            places, self._places = [*self._places.values()], {}
            self._condition.notify_all()
        if self._sweeper is not None:
            self._sweeper.join()
        for place in places:
            _close(place)

    # Entering: a place is found, or made, for the state

    def _enter(self, name: str, cancellation: Cancellation | None) -> _Place:
        """Take part in a place; whoever made it opens it, the others wait for that."""
        ticket = _Ticket(name, cancellation.client if cancellation else "")
        if cancellation is not None:
            cancellation.on_cancel(lambda: self._void(ticket))
        with self._condition:
            if not self._may_enter(ticket):
                self._wait(ticket)
            place = self._places.get(name)
            if place is not None and place.entering >= AT_ONCE:
                raise QueueFull(f"Too many ask the state {name} already.", retry_after=1)
            is_new = place is None
            left = self._leave_one() if is_new else None
            place = self._places.setdefault(name, _Place())
            place.entering += 1
        if left is not None:
            _close(left)
        if is_new:
            self._fill(name, place)
        return place

    def _fill(self, name: str, place: _Place) -> None:
        try:
            backend = self._open(name)
        except BaseException as error:
            with self._condition:
                place.entering -= 1
                self._places.pop(name, None)
                self._condition.notify_all()
            place.backend.set_exception(error)
            raise
        place.backend.set_result(backend)
        with self._condition:
            if not self._is_closed:
                self._sweep_from_now_on()
                return
        # close() went before: nobody else knows of this one.
        backend.close()

    def _wait(self, ticket: _Ticket) -> None:
        """Stand in line until the ticket may enter."""
        seconds = self._settings.queue_seconds
        until = time.monotonic() + seconds
        line = self._lines.get(ticket.client, ())
        if self.waiting >= QUEUE or 2 * len(line) >= QUEUE:
            raise QueueFull("Too many queries wait for earlier states already.", retry_after=int(_TURN_SECONDS))
        self._lines.setdefault(ticket.client, collections.deque()).append(ticket)
        try:
            while not self._may_enter(ticket):
                if time.monotonic() >= until:
                    message = f"The state {ticket.name} was not opened within {seconds:g} seconds."
                    raise QueueFull(message, retry_after=int(_TURN_SECONDS))
                # Nobody tells when a query has ended.
                self._condition.wait(_LOOK_SECONDS)
        finally:
            self._remove(ticket)

    def _remove(self, ticket: _Ticket) -> None:
        line = self._lines.pop(ticket.client)
        line.remove(ticket)
        if line:
            # At the end: it is the turn of the other clients.
            self._lines[ticket.client] = line

    def _void(self, ticket: _Ticket) -> None:
        with self._condition:
            ticket.is_void = True
            self._condition.notify_all()

    def _may_enter(self, ticket: _Ticket) -> bool:
        """Whether there is a place for whoever has this ticket.

        Raises
        ------
        StoreError
            All is being closed.
        QueryCancelled
            The client has left.
        """
        if self._is_closed:
            raise StoreError("The store is closed.")
        if ticket.is_void:
            raise QueryCancelled("The question was taken back.")
        place = self._places.get(ticket.name)
        others = [each for line in self._lines.values() for each in line if each.name != ticket.name]
        if place is not None:
            return not others or time.monotonic() - place.since < _TURN_SECONDS
        waiting = (each for line in self._lines.values() for each in line)
        first = next((each for each in waiting if each.name not in self._places), ticket)
        has_room = len(self._places) < self._settings.states_open or self._idle() is not None
        return first is ticket and has_room

    def _idle(self) -> str | None:
        """The open state that may be closed for another: of those that do nothing, the one asked longest ago."""
        now = time.monotonic()
        idle = [
            (place.used, name)
            for name, place in self._places.items()
            if now - place.since >= _LEAST_SECONDS and not place.is_busy()
        ]
        return min(idle)[1] if idle else None

    def _leave_one(self) -> _Place | None:
        """Take out the place that a new one needs, if it needs one; to be closed by the caller."""
        if len(self._places) < self._settings.states_open:
            return None
        idle = self._idle()
        assert idle is not None  # noqa: S101 - _may_enter has seen it under the same lock
        return self._places.pop(idle)

    # Sweeping: what nobody asks is closed

    def _sweep_from_now_on(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._sweep, name="earlier states", daemon=True)
            self._sweeper.start()

    def _sweep(self) -> None:
        seconds = min(max(self._settings.state_seconds / 4, _LOOK_SECONDS), _SWEEP_SECONDS)
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._is_closed, timeout=seconds)
                if self._is_closed:
                    return
                left = [name for name, place in self._places.items() if self._is_left(name, place)]
                places = [self._places.pop(name) for name in left]
            for place in places:
                _close(place)

    def _is_left(self, name: str, place: _Place) -> bool:
        """Whether nobody has asked it for long, or nobody asks it and whoever takes something back waits for that."""
        now = time.monotonic()
        if place.is_busy():
            place.used = now
            return False
        is_unused = now - place.used >= self._settings.state_seconds
        return is_unused or instead_of(self._settings.state_folder, name) is not None


def _close(place: _Place) -> None:
    """Close what was opened; who is about to ask hears that it is closed."""
    if place.backend.done() and place.backend.exception() is None:
        place.backend.result().close()


class _State:
    """One state, as whoever asks it sees it."""

    def __init__(self, states: States, name: str) -> None:
        self._states = states
        self._name = name

    @property
    def version(self) -> str:
        return self._name

    @property
    def load(self) -> Load | None:
        return None

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        return self._states.answer(self._name, query, cancellation)

    def close(self) -> None:
        """Leave open what others may ask."""
