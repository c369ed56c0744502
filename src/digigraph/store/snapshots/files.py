"""The files that a snapshot carries beside the dataset, such as the texts of the documents."""

from __future__ import annotations

import hashlib
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NO_FILES: Mapping[str, bytes] = MappingProxyType({})
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")


def files_hash(files: Mapping[str, bytes]) -> str:
    """Return one SHA-256, in hex, of names and contents."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, which is made.

    Raises
    ------
    ValueError
        A name is none that can be read back.
    OSError
        The disk refuses.
    """
    folder.mkdir()
    for name, content in files.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a file in a snapshot.")
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def read_file(folder: Path, name: str) -> bytes | None:
    """Return one file; None where there is none of that name, or it is no name of a file."""
    # The name may come from a URL: it becomes a path only if it cannot lead out of the folder.
    path = folder / name
    return path.read_bytes() if _NAME.fullmatch(name) and path.is_file() else None


def read_files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
