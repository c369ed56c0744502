"""Snapshots that were removed: their manifests stay, so that who cites one learns that it was there.

::

    {state}/gone/{name}.json    the manifest of a snapshot that is not there any longer
"""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.errors import Gone, NotFound, SnapshotDamaged
from digigraph.iris import SNAPSHOT_NAME
from digigraph.store.disk import FileLock, sync_folder
from digigraph.store.snapshots.opened import read_manifest, sequence_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FOLDER = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneSnapshot:
    """What is known of a snapshot that was removed.

    Parameters
    ----------
    name
        Its name.
    created
        When it was made: ISO 8601, UTC.
    """

    name: str
    created: str


def gone_snapshots(state: Path) -> tuple[GoneSnapshot, ...]:
    """Return what is known of the snapshots that were removed from a state folder, oldest first."""
    try:
        names = [path.stem for path in (state / _FOLDER).iterdir() if SNAPSHOT_NAME.fullmatch(path.stem)]
    except FileNotFoundError:
        return ()
    return tuple(GoneSnapshot(name=each, created=_created(state, each)) for each in sorted(names, key=sequence_of))


def missing(state: Path, name: str, *, path: str) -> NotFound:
    """Return the error that says that a snapshot is not there: no longer, or not at all.

    Parameters
    ----------
    path
        Of the web, below which whoever asks finds the states; empty: they ask at the command line.
    """
    hint = f"{path or '`digigraph snapshots list`'} lists the states that there are."
    if SNAPSHOT_NAME.fullmatch(name) and (created := _created(state, name)):
        if (instead := instead_of(state, name)) is not None:
            message = f"The state {name} of {created} was written anew, without what was taken back."
            return Gone(message, hint=f"It is {path and path + '/'}{instead} now.")
        return Gone(f"The state {name} of {created} was removed, and is not kept any longer.", hint=hint)
    return NotFound(f"There is no state {name!r}.", hint=hint)


def instead_of(state: Path, name: str) -> str | None:
    """Return the name of the state that took the place of one; None where none did, or it is gone as well."""
    for folder in (state / "snapshots").glob(f"{sequence_of(name)}-*"):
        with contextlib.suppress(SnapshotDamaged):
            if any(each.replaced == name for each in read_manifest(folder).rewritten):
                return folder.name
    return None


def _created(state: Path, name: str) -> str:
    """When a snapshot was made that was removed; empty where nothing says so."""
    try:
        return str(json.loads((state / _FOLDER / f"{name}.json").read_bytes())["created"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def clear(staging: Path) -> None:
    """Empty the staging folder; of snapshots that were moved there to be removed, the manifests stay."""
    if not staging.exists():
        return
    gone = staging.parent / _FOLDER
    for folder in staging.iterdir():
        if SNAPSHOT_NAME.fullmatch(folder.name) and (folder / "manifest.json").is_file():
            gone.mkdir(exist_ok=True)
            # A rename: there may be no room for another file.
            (folder / "manifest.json").rename(gone / f"{folder.name}.json")
            sync_folder(gone)
    shutil.rmtree(staging)


def remove(snapshot: Path, staging: Path, *, unless: Callable[[str], bool]) -> bool:
    """Remove the folder of a snapshot by way of the staging folder.

    Parameters
    ----------
    snapshot, staging
        The folders.
    unless
        Tells of a snapshot by its name that it is to stay.

    Returns
    -------
    bool
        False where it is to stay, or somebody has it open.
    """
    # Before as well: who opens it meanwhile would find it locked.
    if unless(snapshot.name):
        return False
    try:
        lock = FileLock(snapshot / "in-use", exclusive=True)
    except BlockingIOError:
        return False
    try:
        if unless(snapshot.name):
            return False
        take_away(snapshot, staging)
    finally:
        lock.release()
    return True


def take_away(snapshot: Path, staging: Path) -> None:
    """Remove the folder of a snapshot by way of the staging folder, whoever has it open."""
    # By one rename: nobody finds a snapshot with half its files.
    staging.mkdir(exist_ok=True)
    snapshot.rename(staging / snapshot.name)
    sync_folder(snapshot.parent)
    clear(staging)
