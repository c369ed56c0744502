"""A snapshot as readers meet it: what its manifest says, and its store, opened read-only."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import pyoxigraph as ox

from digigraph.errors import NoSnapshot, SnapshotDamaged
from digigraph.iris import SNAPSHOT_NAME
from digigraph.store.disk import ENGINE_ERRORS, FileLock
from digigraph.store.snapshots.dumps import read_dumps
from digigraph.store.snapshots.files import read_file, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.store.snapshots.dumps import Dump


def sequence_of(name: str) -> int:
    """Return the sequence number in a snapshot's name."""
    return int(name.partition("-")[0])


def name_of(sequence: int, sha256: str, *, rewritten: str = "") -> str:
    """Return the name of the snapshot with that sequence number and content.

    Parameters
    ----------
    sha256
        Of its sorted N-Quads.
    rewritten
        Hash of its files, where it takes the place of another: that one may have had the same N-Quads.
    """
    return f"{sequence}-{(hashlib.sha256((sha256 + rewritten).encode()).hexdigest() if rewritten else sha256)[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """That a snapshot was written anew without what was taken back.

    Parameters
    ----------
    replaced
        Name of the snapshot that it was before, which is there no longer.
    at
        When: ISO 8601, UTC.
    reasons
        Classes of the reasons, sorted.
    """

    replaced: str
    at: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One state of the graph, as its manifest tells.

    Parameters
    ----------
    folder
        Where it is.
    sequence
        1 for the first state published, and so on; never used twice.
    name
        ``{sequence}-{12 hex digits}``; see :func:`name_of`.
    sha256
        Of the sorted N-Quads, in hex.
    quads, triples
        Statements in the dataset, and those of them in the default graph.
    size
        Bytes of the N-Quads.
    created
        When it was published: ISO 8601, UTC.
    digigraph, engine
        Versions of this program and of pyoxigraph.
    sources
        Hash of the sources that it was made of; of the active snapshot, the hash last published.
    files
        Hash of the files that it carries (:func:`digigraph.store.snapshots.files.files_hash`).
    rewritten
        How it came to be, where it is not as it was published, oldest first; then its name is made of ``files``, too.
    """

    folder: Path
    sequence: int
    name: str
    sha256: str
    quads: int
    triples: int
    size: int
    created: str
    digigraph: str
    engine: str
    sources: str
    files: str
    rewritten: tuple[Rewriting, ...] = ()

    @property
    def modified(self) -> str:
        """When it became what it is: when it was published, or last written anew."""
        return self.rewritten[-1].at if self.rewritten else self.created

    @property
    def has_its_name(self) -> bool:
        """Whether it is called by what its manifest says of it."""
        return self.name == name_of(self.sequence, self.sha256, rewritten=self.files if self.rewritten else "")

    def read_file(self, name: str) -> bytes | None:
        """Return a file that it carries; None where it has none of that name."""
        return read_file(self.folder / "files", name)

    def read_files(self) -> dict[str, bytes]:
        """Return every file that it carries, by name."""
        return read_files(self.folder / "files")

    def dumps(self) -> tuple[Dump, ...]:
        """Return the dumps that it carries; none where it was published without.

        Raises
        ------
        SnapshotDamaged
            They are not those that were listed.
        """
        try:
            return read_dumps(self.folder / "dumps")
        except (OSError, ValueError) as error:
            raise SnapshotDamaged(f"The dumps of the snapshot {self.name} cannot be read: {error}.") from error

    def open(self) -> OpenSnapshot:
        """Open the store read-only; close it, or use it in a ``with``.

        Raises
        ------
        NoSnapshot
            It was pruned.
        SnapshotDamaged
            The engine cannot open it.
        """
        return OpenSnapshot(self)

    def hold(self) -> FileLock:
        """Keep the snapshot from being pruned until the lock is released.

        Raises
        ------
        NoSnapshot
            It was pruned, or is being pruned.
        """
        try:
            return FileLock(self.folder / "in-use", exclusive=False)
        except (FileNotFoundError, BlockingIOError) as error:
            raise NoSnapshot(f"The snapshot {self.name} was pruned.") from error

    def manifest(self) -> bytes:
        """Return what ``manifest.json`` holds."""
        fields = {name: value for name, value in dataclasses.asdict(self).items() if name != "folder"}
        if not self.rewritten:
            del fields["rewritten"]
        return json.dumps(fields, indent=2).encode() + b"\n"


