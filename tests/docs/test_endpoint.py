"""docs/sparql.md, for those who ask, and docs/http.md, the reference, against a server that publishes this graph."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import requests
import webserver
from projects import REPOSITORY, published_repository

from digigraph.harvesting.check import harvest_check
from digigraph.harvesting.client import Bounds, Reach
from digigraph.media import Kind, formats_of
from digigraph.rules import harvest_rules
from digigraph.settings import TABLE
from digigraph.web.replies import problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE = (REPOSITORY / "docs/sparql.md").read_text(encoding="utf-8")
REFERENCE = (REPOSITORY / "docs/http.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(sh|python|r)\n(.*?)```\n\n```text\n(.*?)```", GUIDE, re.DOTALL)
ASK = "/sparql?query=ASK%7B%7D"
# Requests whose responses have, together, every header that the server sends.
EXCHANGES = [
    ("GET", ASK, {}),
    ("HEAD", ASK, {}),
    ("GET", "/sparql?query=SELECT%20*%7B%3Fs%20%3Fp%20%3Fo%7D", {"Accept-Encoding": "gzip"}),
    ("GET", "/sparql?query=SELECT%20*%7B%3Fa%20%3Fb%20%3Fc.%3Fd%20%3Fe%20%3Ff%7D%20LIMIT%2099999", {}),
    ("GET", "/sparql?query=nonsense", {}),
    ("GET", "/sparql", {"Accept": "text/html"}),
    ("GET", ASK, {"Accept": "text/html"}),
    ("PUT", "/sparql", {}),
    ("OPTIONS", "/sparql", {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}),
    ("GET", "/healthz", {}),
    ("GET", "/id/kth", {"Accept": "text/html"}),
    ("GET", "/id/kth", {}),
    ("GET", "/page/kth", {"Accept": "text/html"}),
    ("GET", "/graph/curated", {}),
    ("GET", "/static/style.css", {}),
    ("GET", "/static/style.css", {"Range": "bytes=0-9"}),
    ("GET", "/snapshots/{snapshot}/ns.ttl", {}),
    ("POST", "/snapshots/{snapshot}/results?query=ASK%7B%7D", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("GET", "/snapshots/{snapshot}/results/{result}", {}),
]
# Of HTTP itself, and of the server's own making.
_OF_HTTP = {"connection", "content-length", "date", "server", "transfer-encoding"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server publishes this repository's graph."""
    settings = published_repository(tmp_path_factory.mktemp("endpoint") / "project")
    about = {each: getattr(settings, each) for each in ("description", "keywords", "themes", "places")}
    with webserver.serving(settings, workers=2, **about) as running:
        yield running.url


def test_a_harvester_finds_nothing_wrong(url: str) -> None:
    """harvest-check has no finding at the server of this repository's graph; every rule was checked and holds."""
    reach = Reach(origins=(url,), instead={"https://w3id.org/digigraph/": f"{url}/"})
    record = harvest_check(f"{url}/", reach, Bounds(seconds=1200, answer_seconds=120))
    assert record.findings() == []
    assert {each.rule: each.passed for each in record.outcomes()} == dict.fromkeys(harvest_rules(), True)


def table(text: str, head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins with these words."""
    (found,) = re.findall(rf"^\| {re.escape(head)} .*\n\|[-| ]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found.splitlines()]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_example_shows_what_it_gives() -> None:
    """No block of the guide stands without its output, so each is run."""
    assert len(EXAMPLES) == len(re.findall(r"^```(?!text|\n)", GUIDE, re.MULTILINE)) >= 9


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_gives_what_it_shows(url: str, tmp_path: Path, number: int) -> None:
    """The command or program, word for word but for the address, prints the lines below it."""
    language, code, shown = EXAMPLES[number]
    file = tmp_path / f"example.{language}"
    file.write_text(code.replace("http://127.0.0.1:8000", url), encoding="utf-8")
    if language == "sh" and shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")
    if language == "r" and not has_r_client():
        pytest.skip("R and its SPARQL package (Debian: r-cran-sparql) are not on this machine")
    command = {"sh": ["bash", "-eu"], "python": [sys.executable], "r": ["Rscript", "--vanilla"]}[language]
    done = subprocess.run([*command, str(file)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().replace("\r\n", "\n") == shown


def test_a_copy_is_taken_as_the_guide_says(url: str, tmp_path: Path) -> None:
    """The lines of docs/harvesting.md bring the dump and find its hash right, and again when it is there already."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not on this machine")
    (code,) = re.findall(r"```sh\n(.*?)```", (REPOSITORY / "docs/harvesting.md").read_text(encoding="utf-8"), re.DOTALL)
    command = ["bash", "-eu", "-c", code.replace("http://127.0.0.1:8000", url)]
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"1-[0-9a-f]+\.nq\.gz: OK\n", done.stdout)
    (copy,) = tmp_path.iterdir()
    assert gzip.decompress(copy.read_bytes()).count(b"\n") > 8000


def has_r_client() -> bool:
    asked = ["Rscript", "--vanilla", "-e", "quit(status = !requireNamespace('SPARQL', quietly = TRUE))"]
    return (
        shutil.which("Rscript") is not None and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    )


