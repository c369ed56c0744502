"""What operators rely on: log, metrics, health, stopping, new snapshots under load, and who asks behind a proxy."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import ipaddress
import json
import os
import re
import select
import signal
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import webserver
from endless import BEGUN, ENDLESS
from projects import REPOSITORY
from prometheus_client.parser import text_string_to_metric_families

from digigraph.errors import SettingsError
from digigraph.settings import Settings
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.exchanges.clients import Clients
from digigraph.web.exchanges.wsgi import Scope
from digigraph.web.observing.logs import logged
from digigraph.web.observing.record import Record

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from webserver import Server, Serving

SECRET = "a-secret-that-nobody-may-read"  # noqa: S105 - made up

Line = dict[str, object]


def ask(server: Server, target: str, *, method: str = "GET", **headers: str) -> tuple[int, str, bytes]:
    with contextlib.closing(http.client.HTTPConnection(*server.address, timeout=webserver.PATIENCE)) as connection:
        connection.request(method, target, headers={name.replace("_", "-"): text for name, text in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers["X-Request-Id"], response.read()


def lines_of(server: Server) -> list[Line]:
    """Stop a server; every line of its log, each a JSON object."""
    assert server.stop() == 0
    assert server.process.stderr is not None
    return [json.loads(line) for line in server.process.stderr.read().decode().splitlines()]


class TestLog:
    """A line of JSON for each request."""

    def test_each_request_is_a_line(self, serving: Serving):
        """Id, client, method, path, route, status, seconds, bytes; the query's hash, the problem, and what was kept."""
        query = quote("ASK { ?s ?p ?o }")
        with serving(workers=2, log_format="json") as server:
            first = ask(server, f"/sparql?query={query}")
            again = ask(server, f"/sparql?query={query}")
            wrong = ask(server, "/sparql?query=nonsense")
            missing = ask(server, "/no%0Asuch%22path")
            requests = [each for each in lines_of(server) if each.get("event") == "request"]
        by_id = {each["request_id"]: each for each in requests}
        one, two, three, four = (by_id[each[1]] for each in (first, again, wrong, missing))
        assert (one["method"], one["path"], one["route"], one["status"]) == ("GET", "/sparql", "/sparql", 200)
        assert (one["client"], one["bytes"], one["kept"], one["broken"]) == ("127.0.0.1", len(first[2]), False, False)
        assert (two["route"], two["kept"], two["bytes"]) == ("/sparql", True, len(first[2]))
        assert len(str(one["query_hash"])) == 16
        assert "query" not in one
        assert (three["status"], three["problem"]) == (400, "query-syntax")
        assert json.loads(wrong[2])["request_id"] == wrong[1]
        assert (four["status"], four["path"], four["route"]) == (404, '/no\nsuch"path', "")
        assert all(isinstance(each["seconds"], float) and str(each["time"]).endswith("+00:00") for each in requests)

    @pytest.mark.parametrize("media_type", ["json", "csv", "tsv", "xml"])
    def test_rows_of_answers(self, serving: Serving, media_type: str):
        """Of a SELECT in each format, none and many, sent whole, streamed, coded or kept; triples; not of ASK."""
        many = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 5000"
        asked = [
            ("SELECT ?s { ?s <urn:no> ?o }", {}, 0),
            ("SELECT ?s { VALUES ?s { 1 2 3 } }", {}, 3),
            ("SELECT ?s { VALUES ?s { 1 2 3 } }", {}, 3),
            (many, {}, 5000),
            (many, {"Accept_Encoding": "zstd"}, 5000),
            ("ASK {}", {}, None),
            ("nonsense", {}, None),
        ]
        with serving(workers=2, log_format="json") as server:
            ids = [
                ask(server, f"/sparql?query={quote(text)}&format={media_type}", **more)[1] for text, more, _ in asked
            ]
            graph = ask(server, f"/sparql?query={quote('CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 7')}")[1]
            by_id = {each["request_id"]: each for each in lines_of(server) if each.get("event") == "request"}
        assert [by_id[each].get("rows") for each in ids] == [rows for _, _, rows in asked]
        assert by_id[graph]["rows"] == 7

    def test_secrets_are_in_no_line(self, serving: Serving):
        """Neither Authorization nor Cookie, nor parameters of URL and body, whatever becomes of the request."""
        with serving(workers=2, log_format="json") as server:
            for target in (f"/sparql?query=ASK%7B%7D&token={SECRET}", f"/x?{SECRET}", f"/sparql?query={SECRET}", "/"):
                ask(server, target, Authorization=f"Bearer {SECRET}", Cookie=f"session={SECRET}", Accept="text/html")
            with server.send(f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{SECRET}"):
                pass
            assert SECRET not in json.dumps(lines_of(server))

    def test_the_text_of_queries_where_it_is_asked_for(self, serving: Serving):
        """``log_queries=text`` writes it."""
        with serving(workers=2, log_format="json", log_queries="text") as server:
            ask(server, f"/sparql?query={quote('ASK { # my question' + chr(10) + '}')}")
            assert "ASK { # my question\n}" in [each.get("query") for each in lines_of(server)]

    def test_what_breaks_off_is_said(self, serving: Serving):
        """A transfer that is broken off has status 200 and is called broken; what else is said is JSON too."""
        with serving(workers=2, query_seconds=3600, log_format="json") as server:
            with server.get(f"/sparql?query={quote(BEGUN)}") as client:
                assert client.recv(12) == b"HTTP/1.1 200"
                server.kill_all_query_processes()
                while client.recv(65536):
                    pass
            lines = lines_of(server)
        assert [(each["status"], each["broken"]) for each in lines if each.get("event") == "request"] == [(200, True)]
        assert any("broken off" in str(each.get("message")) for each in lines)


def test_a_log_that_nobody_reads_holds_nobody_up(serving: Serving):
    """Far more lines than a pipe holds, and more than are kept: every request is answered."""
    with serving(workers=2, log_format="json") as server:
        connection = http.client.HTTPConnection(*server.address, timeout=webserver.PATIENCE)
        target = f"/sparql?query={quote('ASK {}')}&{'x' * 300}"
        for _ in range(1500):
            connection.request("GET", target)
            response = connection.getresponse()
            response.read()
            assert response.status == 200
        connection.close()


def fill(pipe: int) -> None:
    """Write into a pipe, with spaces, as much as it holds."""
    for size in (4096, 1):
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(pipe, b" " * size)


def emptied(pipe: int) -> bytes:
    """What is in a pipe."""
    content = b""
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(pipe, 65536):
            content += piece
    return content


def test_lines_that_cannot_be_written_are_told_later(published: Settings, monkeypatch: pytest.MonkeyPatch):
    """Where the log cannot be written for a while, lines are lost, and nothing else: their number is a line."""
    there, here = os.pipe()
    content, record = b"", Record(method="GET", path="/", client="")
    with os.fdopen(there, "rb"), os.fdopen(here, "w") as stderr:
        for end in (there, here):
            os.set_blocking(end, False)
        monkeypatch.setattr("sys.stderr", stderr)
        with logged(dataclasses.replace(published, log_format="json")) as observe:
            while b"were dropped" not in content:
                fill(here)
                observe(record)
                # Where the machine was so slow that the pipe was empty by then it is tried again.
                time.sleep(0.05)
                content += emptied(there)
                observe(record)
                select.select([there], [], [], webserver.PATIENCE)
                content += emptied(there)
        monkeypatch.undo()
    messages = [json.loads(line).get("message", "") for line in content.splitlines() if line.strip()]
    assert re.fullmatch(r"\d+ lines of the log were dropped\.", max(messages))


def test_an_address_that_stands_for_all_is_no_link(serving: Serving):
    """Who listens on every address and names none to readers is warned: links lead to what it listens on."""
    with serving(workers=1, host="0.0.0.0", log_format="json") as server:  # noqa: S104 - for a moment
        assert "public_url" in str(lines_of(server)[0]["message"])
    with serving(workers=1, host="0.0.0.0", log_format="json", public_url="https://graph.example/") as server:  # noqa: S104
        assert lines_of(server) == []


def samples(server: Server) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = ask(server, "/metrics")[2].decode()
    families = text_string_to_metric_families(text)
    return {(each.name, tuple(sorted(each.labels.items()))): each.value for one in families for each in one.samples}


class TestMetrics:
    """Prometheus reads them, and no client can make them grow."""

    def test_what_happens_is_counted(self, serving: Serving):
        """Requests by route and status, problems by type, what is kept, the processes and the snapshot."""
        with serving(workers=2) as server:
            for _ in range(3):
                ask(server, f"/sparql?query={quote('ASK { ?s ?p ?o }')}")
            ask(server, "/sparql?query=nonsense")
            # An exchange is counted when it is over, which its client may know first.
            found = samples(server)
            while found.get(("digigraph_request_seconds_count", (("route", "/sparql"),))) != 4:
                found = samples(server)
        route = (("method", "GET"), ("route", "/sparql"))
        assert found["digigraph_requests_total", (*route, ("status", "200"))] == 3
        assert found["digigraph_requests_total", (*route, ("status", "400"))] == 1
        assert found["digigraph_request_seconds_count", (("route", "/sparql"),)] == 4
        assert found["digigraph_problems_total", (("type", "query-syntax"),)] == 1
        assert found["digigraph_kept_replies_total", ()] == 2
        assert found["digigraph_cache_bytes", (("cache", "replies"),)] > 0
        assert found["digigraph_queries_processes", ()] >= 2
        assert found["digigraph_queries_waiting", ()] == 0
        assert any(name == "digigraph_snapshot_info" for name, _ in found)
        ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name, _ in found if not name.endswith("_created")}
        text = (REPOSITORY / "docs/operating.md").read_text(encoding="utf-8")
        assert set(re.findall(r"`(digigraph_\w+)`", text)) == {name for name in ours if name.startswith("digigraph_")}

    def test_no_label_is_a_clients_choice(self, serving: Serving):
        """Unknown paths, methods and things make no label of their own."""
        with serving(workers=2) as server:
            before = set(samples(server))
            for number in range(20):
                ask(server, f"/unknown-{number}", method=f"ODD{number}")
                ask(server, f"/page/unknown-{number}", Accept="text/html")
                ask(server, f"/sparql?query=odd-{number}&format=odd-{number}", Host=f"odd-{number}.example")
            new = set(samples(server)) - before
        assert len({labels for name, labels in new if name == "digigraph_requests_total"}) <= 5
        assert not any("odd" in value.lower() or "unknown" in value for _, labels in new for _, value in labels)


