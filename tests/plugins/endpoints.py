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
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()
    server = subprocess.Popen(
        [
            *(str(Path(sys.executable).parent / "oxigraph"), "serve-read-only", "--timeout-s", "600"),
            *("--location", str(store), "--bind", f"{address[0]}:{address[1]}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while server.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(address):
                break
            time.sleep(0.02)
        yield f"http://{address[0]}:{address[1]}/query"
    finally:
        server.kill()
        server.wait()
