"""What may be worked out once and kept: small files by key, in a folder that may be deleted at any time.

An entry that is damaged, cut short, of another version or of another key is as good as none; so is a folder that cannot
be read or written. Entries are data and never code: whoever takes one out reads it as data of one format.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import sysconfig
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PACKAGE = Path(__file__).parent
_MAGIC = b"digigraph cache 1\n"
_DIGEST = hashlib.sha256().digest_size
_LARGEST = 16_000_000
"""Bytes of one entry above which it is not kept."""
_ABANDONED = 3600
"""Seconds after which a file that was being written belongs to a run that has ended."""
_WRITING = ".writing-"


def cache_folder(environment: Mapping[str, str]) -> Path | None:
    """Return ``digigraph`` in the user's cache folder (XDG Base Directory Specification); None where there is none.

    Never a folder of a project: what stands in a repository comes from others, and an entry made by others could say
    that all is well.
    """
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    home = Path(environment.get("HOME", ""))
    if named.is_absolute():
        return named / "digigraph"
    return home / ".cache" / "digigraph" if home.is_absolute() else None


class Cache:
    """Entries by key.

    Parameters
    ----------
    folder
        Made when it is needed; used only where it is ours and nobody else can write to it. None keeps nothing.
    at_most
        Bytes that all entries may have together; those that were not used for longest go first.
    """

    def __init__(self, folder: Path | None, *, at_most: int = 128_000_000) -> None:
        self._folder = folder
        self._at_most = at_most

    def key(self, *parts: str | bytes) -> str:
        """Return the key of what this program makes of some parts, and of nothing else."""
        total = hashlib.sha256(_program())
        for part in parts:
            # surrogateescape: names of files that are not UTF-8.
            data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
            total.update(b"%d " % len(data) + data)
        return total.hexdigest()

    def get(self, key: str) -> bytes | None:
        """Return what was kept under a key; None where nothing usable was."""
        if self._folder is None:
            return None
        with contextlib.suppress(OSError):
            if not _is_ours(self._folder):
                return None
            with open(self._folder / key, "rb", opener=_without_waiting) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return None
                entry = file.read(_LARGEST + 1)
                # Where nothing can be written, what was kept there earlier can still be read.
                with contextlib.suppress(OSError):
                    os.utime(file.fileno())
            body = entry[len(_MAGIC) + _DIGEST :]
            if entry == _entry(key, body):
                return body
        return None

    def put(self, key: str, body: bytes) -> None:
        """Keep something, whole or not at all; where that is not possible nothing happens."""
        entry = _entry(key, body)
        if self._folder is None or len(entry) > min(_LARGEST, self._at_most):
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_ours(self._folder):
                _write(self._folder / key, entry)
                self._prune(self._folder)

    def clear(self) -> None:
        """Forget everything, as far as the folder is ours."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            if _is_ours(self._folder):
                for _, _, path in [*_files(self._folder)]:
                    path.unlink(missing_ok=True)

    def _prune(self, folder: Path) -> None:
        """Delete what was not used for longest until the rest is small enough, and what others left half written."""
        total = 0
        for used, size, path in sorted(_files(folder), reverse=True):
            is_whole = not path.name.startswith(_WRITING)
            total += size if is_whole else 0
            if total > self._at_most if is_whole else used < time.time() - _ABANDONED:
                path.unlink(missing_ok=True)


NO_CACHE = Cache(None)
"""Keeps nothing."""


@cache
def _program() -> bytes:
    """What the program is: its files, the language, and everything that is installed beside it, by name and version."""
    # A home folder may be that of several machines; numbers are kept as the machine has them.
    total = hashlib.sha256(f"{sys.version} {sys.byteorder}".encode())
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix != ".pyc" and path.is_file():
            total.update(f"{path.relative_to(_PACKAGE)} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    places = {Path(sysconfig.get_path(each)) for each in ("purelib", "platlib")} | set(map(Path, sys.path))
    # Recording installed projects (PyPA): a distribution's folder is called by its name and version.
    installed = sorted({each.name for place in places if place.is_dir() for each in place.glob("*.dist-info")})
    total.update("\n".join(installed).encode("utf-8", "surrogateescape"))
    return total.digest()


def _entry(key: str, body: bytes) -> bytes:
    return _MAGIC + hashlib.sha256(_MAGIC + key.encode() + b"\n" + body).digest() + body


def _without_waiting(path: str, flags: int) -> int:
    """Open a file, or a pipe that stands in its place and that nobody may ever write to."""
    return os.open(path, flags | os.O_NONBLOCK)


def _is_ours(folder: Path) -> bool:
    found = folder.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _write(path: Path, entry: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_WRITING)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(entry)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each file was used last, its bytes, its path."""
    for path in folder.iterdir():
        # Another run may have pruned it already.
        with contextlib.suppress(FileNotFoundError):
            found = path.lstat()
            yield found.st_mtime, found.st_size, path
