"""A server under attack, while eight clients ask what they know the answers of: nobody notices.

There are two, one after the other: on the hasty one a query that needs more time than anybody has meets its deadline;
on the patient one no deadline comes near, so that memory, size or depth decide, however slow the machine is. The
attackers come from an address of their own (127.0.0.2), as they do in life.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import webserver
from attacks import ATTACKS, BROKEN, CROSS, STATUS, TIMEOUT, Attack
from grants import grants

from digigraph.settings import Settings
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from webserver import Server, Serving

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

ATTACKER = ("127.0.0.2", 0)
HASTY, PATIENT = 10, 300
"""Seconds that a query may run. What fills the memory takes six of processor time, what the clients ask none."""
PATIENCE = PATIENT + 60.0
CLIENTS = 8
WORKERS = 2
QUERY_MEMORY_MB = 256
CACHE_MB = 64
REST_MB = 100 + CACHE_MB + 25 * (WORKERS + 1)
"""What web process and idle query processes may hold at rest, whatever has happened."""
PEAK_MB = 250 + CACHE_MB + (2 * WORKERS + 1) * (QUERY_MEMORY_MB + 50)
"""What they may hold at any time: docs/settings.md."""
ROWS = "SELECT * { ?s ?p ?o }"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}"


@dataclass
class Clients:
    """Eight who ask what they know, over and over, each on a connection of his own."""

    server: Server
    known: dict[str, list[str]]
    right: list[int] = field(default_factory=lambda: [0] * CLIENTS)
    wrong: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    speaking: list[threading.Lock] = field(default_factory=lambda: [threading.Lock() for _ in range(CLIENTS)])
    peak_mb: int = 0

    def watch(self) -> None:
        """Note the most memory that the server ever has."""
        while not self.stopped.wait(0.2):
            self.peak_mb = max(self.peak_mb, memory_mb(self.server))

    def run(self, number: int) -> None:
        """Ask until all are told to stop."""
        questions = [*self.known.items()]
        connection = http.client.HTTPConnection(*self.server.address, timeout=PATIENCE)
        while not self.stopped.is_set():
            text, expected = questions[(number + self.right[number]) % len(questions)]
            with self.speaking[number]:
                try:
                    # With a comment that nobody else writes: what is kept would be answered without any query.
                    status, body, _ = post(connection, f"{text} # {number} {self.right[number]}")
                    found = values_of(body) if status == 200 else [str(status), body.decode()]
                except OSError as error:
                    found = [repr(error)]
            if found == expected:
                self.right[number] += 1
            else:
                self.wrong.append(f"{text}: {found}")
            # Eight people, not a load test: the attacks are to find a processor, too.
            time.sleep(0.05)
        connection.close()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Let nobody ask, once all have their answers: whatever computes does so for the attacker."""
        with contextlib.ExitStack() as held:
            for each in self.speaking:
                held.enter_context(each)
            yield

    def go_on(self) -> None:
        """Wait until each has got a right answer after now; fail where one has got a wrong one, ever."""
        before, until = list(self.right), time.monotonic() + PATIENCE
        while not all(now > then for now, then in zip(self.right, before, strict=True)):
            assert not self.wrong, self.wrong[:3]
            assert time.monotonic() < until, "somebody waits for ever"
            time.sleep(0.01)
        assert not self.wrong, self.wrong[:3]


@dataclass(frozen=True)
class Siege:
    """A server, its clients, and what it had before the first attack."""

    server: Server
    clients: Clients
    files: int


def post(connection: http.client.HTTPConnection, text: str) -> tuple[int, bytes, bool]:
    """Ask; return status, body, and whether the body is whole."""
    body = text.encode("utf-8", "surrogatepass")
    connection.request("POST", "/sparql", body, {"Content-Type": "application/sparql-query"})
    response = connection.getresponse()
    try:
        return response.status, response.read(), True
    except http.client.IncompleteRead as error:
        return response.status, error.partial, False


def values_of(body: bytes) -> list[str]:
    rows = json.loads(body)["results"]["bindings"]
    return sorted(next(iter(row.values()))["value"] for row in rows)


def outcome(server: Server, text: str) -> str:
    """Attack; return the type of the problem, checked against its status, or what else came."""
    with contextlib.closing(
        http.client.HTTPConnection(*server.address, timeout=PATIENCE, source_address=ATTACKER)
    ) as connection:
        status, body, is_whole = post(connection, text)
    if status == 200:
        assert b"w3id.org/digigraph/problems" not in body
        return "" if is_whole else BROKEN
    problem = json.loads(body)
    name = str(problem["type"]).rpartition("#")[2]
    assert (status, problem["status"]) == (STATUS[name], STATUS[name]), body
    return name


