"""The event stream: whoever follows it has the last dump, wherever he began and however often he was interrupted."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import feedparser
import pyoxigraph as ox
import pytest
from embedded import EmbeddedBackend
from harvester import Away, Died, Document, Harvester
from hypothesis import given, settings
from hypothesis import strategies as st

from digigraph.media import Kind as FormatKind
from digigraph.media import formats_of
from digigraph.publishing.carried.dumps import write_dumps
from digigraph.publishing.history.event_stream import MEMBERS
from digigraph.settings import Settings
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.dumps import Dumping
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


BASE = "https://example.org/graph/"
# A publication waits for the disk several times, which proves nothing here.
MEMORY = next((each for each in ("/dev/shm",) if Path(each).is_dir()), None)  # noqa: S108 - a folder of its own is made there
ROOT = "http://localhost/changes"
THINGS = 160
ROUGH = ["x", "> .", 'a "b"\n', "å", "\u0001"]


def thing(number: int) -> str:
    if number % 10 == 9:
        return f"https://elsewhere.example/{number}?a#b"
    return f"{BASE}{('id', 'ev', 'doc', 'å%C3')[number % 4]}/t-{number}"


def quads_of(number: int, value: int) -> set[ox.Quad]:
    """What a thing says in one of its versions: something in the default graph, something in others, or both."""
    subject, label = ox.NamedNode(thing(number)), ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    text = ox.Literal(f"{ROUGH[value % len(ROUGH)]} {value}", language=("sv", "en")[value % 2])
    graphs = [ox.DefaultGraph(), ox.NamedNode(f"{BASE}ev/e_{number}"), ox.NamedNode(f"{BASE}graph/curated")]
    chosen = [each for at, each in enumerate(graphs) if (value % 7 + 1) >> at & 1]
    return {ox.Quad(subject, label, text, each) for each in chosen} | {
        ox.Quad(subject, ox.NamedNode("http://purl.org/dc/terms/isPartOf"), ox.NamedNode(thing(value)), chosen[0])
    }


def nquads_of(versions: dict[int, int]) -> bytes:
    quads = [quad for number, value in versions.items() for quad in quads_of(number, value)]
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(written.splitlines(keepends=True)))


class Publisher:
    """A project whose states follow each other, served without a server between."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(project=folder, base_iri=BASE, public_url="http://localhost", changes_days=30)
        self.catalog = SnapshotCatalog(self.settings.state_folder)
        self._versions: dict[int, int] = {}
        self._backend: EmbeddedBackend | None = None
        self._client: FlaskClient | None = None

    def edit(self, first: int, count: int, value: int | None, *, shorten: bool = False) -> None:
        """Give things another version, or take them away, and publish."""
        for number in range(first, first + count):
            if value is None:
                self._versions.pop(number % THINGS, None)
            else:
                self._versions[number % THINGS] = value
        self.publish(nquads_of(self._versions), shorten=shorten)

    def publish(self, data: bytes, *, shorten: bool = False) -> None:
        """Publish a dataset; what came before is shortened where that is asked for."""
        kept = dt.timedelta(0) if shorten else None
        catalog = SnapshotCatalog(self.settings.state_folder, changes_kept=kept)
        names = frozenset({"nq"})
        catalog.publish(data, "", dump=Dumping(names, lambda folder: write_dumps(folder, data, {}, names=names)))

    def go_back(self, steps: int) -> None:
        """Activate an earlier state."""
        names = self.catalog.names()
        self.catalog.activate(names[-1 - steps % len(names)], "")

    @property
    def client(self) -> FlaskClient:
        """A client of the state that is active."""
        active = self.catalog.active()
        assert active is not None
        if self._backend is None or self._client is None or self._backend.version != active.name:
            self.close()
            self._backend = EmbeddedBackend(active, base_iri=BASE, answer_bytes=10**9, answer_rows=10**9)
            self._client = create_app(self.settings, self._backend).test_client()
        return self._client

    def close(self) -> None:
        """Close the store of the state that was served last."""
        if self._backend is not None:
            self._backend.close()

    def get(self, url: str, accept: str = "application/n-quads") -> TestResponse:
        """Ask the state that is active, and go where the answer leads."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self.client.get(path, headers={"Accept": accept}, follow_redirects=True)

    def fetch(self, url: str) -> bytes:
        """Fetch N-Quads; raises Away where there are none any longer."""
        reply = self.get(url)
        if reply.status_code in {404, 410}:
            raise Away
        assert reply.status_code == 200, reply.text
        return reply.data

    def dump(self) -> tuple[str, bytes]:
        """The name of the present state, and its dump as it is served."""
        name = self.catalog.active_name()
        return f"{BASE}snapshots/{name}", self.get(f"/dumps/{name}.nq").data


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    made = Publisher(tmp_path)
    yield made
    made.close()


def follow(publisher: Publisher, harvester: Harvester, chance: random.Random) -> None:
    """Let a harvester go on until it dies, which may be anywhere."""
    left = chance.choice([0, 1, 3, 50, 150, 10**9])

    def die() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Died

    def get(url: str) -> bytes:
        die()
        if chance.random() < 0.2:
            publisher.edit(chance.randrange(THINGS), chance.randrange(1, 9), chance.randrange(99))
        return publisher.fetch(url)

    harvester.get = get
    with contextlib.suppress(Died):
        harvester.follow(die)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["change", "change", "change", "remove", "back", "shorten", "prune", "harvest", "harvest"]),
        st.integers(0, THINGS - 1),
        st.sampled_from([1, 2, 40, THINGS]),
        st.integers(0, 200),
    ),
    min_size=3,
    max_size=10,
)


def check_history(edits: list[tuple[str, int, int, int]], seed: int) -> None:
    """Edit, harvest, die and go on; then everybody has the last dump."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, contextlib.closing(Publisher(Path(folder))) as publisher:
        publisher.edit(0, chance.choice([0, 3, THINGS]), 1)
        harvesters = [Harvester(publisher.fetch, ROOT)]
        for kind, first, count, value in edits:
            if kind == "harvest":
                started = Harvester(publisher.fetch, ROOT)
                if value % 2:
                    state, dump = publisher.dump()
                    started.start_with(dump, state)
                harvesters.append(started)
                for each in harvesters:
                    follow(publisher, each, chance)
            elif kind == "back":
                publisher.go_back(value)
            elif kind == "prune":
                publisher.catalog.prune(1)
            else:
                publisher.edit(first, count, None if kind == "remove" else value, shorten=kind == "shorten")
        _, dump = publisher.dump()
        for each in harvesters:
            each.get = publisher.fetch
            each.follow(lambda: None)
            assert each.dataset() == dump


