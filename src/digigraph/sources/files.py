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


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def source_files(project: Path) -> list[Path]:
    """Return the files of a project that its graph is made of, in an order that no machine changes."""
    files = [project / PROJECT_FILE]
    for folder in FOLDERS:
        files += (each for each in (project / folder).rglob("*") if each.is_file() and not _hidden(each, project))
    return sorted(files, key=lambda each: each.relative_to(project).as_posix())


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
        digest = hashlib.sha256(read_bytes(path)).hexdigest()
        total.update(f"{path.relative_to(settings.project).as_posix()}\0{digest}\n".encode())
    return total.hexdigest()
