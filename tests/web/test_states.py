"""Earlier states over HTTP: each with its own pages, data and endpoint, and none at another's cost."""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox
import pytest
import requests
import webserver
from projects import FACTS, Project, made_project

from digigraph.pipeline import publish
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from webserver import Server

BROWSER = {"Accept": "text/html,*/*;q=0.8"}
BASE = "https://example.org/graph/"
KI = FACTS.replace("host: kth", "host: ki")
PROV = "http://www.w3.org/ns/prov#"
HOSTS = "SELECT ?host { <https://example.org/graph/id/nhd> <https://w3id.org/digigraph/ns#host> ?host }"
SHOWN = [
    "/",
    "/page/nhd",
    "/page/kth",
    "/doc/nhd-page",
    "/catalog",
    "/ns",
    "/sparql",
    "/dumps/",
    f"/sparql?{urlencode({'query': HOSTS})}",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with three states: the host was KTH, then KI, then KTH again with one fact less."""
    made = made_project(tmp_path_factory.mktemp("states") / "project", shapes=False, concepts=False)
    publish(made.settings)
    made.facts(KI)
    publish(made.settings)
    made.facts(FACTS[: FACTS.rindex("  - quote")])
    publish(made.settings)
    return made


@pytest.fixture(scope="module")
def names(project: Project) -> tuple[str, ...]:
    """Names of its states."""
    found = SnapshotCatalog(project.settings.state_folder).names()
    assert len(found) == 3
    return found


@pytest.fixture(scope="module")
def client(project: Project) -> Iterator[FlaskClient]:
    """A client without a server between."""
    backend = open_backend(project.settings)
    app = create_app(project.settings, backend)
    yield app.test_client()
    app.extensions["digigraph"].kept.states.close()
    backend.close()


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Server]:
    """A real server."""
    with webserver.serving(project.settings, workers=1) as running:
        yield running


def hosts(client: FlaskClient, prefix: str) -> set[str]:
    answer = client.get(f"{prefix}/sparql?{urlencode({'query': HOSTS, 'format': 'csv'})}")
    assert answer.status_code == 200
    return {each.rpartition("/")[2] for each in answer.text.split()[1:]}


def test_each_state_has_an_endpoint(client: FlaskClient, names: tuple[str, ...]):
    """The same query gives in each state what was published then, and says which state that was."""
    assert [hosts(client, f"/snapshots/{name}") for name in names] == [{"kth"}, {"ki"}, {"kth"}]
    assert hosts(client, "") == {"kth"}
    reply = client.post(f"/snapshots/{names[1]}/sparql", data={"query": "ASK {}"})
    assert reply.headers["Digigraph-Snapshot"] == names[1]


def test_each_state_has_data_and_pages(client: FlaskClient, names: tuple[str, ...]):
    """A thing's data, and its page, are those of the state, with what it knew and without what it did not."""
    for name, host in zip(names, ("kth", "ki", "kth"), strict=True):
        data = client.get(f"/snapshots/{name}/data/nhd.nt")
        assert f"<{BASE}id/nhd> <https://w3id.org/digigraph/ns#host> <{BASE}id/{host}> ." in data.text
        assert data.headers["Digigraph-Snapshot"] == name
        assert "Nordic Health Data" in client.get(f"/snapshots/{name}/page/nhd", headers=BROWSER).text
    page = [client.get(f"/snapshots/{name}/page/ada-berg", headers=BROWSER).text for name in names]
    assert ["Ada Berg leads" in each for each in page] == [True, True, False]


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "link":
            self.found += [value for name, value in attrs if name in {"href", "action"} and value]


@pytest.mark.parametrize("path", SHOWN)
def test_links_stay_in_the_state(client: FlaskClient, names: tuple[str, ...], path: str):
    """Every link of a page leads into the same state, to what is of all states, or to the same page of the present."""
    prefix = f"/snapshots/{names[0]}"
    reply = client.get(prefix + path, headers=BROWSER)
    assert reply.status_code == 200
    parser = _Links()
    parser.feed(reply.text)
    inside = [each for each in parser.found if each.startswith("/") and not each.startswith("/static/")]
    assert [each for each in inside if not each.startswith(f"{prefix}/")] == [prefix, path, "/snapshots", "/changes"]
    assert len(inside) > 5
    # Permalinks are made there, by POST.
    for each in dict.fromkeys(link for link in inside if not link.endswith("/results")):
        assert client.get(each, headers=BROWSER, buffered=True).status_code in {200, 303}, each


def test_redirects_stay_in_the_state(client: FlaskClient, names: tuple[str, ...]):
    """A thing's IRI and the newest dump lead to what the same state has."""
    prefix = f"/snapshots/{names[1]}"
    for path, accept, to in (
        ("/id/nhd", "text/html", "/page/nhd"),
        ("/id/nhd", "text/turtle", "/data/nhd"),
        ("/dataset", "text/turtle", "/.well-known/void"),
        ("/dumps/latest.nq", "*/*", f"/dumps/{names[1]}.nq"),
    ):
        reply = client.get(prefix + path, headers={"Accept": accept})
        assert urlsplit(reply.headers["Location"]).path == prefix + to
        assert (
            client.get(prefix + to, headers={"Accept": accept}, buffered=True).headers["Digigraph-Snapshot"] == names[1]
        )


def test_the_states_are_listed(client: FlaskClient, names: tuple[str, ...]):
    """For people, as JSON and as RDF: when each was made, by what version, from sources of which hash."""
    page = client.get("/snapshots", headers=BROWSER).text
    listed = client.get("/snapshots", headers={"Accept": "application/json"}).json
    assert listed is not None
    assert [each["name"] for each in listed["snapshots"]] == list(names)
    assert [each["active"] for each in listed["snapshots"]] == [False, False, True]
    turtle = client.get("/snapshots.ttl").text
    graph = {
        (str(each.subject), str(each.predicate), str(each.object))
        for each in ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)
    }
    catalog = SnapshotCatalog(client.application.extensions["digigraph"].settings.state_folder)
    for state, said in zip(catalog.list(), listed["snapshots"], strict=True):
        assert state.name in page
        for name in ("created", "digigraph", "engine", "sources", "sha256", "quads", "triples"):
            assert said[name] == getattr(state, name)
        about = f"<{BASE}snapshots/{state.name}"
        created = f'"{state.created}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
        assert (f"{about}>", f"<{PROV}generatedAtTime>", created) in graph
        assert (f"{about}#program>", "<https://schema.org/softwareVersion>", f'"{state.digigraph}"') in graph
        assert any(subject == f"{about}#sources-checksum>" and state.sources in value for subject, _, value in graph)
        for url in (said["url"], said["pages"], said["sparql"], *said["dumps"]):
            assert client.get(url.removeprefix("http://127.0.0.1:8000"), buffered=True).status_code == 200
    one = client.get(f"/snapshots/{names[0]}.json").json
    assert one == listed["snapshots"][0]
    assert names[0] in client.get(f"/snapshots/{names[0]}", headers=BROWSER).text


