"""The query process: ``python -m`` this module, ``SOCKET PLACE BASE_IRI SECONDS MEMORY_MB ROWS NETWORK``.

It opens one snapshot read-only, or takes a file of N-Quads into memory, and answers one query at a time over the
inherited socket. Nothing in it can end a running query: the engine has no way to be asked. So the process itself ends,
and :mod:`digigraph.store.processes.child` tells from how it ended what happened:

- SIGALRM: the deadline has passed. The kernel's timer ends the process with no help from Python, whatever it computes,
  even where the parent is dead;
- SIGABRT: memory. The limit (RLIMIT_DATA) is what is in use after opening, plus the setting; whether the engine's
  allocator or Python's meets it, the process aborts;
- SIGSEGV: the engine's stack, which nesting overflows.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from digigraph.errors import DigigraphError, QueryCrashed
from digigraph.store.disk import storage_errors
from digigraph.store.engine.evaluation import evaluate
from digigraph.store.processes.frames import Channel, End, Kind, decode_query, encode_error
from digigraph.store.processes.isolation import NETWORK, give_up_network
from digigraph.store.results.output import WRITTEN
from digigraph.store.snapshots.opened import read_manifest

_STACK = 8 * 1024 * 1024
_MB = 1024 * 1024
# Of 1000; what is not told stands at 0.
_BADNESS = 500


class Memory:
    """How much memory the process has, in use and allowed.

    Parameters
    ----------
    allowance
        Bytes that may be used on top of what is in use now.
    """

    def __init__(self, allowance: int) -> None:
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        self._page = os.sysconf("SC_PAGE_SIZE")
        in_use = self._in_use()
        self._worn = in_use + allowance // 2
        _limit(resource.RLIMIT_DATA, in_use + allowance)

    def _in_use(self) -> int:
        """Bytes of data and stack (proc(5), statm, sixth field)."""
        return int(os.pread(self._statm, 256, 0).split()[5]) * self._page

    def is_worn(self) -> bool:
        """Tell whether past queries have left so much in use that the next ones would have much less."""
        return self._in_use() > self._worn


def _limit(which: int, soft: int) -> None:
    """Lower a limit of this process; one that is lower already stays."""
    old, hard = resource.getrlimit(which)
    limits = [each for each in (soft, old, hard) if each != resource.RLIM_INFINITY]
    resource.setrlimit(which, (min(limits), hard))


def _be_the_first_to_go() -> None:
    """Where the machine's memory is short, let the kernel end this process before its parent (proc(5))."""
    score = Path("/proc/self/oom_score_adj")
    with contextlib.suppress(OSError):
        score.write_text(str(max(_BADNESS, int(score.read_text("ascii")))), "ascii")


def _become_a_worker() -> None:
    """Set what a child inherits, whatever the parent's own habits are."""
    # Ctrl-C goes to the whole foreground group, and service managers end all processes of a service at once: the parent
    # decides what that means, and answers under way come to their end.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    _be_the_first_to_go()
    _limit(resource.RLIMIT_CORE, 0)
    # An unlimited stack would let nesting eat all memory: the stack is no part of RLIMIT_DATA.
    _limit(resource.RLIMIT_STACK, _STACK)


@dataclass(frozen=True, slots=True)
class Limits:
    """What each query may take.

    Parameters
    ----------
    seconds
        Of real time, planning included.
    memory
        Bytes on top of what is in use when nothing is asked.
    rows
        Rows, or triples, of the answer.
    """

    seconds: float
    memory: int
    rows: int


def serve(channel: Channel, store: ox.Store, *, base_iri: str, limits: Limits) -> None:
    """Answer queries until the parent closes its end (EOFError) or breaks off (OSError).

    Parameters
    ----------
    channel
        To the parent.
    store
        What is asked.
    base_iri
        The project's.
    limits
        Of each query.
    """
    memory = Memory(limits.memory)

    def send(piece: bytes) -> None:
        # Most answers are no more than a short end.
        (channel.hold if len(piece) < WRITTEN else channel.send)(Kind.DATA, piece)

    channel.send(Kind.READY)
    while True:
        _, payload = channel.receive()
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
        failure = rows = None
        try:
            query = decode_query(payload)
            rows = evaluate(store, query, base_iri=base_iri, most_rows=limits.rows, send=send)
        except MemoryError:
            os.abort()
        except DigigraphError as error:
            failure = error
        except BaseException as error:  # noqa: BLE001 - the worker loop; the engine's panics are no Exception
            failure = QueryCrashed(f"The engine failed: {error!r}.")
        signal.setitimer(signal.ITIMER_REAL, 0)
        if failure is not None:
            channel.send(Kind.FAILED, encode_error(failure))
        else:
            channel.send(Kind.END, End(memory.is_worn(), rows).encode())


def _in_memory(file: Path) -> ox.Store:
    store = ox.Store()
    with storage_errors("Reading what is asked"), file.open("rb") as nquads:
        store.bulk_load(nquads, ox.RdfFormat.N_QUADS)
    return store


def main(arguments: list[str]) -> None:
    """Run the query process; see the module's documentation."""
    descriptor, place, base_iri, seconds, memory_mb, rows, network = arguments
    limits = Limits(float(seconds), int(memory_mb) * _MB, int(rows))
    _become_a_worker()
    if network != NETWORK:
        give_up_network()
    channel = Channel(socket.socket(fileno=int(descriptor)))
    try:
        # Held as long as the process lives: a snapshot that is open is not pruned.
        opened = None if Path(place).is_file() else read_manifest(Path(place)).open()
        store = opened.store if opened is not None else _in_memory(Path(place))
    except DigigraphError as error:
        channel.send(Kind.FAILED, encode_error(error))
        return
    with contextlib.suppress(EOFError, OSError):
        serve(channel, store, base_iri=base_iri, limits=limits)


if __name__ == "__main__":
    main(sys.argv[1:])
