"""A real server in a process of its own, and what can be seen of it from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings

    Serving = Callable[..., contextlib.AbstractContextManager["Server"]]

T = TypeVar("T")
_LOOKS = 20
PATIENCE = 120.0
"""Seconds after which what is waited for counts as never coming."""
# Of a processor, more than any process takes to start.
_STARTING_SECONDS = 1.0
_SCRIPT = Path(__file__).parent.parent / "web" / "serving.py"


def _wait_for(condition: Callable[[], T | None]) -> T:
    """Wait until the condition gives something, and return that; fail where it never does."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    pytest.fail("what was waited for never came")


def has_ended(pid: int) -> bool:
    """Whether a process is no more, or waits for its parent, which then finds that it has ended.

    A process that is killed looks as if it waited from when its first thread has ended; for its parent it runs until
    the last one has. The engine has threads in each query process.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return True
    # proc(5): the third field of all and the twentieth; these begin with the third.
    state, threads = fields[0], int(fields[17])
    return state in {"Z", "X"} and threads <= 1


@dataclass(frozen=True, slots=True)
class Server:
    """A real server in a process of its own.

    Attributes
    ----------
    processes
        How many query processes it has had from its beginning, and has whenever it is at rest.
    """

    process: subprocess.Popen[bytes]
    url: str
    processes: int = field(init=False)

    def __post_init__(self) -> None:
        """Count: before it says where it listens all of them are ready."""
        object.__setattr__(self, "processes", len(self.query_processes()))

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def ask(self, query: str) -> str:
        """Return the URL that asks a query."""
        return f"{self.url}/sparql?query={quote(query)}"

    def send(self, request: str) -> socket.socket:
        """Return a connection on which this much of a request was sent; it takes little of an answer."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(self.address)
        client.sendall(request.encode())
        return client

    def get(self, target: str) -> socket.socket:
        """Return a connection on which a path was asked for."""
        return self.send(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    def status(self, target: str = "/healthz") -> int:
        """Return the status with which a path is answered."""
        with self.get(target) as client:
            return int(client.recv(12).decode().split()[1])

    def query_processes(self) -> dict[int, float]:
        """Return the processor seconds that each query process has used."""
        seconds: dict[int, float] = {}
        for children in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                for pid in children.read_text(encoding="ascii").split():
                    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                    seconds[int(pid)] = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
        return seconds

    def busy_process(self) -> int:
        """Wait until a query process computes, and return its id."""
        before = self.query_processes()
        # One that is being started computes as well, as much as others did.
        started = sorted(before.values())[len(before) // 2] if before else 0.0

        def busy() -> int | None:
            now = self.query_processes().items()
            since = {pid: used - max(before.get(pid, 0), started) for pid, used in now}
            pid = max(since, key=lambda pid: since[pid], default=0)
            return pid if since.get(pid, 0) > _STARTING_SECONDS else None

        return _wait_for(busy)

    def kill_all_query_processes(self) -> None:
        """End them as the kernel ends processes when memory is short; return when they have ended."""
        killed = list(self.query_processes())
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _wait_for(lambda: all(map(has_ended, killed)))

    def is_alive(self, pid: int) -> bool:
        """Tell whether a query process still is one."""
        return Path(f"/proc/{pid}").exists()

    def open_files(self) -> int:
        """Return how many files and connections it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208 - names are enough

    def wait_for_rest(self, target: str, *, files: int | None = None) -> int:
        """Wait until it answers and has as few files open as given; without a number, until it stays the same.

        A query process that is being replaced has none until the next one starts, which a busy machine puts off: what
        counts is a server at rest, with all its query processes.
        A look reads to the end of its own connection, for until then that one counts too.
        """
        seen: list[int] = []

        def rests() -> int | None:
            with self.get(target) as client:
                reply = b"".join(iter(lambda: client.recv(4096), b""))
            if int(reply.split()[1]) != HTTPStatus.OK or len(self.query_processes()) < self.processes:
                return None
            seen.append(self.open_files())
            if files is not None:
                return seen[-1] if seen[-1] <= files else None
            return seen[-1] if len(seen) >= _LOOKS and len(set(seen[-_LOOKS:])) == 1 else None

        return _wait_for(rests)

    def wait_for_snapshot(self, name: str) -> None:
        """Wait until a snapshot is the one that is served."""

        def is_served() -> bool:
            with urlopen(self.ask("ASK {}"), timeout=PATIENCE) as reply:
                return bool(reply.headers["Digigraph-Snapshot"] == name)

        _wait_for(is_served)

    def wait_for_processes(self, most: int) -> None:
        """Wait until there are no more query processes than that: one that ends lets go of its files first."""
        _wait_for(lambda: len(self.query_processes()) <= most)

    def wait_for_end(self, pid: int) -> None:
        """Wait until a query process is no more."""
        _wait_for(lambda: pid not in self.query_processes())

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit status."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def serving(settings: Settings, **changes: str | float) -> Iterator[Server]:
    """Serve what is published in a project, some settings changed; nothing of it is left afterwards.

    At its end it waits for hardly anybody who is still being answered.
    """
    said = f'base_iri = "{settings.base_iri}"\nlicense = "{settings.license}"\n'
    (settings.project / "digigraph.toml").write_text(said, encoding="utf-8")
    command = [sys.executable, str(_SCRIPT), str(settings.project)]
    process = subprocess.Popen(
        [*command, *(f"{name}={value}" for name, value in {"stop_seconds": 0.5, **changes}.items())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        url = process.stdout.readline().decode().strip()
        assert url, process.stderr.read().decode()
        yield Server(process, url)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()
        process.stderr.close()