def test_what_is_kept_of_one_state_is_not_sent_for_another(server: Server, names: tuple[str, ...]):
    """Whole replies of two states and of the present one, asked in turn, differ each time as the states do."""
    paths = [f"/snapshots/{names[0]}", f"/snapshots/{names[1]}", f"/snapshots/{names[2]}", ""]
    for _ in range(3):
        found = [requests.get(f"{server.url}{each}/data/nhd.nt", timeout=120) for each in paths]
        assert ["graph/id/ki>" in each.text for each in found] == [False, True, False, False]
        tags = [each.headers["ETag"] for each in found]
        assert len(set(tags)) == 4
        for path, tag in zip(paths, tags, strict=True):
            held = requests.get(f"{server.url}{path}/data/nhd.nt", headers={"If-None-Match": tag}, timeout=120)
            assert held.status_code == 304


def test_a_state_that_was_pruned_is_gone(project: Project, tmp_path: Path):
    """Everything below its path is 410, at once though it was in the caches; what never was is 404."""
    shutil.copytree(project.folder, tmp_path / "project")
    settings = Project(tmp_path / "project").settings
    catalog = SnapshotCatalog(settings.state_folder)
    first = catalog.names()[0]
    paths = [
        f"/snapshots/{first}{each}" for each in ("", ".json", "/", "/page/nhd", "/data/nhd.ttl", "/sparql?query=ASK{}")
    ]
    with webserver.serving(settings, workers=1, state_seconds=0.2) as server:
        assert [server.status(each) for each in paths] == [200] * 6
        assert server.status("/snapshots/9-0123456789ab/page/nhd") == 404
        until = time.monotonic() + webserver.PATIENCE
        while first not in catalog.prune(2):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert [server.status(each) for each in (*paths, f"/dumps/{first}.nq")] == [410] * 7
        problem = requests.get(f"{server.url}{paths[3]}", timeout=120).json()
        assert problem["type"].endswith("#gone")
        assert first in problem["detail"]
        removed = requests.get(f"{server.url}/snapshots.json", timeout=120).json()["removed"]
        assert [each["name"] for each in removed] == [first]