def test_a_state_that_comes_back_tells_what_happened_meanwhile(publisher: Publisher):
    """A server that sees neither of two activations, there and back, tells of both: in the stream and to crawlers."""
    publisher.edit(0, THINGS, 1)
    paths = ["/changes", "/changes.atom", "/sitemap.xml"]
    client = publisher.client
    before = {path: client.get(path) for path in paths}
    publisher.edit(0, 60, 2)
    publisher.go_back(1)
    assert publisher.client is client
    for path, reply in before.items():
        assert client.get(path, headers={"If-None-Match": reply.headers["ETag"]}).status_code == 200, path
    harvester = Harvester(publisher.fetch, ROOT)
    harvester.follow(lambda: None)
    assert harvester.dataset() == publisher.dump()[1]


@settings(max_examples=12)
@given(edits=EDITS, seed=st.integers(0, 2**32))
def test_every_harvester_ends_with_the_last_dump(edits: list[tuple[str, int, int, int]], seed: int):
    """Begun with nothing or with a dump, at any time, killed anywhere: in the end it has the last dump, each byte."""
    check_history(edits, seed)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=250)
@given(edits=EDITS, seed=st.integers(0, 2**32))
def test_every_harvester_of_many_ends_with_the_last_dump(edits: list[tuple[str, int, int, int]], seed: int):
    """The same with many more histories."""
    check_history(edits, seed)


