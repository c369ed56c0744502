"""Quads into a new store, and the proof that they are in it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import InputError, StoreError
from digigraph.store.snapshots.opened import sorted_nquads

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 200


def load_and_compare(folder: Path, nquads: bytes) -> int:
    """Load quads into a new store, read them back, and return how many are in the default graph.

    Parameters
    ----------
    folder
        An empty folder, for the store.
    nquads
        N-Quads in the engine's own spelling, lines sorted by bytes, each once.

    Raises
    ------
    InputError
        The data is not N-Quads.
    StoreError
        What is read back is something else, byte for byte; says what.
    OSError, RuntimeError
        The engine cannot write or read its files.
    """
    try:
        store = ox.Store(folder)
        store.bulk_load(nquads, ox.RdfFormat.N_QUADS)
        store.flush()
    except SyntaxError as error:
        raise InputError(f"The data to publish is not N-Quads: {error}.") from error
    # What is read back is what a reader will find: closed by the writer, opened anew.
    del store
    stored = ox.Store.read_only(os.fspath(folder))
    _compare(nquads, sorted_nquads(stored))
    counted = stored.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert isinstance(counted, ox.QuerySolutions)  # noqa: S101 - the result of a SELECT
    return int(next(counted)["n"].value)


def _compare(given: bytes, stored: bytes) -> None:
    if given == stored:
        return
    given_lines, stored_lines = given.split(b"\n"), stored.split(b"\n")
    lost = sorted(set(given_lines) - set(stored_lines))
    if not lost:
        raise StoreError("The N-Quads to publish are not sorted, or hold a line twice.", hint="Sort them by bytes.")
    instead = sorted(set(stored_lines) - set(given_lines)) or [b"nothing"]
    raise StoreError(
        f"The engine keeps {len(lost)} of the statements in another form, "
        f"such as {_shown(lost[0])}, for which it keeps {_shown(instead[0])}.",
        hint="Write literals in their canonical form, language tags in lower case.",
    )


def _shown(line: bytes) -> str:
    text = line.decode(errors="replace")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
