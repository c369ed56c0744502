"""Who keeps a copy by harvesting has none of what was taken back in the end, and finds it in no byte that is served."""

from __future__ import annotations

import hashlib
import itertools
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import brotli
import pyoxigraph as ox
import pytest
import requests
import webserver
from bytes_of import has, unpacked
from harvester import Away, Died, Document, Harvester
from thrice import LATER, NAME, TEXT, WORDS

from digigraph.redaction.redact import redact
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects import Project
    from webserver import Server

BASE = "https://example.org/graph/"
PERSON = f"{BASE}id/asa-berg"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
STREAMS = ("nq", "trig", "ttl", "nt", "jsonld", "rdf")
CODINGS = ("identity", "gzip", "br", "zstd")
EVERYTHING = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


class Copying:
    """A harvester of a real server, in N-Quads; it notes each thing that it was told to be deleted."""

    def __init__(self, server: Server) -> None:
        self.told: set[str] = set()
        self.harvester = Harvester(self._get, f"{server.url}/changes")

    def _get(self, address: str) -> bytes:
        reply = requests.get(address, headers={"Accept": "application/n-quads"}, timeout=120)
        if reply.status_code == HTTPStatus.GONE:
            raise Away
        assert reply.status_code == HTTPStatus.OK
        self.told |= {thing for _, thing, quads in Document(reply.content).members() if not quads}
        return reply.content

    def follow(self) -> None:
        """Take all that is new."""
        self.harvester.follow(lambda: None)

    def die_when_it_has(self, thing: str) -> None:
        """Take what is new until it has something of a thing, and no further."""

        def look() -> None:
            if self.harvester.things.get(thing):
                raise Died

        with pytest.raises(Died):
            self.harvester.follow(look)


def dump_of(server: Server) -> bytes:
    return requests.get(f"{server.url}/dumps/latest.nq", timeout=120).content


def test_a_harvester_goes_on_over_what_was_taken_back(three: Project) -> None:
    """Whether he had all, died in the middle, or began with a dump: he hears of the deletion and has the last dump."""
    settings = three.settings
    with webserver.serving(settings, workers=1, state_seconds=0.2) as server:
        all_of_it, half, dumped, none = (Copying(server) for _ in range(4))
        all_of_it.follow()
        half.die_when_it_has(PERSON)
        active = SnapshotCatalog(settings.state_folder).active_name()
        dumped.harvester.start_with(dump_of(server), f"{BASE}snapshots/{active}")
        for each in (all_of_it, half, dumped):
            assert has(each.harvester.dataset(), WORDS)
            assert PERSON not in each.told
        rewritten = redact(settings, ["id/asa-berg"], reason="privacy").applied.rewritten
        server.wait_for_snapshot(rewritten[active or ""])
        last = dump_of(server)
        assert not has(last, WORDS)
        for each in (all_of_it, half, dumped, none):
            each.follow()
            assert each.harvester.dataset() == last
            assert PERSON in each.told


