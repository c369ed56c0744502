"""Dumps: the same bytes for the same state, whole or in parts, whoever reads them and however slowly."""

from __future__ import annotations

import contextlib
import dataclasses
import gzip
import hashlib
import shutil
import subprocess
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import zstandard
from projects import made_project
from webserver import serving as served

from digigraph.errors import SettingsError, SnapshotDamaged
from digigraph.iris import Iris
from digigraph.pipeline import publish
from digigraph.publishing.carried.dumps import FORMATS, write_dumps
from digigraph.sources.files.disk import sources_hash
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from projects import Project

    from digigraph.store.snapshots.opened import Snapshot

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was published."""
    made = made_project(tmp_path_factory.mktemp("dumped") / "project", shapes=False, concepts=False)
    publish(made.settings)
    return made


@pytest.fixture(scope="module")
def state(project: Project) -> Snapshot:
    """Its state."""
    active = SnapshotCatalog(project.settings.state_folder).active()
    assert active is not None
    return active


@pytest.fixture(scope="module")
def dumps(project: Project) -> Iterator[FlaskClient]:
    """A client of what was published, without a server between."""
    backend = open_backend(project.settings)
    yield create_app(project.settings, backend).test_client()
    backend.close()


def test_the_same_state_gives_the_same_bytes(project: Project, tmp_path: Path):
    """Another publication of the same sources, in another folder, has the very same dumps."""
    other = made_project(tmp_path / "other", shapes=False, concepts=False)
    made = publish(other.settings).snapshot
    first = SnapshotCatalog(project.settings.state_folder).active()
    assert first is not None
    assert made.sha256 == first.sha256
    assert [(each.name, each.sha256) for each in made.dumps()] == [(each.name, each.sha256) for each in first.dumps()]
    assert {each.name for each in made.dumps()} == set(FORMATS)


def test_every_dump_is_the_dataset(dumps: FlaskClient, state: Snapshot):
    """Formats of quads hold the whole dataset, formats of triples the default graph; compressed ones the same bytes."""
    with state.open() as opened:
        quads = set(opened.store)
    default = {each.triple for each in quads if each.graph_name == ox.DefaultGraph()}
    plain = b""
    for name, encoding in FORMATS.items():
        reply = dumps.get(f"/dumps/{state.name}.{name}")
        assert reply.mimetype == (encoding.compression or encoding.format.media_type)
        if name.endswith(".gz"):
            assert gzip.decompress(reply.data) == plain
        elif name.endswith(".zst"):
            assert zstandard.decompress(reply.data) == plain
        else:
            plain = reply.data
            found = set(ox.parse(plain, format=encoding.format.rdf))
            assert found == quads if name in {"nq", "trig"} else {each.triple for each in found} == default


def test_the_list_of_hashes_is_true(dumps: FlaskClient, state: Snapshot):
    """``sha256sum --check`` can read it, and what it says is so."""
    lines = dumps.get(f"/dumps/{state.name}.sha256").text.splitlines()
    assert len(lines) == len(FORMATS)
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256(dumps.get(f"/dumps/{name}").data).hexdigest() == digest


def test_the_command_line_writes_the_same(project: Project, dumps: FlaskClient, state: Snapshot):
    """``digigraph dump`` gives the bytes that are served, also where the snapshot has no file of them."""
    for name in ("nq", "trig", "ttl", "jsonld"):
        assert project.run("dump", "--format", name).stdout == dumps.get(f"/dumps/{state.name}.{name}").data
    again = project.folder / "again"
    again.mkdir()
    with state.open() as opened:
        names = project.settings.dumps.split()
        write_dumps(again, opened.nquads(), Iris(project.settings.base_iri).prefixes, names=names)
    for each in state.dumps():
        assert (again / each.name).read_bytes() == each.path.read_bytes()


def test_people_find_them(dumps: FlaskClient, state: Snapshot):
    """The page lists every file with its size and hash; the names that follow the present state lead to it."""
    page = dumps.get("/dumps/", headers=BROWSER).text
    for each in state.dumps():
        assert f'href="/dumps/{state.name}.{each.name}"' in page
        assert each.sha256 in page
    reply = dumps.get("/dumps/latest.ttl.gz")
    assert (reply.status_code, reply.headers["Location"].rpartition("/")[2]) == (302, f"{state.name}.ttl.gz")


@pytest.mark.parametrize(
    "name", ["7-0123456789ab.nq", "latest.docx", "latest", "..", "latest.sha512", "%2e%2e%2fmanifest.json", "a.nq"]
)
def test_what_is_no_dump_is_not_found(dumps: FlaskClient, name: str):
    """No name leads to another file, nor to a fault."""
    assert dumps.get(f"/dumps/{name}").status_code == 404


RANGES = [
    ("bytes=0-0", (0, 1)),
    ("bytes=0-99", (0, 100)),
    ("bytes=100-", (100, None)),
    ("bytes=-100", (-100, None)),
    ("bytes= 5-9 ", (5, 10)),
    ("Bytes=5-9", (5, 10)),
    ("bytes=0-999999999999999999999999999999", (0, None)),
    ("bytes=-999999999999", (0, None)),
    ("bytes=0005-9", (5, 10)),
]


@pytest.mark.parametrize(("asked", "cut"), RANGES)
def test_a_range_is_a_part(dumps: FlaskClient, state: Snapshot, asked: str, cut: tuple[int, int | None]):
    """206 with the bytes asked for and their place (RFC 9110, section 14.1.2)."""
    path = f"/dumps/{state.name}.nq"
    whole = dumps.get(path)
    part = dumps.get(path, headers={"Range": asked, "Accept-Encoding": "gzip"})
    expected = whole.data[cut[0] : cut[1]]
    start = len(whole.data) + cut[0] if cut[0] < 0 else cut[0]
    assert (part.status_code, part.data) == (206, expected)
    assert part.headers["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/{len(whole.data)}"
    assert int(part.headers["Content-Length"]) == len(expected)
    assert part.headers["ETag"] == whole.headers["ETag"]
    assert "Content-Encoding" not in part.headers


@pytest.mark.parametrize(
    "asked", ["bytes=9-5", "bytes=", "bytes=a-b", "lines=0-5", "bytes=0-1,5-6", "bytes=-", "0-5", "bytes=٣-٤"]
)
def test_what_is_no_single_range_gets_the_whole(dumps: FlaskClient, state: Snapshot, asked: str):
    """A range that is none, another unit, and several ranges at once are passed over (sections 14.2, 15.3.7)."""
    path = f"/dumps/{state.name}.nq"
    reply = dumps.get(path, headers={"Range": asked.encode("utf-8").decode("latin-1")})
    assert (reply.status_code, len(reply.data)) == (200, len(dumps.get(path).data))
    assert "Content-Range" not in reply.headers


@pytest.mark.parametrize("asked", ["bytes=999999999999-", "bytes=-0", "bytes=999999999999999999999999999999-"])
def test_a_range_behind_the_end_is_refused(dumps: FlaskClient, state: Snapshot, asked: str):
    """416 with the size there is, as a problem document."""
    path = f"/dumps/{state.name}.nq"
    reply = dumps.get(path, headers={"Range": asked})
    assert (reply.status_code, reply.mimetype) == (416, "application/problem+json")
    assert reply.headers["Content-Range"] == f"bytes */{len(dumps.get(path).data)}"


def test_a_part_of_something_else_is_not_sent(dumps: FlaskClient, state: Snapshot):
    """If-Range with the tag or the date of what is here gives the part, with any other the whole (section 13.1.5)."""
    path = f"/dumps/{state.name}.ttl.zst"
    whole = dumps.get(path)
    tag, date = whole.headers["ETag"], whole.headers["Last-Modified"]
    assert tag == f'"{hashlib.sha256(whole.data).hexdigest()}"'
    earlier = format_datetime(whole.last_modified - timedelta(days=1), usegmt=True)
    for condition, status in ((tag, 206), (date, 206), (f"W/{tag}", 200), ('"x"', 200), (earlier, 200), ("rot", 200)):
        reply = dumps.get(path, headers={"Range": "bytes=5-", "If-Range": condition})
        assert (reply.status_code, reply.data) == (status, whole.data[5 if status == 206 else 0 :]), condition


def test_conditions_come_before_ranges(dumps: FlaskClient, state: Snapshot):
    """What a client holds is not sent again, and what it does not want is refused (section 13.2.2); no part of HEAD."""
    path = f"/dumps/{state.name}.ttl"
    tag = dumps.get(path, buffered=True).headers["ETag"]
    for headers, status in (
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": '"x"'}, 206),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": tag}, 206),
        ({"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}, 304),
        ({"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 412),
    ):
        reply = dumps.get(path, headers={"Range": "bytes=0-9", **headers}, buffered=True)
        assert reply.status_code == status, headers
    head = dumps.head(path, headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.data, head.headers["Accept-Ranges"]) == (200, b"", "bytes")
    assert int(head.headers["Content-Length"]) == len(dumps.get(path).data)


def test_curl_goes_on_where_a_transfer_broke_off(project: Project, state: Snapshot, tmp_path: Path):
    """``curl -C -`` adds what is missing to a part, and finds nothing to do for the whole; a real server answers."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not on this machine")
    whole = next(each.path for each in state.dumps() if each.name == "nq").read_bytes()
    with served(project.settings) as server:
        url = f"{server.url}/dumps/{state.name}.nq"
        for begun in (0, 1, len(whole) // 3, len(whole) - 1):
            target = tmp_path / f"{begun}.nq"
            target.write_bytes(whole[:begun])
            done = subprocess.run(
                [curl, "--silent", "--show-error", "--fail", "-C", "-", "-o", str(target), url], check=False
            )
            assert (done.returncode, target.read_bytes()) == (0, whole)
        before = server.wait_for_rest("/healthz")
        # Neither threads nor memory wait for those who read nothing.
        with contextlib.ExitStack() as slow:
            for _ in range(100):
                slow.enter_context(server.get(f"/dumps/{state.name}.nq"))
            assert server.status("/dumps/") == 200
            assert server.status("/sparql?query=ASK%7B%7D") == 200
        assert server.wait_for_rest("/healthz", files=before) <= before


def test_without_dumps_the_reason_is_said(client: FlaskClient, snapshot: Snapshot):
    """A state that was published without dumps has none to send; behind an endpoint of others there is no state."""
    reply = client.get(f"/dumps/{snapshot.name}.nq")
    assert reply.status_code == 404
    served_here = client.application.extensions["digigraph"].backend.version is not None
    assert ("has no dump" if served_here else "endpoint of others") in reply.json["detail"]
    assert client.get("/dumps/", headers=BROWSER).status_code == (200 if served_here else 404)


@pytest.mark.parametrize("formats", ["nq ttl", ""])
def test_a_project_chooses_its_dumps(tmp_path: Path, formats: str):
    """Only the formats that the setting names are made, each with its compressed forms; a name that is none is told."""
    made = made_project(tmp_path / "project", shapes=False, concepts=False)
    settings = dataclasses.replace(made.settings, dumps=formats)
    names = {each.name.partition(".")[0] for each in publish(settings).snapshot.dumps()}
    assert names == set(formats.split())
    assert not publish(settings).is_new
    with pytest.raises(SettingsError, match="dumps holds 'docx'"):
        dataclasses.replace(settings, dumps="nq docx")


def test_another_choice_of_dumps_is_published(tmp_path: Path):
    """The same data with other formats is another state; `serve` publishes it at its next start, and no third one."""
    made = made_project(tmp_path / "project", shapes=False, concepts=False)
    first = publish(made.settings).snapshot
    said = (made.folder / "digigraph.toml").read_text(encoding="utf-8")
    for formats, names in (("nq", {"nq", "nq.gz", "nq.zst"}), ("", set())):
        made.write("digigraph.toml", f'{said}dumps = "{formats}"\n')
        assert sources_hash(made.settings) != first.sources
        done = publish(made.settings)
        assert done.is_new
        assert {each.name for each in done.snapshot.dumps()} == names
        assert done.snapshot.sha256 == first.sha256
        assert not publish(made.settings).is_new


def test_a_dump_that_was_changed_is_found_out(tmp_path: Path):
    """Verification reads the dumps as well, and publishing the same data again replaces what is damaged."""
    made = made_project(tmp_path / "project", shapes=False, concepts=False)
    first = publish(made.settings).snapshot
    with first.dumps()[0].path.open("r+b") as file:
        file.write(b"x")
    catalog = SnapshotCatalog(made.settings.state_folder)
    with pytest.raises(SnapshotDamaged, match="dumps"):
        catalog.verify(first.name)
    second = publish(made.settings)
    assert second.is_new
    assert catalog.verify(second.snapshot.name).sha256 == first.sha256
