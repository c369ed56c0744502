from __future__ import annotations

import http.client
import io
import select
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from endless import BEGUN, ENDLESS
from webserver import PATIENCE

from digigraph.errors import AddressUnavailable
from digigraph.settings import Settings
from digigraph.store.processes.child import LONG_SECONDS
from digigraph.web.serve import serve

if TYPE_CHECKING:
    from pathlib import Path

    from webserver import Server, Serving

    from digigraph.store.answering.backend import Backend

TINY = "ASK { ?s ?p ?o }"
HUGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""About 200 MB, more than the answer may have."""
LARGE = f"{HUGE} LIMIT 12000"
"""About 6 MB: more than the buffers of two sockets."""
HALF_A_BODY = (
    "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 99\r\n\r\nASK"
)


def _curl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["curl", "-sS", *arguments], capture_output=True, check=False)  # noqa: S607 - of this machine


def _read_all(client: socket.socket) -> bytes:
    received = bytearray()
    while data := client.recv(65536):
        received += data
    return bytes(received)


class _Received(io.BytesIO):
    """What came on a connection, for a reader of responses."""

    def makefile(self, _mode: str) -> _Received:
        """Return itself."""
        return self

    def close(self) -> None:
        """Leave the rest to the next response."""


def _bodies(received: bytes) -> list[bytes]:
    """The bodies of responses, whether they say how long they are or end with a chunk; each is 200 and whole."""
    source, bodies = _Received(received), []
    while source.tell() < len(received):
        response = http.client.HTTPResponse(source)  # type: ignore[arg-type]  # it asks for a file alone
        response.begin()
        assert response.status == 200
        bodies.append(response.read())
    return bodies


class TestBrokenAnswers:
    """An answer that fails in the middle is not taken for a whole one."""

    def test_limit_in_the_middle_breaks_the_transfer(self, serving: Serving):
        """The answer grows over its limit after it has begun: curl gets a part and says that it is one."""
        with serving(workers=2, answer_bytes=60_000_000) as server:
            status = b"422"
            # A server that is held up may know of the failure before it has sent anything.
            while status == b"422":
                done = _curl("-o", "/dev/null", "-w", "%{http_code} %{size_download}", server.ask(HUGE))
                status, size = done.stdout.split()
            assert status == b"200"
            assert 0 < int(size) <= 60_000_000
            assert done.returncode == 18
            assert server.status() == 200

    def test_death_of_the_process_in_the_middle_breaks_the_transfer(self, serving: Serving):
        """The query process is killed after the answer has begun: the client sees no end of the body."""
        with serving(workers=2, query_seconds=3600, answer_bytes=10**12) as server:
            with server.get(f"/sparql?query={quote(BEGUN)}") as client:
                begun = client.recv(1000)
                server.kill_all_query_processes()
                rest = _read_all(client)
            assert begun.startswith(b"HTTP/1.1 200")
            assert not rest.endswith(b"\r\n0\r\n\r\n")
            assert server.status(f"/sparql?query={quote(TINY)}") == 200

    def test_old_clients_get_a_status_instead(self, serving: Serving):
        """HTTP/1.0 ends a body by closing, so that a part would pass: the failure is awaited and has a status."""
        with serving(workers=2, answer_bytes=20_000_000) as server:
            done = _curl("--http1.0", "-w", "%{http_code}", server.ask(HUGE))
            assert done.returncode == 0
            assert done.stdout.endswith(b"422")
            assert b"#answer-too-large" in done.stdout

    def test_old_clients_get_whole_answers(self, server: Server):
        """What HTTP/1.0 clients get is what all get, with its length."""
        new, old = _curl(server.ask(LARGE)), _curl("--http1.0", "-i", server.ask(LARGE))
        head, _, body = old.stdout.partition(b"\r\n\r\n")
        assert len(new.stdout) > 5_000_000
        assert body == new.stdout
        assert f"content-length: {len(body)}".encode() in head.lower()


class TestIdleClients:
    """Who reads nothing or sends nothing costs a connection, and nobody else's answers."""

    @pytest.mark.parametrize(
        ("silent", "readers"), [(60, 24), pytest.param(100, 100, marks=pytest.mark.long)], ids=["some", "many"]
    )
    def test_idle_clients_hold_nobody_up(self, serving: Serving, silent: int, readers: int):
        """More idle clients than the server has threads: pages and queries of others are answered."""
        beginnings = ["", "GET /sparql HTTP/1.1\r\nHo", HALF_A_BODY]
        with serving(workers=2, queue_length=2) as server:
            idle = [server.send(beginnings[number % 3]) for number in range(silent)]
            for _ in range(readers):
                reader = server.get(f"/sparql?query={quote(LARGE)}")
                # The answer has begun; nothing more of it is read.
                assert reader.recv(12) == b"HTTP/1.1 200"
                idle.append(reader)
            assert server.status() == 200
            assert server.status(f"/sparql?query={quote(TINY)}") == 200
            for client in idle:
                client.close()
            assert server.status(f"/sparql?query={quote(TINY)}") == 200

    def test_waiting_queries_leave_pages_alone(self, serving: Serving):
        """All query processes busy and the queue full: pages are answered, who comes then gets 503 with Retry-After."""
        with serving(workers=2, queue_length=3, query_seconds=3600) as server:
            # Each another question: the same one would be computed once, and wait nowhere.
            waiting = [server.get(f"/sparql?query={quote(f'{ENDLESS} # {number}')}") for number in range(12)]
            # Those for whom there is neither a place nor room to wait are told at once.
            refused, _, _ = select.select(waiting, [], [], PATIENCE)
            head = refused[0].recv(4096)
            assert b"503" in head.splitlines()[0]
            assert b"retry-after:" in head.lower()
            assert server.status() == 200
            for client in waiting:
                client.close()

    @pytest.mark.parametrize("cut", ["GET /healthz HT", HALF_A_BODY])
    def test_half_a_request_and_away(self, server: Server, cut: str):
        """A client that leaves in the middle of its request leaves the server as it was."""
        server.send(cut).close()
        assert server.status() == 200


