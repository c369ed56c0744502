"""The log of changes: what each state took away and added, and from it alone every state, whatever happened."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import NoSnapshot
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.change import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from digigraph.store.snapshots.change_log import ChangeLog

THINGS = [f"http://example.org/{name}" for name in ("a", "a/b", "a#b", "ä")]
GRAPHS = ["", " <http://example.org/graph/one>", " <http://example.org/graph/two>"]
UNIVERSE = sorted(
    f'<{thing}> <http://example.org/p> "{value}"{graph} .'.encode()
    for thing, value, graph in itertools.product(THINGS, ("x", "> y"), GRAPHS)
)


def written(lines: Iterable[bytes]) -> bytes:
    return b"".join(b"%s\n" % each for each in sorted(lines))


def drawn(seed: int, count: int) -> list[set[bytes]]:
    """Datasets of which each differs from the one before."""
    chance = random.Random(seed)
    states: list[set[bytes]] = [set()]
    while len(states) <= count:
        state = {each for each in UNIVERSE if chance.random() < chance.choice((0.1, 0.5, 0.9))}
        if state != states[-1]:
            states.append(state)
    return states[1:]


def followed(log: ChangeLog, *, until: str | None = None, since: int = 0, held: set[bytes] | None = None) -> set[bytes]:
    """The dataset of who takes the newest version of each thing."""
    things: dict[bytes, set[bytes]] = {}
    for line in held or set():
        things.setdefault(line[: line.index(b">") + 1], set()).add(line)
    for change in log.changes(until=until):
        if change.number > since:
            things.update({event.subject: set(event.version) for event in log.events(change)})
    return set().union(*things.values()) if things else set()


@pytest.fixture
def catalog(tmp_path: Path) -> SnapshotCatalog:
    return SnapshotCatalog(tmp_path / "state")


@pytest.mark.parametrize("seed", range(3))
def test_every_state_is_in_the_log(catalog: SnapshotCatalog, seed: int):
    """Patches lead from state to state, versions of things from any state to the last; no snapshot is needed."""
    states = drawn(seed, 5)
    names = [catalog.publish(written(each), "").snapshot.name for each in states]
    catalog.prune(1)
    changes = catalog.changes.changes()
    assert [each.snapshot for each in changes] == names
    before: set[bytes] = set()
    for change, state in zip(changes, states, strict=True):
        removed, added = map(list, catalog.changes.patch(change))
        assert (removed, added) == (sorted(before - state), sorted(state - before))
        assert catalog.changes.dataset(change.snapshot) == state
        assert followed(catalog.changes, since=change.number, held=state) == states[-1]
        before = state


def test_each_thing_is_told_to_be_new_changed_or_gone(catalog: SnapshotCatalog):
    """A thing is created with its first quad, deleted with its last, else updated; others are not told of."""
    one, two, three, four = (UNIVERSE[each] for each in (0, 6, 12, 18))
    catalog.publish(written([one, two, three]), "")
    catalog.publish(written([one, three, four, UNIVERSE[1]]), "")
    last = catalog.changes.changes()[-1]
    found = {each.subject: (each.kind, each.version) for each in catalog.changes.events(last)}
    subjects = [each[: each.index(b">") + 1] for each in (one, two, four)]
    assert found == {
        subjects[0]: (Kind.UPDATED, [one, UNIVERSE[1]]),
        subjects[1]: (Kind.DELETED, []),
        subjects[2]: (Kind.CREATED, [four]),
    }
    assert (last.first, last.events) == (3, 3)


def test_some_things_of_a_change_can_be_read_alone(catalog: SnapshotCatalog):
    """Any part of what a change tells is the same as that part of the whole, also after it was shortened."""
    catalog.publish(
        written(b'<http://example.org/%d> <http://example.org/p> "\\n" .' % each for each in range(350)), ""
    )
    catalog.publish(
        written(b'<http://example.org/%d> <http://example.org/q> "y" .' % each for each in range(7, 349)), ""
    )
    catalog.changes.rewrite(lambda line: b"/1" not in line, {})
    for change in catalog.changes.changes():
        everything = list(catalog.changes.events(change))
        assert len(everything) == change.events > 200
        for start, stop in ((0, 1), (0, 100), (99, 101), (100, 200), (150, 1000), (change.events, 1000), (1000, 1001)):
            assert list(catalog.changes.some_events(change, start, stop)) == everything[start:stop]


def test_going_back_is_a_change(catalog: SnapshotCatalog):
    """Activating an earlier state is told like a publication, and the next publication goes on from there."""
    first, second, third = drawn(7, 3)
    name = catalog.publish(written(first), "").snapshot.name
    catalog.publish(written(second), "")
    catalog.activate(name, "")
    assert [each.snapshot == name for each in catalog.changes.changes()] == [True, False, True]
    assert followed(catalog.changes) == first
    catalog.activate(name, "")
    catalog.publish(written(third), "")
    removed, added = catalog.changes.patch(catalog.changes.changes()[-1])
    assert (set(removed), set(added)) == (first - third, third - first)


@pytest.mark.parametrize("seed", range(3))
def test_old_changes_keep_the_newest_version_of_each_thing(tmp_path: Path, seed: int):
    """What is older than changes are kept whole still leads from nothing, and from any state, to the last one."""
    # One thing alone is there once, and then gone for good.
    once = b'<http://example.org/once> <http://example.org/p> "x" .'
    states = drawn(seed, 6)
    states[1] = states[1] | {once}
    for state in states[:4]:
        SnapshotCatalog(tmp_path).publish(written(state), "")
    names = [each.snapshot for each in SnapshotCatalog(tmp_path).changes.changes()]
    for state in states[4:]:
        SnapshotCatalog(tmp_path, changes_kept=dt.timedelta(0)).publish(written(state), "")
        assert followed(SnapshotCatalog(tmp_path).changes) == state
    log = SnapshotCatalog(tmp_path).changes
    *old, last = log.changes()
    told = [event.subject for change in old for event in log.events(change)]
    assert len(told) == len(set(told))
    assert b"<http://example.org/once>" in told
    assert last.is_whole
    assert not any(each.is_whole for each in old)
    for number, state in enumerate(states, start=1):
        assert followed(log, since=number, held=state) == states[-1]
    assert followed(log) == states[-1]
    with pytest.raises(NoSnapshot):
        log.patch(old[0])
    with pytest.raises(NoSnapshot):
        log.dataset(names[0])


def test_quads_can_be_taken_out_of_every_change(catalog: SnapshotCatalog):
    """Nothing of them is left in any file, states have their new names, and readers still end with the last state."""
    states = drawn(5, 4)

    def keeps(line: bytes) -> bool:
        return b'"x"' not in line

    final = {each for each in states[-1] if keeps(each)}
    names = [catalog.publish(written(each), "").snapshot.name for each in (*states, final)]
    log = catalog.changes
    log.rewrite(keeps, {names[0]: "1-0123456789ab"})
    assert not any(b'"x"' in path.read_bytes() for path in (catalog.list()[0].folder.parents[1] / "changes").iterdir())
    assert log.changes()[0].snapshot == "1-0123456789ab"
    for number, state in enumerate(states, start=1):
        assert followed(log, since=number, held=state) == final
    assert followed(log) == final
    assert catalog.publish(written(states[0] & final), "").is_new
    assert followed(log) == states[0] & final


def test_an_unreadable_log_is_begun_anew(catalog: SnapshotCatalog):
    """Publishing mends a damaged log: a new one, whose numbers go on, tells the whole state."""
    first, second, third = drawn(3, 3)
    catalog.publish(written(first), "")
    catalog.publish(written(second), "")
    for number, content in ((1, b"{}\n"), (2, None)):
        path = catalog.list()[0].folder.parents[1] / "changes" / f"{number}.diff"
        path.write_bytes(content if content is not None else path.read_bytes()[:-1])
    catalog.publish(written(third), "")
    (only,) = catalog.changes.changes()
    assert (only.number, only.begun) == (3, 3)
    assert followed(catalog.changes) == third


def test_states_without_changes_are_told_at_the_next_publication(catalog: SnapshotCatalog, tmp_path: Path):
    """A state folder of a version that kept no changes gets a log, though there is nothing new to publish."""
    state = drawn(1, 1)[0]
    catalog.publish(written(state), "")
    for path in (tmp_path / "state" / "changes").iterdir():
        path.unlink()
    assert not catalog.publish(written(state), "").is_new
    assert followed(catalog.changes) == state


# Kills itself with the given call of os.rename or os.replace: each name that something durable gets.
KILLED = """
import os, signal, sys
from pathlib import Path
from digigraph.store.snapshots.catalog import SnapshotCatalog
left = int(sys.argv[2])
def audit(event, arguments):
    global left
    if event == "os.rename":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
