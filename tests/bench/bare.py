"""The HTTP server alone: ``python tests/bench/bare.py PORT`` answers everything with the same few bytes.

What is left of a kept reply when all that is ours is taken away: nothing behind this server can be quicker.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from digigraph.web.asgi import send_whole

if TYPE_CHECKING:
    from digigraph.web.asgi import Receive, Send
    from digigraph.web.wsgi import Scope

_BODY = b'{"head":{},"boolean":true}'
_HEADERS = [(b"content-type", b"application/sparql-results+json"), (b"content-length", b"%d" % len(_BODY))]


async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer a request."""
    await send_whole(send, 200, _HEADERS, _BODY)


async def main() -> None:
    """Serve until it is killed."""
    server = Server(
        answer,
        port=int(sys.argv[1]),
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    uvloop.run(main())
