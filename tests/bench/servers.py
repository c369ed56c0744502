"""Compares servers under the same Flask application: ``python tests/bench/servers.py [NAME …]`` prints a table.

Each server runs in processes of its own with a real store of two query processes and is put to the four tests of
``docs/decisions.md``; ``wrk`` must be installed for the rates. WSGI servers run the bare application, ASGI servers the
gateway in front of it, all with the same number of threads.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from runners import RUNNERS

from digigraph.settings import Settings
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_CURL = shutil.which("curl") or "curl"
_WRK = shutil.which("wrk")

THINGS = 30_000
TINY = "ASK { ?s ?p ?o }"
LARGE = "SELECT * { ?s ?p ?o }"
"""About 8 MB as JSON: more than the buffers of two sockets."""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""Begins no answer before its deadline."""
FAILING = "SELECT (CONCAT(?c, ?c, ?c, ?c, ?c, ?c, ?c, ?c) AS ?long) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?a) = STR(?d)) }"
"""Begins soon, gives a row now and then (long ones: the engine holds back 8 kB), and fails at its deadline."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens on loopback; its main process."""

    port: int
    process: subprocess.Popen[bytes]

    def url(self, query: str) -> str:
        """Return the URL that asks a query."""
        return f"http://127.0.0.1:{self.port}/sparql?query={quote(query)}"

    def tree(self) -> list[int]:
        """Return the process ids of the server and all its descendants."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found += [int(child) for child in task.read_text().split()]
        return found

    def megabytes(self) -> float:
        """Return the memory of all its processes, shared pages counted once (proportional set size)."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
                total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1])  # type: ignore[index]  # always there
        return total / 1024

    def tree_seconds(self) -> dict[int, float]:
        """Return the processor seconds that each of its processes has used."""
        seconds = {}
        for pid in self.tree():
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                seconds[pid] = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
        return seconds

    def cpu_seconds(self) -> float:
        """Return the processor seconds that all its processes have used."""
        return sum(self.tree_seconds().values())


