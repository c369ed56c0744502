"""How much is in the graph, by class and by property."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.edition.labels import Label, labels
from digigraph.store.answering.backend import rows
from digigraph.vocab import RDF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digigraph.publishing.edition.graph import Edition
    from digigraph.store.answering.backend import Backend


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in the graph, in figures.

    Parameters
    ----------
    triples, quads
        In the default graph, and in all graphs.
    classes
        IRI of each class and how many things of it the default graph has, the most first.
    properties
        IRI of each property and how many triples with it the default graph has, the most first.
    labels
        Of every IRI above.
    """

    triples: int
    quads: int
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]
    labels: Mapping[str, Label] = field(repr=False)


def contents(edition: Edition) -> Contents:
    """Return how much is in the graph; its backend is asked three times, and once for 200 labels."""
    classes, properties = class_uses(edition.backend), property_uses(edition.backend)
    ((_, claims),) = _counted(edition.backend, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    triples = sum(properties.values())
    return Contents(
        triples=triples,
        quads=triples + claims,
        classes=_most_first(classes),
        properties=_most_first(properties),
        labels=labels(edition, classes.keys() | properties.keys()),
    )


def class_uses(backend: Backend) -> dict[str, int]:
    """Return how many things the default graph has of each class, by the IRI of the class."""
    return dict(_counted(backend, f"SELECT ?term (COUNT(*) AS ?n) {{ ?s {RDF['type']} ?term }} GROUP BY ?term"))


def property_uses(backend: Backend) -> dict[str, int]:
    """Return how many triples the default graph has with each property, by the IRI of the property."""
    return dict(_counted(backend, "SELECT ?term (COUNT(*) AS ?n) { ?s ?term ?o } GROUP BY ?term"))


def _counted(backend: Backend, query: str) -> list[tuple[str, int]]:
    found = []
    for row in rows(backend, query):
        term, number = row.get("term"), row["n"]
        assert isinstance(number, ox.Literal)  # noqa: S101 - COUNT gives an integer
        found.append((term.value if isinstance(term, ox.NamedNode) else "", int(number.value)))
    return found


def _most_first(uses: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(uses.items(), key=lambda pair: (-pair[1], pair[0])))
