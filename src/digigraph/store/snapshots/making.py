"""A snapshot in a folder of its own: everything that it is, but for its place."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING

from digigraph.store.disk import sync_tree
from digigraph.store.snapshots.dumps import write_dumps
from digigraph.store.snapshots.files import files_hash, write_files
from digigraph.store.snapshots.loading import load_and_compare
from digigraph.store.snapshots.opened import Snapshot, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digigraph.store.snapshots.dumps import Dumping
    from digigraph.store.snapshots.opened import Rewriting


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a snapshot is made of.

    Parameters
    ----------
    nquads
        The dataset as N-Quads in the engine's own spelling, lines sorted by bytes, each once; no blank nodes.
    sources
        Hash of the sources that it was made of.
    files
        What it carries beside the dataset, by path: names of lower-case letters, digits, ``.``, ``_``, ``-``.
    dump
        Writes the dumps of this dataset into a folder that is there; None: it carries none.
    """

    nquads: bytes
    sources: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    dump: Dumping | None = None

    @property
    def sha256(self) -> str:
        """Of the N-Quads, in hex."""
        return hashlib.sha256(self.nquads).hexdigest()

    @property
    def files_hash(self) -> str:
        """Of names and contents of the files."""
        return files_hash(self.files)


def make(folder: Path, content: Content, sequence: int) -> Snapshot:
    """Write a snapshot into a folder, which is made, durably; it is one as soon as the folder has its name.

    Parameters
    ----------
    content
        What it is made of.
    sequence
        Its number.

    Raises
    ------
    InputError, StoreError, OSError, RuntimeError
        As :func:`digigraph.store.snapshots.loading.load_and_compare`; the folder is the caller's to remove.
    """
    return _make(folder, content, sequence, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), ())


def make_instead(folder: Path, content: Content, replaced: Snapshot, rewriting: Rewriting) -> Snapshot:
    """Write a snapshot that takes the place of another: with its number, as if it had been published then."""
    return _make(folder, content, replaced.sequence, replaced.created, (*replaced.rewritten, rewriting))


def _make(folder: Path, content: Content, sequence: int, created: str, rewritten: tuple[Rewriting, ...]) -> Snapshot:
    (folder / "store").mkdir(parents=True)
    triples = load_and_compare(folder / "store", content.nquads)
    write_files(folder / "files", content.files)
    if content.dump is not None:
        write_dumps(folder / "dumps", content.dump)
    snapshot = Snapshot(
        folder=folder,
        sequence=sequence,
        name=name_of(sequence, content.sha256, rewritten=content.files_hash if rewritten else ""),
        sha256=content.sha256,
        quads=content.nquads.count(b"\n"),
        triples=triples,
        size=len(content.nquads),
        created=created,
        digigraph=metadata.version("digigraph"),
        engine=f"pyoxigraph {metadata.version('pyoxigraph')}",
        sources=content.sources,
        files=content.files_hash,
        rewritten=rewritten,
    )
    (folder / "in-use").touch()
    (folder / "manifest.json").write_bytes(snapshot.manifest())
    sync_tree(folder)
    return snapshot