@contextlib.contextmanager
def running(name: str, state: Path, *, seconds: float) -> Iterator[Running]:
    """Start a server whose queries have so many seconds, wait until it answers, and end it with all its children."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, __file__, "--serve", name),
            *("--port", str(port), "--project", str(state), "--seconds", str(seconds)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while process.poll() is None and _status(port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") != "200":
            time.sleep(0.1)
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended before it answered.")
        yield Running(port, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _connect(port: int, request: str) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(5)
    client.connect(("127.0.0.1", port))
    client.sendall(request.encode())
    return client


def _status(port: int, request: str) -> str:
    """Return the status code of the answer, or what went wrong."""
    try:
        with _connect(port, request) as client:
            return client.recv(12).decode().partition(" ")[2] or "closed"
    except OSError as error:
        return type(error).__name__


def _curl(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [_CURL, "-sS", "-o", "/dev/null", "-w", "%{http_code}", *arguments],
        capture_output=True,
        check=False,
        text=True,
    )
    return done.returncode, done.stdout


# The four tests


def breaks_off(server: Running, *options: str) -> str:
    """Tell what curl makes of an answer that fails in the middle."""
    code, status = _curl(*options, server.url(FAILING))
    if code:
        return f"yes ({code})"
    return f"yes ({status})" if status >= "400" else "**no**"


def bears_idlers(server: Running) -> str:
    """Tell whether 100 clients that read nothing and 100 that send nothing leave a page answering."""
    health = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    idlers: list[socket.socket] = []
    begun = ["", "GET /sparql HTTP/1.1\r\nHo", "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nquer"]
    try:
        idlers += [_connect(server.port, begun[number % 3]) for number in range(100)]
        if (status := _status(server.port, health)) != "200":
            return f"**no**: {status} beside 100 that send nothing"
        for number in range(100):
            reader = _connect(server.port, f"GET /sparql?query={quote(LARGE)} HTTP/1.1\r\nHost: x\r\n\r\n")
            idlers.append(reader)
            try:
                reader.recv(12)
            except TimeoutError:
                return f"**no**: stands still at reader {number + 1}"
        before = time.monotonic()
        status = _status(server.port, health)
        waited = f"{(time.monotonic() - before) * 1000:.0f} ms, {server.megabytes():.0f} MB"
        return f"yes, {waited}" if status == "200" else f"**no**: {status}"
    finally:
        for client in idlers:
            client.close()


def cancels(server: Running) -> str:
    """Tell whether the query of a client that left before the first byte is ended, long before its deadline."""
    before = server.tree_seconds()
    client = _connect(server.port, f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n")
    busy = None
    while busy is None:
        time.sleep(0.1)
        busy = next((pid for pid, used in server.tree_seconds().items() if used > before.get(pid, 0) + 0.5), None)
    client.close()
    time.sleep(3)
    return "**no**" if busy in server.tree_seconds() else "yes"


def bounds_headers(server: Running) -> str:
    """Tell whether a header that does not end is refused before it has taken 20 MB."""
    with _connect(server.port, "GET / HTTP/1.1\r\nHost: x\r\n") as client:
        try:
            for _ in range(20_000):
                client.sendall(b"x: " + b"x" * 1000 + b"\r\n")
        except OSError:
            return "yes"
    return "**no**"


def takes_long_urls(server: Running) -> str:
    """Tell whether a query of 8 kB in a URL is answered."""
    _, status = _curl(server.url(TINY + " " * 20 + "#" + "x" * 8000))
    return "yes" if status == "200" else f"**no** ({status})"


def rate(server: Running, url: str) -> str:
    """Return requests per second with 16 clients at once, and the processor time that one takes; the best of three."""
    if _WRK is None:
        return "?"
    rates, costs = [], []
    for _ in range(3):
        before = server.cpu_seconds()
        done = subprocess.run([_WRK, "-t1", "-c16", "-d2s", url], capture_output=True, check=True, text=True)
        requests = re.search(r"(\d+) requests in ", done.stdout)
        assert requests is not None
        assert "Non-2xx" not in done.stdout, done.stdout
        rates.append(int(requests[1]) / 2)
        costs.append((server.cpu_seconds() - before) / int(requests[1]))
    return f"{max(rates):,.0f} ({min(costs) * 1e6:.0f} µs)"


def row(name: str, state: Path) -> list[str]:
    """Put one server to the tests, each with a fresh process where the one before may have left traces."""
    cells = [f"{name} {metadata.version(RUNNERS[name].package)}"]
    with running(name, state, seconds=5) as server:
        cells += [
            rate(server, f"http://127.0.0.1:{server.port}/healthz"),
            rate(server, server.url(TINY)),
            f"{server.megabytes():.0f}",
            takes_long_urls(server),
            bounds_headers(server),
            breaks_off(server),
            breaks_off(server, "--http1.0"),
        ]
    with running(name, state, seconds=60) as server:
        cells.append(cancels(server))
    with running(name, state, seconds=60) as server:
        cells.append(bears_idlers(server))
    return cells


COLUMNS = (
    *("server", "/healthz per s (CPU of one)", "ASK per s (CPU of one)", "MB", "8 kB GET", "bounds headers"),
    *("breaks off", "HTTP/1.0", "cancels", "bears 200 idle clients"),
)


def _print_row(cells: Iterable[str]) -> None:
    print("|", " | ".join(cells), "|", flush=True)  # noqa: T201 - a program's output


def _publish(state: Path) -> None:
    lines = [
        f'<http://example.org/thing/{number}> <https://schema.org/name> "{"name of a thing " * 6}{number}" .\n'.encode()
        for number in range(THINGS)
    ]
    SnapshotCatalog(state / ".digigraph").publish(b"".join(sorted(lines)), "0" * 64)


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(
        project=arguments.project,
        base_iri="http://example.org/",
        port=arguments.port,
        workers=2,
        query_seconds=arguments.seconds,
    )


def main() -> None:
    """Print the table, or be one of the servers in it."""
    parser = argparse.ArgumentParser(description="Compare servers under digigraph's Flask application.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RUNNERS)}; all where none is given")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--project", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        logging.disable()
        RUNNERS[arguments.serve].run(_settings(arguments))
        return
    _print_row(COLUMNS)
    _print_row("---" for _ in COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        _publish(Path(folder))
        for name in arguments.names or RUNNERS:
            _print_row(row(name, Path(folder)))


if __name__ == "__main__":
    main()
