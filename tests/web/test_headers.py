from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ANSWERS = {
    "page": ("/sparql", {"Accept": "text/html"}),
    "answer": ("/sparql?query=ASK{}", {}),
    "style": ("/static/style.css", {}),
    "health": ("/healthz", {}),
    "not found": ("/no-such-path", {}),
    "problem page": ("/no-such-path", {"Accept": "text/html"}),
    "bad request": ("/sparql?query=nonsense", {}),
    "not acceptable": ("/sparql?query=ASK{}", {"Accept": "image/png"}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_security_headers_are_on_everything(client: FlaskClient, name: str):
    """No response, errors included, lets a browser run what is no file of ours, guess types, frame it, send forms."""
    path, headers = ANSWERS[name]
    response = client.get(path, headers=headers, buffered=True)
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert {"form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Referrer-Policy" in response.headers


@pytest.mark.parametrize("name", ANSWERS)
def test_any_origin_may_read_everything(client: FlaskClient, name: str):
    """A page of any origin may read every response, errors included, and the headers that matter."""
    path, headers = ANSWERS[name]
    response = client.get(path, headers=headers, buffered=True)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    exposed = set(response.headers["Access-Control-Expose-Headers"].split(", "))
    safelisted = {"Cache-Control", "Content-Language", "Content-Length", "Content-Type", "Last-Modified"}
    ruled_by_browsers = {"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"}
    sent = {each for each, _ in response.headers if not each.startswith("Access-Control-")}
    assert sent - safelisted - ruled_by_browsers <= exposed
    assert {"Digigraph-Snapshot", "Allow", "Content-Range", "X-Request-Id"} <= exposed


@pytest.mark.parametrize("name", ANSWERS)
def test_caches_are_told_what_decides(client: FlaskClient, name: str):
    """Every response says that it depends on Accept, for an error's form does as well."""
    path, headers = ANSWERS[name]
    assert {"Accept", "Accept-Encoding"} <= {each for each in client.get(path, headers=headers, buffered=True).vary}  # noqa: C416


def test_preflight_is_answered(client: FlaskClient):
    """A browser that asks before it posts a query from another origin is allowed to."""
    response = client.options(
        "/sparql",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert response.status_code == 200
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_preflight_is_answered_where_there_is_nothing(client: FlaskClient):
    """A script of another origin may ask for a path that there is not, and read that there is none."""
    leave = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    assert client.options("/no-such-path", headers=leave).status_code == 204
    assert client.options("/no-such-path").status_code == 404
    assert client.get("/no-such-path").headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/sparql", "/", "/healthz", "/*"])
def test_what_has_no_body_has_no_type(client: FlaskClient, path: str):
    """OPTIONS says which methods there are in a header, and no type of a body that there is not."""
    response = client.options(path)
    assert response.data == b""
    assert "Content-Type" not in response.headers
    assert "OPTIONS" in response.headers["Allow"]


class _Inline(HTMLParser):
    """Collects what a strict Content-Security-Policy would not let pass, and what the page names."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.language: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "html":
            self.language = given.get("lang")
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("name", ["page", "problem page"])
def test_pages_obey_their_own_policy(client: FlaskClient, name: str):
    """Pages have no inline script, no inline style, and say their language."""
    path, headers = ANSWERS[name]
    parser = _Inline()
    parser.feed(client.get(path, headers=headers, buffered=True).text)
    assert parser.inline == []
    assert parser.language == "en"


def test_health_names_the_snapshot(client: FlaskClient):
    """Who watches over the server learns without a query that it answers, and from what; never from a cache."""
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.get_json()["status"] == "ok"
    assert "snapshot" in response.get_json()
    assert response.headers["Cache-Control"] == "no-store"
