"""Whatever happens to a process that publishes, what is active is whole, and the next publication cleans up."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import StorageFull
from digigraph.publishing.carried.dumps import FORMATS, write_dumps
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.dumps import Dumping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# Publishes the state folder's next snapshots until it is killed, each of other data; says when it begins one.
PUBLISHER = """
import sys
from pathlib import Path
from digigraph.publishing.carried.dumps import write_dumps
from digigraph.store.snapshots.dumps import Dumping
from digigraph.store.snapshots.catalog import SnapshotCatalog
catalog = SnapshotCatalog(Path(sys.argv[1]))
for round in range(int(sys.argv[2]), 10**9):
    lines = (b'<http://example.org/%d> <http://example.org/p> "%d" .\\n' % (n, round) for n in range(int(sys.argv[3])))
    data = b"".join(sorted(lines))
    print("publishing", flush=True)
    names = frozenset(("nq", "nq.gz", "nq.zst", "ttl", "ttl.gz", "ttl.zst"))
    dumping = Dumping(names, lambda folder: write_dumps(folder, data, {}, names=names))
    catalog.publish(data, str(round), dump=dumping)
    print("published", flush=True)
"""


def check_whole(state: Path) -> None:
    """What is active can be read and is what was published; everything that has a name is whole; changes lead there."""
    catalog = SnapshotCatalog(state)
    active = catalog.active()
    assert active is not None
    with active.open() as opened:
        assert b"".join(b"%s\n" % each for each in sorted(catalog.changes.dataset(active.name))) == opened.nquads()
    for name in catalog.names():
        catalog.verify(name)


def kill_while_publishing(state: Path, *, seconds: float, round_: int, size: int) -> None:
    """Kill a publisher with SIGKILL so many seconds after it has begun."""
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHER, str(state), str(round_), str(size)], stdout=subprocess.PIPE
    ) as publisher:
        assert publisher.stdout is not None
        publisher.stdout.readline()
        time.sleep(seconds)
        publisher.kill()


def series(state: Path, *, delays: list[float], size: int) -> None:
    catalog = SnapshotCatalog(state)
    catalog.publish(b"", "")
    for round_, delay in enumerate(delays):
        kill_while_publishing(state, seconds=delay, round_=round_ * 1000, size=size)
        check_whole(state)
        # A publication with nothing to do cleans up as well.
        active = catalog.active()
        assert active is not None
        with active.open() as opened:
            assert not catalog.publish(opened.nquads(), "").is_new
        assert not (state / "staging").exists()
        catalog.prune(1)


def test_killed_while_publishing(tmp_path: Path):
    """A publisher killed at any moment leaves a whole active snapshot, and its leftovers go."""
    series(tmp_path / "state", delays=[0.012 * step for step in range(12)], size=3000)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("size", [50, 3000, 30_000])
def test_killed_while_publishing_many_times(tmp_path: Path, size: int):
    """The same at a hundred moments, for small and large data."""
    series(tmp_path / "state", delays=[0.006 * step for step in range(100)], size=size)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB of the test's own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", str(folder)], check=True)


def data_of(count: int) -> bytes:
    return b"".join(
        sorted(b'<http://example.org/%d> <http://example.org/p> "%d" .\n' % (n, n * 7919) for n in range(count))
    )


def test_a_full_disk(small_disk: Path):
    """Where the data does not fit, publishing says so; the old state is whole and active; less data still fits."""
    catalog = SnapshotCatalog(small_disk / "state")
    before = catalog.publish(data_of(100), "").snapshot
    with pytest.raises(StorageFull):
        catalog.publish(data_of(200_000), "", dump=dumping(data_of(200_000)))
    with pytest.raises(StorageFull):
        catalog.publish(data_of(20_000), "", dump=dumping(data_of(20_000)))
    assert catalog.active() == before
    assert catalog.names() == (before.name,)
    assert not (small_disk / "state" / "staging").exists()
    check_whole(small_disk / "state")
    assert catalog.publish(data_of(200), "").is_new


def dumping(data: bytes) -> Dumping:
    return Dumping(frozenset(FORMATS), lambda folder: write_dumps(folder, data, {}, names=FORMATS))


def publish_into(disk: Path, free: int) -> bool:
    """Publish with so many bytes free; return whether there was room."""
    state = disk / "state"
    catalog = SnapshotCatalog(state)
    before = catalog.publish(data_of(100), "").snapshot
    ballast = disk / "ballast"
    with ballast.open("wb") as output, contextlib.suppress(OSError):
        output.write(bytes(max(0, shutil.disk_usage(disk).free - free)))
    try:
        done = catalog.publish(data_of(101), "", dump=dumping(data_of(101)))
    except StorageFull:
        assert catalog.active() == before
        assert catalog.names() == (before.name,)
        done = None
    ballast.unlink()
    check_whole(state)
    assert catalog.publish(data_of(102), "").is_new
    shutil.rmtree(state)
    return done is not None


@pytest.mark.parametrize("steps", [8, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(1200)])])
def test_a_disk_that_fills_at_any_moment(small_disk: Path, steps: int):
    """Wherever in a publication the disk gets full, nothing half-made is left and the old state stays."""
    enough = 800_000
    fits = [publish_into(small_disk, free=enough * step // steps) for step in range(steps + 1)]
    assert fits[0] is False
    assert fits[-1] is True