def attacker(server: Server, request: bytes) -> socket.socket:
    """A connection on which so much was sent; it takes little of an answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(PATIENCE)
    client.bind(ATTACKER)
    client.connect(server.address)
    client.sendall(request)
    return client


def request_of(text: str, length: int | None = None) -> bytes:
    announced = len(text) if length is None else length
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: {announced}"
    return f"{head}\r\nConnection: close\r\n\r\n{text}".encode()


def memory_mb(server: Server) -> int:
    """PSS of the web process and its query processes (proc(5), smaps_rollup)."""
    kilobytes = 0
    for pid in (server.process.pid, *server.query_processes()):
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss: *(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.MULTILINE)
            kilobytes += int(found.group(1)) if found else 0
    return kilobytes // 1024


def computes(pid: int) -> bool:
    """Tell whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, dict[str, list[str]]]:
    """A project with 300,000 quads and more, published; and what is known of them."""
    made = grants()
    settings = Settings(project=tmp_path_factory.mktemp("grants"), base_iri="https://example.org/graph/")
    SnapshotCatalog(settings.state_folder).publish(made.nquads, "")
    return settings, made.known


@pytest.fixture(scope="module")
def serve_large(large: tuple[Settings, dict[str, list[str]]]) -> Serving:
    """Serve it, with a deadline."""

    def serve(query_seconds: int) -> contextlib.AbstractContextManager[Server]:
        return webserver.serving(
            large[0],
            workers=WORKERS,
            query_seconds=query_seconds,
            query_memory_mb=QUERY_MEMORY_MB,
            answer_bytes=20_000_000,
            unread_bytes=400_000_000,
        )

    return serve


@pytest.fixture(scope="class")
def siege(
    request: pytest.FixtureRequest, serve_large: Serving, large: tuple[Settings, dict[str, list[str]]]
) -> Iterator[Siege]:
    """The server of a class of tests, which says how long a query may run; with its clients."""
    with serve_large(request.cls.query_seconds) as server:
        clients = Clients(server, large[1])
        threads = [threading.Thread(target=clients.run, args=[number]) for number in range(CLIENTS)]
        threads.append(threading.Thread(target=clients.watch))
        for thread in threads:
            thread.start()
        try:
            clients.go_on()
            yield Siege(server, clients, server.open_files())
        finally:
            clients.stopped.set()
            for thread in threads:
                thread.join()


def attacks(*, meet_deadline: bool) -> pytest.MarkDecorator:
    """Those that are to meet the deadline, or the others."""
    chosen = [each for each in ATTACKS if (each.expected == TIMEOUT) is meet_deadline]
    return pytest.mark.parametrize("attack", chosen, ids=lambda attack: attack.name)


def survive(siege: Siege, attack: Attack) -> None:
    """Attack, and look that each client is answered rightly afterwards, and nobody was answered wrongly."""
    assert outcome(siege.server, attack.query) == attack.expected
    siege.clients.go_on()
    assert siege.server.process.poll() is None


def be_as_before(siege: Siege) -> None:
    """Wait until there are as many query processes and open files as at first; look at the memory."""
    siege.clients.stopped.set()
    until = time.monotonic() + PATIENCE
    while len(siege.server.query_processes()) != WORKERS + 1 or siege.server.open_files() > siege.files:
        assert time.monotonic() < until, (siege.server.query_processes(), siege.server.open_files(), siege.files)
        time.sleep(0.1)
    assert siege.server.process.poll() is None
    assert memory_mb(siege.server) <= REST_MB
    assert 0 < siege.clients.peak_mb <= PEAK_MB
    assert not siege.clients.wrong


def _readers(server: Server) -> list[socket.socket]:
    return [attacker(server, request_of(f"{ROWS} # {number}")) for number in range(60)]


def _senders(server: Server) -> list[socket.socket]:
    """100 who send the beginning of a body, and 200 who send nearly all of a long one: 200 MB."""
    short, long = request_of("ASK {", length=100_000), request_of(f"ASK {{ #{'x' * 990_000}", length=1_000_000)
    attackers = [attacker(server, short) for _ in range(100)]
    for _ in range(200):
        # Who is told that there is no room may be cut off before he has sent all.
        with contextlib.suppress(ConnectionError):
            attackers.append(attacker(server, long))
    return attackers


