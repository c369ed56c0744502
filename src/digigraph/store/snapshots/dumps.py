"""The dumps that a snapshot carries, with the hash of each; written once, then only read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

SUMS = "SHA256SUMS"
"""Name of the file that lists the others: a SHA-256 in hex, two spaces and a name on each line."""


@dataclass(frozen=True, slots=True)
class Dumping:
    """What writes the dumps of a dataset.

    Parameters
    ----------
    names
        Of the files that it writes; none: the snapshot carries none.
    write
        Writes them into a folder that is there.
    """

    names: frozenset[str]
    write: Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A file with the whole dataset, or its default graph.

    Parameters
    ----------
    name
        By which it is asked for, such as ``nq.gz``.
    path
        Where it is.
    size
        Bytes.
    sha256
        Of its bytes, in hex.
    """

    name: str
    path: Path
    size: int
    sha256: str


def write_dumps(folder: Path, dump: Dumping) -> None:
    """Let dumps be written into a folder, which is made, and list them with their hashes.

    Raises
    ------
    OSError
        The disk refuses.
    """
    folder.mkdir()
    dump.write(folder)
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="ascii")


def read_dumps(folder: Path) -> tuple[Dump, ...]:
    """Return the dumps of a folder, by name; none where there is no such folder.

    Raises
    ------
    OSError
        One is missing.
    """
    try:
        lines = (folder / SUMS).read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        return ()
    listed = (line.split("  ", 1) for line in lines)
    return tuple(
        Dump(name=name, path=folder / name, size=(folder / name).stat().st_size, sha256=sha256)
        for sha256, name in listed
    )


def are_whole(dumps: Iterable[Dump]) -> bool:
    """Tell whether every dump still has the bytes that were written."""
    return all(_sha256(each.path) == each.sha256 for each in dumps)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
