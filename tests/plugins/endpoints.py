"""A SPARQL server of someone else, on loopback: the Oxigraph server, over a store of ours."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def oxigraph_server(store: Path) -> Iterator[str]:
    """Serve a store read-only while the block runs; the value is the URL that answers queries."""
    server, port = _started(store)
    try:
        yield f"http://127.0.0.1:{port}/query"
    finally:
        server.kill()
        server.wait()


def _started(store: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The server, which listens, and its port: a free one, and another where somebody was quicker to take it."""
    for _ in range(9):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port: int = taken.getsockname()[1]
        server = subprocess.Popen(
            [
                *(str(Path(sys.executable).parent / "oxigraph"), "serve-read-only", "--timeout-s", "600"),
                *("--location", str(store), "--bind", f"127.0.0.1:{port}"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while server.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                return server, port
            time.sleep(0.02)
    raise AssertionError("The Oxigraph server does not start.")
