"""A graph below a path of its host: no link of any page leaves it, and each leads somewhere."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urljoin

import pytest
from projects import FACTS, made_project

from digigraph.pipeline import publish
from digigraph.store.opening import open_backend
from digigraph.web.app import create_app
from digigraph.web.pages import query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

HOST = "https://graph.example"
PUBLIC = f"{HOST}/kg"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}
ASKED = f"/sparql?{urlencode({'query': 'SELECT * { ?s a ?type } ORDER BY ?s ?type LIMIT 3'})}"
# The names of SVG have their prefix in HTML; the editor's script asks where the workbench says.
ADDRESSES = {"href", "xlink:href", "src", "action", "formaction", "data-endpoint"}


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.posted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_posted = tag == "form" and dict(attrs).get("method") == "post"
        found = [value for name, value in attrs if name in ADDRESSES and value]
        (self.posted if is_posted else self.found).extend(found)


def addresses(page: TestResponse, url: str) -> _Addresses:
    """What a page at a URL refers to, as a browser understands it: whole URLs without their fragments."""
    parser = _Addresses()
    parser.feed(page.text)
    for each in (parser.found, parser.posted):
        each[:] = [urljoin(url, found).partition("#")[0] for found in each]
    return parser


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A server with two states, as a proxy asks it that takes the path of ``public_url`` off."""
    made = made_project(tmp_path_factory.mktemp("below") / "project", shapes=False)
    publish(made.settings)
    made.facts(FACTS[: FACTS.rindex("  - quote")].replace("host: kth", "host: ki"))
    publish(made.settings)
    settings = dataclasses.replace(made.settings, public_url=f"{PUBLIC}/")
    backend = open_backend(settings)
    app = create_app(settings, backend)
    yield app.test_client()
    app.extensions["digigraph"].kept.states.close()
    backend.close()


@pytest.fixture
def earlier(below: FlaskClient) -> str:
    """The path of the earlier state."""
    return f"/snapshots/{json.loads(below.get('/snapshots.json').text)['snapshots'][0]['name']}"


def test_no_link_leaves_the_path(below: FlaskClient, earlier: str):
    """From the front page and an earlier state, every address on our host is below the path, and answers there."""
    waiting, seen, pages = [f"{PUBLIC}/", f"{PUBLIC}{ASKED}", f"{PUBLIC}{earlier}{ASKED}"], set[str](), set[str]()
    while waiting:
        url = waiting.pop()
        if url in seen or not url.startswith(HOST):
            continue
        assert url.startswith(f"{PUBLIC}/"), url
        seen.add(url)
        with below.get(url.removeprefix(PUBLIC), headers=BROWSER) as reply:
            # From an evidence of the earlier state to the same in the present, which does not have it.
            is_gone = reply.status_code == 410 and "/ev/" in url
            assert is_gone or reply.status_code in {200, 302, 303}, url
            waiting += [reply.headers["Location"]] if "Location" in reply.headers else []
            if reply.mimetype == "text/html":
                pages.add(url.removeprefix(PUBLIC))
                found = addresses(reply, url)
                assert all(each.startswith(f"{PUBLIC}/snapshots/") for each in found.posted)
                waiting += found.found
    walked = {"/", "/page/nhd", "/doc/nhd-page", "/ns", "/catalog", "/dumps/", "/sparql", "/changes", "/snapshots"}
    assert walked | {f"{earlier}/page/nhd", f"{earlier}/sparql", earlier} <= pages
    assert any(each.startswith("/ev/") for each in pages)
    assert {f"{PUBLIC}/static/style.css", f"{PUBLIC}/static/icon.svg", f"{PUBLIC}/changes.atom?lang=en"} <= seen


@pytest.mark.parametrize("path", ["/page/nobody", "/nowhere", "/sparql?query=SELECT", "/snapshots/9-000000000000"])
def test_no_link_of_a_problem_leaves_the_path(below: FlaskClient, path: str):
    """The page that tells of a problem has its style, and its links lead home."""
    reply = below.get(path, headers=BROWSER)
    assert reply.status_code >= 400
    ours = [each for each in addresses(reply, PUBLIC + path).found if each.startswith(HOST)]
    assert f"{PUBLIC}/static/style.css" in ours
    assert all(each.startswith(f"{PUBLIC}/") for each in ours)
    assert reply.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/snapshots/9-000000000000", "/snapshots"),
        ("/snapshots/9-000000000000/page/nhd", "/snapshots"),
        ("/dumps/9-000000000000.nq", "/snapshots"),
        ("/changes/99", "/changes"),
        ("/changes/99.rdfp", "/changes"),
        ("/changes/nothing", "/changes"),
        ("/sitemap-9.xml", "/sitemap.xml"),
        ("/sparql?example=nothing.en", "/sparql"),
    ],
)
def test_hints_lead_below_the_path(below: FlaskClient, path: str, to: str):
    """What a problem tells somebody to ask instead is an address that they can ask as it stands."""
    reply = below.get(path, headers={"Accept": "text/html;q=0.5, application/problem+json"})
    hint: str = reply.get_json()["hint"]
    assert f"{PUBLIC}{to}" in hint.rstrip(".").split(), hint


