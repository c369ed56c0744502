"""The cache of results: what is taken out is what was put in, or nothing."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph.cache import Cache, cache_folder

KEY = "0123abcd"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where nothing is yet."""
    return tmp_path / "made" / "when needed"


def test_what_was_put_in_is_taken_out(folder: Path) -> None:
    """By its key, also by another run; under another key there is nothing."""
    Cache(folder).put(KEY, b"\0body\n")
    assert Cache(folder).get(KEY) == b"\0body\n"
    assert Cache(folder).get("other") is None


def test_the_folder_may_be_deleted_at_any_time(folder: Path) -> None:
    """Without it nothing is known, and the next entry makes it again."""
    cache = Cache(folder)
    assert cache.get(KEY) is None
    cache.put(KEY, b"1")
    (folder / KEY).unlink()
    folder.rmdir()
    assert cache.get(KEY) is None
    cache.put(KEY, b"2")
    assert cache.get(KEY) == b"2"


def test_the_folder_is_private(folder: Path) -> None:
    """Findings quote the sources, which may not be meant for everybody."""
    Cache(folder).put(KEY, b"1")
    assert folder.stat().st_mode & 0o077 == 0


@given(body=st.binary(max_size=40), data=st.data())
def test_a_damaged_entry_is_none(body: bytes, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Wherever a byte is another, wherever it is cut short, whatever follows it."""
    folder = tmp_path_factory.mktemp("cache")
    cache = Cache(folder)
    cache.put(KEY, body)
    entry = (folder / KEY).read_bytes()
    place = data.draw(st.integers(0, len(entry) - 1))
    other = data.draw(st.integers(1, 255)) ^ entry[place]
    for damaged in (entry[:place] + bytes([other]) + entry[place + 1 :], entry[:place], entry + b"\0"):
        (folder / KEY).write_bytes(damaged)
        assert cache.get(KEY) is None
    cache.put(KEY, body)
    assert cache.get(KEY) == body


def test_an_entry_under_another_key_is_none(folder: Path) -> None:
    """A file that was renamed or copied answers no other question."""
    cache = Cache(folder)
    cache.put(KEY, b"well")
    (folder / KEY).rename(folder / "other")
    assert cache.get("other") is None


def test_what_was_not_used_for_longest_goes_first(folder: Path) -> None:
    """All entries together stay below the limit; one that was read counts as used."""
    cache = Cache(folder, at_most=1000)
    for number in range(3):
        cache.put(f"k{number}", bytes(250))
        os.utime(folder / f"k{number}", (number, number))
    assert cache.get("k0") == bytes(250)
    cache.put("k3", bytes(250))
    assert {each.name for each in folder.iterdir()} == {"k0", "k2", "k3"}
    cache.put("large", bytes(1000))
    assert cache.get("large") is None
    assert cache.get("k3") is not None


def test_what_a_killed_run_left_is_cleared_away(folder: Path) -> None:
    """Once it is so old that nobody can be writing it."""
    cache = Cache(folder)
    cache.put(KEY, b"1")
    (folder / ".writing-old").write_bytes(b"half")
    os.utime(folder / ".writing-old", (1, 1))
    (folder / ".writing-new").write_bytes(b"half")
    cache.put("other", b"2")
    assert {each.name for each in folder.iterdir()} == {KEY, "other", ".writing-new"}


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_to_is_not_used(folder: Path, mode: int) -> None:
    """What stands there may be from anybody: it is neither read nor added to."""
    cache = Cache(folder)
    cache.put(KEY, b"1")
    folder.chmod(mode)
    assert cache.get(KEY) is None
    cache.put("other", b"2")
    assert [each.name for each in folder.iterdir()] == [KEY]


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    """None, a file in its place and a folder that cannot be made are no error."""
    (tmp_path / "file").write_bytes(b"")
    for folder in (None, tmp_path / "file", tmp_path / "file" / "below", Path("/proc/none")):
        cache = Cache(folder)
        cache.put(KEY, b"1")
        assert cache.get(KEY) is None


def test_a_full_disk_means_no_cache(folder: Path) -> None:
    """What cannot be written whole is not there at all, and nothing is raised."""
    code = (
        "import resource, sys, pathlib; from digigraph.cache import Cache; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)); "
        "Cache(pathlib.Path(sys.argv[1])).put('key', bytes(1000))"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
    assert list(folder.iterdir()) == []


def test_what_was_kept_is_read_where_nothing_can_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a medium that is read alone, such as a cache that CI has restored; that it was used is noted nowhere."""
    Cache(folder).put(KEY, b"1")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    Cache(folder).put("other", b"2")
    assert Cache(folder).get(KEY) == b"1"
    assert [each.name for each in folder.iterdir()] == [KEY]


def test_runs_at_the_same_time_do_not_disturb_each_other(folder: Path) -> None:
    """Each takes out a whole entry or none while others write and prune the same keys."""
    code = (
        "import sys, pathlib; from digigraph.cache import Cache\n"
        "cache = Cache(pathlib.Path(sys.argv[1]), at_most=20_000)\n"
        "for turn in range(200):\n"
        "    key = f'k{turn % 5}'\n"
        "    cache.put(key, key.encode() * 4_000)\n"
        "    assert cache.get(f'k{turn * 3 % 5}') in {None, f'k{turn * 3 % 5}'.encode() * 4_000}\n"
    )
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(subprocess.run, [sys.executable, "-c", code, str(folder)], check=True) for _ in range(4)]
        for each in runs:
            each.result()


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/digigraph"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/digigraph"),
        ({"XDG_CACHE_HOME": "", "HOME": "/h"}, "/h/.cache/digigraph"),
        ({"HOME": "relative"}, None),
        ({}, None),
    ],
)
def test_the_cache_is_the_users(environment: dict[str, str], folder: str | None) -> None:
    """As the XDG Base Directory Specification says: a relative path counts for nothing."""
    found = cache_folder(environment)
    assert (str(found) if found else None) == folder
