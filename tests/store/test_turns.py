"""Whose turn it is, without processes: lines of clients, places, long queries."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import QueueFull
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.answer import FIRST_BYTES, Answer
from digigraph.store.answering.backend import Query
from digigraph.store.answering.turns import Job, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings

    MakeJob = Callable[[str], Job]


@pytest.fixture
def job_of() -> Iterator[MakeJob]:
    """Make jobs; their answers are closed at the end."""
    made: list[Job] = []

    def make(client: str) -> Job:
        answer = Answer(RESULTS_JSON, version=None, limit=10**6)
        made.append(Job(Query(text="ASK {}", format=RESULTS_JSON), answer, client))
        return made[-1]

    yield make
    for job in made:
        job.answer.close()


def turns_of(published: Settings, **changes: int) -> Turns:
    return Turns(dataclasses.replace(published, **{"workers": 2, "queue_length": 10, **changes}))


def run_long(turns: Turns, *jobs: Job) -> None:
    """Take these jobs and let them become long, in this order; none may be ended for another."""
    for job in jobs:
        turns.add(job)
        assert turns.take() is job
        assert turns.become_long(job) is None


def test_clients_take_turns(published: Settings, job_of: MakeJob):
    """Who asks five at once waits behind himself; those who ask one each come after his first."""
    turns = turns_of(published, workers=6)
    for client in ("many", "many", "many", "many", "one", "two"):
        turns.add(job_of(client))
    assert [turns.take().client for _ in range(6)] == ["many", "one", "two", "many", "many", "many"]


def test_lines_have_an_end(published: Settings, job_of: MakeJob):
    """One client fills his own line and not that of others; all lines together have an end as well."""
    turns = turns_of(published, queue_length=4, queue_per_client=2)
    for client in ("a", "a", "a", "a"):
        turns.add(job_of(client))
        if turns.can_take and client == "a" and len(turns.running) < 2:
            turns.take()
    with pytest.raises(QueueFull, match="of yours"):
        turns.add(job_of("a"))
    turns.add(job_of("b"))
    turns.add(job_of("c"))
    with pytest.raises(QueueFull, match="4 queries are waiting"):
        turns.add(job_of("d"))


def test_a_job_leaves_its_line_once(published: Settings, job_of: MakeJob):
    """A job is removed where it waits, and only there; its client is forgotten with his last one."""
    turns = turns_of(published)
    first, second = job_of("a"), job_of("a")
    turns.add(first)
    turns.add(second)
    assert turns.remove(first)
    assert not turns.remove(first)
    assert first.left_line.is_set()
    assert turns.take() is second
    assert not turns.remove(second)
    assert (turns.waiting, turns.running) == (0, (second,))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_long_jobs_leave_a_place(published: Settings, job_of: MakeJob, workers: int):
    """However many are long, one place is free for a short one, and no more than that."""
    turns = turns_of(published, workers=workers)
    run_long(turns, *(job_of(client) for client in "abcdefghi"[: turns.most_long]))
    assert turns.free == 1
    turns.add(job_of("z"))
    turns.take()
    assert turns.free == 0


def test_short_jobs_take_all_places(published: Settings, job_of: MakeJob):
    """While none is long, places are all there are."""
    turns = turns_of(published, workers=3)
    for _ in range(4):
        turns.add(job_of("a"))
    while turns.can_take:
        turns.take()
    assert (len(turns.running), turns.waiting) == (3, 1)


def test_one_long_job_too_many(published: Settings, job_of: MakeJob):
    """The client with most long jobs loses one: the last of those whose answer has not begun, else the last."""
    turns = turns_of(published)
    honest, first, second = jobs = [job_of(client) for client in ("honest", "greedy", "greedy")]
    run_long(turns, *jobs)
    second.answer.write(bytes(FIRST_BYTES))
    late = job_of("other")
    turns.add(late)
    turns.take()
    assert turns.become_long(late) is first
    assert turns.free == 0  # the one that was ended holds a place until it has gone
    turns.end(first, seconds=1)
    assert turns.free == 1
    assert set(turns.running) == {honest, second, late}


@pytest.mark.parametrize(("seconds", "first"), [(3600.0, ["one", "two", "greedy 0"]), (0.0, ["greedy 0", "greedy 1"])])
def test_who_asks_long_ones_is_passed_over(
    published: Settings, job_of: MakeJob, monkeypatch: pytest.MonkeyPatch, seconds: float, first: list[str]
):
    """However many clients wait who have had long queries, one who has had none is next, until their time has come
    again; among themselves both kinds take turns.
    """
    monkeypatch.setattr("digigraph.store.answering.turns._PASSED_OVER_SECONDS", seconds)
    turns = turns_of(published, workers=5, queue_length=100)
    greedy = [f"greedy {number}" for number in range(20)]
    for client in greedy:
        job = job_of(client)
        run_long(turns, job)
        turns.end(job, seconds=2)
    for client in [*greedy, *greedy, "one", "two"]:
        turns.add(job_of(client))
    assert [turns.take().client for _ in first] == first


def test_time_to_wait_is_said_in_whole_seconds(published: Settings, job_of: MakeJob):
    """Retry-After is at least a second, grows with the line, and is never longer than a query may run."""
    turns = turns_of(published, query_seconds=5)
    assert turns.seconds_to_wait == 1
    for _ in range(100):
        done = job_of("a")
        turns.add(done)
        turns.take()
        turns.end(done, seconds=20)
    assert turns.seconds_to_wait == 5
