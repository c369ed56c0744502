"""The project that a run of the command line works on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digigraph.settings import find_project, read_settings

if TYPE_CHECKING:
    from digigraph.settings import Settings, Value


@dataclass(frozen=True, slots=True)
class Project:
    """Where the project is, if it was named; found and read only when a command needs it."""

    folder: Path | None

    def find(self) -> Path:
        """Return its folder.

        Raises
        ------
        SettingsError
            There is no project.
        """
        return self.folder or find_project(Path.cwd(), os.environ)

    def settings(self, **flags: Value | None) -> Settings:
        """Return the settings, with the flags of a command on top; None where a flag was not given.

        Raises
        ------
        SettingsError, InputError
            There is no project, or its settings are wrong.
        """
        return read_settings(self.find(), os.environ, flags)
