"""The query process: what it loads, what it inherits, what it survives."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from endless import ENDLESS, ENDLESS_ROWS

from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.processes.frames import Channel, End, Kind, encode_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings
    from digigraph.store.snapshots.opened import Snapshot

    Worker = tuple[Channel, subprocess.Popen[bytes]]

HEAVY = {"flask", "rdflib", "pyshacl", "requests", "click", "werkzeug", "yaml", "jinja2", "uvicorn", "email", "http"}
# A parent that has its own habits about signals; children inherit them.
UNFRIENDLY = """
import os, signal, sys
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_import_budget():
    """A worker loads the engine and little else: it is to be ready at once."""
    script = (
        "import sys, digigraph.store.processes.worker; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout.decode().split()
    )
    assert loaded & HEAVY == set()
    assert "pyoxigraph" in loaded


@pytest.fixture
def seconds() -> float:
    """How long a query may take."""
    return 3600


@pytest.fixture
def worker(snapshot: Snapshot, published: Settings, seconds: float) -> Iterator[Worker]:
    """A query process of our own, ready, that allows 128 MB."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", UNFRIENDLY, sys.executable, "-m", "digigraph.store.processes.worker"),
                *(str(theirs.fileno()), str(snapshot.folder), published.base_iri, str(seconds), "128", "1000000", ""),
            ],
            pass_fds=[theirs.fileno()],
        )
    channel = Channel(ours)
    assert channel.receive() == (Kind.READY, b"")
    yield channel, process
    channel.close()
    process.wait()


def test_an_answer_has_an_explicit_end(worker: Worker):
    """An answer is DATA frames and END; then the next query may come."""
    channel, _ = worker
    for _ in range(3):
        channel.send(Kind.QUERY, encode_query(Query(text="ASK {}", format=RESULTS_JSON)))
        assert channel.receive() == (Kind.DATA, b'{"head":{},"boolean":true}')
        kind, payload = channel.receive()
        assert (kind, End.decode(payload)) == (Kind.END, End(is_worn=False, rows=None))


@pytest.mark.parametrize("seconds", [1])
def test_the_deadline_is_its_own(worker: Worker):
    """The child ends itself at the deadline, whatever signals it inherited, and no core is written."""
    channel, process = worker
    channel.send(Kind.QUERY, encode_query(Query(text=ENDLESS, format=RESULTS_JSON)))
    with pytest.raises(EOFError):
        channel.receive()
    assert process.wait() == -signal.SIGALRM


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_what_goes_to_all_is_for_the_parent(worker: Worker, how: signal.Signals):
    """An interrupt from the terminal, or the end of a service, which goes to all processes, does not end a child."""
    channel, process = worker
    os.kill(process.pid, how)
    channel.send(Kind.QUERY, encode_query(Query(text="ASK {}", format=RESULTS_JSON)))
    assert channel.receive()[0] is Kind.DATA


def test_it_goes_before_its_parent(worker: Worker):
    """Where memory is short the kernel ends a query process, and not who started it."""
    _, process = worker
    scores = [int(Path(f"/proc/{pid}/oom_score_adj").read_text(encoding="ascii")) for pid in (process.pid, "self")]
    assert scores[0] >= max(500, scores[1])


def test_it_ends_at_the_end_of_file(worker: Worker, until: Callable[..., None]):
    """An idle child whose parent has gone ends well."""
    channel, process = worker
    channel.close()
    until(lambda: process.poll() is not None)
    assert process.returncode == 0


def test_it_ends_when_nobody_takes_the_answer(worker: Worker, until: Callable[..., None]):
    """A child whose parent goes while it writes ends without waiting for its deadline."""
    channel, process = worker
    channel.send(Kind.QUERY, encode_query(Query(text=ENDLESS_ROWS, format=RESULTS_JSON)))
    channel.receive()
    channel.close()
    until(lambda: process.poll() is not None)
    assert process.returncode == 0


def test_it_holds_nothing_but_its_own(worker: Worker, snapshot: Snapshot):
    """Of the parent's descriptors the child has its socket alone."""
    _, process = worker
    found = [str(each.readlink()) for each in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert sum(each.startswith("socket:") for each in found) == 1
