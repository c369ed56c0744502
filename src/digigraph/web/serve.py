"""The one web process: uvicorn's connections, with the gateway and Flask behind them.

Why this server, with figures: ``docs/decisions.md``.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import logging
import os
import resource
import signal
import socket
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from typing import TYPE_CHECKING

import uvloop
from uvicorn.config import Config
from uvicorn.server import ServerState

from digigraph.errors import AddressUnavailable
from digigraph.store.processes.states import AT_ONCE
from digigraph.web.app import create_app
from digigraph.web.exchanges.asgi import STALL_SECONDS
from digigraph.web.exchanges.clients import Clients
from digigraph.web.keeping.keeper import FOLLOWERS
from digigraph.web.observing.logs import logged
from digigraph.web.server.connection import WAIT_SECONDS
from digigraph.web.server.gateway import Gateway
from digigraph.web.server.places import Places
from digigraph.web.server.unread import UnreadConnection
from digigraph.web.shortcuts.plain import plain_questions
from digigraph.web.shortcuts.replies import Shortcut
from digigraph.web.site.published import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend
    from digigraph.web.observing.record import Record
    from digigraph.web.site.published import Site

_LOG = logging.getLogger(__name__)
_THREADS_FOR_PAGES = 16
_PORTS = 65536
# Or half as many as files may be open.
_CONNECTIONS = 10_000
_BACKLOG = 1024
_LINGER_SECONDS = 1.0
_LOOK_SECONDS = 0.01


def serve(
    settings: Settings,
    backend: Backend,
    *,
    announce: Callable[[str], None],
    taken_back: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
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
    taken_back, files
        See :func:`~digigraph.web.app.create_app`.

    Raises
    ------
    AddressUnavailable
        Something else listens on the address, or it is none of this machine's.
    """
    with listen(settings.host, settings.port) as listener, logged(settings) as observe:
        most = min(_CONNECTIONS, _open_files() // 2)
        settings = replace(settings, port=listener.getsockname()[1])
        app = create_app(settings, backend, taken_back=taken_back, files=files)
        here: Site = app.extensions[EXTENSION]
        gateway = _gateway(app, observe, exchanges=most)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{host}:{settings.port}"
        if not settings.public_url and ipaddress.ip_address(listener.getsockname()[0]).is_unspecified:
            _LOG.warning("Links lead to %s, where readers find nothing: set public_url to the address they use.", url)
        started = partial(announce, url)
        # What is there by now stays, and a request drops nearly all that it makes: to look for cycles as often as usual
        # takes a twelfth of the loop's time.
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        try:
            uvloop.run(_serve(gateway, listener, started, grace=settings.stop_seconds, places=Places(most)))
        finally:
            if here.kept:
                here.kept.states.close()


def _gateway(app: Flask, observe: Callable[[Record], None], *, exchanges: int) -> Gateway:
    """Return what stands before an application, with threads for all who may wait in it at once."""
    here: Site = app.extensions[EXTENSION]
    settings, backend, counting = here.settings, here.backend, here.metrics
    threads = 2 * settings.worker_count + settings.queue_length + FOLLOWERS + _THREADS_FOR_PAGES
    threads += FOLLOWERS + (settings.states_open + 1) * AT_ONCE if here.kept else 0
    # The rest is kept by the application, before it is coded.
    shortcut = Shortcut(settings.cache_bytes * 3 // 8, lambda: backend.version)
    counting.watch("replies", lambda: shortcut.held)
    return Gateway(
        app.wsgi_app,
        threads=threads,
        body_bytes=settings.body_bytes,
        shortcut=shortcut,
        plain=plain_questions(app),
        clients=Clients(settings.proxy_networks),
        observers=(counting.count, observe),
        exchanges=exchanges,
    )


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


def _open_files() -> int:
    """Allow as many open files as this process may: each connection is one, and so is each long answer in wait."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return 2 * _CONNECTIONS if most == resource.RLIM_INFINITY else most


async def _serve(
    gateway: Gateway, listener: socket.socket, announce: Callable[[], None], *, grace: float, places: Places
) -> None:
    config, state = uvicorn_config(gateway), ServerState()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stopped.set)
    clock = asyncio.create_task(_tell_the_time(state))
    server = await loop.create_server(
        lambda: UnreadConnection(gateway, config, state, places=places), sock=listener, backlog=_BACKLOG
    )
    announce()
    await stopped.wait()
    server.close()
    for connection in [*state.connections]:
        connection.shutdown()
    await gateway.finish(grace)
    # Who reads nothing keeps a connection open.
    end = loop.time() + _LINGER_SECONDS
    while state.connections and loop.time() < end:  # noqa: ASYNC110 - uvicorn tells nobody when they are gone
        await asyncio.sleep(_LOOK_SECONDS)
    clock.cancel()


def uvicorn_config(gateway: Gateway) -> Config:
    """Return what uvicorn is told: it speaks HTTP, and does nothing else."""
    config = Config(
        gateway,
        interface="asgi3",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=WAIT_SECONDS,
    )
    config.load()
    return config


async def _tell_the_time(state: ServerState) -> None:
    """Let all replies have a Date (RFC 9110, section 6.6.1)."""
    while True:
        state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        await asyncio.sleep(1)
