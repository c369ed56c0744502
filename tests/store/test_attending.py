"""Queries asked from an event loop: the same answers as for a thread, and nobody waits for a slow one."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import pytest
from endless import ENDLESS

from digigraph.errors import DigigraphError, QueryCancelled, QueryCrashed, QuerySyntaxError, QueryTimeout, QueueFull
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.answer import FIRST_BYTES
from digigraph.store.answering.awaiting import begun
from digigraph.store.answering.backend import Query
from digigraph.store.answering.cancellation import Cancellation

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.store.answering.answer import Answer
    from digigraph.store.processes.pool import Pool

    Until = Callable[[Callable[[], bool]], None]

HASTE = 1
"""Seconds of the deadline of ``hasty_pool``."""
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
LONG = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 20000"
# 389,017 solutions: not over while an event loop looks after it.
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STRLEN(STR(?a)) > 0) }"


async def answer_to(pool: Pool, text: str, cancellation: Cancellation | None = None) -> Answer:
    answer = pool.ask_soon(Query(text=text, format=RESULTS_JSON), cancellation or Cancellation())
    await begun(answer)
    return answer


async def ask(pool: Pool, text: str, cancellation: Cancellation | None = None) -> bytes:
    return await asyncio.to_thread(b"".join, await answer_to(pool, text, cancellation))


def number_in(answer: bytes) -> int:
    return int(json.loads(answer)["results"]["bindings"][0]["n"]["value"])


async def count(pool: Pool) -> int:
    """The number of statements; asked again where a short deadline has passed on a busy machine."""
    while True:
        asked = time.monotonic()
        try:
            return number_in(await ask(pool, COUNT))
        except QueryTimeout:
            assert time.monotonic() - asked >= HASTE


@pytest.mark.parametrize("text", [COUNT, "ASK {}", LONG, SLOW], ids=["short", "ask", "long", "slow"])
def test_an_answer_is_that_of_a_thread(pool: Pool, text: str):
    """Short or long, at once or after a while: the bytes are those that a thread gets."""
    expected = b"".join(pool.answer(Query(text=text, format=RESULTS_JSON)))
    assert asyncio.run(ask(pool, text)) == expected


def test_a_short_answer_needs_no_thread(pool: Pool, monkeypatch: pytest.MonkeyPatch):
    """An answer that is there in a moment has begun, and ended, in the event loop."""
    # However long a moment is.
    monkeypatch.setattr("digigraph.store.processes.attending.SECONDS", 3600)
    monkeypatch.setattr("digigraph.store.answering.answer.FIRST_SECONDS", 3600)

    async def run() -> None:
        for _ in range(20):
            answer = await answer_to(pool, COUNT)
            assert answer.size is not None
            assert number_in(b"".join(answer)) == 73

    asyncio.run(run())
    assert pool.busy == 0


def test_a_long_answer_is_left_to_a_thread(pool: Pool):
    """Of a long answer the event loop takes in what makes it begin, however much has come by then."""

    async def run() -> None:
        answer = await answer_to(pool, LONG)
        assert answer.has_begun
        assert len(await asyncio.to_thread(b"".join, answer)) > FIRST_BYTES

    asyncio.run(run())


def test_many_at_once(make_pool: Callable[..., Pool]):
    """More than there are places for wait for their turn, and all are answered."""
    pool = make_pool(queue_length=100, queue_per_client=100)

    async def run() -> list[int]:
        return await asyncio.gather(*(count(pool) for _ in range(60)))

    assert asyncio.run(run()) == [73] * 60
    assert (pool.busy, pool.waiting) == (0, 0)


def test_a_mistake_is_told(pool: Pool):
    """An error that the engine tells is raised, and the same process answers the next query."""

    async def run() -> None:
        with pytest.raises(QuerySyntaxError) as caught:
            await ask(pool, "SELECT * { ?s ?p")
        assert caught.value.line == 1
        assert await count(pool) == 73

    asyncio.run(run())


def test_the_deadline_holds(hasty_pool: Pool):
    """A query that takes too long is ended in time, while the event loop answers others."""

    async def run() -> None:
        endless = asyncio.create_task(ask(hasty_pool, ENDLESS))
        while not endless.done():
            assert await count(hasty_pool) == 73
            await asyncio.sleep(0.05)
        with pytest.raises(QueryTimeout):
            await endless

    asyncio.run(run())


def test_a_client_that_leaves(pool: Pool, until: Until):
    """A question that is taken back is ended, at once or after a while, and its process with it."""

    async def run(seconds: float) -> None:
        cancellation = Cancellation()
        endless = asyncio.create_task(ask(pool, ENDLESS, cancellation))
        await asyncio.sleep(seconds)
        cancellation.cancel()
        with pytest.raises(QueryCancelled):
            await endless
        assert await count(pool) == 73
        # Its loop sees the end of a process; see test_a_loop_that_ends for one that does not.
        await asyncio.to_thread(until, lambda: pool.busy == 0)

    for seconds in (0, 0.02, 0.5):
        asyncio.run(run(seconds))


def test_a_process_that_is_killed(
    pool: Pool, own_children: Callable[[], list[int]], kill: Callable[[list[int]], None], until: Until
):
    """Whoever asked a process that somebody kills is told, and the next is answered."""

    async def run() -> None:
        endless = asyncio.create_task(ask(pool, ENDLESS))
        await asyncio.to_thread(until, lambda: pool.busy == 1)
        # Whichever has the query.
        await asyncio.to_thread(kill, own_children())
        with pytest.raises(QueryCrashed):
            await endless
        assert await count(pool) == 73

    asyncio.run(run())


def test_nobody_waits_for_ever(never_long: None, make_pool: Callable[..., Pool]):
    """What is not taken in time is refused, and says when to come again."""
    pool = make_pool(workers=1, queue_seconds=0.2)

    async def run() -> None:
        cancellation = Cancellation()
        first = asyncio.create_task(ask(pool, ENDLESS, cancellation))
        # It is taken, for a process is idle.
        await asyncio.sleep(0)
        assert pool.busy == 1
        with pytest.raises(QueueFull) as caught:
            await ask(pool, COUNT)
        assert caught.value.retry_after >= 1
        cancellation.cancel()
        with pytest.raises(QueryCancelled):
            await first

    asyncio.run(run())


def test_a_task_that_is_cancelled(pool: Pool, until: Until):
    """When the task that asks is cancelled, as at the end of a server, nothing computes on."""

    async def run() -> None:
        asking = asyncio.create_task(ask(pool, ENDLESS))
        await asyncio.sleep(0.3)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.to_thread(until, lambda: pool.busy == 0)

    asyncio.run(run())


def test_a_loop_that_ends(make_pool: Callable[..., Pool], own_children: Callable[[], list[int]]):
    """A pool closes, and leaves no process, also where an event loop ended while it looked after a query."""
    pool = make_pool()

    async def run() -> None:
        asking = asyncio.create_task(answer_to(pool, ENDLESS))
        await asyncio.sleep(0)
        asking.cancel()

    asyncio.run(run())
    pool.close()
    assert own_children() == []


@pytest.mark.parametrize(("which", "text"), [("pool", "SELECT"), ("hasty_pool", ENDLESS)])
def test_errors_are_the_same_as_for_a_thread(request: pytest.FixtureRequest, which: str, text: str):
    """Class and message of an error do not depend on who asked."""
    pool: Pool = request.getfixturevalue(which)
    with pytest.raises(DigigraphError) as by_thread:
        b"".join(pool.answer(Query(text=text, format=RESULTS_JSON)))
    with pytest.raises(DigigraphError) as by_loop:
        asyncio.run(ask(pool, text))
    assert (type(by_loop.value), str(by_loop.value)) == (type(by_thread.value), str(by_thread.value))
