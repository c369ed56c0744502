"""What files are at one moment: the same state, the same run."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.errors import InputError
from digigraph.sources.files.disk import MAX_TOTAL, source_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class State:
    """What some files are at one moment.

    Parameters
    ----------
    digest
        SHA-256 over their names and contents, in their order.
    stamps
        Of each the i-node and when it was changed last: contents that were there, gone and there again are told apart.
    """

    digest: str
    stamps: tuple[tuple[int, int], ...]


def state_of(files: Iterable[tuple[str, Path | None]]) -> State | None:
    """Return the state of files, each with its name; without a path the name alone counts.

    None where one is no regular file, for it can be read only once, or has more bytes than a run reads.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    total = hashlib.sha256()
    stamps = []
    for name, path in files:
        digest = ""
        if path is not None:
            try:
                about = path.stat()
                if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_TOTAL:
                    return None
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
            stamps.append((about.st_ino, about.st_ctime_ns))
        total.update(f"{len(name)} {name} {digest}\n".encode("utf-8", "surrogateescape"))
    return State(total.hexdigest(), tuple(stamps))


def sources_state(project: Path) -> State | None:
    """Return the state of a project's source files; see :func:`state_of`."""
    return state_of((path.relative_to(project).as_posix(), path) for path in source_files(project))
