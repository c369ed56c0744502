"""What becomes of a result that was cited when something is taken back: the same rows, or the reason why not."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
import requests
import webserver
from bytes_of import has, stored
from projects import inherited
from thrice import KILLED, NAME, SENTENCE, WORDS

from digigraph.errors import TakenBack
from digigraph.media import RESULTS_JSON
from digigraph.publishing.answers.results import result_of
from digigraph.redaction.redact import redact
from digigraph.store.answering.backend import Query
from digigraph.store.opening import open_earlier
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.permalinks import TOMBSTONES, Permalinks

if TYPE_CHECKING:
    from projects import Project
    from webserver import Server

BASE = "https://example.org/graph/"
PREFIXES = f"PREFIX id: <{BASE}id/> PREFIX dg: <https://w3id.org/digigraph/ns#> "
HOSTS = f"{PREFIXES} SELECT ?host {{ id:nhd dg:host ?host }}"
LEADS = f"{PREFIXES} SELECT ?lead {{ id:nhd dg:lead ?lead }}"
TELLING = {
    "plain": f"ASK {{ ?s ?p {json.dumps(NAME, ensure_ascii=False)} }}",
    "code points": "ASK { ?s ?p ?n FILTER(CONTAINS(?n, '\\u005A\\U00000071uorble')) }",
    "percent-encoded": f"ASK {{ ?s ?p <https://elsewhere.example/{quote(NAME, safe='')}> }}",
    "percent-encoded twice": f"ASK {{ ?s ?p '{quote(quote('Zquorble'))}' }}",
    "in capitals without marks": "ASK { ?s ?p ?n FILTER(REGEX(?n, 'ASA.*ZQUORBLE')) }",
    "one word of it": "ASK { ?s ?p ?n FILTER(STRENDS(?n, 'quorble')) } # of Zquorble",
    "in two pieces": "ASK { ?s ?p ?n FILTER(?n = CONCAT('Zqu', 'orble')) }",
    "as a variable": "SELECT ?zquorble { ?zquorble ?p 1 }",
    "a short word of it": "ASK { ?s ?p <https://elsewhere.example/asa/1> }",
    "the sentence": f"ASK {{ ?e ?p {json.dumps(SENTENCE, ensure_ascii=False).lower()} }}",
    "its IRI": f"ASK {{ <{BASE}id/asa-berg> ?p 1 }}",
    "its prefixed name": "PREFIX x: <https://example.org/graph/id/> ASK { x:asa\\-berg ?p 1 }",
    "its IRI in a text": "ASK { ?s ?p ?o FILTER(STRENDS(STR(?s), '/asa-berg')) }",
}


def cite(server: Server, state: str, query: str) -> str:
    """Make a permalink and return its address."""
    reply = requests.post(f"{server.url}/snapshots/{state}/results", data={"query": query}, timeout=120)
    assert reply.status_code == HTTPStatus.CREATED, reply.text
    return str(reply.json()["url"])


def look(address: str, accept: str = "text/csv, application/problem+json;q=0.5") -> requests.Response:
    return requests.get(address, headers={"Accept": accept}, timeout=120)


def test_who_cited_the_same_rows_sees_them_again(three: Project) -> None:
    """The old address leads to the state as it is now, which proves the same rows, and says where they were cited."""
    names = SnapshotCatalog(three.settings.state_folder).names()
    with webserver.serving(three.settings, workers=1, state_seconds=0.2) as server:
        addresses = {name: cite(server, name, HOSTS) for name in names}
        before = {name: look(address) for name, address in addresses.items()}
        rewritten = redact(three.settings, ["id/asa-berg"], reason="privacy").applied.rewritten
        server.wait_for_snapshot(rewritten[names[2]])
        assert set(rewritten) == {names[1], names[2]}
        for name, address in addresses.items():
            now = rewritten.get(name, name)
            after = look(f"{address}?format=csv")
            assert (after.status_code, after.content) == (HTTPStatus.OK, before[name].content)
            assert after.headers["Digigraph-Result"] == before[name].headers["Digigraph-Result"]
            assert (after.headers["Digigraph-Snapshot"], len(after.history)) == (now, int(now != name))
            assert after.url.startswith(f"{server.url}/snapshots/{now}/results/")
            assert after.url.endswith("?format=csv")
            page = look(address, "text/html")
            assert (f"<code>{name}</code>" in page.text, "written anew since" in page.text) == (True, now != name)
        # It holds the state that it is one of now, and no other.
        held = {each.snapshot for each in Permalinks(three.settings.state_folder, most=9, most_states=9).all()}
        assert held == {names[0], *rewritten.values()}


def test_it_is_carried_on_and_its_end_is_told_under_every_name(three: Project) -> None:
    """Two things are taken back one after the other: rows that the second changes are gone at every old address."""
    states = three.settings.state_folder
    name = SnapshotCatalog(states).names()[1]
    with webserver.serving(three.settings, workers=1, state_seconds=0.2) as server:
        same, other = cite(server, name, "ASK {}"), cite(server, name, HOSTS)
        once = redact(three.settings, ["id/asa-berg"], reason="privacy").applied.rewritten[name]
        assert look(other).url.startswith(f"{server.url}/snapshots/{once}/")
        applied = redact(three.settings, ["doc/nhd-page"], reason="rights").applied
        twice = applied.rewritten[once]
        assert (applied.permalinks_carried, applied.permalinks_removed) == (1, 1)
        assert urlsplit(look(same, "application/sparql-results+json").url).path.startswith(f"/snapshots/{twice}/")
        assert [each.made_in for each in Permalinks(states, most=9, most_states=9).all()] == [name]
        identifier = other.rpartition("/")[2]
        for each in (name, once, twice):
            gone = look(f"{server.url}/snapshots/{each}/results/{identifier}")
            assert (gone.status_code, gone.json()["reason"]) == (HTTPStatus.GONE, "rights")


def test_who_cited_what_is_gone_learns_the_reason(three: Project) -> None:
    """410 with the class, at the address that was given out, in every state; no query, row, number or hash is kept."""
    names = SnapshotCatalog(three.settings.state_folder).names()
    with webserver.serving(three.settings, workers=1, state_seconds=0.2) as server:
        cited = [(name, TELLING["one word of it"]) for name in names] + [(name, LEADS) for name in names[1:]]
        addresses = {cite(server, *each): each[1] for each in cited}
        hashes = [look(each, "*/*").headers["Digigraph-Result"].partition("=")[2] for each in addresses]
        redact(three.settings, ["id/asa-berg"], reason="privacy")
        for address, query in addresses.items():
            for accept in ("application/problem+json", "text/html", "text/csv"):
                gone = look(address, accept)
                assert gone.status_code == HTTPStatus.GONE
                assert not has(gone.content, (*WORDS, *hashes, query))
            told = look(address).json()
            assert (told["type"].rpartition("#")[2], told["reason"]) == ("taken-back", "privacy")
            assert "for a person&#39;s privacy" in look(address, "text/html").text
    kept = [content for _, content in stored(three.settings.state_folder / "permalinks")]
    assert len(kept) == len(addresses)
    for content in kept:
        assert not has(content, (*WORDS, *hashes, LEADS, "ASK"))
        assert content.partition(b"\n")[2] == b"privacy"


def test_queries_that_tell_of_it_are_found_however_they_are_written(three: Project) -> None:
    """In a state that never had it: escapes, codings, capitals, pieces, IRIs. Those that tell nothing of it stay."""
    settings = three.settings
    oldest = SnapshotCatalog(settings.state_folder).list()[0]
    permalinks = Permalinks(settings.state_folder, most=99, most_states=9)
    harmless = {
        HOSTS,
        "SELECT (COUNT(*) AS ?berg) { ?s ?p ?o } # Berg is Ada's name, too",
        "ASK { { ?s ?p 'Nordic Health Data' } UNION { ?s ?p 'Basalt' FILTER(?p > 1) } }",
    }
    for query in (*TELLING.values(), *harmless):
        permalinks.add(oldest, Query(text=query, format=RESULTS_JSON), sha256="0" * 64, rows=0)
    graph = Query(text="ASK {}", format=RESULTS_JSON, default_graphs=(f"{BASE}id/asa-berg",), named_graphs=())
    permalinks.add(oldest, graph, sha256="0" * 64, rows=0)
    redact(settings, ["id/asa-berg"], reason="privacy")
    left = {each.query for each in permalinks.all()}
    assert {name for name, query in TELLING.items() if query in left} == set()
    assert left == harmless


@pytest.mark.parametrize(
    "step", [pytest.param(step, marks=() if step in {7, 9} else pytest.mark.long) for step in range(1, 20)]
)
def test_a_kill_leaves_every_address_an_answer(three: Project, step: int) -> None:
    """Killed after any of its renames and begun again, it leaves the same permalinks as it would have at once."""
    settings = three.settings
    permalinks = Permalinks(settings.state_folder, most=99, most_states=9)
    made = []
    for state in SnapshotCatalog(settings.state_folder).list():
        with contextlib.closing(open_earlier(settings, state.name)) as backend:
            for text in (HOSTS, TELLING["one word of it"]):
                query = Query(text=text, format=RESULTS_JSON)
                made.append(permalinks.add(state, query, sha256=result_of(backend, query).sha256, rows=0))
    command = [sys.executable, "-c", KILLED, str(three.folder), str(step)]
    killed = subprocess.run(command, capture_output=True, check=False, env=inherited())
    assert killed.returncode in {-signal.SIGKILL, 0}, killed.stderr
    redact(settings, ["id/asa-berg"], reason="privacy")
    kept = SnapshotCatalog(settings.state_folder).names()
    for each in made:
        if each.query == HOSTS:
            found = permalinks.get(each.snapshot, each.id)
            assert (found.sha256, found.snapshot in kept) == (each.sha256, True)
        else:
            with pytest.raises(TakenBack):
                permalinks.get(each.snapshot, each.id)
    assert sorted(each.snapshot for each in permalinks.all()) == sorted(kept)


def test_words_that_stay_may_be_asked_for(three: Project) -> None:
    """Where a thing was an error its names are nobody's secret: queries with them stay, those with its IRI do not."""
    settings = three.settings
    oldest = SnapshotCatalog(settings.state_folder).list()[0]
    permalinks = Permalinks(settings.state_folder, most=99, most_states=9)
    for query in (TELLING["plain"], TELLING["its IRI"]):
        permalinks.add(oldest, Query(text=query, format=RESULTS_JSON), sha256="0" * 64, rows=0)
    redact(settings, ["id/asa-berg"], reason="error")
    assert [each.query for each in permalinks.all()] == [TELLING["plain"]]