def test_the_hint_of_what_is_gone_leads_below_the_path(below: FlaskClient, earlier: str):
    """So is the TimeMap of an evidence that there was, which is named where it is gone."""
    page = addresses(below.get(f"{earlier}/doc/nhd-page", headers=BROWSER), f"{PUBLIC}{earlier}/doc/nhd-page")
    evidence = {each.partition("?")[0].removeprefix(PUBLIC + earlier) for each in page.found if "/ev/" in each}
    told = [reply for each in evidence if (reply := below.get(each)).status_code == 410]
    assert told
    for reply in told:
        timemap = reply.get_json()["hint"].split()[0]
        assert timemap.startswith(f"{PUBLIC}/timemap/link/ev/")
        assert below.get(timemap.removeprefix(PUBLIC)).status_code == 200


def test_a_permalink_is_made_below_the_path(below: FlaskClient):
    """The form of an answer leads to the permalink, whose page leads back to the same question in the present."""
    answer = below.get(ASKED, headers=BROWSER)
    (form,) = addresses(answer, PUBLIC + ASKED).posted
    query = "SELECT * { ?s a ?type } ORDER BY ?s ?type LIMIT 3"
    made = below.post(form.removeprefix(PUBLIC), data={"query": query}, headers=BROWSER)
    assert made.status_code == 303
    shown = below.get(made.headers["Location"].removeprefix(PUBLIC), headers=BROWSER)
    ours = [each for each in addresses(shown, made.headers["Location"]).found if each.startswith(HOST)]
    assert f"{PUBLIC}/sparql?{urlencode({'query': query})}" in ours
    assert all(each.startswith(f"{PUBLIC}/") for each in ours)


def test_the_editor_is_below_the_path(below: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where the editor is built, its script, style and licences are fetched below the path, and it asks there."""
    (tmp_path / "manifest.json").write_text(json.dumps({"script": "sparql-1.js", "style": "sparql-1.css"}))
    monkeypatch.setattr(query, "_BUILT", tmp_path)
    found = addresses(below.get("/sparql", headers=BROWSER), f"{PUBLIC}/sparql")
    built = {f"{PUBLIC}/static/built/{each}" for each in ("sparql-1.js", "sparql-1.css", "licences.txt")}
    assert built | {f"{PUBLIC}/sparql"} <= set(found.found)
    assert all(each.startswith(f"{PUBLIC}/") for each in (*found.found, *found.posted) if each.startswith(HOST))


def test_the_feed_stays_below_the_path(below: FlaskClient):
    """So is what a feed names, by whole URLs: who reads it has no page that they could be relative to."""
    found = re.findall(r'href="([^"]*)"', below.get("/changes.atom").text)
    assert f"{PUBLIC}/page/nhd" in {each.partition("?")[0] for each in found}
    assert all(each.startswith(f"{PUBLIC}/") for each in found)


def test_headers_stay_below_the_path(below: FlaskClient, earlier: str):
    """What headers lead to is below the path as well: redirects, a slash that was missing, links, the past."""
    for path in ("/id/kth", "/dataset", "/dumps/latest.nq", "/dumps", f"{earlier}/id/kth", f"{earlier}/dumps"):
        assert below.get(path).headers["Location"].startswith(f"{PUBLIC}/"), path
    for path in ("/page/nhd", f"{earlier}/page/nhd"):
        links = ",".join(below.get(path, headers=BROWSER).headers.getlist("Link"))
        ours = [each for each in links.split("<") if each.startswith(HOST)]
        assert len(ours) > 5
        assert all(each.startswith(f"{PUBLIC}/") for each in ours)
    timemap = below.get(f"/timemap/link/{quote('page/nhd')}")
    assert timemap.text.count(f"<{HOST}/") == timemap.text.count(f"<{PUBLIC}/") > 2
