"""Servers that are Python's own, in a thread of the test's process."""

from __future__ import annotations

import contextlib
import threading
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Server = TypeVar("Server", bound=ThreadingHTTPServer)


@contextlib.contextmanager
def running(server: Server) -> Iterator[Server]:
    """Let a server answer until the block ends."""
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
