"""Memento (RFC 7089): what was here at a date, told in the words of the standard, to a client of others."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import pytest
import requests
import webserver
from memento_client import MementoClient
from projects import FACTS, Project, made_project
from werkzeug.http import http_date

from digigraph.pipeline import publish
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from webserver import Server

YEARS = (2021, 2022, 2024)
HOSTS = ("kth", "ki", "kth")
ORIGINALS = ["/", "/page/nhd", "/data/nhd.ttl", "/doc/nhd-page", "/ns.ttl", "/catalog.ttl", "/graph/curated"]
"""Resources that have a past, asked for as they are."""


def day(year: int) -> dt.datetime:
    return dt.datetime(year, 1, 1, tzinfo=dt.UTC)


def of_three_years(folder: Path) -> Project:
    """Return a project of three states, made at the beginnings of three years: manifests were altered."""
    made = made_project(folder, shapes=False, concepts=False)
    for host in HOSTS:
        made.facts(FACTS.replace("host: kth", f"host: {host}") + (f"  # {len(host)}\n"))
        if len(SnapshotCatalog(made.settings.state_folder).names()) == 2:
            made.facts(FACTS[: FACTS.rindex("  - quote")])
        publish(made.settings)
    for state, year in zip(SnapshotCatalog(made.settings.state_folder).list(), YEARS, strict=True):
        manifest = state.folder / "manifest.json"
        content = json.loads(manifest.read_bytes()) | {"created": day(year).isoformat()}
        manifest.write_text(json.dumps(content), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with three states."""
    return of_three_years(tmp_path_factory.mktemp("memento") / "project")


@pytest.fixture(scope="module")
def names(project: Project) -> tuple[str, ...]:
    """Names of the states."""
    return SnapshotCatalog(project.settings.state_folder).names()


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Server]:
    """A real server."""
    with webserver.serving(project.settings, workers=1) as running:
        yield running


def get(server: Server, path: str, when: str = "", **headers: str) -> requests.Response:
    asked = {**headers, **({"Accept-Datetime": when} if when else {})}
    return requests.get(server.url + path, headers=asked, timeout=120, allow_redirects=False)


def links(response: requests.Response) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] | None = MementoClient.parse_link_header(response.headers["Link"])
    assert found
    return found


@pytest.mark.parametrize("path", ["/page/nhd", "/data/nhd.ttl", "/doc/nhd-page", "/page/nhd?lang=sv"])
@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (dt.datetime(2021, 7, 1), 0),  # noqa: DTZ001 - as the client wants it
        (dt.datetime(2022, 1, 1), 1),  # noqa: DTZ001
        (dt.datetime(2023, 12, 31), 1),  # noqa: DTZ001
        (dt.datetime(2030, 1, 1), 2),  # noqa: DTZ001
        (dt.datetime(1999, 1, 1), 0),  # noqa: DTZ001
    ],
)
def test_a_client_library_travels(server: Server, names: tuple[str, ...], path: str, when: dt.datetime, expected: int):
    """py-memento-client finds the state that was the newest at the date, else the first, and its neighbours."""
    with MementoClient(timegate_uri="") as client:
        info = client.get_memento_info(server.url + path, when)

    def at(number: int) -> dict[str, object]:
        return {
            "uri": [f"{server.url}/snapshots/{names[number]}{path}"],
            "datetime": day(YEARS[number]).replace(tzinfo=None),
        }

    assert info["original_uri"] == info["timegate_uri"] == server.url + path
    mementos = info["mementos"]
    assert mementos["closest"] == at(expected) | {"http_status_code": 200}
    assert (mementos["first"], mementos["last"]) == (at(0), at(2))
    assert mementos.get("prev") == (at(expected - 1) if expected else None)
    assert mementos.get("next") == (at(expected + 1) if expected < 2 else None)


def test_who_went_back_is_led_to_what_was_served(tmp_path: Path):
    """From when a state is active again, dates lead to it, however soon; earlier ones to what was served then."""
    went = of_three_years(tmp_path / "project")
    catalog = SnapshotCatalog(went.settings.state_folder)
    names = catalog.names()
    lists = set()
    for back in (0, 1, 0, 2):
        catalog.activate(names[back], "0" * 64)
        with contextlib.closing(open_backend(went.settings)) as backend:
            client = create_app(went.settings, backend).test_client()
            assert client.get("/page/nhd").headers["Digigraph-Snapshot"] == names[back]
            now = dt.datetime.now(dt.UTC)
            for when, expected in ((day(1999), 0), (day(2021), 0), (day(2023), 1), (day(2025), 2), (now, back)):
                led = client.get("/page/nhd", headers={"Accept-Datetime": http_date(when)})
                assert led.headers["Location"].endswith(f"/snapshots/{names[expected]}/page/nhd"), (when, back)
            lists.add(client.get("/timemap/link/page/nhd").text)
    # Each state is listed once, with the date when it was made, which is that of its Memento-Datetime.
    assert len(lists) == 1


