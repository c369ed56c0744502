"""Permalinks: the same rows again, or the reason why not; and no more of them than the server wants to keep."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox
import pytest
import requests
import webserver

from digigraph.errors import NoSnapshot
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.permalinks import QUERY_BYTES, Permalinks, holds_permalinks
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from digigraph.settings import Settings

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
NAMES = "SELECT ?s ?name { ?s <https://schema.org/name> ?name }"
GRAPH = "CONSTRUCT { ?s <https://schema.org/name> ?name } WHERE { ?s <https://schema.org/name> ?name }"
BASE = "https://example.org/graph/"


def publish(settings: Settings, *names: str) -> str:
    """Publish things with these names, and return the name of the state."""
    lines = {f'<{BASE}id/{number}> <https://schema.org/name> "{name}" .\n' for number, name in enumerate(names)}
    return SnapshotCatalog(settings.state_folder).publish("".join(sorted(lines)).encode(), "0" * 64).snapshot.name


@pytest.fixture
def settings(published: Settings, tmp_path: Path) -> Settings:
    """A folder of its own with two states."""
    made = dataclasses.replace(published, project=tmp_path, workers=1)
    publish(made, "Åsa", "Bo", r"tab\tand \"quote\"", "Bo")
    publish(made, "Ada")
    return made


@pytest.fixture
def serve() -> Iterator[Callable[[Settings], FlaskClient]]:
    """Return clients of what is published, without a server between."""
    with contextlib.ExitStack() as stack:

        def make(settings: Settings) -> FlaskClient:
            backend = open_backend(settings)
            stack.callback(backend.close)
            app = create_app(settings, backend)
            stack.callback(app.extensions["digigraph"].kept.states.close)
            return app.test_client()

        yield make


@pytest.fixture
def client(settings: Settings, serve: Callable[[Settings], FlaskClient]) -> FlaskClient:
    """A client of the two states."""
    return serve(settings)


@pytest.fixture
def states(settings: Settings) -> tuple[str, ...]:
    """Names of the two states."""
    return SnapshotCatalog(settings.state_folder).names()


def make(client: FlaskClient, state: str, query: str = NAMES, **more: str) -> TestResponse:
    return client.post(f"/snapshots/{state}/results", data={"query": query, **more})


def made(client: FlaskClient, state: str, query: str = NAMES, **more: str) -> str:
    """Make a permalink and return its path."""
    reply = make(client, state, query, **more)
    assert reply.status_code == 201, reply.text
    return urlsplit(reply.headers["Location"]).path


def test_it_shows_the_rows_of_its_state_in_every_format(client: FlaskClient, states: tuple[str, ...]):
    """What it shows is what the state's own endpoint answers; its page says of which state, and since when."""
    path = made(client, states[0])
    for name in ("json", "xml", "csv", "tsv"):
        asked = client.get(f"/snapshots/{states[0]}/sparql?{urlencode({'query': NAMES, 'format': name})}")
        shown = client.get(f"{path}?format={name}")
        assert (shown.status_code, shown.content_type) == (200, asked.content_type)
        assert sorted(shown.text) == sorted(asked.text)
        assert "Bo" in shown.text
        assert "Ada" not in shown.text
    page = client.get(path, headers=BROWSER).text
    assert "Åsa" in page
    assert states[0] in page


def test_anybody_can_compute_the_hash(client: FlaskClient, states: tuple[str, ...]):
    """The hash in the header is that of the sorted rows in TSV, as the tools of every system compute it."""
    reply = client.get(f"{made(client, states[0])}?format=tsv")
    script = "{ IFS= read -r names; printf '%s\\n' \"$names\"; LC_ALL=C sort; } | sha256sum"
    command = ["/bin/sh", "-c", script]
    computed = subprocess.run(command, input=reply.get_data(), capture_output=True, check=True).stdout
    assert reply.headers["Digigraph-Result"] == f"sha-256={computed.split()[0].decode()}"
    assert hashlib.sha256(b"").hexdigest() not in reply.headers["Digigraph-Result"]


def test_the_order_of_rows_is_no_part_of_the_hash(client: FlaskClient, states: tuple[str, ...]):
    """The same rows in another order have the same hash; how often a row is there counts."""

    def hash_of(query: str) -> str:
        return str(json.loads(make(client, states[0], query).text)["sha256"])

    first, second = (hash_of(f"{NAMES} ORDER BY {order}(?s)") for order in ("ASC", "DESC"))
    assert first == second
    twice, once = (hash_of(f"SELECT {each} ?name {{ ?s ?p ?name }}") for each in ("", "DISTINCT"))
    assert twice != once


