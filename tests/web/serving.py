"""A server for tests: ``python serving.py PROJECT NAME=VALUE …`` serves what is published there on a free port."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from digigraph.settings import read_settings
from digigraph.store.opening import open_backend
from digigraph.web.serve import serve


def _announce(url: str) -> None:
    print(url, flush=True)  # noqa: T201 - the test reads it


def main() -> None:
    """Serve until SIGTERM."""
    project, *changes = sys.argv[1:]
    flags = dict(change.split("=", 1) for change in changes)
    settings = read_settings(Path(project), {}, {**flags, "port": 0})
    with contextlib.closing(open_backend(settings)) as backend:
        serve(settings, backend, announce=_announce)


if __name__ == "__main__":
    main()
