"""What a crawl of everything takes from those who ask questions: ``python tests/bench/crawl.py`` prints a table.

Clients ask small questions, each another one, for some seconds alone; then as many seconds while a crawler fetches
every page of the sitemap, each with its data and the dumps, as fast as it is answered, over and over. Both in turn; a
ratio is the median of the rounds'. The first crawl finds nothing kept, the others find what those before have left.
"""

from __future__ import annotations

import os
import re
import statistics
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import requests
from pages import REPOSITORY, serving

from digigraph.pipeline import build_and_check
from digigraph.settings import read_settings

ROUNDS = int(os.environ.get("DIGIGRAPH_BENCH_ROUNDS", "3"))
SECONDS = 5.0
CLIENTS = 4
_BROWSER, _DATA = "text/html, */*;q=0.5", "text/turtle"


def crawl(url: str) -> tuple[int, float]:
    """Fetch everything, over and over; return how many answers came and how often all of it was gone through."""
    fetched, ends = 0, time.monotonic() + SECONDS
    with requests.Session() as session:
        targets = everything(session, url)
        while time.monotonic() < ends:
            address, accept = targets[fetched % len(targets)]
            session.get(address, headers={"Accept": accept}, timeout=60).raise_for_status()
            fetched += 1
    return fetched, fetched / len(targets)


def everything(session: requests.Session, url: str) -> list[tuple[str, str]]:
    """Return every page of the sitemap, the data of each thing and document, and the dumps, with what to accept."""

    def addresses(path: str) -> list[str]:
        found = re.findall(r"<loc>(.*?)</loc>", session.get(url + path, timeout=60).text)
        return [each.replace("&amp;", "&") for each in found]

    pages = [page for part in addresses("/sitemap.xml") for page in addresses(part.removeprefix(url))]
    data = [each.replace("/page/", "/data/") for each in pages if "/page/" in each or "/doc/" in each]
    dumps = re.findall(r'href="(/dumps/[^"]+)"', session.get(f"{url}/dumps/", timeout=60).text)
    return [
        *((each, _BROWSER) for each in pages),
        *((each, _DATA) for each in data),
        *((url + each, "*/*") for each in dict.fromkeys(dumps)),
    ]


def answers_a_second(url: str, things: list[str], run: int) -> float:
    """Return how many small questions all clients together have answered in a second."""
    counts, ends = [0] * CLIENTS, time.monotonic() + SECONDS

    def ask(client: int) -> None:
        with requests.Session() as session:
            while time.monotonic() < ends:
                thing = things[counts[client] % len(things)]
                query = f"SELECT ?p ?o {{ <{thing}> ?p ?o }} # {run} {client} {counts[client]}"
                session.get(f"{url}/sparql", params={"query": query}, timeout=60).raise_for_status()
                counts[client] += 1

    threads = [threading.Thread(target=ask, args=(each,)) for each in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counts) / SECONDS


def main() -> None:
    """Print the table."""
    checked = build_and_check(read_settings(REPOSITORY, {}, {}))
    things = sorted(set(re.findall(rb"<(https://w3id\.org/digigraph/id/[^>]*)>", checked.dataset.nquads)))
    names = [each.decode() for each in things]
    lines = ["| round | alone, answers a second | beside a crawl | ratio | fetched a second | times through |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    ratios = []
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "graph", checked.dataset.nquads, checked.files) as url,
        # A process of its own: who crawls must not take the time of those who ask.
        ProcessPoolExecutor(1) as crawler,
    ):
        for number in range(ROUNDS):
            alone = answers_a_second(url, names, 2 * number)
            crawling = crawler.submit(crawl, url)
            beside = answers_a_second(url, names, 2 * number + 1)
            fetched, times = crawling.result()
            ratios.append(beside / alone)
            cells = (f"{alone:.0f}", f"{beside:.0f}", f"{ratios[-1]:.2f}", f"{fetched / SECONDS:.0f}", f"{times:.1f}")
            lines.append(f"| {number + 1} | {' | '.join(cells)} |")
    lines.append(f"| median | | | {statistics.median(ratios):.2f} | | |")
    print("\n".join(lines))  # noqa: T201 - a program's output


if __name__ == "__main__":
    main()