def test_a_crawl_of_all_states_leaves_nothing(project: Project, names: tuple[str, ...]):
    """After every page of every state was asked for, at once, the server has as many processes and files as before."""
    with webserver.serving(project.settings, workers=1, states_open=1, state_seconds=0.3, queue_seconds=3600) as server:
        assert server.status("/page/nhd") == 200
        files, children = server.wait_for_rest("/healthz"), len(server.query_processes())
        urls = [f"{server.url}/snapshots/{name}{path}" for name in names for path in SHOWN]
        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(lambda url: requests.get(url, headers=BROWSER, timeout=120).status_code, urls))
        assert set(found) <= {200, 503}
        assert found.count(200) > len(SHOWN)
        server.wait_for_rest("/healthz", files=files)
        server.wait_for_processes(children)


def test_the_processes_of_states_end_with_the_server(project: Project, names: tuple[str, ...]):
    """A server that is stopped leaves nothing, with one earlier state at rest and one that computes."""
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    with webserver.serving(project.settings, workers=1, query_seconds=3600, state_seconds=3600) as server:
        assert server.status(f"/snapshots/{names[0]}/data/nhd.nt") == 200
        with server.get(f"/snapshots/{names[1]}/sparql?{urlencode({'query': endless})}"):
            server.busy_process()
            metrics = requests.get(f"{server.url}/metrics", timeout=120).text
            assert "digigraph_earlier_states 2.0" in metrics
            processes = list(server.query_processes())
            assert len(processes) >= 6
            assert server.stop() == 0
        assert not any(server.is_alive(pid) for pid in processes)


def test_behind_an_endpoint_there_are_none(project: Project):
    """Where an endpoint of others answers, every path of states is 404 with the reason."""
    settings = dataclasses.replace(project.settings, endpoint="http://127.0.0.1:9/sparql")
    backend = open_backend(settings)
    client = create_app(settings, backend).test_client()
    for path in (
        "/snapshots",
        "/snapshots.json",
        "/snapshots/1-0123456789ab",
        "/snapshots/1-0123456789ab/page/nhd",
        "/timemap/link/page/nhd",
        "/snapshots/1-0123456789ab/results/0",
    ):
        reply = client.get(path)
        assert reply.status_code == 404
        assert "endpoint of others" in json.loads(reply.text)["detail"]
    # Nobody knows its past either: what it has is asked as ever, and the endpoint does not answer.
    asked = client.get("/page/nhd", headers={"Accept-Datetime": "Thu, 01 Jan 2026 00:00:00 GMT", **BROWSER})
    assert asked.status_code == 502
    backend.close()
