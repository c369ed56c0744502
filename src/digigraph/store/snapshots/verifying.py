"""Whether a snapshot still holds what was published."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from digigraph.errors import SnapshotDamaged
from digigraph.store.snapshots.dumps import are_whole
from digigraph.store.snapshots.files import files_hash

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from digigraph.store.snapshots.opened import Snapshot


def verify(snapshot: Snapshot) -> None:
    """Read a snapshot back and compare it with what its manifest, its name and its list of dumps say.

    Raises
    ------
    NoSnapshot
        It was pruned.
    SnapshotDamaged
        It holds something else, or cannot be read.
    """
    name = snapshot.name
    with snapshot.open() as opened:
        content = opened.nquads()
    found = hashlib.sha256(content).hexdigest()
    expected = (snapshot.sha256, snapshot.quads, snapshot.size)
    if files_hash(snapshot.read_files()) != snapshot.files:
        raise SnapshotDamaged(
            f"The files of the snapshot {name} are not those that were published.", hint="Publish again."
        )
    if not are_whole(snapshot.dumps()):
        raise SnapshotDamaged(
            f"The dumps of the snapshot {name} are not those that were published.", hint="Publish again."
        )
    if (found, content.count(b"\n"), len(content)) != expected or not snapshot.has_its_name:
        raise SnapshotDamaged(
            f"The snapshot {name} holds other data than was published: SHA-256 {found}, not {snapshot.sha256}.",
            hint="Publish again.",
        )


def holds(snapshot: Snapshot, sha256: str, files: str, *, dumps: AbstractSet[str] | None) -> bool:
    """Tell whether a snapshot holds this dataset and these files, by their hashes, and is whole.

    Parameters
    ----------
    snapshot
        The snapshot.
    sha256, files
        Hashes of the dataset and of the files.
    dumps
        Names of the dumps that it has to carry, and no others; None: whichever.
    """
    if (snapshot.sha256, snapshot.files) != (sha256, files):
        return False
    try:
        verify(snapshot)
        return dumps is None or {each.name for each in snapshot.dumps()} == dumps
    except SnapshotDamaged:
        return False