class Reading:
    """Every place of a server that may tell of something, by what it is."""

    def __init__(self, server: Server, names: tuple[str, ...], permalinks: list[str]) -> None:
        self._server = server
        texts = [f"news_{hashlib.sha256(text.encode()).hexdigest()[:8]}" for text in (TEXT, LATER)]
        places = [
            *(f"/id/{each}" for each in ("asa-berg", "nhd")),
            *(f"/{kind}/{each}" for kind in ("page", "data") for each in ("asa-berg", "asa-berg-orcid", "nhd")),
            *(f"/data/nhd.{each}" for each in STREAMS),
            *(f"/doc/{each}" for each in ("news", *texts)),
            "/", "/ns", "/search?q=Zquorble", "/graph/accepted", "/graph/curated",
            "/.well-known/void", "/catalog", f"/sparql?{urlencode({'query': EVERYTHING})}",
        ]  # fmt: skip
        pages = [url.removeprefix(server.url) for _, _, url in self._pages()]
        self.places = {
            "present": places,
            "states": [f"/snapshots/{name}{place}" for name in names for place in places],
            "manifests": [
                *(f"/snapshots{each}" for each in ("", ".json", ".ttl")),
                *(f"/snapshots/{name}{each}" for name in names for each in ("", ".json", ".ttl")),
            ],
            "dumps": [f"/dumps/{file}" for file in self._dumps(names)],
            "stream": [f"{page}{dot}{each}" for page in ("/changes", *pages) for dot, each in self._suffixes()],
            "patches": [
                f"/changes/{number}{each}"
                for number in range(1, 6)
                for each in (".rdfp", "/added.nq", "/removed.nq", "")
            ],
            "feed": [f"/changes.atom?lang={each}" for each in ("en", "sv")],
            "timemaps": [f"/timemap/link/{each}" for each in ("page/asa-berg", PERSON, "doc/news")],
            "permalinks": permalinks,
            "crawlers": ["/sitemap.xml", "/sitemap-1.xml", "/robots.txt"],
        }

    def _pages(self) -> Iterator[tuple[int, int, str]]:
        root = f"{self._server.url}/changes"
        reply = requests.get(root, headers={"Accept": "application/n-quads"}, timeout=120)
        return Document(reply.content).pages(root)

    @staticmethod
    def _suffixes() -> list[tuple[str, str]]:
        return [("", ""), *((".", each) for each in STREAMS)]

    @staticmethod
    def _dumps(names: tuple[str, ...]) -> Iterator[str]:
        formats = ("nq", "trig", "ttl", "jsonld", "sha256")
        for name, form in itertools.product(("latest", *names), formats):
            yield from (f"{name}.{form}{end}" for end in ("", ".gz", ".zst"))

    def telling(self, *codings: str) -> dict[str, set[str]]:
        """The places that have her name, by what they are; as pages and as data, the codings in turn."""
        found: dict[str, set[str]] = {}
        turns = itertools.cycle(codings)
        with requests.Session() as session:
            for kind, places in self.places.items():
                for place, accept in itertools.product(places, ("text/html", "*/*")):
                    headers = {"Accept": accept, "Accept-Encoding": next(turns)}
                    reply = session.get(self._server.url + place, headers=headers, timeout=120, stream=True)
                    assert reply.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, place
                    body = reply.raw.read(decode_content=False)
                    if reply.headers.get("Content-Encoding") == "br":
                        body = brotli.decompress(body)
                    head = "\n".join(f"{name}: {value}" for name, value in reply.headers.items())
                    # The address of what is asked is no secret to who asks it.
                    if has(unpacked(body) + head.encode(), WORDS) and "search" not in place:
                        found.setdefault(kind, set()).add(place)
        return found


@pytest.mark.long
@pytest.mark.timeout(900)
def test_it_is_in_no_byte_that_is_served(three: Project) -> None:
    """Not in any page, format, coding, dump, page of changes, feed, manifest, timemap, permalink, nor at old names."""
    settings = three.settings
    before = SnapshotCatalog(settings.state_folder).names()
    with webserver.serving(settings, workers=1, state_seconds=0.2) as server:
        permalinks = []
        for name, query in itertools.product(before, (EVERYTHING, f"ASK {{ ?s ?p '''{NAME}''' }}")):
            address = f"{server.url}/snapshots/{name}/results"
            permalinks.append(requests.post(address, data={"query": query}, timeout=120).headers["Location"])
        cited = [each.removeprefix(server.url) for each in permalinks]
        reading = Reading(server, before, cited)
        told = reading.telling("identity")
        assert set(told) == {"present", "states", "dumps", "stream", "patches", "feed", "permalinks"}
        dumped = {each.partition(".")[2] for each in told["dumps"]}
        assert dumped == {f"{form}{end}" for form in ("nq", "trig", "ttl", "jsonld") for end in ("", ".gz", ".zst")}
        rewritten = redact(settings, ["id/asa-berg"], reason="privacy").applied.rewritten
        server.wait_for_snapshot(rewritten[before[2]])
        now = SnapshotCatalog(settings.state_folder).names()
        for each in (reading, Reading(server, now, [])):
            assert each.telling(*CODINGS) == {}
        statuses = {requests.get(f"{server.url}{each}", timeout=120).status_code for each in cited[2:]}
        assert statuses == {HTTPStatus.GONE}