def test_ready_means_that_queries_can_be_answered(serving: Serving):
    """503 while no query process is there, 200 when there is one again; alive all the while."""
    with serving(workers=2) as server:
        assert ask(server, "/readyz")[0] == 200
        until = time.monotonic() + webserver.PATIENCE
        status = 200
        while status != 503 and time.monotonic() < until:
            server.kill_all_query_processes()
            status = ask(server, "/readyz")[0]
            assert ask(server, "/healthz")[0] == 200
        assert status == 503
        while status != 200 and time.monotonic() < until:
            status = ask(server, "/readyz")[0]
        assert status == 200


def test_stopping_lets_answers_end(serving: Serving):
    """A query that computes when SIGTERM comes, to all processes as service managers send it, is answered within
    ``stop_seconds``.
    """
    with serving(workers=2, stop_seconds=3600, query_seconds=3600) as server:
        held = list(server.query_processes())
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        with server.get(f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}") as client:
            while samples(server)["digigraph_queries_running", ()] == 0:
                time.sleep(0.01)
            server.process.send_signal(signal.SIGTERM)
            for pid in held:
                os.kill(pid, signal.SIGTERM)
                os.kill(pid, signal.SIGCONT)
            received = b"".join(iter(lambda: client.recv(65536), b""))
        assert received.startswith(b"HTTP/1.1 200")
        assert b'"bindings"' in received
        assert server.process.wait(webserver.PATIENCE) == 0


