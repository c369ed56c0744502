"""What is in the graph, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.labels import Label, labels
from digigraph.store.backend import Term, rows
from digigraph.vocab import DG, RDF, RDFS

if TYPE_CHECKING:
    from digigraph.publishing.edition import Edition
    from digigraph.store.backend import Backend


@dataclass(frozen=True, slots=True)
class Kind:
    """A class and the things of that class, by label."""

    iri: str
    label: Label
    things: tuple[tuple[str, Label], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Counts, and every thing by its kind."""

    triples: int
    sentences: int
    kinds: tuple[Kind, ...]
    documents: tuple[tuple[str, Label], ...]


_KINDS = tuple(
    DG[name] for name in ("Initiative", "Project", "WorkPart", "Infrastructure", "Organization", "Person", "Programme")
)


def overview(edition: Edition) -> Overview:
    """Return what is in the graph; a thing counts under its most precise kind."""
    backend = edition.backend
    values = " ".join(map(str, _KINDS))
    found = rows(
        backend,
        f"""SELECT DISTINCT ?kind ?thing {{ VALUES ?kind {{ {values} }} ?thing {RDF["type"]} ?kind .
          FILTER NOT EXISTS {{ ?thing {RDF["type"]} ?narrower . ?narrower {RDFS["subClassOf"]} ?kind }} }}""",
    )
    documents = [row["doc"] for row in rows(backend, f"SELECT ?doc {{ ?doc {RDF['type']} {DG['Source']} }}")]
    named = [term for row in found for term in row.values()] + documents
    names = labels(edition, [each.value for each in named if isinstance(each, ox.NamedNode)])
    return Overview(
        triples=_count(backend, "{ ?s ?p ?o }"),
        sentences=_count(backend, f"{{ ?s {RDF['type']} {DG['Evidence']} }}"),
        kinds=tuple(
            Kind(kind.value, names[kind.value], _sorted([row["thing"] for row in found if row["kind"] == kind], names))
            for kind in _KINDS
            if any(row["kind"] == kind for row in found)
        ),
        documents=_sorted(documents, names),
    )


def _sorted(terms: list[Term], names: dict[str, Label]) -> tuple[tuple[str, Label], ...]:
    iris = [each.value for each in terms if isinstance(each, ox.NamedNode)]
    return tuple(sorted(((iri, names[iri]) for iri in iris), key=lambda pair: pair[1].text.casefold()))


def _count(backend: Backend, pattern: str) -> int:
    (row,) = rows(backend, f"SELECT (COUNT(*) AS ?n) {pattern}")
    number = row["n"]
    assert isinstance(number, ox.Literal)  # noqa: S101 - COUNT gives an integer
    return int(number.value)
