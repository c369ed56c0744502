"""Graphs in DOT drawn as SVG by Graphviz, in a process of its own.

The engine is written in C and not made for threads: what goes wrong in it, goes wrong there. The process is started
with the first picture, draws one after the other, and ends with its parent.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
import select
import struct
import subprocess
import sys
import threading
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO

_SECONDS = 10.0
_LENGTH = struct.Struct(">I")
_SVG = re.compile(r"<svg.*</svg>", re.DOTALL)
# Names of nodes, and what the style sheet decides.
_LOOKS = re.compile(
    r"<title>[^<]*</title>\n?|<!--.*?-->\n?|"
    r' (?:fill|stroke|font-family)="[^"]*"(?=[^<>]*>)'
)


class Draughtsman:
    """Draws; may be asked from any thread. The process ends when nobody holds this any longer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._finish: weakref.finalize[[subprocess.Popen[bytes]], Draughtsman] | None = None

    def draw(self, graph: str) -> str:
        """Return a graph as an ``svg`` element to be embedded in a page; empty where it cannot be drawn.

        Colours and fonts are left to the style sheet: it knows the classes ``node``, ``edge``, and those of the graph.
        """
        if not graph or importlib.util.find_spec("pygraphviz") is None:
            return ""
        with self._lock:
            try:
                drawn = self._ask(graph.encode("utf-8", "replace"))
            except (OSError, EOFError):
                self._end()
                return ""
        found = _SVG.search(drawn.decode("utf-8", "replace"))
        return _LOOKS.sub("", found.group()) if found else ""

    def _ask(self, graph: bytes) -> bytes:
        if self._process is None or self._process.poll() is not None:
            self._end()
            command = [sys.executable, "-P", "-m", "digigraph.publishing.pages.drawing"]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            self._finish = weakref.finalize(self, _kill, self._process)
        assert self._process.stdin is not None  # noqa: S101 - it has pipes
        assert self._process.stdout is not None  # noqa: S101
        _write(self._process.stdin, graph)
        ready, _, _ = select.select([self._process.stdout], [], [], _SECONDS)
        if not ready:
            raise EOFError
        return _read(self._process.stdout)

    def _end(self) -> None:
        if self._finish is not None:
            self._finish()
        self._process = None


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            # What was not written when it died is lost, and nobody misses it.
            with contextlib.suppress(OSError):
                pipe.close()


def _write(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    """Read one message; raises EOFError where the other side has gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def main() -> None:
    """Draw what comes on standard input until it ends."""
    import pygraphviz  # noqa: PLC0415 - in this process alone

    with contextlib.suppress(EOFError):
        while True:
            graph = _read(sys.stdin.buffer).decode()
            try:
                drawn = pygraphviz.AGraph(string=graph).draw(format="svg", prog="dot")
            except (ValueError, OSError, pygraphviz.DotError):
                drawn = b""
            _write(sys.stdout.buffer, drawn)


if __name__ == "__main__":
    main()
