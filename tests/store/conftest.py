"""Fixtures about processes, descriptors and state folders."""

from __future__ import annotations

import dataclasses
import math
import os
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from webserver import has_ended

from digigraph.store.processes.pool import Pool
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings
    from digigraph.store.snapshots.opened import Snapshot

_PATIENCE = 120.0


class Until(Protocol):
    """Waits, generously, until something holds."""

    def __call__(self, holds: Callable[[], bool]) -> None:
        """Return when it holds; fail if it does not come to hold."""


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait until something holds; fail where it never does."""

    def wait(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "it did not come to hold"
            time.sleep(0.01)

    return wait


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/{pid}/stat after the name: state, parent, …; None where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


@pytest.fixture(scope="session")
def is_running() -> Callable[[int], bool]:
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    return lambda pid: not has_ended(pid)


def _children() -> list[int]:
    """The children of this process; those that have ended and were not waited for included."""
    found = {int(each.name): _stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
    return [pid for pid, fields in found.items() if fields and int(fields[1]) == os.getpid()]


@pytest.fixture
def own_children() -> Callable[[], list[int]]:
    """List the children that this process has beyond those it had when the test began."""
    before = set(_children())
    return lambda: [pid for pid in _children() if pid not in before]


@pytest.fixture
def kill(is_running: Callable[[int], bool], until: Until) -> Callable[[list[int]], None]:
    """End processes as the kernel does when memory is short; return when they have ended."""

    def end(pids: list[int]) -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(is_running, pids)))

    return end


@pytest.fixture
def descriptors() -> Callable[[], int]:
    """Count the open file descriptors of this process."""
    return lambda: len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def fresh(tmp_path: Path, published: Settings) -> Settings:
    """The settings of a folder of the test's own with one snapshot: two workers, little memory, much time."""
    settings = dataclasses.replace(
        published,
        project=tmp_path / "project",
        query_seconds=3600,
        queue_seconds=3600,
        query_memory_mb=128,
        answer_bytes=10**12,
    )
    # A copy costs a tenth of a publication, which waits for the disk.
    shutil.copytree(published.state_folder, settings.state_folder)
    return settings


@pytest.fixture
def catalog(fresh: Settings) -> SnapshotCatalog:
    """The snapshots of ``fresh``."""
    return SnapshotCatalog(fresh.state_folder)


@pytest.fixture
def make_inactive(fresh: Settings, tmp_path: Path) -> Callable[[bytes, str], Snapshot]:
    """Make a snapshot of ``fresh`` that is not active: all that is left of a publication that was killed then."""

    def make(nquads: bytes, sources: str) -> Snapshot:
        elsewhere = tmp_path / "elsewhere"
        shutil.copytree(fresh.state_folder, elsewhere)
        made = SnapshotCatalog(elsewhere).publish(nquads, sources).snapshot
        return dataclasses.replace(made, folder=made.folder.rename(fresh.state_folder / "snapshots" / made.name))

    return make


@pytest.fixture
def never_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """No query becomes long and makes room: what waits waits until a place is given back."""
    monkeypatch.setattr("digigraph.store.processes.child.LONG_SECONDS", math.inf)
    monkeypatch.setattr("digigraph.store.remote.endpoint.LONG_SECONDS", math.inf)


@pytest.fixture
def make_pool(fresh: Settings, own_children: Callable[[], list[int]]) -> Iterator[Callable[..., Pool]]:
    """Make pools over ``fresh``, without the guard, with settings changed as the test likes; closed at its end."""
    made: list[Pool] = []

    def make(**changes: float) -> Pool:
        made.append(Pool(dataclasses.replace(fresh, **changes)))
        return made[-1]

    yield make
    for pool in made:
        pool.close()


@pytest.fixture
def pool(make_pool: Callable[..., Pool]) -> Pool:
    """A pool over ``fresh``."""
    return make_pool()


@pytest.fixture
def hasty_pool(make_pool: Callable[..., Pool]) -> Pool:
    """A pool over ``fresh`` that ends queries after a second."""
    return make_pool(query_seconds=1)
