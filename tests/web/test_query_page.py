"""The pages at /sparql without script: a form, stored queries as examples, answers as tables."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from projects import made_project

from digigraph.pipeline import publish
from digigraph.publishing.answers.table import ROWS
from digigraph.store.opening import open_backend
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from projects import Project
    from webserver import Serving
    from werkzeug.test import TestResponse

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"}
EXAMPLE = """\
#! title@en: Who hosts <this>?
#! title@sv: Vem är huvudman?
#! description@sv: Huvudmannen & ingen annan.
#! param project: thing
PREFIX id: <https://example.org/graph/id/>
SELECT ?host { VALUES (?project) { (id:nhd) } ?project ?says ?host }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A published project with one stored query, and a file that is none."""
    made = made_project(tmp_path_factory.mktemp("query-page") / "project", shapes=False, concepts=False)
    made.write("queries/hosts.rq", EXAMPLE)
    publish(made.settings)
    # Spoiled since: what is published would have been refused with it.
    made.write("queries/broken.rq", "#! no such line\nASK {}")
    return made


@pytest.fixture(scope="module")
def browser(made: Project) -> Iterator[FlaskClient]:
    """A client of the published project."""
    backend = open_backend(made.settings)
    yield create_app(made.settings, backend).test_client()
    backend.close()


def asked(client: FlaskClient, query: str, **more: str) -> TestResponse:
    return client.get(f"/sparql?{urlencode({'query': query, **more})}", headers=BROWSER)


class _Tables(HTMLParser):
    """Collects the cells of a page's tables, each row a list."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self._in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def table(page: str) -> list[list[str]]:
    parser = _Tables()
    parser.feed(page)
    return parser.rows


