"""What the routes of one application share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app, request

from digigraph.iris import Iris
from digigraph.web.wsgi import CANCELLATION

if TYPE_CHECKING:
    from digigraph.settings import Settings
    from digigraph.store.backend import Answer, Backend, Cancellation, Query

EXTENSION = "digigraph"


@dataclass(frozen=True, slots=True)
class Site:
    """One graph as it is published on the web.

    Parameters
    ----------
    settings
        The project's.
    backend
        Who answers.
    """

    settings: Settings
    backend: Backend

    @property
    def iris(self) -> Iris:
        """The IRIs of the graph."""
        return Iris(self.settings.base_iri)

    def url(self, path: str) -> str:
        """Return the URL under which readers fetch a path (``/sparql``); never made of the Host header."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return (self.settings.public_url or f"http://{host}:{self.settings.port}").rstrip("/") + path


def site() -> Site:
    """Return the site of the request that is being answered."""
    found: Site = current_app.extensions[EXTENSION]
    return found


def client_cancellation() -> Cancellation | None:
    """Return what fires when the client leaves; None under servers that cannot tell."""
    found: Cancellation | None = request.environ.get(CANCELLATION)
    return found


class _Asker:
    """The backend as the request that is being answered sees it: its queries end when the client leaves."""

    @property
    def version(self) -> str | None:
        return site().backend.version

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        return site().backend.answer(query, cancellation or client_cancellation())

    def close(self) -> None:
        """Leave the backend open: it is the application's."""


def asker() -> Backend:
    """Return the backend for the functions of ``publishing``."""
    return _Asker()


def ask(query: Query) -> Answer:
    """Ask the backend for the request that is being answered; returns when the answer begins.

    Raises
    ------
    QueryError, QueryFailed, QueueFull, StoreError, RemoteError
        No answer, and why; ``problems`` turns them into replies.
    """
    return site().backend.answer(query, client_cancellation())