def test_permalinks_of_removed_states_are_gone(three: Project) -> None:
    """Nobody sees whether their results had it: neither query nor hash is kept, and the address says why."""
    catalog = SnapshotCatalog(three.settings.state_folder)
    oldest = catalog.names()[0]
    with webserver.serving(three.settings, workers=1, state_seconds=0.2) as server:
        address = cite(server, oldest, HOSTS)
    assert oldest in catalog.prune(1, cited_too=True)
    with webserver.serving(three.settings, workers=1, state_seconds=0.2) as server:
        path = urlsplit(address).path
        assert "dg:host" in look(server.url + path).json()["hint"]
        redact(three.settings, ["id/asa-berg"], reason="privacy")
        gone = look(server.url + path)
        assert (gone.status_code, gone.json()["reason"]) == (HTTPStatus.GONE, "privacy")
        # Of a state that is gone everything is.
        assert look(f"{server.url}/snapshots/{oldest}/results/{'0' * 32}").status_code == HTTPStatus.GONE
    assert not list(three.settings.state_folder.glob("permalinks/*/*.json"))


def test_so_many_that_were_removed_are_remembered(three: Project) -> None:
    """Tombstones are bounded in number: beyond that those that were removed first are forgotten."""
    settings = three.settings
    state = SnapshotCatalog(settings.state_folder).list()[0]
    permalinks = Permalinks(settings.state_folder, most=99, most_states=9)
    made = [
        permalinks.add(state, Query(text=f"ASK {{}} # {number}", format=RESULTS_JSON), sha256="0" * 64, rows=0)
        for number in range(2)
    ]
    permalinks.remove(made[:1])
    folder = settings.state_folder / "permalinks" / state.name
    for number in range(TOMBSTONES - 1):
        (folder / f"{number:032x}.gone").touch()
    permalinks.remove(made[1:2])
    with webserver.serving(settings, workers=1, state_seconds=0.2) as server:
        addresses = [f"{server.url}/snapshots/{state.name}/results/{each.id}" for each in made]
        assert [look(each).status_code for each in addresses[:2]] == [HTTPStatus.NOT_FOUND, HTTPStatus.GONE]
    assert len(list(folder.glob("*.gone"))) == TOMBSTONES
