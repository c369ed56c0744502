"""What crawlers are told: the pages worth their while, when these changed, and what to leave alone."""

from __future__ import annotations

import dataclasses
import urllib.robotparser
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from projects import made_project

from digigraph.pipeline import publish
from digigraph.publishing.crawlers import sitemap as sitemaps
from digigraph.store.opening import open_backend
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

SERVER = "https://graph.example/kg"
NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
BROWSER = {"Accept": "text/html,*/*;q=0.8"}
BASE = "https://example.org/graph/"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a published project that is served below a path, with a thing that was merged into another."""
    made = made_project(tmp_path_factory.mktemp("crawled") / "project", shapes=False)
    made.write("data/merged.nt", f"<{BASE}id/old> <http://purl.org/dc/terms/isReplacedBy> <{BASE}id/nhd> .\n")
    publish(made.settings)
    settings = dataclasses.replace(made.settings, public_url=SERVER)
    backend = open_backend(settings)
    yield create_app(settings, backend).test_client()
    backend.close()


def tree(client: FlaskClient, url: str) -> ET.Element:
    reply = client.get(url.removeprefix(SERVER))
    assert (reply.status_code, reply.mimetype) == (200, "application/xml")
    return ET.fromstring(reply.data)  # noqa: S314 - written by us


def listed(client: FlaskClient) -> dict[str, ET.Element]:
    """Every page by its address, as the index and its parts list them."""
    parts = [each.text or "" for each in tree(client, "/sitemap.xml").findall("s:sitemap/s:loc", NS)]
    pages = [page for part in parts for page in tree(client, part).findall("s:url", NS)]
    found = {page.findtext("s:loc", namespaces=NS) or "": page for page in pages}
    assert len(found) == len(pages)
    return found


def test_every_page_worth_it_is_listed_and_there(crawled: FlaskClient):
    """Pages of things and documents and those that lead to them; each answers, none is evidence or merged away."""
    found = listed(crawled)
    assert {f"{SERVER}/{each}" for each in ("", "page/nhd", "page/kth", "doc/nhd-page", "ns", "catalog")} <= set(found)
    assert not [each for each in found if "/ev/" in each or each.endswith("/old") or "grant" in each]
    for each in found:
        with crawled.get(each.removeprefix(SERVER), headers=BROWSER) as reply:
            assert (reply.status_code, reply.mimetype) == (200, "text/html"), each


def test_each_page_has_its_languages(crawled: FlaskClient):
    """The same addresses as in the page itself, each answering in its language."""
    page = listed(crawled)[f"{SERVER}/page/nhd"]
    links = {each.get("hreflang"): each.get("href") or "" for each in page.findall("x:link", NS)}
    assert set(links) == {"x-default", "en", "sv"}
    html = crawled.get("/page/nhd", headers=BROWSER).text
    for code in ("en", "sv"):
        assert f'hreflang="{code}" href="{links[code]}"' in html
        assert crawled.get(links[code].removeprefix(SERVER), headers=BROWSER).headers["Content-Language"] == code


def test_pages_changed_when_their_state_was_published(crawled: FlaskClient):
    """Index and pages of the first state have its time."""
    here = crawled.application.extensions["digigraph"]
    (change,) = SnapshotCatalog(here.settings.state_folder).changes.changes()
    dates = [each.text for each in tree(crawled, "/sitemap.xml").findall("s:sitemap/s:lastmod", NS)]
    dates += [each.findtext("s:lastmod", namespaces=NS) for each in listed(crawled).values()]
    assert set(dates) == {change.created}


def test_long_lists_have_several_parts(crawled: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    """Each part is listed once, and what lies behind the last is not found."""
    whole = set(listed(crawled))
    monkeypatch.setattr("digigraph.web.routes.crawlers.PART", 2)
    here = crawled.application.extensions["digigraph"]
    other = create_app(dataclasses.replace(here.settings, title="Other"), here.backend).test_client()
    assert set(listed(other)) == whole
    assert len(tree(other, "/sitemap.xml")) == -(-len(whole) // 2)
    assert other.get(f"/sitemap-{len(whole)}.xml").status_code == other.get("/sitemap-0.xml").status_code == 404
    assert sitemaps.PART <= 50_000


def test_crawlers_leave_alone_what_is_costly(crawled: FlaskClient):
    """Queries and whole graphs are kept from them, with the path of the server in front; pages and data are not."""
    reply = crawled.get("/robots.txt")
    assert reply.mimetype == "text/plain"
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(reply.text.splitlines())
    for path in (
        "/sparql?query=ASK%7B%7D",
        "/graph-store?default",
        "/graph/accepted",
        "/sparql/queries/x",
        "/snapshots/1-0/page/x",
    ):
        assert not robots.can_fetch("anybot", SERVER + path), path
    for path in ("/", "/sparql", "/page/nhd", "/page/nhd?lang=sv", "/data/nhd.ttl", "/dumps/latest.nq.gz", "/catalog"):
        assert robots.can_fetch("anybot", SERVER + path), path
    assert robots.site_maps() == [f"{SERVER}/sitemap.xml"]


def test_crawlers_are_served_from_every_backend(client: FlaskClient):
    """Also where an endpoint of others answers, whose changes nobody knows."""
    is_ours = client.application.extensions["digigraph"].backend.version is not None
    assert bool(tree(client, "/sitemap.xml").findall("s:sitemap/s:lastmod", NS)) is is_ours
