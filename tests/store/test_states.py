"""Kept states: each answers as itself, few are open at once, none stays open for nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import pytest
from endless import BEGUN

from digigraph.errors import Gone, NoSnapshot, NotFound, QueryCancelled, QueueFull, StoreError
from digigraph.media import RESULTS_CSV, RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.answering.cancellation import Cancellation
from digigraph.store.opening import open_backend, open_earlier, open_states
from digigraph.store.processes.states import QUEUE, States

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Backend
    from digigraph.store.snapshots.catalog import SnapshotCatalog

    Until = Callable[[Callable[[], bool]], None]

T = TypeVar("T")
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture
def names(catalog: SnapshotCatalog) -> list[str]:
    """Five states: the one of the fixture, then those with one to four statements; the last one is active."""
    for count in range(1, 5):
        lines = (b'<http://example.org/s> <http://example.org/p> "%d" .\n' % number for number in range(count))
        catalog.publish(b"".join(lines), "0" * 64)
    return list(catalog.names())


@pytest.fixture
def make_states(fresh: Settings, names: list[str]) -> Iterator[Callable[..., States]]:
    """Make the states of ``fresh`` with some settings changed; closed at the end."""
    assert names
    with contextlib.ExitStack() as stack:

        def make(**changes: float) -> States:
            settings = dataclasses.replace(fresh, **changes)
            current = open_backend(settings)
            stack.callback(current.close)
            states = open_states(settings, current)
            stack.callback(states.close)
            return states

        yield make


def held(states: States, name: str, cancellation: Cancellation | None = None) -> Answer:
    """Ask the first state something that keeps it busy until the answer is closed, or the question taken back."""
    return states.at(name).answer(Query(text=BEGUN, format=RESULTS_JSON), cancellation)


def patiently(asking: Callable[[], T]) -> T:
    """Ask until there is room in time: a machine may be slow."""
    while True:
        with contextlib.suppress(QueueFull):
            return asking()


def counted(states: States, name: str, client: str = "") -> int:
    query = Query(text=COUNT, format=RESULTS_CSV)
    return int(b"".join(states.at(name).answer(query, Cancellation(client))).split()[1])


def test_each_state_answers_as_itself(
    make_states: Callable[..., States], names: list[str], monkeypatch: pytest.MonkeyPatch
):
    """Whatever the order in which they are asked, each state gives its own statements and its own name."""
    monkeypatch.setattr("digigraph.store.processes.states._LEAST_SECONDS", 0.0)
    states = make_states()
    for name in (*names, *reversed(names), names[0], names[3]):
        answer = states.at(name).answer(Query(text=COUNT, format=RESULTS_JSON))
        assert answer.version == name
        answer.close()
    assert [counted(states, name) for name in names[1:]] == [1, 2, 3, 4]


def test_the_served_state_has_no_processes_of_its_own(
    never_long: None, make_states: Callable[..., States], names: list[str], own_children: Callable[[], list[int]]
):
    """The active state under its own name is answered by the processes that are there."""
    states = make_states()
    before = set(own_children())
    assert counted(states, names[-1]) == 4
    assert states.open_count == 0
    assert set(own_children()) <= before


def test_few_are_open_at_once(make_states: Callable[..., States], names: list[str]):
    """Many who ask all states at once all get an answer, and never are more open than the setting allows."""
    states = make_states(states_open=2, state_seconds=3600)
    most = 0
    done = threading.Event()

    def look() -> None:
        nonlocal most
        while not done.wait(0.005):
            most = max(most, states.open_count)

    watching = threading.Thread(target=look)
    watching.start()
    asked = [name for name in names[:4] for _ in range(3)]
    with ThreadPoolExecutor(len(asked)) as threads:
        clients = (f"client {number}" for number in range(len(asked)))
        found = list(threads.map(counted, [states] * len(asked), asked, clients))
    done.set()
    watching.join()
    assert found[3:] == [1] * 3 + [2] * 3 + [3] * 3
    assert most <= 2
    assert states.open_count == 2


def test_a_state_that_nobody_asks_is_closed(
    make_states: Callable[..., States],
    names: list[str],
    own_children: Callable[[], list[int]],
    descriptors: Callable[[], int],
    until: Until,
):
    """Some time after the last question its processes and descriptors are gone, and it can be pruned."""
    states = make_states(state_seconds=0.3)
    until(lambda: len(own_children()) == 3)
    children, files = set(own_children()), descriptors()
    answer = held(states, names[0])
    assert states.open_count == 1
    assert set(own_children()) > children
    answer.close()
    until(lambda: states.open_count == 0)
    until(lambda: set(own_children()) == children and descriptors() <= files)


def test_close_ends_everything(
    make_states: Callable[..., States], names: list[str], own_children: Callable[[], list[int]], until: Until
):
    """Closing ends a query that runs in an earlier state, its process, and whoever asks afterwards."""
    states = make_states()
    until(lambda: len(own_children()) == 3)
    children = set(own_children())
    answer = held(states, names[0])
    states.close()
    with pytest.raises((QueryCancelled, StoreError)):
        b"".join(answer)
    until(lambda: set(own_children()) == children)
    with pytest.raises(StoreError, match="closed"):
        counted(states, names[1])


def test_a_state_that_is_asked_is_not_closed_for_another(make_states: Callable[..., States], names: list[str]):
    """While the only place is computing, another state has to wait, and is told so when it takes too long."""
    states = make_states(states_open=1, queue_seconds=1.5)
    cancellation = Cancellation()
    answer = patiently(lambda: held(states, names[0], cancellation))
    with pytest.raises(QueueFull, match="not opened"):
        counted(states, names[1])
    cancellation.cancel()
    with pytest.raises(QueryCancelled):
        b"".join(answer)
    assert patiently(lambda: counted(states, names[1])) == 1


def test_clients_take_turns(fresh: Settings, names: list[str], until: Until):
    """Who asks one state comes before the second of somebody who asks several, though he came later."""
    settings = dataclasses.replace(fresh, states_open=1)
    order: list[str] = []

    def noting(name: str) -> Backend:
        order.append(name)
        return open_earlier(settings, name)

    with (
        contextlib.closing(open_backend(settings)) as current,
        contextlib.closing(States(settings, current, noting)) as states,
        ThreadPoolExecutor(3) as threads,
    ):
        answer = held(states, names[0])
        waiting = []
        for number, client in ((1, "greedy"), (2, "greedy"), (3, "modest")):
            waiting.append(threads.submit(counted, states, names[number], client))
            until(lambda: states.waiting == len(waiting))
        answer.close()
        assert [each.result() for each in waiting] == [1, 2, 3]
    assert order == [names[0], names[1], names[3], names[2]]


def test_no_more_wait_than_may(make_states: Callable[..., States], names: list[str], until: Until):
    """One client may have half of the line; the next of his is refused at once, and everybody else is not."""
    states = make_states(states_open=1)
    taken = [Cancellation("greedy") for _ in range(QUEUE // 2)]
    answer = held(states, names[0])
    with ThreadPoolExecutor(QUEUE) as threads:
        query = Query(text=COUNT, format=RESULTS_JSON)
        waiting = [threads.submit(states.at(names[1]).answer, query, each) for each in taken]
        until(lambda: states.waiting == len(taken))
        with pytest.raises(QueueFull, match="Too many"):
            counted(states, names[2], "greedy")
        modest = threads.submit(counted, states, names[2], "modest")
        until(lambda: states.waiting == len(taken) + 1)
        for each in taken:
            each.cancel()
        for each in waiting:
            assert isinstance(each.exception(), QueryCancelled)
        answer.close()
        assert modest.result() == 2


def test_an_open_state_is_not_pruned(
    make_states: Callable[..., States],
    names: list[str],
    catalog: SnapshotCatalog,
    until: Until,
):
    """What is open stays; once it is closed it can go, and whoever asks for it by then is told."""
    states = make_states(state_seconds=0.3)
    answer = held(states, names[0])
    assert names[0] not in catalog.prune(1)
    assert names[0] in catalog.names()
    answer.close()
    until(lambda: catalog.prune(1) == (names[0],))
    with pytest.raises(NoSnapshot):
        held(states, names[0])
    assert states.open_count == 0
    with pytest.raises(Gone, match="removed"):
        catalog.find(names[0])


def test_what_was_never_there_is_not_gone(catalog: SnapshotCatalog):
    """A name that no state ever had is unknown; one that is no name is as well."""
    for name in ("9-0123456789ab", "..", ""):
        with pytest.raises(NotFound) as caught:
            catalog.find(name)
        assert not isinstance(caught.value, Gone)
