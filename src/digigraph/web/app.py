"""The Flask application: assembled here, decided elsewhere; nothing happens at import."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import RequestRedirect

from digigraph.store.opening import open_states
from digigraph.store.snapshots.permalinks import Permalinks
from digigraph.web.keeping.keeper import Keeper
from digigraph.web.observing.metrics import Metrics
from digigraph.web.pages import query, rendering
from digigraph.web.replies import problems, sending
from digigraph.web.routes import (
    catalog,
    changes,
    crawlers,
    documents,
    dumps,
    graphs,
    health,
    home,
    results,
    running,
    snapshots,
    sparql,
    things,
)
from digigraph.web.site import memento
from digigraph.web.site.answering import site
from digigraph.web.site.published import EXTENSION, KeptStates, Site
from digigraph.web.site.states import of_states

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Request

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend


class _Application(Flask):
    """Flask, whose own redirects (to a slash at the end) lead where all links do: it would take the client's Host."""

    def raise_routing_exception(self, request: Request) -> NoReturn:
        """Raise why no route was found for a request."""
        found = request.routing_exception
        if isinstance(found, RequestRedirect):
            parts = urlsplit(found.new_url)
            found.new_url = site().present_url(parts._replace(scheme="", netloc="").geturl())
        super().raise_routing_exception(request)


def create_app(
    settings: Settings,
    backend: Backend,
    *,
    taken_back: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Flask:
    """Return the application that publishes what the backend holds.

    It runs under any WSGI server and Flask's test client; :mod:`digigraph.web.serve` runs it under ours.

    Parameters
    ----------
    settings
        The project's.
    backend
        Who answers queries; stays the caller's to close.
    taken_back, files
        See :class:`~digigraph.web.site.published.Site`; None: nothing.
    """
    app = _Application("digigraph.web")
    app.config.update(MAX_CONTENT_LENGTH=settings.body_bytes, MAX_FORM_MEMORY_SIZE=settings.body_bytes)
    # A redirect that only tidies slashes would lead to whatever host the client names.
    app.url_map.merge_slashes = False
    # Half of the bytes: the other half is for whole replies, in front of the application.
    keeper = Keeper(settings.cache_bytes // 2)
    counting = Metrics(backend)
    counting.watch("answers", lambda: keeper.cache.bytes)
    kept = None if settings.endpoint else _kept(settings, backend)
    if kept is not None:
        counting.watch("answers of earlier states", lambda: kept.keeper.cache.bytes)
        counting.watch_states(lambda: kept.states.open_count)
    app.extensions[EXTENSION] = Site(
        settings, backend, keeper, counting, kept=kept, taken_back=taken_back or {}, files=files or {}
    )
    rendering.register(app)
    sending.register(app)
    query.register(app)
    problems.register(app)
    memento.register(app)
    of_the_graph = [each.blueprint for each in (catalog, documents, dumps, graphs, home, sparql, things)]
    of_the_server = [each.blueprint for each in (changes, crawlers, health, results, running, snapshots)]
    for blueprint in (*of_the_graph, *of_the_server, of_states(of_the_graph)):
        app.register_blueprint(blueprint)
    return app


def _kept(settings: Settings, backend: Backend) -> KeptStates:
    most, most_states = settings.permalinks, settings.permalink_states
    return KeptStates(
        states=open_states(settings, backend),
        keeper=Keeper(settings.cache_bytes // 8, is_of_one=False),
        permalinks=Permalinks(settings.state_folder, most=most, most_states=most_states),
    )
