"""The files that a graph is made of, and their hash."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import TYPE_CHECKING

from digigraph.errors import InputError
from digigraph.settings import PROJECT_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.settings import Settings

FOLDERS = ("data", "ontology", "shapes", "queries")
"""Folders of a project whose files its graph is made of."""


def read_bytes(path: Path, *, at_most: int = -1) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path
        A file, a pipe or a device.
    at_most
        Bytes that may be used of it: one more is read, so that what is too large is known to be. Negative: all.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(at_most + 1 if at_most >= 0 else -1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def source_files(project: Path) -> list[Path]:
    """Return the files of a project that its graph is made of, in an order that no machine changes.

    Raises
    ------
    InputError
        A link leads out of the project: what it leads to is no part of what is published.
    """
    files = [project / PROJECT_FILE]
    for folder in FOLDERS:
        files += (each for each in (project / folder).rglob("*") if each.is_file() and not _hidden(each, project))
    for each in files:
        if leads_out(each, project):
            raise InputError(f"{each}: is a link that leads out of the project.", hint="Copy the file into it.")
    return sorted(files, key=lambda each: each.relative_to(project).as_posix())


def leads_out(path: Path, folder: Path) -> bool:
    """Tell whether a path below a folder is a link to something that is not."""
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())


def _hidden(path: Path, project: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(project).parts)


def sources_hash(settings: Settings) -> str:
    """Return the SHA-256 over names and contents of a project's source files, its base IRI and the program's version.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    total = hashlib.sha256(f"digigraph {version('digigraph')}\n{settings.base_iri}\n".encode())
    for path in source_files(settings.project):
        digest = _sha256(path)
        total.update(f"{path.relative_to(settings.project).as_posix()}\0{digest}\n".encode())
    return total.hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