class TestAnswer:
    """An answer in a browser."""

    def test_a_browser_gets_a_table(self, client: FlaskClient):
        """Variables as heads, one row a solution, unbound variables as empty cells; on every kind of backend."""
        query = 'SELECT ?a ?b { VALUES (?a ?b) { (1 "x"@sv) (UNDEF <https://elsewhere.example/>) } }'
        page = asked(client, query)
        assert page.mimetype == "text/html"
        assert table(page.text) == [["a", "b"], ["1 xsd:integer", "x @sv"], ["", "https://elsewhere.example/"]]
        assert '<span lang="sv"><bdi>x</bdi></span>' in page.text
        assert "Rows: 2." in page.text

    def test_a_graph_is_a_table_of_triples(self, client: FlaskClient):
        """CONSTRUCT shows subject, predicate and object."""
        page = asked(client, "CONSTRUCT { <urn:a> <urn:b> ?x } { VALUES ?x { <urn:c> } }")
        assert table(page.text) == [["subject", "predicate", "object"], ["urn:a", "urn:b", "urn:c"]]

    @pytest.mark.parametrize(("query", "truth"), [("ASK {}", "true"), ("ASK { FILTER(false) }", "false")])
    def test_a_truth_value_is_a_word(self, client: FlaskClient, query: str, truth: str):
        """ASK says true or false."""
        assert f"<strong>{truth}</strong>" in asked(client, query).text

    def test_what_the_data_says_never_becomes_markup(self, client: FlaskClient):
        """Tags, quotes and scripts in literals, IRIs, variables' values and the query itself are text."""
        nasty = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
        page = asked(client, f"SELECT ?x ?y {{ VALUES (?x ?y) {{ ('''{nasty}''' <javascript:alert(1)>) }} }}")
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert 'href="javascript' not in page.text

    def test_our_iris_lead_to_local_pages(self, browser: FlaskClient):
        """A thing of this graph is a link to its page here, by its prefixed name."""
        page = asked(browser, "PREFIX id: <https://example.org/graph/id/> SELECT ?x { VALUES ?x { id:nhd } }")
        assert re.search(r'<a href="/page/nhd" title="[^"]*id/nhd">id:nhd</a>', page.text), page.text

    def test_every_format_is_linked_and_holds_the_whole(self, client: FlaskClient):
        """The links keep query and graphs, and give the answer in the format that they name."""
        graphs = {"default-graph-uri": "https://example.org/graph/graph/curated"}
        page = asked(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", **graphs)
        links = re.findall(r'<a href="(/sparql\?[^"#]*format=\w+)">(\w+)</a>', page.text.replace("&amp;", "&"))
        assert [name for _, name in links] == ["json", "xml", "csv", "tsv"]
        (count,) = table(page.text)[1]
        with client.get(links[2][0]) as answer:
            assert answer.mimetype == "text/csv"
            assert answer.text.split() == ["n", count.split()[0]]

    def test_long_answers_are_cut_and_say_so(self, client: FlaskClient):
        """A page shows the first rows of an answer and says that there are more."""
        query = "SELECT * { { ?a ?b ?c } { ?d ?e ?f } }"
        page = asked(client, query)
        assert len(table(page.text)) == 1 + ROWS
        assert f"The first {ROWS} rows; there are more." in page.text

    def test_exactly_as_many_rows_as_a_page_holds_are_the_whole(self, client: FlaskClient):
        """The limit itself is not a cut."""
        page = asked(client, f"SELECT * {{ {{ ?a ?b ?c }} {{ ?d ?e ?f }} }} LIMIT {ROWS}")
        assert f"Rows: {ROWS}." in page.text

    @pytest.mark.parametrize("first", ["", "1 "])
    def test_a_row_longer_than_a_page_is_left_out(self, client: FlaskClient, first: str):
        """A value of megabytes neither fills the page nor makes an error."""
        ten = "BIND(CONCAT({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}) AS {1})"
        words = f"VALUES ?w {{ {first}2 }} BIND('{'x' * 9000}' AS ?a) {ten.format('?a', '?b')} {ten.format('?b', '?c')}"
        page = asked(client, f"SELECT ?v {{ {words} {ten.format('?c', '?d')} BIND(IF(?w = 1, 'short', ?d) AS ?v) }}")
        assert page.status_code == 200
        assert len(page.data) < 200_000
        assert "there are more" in page.text
        assert len(table(page.text)) == (2 if first else 0)

    def test_a_failure_is_a_page_too(self, client: FlaskClient):
        """A syntax error is shown with its line and a mark below it."""
        page = asked(client, "SELECT * {\n ?s ?p }")
        assert (page.status_code, page.mimetype) == (400, "text/html")
        assert "line 2" in page.text
        assert re.search(r"<pre> \?s \?p }\n +\^</pre>", page.text)

    @pytest.mark.parametrize(
        ("accept", "media_type"),
        [
            (None, "application/sparql-results+json"),
            ("*/*", "application/sparql-results+json"),
            ("application/sparql-results+xml, text/html;q=0.5", "application/sparql-results+xml"),
            ("text/html, application/sparql-results+json", "application/sparql-results+json"),
            ("text/csv, text/html;q=0.9, */*;q=0.1", "text/csv"),
            ("text/html", "text/html"),
            ("application/xhtml+xml", "text/html"),
        ],
    )
    def test_only_who_prefers_a_page_gets_one(self, client: FlaskClient, accept: str | None, media_type: str):
        """Clients that take HTML last, or as well, get what they can compute with."""
        headers = {} if accept is None else {"Accept": accept}
        with client.get("/sparql?query=ASK{}", headers=headers) as answer:
            assert answer.mimetype == media_type

    def test_the_format_html_is_the_table(self, client: FlaskClient):
        """A link may ask for the table whatever the client accepts."""
        assert client.get("/sparql?query=ASK{}&format=html").mimetype == "text/html"

    def test_the_page_names_its_snapshot(self, browser: FlaskClient):
        """As every other answer does."""
        page = asked(browser, "ASK {}")
        assert page.headers["Digigraph-Snapshot"].startswith("1-")


@pytest.mark.parametrize("path", ["/sparql", "/sparql?query=ASK%7B%7D", "/sparql?example=hosts.en"])
def test_pages_speak_the_readers_language(browser: FlaskClient, path: str):
    """Swedish by the browser's preference or by lang, which the forms keep; a tag of one is not one of the other."""
    swedish = browser.get(path, headers={**BROWSER, "Accept-Language": "sv"})
    english = browser.get(path, headers=BROWSER)
    assert "Visa</button>" in swedish.text or "<h1>Svar</h1>" in swedish.text
    assert [each.headers["Content-Language"] for each in (swedish, english)] == ["sv", "en"]
    assert "Accept-Language" in swedish.headers["Vary"]
    assert swedish.headers["ETag"] != english.headers["ETag"]
    chosen = browser.get(path + ("&" if "?" in path else "?") + "lang=sv", headers=BROWSER)
    assert '<input type="hidden" name="lang" value="sv">' in chosen.text


def test_a_page_that_is_never_the_same_is_not_kept(browser: FlaskClient):
    """A query with NOW gives a page that nobody stores, as its other formats are."""
    page = asked(browser, "SELECT (NOW() AS ?now) {}")
    assert page.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers


class TestExamples:
    """Stored queries on the page."""

    def test_every_stored_query_is_offered_in_its_languages(self, browser: FlaskClient):
        """Each title in each language, marked as such; what is no stored query is left out."""
        page = browser.get("/sparql", headers=BROWSER).text
        groups = re.findall(r'<optgroup label="(\w+)" lang="(\w+)">(.*?)</optgroup>', page, re.DOTALL)
        assert [(name, tag) for name, tag, _ in groups] == [("English", "en"), ("Svenska", "sv")]
        options = [re.findall(r'value="([^"]*)">([^<]*)<', group) for *_, group in groups]
        assert options == [[("hosts.en", "Who hosts &lt;this&gt;?")], [("hosts.sv", "Vem är huvudman?")]]

    def test_an_example_fills_the_form(self, browser: FlaskClient):
        """Its description in its language, its parameters with their example, its text without those lines."""
        page = browser.get("/sparql?example=hosts.sv", headers=BROWSER).text
        assert '<div id="about-example" aria-live="polite" data-title="Vem är huvudman?">' in page
        assert '<p lang="sv">Huvudmannen' in page
        assert "Huvudmannen &amp; ingen annan." in page
        assert "<code>?project</code> (thing), here <code>id:nhd</code>" in page
        (text,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
        assert text.startswith("PREFIX id: &lt;https")
        assert "#!" not in text

    def test_a_changed_file_is_read_again(self, made: Project, browser: FlaskClient):
        """A curator who mends a stored query sees it at the next request."""
        made.write("queries/later.rq", "#! title@en: One\nASK {}")
        assert ">One<" in browser.get("/sparql", headers=BROWSER).text
        made.write("queries/later.rq", "#! title@en: Two, longer\nASK {}")
        assert ">Two, longer<" in browser.get("/sparql", headers=BROWSER).text
        (made.folder / "queries/later.rq").unlink()
        assert "longer" not in browser.get("/sparql", headers=BROWSER).text

    def test_an_unknown_example_is_not_found(self, browser: FlaskClient):
        """404, and where the list is."""
        page = browser.get("/sparql?example=nothing.en", headers=BROWSER)
        assert page.status_code == 404
        assert re.search(r"list at http://\S+/sparql\.", page.text)

    def test_a_project_without_queries_has_a_page(self, client: FlaskClient):
        """No list of examples, and the form."""
        page = client.get("/sparql", headers=BROWSER).text
        assert 'name="example"' not in page
        assert 'name="query"' in page


def test_what_is_not_shown_is_not_computed(serving: Serving):
    """A query that would never end gives its first rows, and leaves the only query process free for the next."""
    with serving(workers=1, query_seconds=3600) as server:
        long = server.ask("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }").removeprefix(server.url)
        for _ in range(3):
            assert server.status(f"{long}&format=html") == 200
        assert server.status("/sparql?query=ASK%7B%7D") == 200