def test_stopping_ends_what_does_not_end(serving: Serving):
    """Who waits for a query that still computes after ``stop_seconds``, or has not sent all of his own, hears 503 and
    of no mistake of the server.
    """
    with serving(workers=2, stop_seconds=0.1, query_seconds=3600) as server:
        body = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nASK"
        with server.get(f"/sparql?query={quote(ENDLESS)}") as computing, server.send(body) as sending:
            server.busy_process()
            # Who came before has been taken in by then.
            assert server.status() == 200
            server.process.send_signal(signal.SIGTERM)
            received = [b"".join(iter(lambda each=each: each.recv(65536), b"")) for each in (computing, sending)]
        assert all(each.startswith(b"HTTP/1.1 503") for each in received)
        assert server.process.wait(webserver.PATIENCE) == 0


def test_a_new_snapshot_drops_no_connection(tmp_path: Path, published: Settings):
    """Clients that ask all the time, on connections that stay open, get 200 each time, and never an older state."""
    settings = dataclasses.replace(published, project=tmp_path)
    catalog = SnapshotCatalog(settings.state_folder)

    def publish(number: int) -> None:
        line = f'<https://example.org/graph/id/a> <https://schema.org/version> "{number}" .\n'
        catalog.publish(line.encode(), f"{number:064}")

    publish(0)
    seen: list[list[int]] = [[] for _ in range(4)]
    stopped = threading.Event()
    with webserver.serving(settings, workers=2) as server:

        def run(found: list[int], number: int) -> None:
            connection = http.client.HTTPConnection(*server.address, timeout=webserver.PATIENCE)
            while not stopped.is_set():
                text = "SELECT ?v { ?s ?p ?v }" + (f" # {number} {len(found)}" if number % 2 else "")
                connection.request("GET", f"/sparql?query={quote(text)}&format=csv")
                response = connection.getresponse()
                assert response.status == 200
                found.append(int(response.read().split()[1]))
            connection.close()

        threads = [threading.Thread(target=run, args=(each, number)) for number, each in enumerate(seen)]
        for thread in threads:
            thread.start()
        for number in range(4):
            if number:
                publish(number)
            until = time.monotonic() + webserver.PATIENCE
            while not all(each and each[-1] == number for each in seen):
                assert time.monotonic() < until
                time.sleep(0.01)
        stopped.set()
        for thread in threads:
            thread.join()
    for each in seen:
        assert each == sorted(each)
        assert set(each) == {0, 1, 2, 3}