@pytest.mark.parametrize(("query", "rows"), [(GRAPH, 4), ("ASK { ?s ?p ?o }", 0), ("SELECT ?x { ?x ?x ?x }", 0)])
def test_every_form_of_query(client: FlaskClient, states: tuple[str, ...], query: str, rows: int):
    """CONSTRUCT and ASK have permalinks as SELECT has, in their own formats; so has an answer without rows."""
    reply = make(client, states[0], query)
    assert json.loads(reply.text)["rows"] == rows
    path = urlsplit(reply.headers["Location"]).path
    shown = client.get(path, headers={"Accept": "application/n-triples, application/sparql-results+json"})
    address = f"/snapshots/{states[0]}/sparql?{urlencode({'query': query})}"
    asked = client.get(address, headers={"Accept": shown.mimetype})
    assert sorted(shown.text.splitlines()) == sorted(asked.text.splitlines())
    if query is GRAPH:
        lines = sorted(shown.get_data().splitlines(keepends=True))
        assert shown.headers["Digigraph-Result"] == f"sha-256={hashlib.sha256(b''.join(lines)).hexdigest()}"
        turtle = client.get(f"{path}?format=ttl").get_data()
        assert len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == rows
    assert client.get(path, headers=BROWSER).status_code == 200


def test_the_dataset_asked_is_part_of_it(client: FlaskClient, states: tuple[str, ...]):
    """Graphs that are chosen beside the query are asked again; another dataset is another permalink."""
    graph = f"{BASE}graph/nothing"
    path = made(client, states[0], NAMES, **{"default-graph-uri": graph})
    assert path != made(client, states[0])
    assert client.get(f"{path}?format=csv").text.split() == ["s,name"]


def test_who_asks_twice_gets_the_same(client: FlaskClient, states: tuple[str, ...], settings: Settings):
    """The same query in the same state has one permalink, whoever asks; browsers are sent on to it."""
    path = made(client, states[1])
    assert path == made(client, states[1])
    reply = client.post(f"/snapshots/{states[1]}/results", data={"query": NAMES}, headers=BROWSER)
    assert reply.status_code == 303
    assert urlsplit(reply.headers["Location"]).path == path
    assert len(list(settings.state_folder.glob("permalinks/*/*.json"))) == 1


def test_the_page_of_an_answer_offers_one(client: FlaskClient, states: tuple[str, ...]):
    """Where rows can be seen again the page has a button; of the time or of chance there is nothing to link to."""
    for query, is_offered in ((NAMES, True), ("SELECT (NOW() AS ?t) {}", False)):
        for prefix in ("", f"/snapshots/{states[0]}"):
            text = client.get(f"{prefix}/sparql?{urlencode({'query': query})}", headers=BROWSER).text
            assert (f'action="/snapshots/{states[0] if prefix else states[1]}/results"' in text) is is_offered


