"""Fixtures about processes, descriptors and state folders."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from digigraph.store.pool import Pool
from digigraph.store.snapshot import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings

_PATIENCE = 30.0


class Until(Protocol):
    """Waits, generously, until something holds."""

    def __call__(self, holds: Callable[[], bool]) -> None:
        """Return when it holds; fail if it does not come to hold."""


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait until something holds; fail after half a minute."""

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

    def tell(pid: int) -> bool:
        found = _stat(pid)
        return found is not None and found[0] != "Z"

    return tell


@pytest.fixture(scope="session")
def children_of() -> Callable[[int], list[int]]:
    """List the children of a process, the busiest first; those that have ended and were not waited for included."""

    def find(parent: int) -> list[int]:
        found = {int(each.name): _stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
        busy = {pid: int(fields[11]) for pid, fields in found.items() if fields and int(fields[1]) == parent}
        return sorted(busy, key=lambda pid: -busy[pid])

    return find


@pytest.fixture
def own_children(children_of: Callable[[int], list[int]]) -> Callable[[], list[int]]:
    """List the children that this process has beyond those it had when the test began, the busiest first."""
    before = set(children_of(os.getpid()))
    return lambda: [pid for pid in children_of(os.getpid()) if pid not in before]


@pytest.fixture
def computing(own_children: Callable[[], list[int]], until: Until) -> Callable[[], int]:
    """Wait until one of them has computed for 0.1 s longer than each other one, for it answers a query; return it."""

    def find() -> int:
        found: list[int] = []

        def stands_out() -> bool:
            fields = {pid: _stat(pid) for pid in own_children()}
            used = sorted(((int(each[11]), pid) for pid, each in fields.items() if each), reverse=True)
            found[:] = [pid for _, pid in used[:1]]
            return len(used) > 1 and used[0][0] >= used[1][0] + 0.1 * os.sysconf("SC_CLK_TCK")

        until(stands_out)
        return found[0]

    return find


@pytest.fixture
def descriptors() -> Callable[[], int]:
    """Count the open file descriptors of this process."""
    return lambda: len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def fresh(tmp_path: Path, published: Settings) -> Settings:
    """The settings of a folder of the test's own with one snapshot: two workers, little memory, much time."""
    settings = dataclasses.replace(published, project=tmp_path / "project", query_seconds=60, query_memory_mb=128)
    # A copy costs a tenth of a publication, which waits for the disk.
    shutil.copytree(published.state_folder, settings.state_folder)
    return settings


@pytest.fixture
def catalog(fresh: Settings) -> SnapshotCatalog:
    """The snapshots of ``fresh``."""
    return SnapshotCatalog(fresh.state_folder)


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
