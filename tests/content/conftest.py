"""The real project of this repository, read and built once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.dataset.build import build
from digigraph.iris import Iris
from digigraph.settings import read_settings
from digigraph.sources.read import read_project
from digigraph.vocab import PREFIXES

if TYPE_CHECKING:
    from digigraph.sources.corpus import Corpus
    from digigraph.sources.facts.documents import Document, Fact

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Content:
    """What the documents of this repository say, for short questions."""

    iris: Iris
    corpus: Corpus
    triples: frozenset[ox.Triple]
    graphs: dict[str, frozenset[ox.Triple]]

    def document(self, slug: str) -> Document:
        """Return the document of that slug."""
        (found,) = (each for each in self.corpus.documents if each.slug == slug)
        return found

    def facts(self, slug: str, quote: str) -> list[Fact]:
        """Return the facts of a document that quote exactly these words."""
        return [each for each in self.document(slug).facts if each.quote == quote]

    def said(self, slug: str, quote: str) -> set[tuple[str, str, str]]:
        """Return what these words of a document say: subject, property and value in short form."""
        return {
            (each.subject, self.short(each.property), self.short(each.value))
            for fact in self.facts(slug, quote)
            for each in fact.assertions
        }

    def values(self, subject: str, name: str) -> set[str]:
        """Return the accepted values of a property, things and terms by their local names."""
        return {
            self.short(each.object)
            for each in self.triples
            if each.subject == self.iris.thing(subject) and self.short(each.predicate) == name
        }

    def short(self, value: str | ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple) -> str:
        """Return a value for reading: slugs, prefixed names and plain literals."""
        if isinstance(value, str):
            return value
        if not isinstance(value, ox.NamedNode):
            return value.value if isinstance(value, ox.Literal) else str(value)
        if value.value.startswith(self.iris.thing("").value):
            return value.value.removeprefix(self.iris.thing("").value)
        for prefix, namespace in PREFIXES.items():
            if value.value.startswith(namespace):
                return f"{prefix}:{value.value.removeprefix(namespace)}"
        return value.value


@pytest.fixture(scope="session")
def content() -> Content:
    """The corpus of this repository and the dataset built of it."""
    settings = read_settings(ROOT, {}, {})
    corpus = read_project(settings)
    dataset = build(corpus, settings)
    graphs: defaultdict[str, set[ox.Triple]] = defaultdict(set)
    for quad in dataset.quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            graphs[quad.graph_name.value].add(quad.triple)
    return Content(
        Iris(settings.base_iri),
        corpus,
        dataset.default_graph,
        {name: frozenset(triples) for name, triples in graphs.items()},
    )
