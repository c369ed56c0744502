"""Query processes: each query that goes wrong costs its own process; whoever asks next is answered."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, TypeVar

import pytest
from endless import BEGUN, ENDLESS, ENDLESS_ROWS, PATTERNS

from digigraph.errors import (
    AnswerTooLarge,
    DigigraphError,
    NoSnapshot,
    QueryCancelled,
    QueryCrashed,
    QueryOutOfMemory,
    QuerySyntaxError,
    QueryTimeout,
    QueueFull,
    SnapshotDamaged,
    StoreError,
    TooManyLong,
)
from digigraph.media import RESULTS_JSON, RESULTS_XML
from digigraph.store.answering.backend import Query, rows
from digigraph.store.answering.cancellation import Cancellation
from digigraph.store.processes.child import Child
from digigraph.store.processes.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digigraph.settings import Settings
    from digigraph.store.snapshots.catalog import SnapshotCatalog
    from digigraph.store.snapshots.opened import Snapshot

    Until = Callable[[Callable[[], bool]], None]

T = TypeVar("T")
HASTE = 1
"""Seconds of the shortest deadline here, that of ``hasty_pool``; after as many a query counts as long."""
PATIENCE = 120.0
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
HUNGRY = f"SELECT * WHERE {{ {PATTERNS} }} ORDER BY ?c3"
DEEP = "ASK {" + "FILTER EXISTS {" * 3000 + "}" * 3001


def ask(pool: Pool, text: str) -> bytes:
    return b"".join(pool.answer(Query(text=text, format=RESULTS_JSON)))


def count(pool: Pool) -> int:
    answer = patiently(lambda: ask(pool, COUNT))
    return int(json.loads(answer)["results"]["bindings"][0]["n"]["value"])


def patiently(asking: Callable[[], T]) -> T:
    """Ask, and again where the shortest deadline has passed, or the query has become long: a machine may be slow, but
    no query is ended earlier.
    """
    while True:
        asked = time.monotonic()
        try:
            return asking()
        except (QueryTimeout, TooManyLong):
            assert time.monotonic() - asked >= HASTE


def outcome_of(
    pool: Pool, text: str, cancellation: Cancellation | None = None
) -> tuple[threading.Thread, list[object]]:
    """Ask in a thread of its own; the list gets the answer or the error."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(b"".join(pool.answer(Query(text=text, format=RESULTS_JSON), cancellation)))
        except DigigraphError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def note(pool: Pool, order: list[object], name: object, client: str = "") -> None:
    """Note who is being answered, and only then let the next one be."""
    answer = pool.answer(Query(text=BEGUN, format=RESULTS_JSON), Cancellation(client))
    order.append(name)
    answer.close()


def numbered(number: int) -> bytes:
    return b"".join(sorted(b'<http://example.org/%d> <http://example.org/p> "x" .\n' % each for each in range(number)))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param(ENDLESS, QueryTimeout, id="deadline"),
        pytest.param(HUNGRY, QueryOutOfMemory, id="memory"),
        pytest.param(DEEP, QueryCrashed, id="depth"),
    ],
)
def test_a_query_that_goes_too_far(text: str, error: type[DigigraphError], request: pytest.FixtureRequest):
    """A query beyond a limit is ended and told which; the next ones are answered."""
    pool: Pool = request.getfixturevalue("hasty_pool" if error is QueryTimeout else "pool")
    with pytest.raises(error):
        ask(pool, text)
    assert [count(pool) for _ in range(4)] == [73] * 4


def test_a_deadline_within_the_answer(make_pool: Callable[..., Pool]):
    """A deadline that passes after the first rows breaks the answer off: a part never passes for the whole."""
    pool = make_pool(query_seconds=HASTE, answer_bytes=10**12, unread_bytes=10**12)
    answer = patiently(lambda: pool.answer(Query(text=ENDLESS_ROWS, format=RESULTS_JSON)))
    with pytest.raises(QueryTimeout):
        collections.deque(answer, maxlen=0)
    assert count(pool) == 73


def test_planning_is_under_the_deadline(hasty_pool: Pool):
    """A query whose planning alone takes minutes is ended at the deadline."""
    patterns = " . ".join(f"?v{number} ?p{number} ?v{number + 1}" for number in range(300))
    with pytest.raises(QueryTimeout):
        ask(hasty_pool, f"SELECT * WHERE {{ {patterns} }}")
    assert count(hasty_pool) == 73


def test_memory_that_grows_slowly_is_limited(pool: Pool):
    """Memory that a query takes in small pieces over long is found out as well."""
    with pytest.raises(QueryOutOfMemory):
        ask(pool, f"SELECT (GROUP_CONCAT(CONCAT(STR(?c0), '{'x' * 2000}')) AS ?x) WHERE {{ {PATTERNS} }}")
    assert count(pool) == 73


def test_memory_is_each_querys_own(pool: Pool):
    """Many queries after each other that each take much, but not too much, are all answered."""
    values = " ".join(f'"{number}"' for number in range(5))
    text = f"SELECT DISTINCT ?x ?c ?f WHERE {{ ?a ?b ?c . ?d ?e ?f . VALUES ?x {{ {values} }} }} ORDER BY ?f LIMIT 1"
    for _ in range(8):
        ask(pool, text)


def test_an_answer_too_large(make_pool: Callable[..., Pool]):
    """An answer beyond its limit is broken off, and nothing computes on."""
    pool = make_pool(answer_bytes=100_000)
    with pytest.raises(AnswerTooLarge):
        ask(pool, ENDLESS_ROWS)
    assert count(pool) == 73


def test_errors_of_the_query_cost_no_process(never_long: None, pool: Pool, own_children: Callable[[], list[int]]):
    """A query that is not SPARQL is refused by a process that goes on."""
    before = set(own_children())
    for _ in range(10):
        with pytest.raises(QuerySyntaxError) as refusal:
            ask(pool, "SELECT * { ?s ?p }")
        assert refusal.value.line == 1
    assert set(own_children()) == before


def test_killed_from_outside(
    pool: Pool, own_children: Callable[[], list[int]], kill: Callable[[list[int]], None], until: Until
):
    """Who is being answered by a process that somebody kills hears so; everybody else is served on."""
    thread, outcome = outcome_of(pool, ENDLESS)
    until(lambda: pool.busy == 1)
    # Whichever has the query.
    kill(own_children())
    thread.join()
    assert type(outcome[0]) is QueryCrashed
    assert "from outside" in str(outcome[0])
    assert count(pool) == 73


def test_the_deadline_is_held_by_the_parent_too(hasty_pool: Pool, own_children: Callable[[], list[int]]):
    """A process that can do nothing, not even receive the signal of its own timer, is ended at the deadline."""
    stopped = own_children()
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    with pytest.raises(QueryTimeout):
        ask(hasty_pool, ENDLESS)
    for each in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGCONT)
    assert count(hasty_pool) == 73


def test_killed_while_idle(pool: Pool, own_children: Callable[[], list[int]], until: Until):
    """Nobody hears of processes that are killed while they have nothing to do: they are replaced."""
    for _ in range(3):
        killed = own_children()
        for child in killed:
            os.kill(child, signal.SIGKILL)
        until(lambda gone=set(killed): not gone & set(own_children()))
        assert [count(pool) for _ in range(3)] == [73] * 3


def test_taken_back_while_running(pool: Pool, own_children: Callable[[], list[int]], until: Until):
    """Taking a question back ends its process at once, long before the deadline."""
    before = set(own_children())
    cancellation = Cancellation()
    thread, outcome = outcome_of(pool, ENDLESS, cancellation)
    until(lambda: pool.busy == 1)
    cancellation.cancel()
    thread.join()
    assert type(outcome[0]) is QueryCancelled
    until(lambda: len(before - set(own_children())) == 1)
    until(lambda: len(own_children()) == len(before))


def test_an_answer_that_is_closed_ends_its_process(pool: Pool, own_children: Callable[[], list[int]], until: Until):
    """Whoever closes an answer stops its computing."""
    before = set(own_children())
    pool.answer(Query(text=ENDLESS_ROWS, format=RESULTS_JSON)).close()
    until(lambda: len(before - set(own_children())) == 1)
    assert count(pool) == 73


def test_closing_a_whole_answer_kills_nobody(never_long: None, pool: Pool, own_children: Callable[[], list[int]]):
    """A process whose answer was read to its end, or lies there whole, is not killed when the answer is closed."""
    before = set(own_children())
    for number in range(50):
        answer = pool.answer(Query(text=COUNT, format=RESULTS_JSON))
        answer.wait(whole=True)
        if number % 2:
            assert json.loads(b"".join(answer))
        answer.close()
    assert set(own_children()) == before


def test_taken_back_while_waiting(never_long: None, make_pool: Callable[..., Pool], until: Until):
    """A question that still waits is taken out of the queue; those before it go on, and the one behind it is next."""
    pool = make_pool()
    places = [Cancellation(), Cancellation()]
    busy = [outcome_of(pool, ENDLESS, each) for each in places]
    until(lambda: pool.busy == 2)
    cancellation = Cancellation()
    waiting, outcome = outcome_of(pool, COUNT, cancellation)
    until(lambda: pool.waiting == 1)
    behind, answered = outcome_of(pool, COUNT)
    until(lambda: pool.waiting == 2)
    cancellation.cancel()
    waiting.join()
    assert type(outcome[0]) is QueryCancelled
    assert (pool.busy, pool.waiting) == (2, 1)
    assert not answered
    for place in places:
        place.cancel()
    behind.join()
    assert isinstance(answered[0], bytes)
    for thread, ended in busy:
        thread.join()
        assert type(ended[0]) is QueryCancelled


def test_a_full_queue(never_long: None, make_pool: Callable[..., Pool], until: Until):
    """As many as may wait wait; the next is told when to come again; nobody else is harmed."""
    pool = make_pool(workers=1, queue_length=2)
    cancellation = Cancellation()
    busy, ended = outcome_of(pool, ENDLESS, cancellation)
    until(lambda: pool.busy == 1)
    waiting = [outcome_of(pool, COUNT) for _ in range(2)]
    until(lambda: pool.waiting == 2)
    with pytest.raises(QueueFull) as refusal:
        ask(pool, COUNT)
    assert refusal.value.retry_after >= 1
    assert (ended, *(outcome for _, outcome in waiting)) == ([], [], [])
    cancellation.cancel()
    for thread, outcome in waiting:
        thread.join()
        assert isinstance(outcome[0], bytes)
    busy.join()
    assert type(ended[0]) is QueryCancelled


def test_no_place_to_wait(make_pool: Callable[..., Pool]):
    """With a queue of length 0 a query is taken whenever a worker is free."""
    pool = make_pool(workers=1, queue_length=0)
    assert [count(pool) for _ in range(5)] == [73] * 5


def test_first_come_first_served(never_long: None, make_pool: Callable[..., Pool], until: Until):
    """Questions are answered in the order in which they came."""
    pool = make_pool(workers=1)
    cancellation = Cancellation()
    threads = [outcome_of(pool, ENDLESS, cancellation)[0]]
    until(lambda: pool.busy == 1)
    order: list[object] = []
    for number in range(5):
        threads.append(threading.Thread(target=note, args=[pool, order, number]))
        threads[-1].start()
        until(lambda waiting=number + 1: pool.waiting == waiting)
    cancellation.cancel()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_waiting_has_an_end(never_long: None, make_pool: Callable[..., Pool], until: Until):
    """Who is not taken in time hears when to come again; what runs goes on, and whoever asks next is answered."""
    pool = make_pool(workers=1, queue_seconds=0.2)
    cancellation = Cancellation()
    busy, outcome = outcome_of(pool, ENDLESS, cancellation)
    until(lambda: pool.busy == 1)
    with pytest.raises(QueueFull, match=r"0\.2 seconds"):
        ask(pool, COUNT)
    assert not outcome
    cancellation.cancel()
    busy.join()
    assert type(outcome[0]) is QueryCancelled
    # A machine may be too busy to take it in time.
    until(lambda: isinstance(outcome_now(pool), bytes))


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_long_queries_leave_room_for_short_ones(
    make_pool: Callable[..., Pool], own_children: Callable[[], list[int]], until: Until, workers: int
):
    """As many long queries as may run, and short ones are answered beside them; afterwards all is as before."""
    pool = make_pool(workers=workers, query_seconds=3600)
    cancellation = Cancellation()
    most = 2 * workers - 1
    running = [outcome_of(pool, ENDLESS, cancellation) for _ in range(most)]
    until(lambda: pool.busy == most)
    assert [count(pool) for _ in range(5)] == [73] * 5
    assert not any(outcome for _, outcome in running)
    cancellation.cancel()
    for thread, outcome in running:
        thread.join()
        assert type(outcome[0]) is QueryCancelled
    until(lambda: len(own_children()) == workers + 1)
    assert count(pool) == 73


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_short_query_while_everybody_else_asks_long_ones(
    make_pool: Callable[..., Pool], monkeypatch: pytest.MonkeyPatch, until: Until, workers: int
):
    """However many clients wait with nothing but long queries, one who asks a short one is next."""
    monkeypatch.setattr("digigraph.store.answering.turns._PASSED_OVER_SECONDS", 3600.0)
    monkeypatch.setattr("digigraph.store.processes.child.LONG_SECONDS", 0.1)
    pool = make_pool(workers=workers, query_seconds=3600, queue_seconds=3600)
    most = 2 * workers - 1
    clients = [f"greedy {number}" for number in range(most + 3)]
    cancellations = [Cancellation(client) for client in clients]
    asked = [outcome_of(pool, ENDLESS, each) for each in cancellations]
    # As many have been ended for others as there are too many: so each of them has become long.
    until(lambda: pool.busy == most and sum(bool(outcome) for _, outcome in asked) == len(clients) - most)
    # From now on nothing becomes long, and what holds the one place that is left holds it until it is taken back.
    monkeypatch.setattr("digigraph.store.processes.child.LONG_SECONDS", 3600.0)
    holding = Cancellation(clients[0])
    asked.append(outcome_of(pool, ENDLESS, holding))
    until(lambda: pool.busy == most + 1)
    for client in clients:
        cancellations.append(Cancellation(client))
        asked.append(outcome_of(pool, ENDLESS, cancellations[-1]))
    until(lambda: pool.waiting == len(clients))
    thread, answered = outcome_of(pool, COUNT, Cancellation("patient"))
    until(lambda: pool.waiting == len(clients) + 1)
    holding.cancel()
    thread.join()
    assert isinstance(answered[0], bytes)
    assert pool.waiting >= len(clients) - 1
    for each in cancellations:
        each.cancel()
    for thread, _ in asked:
        thread.join()


def test_too_many_long_queries(make_pool: Callable[..., Pool], until: Until):
    """One long query more than may run costs the client who has most of them one; the others go on."""
    pool = make_pool(workers=2)
    honest, greedy = Cancellation("honest"), Cancellation("greedy")
    kept, lasting = outcome_of(pool, ENDLESS, honest)
    mine = [outcome_of(pool, ENDLESS, greedy) for _ in range(3)]
    until(lambda: any(outcome for _, outcome in mine))
    ended = [outcome for _, outcome in mine if outcome]
    assert [type(each[0]) for each in ended] == [TooManyLong]
    assert not lasting
    assert count(pool) == 73
    for each in (honest, greedy):
        each.cancel()
    for thread, _ in (*mine, (kept, lasting)):
        thread.join()
    assert type(lasting[0]) is QueryCancelled


def test_a_client_in_a_hurry_waits_behind_itself(never_long: None, make_pool: Callable[..., Pool], until: Until):
    """One client asks five at once, another one a little later: it is next after the first of the five."""
    pool = make_pool(workers=1)
    cancellation = Cancellation()
    threads = [outcome_of(pool, ENDLESS, cancellation)[0]]
    until(lambda: pool.busy == 1)
    order: list[object] = []
    for number, client in enumerate(["hurried"] * 5 + ["calm"], 1):
        threads.append(threading.Thread(target=note, args=[pool, order, client, client]))
        threads[-1].start()
        until(lambda waiting=number: pool.waiting == waiting)
    cancellation.cancel()
    for thread in threads:
        thread.join()
    assert order == ["hurried", "calm", *["hurried"] * 4]


def test_the_spare_answers_before_the_killed_is_replaced(
    never_long: None, pool: Pool, own_children: Callable[[], list[int]]
):
    """All processes that work are killed: who asks at once is answered by one that was there already."""
    before = set(own_children())
    answers = [pool.answer(Query(text=ENDLESS_ROWS, format=RESULTS_JSON)) for _ in range(2)]
    for answer in answers:
        answer.close()
    assert count(pool) == 73
    assert before & set(own_children())


def test_slow_readers_hold_no_process(never_long: None, pool: Pool):
    """Answers that nobody reads do not keep others from being answered."""
    text = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?b = ?e) } LIMIT 5000"
    unread = [pool.answer(Query(text=text, format=RESULTS_JSON)) for _ in range(10)]
    assert count(pool) == 73
    for answer in unread:
        assert len(json.loads(b"".join(answer))["results"]["bindings"]) == 5000


def test_forty_kills_leave_nothing_behind(
    never_long: None,
    pool: Pool,
    own_children: Callable[[], list[int]],
    descriptors: Callable[[], int],
    until: Until,
):
    """After forty processes that were killed there are as many processes and descriptors as before, and no zombie."""
    count(pool)
    until(lambda: len(own_children()) == 3)
    open_before = descriptors()

    def kill_ten() -> None:
        for _ in range(10):
            pool.answer(Query(text=ENDLESS_ROWS, format=RESULTS_JSON)).close()

    threads = [threading.Thread(target=kill_ten) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(pool) == 73
    until(lambda: len(own_children()) == 3)
    until(lambda: descriptors() <= open_before)


def test_a_process_that_is_being_taken_is_missed_by_nobody(
    never_long: None,
    pool: Pool,
    catalog: SnapshotCatalog,
    own_children: Callable[[], list[int]],
    is_running: Callable[[int], bool],
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
):
    """While a query and a process are brought together no further process is started: it would stay for ever."""
    taken, may_go_on = threading.Event(), threading.Event()
    is_fit = Child.is_fit

    def held(child: Child) -> bool:
        if threading.current_thread().name == "query":
            taken.set()
            assert may_go_on.wait(PATIENCE)
        return is_fit(child)

    # The supervisor is held, too: it waits for an old process to end that is stopped.
    stopped, *others = own_children()
    os.kill(stopped, signal.SIGSTOP)
    catalog.publish(numbered(1), "")
    until(lambda: not any(map(is_running, others)))
    monkeypatch.setattr(Child, "is_fit", held)
    thread, outcome = outcome_of(pool, COUNT)
    assert taken.wait(PATIENCE)
    # Nobody waits for it longer than a moment: on a slow machine it is no more.
    with contextlib.suppress(ProcessLookupError):
        os.kill(stopped, signal.SIGCONT)
    until(lambda: stopped not in own_children())
    # It counts what is missing now, if it does so at a wrong time.
    time.sleep(0.6)
    may_go_on.set()
    thread.join()
    assert isinstance(outcome[0], bytes)
    assert len(own_children()) == 3


def test_close_leaves_nothing_behind(
    never_long: None,
    fresh: Settings,
    own_children: Callable[[], list[int]],
    descriptors: Callable[[], int],
    until: Until,
):
    """Closing, twice even, and while queries run and wait, ends every process, thread and descriptor."""
    threads_before, open_before = threading.active_count(), descriptors()
    pool = Pool(fresh)
    asked = [outcome_of(pool, ENDLESS) for _ in range(4)]
    until(lambda: pool.busy + pool.waiting == 4)
    pool.close()
    pool.close()
    for thread, outcome in asked:
        thread.join()
        assert type(outcome[0]) is QueryCancelled
    assert own_children() == []
    assert threading.active_count() <= threads_before
    assert descriptors() <= open_before
    with pytest.raises(StoreError):
        ask(pool, COUNT)


def test_publishing_under_load(never_long: None, pool: Pool, catalog: SnapshotCatalog, until: Until):
    """While five snapshots are published, every question is answered, by the snapshot that its answer names, and
    nobody who asks again is taken back in time.
    """
    sizes = {pool.version: 73}
    outcomes: list[list[tuple[str | None, int]]] = [[] for _ in range(8)]
    stop = threading.Event()

    def run(seen: list[tuple[str | None, int]]) -> None:
        while not stop.is_set():
            answer = pool.answer(Query(text=COUNT, format=RESULTS_JSON))
            found = json.loads(b"".join(answer))["results"]["bindings"][0]["n"]["value"]
            seen.append((answer.version, int(found)))

    threads = [threading.Thread(target=run, args=[seen]) for seen in outcomes]
    for thread in threads:
        thread.start()
    for number in range(1, 6):
        made = catalog.publish(numbered(number), "").snapshot
        sizes[made.name] = number
        until(lambda name=made.name: pool.version == name)
        catalog.prune(1)
    so_far = [len(seen) for seen in outcomes]
    # A thread that fails has raised: pytest makes that an error, and this would never come to hold.
    until(lambda: all(len(seen) > before for seen, before in zip(outcomes, so_far, strict=True)))
    stop.set()
    for thread in threads:
        thread.join()
    for seen in outcomes:
        assert all(found == sizes[str(version)] for version, found in seen)
        sequences = [int(str(version).partition("-")[0]) for version, _ in seen]
        assert sequences == sorted(sequences)
    assert {version for seen in outcomes for version, _ in seen} >= {catalog.active_name()}
    until(lambda: catalog.prune(1) == () and len(catalog.names()) == 1)


def test_an_answer_goes_on_when_the_snapshot_changes(pool: Pool, catalog: SnapshotCatalog, until: Until):
    """Who is being answered gets the rest from the old snapshot, which is not pruned until then."""
    old = pool.version
    text = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } LIMIT 100000"
    answer = pool.answer(Query(text=text, format=RESULTS_XML))
    catalog.publish(numbered(1), "")
    until(lambda: pool.version != old)
    assert b"".join(answer).count(b"<result>") == 100_000
    assert answer.version == old
    assert count(pool) == 1
    until(lambda: old in catalog.prune(1) or old not in catalog.names())


def test_a_damaged_snapshot_is_not_followed(
    pool: Pool,
    fresh: Settings,
    catalog: SnapshotCatalog,
    until: Until,
    caplog: pytest.LogCaptureFixture,
    make_inactive: Callable[[bytes, str], Snapshot],
):
    """An active snapshot that does not open is logged, and the one being served stays; the next good one is served."""
    bad = make_inactive(numbered(1), "")
    (bad.folder / "store" / "CURRENT").unlink()
    # Not by the catalog: it reads what it activates.
    (fresh.state_folder / "active.json").write_text(json.dumps({"snapshot": bad.name, "sources": ""}))
    until(lambda: bad.name in caplog.text)
    assert count(pool) == 73
    (fresh.state_folder / "active.json").write_text("{")
    until(lambda: "active.json" in caplog.text)
    assert count(pool) == 73
    good = catalog.publish(numbered(2), "").snapshot
    until(lambda: pool.version == good.name)
    assert count(pool) == 2


def test_one_snapshot_for_ever(fresh: Settings, catalog: SnapshotCatalog):
    """A pool on a named snapshot stays on it, whatever becomes active, and keeps it from being pruned."""
    old = str(catalog.active_name())
    pool = Pool(fresh, snapshot=old)
    try:
        catalog.publish(numbered(1), "")
        time.sleep(0.6)
        assert (pool.version, count(pool)) == (old, 73)
        assert catalog.prune(1) == ()
    finally:
        pool.close()


def test_nothing_to_serve(fresh: Settings, tmp_path: Path):
    """Without a snapshot, or with a damaged one, there is no pool and no process."""
    with pytest.raises(NoSnapshot):
        Pool(dataclasses.replace(fresh, project=tmp_path / "empty"))
    with pytest.raises(NoSnapshot):
        Pool(fresh, snapshot="9-0123456789ab")


def test_a_store_that_does_not_open(
    fresh: Settings, catalog: SnapshotCatalog, own_children: Callable[[], list[int]], descriptors: Callable[[], int]
):
    """A snapshot that no process can open is reported as damaged, and nothing is left running."""
    before = descriptors()
    (catalog.list()[0].folder / "store" / "CURRENT").unlink()
    with pytest.raises(SnapshotDamaged):
        Pool(fresh)
    assert own_children() == []
    assert descriptors() <= before


def test_processes_that_no_longer_start(
    pool: Pool, catalog: SnapshotCatalog, own_children: Callable[[], list[int]], until: Until
):
    """When processes do not start any more whoever waits hears why, and service resumes by itself."""
    current = catalog.list()[0].folder / "store" / "CURRENT"
    content = current.read_bytes()
    current.unlink()
    killed = own_children()
    for child in killed:
        os.kill(child, signal.SIGKILL)
    until(lambda: not set(killed) & set(own_children()))
    for _ in range(2):
        # The first waits until several attempts have failed; the second hears at once.
        with pytest.raises(SnapshotDamaged):
            count(pool)
    current.write_bytes(content)
    until(lambda: not isinstance(outcome_now(pool), StoreError))
    assert count(pool) == 73


def outcome_now(pool: Pool) -> object:
    thread, outcome = outcome_of(pool, COUNT)
    thread.join()
    return outcome[0]


def test_no_descriptors_left(fresh: Settings, own_children: Callable[[], list[int]]):
    """When the operating system refuses to start processes that is one of our errors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The limit is a number, not a count: the lowest that are free are taken first.
    free = [os.dup(0) for _ in range(4)]
    for each in free:
        os.close(each)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[-1] + 1, hard))
    try:
        with pytest.raises(StoreError):
            Pool(fresh)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert own_children() == []


def test_terms_through_processes(pool: Pool):
    """Terms arrive as they are in the data."""
    assert len(rows(pool, "SELECT * WHERE { ?s ?p ?o }")) == 73


PARENT = """
import sys, threading, time
from pathlib import Path
from digigraph.media import RESULTS_JSON
from digigraph.settings import Settings
from digigraph.store.processes import child
from digigraph.store.answering.backend import Query
from digigraph.store.processes.pool import Pool
child.LONG_SECONDS = 3600
pool = Pool(Settings(project=Path(sys.argv[1]), base_iri="https://example.org/graph/", workers=2, query_seconds=2))
children = Path("/proc/self/task").glob("*/children")
print(*(pid for each in children for pid in each.read_text().split()), flush=True)
if sys.argv[2]:
    query = Query(text=sys.argv[2], format=RESULTS_JSON)
    asking = threading.Thread(target=pool.answer, args=[query], daemon=True)
    asking.start()
    # To its deadline, if it is seen too late.
    while pool.busy == 0 and asking.is_alive():
        time.sleep(0.001)
print("ready", flush=True)
time.sleep(3600)
"""


@pytest.mark.parametrize("text", ["", ENDLESS, ENDLESS_ROWS], ids=["idle", "computing", "writing"])
def test_children_of_a_killed_parent_end(fresh: Settings, text: str, is_running: Callable[[int], bool], until: Until):
    """When the parent is killed its idle processes end at once, and those that compute at their deadline."""
    with subprocess.Popen([sys.executable, "-c", PARENT, str(fresh.project), text], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        children = [int(pid) for pid in parent.stdout.readline().split()]
        assert parent.stdout.readline() == b"ready\n"
        parent.kill()
    assert len(children) == 3
    until(lambda: not any(is_running(child) for child in children))