def filled(publisher: Publisher) -> None:
    """Three changes: one that fills a page and more, one that fills another, one that fills none."""
    publisher.edit(0, THINGS, 1)
    publisher.edit(0, 60, 2)
    publisher.edit(4, 1, None)


def test_the_root_says_what_the_stream_is(publisher: Publisher):
    """In the words of LDES: paths of time, order and thing, what creates, updates and deletes, how long it is kept."""
    filled(publisher)
    root = Document(publisher.fetch(ROOT))
    ldes, active = "https://w3id.org/ldes#", "https://www.w3.org/ns/activitystreams#"
    expected = {
        "timestampPath": f"{active}published",
        "sequencePath": "https://schema.org/position",
        "versionOfPath": f"{active}object",
        "versionCreateObject": f"{active}Create",
        "versionUpdateObject": f"{active}Update",
        "versionDeleteObject": f"{active}Delete",
    }
    assert {name: root.one(root.stream, ox.NamedNode(ldes + name)).value for name in expected} == expected
    (view,) = root.all(root.stream, ox.NamedNode("https://w3id.org/tree#view"))
    assert view == ox.NamedNode(ROOT)
    policy = root.one(view, ox.NamedNode(f"{ldes}retentionPolicy"))
    assert root.one(policy, ox.NamedNode(f"{ldes}fullLogDuration")).value == "P30D"
    assert root.one(policy, ox.NamedNode(f"{ldes}versionAmount")).value == "1"


def test_members_stand_in_full_pages_and_the_rest_in_the_root(publisher: Publisher):
    """Each member is in one place; relations tell truly of when, and of which changes, the members of a page are."""
    filled(publisher)
    root = Document(publisher.fetch(ROOT))
    pages = [(since, until, Document(publisher.fetch(url)).members()) for since, until, url in root.pages(ROOT)]
    assert [len(members) for _, _, members in pages] == [MEMBERS, MEMBERS]
    for since, until, members in pages:
        assert {since, until} == {members[0][0], members[-1][0]}
    everything = [each for _, _, members in pages for each in members] + root.members()
    assert len(everything) == THINGS + 60 + 1
    assert len({each[:2] for each in everything}) == len(everything)
    assert everything[-1] == (3, thing(4), frozenset())


def test_a_full_page_never_changes(publisher: Publisher):
    """Its bytes are the same in later states, and caches may keep it for days without asking."""
    filled(publisher)
    urls = [url for _, _, url in Document(publisher.fetch(ROOT)).pages(ROOT)]
    before = [publisher.get(url) for url in urls]
    publisher.edit(0, THINGS, 5)
    after = [publisher.get(url) for url in urls]
    assert [each.data for each in after] == [each.data for each in before]
    for reply in after:
        assert reply.headers["Cache-Control"] == "public, max-age=604800, immutable"
        assert "Digigraph-Snapshot" not in reply.headers
    tag = before[0].headers["ETag"]
    assert tag == after[0].headers["ETag"]
    path = urlsplit(urls[0]).path
    held = publisher.client.get(path, headers={"Accept": "application/n-quads", "If-None-Match": tag})
    assert held.status_code == 304
    root = publisher.get(ROOT)
    assert root.headers["Cache-Control"] == "no-cache"
    immutable = ox.NamedNode("https://w3id.org/ldes#immutable")
    assert Document(before[0].data).one(ox.NamedNode(urls[0]), immutable).value == "true"


