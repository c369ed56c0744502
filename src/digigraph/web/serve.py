"""The one web process: granian's ASGI server, embedded, with the gateway and Flask behind it.

Why this server, with figures: ``docs/decisions.md``.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]  # imported there without being declared
from granian.server.embed import Server

from digigraph.errors import AddressUnavailable
from digigraph.store.states import AT_ONCE
from digigraph.web.app import create_app
from digigraph.web.asgi import STALL_SECONDS
from digigraph.web.clients import Clients
from digigraph.web.gateway import Gateway
from digigraph.web.keeping import FOLLOWERS
from digigraph.web.logs import logged
from digigraph.web.plain import plain_questions
from digigraph.web.shortcut import Shortcut
from digigraph.web.site import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digigraph.settings import Settings
    from digigraph.store.backend import Backend
    from digigraph.web.site import Site

_THREADS_FOR_PAGES = 16
_HEADER_SECONDS = 30.0
# Where granian begins to refuse; what has arrived by then, up to as much again, is still taken.
_HEADER_BYTES = 32 * 1024
_PORTS = 65536
_CONNECTIONS = 10_000
_BACKLOG = 1024
_LINGER_SECONDS = 1.0


def serve(
    settings: Settings,
    backend: Backend,
    *,
    announce: Callable[[str], None],
    taken_back: Mapping[str, str] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then let what is under way end, for ``stop_seconds`` at most.

    Parameters
    ----------
    settings
        Where to listen (port 0: any free one), how large bodies may be, how many queries run and wait.
    backend
        Who answers; stays the caller's to close.
    announce
        Is handed the URL once connections are accepted there.
    taken_back
        See :func:`~digigraph.web.app.create_app`.

    Raises
    ------
    AddressUnavailable
        Something else listens on the address, or it is none of this machine's.
    """
    with listen(settings.host, settings.port) as listener, logged(settings) as observe:
        _allow_open_files()
        settings = replace(settings, port=listener.getsockname()[1])
        app = create_app(settings, backend, taken_back=taken_back)
        here: Site = app.extensions[EXTENSION]
        threads = 2 * settings.worker_count + settings.queue_length + FOLLOWERS + _THREADS_FOR_PAGES
        threads += FOLLOWERS + (settings.states_open + 1) * AT_ONCE if here.kept else 0
        # The rest is kept by the application, before it is coded.
        shortcut = Shortcut(settings.cache_bytes * 3 // 8, lambda: backend.version)
        counting = here.metrics
        counting.watch("replies", lambda: shortcut.bytes)
        gateway = Gateway(
            app.wsgi_app,
            threads=threads,
            body_bytes=settings.body_bytes,
            shortcut=shortcut,
            plain=plain_questions(app),
            clients=Clients(settings.proxy_networks),
            observers=(counting.count, observe),
        )
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        started = partial(announce, f"http://{host}:{settings.port}")
        try:
            uvloop.run(_serve(gateway, listener, started, grace=settings.stop_seconds))
        finally:
            if here.kept:
                here.kept.states.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any free one.

    Its connections inherit that the kernel closes one whose client takes nothing for a while: the server itself
    waits for ever for such a client to take what it has in its buffers.

    Raises
    ------
    AddressUnavailable
        See :func:`serve`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    hint = "Choose another with --host and --port."
    if port >= _PORTS:
        raise AddressUnavailable(f"Cannot listen on port {port}: ports end at {_PORTS - 1}.", hint=hint)
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        # create_server adds the address to the system's words; a name that is not found has words of its own.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise AddressUnavailable(f"Cannot listen on {host} port {port}: {reason}.", hint=hint) from error
    listener.setblocking(False)  # noqa: FBT003 - the only way to say it
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(STALL_SECONDS * 1000))
    return listener


def _allow_open_files() -> None:
    """Allow as many open files as this process may: each connection is one, and so is each long answer in wait."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _Server(Server):
    """Granian on a socket that is listening already.

    Its own sockets have SO_REUSEPORT, by which a second server started by mistake would get half of the clients; and
    the port of a socket that chose one itself could not be known.
    """

    def __init__(self, target: Gateway, listener: socket.socket) -> None:
        super().__init__(
            target,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=int(_HEADER_SECONDS * 1000), max_buffer_size=_HEADER_BYTES
            ),
            websockets=False,
            backpressure=_CONNECTIONS,
            log_level=LogLevels.critical,
        )
        self._listener = listener

    def _init_shared_socket(self) -> None:
        # The descriptor becomes granian's to close. Its stubs lag behind what it is called with in its own code.
        holder = SocketHolder(self._listener.detach(), False, _BACKLOG)  # type: ignore[call-arg]  # noqa: FBT003
        self._shd = holder  # type: ignore[assignment]


async def _serve(gateway: Gateway, listener: socket.socket, announce: Callable[[], None], *, grace: float) -> None:
    server = _Server(gateway, listener)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stopped.set)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stopped.wait())
    announce()
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.stop()  # type: ignore[no-untyped-call]  # granian gives it no types
    await gateway.finish(grace)
    # Who reads nothing keeps a connection open, and the server with it.
    await asyncio.wait({serving}, timeout=_LINGER_SECONDS)
    if not stopping.done():
        raise RuntimeError("The HTTP server ended by itself.")
