"""digigraph and the Oxigraph server on the same data, each in processes of its own, and what can be seen of them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parent.parent.parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DIGIGRAPH_")}
JSON = "application/sparql-results+json"
_OXIGRAPH = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
_PATIENCE = 60.0


@dataclass(slots=True)
class Peer:
    """A server of the comparison.

    Parameters
    ----------
    name
        In the tables.
    path
        Of its endpoint.
    command
        Starts it; ``{port}`` stands for where it is to listen.
    """

    name: str
    path: str
    command: list[str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> float:
        """Start it; return the seconds until its first answer."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [each.format(port=self.port) for each in self.command],
            cwd=REPOSITORY,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait_for_answer()
        return time.monotonic() - begun

    def wait_for_answer(self) -> float:
        """Return the seconds until it answers a question that nobody has asked before."""
        begun = time.monotonic()
        request = urllib.request.Request(self.url(f"ASK {{ }} # {time.monotonic_ns()}"), headers={"Accept": JSON})
        while time.monotonic() < begun + _PATIENCE:
            with contextlib.suppress(OSError), urllib.request.urlopen(request) as response:
                response.read()
                return time.monotonic() - begun
            time.sleep(0.001)
        raise RuntimeError(f"{self.name} does not answer.")

    def url(self, query: str) -> str:
        """Return the URL that asks a query."""
        return f"http://127.0.0.1:{self.port}{self.path}?query={quote(query)}"

    def stop(self) -> None:
        """End it and all its children."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def processes(self) -> list[int]:
        """Return the ids of its processes, the first one first."""
        assert self.process is not None
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found += [int(child) for child in task.read_text(encoding="ascii").split()]
        return found

    def megabytes(self) -> float:
        """Return the memory of all its processes, pages that they share counted once (PSS)."""
        kilobytes = 0
        for pid in self.processes():
            with contextlib.suppress(OSError):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
                kilobytes += int(re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)[0])
        return kilobytes / 1024

    def cpu_seconds(self) -> dict[int, float]:
        """Return the processor seconds that each of its processes has used."""
        seconds = {}
        for pid in self.processes():
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                seconds[pid] = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
        return seconds

    def replace_children(self) -> float:
        """Kill its query processes; return the seconds until it answers again."""
        for pid in self.processes()[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return self.wait_for_answer()


@contextlib.contextmanager
def bare_server() -> Iterator[Peer]:
    """Start the HTTP server of digigraph with nothing behind it."""
    bare = Peer("digigraph", "/sparql", [sys.executable, str(REPOSITORY / "tests/bench/bare.py"), "{port}"])
    try:
        bare.start()
        yield bare
    finally:
        bare.stop()


@contextlib.contextmanager
def peers(nquads: bytes, folder: Path) -> Iterator[tuple[Peer, Peer]]:
    """Load a graph into both servers, start them, and end them: digigraph and Oxigraph."""
    assert _OXIGRAPH is not None, "the Oxigraph server (PyPI: oxigraph) is not installed"
    file, project, store = folder / "graph.nq", folder / "project", folder / "oxigraph"
    file.write_bytes(nquads)
    project.mkdir()
    (project / "digigraph.toml").write_text('base_iri = "https://example.org/graph/"\n', encoding="utf-8")
    SnapshotCatalog(project / ".digigraph").publish(nquads, "0" * 64)
    subprocess.run([_OXIGRAPH, "load", "-l", store, "-f", file], check=True, capture_output=True)
    ours = [sys.executable, "-m", "digigraph", "--project", str(project), "serve", "--port", "{port}"]
    theirs = [_OXIGRAPH, "serve-read-only", "-l", str(store), "-b", "127.0.0.1:{port}"]
    pair = Peer("digigraph", "/sparql", ours), Peer("Oxigraph", "/query", theirs)
    try:
        for peer in pair:
            peer.start()
        yield pair
    finally:
        for peer in pair:
            peer.stop()