PROXIES = Clients([ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8:ffff::1")])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", ["192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["192.0.2.7, 10.0.0.2"], "192.0.2.7"),
        ("10.0.0.1", ["198.51.100.1, 192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", ["198.51.100.1", "192.0.2.7", "10.9.9.9"], "192.0.2.7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["192.0.2.7:4711"], "192.0.2.7"),
        ("10.0.0.1", ["[2001:db8:1:2::3]:4711"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["2001:db8:1:2::3"], "2001:db8:1:2::/64"),
        ("2001:db8:ffff::1", ["::ffff:192.0.2.7"], "192.0.2.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.7, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["", ",,,"], "10.0.0.1"),
        ("192.0.2.9", ["192.0.2.7"], "192.0.2.9"),
        ("192.0.2.9", ["10.0.0.1"], "192.0.2.9"),
    ],
)
def test_who_asks_behind_a_proxy(peer: str, forwarded: list[str], client: str):
    """The last that the proxies name and that is no proxy; nobody else is believed, nor what is no address."""
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    scope = Scope(
        type="http",
        http_version="1.1",
        method="GET",
        scheme="http",
        raw_path=b"/",
        query_string=b"",
        headers=headers,
        client=(peer, 1),
    )
    assert PROXIES.of(scope) == client
    assert Clients().of(scope) == Clients().of({**scope, "headers": []})


@pytest.mark.parametrize(("trusted", "client"), [("", "127.0.0.1"), ("127.0.0.0/8", "192.0.2.7")])
def test_the_log_names_the_client_that_a_trusted_proxy_names(serving: Serving, trusted: str, client: str):
    """``trusted_proxies`` decides whose X-Forwarded-For counts."""
    with serving(workers=2, log_format="json", trusted_proxies=trusted) as server:
        ask(server, "/healthz", X_Forwarded_For="192.0.2.7")
        assert {each["client"] for each in lines_of(server) if each.get("event") == "request"} == {client}


def test_readers_behind_a_proxy_take_turns(serving: Serving):
    """Of two readers that a trusted proxy names, the one who asks most that takes long loses one to the other."""

    def endless(server: Server, reader: str, number: int) -> socket.socket:
        target = f"/sparql?query={quote(f'{ENDLESS} # {number}')}"
        return server.send(f"GET {target} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {reader}\r\n\r\n")

    with (
        serving(workers=2, query_seconds=3600, trusted_proxies="127.0.0.1") as server,
        contextlib.ExitStack() as opened,
    ):
        first = [opened.enter_context(endless(server, "192.0.2.7", number)) for number in range(3)]
        while samples(server)[("digigraph_queries_running", ())] < len(first):
            time.sleep(0.1)
        second = opened.enter_context(endless(server, "192.0.2.8", 4))
        answered, _, _ = select.select([*first, second], [], [], webserver.PATIENCE)
        assert len(answered) == 1
        assert answered[0] in first
        response = http.client.HTTPResponse(answered[0])
        response.begin()
        assert b"too-many-long" in response.read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_format", "xml"),
        ("log_queries", "yes"),
        ("trusted_proxies", "example.org"),
        ("trusted_proxies", "10.0.0.1/8"),
    ],
)
def test_settings_of_operation_are_checked(tmp_path: Path, name: str, value: str):
    """A wrong value is an error that names the setting."""
    with pytest.raises(SettingsError, match=name):
        Settings(project=tmp_path, base_iri="https://example.org/", **{name: value})  # type: ignore[arg-type]
