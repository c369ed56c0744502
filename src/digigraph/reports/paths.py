"""Paths in reports for services around git, which compare them letter by letter with those of the repository."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.sources.rdf.files import STDIN_NAME

if TYPE_CHECKING:
    from digigraph.findings import Finding, Location

_BYTE = re.compile("[\udc80-\udcff]")


def plain_path(path: str) -> str:
    """Return a path without ``./`` and ``x/..``; standard input and addresses of the web stay what they are called."""
    return path if path == STDIN_NAME or is_address(path) else posixpath.normpath(path)


def is_address(path: str) -> bool:
    """Tell whether a finding is about something on the web, and not about a file."""
    return path.startswith(("http://", "https://"))


def written_path(path: str) -> str:
    r"""Return a path as text: names of files are bytes; those that are not UTF-8 become escapes such as ``\xff``."""
    return _BYTE.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", path)


def with_written_paths(finding: Finding) -> Finding:
    """Return a finding whose files are called as text can call them."""

    def written(place: Location) -> Location:
        return replace(place, path=written_path(place.path)) if _BYTE.search(place.path) else place

    return replace(finding, location=written(finding.location), also=tuple(map(written, finding.also)))