class OpenSnapshot:
    """A snapshot whose store is open, read-only; it is not pruned meanwhile.

    Attributes
    ----------
    snapshot
        Which one.
    store
        The engine's store.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._hold = snapshot.hold()
        try:
            self.store = ox.Store.read_only(str(snapshot.folder / "store"))
        except ENGINE_ERRORS as error:
            self._hold.release()
            raise SnapshotDamaged(f"The snapshot {snapshot.name} cannot be opened: {error}.") from error

    def nquads(self) -> bytes:
        """Return the whole dataset as N-Quads, lines sorted by bytes.

        Raises
        ------
        SnapshotDamaged
            The engine cannot read it.
        """
        try:
            return sorted_nquads(self.store)
        except ENGINE_ERRORS as error:
            raise SnapshotDamaged(f"The snapshot {self.snapshot.name} cannot be read: {error}.") from error

    def close(self) -> None:
        """Let go of the store; it must not be used any longer. May be called twice."""
        # The engine closes its files when its last reference goes.
        self.__dict__.pop("store", None)
        self._hold.release()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_exc_info: object) -> None:
        """Close."""
        self.close()


def read_manifest(folder: Path) -> Snapshot:
    """Return the snapshot that is in a folder.

    Raises
    ------
    SnapshotDamaged
        Its manifest is missing, or is not one.
    """
    try:
        found: object = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        raise SnapshotDamaged(f"The manifest of the snapshot {folder.name} cannot be read: {error}.") from error
    damaged = SnapshotDamaged(f"The manifest of the snapshot {folder.name} is not one.")
    if not isinstance(found, dict):
        raise damaged
    rewritten = found.pop("rewritten", [])
    fields = {field.name: field.type for field in dataclasses.fields(Snapshot)}
    del fields["folder"], fields["rewritten"]
    if (
        set(found) != set(fields)
        or any(type(found[name]).__name__ != wanted for name, wanted in fields.items())
        or found["name"] != folder.name
    ):
        raise damaged
    try:
        return Snapshot(folder=folder, **found, rewritten=tuple(map(_rewriting, rewritten)))
    except (KeyError, TypeError) as error:
        raise damaged from error


def _rewriting(said: dict[str, object]) -> Rewriting:
    reasons = said["reasons"]
    if not isinstance(reasons, list):
        raise TypeError
    return Rewriting(replaced=str(said["replaced"]), at=str(said["at"]), reasons=tuple(map(str, reasons)))


def read_pointer(path: Path) -> tuple[str, str] | None:
    """Return the name and the sources that ``active.json`` holds; None where there is no such file.

    Raises
    ------
    SnapshotDamaged
        It cannot be read, or does not name a snapshot.
    """
    try:
        found: object = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SnapshotDamaged(f"{path} cannot be read: {error}.", hint="Publish again.") from error
    if isinstance(found, dict):
        name, sources = found.get("snapshot"), found.get("sources")
        if isinstance(name, str) and SNAPSHOT_NAME.fullmatch(name) and isinstance(sources, str):
            return name, sources
    raise SnapshotDamaged(f"{path} does not name a snapshot.", hint="Publish again.")


def sorted_nquads(store: ox.Store) -> bytes:
    """Return a store's dataset as N-Quads, lines sorted by bytes; raises ``ENGINE_ERRORS``."""
    dumped = store.dump(format=ox.RdfFormat.N_QUADS)
    assert dumped is not None  # noqa: S101 - no output was named
    lines = dumped.split(b"\n")[:-1]
    lines.sort()
    lines.append(b"")
    return b"\n".join(lines)
