"""How heavy each kind of page is and how long it takes to make: ``python tests/bench/pages.py`` prints a table.

Two graphs: that of this repository, and the same forty times over, things, documents and evidence under other names. A
page is asked for again and again, each time with another parameter so that nothing kept is sent, in turn with the
smallest query there is (ASK) to the same server; figures are medians, as ratios to that query's.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from digigraph.pipeline import build_and_check
from digigraph.settings import read_settings
from digigraph.store.snapshots.catalog import SnapshotCatalog

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parent.parent.parent
RUNS = int(os.environ.get("DIGIGRAPH_BENCH_RUNS", "20"))
COPIES = 40
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DIGIGRAPH_")}
PAGES = {
    "front page": "/",
    "project": "/page/hds",
    "organisation": "/page/kth",
    "concept": "/page/health-data",
    "document": "/doc/digifor1health-about",
    "evidence": "/ev/digifor1health-about_f53de779_5072-5090",
    "ontology": "/ns",
    "catalogue": "/catalog",
    "thing as Turtle": "/data/hds.ttl",
    "thing as JSON-LD": "/data/hds.jsonld",
    "thing as TriG": "/data/hds.trig",
}


def copied(nquads: bytes) -> bytes:
    """Return a dataset and copies of it whose things, documents and evidence have other names; of one ontology."""
    own = re.compile(rb"<https://w3id\.org/digigraph/(id|doc|ev)/([^>]*)>")
    lines = nquads.splitlines(keepends=True)
    ontology = b"<https://w3id.org/digigraph/graph/ontology> .\n"
    shared = {each.removesuffix(ontology).strip() for each in lines if each.endswith(ontology)}
    data = [each for each in lines if not each.endswith(ontology) and each.removesuffix(b".\n").strip() not in shared]
    made = set(lines)
    for number in range(1, COPIES):
        renamed = rb"<https://w3id.org/digigraph/\1/\2-c%d>" % number
        made.update(own.sub(renamed, line) for line in data)
    return b"".join(sorted(made))


@contextlib.contextmanager
def serving(folder: Path, nquads: bytes, files: dict[str, bytes]) -> Iterator[str]:
    """Publish a dataset and serve it; yields the address."""
    folder.mkdir()
    (folder / "digigraph.toml").write_bytes((REPOSITORY / "digigraph.toml").read_bytes())
    SnapshotCatalog(read_settings(folder, {}, {}).state_folder).publish(nquads, "0" * 64, files=files)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "digigraph", "serve", "--no-publish", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(url):
            if process.poll() is not None:
                raise RuntimeError("The server ended before it answered.")
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    """Tell whether a server answers."""
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(f"{url}/healthz", timeout=60).ok
    return False


def seconds(session: requests.Session, url: str, **parameters: str) -> float:
    """Return how long one answer takes."""
    begin = time.perf_counter()
    session.get(url, params=parameters, headers={"Accept": "text/html, */*;q=0.5"}, timeout=60).raise_for_status()
    return time.perf_counter() - begin


def measured(url: str) -> tuple[float, dict[str, float]]:
    """Return the milliseconds of the smallest query, and how many times as long each page takes."""
    taken: dict[str, list[float]] = {name: [] for name in ("", *PAGES)}
    with requests.Session() as session:
        for run in range(RUNS + 1):
            for name, path in PAGES.items():
                smallest = seconds(session, f"{url}/sparql", query=f"ASK {{ ?s ?p ?o }} # {run} {name}", format="json")
                taken[""].append(smallest)
                taken[name].append(seconds(session, url + path, run=str(run)))
    # The first of each loads what later ones find there.
    medians = {name: statistics.median(each[1:]) for name, each in taken.items()}
    return medians[""] * 1000, {name: medians[name] / medians[""] for name in PAGES}


def weights(url: str, path: str) -> list[int]:
    """Return the bytes of a page as it is, and as most browsers ask for it."""
    found = []
    for coding in ("identity", "br"):
        asked = {"Accept": "text/html, */*;q=0.5", "Accept-Encoding": coding}
        with requests.get(url + path, headers=asked, timeout=60, stream=True) as reply:
            found.append(len(reply.raw.read(decode_content=False)))
    return found


def main() -> None:
    """Print the table."""
    checked = build_and_check(read_settings(REPOSITORY, {}, {}))
    many = copied(checked.dataset.nquads)
    with tempfile.TemporaryDirectory() as folder:
        with serving(Path(folder) / "one", checked.dataset.nquads, checked.files) as url:
            sizes = {name: weights(url, path) for name, path in PAGES.items()}
            small, ratios = measured(url)
        with serving(Path(folder) / "many", many, checked.files) as url:
            large, more = measured(url)
    graphs = ((checked.dataset.nquads, small), (many, large))
    columns = " | ".join(f"{len(quads.splitlines()):,} quads (ASK: {ask:.1f} ms)" for quads, ask in graphs)
    lines = [
        f"| answer | bytes | compressed | {columns} |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {name} | {sizes[name][0]:,} | {sizes[name][1]:,} | {ratios[name]:.1f} | {more[name]:.1f} |"
            for name in PAGES
        ),
    ]
    print("\n".join(lines))  # noqa: T201 - a program's output


if __name__ == "__main__":
    main()
