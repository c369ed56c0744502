"""The files that a graph is made of, and their hash."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from digigraph.errors import InputError
from digigraph.findings import Finding, Location, Severity
from digigraph.project_file import PROJECT_FILE
from digigraph.sources.files.records import Malformed, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings

FOLDERS = ("data", "ontology", "shapes", "queries")
"""Folders of a project whose files its graph is made of."""
MAX_TOTAL = 60_000_000
"""Bytes of all files of a run together above which the rest is refused."""
MAX_SMALL_BYTES = 1_000_000
"""Bytes above which a query, or the context, is refused."""
MAX_STATEMENTS = 1_000_000
"""Statements of all files of a run together above which the rest is refused."""


@dataclass(slots=True)
class Budget:
    """What the files of one run may still take together, so that its memory has a bound.

    Parameters
    ----------
    size
        Bytes of files.
    statements
        RDF triples, or what facts files say.
    """

    size: int = MAX_TOTAL
    statements: int = MAX_STATEMENTS

    def read(self, path: Path, name: str, *, at_most: int) -> bytes:
        """Return the content of a file, as long as there is room for it.

        Parameters
        ----------
        path, name
            The file, and what it is called in locations.
        at_most
            Bytes that one file of its kind may have; no more is read of it.

        Raises
        ------
        Malformed
            The file, or all files together, have more bytes than that; or it cannot be read.
        """
        try:
            data = read_bytes(path, at_most=at_most)
        except InputError as error:
            reason = error.message.removeprefix(f"{path}: ")
            raise Malformed("unreadable", f"The file {reason}", Location(name), hint="Make it readable.") from error
        return self.take(data, name, at_most=at_most)

    def take(self, data: bytes, name: str, *, at_most: int) -> bytes:
        """Return data that was read already, as long as there is room for it; raises as :meth:`read`."""
        if len(data) > at_most:
            raise too_large(name, at_most)
        if len(data) > self.size:
            raise Malformed(
                "too-large",
                f"The files have more than {MAX_TOTAL // 1_000_000} MB together; this one is not read.",
                Location(name),
                hint="Leave some out, or check them in several runs.",
            )
        self.size -= len(data)
        return data


def read_bytes(path: Path, *, at_most: int) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path
        A file, a pipe or a device.
    at_most
        Bytes that may be used of it: one more is read, so that what is too large is known to be.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(at_most + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def read_whole(path: Path, *, at_most: int) -> bytes:
    """Return the content of a file without which nothing can be done.

    Raises
    ------
    InputError
        The file cannot be read, or has more bytes than that.
    """
    data = read_bytes(path, at_most=at_most)
    if len(data) > at_most:
        raise InputError(f"{path}: has more than {at_most // 1_000_000} MB; no more is read.")
    return data


def source_files(project: Path, *, note: Callable[[OSError], None] | None = None) -> list[Path]:
    """Return the files of a project that its graph is made of, in an order that no machine changes.

    Parameters
    ----------
    note
        Is told why a folder cannot be read; without it that is raised.

    Raises
    ------
    InputError
        A link leads out of the project: what it leads to is no part of what is published. Or a folder cannot be
        read: what it may hold is missing.
    """
    found = [project / PROJECT_FILE]
    for folder in FOLDERS:
        if is_folder(project / folder):
            found += [project / folder, *_below(project / folder, note or unreadable)]
    for each in found:
        if leads_out(each, project):
            raise InputError(f"{each}: is a link that leads out of the project.", hint="Copy what it leads to.")
    return sorted(filter(is_file, found), key=lambda each: each.relative_to(project).as_posix())


def leads_out(path: Path, folder: Path) -> bool:
    """Tell whether a path below a folder is a link to something that is not."""
    # Not Path.resolve: it raises where links lead to each other.
    is_link = os.path.islink(path)  # noqa: PTH114 - Path.is_symlink raises where nobody may look
    return is_link and not Path(os.path.realpath(path)).is_relative_to(folder.resolve())


def leads_nowhere(path: Path) -> bool:
    """Tell whether a path is a link to what is not there, or to itself: whoever put it there meant something by it."""
    return path.is_symlink() and not path.exists()


def is_file(path: Path) -> bool:
    """Tell whether a path is a file, a link to what is not there, or something of which nobody may know what it is: of
    the last two, reading tells what is wrong.
    """
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return path.is_symlink()
    except OSError:
        return True


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder, or a link to one; of what nobody may look at, reading tells what is wrong."""
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises there


def _below(folder: Path, note: Callable[[OSError], None]) -> Iterator[Path]:
    """Everything below a folder that is not hidden; links to folders are not followed."""
    for where, folders, files in os.walk(folder, onerror=note):
        folders[:] = [each for each in folders if not each.startswith(".")]
        yield from (Path(where, each) for each in (*folders, *files) if not each.startswith("."))


def unreadable(error: OSError) -> NoReturn:
    """Raise what says that a folder, which ``os.walk`` would pass over, cannot be read.

    Raises
    ------
    InputError
        Always.
    """
    raise InputError(f"{error.filename}: cannot be read ({error.strerror}).") from error


def unreadable_folder(name: str, reason: str | None) -> Finding:
    """Return that a folder cannot be read, among what is found of the others."""
    return Finding(
        rule="unreadable",
        severity=Severity.VIOLATION,
        message=f"The folder cannot be read ({reason}).",
        location=Location(name),
        hint="Make it readable.",
    )


def sources_hash(settings: Settings) -> str:
    """Return the SHA-256 over what a publication is made of: names and contents of a project's source files, its base
    IRI, the formats of its dumps, and the program's version.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    formats = " ".join(sorted(settings.dumps.split()))
    total = hashlib.sha256(f"digigraph {version('digigraph')}\n{settings.base_iri}\n{formats}\n".encode())
    for path in source_files(settings.project):
        digest = "" if leads_nowhere(path) else _sha256(path)
        total.update(f"{path.relative_to(settings.project).as_posix()}\0{digest}\n".encode())
    return total.hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
