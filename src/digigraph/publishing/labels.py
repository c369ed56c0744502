"""Labels, chosen by one rule everywhere (data model, Languages)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.store.backend import rows
from digigraph.vocab import RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digigraph.store.backend import Backend

LANGUAGES = ("en", "sv")
"""Languages of the pages; the first is the one when a reader asks for neither."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label in the language that could be had.

    ``is_fallback`` is true where that is not the language asked for: pages mark it.
    """

    text: str
    language: str
    is_fallback: bool = False


def labels(backend: Backend, iris: Iterable[ox.NamedNode], language: str) -> dict[str, Label]:
    """Return a label for every IRI given, by its text.

    Parameters
    ----------
    backend
        Asked once, for all of them.
    iris
        Of things, properties, classes, concepts.
    language
        Asked for: then Swedish and English, then no language, then any, then the IRI's last part.
    """
    wanted = sorted({each.value for each in iris})
    found: defaultdict[str, list[ox.Literal]] = defaultdict(list)
    if wanted:
        values = " ".join(str(ox.NamedNode(each)) for each in wanted)
        for row in rows(backend, f"SELECT ?x ?label {{ VALUES ?x {{ {values} }} ?x {_LABEL} ?label }}"):
            thing, label = row["x"], row["label"]
            if isinstance(thing, ox.NamedNode) and isinstance(label, ox.Literal):
                found[thing.value].append(label)
    return {each: choose(found[each], each, language) for each in wanted}


_LABEL = f"{RDFS['label']}|{SKOS['prefLabel']}"


def choose(candidates: Sequence[ox.Literal], iri: str, language: str) -> Label:
    """Choose one label of a thing by the rule; the shortest, then the first by alphabet, among equals."""
    order = [language, *(each for each in reversed(LANGUAGES) if each != language), ""]

    def rank(literal: ox.Literal) -> tuple[int, int, str]:
        tag = (literal.language or "").partition("-")[0]
        return (order.index(tag) if tag in order else len(order), len(literal.value), literal.value)

    if not candidates:
        return Label(tail(iri), "")
    best = min(candidates, key=rank)
    tag = best.language or ""
    return Label(best.value, tag, is_fallback=tag.partition("-")[0] not in {language, ""})


def tail(iri: str) -> str:
    """Return the last part of an IRI, as a label of last resort."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri
