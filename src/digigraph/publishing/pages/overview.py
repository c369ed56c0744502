"""What is in the graph, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.edition.labels import Label, labels
from digigraph.store.answering.backend import rows
from digigraph.vocab import DG, RDF, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.publishing.edition.graph import Edition
    from digigraph.store.answering.backend import Backend, Row

LISTED = 100
"""Things of one kind that are listed."""
_KINDS = tuple(
    DG[name] for name in ("Initiative", "Project", "WorkPart", "Infrastructure", "Organization", "Person", "Programme")
)
_SOURCE = DG["Source"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A class, the things of that class by label, at most :data:`LISTED`, and how many there are."""

    iri: str
    label: Label
    things: tuple[tuple[str, Label], ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Counts, and things by their kind; source documents are a kind of their own."""

    triples: int
    sentences: int
    kinds: tuple[Kind, ...]
    documents: Kind


def overview(edition: Edition) -> Overview:
    """Return what is in the graph; a thing counts under its most precise kind."""
    backend = edition.backend
    values = " ".join(map(str, _KINDS))
    found = rows(
        backend,
        f"""SELECT DISTINCT ?kind ?thing {{ VALUES ?kind {{ {values} }} ?thing {RDF["type"]} ?kind .
          FILTER NOT EXISTS {{ ?thing {RDF["type"]} ?narrower . ?narrower {RDFS["subClassOf"]} ?kind }} }}""",
    )
    documents = rows(backend, f"SELECT ?thing {{ ?thing {RDF['type']} {_SOURCE} }}")
    of_kind = {kind.value: _iris(row for row in found if row["kind"] == kind) for kind in _KINDS}
    of_kind[_SOURCE.value] = _iris(documents)
    names = labels(edition, [iri for kind, things in of_kind.items() for iri in (kind, *things[:LISTED])])
    kinds = {kind: _kind(kind, things, names) for kind, things in of_kind.items()}
    return Overview(
        triples=_count(backend, "{ ?s ?p ?o }"),
        sentences=_count(backend, f"{{ ?s {RDF['type']} {DG['Evidence']} }}"),
        documents=kinds.pop(_SOURCE.value),
        kinds=tuple(each for each in kinds.values() if each.total),
    )


def _iris(found: Iterable[Row]) -> list[str]:
    return sorted(row["thing"].value for row in found if isinstance(row["thing"], ox.NamedNode))


def _kind(iri: str, things: list[str], names: dict[str, Label]) -> Kind:
    listed = sorted(((each, names[each]) for each in things[:LISTED]), key=lambda pair: pair[1].text.casefold())
    return Kind(iri, names[iri], tuple(listed), len(things))


def _count(backend: Backend, pattern: str) -> int:
    (row,) = rows(backend, f"SELECT (COUNT(*) AS ?n) {pattern}")
    number = row["n"]
    assert isinstance(number, ox.Literal)  # noqa: S101 - COUNT gives an integer
    return int(number.value)