def test_a_page_that_was_shortened_has_another_name(publisher: Publisher):
    """The old name leads to what is left of the page, or says that nothing is; its bytes never change under a name."""
    filled(publisher)
    old = [url for _, _, url in Document(publisher.fetch(ROOT)).pages(ROOT)]
    publisher.edit(0, THINGS, 5, shorten=True)
    publisher.edit(0, THINGS, 6, shorten=True)
    now = [url for _, _, url in Document(publisher.fetch(ROOT)).pages(ROOT)]
    assert not set(old) & set(now)
    # Every thing of the first pages has a newer version.
    assert [publisher.get(url).status_code for url in old] == [410, 410]
    publisher.edit(0, 1, 7, shorten=True)
    (moved,) = [url for url in now if publisher.client.get(urlsplit(url).path).status_code == 302][-1:]
    assert publisher.get(moved).status_code == 200
    # In the format that was asked for.
    led = publisher.client.get(f"{urlsplit(moved).path}.ttl")
    assert (led.status_code, urlsplit(led.headers["Location"]).path.endswith(".ttl")) == (302, True)
    assert publisher.get(led.headers["Location"], accept="*/*").mimetype == "text/turtle"


def test_a_page_of_which_something_was_taken_back_has_another_name(publisher: Publisher):
    """Its old name leads to the new one, though nothing was shortened."""
    filled(publisher)
    old = [urlsplit(url).path for _, _, url in Document(publisher.fetch(ROOT)).pages(ROOT)]
    change = publisher.catalog.changes.changes()[0]
    quad = next(iter(publisher.catalog.changes.events(change))).quads[0]
    publisher.catalog.changes.rewrite(lambda each: each != quad, {})
    moved = [reply for path in old if (reply := publisher.client.get(path)).status_code == 302]
    assert moved
    assert {publisher.get(reply.headers["Location"]).status_code for reply in moved} == {200}


def test_formats_of_triples_have_the_properties_on_the_member(publisher: Publisher):
    """Without graphs, a member has what the default graph says of its thing, and names the graphs that say more."""
    publisher.edit(0, 4, 2)
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    for each in formats_of(FormatKind.GRAPH):
        if each.name == "rdf":
            continue
        triples = set(ox.parse(publisher.get(f"{ROOT}.{each.name}").data, format=each.rdf))
        member = ox.NamedNode(f"{BASE}changes/1#id/t-0")
        said = {quad.object for quad in triples if (quad.subject, quad.predicate) == (member, label)}
        assert said == {quad.object for quad in quads_of(0, 2) if quad.predicate == label}


@pytest.mark.parametrize("few", [0, 1000], ids=["sent while it is read", "made whole"])
def test_every_patch_leads_to_the_next_state(publisher: Publisher, monkeypatch: pytest.MonkeyPatch, few: int):
    """RDF Patch and the two lists of N-Quads, which members' changes link to, give each state from the one before."""
    monkeypatch.setattr("digigraph.web.routes.changes._FEW_EVENTS", few)
    filled(publisher)
    publisher.go_back(2)
    lines: set[bytes] = set()
    for number in range(1, 5):
        removed, added = (publisher.get(f"{ROOT}/{number}/{which}.nq").data for which in ("removed", "added"))
        assert lines.issuperset(removed.splitlines())
        assert lines.isdisjoint(added.splitlines())
        lines = (lines - set(removed.splitlines())) | set(added.splitlines())
        patch = publisher.get(f"{ROOT}/{number}.rdfp")
        assert patch.mimetype == "application/rdf-patch"
        rows = [each.split(b" ", 1) for each in patch.data.splitlines()]
        assert b"".join(rest + b"\n" for letter, rest in rows if letter == b"D") == removed
        assert b"".join(rest + b"\n" for letter, rest in rows if letter == b"A") == added
    assert b"".join(b"%s\n" % each for each in sorted(lines)) == publisher.dump()[1]
    linked = f"<{ROOT}/4.rdfp>".encode()
    assert linked in publisher.fetch(ROOT)
    publisher.edit(0, 1, 9, shorten=True)
    assert publisher.get(f"{ROOT}/2.rdfp").status_code == 410


