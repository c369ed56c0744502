"""What the disk must hold for: writes that survive a power cut, locks between processes, and errors in our words."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

from digigraph.errors import StorageFull, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE_ERRORS = (OSError, RuntimeError)
"""What the engine raises about its files: the second where a checksum does not fit."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# RocksDB hands the system's words on, not its numbers.
_FULL_WORDS = tuple(os.strerror(number).lower() for number in sorted(_FULL))


@contextlib.contextmanager
def storage_errors(doing: str) -> Iterator[None]:
    """Translate the operating system's and the engine's errors about files.

    Parameters
    ----------
    doing
        What fails, as the subject of a sentence: "Publishing the snapshot".

    Raises
    ------
    StorageFull
        No space is left, or a quota or a limit on file size is reached.
    StoreError
        Anything else that the disk says.
    """
    try:
        yield
    except ENGINE_ERRORS as error:
        text = str(error)
        if (isinstance(error, OSError) and error.errno in _FULL) or any(words in text.lower() for words in _FULL_WORDS):
            raise StorageFull(f"{doing} failed: no space is left ({text}).", hint="Free some and try again.") from error
        raise StoreError(f"{doing} failed: {text}.") from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Make every file and every name below a folder durable."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            with Path(parent, name).open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(Path(parent))


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file by another content, atomically and durably: a reader sees the old or the new, whole."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as output:
            output.write(content)
            output.flush()
            os.fsync(output.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class FileLock:
    """An advisory lock on a file (flock), held until :meth:`release` or the end of the process.

    Parameters
    ----------
    path
        The file; it is made where an exclusive lock is asked and it is missing.
    exclusive
        One holder, else any number that share.

    Raises
    ------
    BlockingIOError
        Another holder excludes us; nobody is waited for.
    FileNotFoundError
        There is no such file to share.
    """

    def __init__(self, path: Path, *, exclusive: bool) -> None:
        flags = os.O_RDWR | os.O_CREAT if exclusive else os.O_RDONLY
        self._descriptor: int | None = os.open(path, flags, 0o644)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            self._check_still_there(path)
        except BaseException:
            self.release()
            raise

    def _check_still_there(self, path: Path) -> None:
        """The path may name another file, or none, by the time the lock is ours."""
        assert self._descriptor is not None  # noqa: S101 - set by the only caller
        if not os.path.samestat(os.fstat(self._descriptor), path.stat()):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    def release(self) -> None:
        """Let go. May be called twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
