"""Paths in reports for services around git, which compare them letter by letter with those of the repository."""

from __future__ import annotations

import posixpath

from digigraph.sources.rdf.files import STDIN_NAME


def plain_path(path: str) -> str:
    """Return a path without ``./`` and ``x/..``; standard input and addresses of the web stay what they are called."""
    return path if path == STDIN_NAME or is_address(path) else posixpath.normpath(path)


def is_address(path: str) -> bool:
    """Tell whether a finding is about something on the web, and not about a file."""
    return path.startswith(("http://", "https://"))
