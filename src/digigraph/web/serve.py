"""The one web process: granian's ASGI server, embedded, with the gateway and Flask behind it.

Why this server, with figures: ``docs/decisions.md``.
"""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from digigraph.errors import AddressUnavailable
from digigraph.web.app import create_app
from digigraph.web.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.settings import Settings
    from digigraph.store.backend import Backend

_THREADS_FOR_PAGES = 16
_HEADER_MILLISECONDS = 30_000
_GRACE_SECONDS = 5.0
_CONNECTIONS = 10_000


def serve(settings: Settings, backend: Backend, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then let what is under way end, for 5 s at most.

    Parameters
    ----------
    settings
        Where to listen (port 0: any free one), how large bodies may be, how many queries run and wait.
    backend
        Who answers; stays the caller's to close.
    announce
        Is handed the URL once connections are accepted there.

    Raises
    ------
    AddressUnavailable
        Something else listens on the address, or it is none of this machine's.
    """
    settings = replace(settings, port=_free_port(settings.host, settings.port))
    _allow_open_files()
    app = create_app(settings, backend)
    threads = settings.worker_count + settings.queue_length + _THREADS_FOR_PAGES
    gateway = Gateway(app.wsgi_app, threads=threads, body_bytes=settings.body_bytes)
    asyncio.run(_serve(gateway, settings, announce))


def _free_port(host: str, port: int) -> int:
    """Return the port to listen on, having made sure that it is free.

    The server's own sockets have SO_REUSEPORT, by which a second server would get a share of the first one's clients;
    a plain socket is refused.
    """
    try:
        with socket.create_server((host, port), family=_family(host)) as probe:
            return int(probe.getsockname()[1])
    except OSError as error:
        raise AddressUnavailable(
            f"Cannot listen on {host} port {port}: {error.strerror or error}.", hint="Choose another with --port."
        ) from error
    except OverflowError as error:
        raise AddressUnavailable(f"There is no port {port}.", hint="Ports go up to 65535.") from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _allow_open_files() -> None:
    """Allow as many open files as this process may: each connection is one, and so is each long answer in wait."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(gateway: Gateway, settings: Settings, announce: Callable[[str], None]) -> None:
    server = Server(
        gateway,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
        websockets=False,
        backlog=1024,
        backpressure=_CONNECTIONS,
        log_level=LogLevels.critical,
    )
    serving = asyncio.create_task(server.serve())
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stopped.set)
    await _accepting(settings)
    announce(f"http://{settings.host}:{settings.port}")
    await stopped.wait()
    server.stop()
    await gateway.finish(_GRACE_SECONDS)
    await serving


async def _accepting(settings: Settings) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(settings.host, settings.port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