@pytest.mark.parametrize(
    "query",
    [
        *(f"SELECT ({each}() AS ?x) {{}}" for each in ("NOW", "RAND", "UUID", "STRUUID", "BNODE")),
        "CONSTRUCT { _:x ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_what_is_no_function_of_the_state_is_refused(client: FlaskClient, states: tuple[str, ...], query: str):
    """400, with the reason, and nothing is kept."""
    reply = make(client, states[0], query)
    assert reply.status_code == 400
    assert "NOW, RAND" in json.loads(reply.text)["hint"]
    assert client.get("/metrics").status_code == 200


def test_bad_requests(client: FlaskClient, states: tuple[str, ...]):
    """Every mistake has its status, and none makes a permalink."""
    path = f"/snapshots/{states[0]}/results"
    no_form = client.post(path, data="ASK {}", content_type="application/sparql-query")
    assert (no_form.status_code, no_form.get_json()["hint"]) == (415, "Send application/x-www-form-urlencoded.")
    assert client.post(path, data={"format": "csv"}).status_code == 400
    assert client.post(path, data={"query": ["ASK {}", "ASK {}"]}).status_code == 400
    assert make(client, states[0], "SELEC").status_code == 400
    assert make(client, states[0], "ASK { SERVICE <http://x.example/> {} }").status_code == 400
    assert make(client, states[0], f"ASK {{}} #{'x' * QUERY_BYTES}").status_code == 400
    assert make(client, states[0], "ASK {}", **{"default-graph-uri": "relative"}).status_code == 400
    assert make(client, "9-0123456789ab").status_code == 404
    assert client.get(path).status_code == 405
    for name in ("x", "0" * 32, "..%2f..%2factive"):
        assert client.get(f"{path}/{name}").status_code == 404


def test_a_result_that_is_too_large(settings: Settings, serve: Callable[[Settings], FlaskClient]):
    """A result of more than 4 MB is 422 with a way out."""
    state = publish(settings, *(f"{number} {'x' * 1000}" for number in range(70)))
    reply = make(serve(settings), state, "SELECT * { ?a ?b ?c . ?d ?e ?f }")
    assert reply.status_code == 422
    assert "fewer rows" in json.loads(reply.text)["hint"]


def test_it_outlives_publications_and_servers(settings: Settings):
    """After more publications, pruning and a new server, the address made before shows the very same bytes."""
    states = SnapshotCatalog(settings.state_folder).names()
    with webserver.serving(settings, workers=1) as server:
        reply = requests.post(f"{server.url}/snapshots/{states[1]}/results", data={"query": NAMES}, timeout=120)
        path = urlsplit(reply.json()["url"]).path
        before = requests.get(f"{server.url}{path}", timeout=120)
    for number in range(3):
        publish(settings, f"Later {number}")
    catalog = SnapshotCatalog(settings.state_folder)
    assert states[0] in catalog.prune(1)
    assert states[1] in catalog.names()
    with webserver.serving(settings, workers=1) as server:
        after = requests.get(f"{server.url}{path}", timeout=120)
        assert (after.status_code, after.content) == (200, before.content)
        assert after.headers["Digigraph-Result"] == before.headers["Digigraph-Result"]
        assert after.headers["Digigraph-Snapshot"] == states[1]


def test_a_state_that_is_removed_all_the_same(settings: Settings, client: FlaskClient, states: tuple[str, ...]):
    """When whoever runs the server prunes what is cited, the address is 410, and tells hash, rows and query."""
    path = made(client, states[0])
    shown = client.get(path)
    client.application.extensions["digigraph"].kept.states.close()
    catalog = SnapshotCatalog(settings.state_folder)
    assert catalog.prune(1) == ()
    assert catalog.prune(1, cited_too=True) == (states[0],)
    gone = client.get(path)
    assert gone.status_code == 410
    problem = json.loads(gone.text)
    assert shown.headers["Digigraph-Result"].partition("=")[2] in problem["detail"]
    assert "4 rows" in problem["detail"]
    assert NAMES in problem["hint"]


def test_rows_that_have_changed_are_not_shown(settings: Settings, client: FlaskClient, states: tuple[str, ...]):
    """Where the query gives other rows than were cited, 410 says so, and no row is sent."""
    path = made(client, states[0])
    (file,) = settings.state_folder.glob("permalinks/*/*.json")
    file.write_text(json.dumps(json.loads(file.read_bytes()) | {"sha256": "0" * 64}), encoding="utf-8")
    for headers in ({}, BROWSER):
        reply = client.get(path, headers=headers)
        assert reply.status_code == 410
        assert "Bo" not in reply.text
    assert json.loads(client.get(path).text)["type"].endswith("#result-changed")


def test_their_number_is_bounded(settings: Settings, serve: Callable[[Settings], FlaskClient], states: tuple[str, ...]):
    """Beyond the settings 507 says so and keeps nothing; those that there are still show their rows."""
    client = serve(dataclasses.replace(settings, permalinks=3, permalink_states=1))
    paths = [made(client, states[1], f"{NAMES} # {number}") for number in range(2)]
    assert make(client, states[0]).status_code == 507
    paths.append(made(client, states[1], GRAPH))
    full = make(client, states[1])
    assert full.status_code == 507
    assert json.loads(full.text)["type"].endswith("#permalinks-full")
    assert "permalinks" in json.loads(full.text)["hint"]
    assert paths[0] == made(client, states[1], f"{NAMES} # 0")
    assert [client.get(each).status_code for each in paths] == [200] * 3
    assert len(list(settings.state_folder.glob("permalinks/*/*"))) == 3


def test_what_was_removed_can_be_made_again(settings: Settings, client: FlaskClient, states: tuple[str, ...]):
    """A removed permalink is 410 until somebody cites the same again: then its address shows the rows again."""
    path = made(client, states[0])
    permalinks = Permalinks(settings.state_folder, most=9, most_states=9)
    for _ in range(2):
        permalinks.remove(permalinks.all())
        for headers in ({}, BROWSER):
            assert client.get(path, headers=headers).status_code == 410
        assert not holds_permalinks(settings.state_folder, states[0])
        assert made(client, states[0]) == path
        assert client.get(path).status_code == 200


def test_none_need_be_made(settings: Settings, serve: Callable[[Settings], FlaskClient], states: tuple[str, ...]):
    """With the setting 0 none is made or offered; those made before still show their rows."""
    path = made(serve(settings), states[1])
    client = serve(dataclasses.replace(settings, permalinks=0))
    assert make(client, states[1]).status_code == 404
    page = client.get(f"/sparql?{urlencode({'query': NAMES})}", headers=BROWSER).text
    assert "/results" not in page
    assert client.get(path).status_code == 200


def test_half_written_files_are_none(settings: Settings, client: FlaskClient, states: tuple[str, ...]):
    """What a process that was killed left beside the permalinks counts as none, and does no harm."""
    path = made(client, states[0])
    (file,) = settings.state_folder.glob("permalinks/*/*.json")
    file.with_name(f".{'1' * 32}.json.123").write_bytes(b"{")
    file.with_name(f"{'2' * 32}.json").write_bytes(file.read_bytes()[:20])
    assert client.get(path).status_code == 200
    assert client.get(f"/snapshots/{states[0]}/results/{'2' * 32}").status_code == 404
    assert [each.snapshot for each in Permalinks(settings.state_folder, most=9, most_states=9).all()] == [states[0]]


def test_pruning_and_citing_at_once(settings: Settings):
    """Whatever the order, a permalink that was made has its state, and whoever came too late was told."""
    catalog = SnapshotCatalog(settings.state_folder)
    permalinks = Permalinks(settings.state_folder, most=100, most_states=100)
    query = Query(text="ASK {}", format=RESULTS_JSON)
    late = 0
    for number in range(15):
        name = publish(settings, f"round {number}")
        publish(settings, f"after {number}")
        snapshot, start = catalog.get(name), threading.Barrier(2)

        def prune(start: threading.Barrier) -> None:
            start.wait()
            catalog.prune(1)

        pruning = threading.Thread(target=prune, args=(start,))
        pruning.start()
        start.wait()
        try:
            permalinks.add(snapshot, query, sha256="0" * 64, rows=0)
        except NoSnapshot:
            late += 1
        pruning.join()
        assert holds_permalinks(settings.state_folder, name) == (name in catalog.names())
    assert len(permalinks.all()) == 15 - late


def test_the_command_line_lists_and_removes(settings: Settings, client: FlaskClient, states: tuple[str, ...]):
    """`digigraph permalinks` shows what cites which state; what was removed is 410, and its state can be pruned."""
    path = made(client, states[0], NAMES.replace(" {", "\n{"))
    settings.project.joinpath("digigraph.toml").write_text(f'base_iri = "{BASE}"\n', encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "digigraph", "--project", str(settings.project), *arguments]
        return subprocess.run(command, capture_output=True, check=False, text=True)

    name = path.rpartition("/")[2]
    listed = run("permalinks", "list").stdout
    assert listed.startswith(f"{name}  {states[0]}  ")
    assert listed.endswith(f"  4 rows  {NAMES}\n")
    client.application.extensions["digigraph"].kept.states.close()
    assert run("snapshots", "prune", "--keep", "1").stdout == f"{states[0]} stays: 1 permalink cites it\n"
    assert run("permalinks", "remove", "0" * 32).returncode == 2
    assert run("permalinks", "remove", name).stdout == f"{states[0]}/{name} removed\n"
    assert (run("permalinks", "list").stdout, client.get(path).status_code) == ("", 410)
    assert run("snapshots", "prune", "--keep", "1").stdout == f"{states[0]} removed\n"
    gone = client.get(path)
    assert (gone.status_code, json.loads(gone.text)["type"].rpartition("#")[2]) == (410, "gone")
    assert "removed by whoever runs this server" in json.loads(gone.text)["detail"]
    assert NAMES.partition(" {")[0] not in gone.text


def test_a_permalink_is_removed_from_every_state(settings: Settings, client: FlaskClient, states: tuple[str, ...]):
    """Of one id in two states, `STATE/ID` removes one, and ID alone both; each that is removed is named."""
    settings.project.joinpath("digigraph.toml").write_text(f'base_iri = "{BASE}"\n', encoding="utf-8")
    command = [sys.executable, "-m", "digigraph", "--project", str(settings.project), "permalinks", "remove"]

    def removed(asked: str) -> set[str]:
        return set(subprocess.run([*command, asked], capture_output=True, check=True, text=True).stdout.splitlines())

    for number, expected in ((1, [410, 200]), (2, [410, 410])):
        paths = [made(client, state, f"ASK {{ FILTER({number} = {number}) }}") for state in states]
        (name,) = {path.rpartition("/")[2] for path in paths}
        cited = [f"{state}/{name}" for state in states][:number]
        assert removed(cited[0] if number == 1 else name) == {f"{each} removed" for each in cited}
        assert [client.get(path).status_code for path in paths] == expected
