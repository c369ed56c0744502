"""Paths in reports for services around git, which compare them letter by letter with those of the repository."""

from __future__ import annotations

import posixpath

from digigraph.sources.rdf_files import STDIN_NAME


def plain_path(path: str) -> str:
    """Return a path without ``./`` and ``x/..``; standard input stays what it is called."""
    return path if path == STDIN_NAME else posixpath.normpath(path)
