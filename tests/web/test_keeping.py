"""What is kept has a bound, and what is computed for several is computed as long as one of them waits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph.errors import (
    AnswerTooLarge,
    QueryCancelled,
    QueryCrashed,
    QueryTimeout,
    QueryUnsupported,
    QueueFull,
)
from digigraph.store.answering.cancellation import Cancellation
from digigraph.web.keeping.identity import Identity
from digigraph.web.keeping.keeper import FOLLOWERS, Flight, Keeper, Kept, SnapshotCache

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from digigraph.errors import DigigraphError

MOST = 100_000
SNAPSHOT = "1-0123456789ab"


def identity(name: str, snapshot: str = SNAPSHOT) -> Identity:
    return Identity(snapshot=snapshot, request=(name,), media_type="text/csv", language="", edition="")


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.integers(0, MOST // 20), st.sampled_from([SNAPSHOT, "2-other"])),
        max_size=100,
    )
)
def test_never_more_than_the_bound_and_never_of_another_snapshot(steps: list[tuple[str, int, str]]):
    """Whatever is put in, all together stays below the bound, and what comes out was put in for that snapshot."""
    cache: SnapshotCache[tuple[str, int]] = SnapshotCache(MOST)
    for name, size, snapshot in steps:
        found = cache.get(snapshot, name)
        assert found is None or found[0] == snapshot
        cache.put(snapshot, name, (snapshot, size), size=size)
        cache.put("3-never-served", name, ("3-never-served", size), size=size)
        assert cache.bytes <= MOST


def test_what_was_not_asked_for_longest_goes_first():
    """What is asked for stays when room is needed."""
    cache: SnapshotCache[int] = SnapshotCache(MOST)
    cache.get(SNAPSHOT, "x")
    for number in range(200):
        cache.put(SNAPSHOT, number, number, size=1000)
        assert cache.get(SNAPSHOT, 0) == 0
    assert cache.get(SNAPSHOT, 199) == 199
    assert cache.get(SNAPSHOT, 1) is None


def test_what_is_too_large_is_not_kept():
    """One entry never takes the room of all others."""
    cache: SnapshotCache[int] = SnapshotCache(MOST)
    cache.get(SNAPSHOT, "x")
    cache.put(SNAPSHOT, "large", 1, size=cache.largest)
    assert cache.get(SNAPSHOT, "large") is None


def begun(keeper: Keeper, name: str, cancellation: Cancellation) -> Flight:
    flight = keeper.board(identity(name), cancellation)
    assert isinstance(flight, Flight)
    return flight


class Waiter(Cancellation):
    """Somebody who can leave, and is known to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = threading.Event()

    def on_cancel(self, callback: Callable[[], None]) -> None:
        """Call back when he leaves: whoever waits has asked for that, and counts by then."""
        super().on_cancel(callback)
        self.waits.set()


def waiting(keeper: Keeper, pool: ThreadPoolExecutor, waiter: Waiter) -> Future[Kept | Flight | None]:
    """Somebody who asks the same; returns when he waits."""
    future = pool.submit(keeper.board, identity("q"), waiter)
    assert waiter.waits.wait(120)
    return future


def test_those_who_wait_get_what_the_first_computed():
    """All get the same, and who comes later finds it kept."""
    keeper, kept = Keeper(10 * MOST), Kept(identity("q"), b"answer")
    flight = begun(keeper, "q", Cancellation())
    with ThreadPoolExecutor(8) as pool:
        others = [waiting(keeper, pool, Waiter()) for _ in range(8)]
        flight.end(kept)
        assert all(each.result() is kept for each in others)
    assert keeper.board(identity("q"), Cancellation()) is kept
    assert isinstance(keeper.board(identity("q", "2-other"), Cancellation()), Flight)


@pytest.mark.parametrize(
    "failure", [QueryTimeout("It took too long."), AnswerTooLarge("It is too large."), QueryUnsupported("No.")]
)
def test_those_who_wait_share_what_the_question_has_earned(failure: DigigraphError):
    """Who waits for what fails by what is asked fails with it, and computes nothing again; who asks later does."""
    keeper = Keeper(10 * MOST)
    flight = begun(keeper, "q", Cancellation())
    with ThreadPoolExecutor(2) as pool:
        others = [waiting(keeper, pool, Waiter()) for _ in range(2)]
        flight.end(None, failure=failure)
        assert [each.exception() for each in others] == [failure, failure]
    assert isinstance(keeper.board(identity("q"), Cancellation()), Flight)


@pytest.mark.parametrize(
    "failure", [None, QueueFull("Too many.", retry_after=1), QueryCrashed("It was killed."), QueryCancelled("Gone.")]
)
def test_those_who_wait_for_another_failure_compute_for_themselves(failure: DigigraphError | None):
    """A failure of who asked, or of a process, is nobody else's: they are told that nothing came, nothing is kept."""
    keeper = Keeper(10 * MOST)
    flight = begun(keeper, "q", Cancellation())
    with ThreadPoolExecutor(2) as pool:
        others = [waiting(keeper, pool, Waiter()) for _ in range(2)]
        flight.end(None, failure=failure)
        assert [each.result() for each in others] == [None, None]
    assert isinstance(keeper.board(identity("q"), Cancellation()), Flight)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
def test_computing_ends_when_the_last_has_left(order: tuple[int, ...]):
    """In whatever order they leave, the computation is taken back with the last, and not before."""
    keeper, clients = Keeper(10 * MOST), [Waiter() for _ in range(3)]
    flight, ended = begun(keeper, "q", clients[0]), threading.Event()
    flight.cancellation.on_cancel(ended.set)
    with ThreadPoolExecutor(2) as pool:
        others = {each: waiting(keeper, pool, clients[each]) for each in (1, 2)}
        for number in order:
            assert not ended.is_set()
            clients[number].cancel()
            if number:
                with pytest.raises(QueryCancelled):
                    others[number].result()
        assert ended.is_set()
    flight.end(None)


def test_only_so_many_wait_for_others():
    """Who waits holds a thread: beyond a bound each computes for himself."""
    keeper = Keeper(10 * MOST)
    flight = begun(keeper, "q", Cancellation())
    with ThreadPoolExecutor(FOLLOWERS) as pool:
        others = [waiting(keeper, pool, Waiter()) for _ in range(FOLLOWERS)]
        assert keeper.board(identity("q"), Cancellation()) is None
        assert isinstance(keeper.board(identity("other"), Cancellation()), Flight)
        flight.end(None)
        assert {each.result() for each in others} == {None}


def test_nothing_is_shared_without_room():
    """With a bound of 0 each computes for himself."""
    keeper = Keeper(0)
    assert keeper.board(identity("q"), Cancellation()) is None
    assert keeper.find(identity("q")) is None