def test_a_change_leads_to_its_members(publisher: Publisher):
    """The IRI of a change, and so of its members, answers with where they are."""
    filled(publisher)
    names = [urlsplit(url).path for _, _, url in Document(publisher.fetch(ROOT)).pages(ROOT)]
    replies = [publisher.client.get(f"/changes/{number}") for number in (1, 2, 3)]
    assert [each.status_code for each in replies] == [303] * 3
    assert [urlsplit(each.headers["Location"]).path for each in replies] == [*names, "/changes"]


@pytest.mark.parametrize("path", [".nq", "/1.rdfp", "/1/added.nq"])
def test_parameters_that_nobody_knows_make_nothing_else(publisher: Publisher, path: str):
    """Whatever stands in them it is the same answer: nobody makes the server compute it again by another one."""
    publisher.edit(0, 1, 1)
    first, *others = (publisher.get(f"{ROOT}{path}{more}").headers["ETag"] for more in ("", "?x=1", "?page=2&page=3"))
    assert others == [first, first]


@pytest.mark.parametrize("path", ["/9", "/0", "/1-0", "/9-0123456789ab", ".docx", "/1.nq", "/x/added.nq", "/1/kept.nq"])
def test_what_is_no_change_is_not_found(publisher: Publisher, path: str):
    """No name leads to another file, nor to a fault."""
    publisher.edit(0, 1, 1)
    assert publisher.get(ROOT + path).status_code == 404


def test_a_log_begun_anew_is_another_stream(publisher: Publisher):
    """Where the log could not be read, the stream has another name, by which harvesters know to begin anew."""
    filled(publisher)
    harvester = Harvester(publisher.fetch, ROOT)
    harvester.follow(lambda: None)
    before = harvester.stream
    (publisher.settings.state_folder / "changes" / "2.diff").write_bytes(b"rot")
    publisher.edit(0, 100, None)
    harvester.follow(lambda: None)
    assert harvester.stream != before
    assert harvester.dataset() == publisher.dump()[1]


def test_people_have_a_page_and_a_feed(publisher: Publisher):
    """Both tell of each change what is new, changed and gone, by name, in their language; feed readers can read it."""
    filled(publisher)
    for language, gone in (("en", "Gone"), ("sv", "Borta")):
        feed = feedparser.parse(publisher.get(f"{ROOT}.atom?lang={language}").data)
        assert (feed.bozo, feed.version, len(feed.entries)) == (False, "atom10", 3)
        assert [each.id for each in feed.entries] == [f"{BASE}changes/{number}" for number in (3, 2, 1)]
        told = feed.entries[0].content[0].value
        assert f"{gone}: " in told
        # They are links to be fetched: none is made of the base of the data.
        named = re.findall(r'href="([^"?]*)', told)
        assert named
        assert all(each.startswith(("http://localhost/page/", "http://localhost/doc/")) for each in named)
        assert all(each.updated_parsed and each.link.startswith(f"{ROOT}?lang={language}#") for each in feed.entries)
        page = publisher.get(f"{ROOT}?lang={language}", accept="text/html").text
        assert f"{gone}: " in page
        assert 'id="change-3"' in page
        # Where not all are named, the rest is a link: to the patch, or where that is gone to the stream.
        more = re.findall(r'<a href="(/changes/\d[^"]*)">(?:and|och) \d+ (?:more|till)</a>', page)
        assert more
        assert {publisher.get(each).status_code for each in more} <= {200, 303}
        assert "application/atom+xml" in page
    assert publisher.get(ROOT, accept="application/atom+xml").mimetype == "application/atom+xml"


def test_behind_an_endpoint_of_others_the_reason_is_said(client: FlaskClient):
    """There are no changes where there are no states of our own."""
    reply = client.get("/changes", headers={"Accept": "text/turtle"})
    served_here = client.application.extensions["digigraph"].backend.version is not None
    assert reply.status_code == (200 if served_here else 404)
    assert served_here or "endpoint of others" in reply.json["detail"]
