"""How each server of the comparison is started; imported late, so that each run measures the memory of one server."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.store.opening import open_backend
from digigraph.web.app import create_app
from digigraph.web.serve import serve
from digigraph.web.server.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from digigraph.settings import Settings


@dataclass(frozen=True, slots=True)
class Runner:
    """How a server is started.

    Parameters
    ----------
    run
        Serves until SIGTERM; given the settings.
    package
        Whose version is printed.
    """

    run: Callable[[Settings], None]
    package: str


def _threads(settings: Settings) -> int:
    return settings.worker_count + settings.queue_length + 16


@contextlib.contextmanager
def _app(settings: Settings) -> Iterator[Flask]:
    with contextlib.closing(open_backend(settings)) as backend:
        yield create_app(settings, backend)


@contextlib.contextmanager
def _gateway(settings: Settings) -> Iterator[Gateway]:
    with _app(settings) as app:
        yield Gateway(app.wsgi_app, threads=_threads(settings), body_bytes=settings.body_bytes)


def _ours(settings: Settings) -> None:
    with contextlib.closing(open_backend(settings)) as backend:
        serve(settings, backend, announce=print)


def _granian_asgi(settings: Settings) -> None:
    import uvloop  # noqa: PLC0415 - see the top
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415 - see the top
    from granian.server.embed import Server  # noqa: PLC0415 - see the top

    async def run(gateway: Gateway) -> None:
        server = Server(
            gateway,
            port=settings.port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            backpressure=10_000,
            websockets=False,
            log_enabled=False,
        )
        await server.serve()

    with _gateway(settings) as gateway:
        uvloop.run(run(gateway))


def _granian_wsgi(settings: Settings) -> None:
    from granian import Granian  # noqa: PLC0415 - see the top
    from granian.constants import Interfaces  # noqa: PLC0415 - see the top

    server = Granian(
        "app",
        port=settings.port,
        interface=Interfaces.WSGI,
        blocking_threads=_threads(settings),
        backpressure=10_000,
        log_enabled=False,
    )
    server.serve(target_loader=lambda _: create_app(settings, open_backend(settings)))


def _uvicorn(settings: Settings, http: str) -> None:
    import uvicorn  # noqa: PLC0415 - see the top

    with _gateway(settings) as gateway:
        uvicorn.run(
            gateway, port=settings.port, lifespan="off", http=http, ws="none", access_log=False, log_level="critical"
        )


def _uvicorn_httptools(settings: Settings) -> None:
    _uvicorn(settings, "httptools")


def _uvicorn_h11(settings: Settings) -> None:
    _uvicorn(settings, "h11")


def _hypercorn(settings: Settings) -> None:
    from hypercorn.asyncio import serve as serve_hypercorn  # noqa: PLC0415 - see the top
    from hypercorn.config import Config  # noqa: PLC0415 - see the top

    config = Config()
    config.bind = [f"{settings.host}:{settings.port}"]
    config.accesslog = config.errorlog = None
    with _gateway(settings) as gateway:
        asyncio.run(serve_hypercorn(gateway, config, mode="asgi"))


def _gunicorn(settings: Settings) -> None:
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415 - see the top

    class Application(BaseApplication):
        def load_config(self) -> None:
            self.cfg.set("bind", f"{settings.host}:{settings.port}")
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", _threads(settings))
            self.cfg.set("loglevel", "critical")

        def load(self) -> Flask:
            return create_app(settings, open_backend(settings))

    Application().run()


def _waitress(settings: Settings) -> None:
    from waitress import serve as serve_waitress  # noqa: PLC0415 - see the top

    with _app(settings) as app:
        serve_waitress(app, port=settings.port, threads=_threads(settings), connection_limit=10_000)


def _cheroot(settings: Settings) -> None:
    from cheroot.wsgi import Server  # noqa: PLC0415 - see the top

    with _app(settings) as app:
        Server((settings.host, settings.port), app, numthreads=_threads(settings), max=_threads(settings)).start()


RUNNERS = {
    "uvicorn, as it is served": Runner(_ours, "uvicorn"),
    "granian ASGI": Runner(_granian_asgi, "granian"),
    "granian WSGI": Runner(_granian_wsgi, "granian"),
    "uvicorn httptools": Runner(_uvicorn_httptools, "uvicorn"),
    "uvicorn h11": Runner(_uvicorn_h11, "uvicorn"),
    "hypercorn": Runner(_hypercorn, "hypercorn"),
    "gunicorn gthread": Runner(_gunicorn, "gunicorn"),
    "waitress": Runner(_waitress, "waitress"),
    "cheroot": Runner(_cheroot, "cheroot"),
}
