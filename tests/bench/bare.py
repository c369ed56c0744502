"""The HTTP server alone: ``python tests/bench/bare.py PORT`` answers everything with the same few bytes.

What is left of a kept reply when all that is ours is taken away: nothing behind this server can be quicker.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import uvloop
from uvicorn.server import ServerState

from digigraph.web.serve import listen, uvicorn_config
from digigraph.web.server.connection import Connection
from digigraph.web.server.gateway import Gateway
from digigraph.web.server.places import Places

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

_BODY = b'{"head":{},"boolean":true}'
_REST = b"content-type: application/sparql-results+json\r\ncontent-length: %d\r\n\r\n%b" % (len(_BODY), _BODY)


class _Nothing(Gateway):
    """Knows the answer to everything."""

    def kept(self, request: bytes, client: tuple[str, int] | None) -> tuple[int, bytes]:  # noqa: ARG002
        """Return it."""
        return 200, _REST


def _never(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
    raise NotImplementedError


async def main() -> None:
    """Serve until it is killed."""
    gateway, state = _Nothing(_never, threads=1, body_bytes=0), ServerState()
    config, listener = uvicorn_config(gateway), listen("127.0.0.1", int(sys.argv[1]))
    await asyncio.get_running_loop().create_server(
        lambda: Connection(gateway, config, state, places=Places(10_000)), sock=listener
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