def test_a_damaged_log_leaves_the_dates_of_the_states(tmp_path: Path):
    """Where the log of changes cannot be read, dates lead to the state that was made last before them."""
    damaged = of_three_years(tmp_path / "project")
    catalog = SnapshotCatalog(damaged.settings.state_folder)
    (catalog.changes.folder / "1.diff").write_bytes(b"nothing")
    with contextlib.closing(open_backend(damaged.settings)) as backend:
        client = create_app(damaged.settings, backend).test_client()
        for year, expected in ((2021, 0), (2023, 1), (2025, 2)):
            led = client.get("/page/nhd", headers={"Accept-Datetime": http_date(day(year))})
            assert led.headers["Location"].endswith(f"/snapshots/{catalog.names()[expected]}/page/nhd")


@pytest.mark.parametrize("path", ORIGINALS)
def test_the_library_tells_the_resources_apart(server: Server, names: tuple[str, ...], path: str):
    """It takes the original for a TimeGate, what it leads to for a Memento, and finds the original from there."""
    memento = f"{server.url}/snapshots/{names[0]}{path}"
    assert MementoClient.is_timegate(server.url + path)
    assert not MementoClient.is_memento(server.url + path)
    assert MementoClient.is_memento(memento)
    with MementoClient(timegate_uri="") as client:
        assert client.get_original_uri(memento) == server.url + path


@pytest.mark.parametrize("path", ORIGINALS)
def test_originals_say_where_their_past_is(server: Server, path: str):
    """They name their TimeGate and TimeMap, and that Accept-Datetime decides; also where the client holds them."""
    reply = get(server, path)
    held = get(server, path, **{"If-None-Match": reply.headers["ETag"]})
    assert held.status_code == 304
    for each in (reply, held):
        assert "accept-datetime" in each.headers["Vary"].lower()
        assert "Memento-Datetime" not in each.headers
        assert {"original", "timegate"} <= set(links(each)[server.url + path]["rel"])
        assert links(each)[f"{server.url}/timemap/link{path}"]["rel"] == ["timemap"]


def test_a_memento_says_of_what_and_when(server: Server, names: tuple[str, ...]):
    """It has its date, its original, TimeGate, TimeMap, the first and the last; its content is that of its state."""
    for number, (name, year) in enumerate(zip(names, YEARS, strict=True)):
        reply = get(server, f"/snapshots/{name}/data/nhd.nt")
        assert reply.headers["Memento-Datetime"] == http_date(day(year))
        assert f"graph/id/{HOSTS[number]}>" in reply.text
        found = links(reply)
        assert set(found[f"{server.url}/data/nhd.nt"]["rel"]) == {"original", "timegate"}
        assert found[f"{server.url}/snapshots/{names[0]}/data/nhd.nt"]["rel"][0] == "first"
        assert found[f"{server.url}/snapshots/{name}/data/nhd.nt"]["datetime"] == [http_date(day(year))]


def test_things_lead_on_from_their_state(server: Server, names: tuple[str, ...]):
    """The IRI of a thing with a date leads to the thing in the state, and from there to its page or data of then."""
    first = get(server, "/id/nhd", http_date(day(2023)), Accept="text/turtle")
    assert (first.status_code, first.headers["Location"]) == (302, f"{server.url}/snapshots/{names[1]}/id/nhd")
    assert "Memento-Datetime" not in first.headers
    second = get(server, f"/snapshots/{names[1]}/id/nhd", Accept="text/turtle")
    assert (second.status_code, second.headers["Location"]) == (303, f"{server.url}/snapshots/{names[1]}/data/nhd")


def test_what_is_gone_has_a_past(server: Server, names: tuple[str, ...]):
    """An evidence that the present state does not have is 410 with a link to its past, where it is found."""
    quote = re.findall(r"/ev/[\w.-]+", get(server, f"/snapshots/{names[0]}/page/ada-berg", Accept="text/html").text)[0]
    gone = get(server, quote)
    assert gone.status_code == 410
    # The hint leads there too.
    assert requests.get(gone.json()["hint"].split()[0], timeout=120).status_code == 200
    assert links(gone)[f"{server.url}/timemap/link{quote}"]["rel"] == ["timemap"]
    earlier = get(server, quote, http_date(day(2021)))
    assert earlier.status_code == 302
    assert requests.get(earlier.headers["Location"], timeout=120).status_code == 200


