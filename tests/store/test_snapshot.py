"""Snapshots: what is made is whole, what is active can be served, what is refused changes nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.errors import InputError, NoSnapshot, PublicationBusy, SnapshotDamaged, StoreError
from digigraph.store.disk import FileLock
from digigraph.store.snapshots.catalog import Publication, SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digigraph.settings import Settings
    from digigraph.store.snapshots.opened import Snapshot

LINE = b'<http://example.org/s> <http://example.org/p> "%d" .\n'


def lines(count: int) -> bytes:
    return b"".join(sorted(LINE % number for number in range(count)))


def state_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_snapshot_holds_exactly_what_was_given(catalog: SnapshotCatalog, nquads: bytes):
    """What is read back is what was published, byte for byte, and the manifest describes it."""
    active = catalog.active()
    assert active is not None
    with active.open() as opened:
        assert opened.nquads() == nquads
    assert active.sha256 == hashlib.sha256(nquads).hexdigest()
    assert active.name == f"1-{active.sha256[:12]}"
    assert (active.quads, active.size) == (nquads.count(b"\n"), len(nquads))
    quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
    assert active.triples == sum(each.graph_name == ox.DefaultGraph() for each in quads) < active.quads
    assert catalog.verify(active.name) == catalog.get(active.name)


def test_nothing_published(tmp_path: Path):
    """A state folder that is not there holds no snapshot, and asking does not make it."""
    catalog = SnapshotCatalog(tmp_path / "state")
    assert catalog.active() is None
    assert catalog.list() == ()
    with pytest.raises(NoSnapshot):
        catalog.get("1-0123456789ab")
    assert not (tmp_path / "state").exists()


def test_identical_data_makes_nothing_new(catalog: SnapshotCatalog, nquads: bytes):
    """Publishing the active data again notes the sources, and leaves the snapshot as it is."""
    before = catalog.list()
    done = catalog.publish(nquads, "b" * 64)
    assert done == Publication(dataclasses.replace(before[0], sources="b" * 64), is_new=False)
    assert catalog.list() == before
    assert catalog.active() == done.snapshot


def test_other_data_makes_the_next_snapshot(catalog: SnapshotCatalog):
    """Other data becomes a snapshot of the next number, which is active at once; the old one stays."""
    done = catalog.publish(lines(3), "c")
    assert done.is_new
    assert [each.sequence for each in catalog.list()] == [1, 2]
    assert catalog.active() == done.snapshot


def test_what_was_made_and_never_activated_is_taken(
    catalog: SnapshotCatalog, make_inactive: Callable[[bytes, str], Snapshot]
):
    """Publishing the data of the newest snapshot, whose maker was killed too early, activates that one."""
    made = make_inactive(lines(3), "c")
    assert catalog.publish(lines(3), "d") == Publication(dataclasses.replace(made, sources="d"), is_new=True)
    assert len(catalog.list()) == 2


def test_an_empty_dataset_can_be_published(catalog: SnapshotCatalog):
    """No quads at all are a state like any other."""
    assert catalog.publish(b"", "d").snapshot.quads == 0
    assert catalog.verify(catalog.active_name() or "").size == 0


def test_what_was_made_can_be_activated(catalog: SnapshotCatalog, make_inactive: Callable[[bytes, str], Snapshot]):
    """A snapshot that was made is served only from when it is activated."""
    active = catalog.active()
    made = make_inactive(lines(2), "e")
    assert catalog.active() == active
    assert catalog.activate(made.name, "f") == dataclasses.replace(made, sources="f") == catalog.active()


def test_an_earlier_state_can_be_activated(catalog: SnapshotCatalog, nquads: bytes):
    """Going back is activating; publishing the old data after new is a state of its own."""
    first = catalog.active_name()
    catalog.publish(lines(2), "g")
    catalog.activate(str(first), "h")
    assert catalog.active_name() == first
    catalog.activate(catalog.names()[1], "i")
    assert catalog.publish(nquads, "j").snapshot.sequence == 3


@pytest.mark.parametrize(
    "name", ["2-0123456789ab", "..", "1", "", "../snapshots/1-0123456789ab", "0-0123456789ab", "a\0"]
)
def test_unknown_names(catalog: SnapshotCatalog, name: str):
    """A name that is no snapshot's is refused, whatever path it would make."""
    for act in (catalog.get, catalog.verify, lambda given: catalog.activate(given, "")):
        with pytest.raises(NoSnapshot):
            act(name)


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        (b'"01"^^<http://www.w3.org/2001/XMLSchema#integer>', b'"1"^^'),
        (b'"1.10"^^<http://www.w3.org/2001/XMLSchema#decimal>', b'"1.1"^^'),
        (b'"x"@en-GB', b'"x"@en-gb'),
        (b'"\\u00E5"', '"å"'.encode()),
    ],
)
def test_what_the_engine_would_change_is_refused(catalog: SnapshotCatalog, statement: bytes, kept: bytes):
    """Data in a form that the engine does not keep is refused with the statement and what it would become."""
    active = catalog.active()
    with pytest.raises(StoreError) as refusal:
        catalog.publish(b"<http://example.org/s> <http://example.org/p> " + statement + b" .\n", "k")
    assert statement.decode() in refusal.value.message
    assert kept.decode() in refusal.value.message
    assert (catalog.active(), len(catalog.list())) == (active, 1)


