"""The application without a server, and real servers."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
import webserver

from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from webserver import Server, Serving

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend


@pytest.fixture
def app(published: Settings, backend: Backend) -> Flask:
    """The application over each kind of backend."""
    return create_app(published, backend)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without a server between."""
    return app.test_client()


@pytest.fixture(scope="session")
def serving(published: Settings) -> Serving:
    """Serves what is published, some settings changed; nothing of the server is left afterwards."""
    return functools.partial(webserver.serving, published)


@pytest.fixture(scope="module")
def server(serving: Serving) -> Iterator[Server]:
    """A server for tests that leave it as it was."""
    with serving(workers=2) as running:
        yield running
