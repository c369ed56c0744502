"""Kept states: each answers as itself, few are open at once, none stays open for nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import Gone, NoSnapshot, NotFound, QueryCancelled, QueueFull, StoreError
from digigraph.media import RESULTS_CSV, RESULTS_JSON
from digigraph.store.backend import Query, rows
from digigraph.store.cancellation import Cancellation
from digigraph.store.opening import open_backend, open_states
from digigraph.store.states import QUEUE, States

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings
    from digigraph.store.snapshot import SnapshotCatalog

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n2 ?o }"


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


def counted(states: States, name: str, client: str = "") -> int:
    query = Query(text=COUNT, format=RESULTS_CSV)
    return int(b"".join(states.at(name).answer(query, Cancellation(client))).split()[1])


def test_each_state_answers_as_itself(make_states: Callable[..., States], names: list[str]):
    """Whatever the order in which they are asked, each state gives its own statements and its own name."""
    states = make_states()
    for name in (*names, *reversed(names), names[0], names[3]):
        answer = states.at(name).answer(Query(text=COUNT, format=RESULTS_JSON))
        assert answer.version == name
        answer.close()
    assert [counted(states, name) for name in names[1:]] == [1, 2, 3, 4]


def test_the_served_state_has_no_processes_of_its_own(
    make_states: Callable[..., States], names: list[str], own_children: Callable[[], list[int]]
):
    """The active state under its own name is answered by the processes that are there."""
    states = make_states()
    before = set(own_children())
    assert counted(states, names[-1]) == 4
    assert states.open_count == 0
    assert set(own_children()) <= before


def test_few_are_open_at_once(make_states: Callable[..., States], names: list[str]):
    """Many who ask all states at once all get an answer, and never are more open than the setting allows."""
    states = make_states(states_open=2)
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
    assert most == 2


def test_a_state_that_nobody_asks_is_closed(
    make_states: Callable[..., States],
    names: list[str],
    own_children: Callable[[], list[int]],
    descriptors: Callable[[], int],
    until: Callable[[Callable[[], bool]], None],
):
    """Some time after the last question its processes and descriptors are gone, and it can be pruned."""
    states = make_states(state_seconds=0.3)
    until(lambda: len(own_children()) == 3)
    children, files = set(own_children()), descriptors()
    assert counted(states, names[1]) == 1
    assert len(own_children()) > 3
    until(lambda: states.open_count == 0)
    until(lambda: set(own_children()) == children and descriptors() <= files)


def test_close_ends_everything(
    make_states: Callable[..., States],
    names: list[str],
    own_children: Callable[[], list[int]],
    computing: Callable[[], int],
    until: Callable[[Callable[[], bool]], None],
):
    """Closing ends a query that runs in an earlier state, its process, and whoever asks afterwards."""
    states = make_states()
    until(lambda: len(own_children()) == 3)
    children = set(own_children())
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(rows, states.at(names[0]), ENDLESS)
        computing()
        states.close()
        with pytest.raises((QueryCancelled, StoreError)):
            asked.result()
    until(lambda: set(own_children()) == children)
    with pytest.raises(StoreError, match="closed"):
        counted(states, names[1])


def test_a_state_that_is_asked_is_not_closed_for_another(
    make_states: Callable[..., States], names: list[str], computing: Callable[[], int]
):
    """While the only place is computing, another state has to wait, and is told so when it takes too long."""
    states = make_states(states_open=1, queue_seconds=1.5)
    cancellation = Cancellation()
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(states.at(names[0]).answer, Query(text=ENDLESS, format=RESULTS_JSON), cancellation)
        computing()
        with pytest.raises(QueueFull, match="not opened"):
            counted(states, names[1])
        assert not asked.done()
        cancellation.cancel()
        with pytest.raises(QueryCancelled):
            asked.result()
    assert counted(states, names[1]) == 1


def test_clients_take_turns(make_states: Callable[..., States], names: list[str], computing: Callable[[], int]):
    """Who asks one state comes before the second of somebody who asks several, though he came later."""
    states = make_states(states_open=1)
    holding = Cancellation()
    order: list[str] = []

    def ask(name: str, client: str) -> None:
        counted(states, name, client)
        order.append(name)

    with ThreadPoolExecutor(5) as threads:
        held = threads.submit(states.at(names[0]).answer, Query(text=ENDLESS, format=RESULTS_JSON), holding)
        computing()
        waiting = []
        for name, client in ((names[1], "greedy"), (names[2], "greedy"), (names[3], "modest")):
            waiting.append(threads.submit(ask, name, client))
            time.sleep(0.2)
        holding.cancel()
        for each in waiting:
            each.result()
        assert held.exception() is not None
    assert order == [names[1], names[3], names[2]]


def test_no_more_wait_than_may(make_states: Callable[..., States], names: list[str], computing: Callable[[], int]):
    """One client may have half of the line; the next of his is refused at once, and everybody else is not."""
    states = make_states(states_open=1)
    holding, taken = Cancellation(), [Cancellation("greedy") for _ in range(QUEUE // 2)]
    with ThreadPoolExecutor(QUEUE) as threads:
        held = threads.submit(states.at(names[0]).answer, Query(text=ENDLESS, format=RESULTS_JSON), holding)
        computing()
        query = Query(text=COUNT, format=RESULTS_JSON)
        waiting = [threads.submit(states.at(names[1]).answer, query, each) for each in taken]
        time.sleep(0.3)
        with pytest.raises(QueueFull, match="Too many"):
            counted(states, names[2], "greedy")
        modest = threads.submit(counted, states, names[2], "modest")
        for each in taken:
            each.cancel()
        for each in waiting:
            assert isinstance(each.exception(), QueryCancelled)
        holding.cancel()
        assert modest.result() == 2
        assert held.exception() is not None


def test_an_open_state_is_not_pruned(
    make_states: Callable[..., States],
    names: list[str],
    catalog: SnapshotCatalog,
    until: Callable[[Callable[[], bool]], None],
):
    """What is open stays; once it is closed it can go, and whoever asks for it by then is told."""
    states = make_states(state_seconds=0.3)
    query = Query(text=COUNT, format=RESULTS_JSON)
    answer = states.at(names[0]).answer(query)
    assert names[0] not in catalog.prune(1)
    assert names[0] in catalog.names()
    answer.close()
    until(lambda: catalog.prune(1) == (names[0],))
    with pytest.raises(NoSnapshot):
        states.at(names[0]).answer(query)
    assert states.open_count == 0
    with pytest.raises(Gone, match="removed"):
        catalog.find(names[0])


def test_what_was_never_there_is_not_gone(catalog: SnapshotCatalog):
    """A name that no state ever had is unknown; one that is no name is as well."""
    for name in ("9-0123456789ab", "..", ""):
        with pytest.raises(NotFound) as caught:
            catalog.find(name)
        assert not isinstance(caught.value, Gone)
