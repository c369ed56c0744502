"""Pages over HTTP: statements with their sentences, nothing that runs, errors as pages for browsers."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from projects import made_project

from digigraph.pipeline import publish
from digigraph.store.opening import open_backend
from digigraph.vocab import RDF
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

BASE = "https://example.org/graph/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FACTS = """\
  - quote: Nordic Health Data (huvudman KTH)
    says:
      - {subject: nhd, host: kth, alternateName: "<script>alert('x')</script>"}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a published project."""
    made = made_project(tmp_path_factory.mktemp("pages") / "project", shapes=False)
    made.facts(FACTS)
    publish(made.settings)
    backend = open_backend(made.settings)
    yield create_app(made.settings, backend).test_client()
    backend.close()


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form" and dict(attrs).get("method") == "post":
            return
        self.found += [value for name, value in attrs if name in {"href", "src", "action"} and value]


def links(html: str) -> list[str]:
    parser = _Links()
    parser.feed(html)
    return parser.found


def test_a_page_shows_the_value_with_its_sentence(pages: FlaskClient) -> None:
    """The host's name, the quoted sentence, a link to the evidence."""
    html = pages.get("/page/nhd", headers=BROWSER).text
    assert "KTH Royal Institute of Technology" in html
    assert "Nordic Health Data (huvudman KTH)" in html
    assert re.search(r'href="/ev/nhd-page_[0-9a-f]{8}_0-33"', html)


def test_every_link_of_ours_leads_somewhere(pages: FlaskClient) -> None:
    """From the front page every page of ours is reached, and none is missing."""
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path in seen or not path.startswith("/"):
            continue
        seen.add(path)
        with pages.get(path, headers=BROWSER) as reply:
            assert reply.status_code == 200, path
            if reply.mimetype == "text/html":
                waiting += links(reply.text)
    assert {"/page/nhd", "/page/kth", "/doc/nhd-page", "/sparql"} <= seen
    assert any(path.startswith("/ev/") for path in seen)


def test_the_front_page_of_a_large_graph_stays_short(tmp_path: Path) -> None:
    """A hundred of a kind are listed; the others are the answer to a query that the page links to."""
    made = made_project(tmp_path / "project", shapes=False)
    kind, name = "https://w3id.org/digigraph/ns#Programme", "http://www.w3.org/2000/01/rdf-schema#label"
    made.write(
        "data/many.nt",
        "".join(
            f'<{BASE}id/p{number}> <{RDF["type"].value}> <{kind}> .\n<{BASE}id/p{number}> <{name}> "P {number}"@en .\n'
            for number in range(300)
        ),
    )
    publish(made.settings)
    with contextlib.closing(open_backend(made.settings)) as backend:
        client = create_app(made.settings, backend).test_client()
        found = links(client.get("/", headers=BROWSER).text)
        assert len([each for each in found if each.startswith("/page/p")]) == 100
        (asked,) = [each for each in found if each.startswith("/sparql?query=") and "Programme" in each]
        answer = links(client.get(asked, headers=BROWSER).text)
        assert len({each for each in answer if each.startswith("/page/p")}) == 300


def test_what_stands_in_the_data_never_becomes_markup(pages: FlaskClient) -> None:
    """A name that is a script is shown as text; no element is a script that runs, and the policy would run none."""
    reply = pages.get("/page/nhd", headers=BROWSER)
    assert re.findall(r"<script[^>]*>", reply.text) == ['<script type="application/ld+json">']
    assert "alert(" not in reply.text.replace("&lt;script&gt;alert(", "").replace("\\u003cscript\\u003ealert(", "")
    assert "&lt;script&gt;" in reply.text
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_thing_is_not_a_document(pages: FlaskClient) -> None:
    """Its IRI answers 303 with the page that describes it."""
    reply = pages.get("/id/nhd", headers=BROWSER)
    assert reply.status_code == 303
    assert reply.headers["Location"].endswith("/page/nhd")


@pytest.mark.parametrize(
    "path",
    [
        "/page/nobody",
        "/page/..%2f..%2fetc",
        "/page/a%20b",
        "/ev/x",
        "/ev/%3Cscript%3E",
        "/doc/nothing",
        "/page/%F0%9F%A7%AC",
        "/page/%22%3E",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(pages: FlaskClient, path: str) -> None:
    """404, whatever the path tries; a problem document for programs."""
    reply = pages.get(path, headers=BROWSER)
    assert (reply.status_code, reply.mimetype) == (404, "text/html")
    program = pages.get(path)
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")


def test_who_takes_no_html_is_told_what_there_is(pages: FlaskClient) -> None:
    """406 with the list of what can be sent."""
    reply = pages.get("/page/nhd", headers={"Accept": "image/png"})
    assert reply.status_code == 406
    assert reply.get_json()["available"] == ["text/html"]


def test_pages_call_on_no_other_server(pages: FlaskClient) -> None:
    """Style and icon come from here; only links that a reader follows lead elsewhere."""
    for path in ("/", "/page/nhd", "/sparql"):
        html = pages.get(path, headers=BROWSER).text
        for tag in re.findall(r"<(?:link|img|script|iframe)[^>]*>", html):
            if "canonical" not in tag and "hreflang" not in tag:
                assert "http" not in tag


@pytest.mark.parametrize(
    ("licence", "name"),
    [
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "CC-BY-SA-4.0"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("", ""),
    ],
)
def test_the_licence_is_the_projects(pages: FlaskClient, licence: str, name: str) -> None:
    """Pages, their links and data state the licence of the settings, and none where the settings have none."""
    here = pages.application.extensions["digigraph"]
    other = create_app(dataclasses.replace(here.settings, license=licence), here.backend).test_client()
    html = other.get("/page/nhd", headers=BROWSER)
    assert re.findall(r'<a rel="license" href="([^"]*)">([^<]*)</a>', html.text) == ([(licence, name)] if name else [])
    assert ('rel="license"' in str(html.headers.getlist("Link"))) is bool(licence)
    assert ('"license"' in other.get("/", headers=BROWSER).text) is bool(licence)
    assert ("http://purl.org/dc/terms/license" in other.get("/data/nhd.nt").text) is bool(licence)
