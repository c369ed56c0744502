"""What an earlier run found, told again where nothing that it depends on has changed.

Findings are a function of the program and what it is installed with, the settings, and the names and contents of the
files. Their hash is the key; where it is known, nothing is parsed and nothing that checks is loaded.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from digigraph.errors import InputError
from digigraph.findings import Finding
from digigraph.levels import DEFAULT_LEVELS
from digigraph.sources.files.state import State, sources_state, state_of
from digigraph.sources.rdf.files import STDIN, paths_of, place
from digigraph.validation.engine.bounds import DEFAULT_BOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digigraph.cache import Cache
    from digigraph.levels import Levels
    from digigraph.pipeline import Found
    from digigraph.settings import Settings
    from digigraph.sources.rdf.files import Files, Reading
    from digigraph.validation.engine.bounds import Bounds

_FINDINGS = msgspec.json.Decoder(list[Finding])


def project_findings(settings: Settings, cache: Cache) -> list[Finding]:
    """Check a project; see :func:`digigraph.pipeline.build_and_check`, also for what is raised."""

    def check() -> Found:
        from digigraph.pipeline import build_and_check  # noqa: PLC0415 - loads all that checks

        return build_and_check(settings, cache)

    return _Run(cache, f"project {settings!r}", lambda: sources_state(settings.project), check).findings()


def file_findings(
    files: Files, reading: Reading, *, levels: Levels = DEFAULT_LEVELS, bounds: Bounds = DEFAULT_BOUNDS, cache: Cache
) -> list[Finding]:
    """Check files; see :func:`digigraph.pipeline.check_files`, also for what is raised."""

    def check() -> Found:
        from digigraph.pipeline import check_files  # noqa: PLC0415 - loads all that checks

        return check_files(files, reading, levels, bounds=bounds, cache=cache)

    stdin = hashlib.sha256(reading.stdin or b"").hexdigest()
    about = f"files {reading.input_format} {reading.base_iri} {stdin} {levels} {bounds}"
    return _Run(cache, about, lambda: _state_of_files(files), check).findings()


def _state_of_files(files: Files) -> State | None:
    named: list[tuple[str, Path | None]] = []
    for role, arguments in (("data", files.data), ("shapes", files.shapes), ("ontology", files.ontology)):
        remarks: list[Finding] = []
        for path in paths_of(arguments, remarks):
            is_stdin = str(path) == STDIN
            # Where a file lies is what its relative IRIs are relative to; one under two names is read once.
            places = f"{place(path)} {os.path.realpath(path)}"
            named.append((f"{role} {path} {places}", None if is_stdin else path))
        named += [(f"{role} {each}", None) for each in remarks]
    return state_of(named)


class _Run:
    """One run that may have been made before.

    Parameters
    ----------
    about
        What is asked, beside the files.
    state
        Of the files, now; None where it cannot be told without using them up.
    check
        Makes the run.
    """

    def __init__(self, cache: Cache, about: str, state: Callable[[], State | None], check: Callable[[], Found]) -> None:
        self._cache = cache
        self._about = about
        self._state = state
        self._check = check

    def findings(self) -> list[Finding]:
        """Tell what was found, now or earlier."""
        before = self._now()
        if before is None:
            return self._check().findings
        key = self._cache.key("run", self._about, before.digest)
        if (known := self._known(key)) is not None:
            return known
        checked = self._check()
        # Files that changed meanwhile: nobody knows which of their contents were checked.
        if checked.is_repeatable and self._now() == before:
            self._keep(key, checked.findings)
        return checked.findings

    def _now(self) -> State | None:
        try:
            return self._state()
        except InputError:
            # The run itself says what cannot be read.
            return None

    def _known(self, key: str) -> list[Finding] | None:
        entry = self._cache.get(key)
        try:
            return _FINDINGS.decode(entry) if entry is not None else None
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def _keep(self, key: str, findings: list[Finding]) -> None:
        try:
            self._cache.put(key, msgspec.json.encode(findings))
        except UnicodeEncodeError:
            # A file name that is not UTF-8 has no form in JSON.
            return