@pytest.mark.parametrize("data", [LINE % 1 + LINE % 0, LINE % 0 + LINE % 0, LINE[:-1] % 0])
def test_unsorted_data_is_refused(catalog: SnapshotCatalog, data: bytes):
    """Lines out of order, twice, or without their end are refused: the dump would differ from what was given."""
    with pytest.raises(StoreError, match="not sorted"):
        catalog.publish(data, "l")
    assert len(catalog.list()) == 1


def test_blank_nodes_are_refused(catalog: SnapshotCatalog):
    """A blank node has no name to keep."""
    with pytest.raises(StoreError, match="another form"):
        catalog.publish(b"_:a <http://example.org/p> _:a .\n", "m")


def test_what_is_no_nquads_is_refused(catalog: SnapshotCatalog):
    """Data that cannot be parsed is the caller's fault, and changes nothing."""
    with pytest.raises(InputError):
        catalog.publish(b"<http://example.org/s> nonsense .\n", "n")
    assert len(catalog.list()) == 1


def test_a_snapshot_is_never_written_again(fresh: Settings, catalog: SnapshotCatalog):
    """Opening, asking, verifying and publishing others leave every byte of a snapshot as it was made."""
    folder = catalog.list()[0].folder
    before = state_of(folder)
    for count in (1, 2):
        with catalog.list()[0].open() as opened:
            assert opened.store.query("ASK { ?s ?p ?o }")
        catalog.verify(catalog.names()[0])
        catalog.publish(lines(count), "o")
    assert state_of(folder) == before


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"snapshot": 1, "sources": ""}', '{"snapshot": "../x", "sources": ""}']
)
def test_an_unreadable_pointer(fresh: Settings, catalog: SnapshotCatalog, nquads: bytes, content: str):
    """A damaged pointer is reported, never guessed around; publishing again mends it."""
    (fresh.state_folder / "active.json").write_text(content)
    with pytest.raises(SnapshotDamaged):
        catalog.active()
    with pytest.raises(SnapshotDamaged):
        catalog.prune(1)
    assert catalog.publish(nquads, "p").is_new
    assert catalog.active() is not None


def test_a_pointer_to_nothing(fresh: Settings, catalog: SnapshotCatalog):
    """A pointer to a snapshot that is not there is damage, not an empty state."""
    (fresh.state_folder / "active.json").write_text('{"snapshot": "7-0123456789ab", "sources": ""}')
    with pytest.raises(SnapshotDamaged, match="7-0123456789ab"):
        catalog.active()


@pytest.mark.parametrize("damage", ["", "[]", "{}", None])
def test_a_damaged_manifest(catalog: SnapshotCatalog, damage: str | None):
    """A manifest that is missing or is none is damage."""
    manifest = catalog.list()[0].folder / "manifest.json"
    manifest.unlink()
    if damage is not None:
        manifest.write_text(damage)
    with pytest.raises(SnapshotDamaged):
        catalog.active()


@pytest.mark.parametrize("place", [0.0, 0.1, 0.5, 0.9])
def test_verify_finds_changed_files(catalog: SnapshotCatalog, nquads: bytes, place: float):
    """A store whose files were changed is found out, and publishing the same data again replaces it."""
    store = catalog.list()[0].folder / "store"
    for path in store.glob("*.sst"):
        content = bytearray(path.read_bytes())
        content[int(len(content) * place)] ^= 0xFF
        path.write_bytes(content)
    with pytest.raises(SnapshotDamaged):
        catalog.verify(catalog.names()[0])
    done = catalog.publish(nquads, "q")
    assert done.is_new
    assert catalog.verify(done.snapshot.name)


