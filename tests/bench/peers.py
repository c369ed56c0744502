"""Compares digigraph with the Oxigraph server on the same data: ``python tests/bench/peers.py`` prints a table.

Two graphs: that of this repository, and one of at least 300,000 quads of real grants (``DIGIGRAPH_DATASETS``,
``../shared/datasets`` where it does not say; made ones where it is not there). Both servers run beside each other and
are asked in turn, round by round (``DIGIGRAPH_BENCH_RUNS``); figures are medians over the rounds, ratios the medians of
the rounds' ratios. ``--write`` puts the table and its plot into ``docs/``. wrk and curl must be installed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pyoxigraph as ox
from peer_servers import ENVIRONMENT, JSON, REPOSITORY, bare_server, peers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peer_servers import Peer

DATASETS = Path(os.environ.get("DIGIGRAPH_DATASETS", REPOSITORY / "../shared/datasets"))
ROUNDS = int(os.environ.get("DIGIGRAPH_BENCH_RUNS", "5"))
SECONDS = 2
CLIENTS = (1, 8, 64)
LINE = b"\n"
REPEATED, DISTINCT_QUESTIONS, ALONE = "repeated look-ups", "distinct look-ups", "the HTTP server with nothing behind it"
LARGE_GRAPH = 10_000_000
"""Bytes from which on a graph is asked for all of it at once."""
BEGIN, END = "<!-- make bench -->", "<!-- end -->"
WRK, CURL = shutil.which("wrk"), shutil.which("curl")
ANALYTICAL = {
    "things": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "properties": "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n)",
    "most described": "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(?n) LIMIT 9",
    "most mentioned": "SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o FILTER(isIRI(?o)) } GROUP BY ?o ORDER BY DESC(?n) LIMIT 9",
    "word": 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), "data")) }',
    "pattern": 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(REGEX(STR(?o), "[0-9]{4}-[0-9]{2}")) }',
    "two steps": "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?b ?q ?c }",
    "not mentioned": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER NOT EXISTS { ?x ?q ?s } }",
    "languages": "SELECT ?l (COUNT(*) AS ?n) { ?s ?p ?o BIND(LANG(?o) AS ?l) } GROUP BY ?l ORDER BY DESC(?n)",
    "graphs": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY DESC(?n) LIMIT 9",
}
LARGE = "SELECT * { { ?s ?p ?o } UNION { ?s ?p ?o } UNION { ?s ?p ?o } }"
# Each request is a question that was never asked: another thing, and a comment that differs.
DISTINCT = """\
local nonce, count, things = os.getenv("NONCE"), 0, {}
for line in io.lines(os.getenv("THINGS")) do things[#things + 1] = line end
request = function()
  count = count + 1
  return wrk.format("GET", os.getenv("TARGET") .. things[count % #things + 1] .. "%20%23" .. nonce .. count)
end
"""


@dataclass(slots=True)
class Figures:
    """What was measured of both, round by round; more is better in each."""

    rows: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    turns: int = 0

    def add(self, name: str, both: tuple[Peer, Peer], measure: Callable[[Peer], float]) -> None:
        """Measure both, one after the other; who is first changes from round to round."""
        self.add_all(both, lambda peer: {name: measure(peer)})

    def add_all(self, both: tuple[Peer, Peer], measure: Callable[[Peer], dict[str, float]]) -> None:
        """Measure several figures of both at once; see :meth:`add`."""
        self.turns += 1
        first, second = both if self.turns % 2 else reversed(both)
        found = {first.name: measure(first), second.name: measure(second)}
        for name, ours in found[both[0].name].items():
            self.rows[name].append((ours, found[both[1].name][name]))

    def medians(self, name: str) -> tuple[float, float, float]:
        """Ours, theirs, and ours to theirs."""
        pairs = self.rows[name]
        ours, theirs = zip(*pairs, strict=True)
        return statistics.median(ours), statistics.median(theirs), statistics.median(a / b for a, b in pairs)


def look_ups(nquads: bytes) -> list[str]:
    """Small questions, each about another thing."""
    quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
    things = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    chosen = random.Random(1).sample(sorted(things), min(1000, len(things)))
    return [f"SELECT ?p ?o {{ <{each}> ?p ?o }} LIMIT 20" for each in chosen]


def rates(peer: Peer, clients: int, questions: list[str], folder: Path, *, what: str) -> dict[str, float]:
    """Return answers a second, and answers for a second of processor time."""
    script, things = folder / "distinct.lua", folder / "things"
    script.write_text(DISTINCT, encoding="utf-8")
    things.write_text("\n".join(quote(each) for each in questions), encoding="utf-8")
    told = {"NONCE": f"{time.monotonic_ns()}n", "THINGS": str(things), "TARGET": f"{peer.path}?query="}
    options = ["-s", str(script)] if what == DISTINCT_QUESTIONS else []
    before = peer.cpu_seconds()
    done = subprocess.run(
        [str(WRK), "-t1", f"-c{clients}", f"-d{SECONDS}s", "-H", f"Accept: {JSON}", *options, peer.url(questions[0])],
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, **told},
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    count = int(re.findall(r"(\d+) requests in ", done.stdout)[0])
    name = f"{what}, {clients} client{'s' * (clients > 1)}"
    # Of one that has ended meanwhile nothing is known.
    spent = sum(used - before.get(pid, 0) for pid, used in peer.cpu_seconds().items())
    a_second = float(re.findall(r"Requests/sec:\s+([\d.]+)", done.stdout)[0])
    return {f"{name}, a second": a_second, f"{name}, a second of processor time": count / spent}


def fetched(peer: Peer, query: str) -> tuple[float, float, int]:
    """Ask what nobody has asked before; return the seconds to the first byte and to the last, and the bytes."""
    form = "%{http_code} %{time_starttransfer} %{time_total} %{size_download}"
    url = peer.url(f"{query} # {time.monotonic_ns()}")
    command = [str(CURL), "-sS", "-o", os.devnull, "-H", f"Accept: {JSON}", "-w", form, url]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    status, first, last, size = done.stdout.split()
    assert status == "200", (status, query)
    return float(first), float(last), int(size)


def measured(both: tuple[Peer, Peer], nquads: bytes, folder: Path, *, large: bool) -> Figures:
    """Measure what servers that run can be asked."""
    figures, questions = Figures(), look_ups(nquads)
    for _ in range(ROUNDS):
        for what, clients in itertools.product((REPEATED, DISTINCT_QUESTIONS), CLIENTS):
            figures.add_all(both, partial(rates, clients=clients, questions=questions, folder=folder, what=what))
        with bare_server() as bare:
            for clients in CLIENTS:
                ask = partial(rates, clients=clients, questions=questions, folder=folder, what=ALONE)
                figures.add_all((bare, both[1]), ask)
        for name, query in ANALYTICAL.items():
            figures.add(f"analytical: {name}, a second", both, lambda peer, asked=query: 1 / fetched(peer, asked)[1])
        if large:
            figures.add("large answer, MB a second", both, lambda peer: megabytes_a_second(fetched(peer, LARGE)))
            figures.add("first byte of it, a second", both, lambda peer: 1 / fetched(peer, LARGE)[0])
    for name in ("start to first answer, a second", "end of its processes to next answer, a second"):
        for _ in range(ROUNDS):
            figures.add(name, both, started if name.startswith("start") else recovered)
    return figures


def megabytes_a_second(found: tuple[float, float, int]) -> float:
    """How quickly an answer came."""
    return found[2] / found[1] / 1e6


def started(peer: Peer) -> float:
    """End a server, start it anew, and wait for its first answer."""
    peer.stop()
    return 1 / peer.start()


def recovered(peer: Peer) -> float:
    """Kill the processes that compute, and wait for the next answer; Oxigraph's is the server itself."""
    if len(peer.processes()) > 1:
        return 1 / peer.replace_children()
    return started(peer)


def table(name: str, figures: Figures, memory: list[str]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {name} | digigraph | Oxigraph | ratio |"
    yield "| --- | --- | --- | --- |"
    for row in figures.rows:
        ours, theirs, ratio = figures.medians(row)
        yield f"| {row} | {number(ours)} | {number(theirs)} | {ratio:.2f} |"
    yield from memory


def number(value: float) -> str:
    """Three digits."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def memory_row(when: str, both: tuple[Peer, Peer]) -> str:
    """The line of the table that says what both hold now."""
    ours, theirs = (peer.megabytes() for peer in both)
    return f"| memory {when}, MB (PSS) | {ours:.0f} | {theirs:.0f} | {ours / theirs:.2f} |"


def plot(tables: dict[str, Figures], path: Path) -> None:
    """Draw the ratios."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - of the bench alone, and only where it is to be drawn

    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "digigraph", "font.size": 8})
    figure, axes = plt.subplots(1, len(tables), figsize=(11, 5), sharex=True, layout="constrained")
    for axis, (name, figures) in zip(axes, tables.items(), strict=True):
        rows = list(reversed(figures.rows))
        ratios = [figures.medians(row)[2] for row in rows]
        axis.barh([row.removesuffix(", a second") for row in rows], ratios, color="#2a6f97")
        axis.axvline(1, color="#333333", linewidth=0.8)
        axis.set_xscale("log")
        axis.set_title(name)
        axis.set_xlabel("digigraph to the Oxigraph server (logarithmic; right of 1: digigraph is quicker)")
    figure.savefig(path, metadata={"Date": None})


def graphs() -> Iterator[tuple[str, bytes]]:
    """Names and sorted N-Quads of the two graphs."""
    with tempfile.TemporaryDirectory() as state:
        environment = {**ENVIRONMENT, "DIGIGRAPH_STATE": state}
        for command in (["publish"], ["dump", "--output", f"{state}/graph.nq"]):
            done = [sys.executable, "-m", "digigraph", "--project", str(REPOSITORY), *command]
            subprocess.run(done, check=True, capture_output=True, env=environment)
        nquads = Path(state, "graph.nq").read_bytes()
    yield f"this repository's graph, {nquads.count(LINE):,} quads", nquads
    os.environ.setdefault("DIGIGRAPH_GRANTS", str(DATASETS / "swecris-kth/fundings.csv.gz"))
    sys.path.append(str(REPOSITORY / "tests/plugins"))
    from grants import grants  # type: ignore[import-not-found]  # noqa: PLC0415 - found by the line above

    nquads = grants().nquads
    yield f"grants, {nquads.count(LINE):,} quads", nquads


def main() -> None:
    """Print the tables, and write them where that is asked for."""
    parser = argparse.ArgumentParser(description="Compare digigraph with the Oxigraph server.")
    parser.add_argument("--write", action="store_true", help="put tables and plot into docs/")
    arguments = parser.parse_args()
    missing = [name for name, path in (("wrk", WRK), ("curl", CURL)) if path is None]
    if missing:
        sys.exit(f"{' and '.join(missing)} must be installed (Debian: apt-get install {' '.join(missing)}).")
    lines: list[str] = []
    tables: dict[str, Figures] = {}
    for name, nquads in graphs():
        with tempfile.TemporaryDirectory() as folder, peers(nquads, Path(folder)) as both:
            memory = [memory_row("after the start", both)]
            tables[name] = measured(both, nquads, Path(folder), large=len(nquads) > LARGE_GRAPH)
            memory.append(memory_row("after all of this", both))
        lines += [*table(name, tables[name], memory), ""]
        print("\n".join(lines), flush=True)  # noqa: T201 - a program's output
    made = f"{ROUNDS} rounds, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
    made += f"Oxigraph {version('oxigraph')}."
    if arguments.write:
        plot(tables, REPOSITORY / "docs/benchmarks.svg")
        page = REPOSITORY / "docs/benchmarks.md"
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        text = "\n".join([BEGIN, "", made, "", *lines])
        page.write_text(before + text + END + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