catalog = SnapshotCatalog(Path(sys.argv[1]))
data = sys.stdin.buffer.read()
sys.addaudithook(audit)
catalog.publish(data, "")
print("published")
"""


def killed(state: Path, data: bytes, *, before: int) -> bool:
    """Publish in a process that is killed before so many renames; return whether it was done before that."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(state), str(before)], input=data, capture_output=True, check=False
    )
    return done.stdout == b"published\n"


def test_killed_before_anything_gets_its_name(catalog: SnapshotCatalog, tmp_path: Path):
    """Killed before the snapshot, the change or the pointer is in its place, log and active state still agree."""
    state, log = tmp_path / "state", catalog.changes
    first, last, *others = drawn(2, 12)
    catalog.publish(written(first), "")
    for before, data in enumerate(others, start=1):
        if killed(state, written(data), before=before):
            break
        active = catalog.active_name()
        assert active == catalog.names()[0]
        assert followed(log, until=active) == first
    assert (before, followed(log, until=catalog.active_name())) == (4, data)
    # The state whose pointer was not written is told of, and not active: the next publication takes that back.
    assert not killed(state, written(others[-1]), before=3)
    assert followed(log) == others[-1]
    ahead = log.changes()[-1].snapshot
    catalog.publish(written(last), "")
    assert followed(log) == last
    assert ahead not in [each.snapshot for each in log.changes()]
    (state / "changes" / ".2.diff.1").write_bytes(b"half")
    catalog.publish(written(first), "")
    assert len(list((state / "changes").iterdir())) == len(log.changes())