def test_verify_compares_with_the_manifest(catalog: SnapshotCatalog):
    """A manifest that says something else than the store holds is found out."""
    snapshot = catalog.list()[0]
    changed = json.loads(snapshot.manifest()) | {"quads": snapshot.quads + 1}
    (snapshot.folder / "manifest.json").write_text(json.dumps(changed))
    with pytest.raises(SnapshotDamaged):
        catalog.verify(snapshot.name)


def test_a_store_that_does_not_open(catalog: SnapshotCatalog):
    """A store without its files is damage, and nothing stays locked."""
    snapshot = catalog.list()[0]
    (snapshot.folder / "store" / "CURRENT").unlink()
    with pytest.raises(SnapshotDamaged):
        snapshot.open()
    FileLock(snapshot.folder / "in-use", exclusive=True).release()


def test_prune_keeps_the_newest_and_the_active(catalog: SnapshotCatalog):
    """Old snapshots go; the newest stay, and so does the active one however old."""
    names = [catalog.names()[0], *(catalog.publish(lines(count), "r").snapshot.name for count in range(1, 6))]
    catalog.activate(names[1], "s")
    assert catalog.prune(2) == (names[0], names[2], names[3])
    assert catalog.names() == (names[1], names[4], names[5])
    assert catalog.prune(0) == (names[4],)
    assert catalog.publish(lines(9), "t").snapshot.sequence == 7


def test_prune_spares_what_is_open(catalog: SnapshotCatalog):
    """A snapshot that any process has open is not pruned until it is closed."""
    old = catalog.list()[0]
    catalog.publish(lines(1), "u")
    opened = old.open()
    assert catalog.prune(1) == ()
    assert opened.nquads()
    opened.close()
    opened.close()
    assert catalog.prune(1) == (old.name,)
    with pytest.raises(NoSnapshot):
        old.open()


def test_two_do_not_publish_at_once(fresh: Settings, catalog: SnapshotCatalog):
    """While one publishes, another is told so at once; reading goes on."""
    lock = FileLock(fresh.state_folder / "lock", exclusive=True)
    for act in (lambda: catalog.publish(b"", ""), lambda: catalog.prune(1), lambda: catalog.activate("1-0", "")):
        with pytest.raises(PublicationBusy):
            act()
    assert catalog.active() is not None
    lock.release()
    assert catalog.publish(b"", "").is_new


def test_many_threads_publish(catalog: SnapshotCatalog):
    """Of many publications at once each is either done or told to come again; none is lost, no number given twice."""
    done: list[str] = []

    def publish(count: int) -> None:
        while True:
            try:
                done.append(catalog.publish(lines(count), "v").snapshot.name)
            except PublicationBusy:
                continue
            return

    threads = [threading.Thread(target=publish, args=[count]) for count in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == sorted(catalog.names()[1:])
    assert [each.sequence for each in catalog.list()] == [*range(1, 8)]
    assert catalog.active_name() == catalog.names()[-1]


def test_leftovers_are_cleaned_by_the_next_publication(fresh: Settings, catalog: SnapshotCatalog):
    """What a killed publication left in the staging folder goes when the next one begins, even an idle one."""
    leftover = fresh.state_folder / "staging" / "abandoned" / "store"
    leftover.mkdir(parents=True)
    (leftover / "000001.sst").write_bytes(b"half")
    catalog.publish(lines(1), "w")
    assert not any((fresh.state_folder / "staging").glob("*"))


def test_a_file_where_the_folder_should_be(tmp_path: Path):
    """A state folder that cannot be made is said in one of our errors."""
    (tmp_path / "state").write_text("")
    with pytest.raises(StoreError):
        SnapshotCatalog(tmp_path / "state").publish(b"", "")


FILE_SIZE = """
import resource, sys
from pathlib import Path
from digigraph.errors import StorageFull
from digigraph.store.snapshots.catalog import SnapshotCatalog
catalog = SnapshotCatalog(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
lines = (b'<http://example.org/%d> <http://example.org/p> "%d" .\\n' % (n, n * 7919) for n in range(40_000))
data = b"".join(sorted(lines))
try:
    catalog.publish(data, "")
except StorageFull as error:
    print(error)
"""


def test_a_limit_on_file_size_is_a_full_disk(fresh: Settings, catalog: SnapshotCatalog):
    """Where a file may not grow as much as it must, publishing says so, and the old state is whole and active."""
    active = catalog.active()
    run = subprocess.run(
        [sys.executable, "-c", FILE_SIZE, str(fresh.state_folder)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, "no space is left" in run.stdout) == (0, True), run
    assert catalog.active() == active
    assert catalog.verify(catalog.names()[-1]) == catalog.list()[-1] == catalog.get(str(catalog.active_name()))
    assert not any((fresh.state_folder / "staging").glob("*"))