@pytest.mark.parametrize("path", ["/page/nhd", "/page/nhd?lang=sv", "/", "/doc/nhd-page.jsonld"])
def test_the_timemap_lists_the_states(server: Server, names: tuple[str, ...], path: str):
    """It names the original, itself with its period, and a Memento of each state with its date, in order."""
    reply = get(server, f"/timemap/link{path}")
    assert reply.headers["Content-Type"] == "application/link-format"
    found = MementoClient.parse_link_header(reply.text)
    mementos = [f"{server.url}/snapshots/{name}{path}" for name in names]
    assert list(found) == [server.url + path, f"{server.url}/timemap/link{path}", *mementos]
    assert found[f"{server.url}/timemap/link{path}"]["rel"] == ["self"]
    assert found[f"{server.url}/timemap/link{path}"]["until"] == [http_date(day(2024))]
    assert [found[each]["datetime"] for each in mementos] == [[http_date(day(year))] for year in YEARS]
    assert found[mementos[0]]["rel"] == ["first", "memento"]
    assert found[mementos[2]]["rel"] == ["last", "memento"]
    full = requests.get(f"{server.url}/timemap/link/{server.url}{path}", timeout=120)
    assert full.text == reply.text


def test_nobody_writes_into_the_links_of_others(project: Project, names: tuple[str, ...]):
    """What would end a URL in a parameter is encoded, in headers and the TimeMap, under servers that let it in."""
    evil = 'x=>;rel="canonical",<http://evil.example/>'
    safe = "?x=%3E;rel=%22canonical%22,%3Chttp://evil.example/%3E"
    with contextlib.closing(open_backend(project.settings)) as backend:
        client = create_app(project.settings, backend).test_client()
        for path in ("/ns.ttl", f"/snapshots/{names[2]}/ns.ttl", "/timemap/link/ns.ttl"):
            reply = client.get(path, environ_overrides={"QUERY_STRING": evil})
            said = reply.text if "timemap" in path else ",".join(reply.headers.getlist("Link"))
            assert f"/ns.ttl{safe}" in said
            assert "<http://evil" not in said


@pytest.mark.parametrize(
    "when",
    [
        "yesterday",
        "2022-01-01",
        "0",
        "Sat, 01 Jan 0000 00:00:00 GMT",
        "Sat, 01 Jan 22 00:00:00 GMT",
        "Sat, 1 Jan 2022 00:00:00 GMT",
        "Sun, 01 Jan 2022 00:00:00 GMT",
        "Sat, 32 Jan 2022 00:00:00 GMT",
        "Tue, 30 Feb 2022 00:00:00 GMT",
        "Sat, 01 Jan 2022 25:00:00 GMT",
        "Sat, 01 Jan 2022 00:00:00 +0100",
        "Sat, 01 Jan 2022 00:00:00",
        "Sat, 01 Jan 2022 00:00:00 GMT, Sat, 01 Jan 2022 00:00:00 GMT",
        "sat, 01 jan 2022 00:00:00 gmt",
        "Saturday, 01-Jan-22 00:00:00 GMT",
        "Sat Jan  1 00:00:00 2022",
        "Sat, 01 Jan 99999 00:00:00 GMT",
    ],
)
def test_a_date_that_is_none_is_refused(server: Server, when: str):
    """Whatever is no date in the one form of the standard (RFC 7089, section 2.1.1) is 400, with an example."""
    reply = get(server, "/page/nhd", when)
    assert reply.status_code == 400
    assert "Thu, 01 Jan 1970 00:00:00 GMT" in reply.json()["detail"]


def test_dates_of_any_year_are_dates(server: Server, names: tuple[str, ...]):
    """The first and the last year that can be written so lead to the first and the last state."""
    for when, name in (("Mon, 01 Jan 0001 00:00:00 GMT", names[0]), ("Fri, 31 Dec 9999 23:59:59 GMT", names[2])):
        reply = get(server, "/page/nhd", when)
        assert (reply.status_code, reply.headers["Location"]) == (302, f"{server.url}/snapshots/{name}/page/nhd")


def test_the_timemap_of_what_the_data_names(server: Server):
    """It is found by the IRI that the data has for a thing, a document or evidence, as by where that is to be had."""
    for path in ("id/nhd", "doc/nhd-page", "catalog"):
        here = get(server, f"/timemap/link/{path}")
        assert here.status_code == 200
        assert get(server, f"/timemap/link/https://example.org/graph/{path}").text == here.text
    for path in ("sparql", "nonsense", ""):
        reply = get(server, f"/timemap/link/https://example.org/graph{path}")
        assert (reply.status_code, "example.org" in reply.json()["detail"]) == (404, True)


def test_what_has_no_past(server: Server):
    """There is no TimeMap of queries, of what is no path, or of another server."""
    for path in ("/sparql", "/healthz", "/nonsense", "/snapshots", "/https://elsewhere.example/page/nhd"):
        assert get(server, f"/timemap/link{path}").status_code == 404
    assert get(server, "/sparql?query=ASK{}", http_date(day(2022))).status_code == 200