def _waiters(server: Server) -> list[socket.socket]:
    return [attacker(server, request_of(f"{ENDLESS} # {number}")) for number in range(60)]


def _copiers(server: Server) -> list[socket.socket]:
    """60 who ask for the first change as a patch, 40 MB, each by another name, and read little of it."""
    heads = (f"GET /changes/1.rdfp?{number} HTTP/1.1\r\nHost: x\r\n\r\n" for number in range(60))
    return [attacker(server, head.encode()) for head in heads]


def _silent(server: Server) -> list[socket.socket]:
    return [attacker(server, b"") for _ in range(500)]


def _crowd(server: Server) -> list[socket.socket]:
    """500 connections that ask."""
    return [attacker(server, request_of("ASK { ?s ?p ?o }")) for _ in range(500)]


class TestHasty:
    """A server on which no query may take long."""

    query_seconds = HASTY

    @attacks(meet_deadline=True)
    def test_a_query_that_attacks(self, siege: Siege, attack: Attack):
        """It meets the deadline, and nobody else notices."""
        survive(siege, attack)

    @pytest.mark.parametrize(
        ("body", "status"),
        [(b"ASK {} #" + b"x" * 10_000_000, 413), (b"ASK { FILTER('\xff' = 'x') }", 400), (b"\xff" * 10_000_000, 413)],
        ids=["10 MB", "not UTF-8", "10 MB of nonsense"],
    )
    def test_a_body_that_attacks(self, siege: Siege, body: bytes, status: int):
        """A body that is too long, or no text, is refused with its status, and clients are answered."""
        connection = http.client.HTTPConnection(*siege.server.address, timeout=PATIENCE, source_address=ATTACKER)
        connection.putrequest("POST", "/sparql")
        connection.putheader("Content-Type", "application/sparql-query")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        # The server may answer before it has taken everything.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(body)
        assert connection.getresponse().status == status
        connection.close()
        siege.clients.go_on()

    @pytest.mark.parametrize(
        "crowd", [_readers, _senders, _waiters, _copiers, _silent, _crowd], ids=lambda crowd: crowd.__name__[1:]
    )
    def test_a_crowd_that_attacks(self, siege: Siege, crowd: Callable[[Server], list[socket.socket]]):
        """Many who read nothing, send nothing, ask for too much, or leave: clients are answered while they are there
        and after they have gone.
        """
        attackers = crowd(siege.server)
        siege.clients.go_on()
        for each in attackers[::2]:
            each.close()
        siege.clients.go_on()
        for each in attackers[1::2]:
            each.close()
        siege.clients.go_on()

    def test_all_is_as_before(self, siege: Siege):
        """After everything: the same process, as many query processes and open files, and memory within its bound."""
        be_as_before(siege)


class TestPatient:
    """A server on which queries may take as long as they like."""

    query_seconds = PATIENT

    @attacks(meet_deadline=False)
    def test_a_query_that_attacks(self, siege: Siege, attack: Attack):
        """It gets what the table says, and nobody else notices."""
        survive(siege, attack)

    def test_query_processes_that_are_killed(self, siege: Siege):
        """A query process that is killed costs its own query alone, which is told so with a status."""
        found: list[str] = []
        with siege.clients.silent():
            thread = threading.Thread(target=lambda: found.append(outcome(siege.server, ENDLESS)))
            thread.start()
            busy = siege.server.busy_process()
        os.kill(busy, signal.SIGKILL)
        thread.join()
        assert found == ["query-crashed"]
        siege.clients.go_on()

    def test_all_is_as_before(self, siege: Siege):
        """After everything: the same process, as many query processes and open files, and memory within its bound."""
        be_as_before(siege)


def test_a_server_that_is_killed(serve_large: Serving):
    """The web process is killed with queries running: none of its processes lives longer than a query may, and a new
    server answers.
    """
    with serve_large(3 * HASTY) as server, contextlib.ExitStack() as running:
        for number in range(3):
            running.enter_context(attacker(server, request_of(f"{ENDLESS} # {number}")))
        busy = server.busy_process()
        children = [*server.query_processes()]
        assert busy in children
        server.process.kill()
        server.process.wait()
        # Generously; without a deadline of their own they would compute for hours.
        until = time.monotonic() + PATIENCE
        while any(computes(pid) for pid in children):
            assert time.monotonic() < until
            time.sleep(0.1)
    with serve_large(HASTY) as server:
        assert outcome(server, "ASK { ?s ?p ?o }") == ""
