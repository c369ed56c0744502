"""A graph of grants with at least 300,000 quads, and questions whose answers are known without any engine."""

from __future__ import annotations

import collections
import csv
import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST = 300_000
_BASE = "https://example.org/graph/"
_RECORDS = Path(__file__).parents[3] / "shared/datasets/swecris-kth/fundings.csv.gz"
_CURATED = ox.NamedNode(f"{_BASE}graph/curated")


@dataclass(frozen=True)
class Grants:
    """The graph, and what is known of it.

    Parameters
    ----------
    nquads
        Sorted lines.
    known
        Questions, and the values that the first column of their answer must have, sorted.
    """

    nquads: bytes
    known: dict[str, list[str]]


def records() -> Iterator[dict[str, str]]:
    """Real records where they are on this machine (``DIGIGRAPH_GRANTS``, or beside the repository), else made ones."""
    path = Path(os.environ.get("DIGIGRAPH_GRANTS", _RECORDS))
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8", newline="") as source:
            yield from csv.DictReader(source)
        return
    for number in range(6000):
        yield {
            "projectId": f"{number}_Made",
            "fundingYear": str(2000 + number % 26),
            "coordinatingOrganisationId": f"organisation-{number % 37}",
            "fundingOrganisationId": f"funder-{number % 11}",
            **{f"column{column}": f"värde {number * 31 % 977} {column}" for column in range(20)},
        }


def _quads(records: list[dict[str, str]]) -> Iterator[ox.Quad]:
    for record, fields in enumerate(records):
        grant = ox.NamedNode(f"{_BASE}id/grant-{record}")
        for name, value in fields.items():
            if value:
                is_thing = name.endswith("OrganisationId")
                term = ox.NamedNode(f"{_BASE}id/{value.replace(' ', '')}") if is_thing else ox.Literal(value)
                yield ox.Quad(grant, ox.NamedNode(f"{_BASE}ns#{name}"), term)
                yield ox.Quad(grant, ox.NamedNode(f"{_BASE}ns#{name}"), term, _CURATED)
    for number in range(LEAST // 10):
        here, there = (ox.NamedNode(f"{_BASE}id/node-{each}") for each in (number, number * 7919 % (LEAST // 10)))
        yield ox.Quad(here, ox.NamedNode(f"{_BASE}ns#knows"), there)


def grants() -> Grants:
    """Make the graph."""
    every = list(records())
    nquads = ox.serialize(set(_quads(every)), format=ox.RdfFormat.N_QUADS)
    assert nquads is not None
    lines = sorted(nquads.splitlines(keepends=True))
    assert len(lines) >= LEAST
    years = collections.Counter(each["fundingYear"] for each in every)
    ns = f"PREFIX ns: <{_BASE}ns#> PREFIX id: <{_BASE}id/> "
    known = {
        ns + "SELECT (COUNT(*) AS ?n) { ?grant ns:projectId ?id }": [str(len(every))],
        ns + "SELECT DISTINCT ?year { ?grant ns:fundingYear ?year }": sorted(each for each in years if each),
        ns + "SELECT (COUNT(?grant) AS ?n) { ?grant ns:fundingYear '2020' }": [str(years["2020"])],
        ns + "SELECT ?there { id:node-1 ns:knows ?there }": [f"{_BASE}id/node-7919"],
        **{
            ns + f"SELECT ?id {{ id:grant-{number} ns:projectId ?id }}": [every[number]["projectId"]]
            for number in range(0, 4000, 500)
        },
    }
    return Grants(b"".join(lines), known)
