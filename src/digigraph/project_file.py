"""The file that makes a folder a graph project, ``digigraph.toml``: settings and levels of rules."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from digigraph.errors import InputError, SettingsError
from digigraph.levels import Levels, choice

if TYPE_CHECKING:
    from pathlib import Path

PROJECT_FILE = "digigraph.toml"
RULES_TABLE = "rules"
_MAX_FILE = 100_000
"""Bytes that the file may have."""


class ProjectFile:
    """What ``digigraph.toml`` says, and at which line it says it.

    Parameters
    ----------
    path
        Where it is.

    Raises
    ------
    InputError
        It cannot be read, is larger than 100 kB, or is not TOML.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._text = _small_text(path)
            self.table: dict[str, object] = tomllib.loads(self._text)
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}).") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: {error}.") from error

    def place(self, key: str) -> str:
        """Return the file with the line of a key, where one line alone begins with it."""
        lines = self._text.splitlines()
        form = re.compile(rf"""\s*(?:{RULES_TABLE}\s*\.\s*)?["']?{re.escape(key)}["']?\s*=""")
        found = [number for number, line in enumerate(lines, start=1) if form.match(line)]
        return f"{PROJECT_FILE}:{found[0]}" if len(found) == 1 else PROJECT_FILE

    def levels(self, table: object) -> Levels:
        """Return the levels of rules.

        Raises
        ------
        SettingsError
            It is no table, or :func:`digigraph.levels.choice` says why.
        """
        if not isinstance(table, dict):
            raise SettingsError(f"{self.place(RULES_TABLE)}: {RULES_TABLE} is {table!r}; it is a table of levels.")
        return Levels(
            tuple(choice(rule, level, self.place(rule), for_publishing=True) for rule, level in table.items())
        )


def _small_text(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: is not a file.")
    with path.open("rb") as source:
        data = source.read(_MAX_FILE + 1)
    if len(data) > _MAX_FILE:
        raise InputError(f"{path}: has more than {_MAX_FILE // 1000} kB; no more is read.")
    return data.decode()