def test_the_parameters_are_those_that_are_read() -> None:
    """The table of parameters has each that a route reads, and no other."""
    read = set()
    for path in sorted((REPOSITORY / "src/digigraph/web").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        read |= set(re.findall(r'(?:values\[|args\.get\()"([\w-]+)"|\bkey == "([\w-]+)"|"(update)" in values', text))
    found = {name for group in read for name in group if name}
    assert found == {name for row in table(REFERENCE, "parameter") for name in names(row[0])}


def test_the_headers_are_those_that_are_sent(url: str) -> None:
    """The table of headers has each that a response carries, and no other."""
    sent: set[str] = set()
    snapshot = requests.get(f"{url}/healthz", timeout=120).json()["snapshot"]
    result = ""
    for method, path, headers in EXCHANGES:
        target = url + path.replace("{snapshot}", snapshot).replace("{result}", result)
        with requests.request(method, target, headers=headers, stream=True, allow_redirects=False, timeout=120) as got:
            sent |= {name.lower() for name in got.headers}
            if method == "POST":
                result = got.headers["Location"].rpartition("/")[2]
    rows = table(REFERENCE, "header of a response")
    documented = {name.lower() for row in rows for name in names(row[0])}
    # A queue that is full is tried in tests/web.
    assert sent - _OF_HTTP == documented - {"retry-after"}


def test_the_formats_are_those_of_the_table() -> None:
    """The reference names each format of results and graphs with its media type, in the order of preference."""
    rows = dict(table(REFERENCE, "kind of query"))
    for words, kinds in (("SELECT, ASK", [Kind.RESULTS]), ("CONSTRUCT, DESCRIBE", [Kind.GRAPH, Kind.DATASET])):
        written = re.findall(r"`([^`]+)` `([^`]+)`", rows[words])
        assert written == [(each.name, each.media_type) for each in formats_of(*kinds)]


def test_the_limits_are_those_of_the_settings() -> None:
    """The guide says of each limit how it strikes: by a status and type that the server has."""
    limits = {name for name in TABLE if name.startswith(("query_", "queue_", "answer_", "body_"))}
    rows = table(GUIDE, "setting")
    assert {name for row in rows for name in names(row[0])} == limits
    kinds = {(kind.status, kind.name) for kind in problems.TABLE.values()}
    for _, strikes, _ in rows:
        for status, name in re.findall(r"(\d{3}) `([\w-]+)`", strikes):
            assert (int(status), name) in kinds


@pytest.mark.parametrize("path", sorted((REPOSITORY / "docs").glob("*.md")), ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    """Each relative link names a file, and where it names a heading, one that is there."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", text):
        file = path.parent / target if target else path
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}, anchor


HOST = "<https://w3id.org/digigraph/ns#host>"
HDS = "<https://w3id.org/digigraph/id/hds>"
KTH = "<https://w3id.org/digigraph/id/kth>"


@pytest.mark.parametrize(
    ("asked", "given", "instead", "right"),
    [
        (
            f"?y {{ GRAPH ?g {{ {HDS} {HOST} ?y FILTER(ISIRI(?g)) }} }}",
            None,
            f"?y {{ GRAPH ?g {{ {HDS} {HOST} ?y }} FILTER(ISIRI(?g)) }}",
            [KTH],
        ),
        (
            f"?y {{ GRAPH ?g {{ SELECT (COUNT(*) AS ?y) {{ {HDS} {HOST} ?x }} }} FILTER(?y > 0) }}",
            None,
            f"(COUNT(*) AS ?y) {{ GRAPH ?g {{ {HDS} {HOST} ?x }} }} GROUP BY ?g",
            ["1"],
        ),
        (
            "(COUNT(*) AS ?y) { BIND(BNODE('a') AS ?a) FILTER(BNODE('b') != BNODE('c')) }",
            None,
            "(COUNT(*) AS ?y) { BIND(BNODE('a') AS ?a) FILTER(?a != BNODE('c')) }",
            ["1"],
        ),
        (
            f"(COUNT(*) AS ?y) {{ {HDS} {HOST}* [ {HOST}* {KTH} ] }}",
            None,
            f"(COUNT(*) AS ?y) {{ {HDS} {HOST}* ?z . ?z {HOST}* {KTH} }}",
            ["2"],
        ),
        (
            f"(COUNT(*) AS ?y) {{ _:n ({HOST}|{HOST}) ?x ; {HOST} ?x }}",
            ["12"],
            f"(COUNT(*) AS ?y) {{ ?n ({HOST}|{HOST}) ?x ; {HOST} ?x }}",
            ["12"],
        ),
        (
            "(DATATYPE('1'^^<http://www.w3.org/2001/XMLSchema#byte>) AS ?y) {}",
            ["<http://www.w3.org/2001/XMLSchema#integer>"],
            "(DATATYPE(1) AS ?y) {}",
            ["<http://www.w3.org/2001/XMLSchema#integer>"],
        ),
    ],
)
def test_what_is_not_the_standards_is_told(
    url: str, asked: str, given: list[str] | None, instead: str, right: list[str]
):
    """What the guide says is refused or answered otherwise is so, and asked as it says the answer is the standard's."""
    for query, expected in ((asked, given), (instead, right)):
        answer = requests.get(
            f"{url}/sparql",
            params={"query": f"SELECT {query}"},
            headers={"Accept": "text/tab-separated-values"},
            timeout=120,
        )
        if expected is None:
            assert (answer.status_code, answer.json()["type"]) == (422, f"{problems.PROBLEMS}query-unsupported")
        else:
            assert answer.text.split("\n")[1:-1] == expected