class TestDeparture:
    """A query whose client has left is not computed to its end."""

    def test_query_ends_with_its_client(self, serving: Serving):
        """The client leaves before the first byte: the process of its query is ended, and another takes its place."""
        with serving(workers=2, query_seconds=3600) as server:
            client = server.get(f"/sparql?query={quote(ENDLESS)}")
            pid = server.busy_process()
            client.close()
            server.wait_for_end(pid)
            assert server.status(f"/sparql?query={quote(TINY)}") == 200

    def test_query_ends_with_its_client_in_the_middle(self, serving: Serving):
        """The client leaves while its answer comes: the process of its query is ended."""
        with serving(workers=2, query_seconds=3600, answer_bytes=10**12) as server:
            client = server.get(f"/sparql?query={quote(BEGUN)}")
            assert client.recv(12) == b"HTTP/1.1 200"
            pid = server.busy_process()
            client.close()
            server.wait_for_end(pid)
            assert server.status(f"/sparql?query={quote(TINY)}") == 200

    @pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.long)], ids=["some", "many"])
    def test_nothing_is_left_of_those_who_left(self, serving: Serving, rounds: int):
        """Clients that leave at every point of an exchange leave no open file and no process behind."""
        targets = [f"/sparql?query={quote(query)}" for query in (TINY, LARGE, ENDLESS, "nonsense")] + ["/", "/healthz"]
        with serving(workers=2, query_seconds=3600) as server:
            server.status(f"/sparql?query={quote(LARGE)}")
            before = server.wait_for_rest(targets[0])
            for number in range(rounds):
                clients = [server.get(target) for target in targets]
                for client in clients[number % 2 :: 2]:
                    client.recv(1) if client is not clients[2] else None
                for client in clients:
                    client.close()
            server.wait_for_rest(targets[0], files=before)

    def test_query_ends_with_its_client_behind_others(self, serving: Serving):
        """A client that has sent more requests behind its query leaves: the process of the query is ended."""
        with serving(workers=2, query_seconds=3600) as server:
            query = f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n"
            client = server.send(query + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
            pid = server.busy_process()
            client.close()
            server.wait_for_end(pid)
            assert server.status(f"/sparql?query={quote(TINY)}") == 200

    @pytest.mark.parametrize(("query", "number"), [(TINY, 1), (TINY, 300), (LARGE, 2)], ids=["one", "many", "large"])
    def test_who_sends_no_more_is_answered(self, server: Server, query: str, number: int):
        """A client that ends its half of the connection behind its requests gets all answers."""
        one = f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n"
        with server.send(one * number) as client:
            client.shutdown(socket.SHUT_WR)
            answers = _read_all(client)
        bodies = _bodies(answers)
        assert len(bodies) == number
        assert all(each.endswith(b"}") for each in bodies)

    def test_old_clients_that_send_no_more(self, serving: Serving):
        """So does one that speaks HTTP/1.0; where the answer takes long, it is taken for gone, and its query ends."""
        with serving(workers=2, query_seconds=3600) as server:

            def ask(query: str) -> socket.socket:
                client = server.send(f"GET /sparql?query={quote(query)} HTTP/1.0\r\n\r\n")
                client.shutdown(socket.SHUT_WR)
                return client

            bodies: list[bytes] = []
            # A machine may be too slow even for that.
            while not bodies:
                with ask(TINY) as client:
                    bodies = _bodies(_read_all(client))
            assert [each[-1:] for each in bodies] == [b"}"]
            processes = set(server.query_processes())
            with ask(ENDLESS) as client:
                assert _read_all(client) == b""
            while processes <= set(server.query_processes()):
                time.sleep(0.05)

    def test_departure_after_the_answer_costs_nobody_else(self, serving: Serving):
        """A client leaves with its whole answer unread: queries that use its query process by then go on."""
        with serving(workers=1, query_seconds=3600) as server:
            processes, began = set(server.query_processes()), time.monotonic()
            reader = server.get(f"/sparql?query={quote(LARGE)}")
            assert reader.recv(12) == b"HTTP/1.1 200"
            other = server.get(f"/sparql?query={quote(LARGE)}")
            assert other.recv(12) == b"HTTP/1.1 200"
            reader.close()
            assert len(_read_all(other)) > 5_000_000
            other.close()
            assert server.status(f"/sparql?query={quote(TINY)}") == 200
            # One that has worked for long is replaced, whoever leaves.
            is_long = time.monotonic() - began >= LONG_SECONDS
            assert is_long or set(server.query_processes()) == processes


class TestRequests:
    """What the server makes of requests that are large or strange."""

    def test_long_url(self, server: Server):
        """A query of 8 kB in a URL is answered."""
        assert server.status(f"/sparql?query={quote(TINY + '#' + 'x' * 8000)}") == 200

    def test_url_beyond_every_limit(self, server: Server):
        """A URL of 100 kB is refused with a status of its own, and the server goes on."""
        assert server.status(f"/sparql?query={'x' * 100_000}") in {400, 414, 431}
        assert server.status() == 200

    def test_header_beyond_every_limit(self, server: Server):
        """A header of 100 kB is refused with a status of its own, and the server goes on."""
        with server.send(f"GET /healthz HTTP/1.1\r\nHost: x\r\nX: {'x' * 100_000}\r\n\r\n") as client:
            assert client.recv(12).split()[1] in {b"400", b"413", b"431"}
        assert server.status() == 200

    @pytest.mark.parametrize("options", [(), ("-H", "Expect:"), ("-H", "Transfer-Encoding: chunked")])
    def test_long_body(self, server: Server, tmp_path: Path, options: tuple[str, ...]):
        """A body beyond the limit is 413, however it is sent, and the client gets to read that."""
        body = tmp_path / "body"
        body.write_bytes(b"ASK {}" + b" " * 3_000_000)
        header = "Content-Type: application/sparql-query"
        done = _curl("-w", "%{http_code}", "-H", header, *options, "--data-binary", f"@{body}", f"{server.url}/sparql")
        assert (done.returncode, done.stdout[-3:]) == (0, b"413")

    def test_chunked_body(self, server: Server):
        """A body in chunks is a body."""
        options = ("-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/sparql-query")
        done = _curl("-w", "%{http_code}", *options, "--data-binary", TINY, f"{server.url}/sparql")
        assert done.stdout.endswith(b"200")

    def test_connection_is_kept(self, server: Server):
        """After a problem, as after an answer, the connection takes the next request."""
        urls = [server.ask("nonsense"), server.ask(TINY), f"{server.url}/no-such-path", server.ask(TINY)]
        done = _curl("-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n", *urls[:1], *_rest(urls[1:]))
        assert done.stdout.decode().splitlines() == ["400 1", "200 0", "404 0", "200 0"]

    def test_head(self, server: Server):
        """HEAD is answered with the headers of GET and no body, and the connection goes on."""
        got, head = _curl("-i", server.ask(TINY)), _curl("-I", server.ask(TINY))
        names = [[line.partition(b":")[0] for line in each.stdout.splitlines()] for each in (got, head)]
        assert set(names[1]) >= {b"content-length", b"digigraph-snapshot", b"content-type"}
        assert head.returncode == 0

    def test_static_file(self, server: Server):
        """A file is served as it is."""
        done = _curl("-i", f"{server.url}/static/style.css")
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        assert b"content-type: text/css" in head
        assert f"content-length: {len(body)}".encode() in head

    def test_strange_bytes(self, server: Server):
        """Bytes that are no UTF-8 in path and query are answered with a status, not with a broken connection."""
        assert server.status("/%FF%00%0d") == 404
        assert server.status("/sparql?query=%FF") == 400

    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            ("GET /healthz HTTP/1.1\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: a b\r\n", 400),
            ("GET /healthz HTTP/1.1\r\nHost: [::1]:8000\r\n", 200),
            ("GET /healthz HTTP/1.1\r\nHost:\r\n", 400),
            ("GET /healthz HTTP/1.0\r\n", 200),
            ("get /healthz HTTP/1.1\r\nHost: x\r\n", 400),
            ("POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
            ("POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400),
            ("GET /healthz HTTP/2.0\r\nHost: x\r\n", 400),
            ("GET http://x/healthz HTTP/1.1\r\nHost: x\r\n", 200),
            ("GET http://x HTTP/1.1\r\nHost: x\r\n", 200),
            ("GET http://x?query=none HTTP/1.1\r\nHost: x\r\n", 200),
            ("OPTIONS http://x HTTP/1.1\r\nHost: x\r\n", 204),
            ("OPTIONS /healthz RTSP/1.0\r\nHost: x\r\n", 400),
            ("SOURCE /healthz ICE/1.0\r\nHost: x\r\n", 400),
            ("GET  /healthz HTTP/1.1\r\nHost: x\r\n", 400),
            ("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n", 501),
            ("OPTIONS * HTTP/1.1\r\nHost: x\r\n", 204),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n", 200),
            ("GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\n", 417),
            ("POST /healthz HTTP/1.0\r\nContent-Length: 0\r\nExpect: 100-continue\r\n", 405),
        ],
    )
    def test_rules_of_http(self, server: Server, request_: str, status: int):
        """Who is meant, how a body is framed and how methods are written: nothing that others may read otherwise."""
        with server.send(f"{request_}Connection: close\r\n\r\n") as client:
            answer = _read_all(client)
        assert int(answer.split()[1]) == status
        assert (b"\r\nallow: " in answer) == (status in {204, 405})

    def test_links_do_not_follow_the_host_header(self, server: Server):
        """What is linked is the address bound to, whatever the Host header says."""
        done = _curl("-H", "Host: evil.example", "-H", "Accept: text/html", f"{server.url}/sparql")
        assert f"{server.url}/sparql".encode() in done.stdout
        assert b"evil.example" not in done.stdout


def _rest(urls: list[str]) -> list[str]:
    return [part for url in urls for part in ("-o", "/dev/null", url)]


class TestLife:
    """Start and end of the server."""

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
    def test_clean_end(self, serving: Serving, how: signal.Signals):
        """A signal ends the server and its query processes, with status 0 and nothing to read."""
        with serving(workers=2, query_seconds=3600) as server:
            idle = server.get(f"/sparql?query={quote(LARGE)}")
            assert idle.recv(12) == b"HTTP/1.1 200"
            waiting = server.get(f"/sparql?query={quote(ENDLESS)}")
            server.busy_process()
            processes = server.query_processes()
            assert server.stop(how) == 0
            assert server.process.stderr.read() == b""
            assert not [pid for pid in processes if server.is_alive(pid)]
            idle.close()
            waiting.close()

    def test_answers_under_way_are_finished(self, serving: Serving):
        """A client that reads gets the rest of its answer after the signal; new ones are refused."""
        with serving(workers=2, stop_seconds=3600) as server:
            client = server.get(f"/sparql?query={quote(LARGE)}")
            assert client.recv(12) == b"HTTP/1.1 200"
            server.process.send_signal(signal.SIGTERM)
            (body,) = _bodies(b"HTTP/1.1 200" + _read_all(client))
            assert body.endswith(b"}")
            client.close()
            assert server.process.wait(PATIENCE) == 0

    def test_address_in_use(self, published: Settings, backend: Backend):
        """A second server on the same address is refused in words, not given a share of the first one's clients."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            settings = _at(published, "127.0.0.1", taken.getsockname()[1])
            with pytest.raises(AddressUnavailable, match="in use") as caught:
                serve(settings, backend, announce=pytest.fail)
        assert caught.value.exit_code == 3

    def test_address_in_use_by_ourselves(self, server: Server, published: Settings, backend: Backend):
        """The same where the first server is one of ours."""
        host, port = server.address
        with pytest.raises(AddressUnavailable):
            serve(_at(published, host, port), backend, announce=pytest.fail)

    @pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8000), ("127.0.0.1", 99999)])
    def test_address_of_nobody(self, published: Settings, backend: Backend, host: str, port: int):
        """An address that is not this machine's, or none at all, is refused in words."""
        with pytest.raises(AddressUnavailable, match="Cannot listen"):
            serve(_at(published, host, port), backend, announce=pytest.fail)

    def test_port_is_free_after_the_end(self, serving: Serving):
        """A server that has ended leaves its port to the next."""
        with serving(workers=2) as server:
            host, port = server.address
        with socket.create_server((host, port)):
            pass


def _at(settings: Settings, host: str, port: int) -> Settings:
    return Settings(project=settings.project, base_iri=settings.base_iri, host=host, port=port)
