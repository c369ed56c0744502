"""Labels, chosen by one rule everywhere (data model, Languages)."""

from __future__ import annotations

import functools
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.store.answering.backend import Row, rows
from digigraph.vocab import RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digigraph.publishing.edition.graph import Edition
    from digigraph.store.answering.backend import Backend

LABEL_PROPERTIES = (RDFS["label"], SKOS["prefLabel"])
"""Properties whose values are labels."""
_AT_ONCE = 200
LANGUAGES = ("en", "sv")
"""Languages of the pages; the first is the one when a reader asks for neither."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label in the language that could be had.

    ``is_fallback`` is true where that is not the language asked for: pages mark it. ``is_last_resort`` is true where
    nobody has named the thing, and this is a part of its IRI.
    """

    text: str
    language: str
    is_fallback: bool = False
    is_last_resort: bool = False


def labels(edition: Edition, iris: Iterable[str]) -> dict[str, Label]:
    """Return a label for every IRI given, by its text.

    Parameters
    ----------
    edition
        Its backend is asked once for 200 of them; its language is preferred: then Swedish and English, then no
        language, then any; where the graph has none, ours for a term of a common vocabulary, else the IRI's last part.
    iris
        Of things, properties, classes, concepts.
    """
    wanted = set(iris)
    found: defaultdict[str, list[ox.Literal]] = defaultdict(list)
    for row in label_rows(edition.backend, wanted):
        thing, label = row["s"], row["o"]
        if isinstance(thing, ox.NamedNode) and isinstance(label, ox.Literal):
            found[thing.value].append(label)
    return {each: choose(found[each], each, edition.language) for each in wanted}


def label_rows(backend: Backend, iris: Iterable[str]) -> list[Row]:
    """Return the triples that give IRIs their labels, as rows of ``s``, ``p``, ``o``."""
    found: list[Row] = []
    either = " UNION ".join(f"{{ ?s {each} ?o BIND({each} AS ?p) }}" for each in LABEL_PROPERTIES)
    for values in chunks(iris):
        found += rows(backend, f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} {either} }}")
    return found


def chunks(iris: Iterable[str]) -> Iterator[str]:
    """Yield rows of a VALUES block for IRIs, each once, as many at a time as a query should name."""
    wanted = sorted(set(iris))
    for at in range(0, len(wanted), _AT_ONCE):
        yield " ".join(str(ox.NamedNode(each)) for each in wanted[at : at + _AT_ONCE])


def choose(candidates: Sequence[ox.Literal], iri: str, language: str) -> Label:
    """Choose one label of a thing by the rule; the shortest, then the first by alphabet, among equals."""
    order = [language, *(each for each in reversed(LANGUAGES) if each != language), ""]

    def rank(literal: ox.Literal) -> tuple[int, int, str]:
        tag = (literal.language or "").partition("-")[0]
        return (order.index(tag) if tag in order else len(order), len(literal.value), literal.value)

    if not candidates:
        known = _terms().get(iri, {})
        return Label(known[language], language) if language in known else Label(tail(iri), "", is_last_resort=True)
    best = min(candidates, key=rank)
    tag = best.language or ""
    return Label(best.value, tag, is_fallback=tag.partition("-")[0] not in {language, ""})


@functools.cache
def _terms() -> Mapping[str, Mapping[str, str]]:
    """Labels of terms of the common vocabularies, by IRI and language."""
    text = resources.files("digigraph.publishing.edition").joinpath("terms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def tail(iri: str) -> str:
    """Return the last part of an IRI, as a label of last resort."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri
