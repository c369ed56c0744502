"""What is left of a dataset without what was taken back; the same for a build and for a state that was published.

Gone are the things, documents and texts on the list, with every statement that has one as subject or object; evidence
that is listed, that quotes a text or words that are gone, or that says something of what is gone; what no other graph
states than those of such evidence; and nodes that only what is gone led to: grants, amounts, figures, identifiers.
Where words are taken back with a thing, its names are masked in what others say.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.dataset.statements import DEFAULT, Statement
from digigraph.findings import Finding, Severity
from digigraph.iris import quoted_span
from digigraph.sources.facts.quoting import whole_words
from digigraph.sources.redactions import MASK, WORDS_STAY, Redactions
from digigraph.vocab import DG, FOAF, OWNED, PROV, RDF, RDFS, SCHEMA, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.dataset.statements import Dataset, Located
    from digigraph.iris import Iris
    from digigraph.sources.corpus import Corpus

_NAMES = (SCHEMA["name"], SCHEMA["alternateName"], FOAF["name"], RDFS["label"], SKOS["prefLabel"], SKOS["altLabel"])
_TEXT = frozenset({XSD["string"], RDF["langString"]})


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what is taken back, and of everything else: a name that something else bears is not taken back."""

    gone: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    def __or__(self, other: Names) -> Names:
        """Return those of both."""
        return Names(self.gone | other.gone, self.left | other.left)

    @property
    def masked(self) -> frozenset[str]:
        """Those to be masked."""
        return self.gone - self.left


def names(quads: Iterable[ox.Quad], redactions: Redactions, iris: Iris) -> Names:
    """Return the names that a dataset has for what is taken back, where its words go with it, and for the rest."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate in _NAMES and isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            named[quad.subject.value].add(quad.object.value)
    gone: set[str] = set()
    for iri, reason in redactions.reasons.items():
        of_it = named.pop(iris.base + iri, set())
        if reason != WORDS_STAY and iri.startswith("id/"):
            gone |= of_it
    return Names(frozenset(gone), frozenset().union(*named.values()))


class Remainder:
    """What is left of a dataset.

    Parameters
    ----------
    quads
        The dataset.
    redactions
        What is taken back.
    iris
        Of the graph.
    known
        Names that are known from elsewhere, such as other states.
    """

    def __init__(self, quads: Iterable[ox.Quad], redactions: Redactions, iris: Iris, known: Names = Names()) -> None:
        self._quads = frozenset(quads)
        self._iris = iris
        self._redactions = redactions
        self._listed = {ox.NamedNode(iris.base + each) for each in redactions.reasons}
        self.masked = whole_words((names(self._quads, redactions, iris) | known).masked)
        """What finds the names that are masked; None where none are."""
        self._described: defaultdict[ox.NamedNode, dict[ox.NamedNode, set[str]]] = defaultdict(lambda: defaultdict(set))
        told_of = (f"{iris.base}ev/", f"{iris.base}doc/")
        for quad in self._quads:
            subject, value = quad.subject, quad.object
            if not isinstance(subject, ox.NamedNode) or not subject.value.startswith(told_of):
                continue
            if isinstance(value, ox.NamedNode | ox.Literal):
                self._described[subject][quad.predicate].add(value.value)

    @cached_property
    def evidence(self) -> frozenset[ox.NamedNode]:
        """The evidence that is gone."""
        described = [node for node in self._described if self._is_evidence(node)]
        gone = {node for node in described if node in self._listed or self._quotes_what_is_gone(node)}
        for quad in self._quads:
            speaks_of_it = quad.subject in self._things or quad.object in self._things
            if speaks_of_it and isinstance(quad.graph_name, ox.NamedNode) and self._is_evidence(quad.graph_name):
                gone.add(quad.graph_name)
        while more := {node for node in described if node not in gone and self._rests_on(node, gone)}:
            gone |= more
        return frozenset(gone)

    def quotes(self, evidence: ox.NamedNode) -> set[str]:
        """Return the words that evidence quotes."""
        return self._described[evidence][DG["quote"]]

    @cached_property
    def nodes(self) -> frozenset[ox.NamedNode]:
        """Everything that is gone: what is listed and stands in the dataset, and what goes with it."""
        gone = self._things | self.evidence
        while more := self._orphans(gone) - gone:
            gone |= more
        return frozenset(gone)

    @cached_property
    def _things(self) -> frozenset[ox.NamedNode]:
        """The things, documents and texts that are gone."""
        versions = (
            node
            for node in self._described
            if node.value.startswith(f"{self._iris.base}doc/")
            and self._redactions.has_text(node.value.removeprefix(f"{self._iris.base}doc/"))
        )
        return frozenset({*(node for node in self._listed if not self._is_evidence(node)), *versions})

    def _is_evidence(self, node: ox.NamedNode) -> bool:
        return node.value.startswith(f"{self._iris.base}ev/")

    def _quotes_what_is_gone(self, node: ox.NamedNode) -> bool:
        said = self._described[node]
        sources = said.get(DG["source"], set()) | said.get(PROV["wasQuotedFrom"], set())
        if any(ox.NamedNode(each) in self._things for each in sources):
            return True
        if self.masked is not None and any(map(self.masked.search, said.get(DG["quote"], ()))):
            return True
        quoted = quoted_span(node.value.removeprefix(self._iris.base))
        spans = self._redactions.spans.get(quoted.text, ()) if quoted else ()
        return quoted is not None and any(each.start < quoted.end and quoted.start < each.end for each in spans)

    def _rests_on(self, node: ox.NamedNode, gone: set[ox.NamedNode]) -> bool:
        derived = self._described[node].get(PROV["wasDerivedFrom"], set())
        return any(ox.NamedNode(each) in gone for each in derived)

    @cached_property
    def _unsaid(self) -> frozenset[ox.Triple]:
        """What only evidence states that is gone."""
        unsaid: set[ox.Triple] = set()
        stated: set[ox.Triple] = set()
        for quad in self._quads:
            if isinstance(quad.graph_name, ox.NamedNode):
                is_accepted = "false" not in self._described[quad.graph_name].get(DG["accepted"], set())
                if quad.graph_name in self.evidence:
                    unsaid.add(quad.triple)
                elif is_accepted:
                    stated.add(quad.triple)
        return frozenset(unsaid - stated)

    def _stays(self, quad: ox.Quad, gone: frozenset[ox.NamedNode]) -> bool:
        if quad.subject in gone or quad.object in gone or quad.graph_name in gone:
            return False
        return quad.graph_name != DEFAULT or quad.triple not in self._unsaid

    def _orphans(self, gone: frozenset[ox.NamedNode]) -> set[ox.NamedNode]:
        """The nodes to which somebody who has them led, and nobody leads any longer."""
        owned = [quad for quad in self._quads if quad.predicate in OWNED and isinstance(quad.object, ox.NamedNode)]
        left = {quad.object for quad in owned if self._stays(quad, gone)}
        return {quad.object for quad in owned if isinstance(quad.object, ox.NamedNode)} - left

    def of(self, quad: ox.Quad) -> ox.Quad | None:
        """Return what is left of a quad: itself, itself with names masked, or nothing."""
        if not self._stays(quad, self.nodes):
            return None
        value = quad.object
        if self.masked is None or not isinstance(value, ox.Literal) or value.datatype not in _TEXT:
            return quad
        text = self.masked.sub(MASK, value.value)
        if text == value.value:
            return quad
        literal = ox.Literal(text, language=value.language) if value.language else ox.Literal(text)
        return ox.Quad(quad.subject, quad.predicate, literal, quad.graph_name)

    def __iter__(self) -> Iterator[ox.Quad]:
        """Yield what is left."""
        return (left for each in self._quads if (left := self.of(each)) is not None)


def left_out(whole: Dataset, remainder: Remainder, left: Iterable[Located]) -> Iterator[Finding]:
    """Yield a finding for each line of the sources that still says what is taken back."""
    left_of = [(each, remainder.of(each.quad)) for each in whole.statements]
    # Each quad of an RDF file has a place of its own; of what is concluded and introduced, several share one.
    kept = {each.location for each in left if isinstance(each, Statement)}
    places = {each.location for each, quad in left_of if quad is None} - kept
    places |= {each.location for each, quad in left_of if quad not in {None, each.quad}}
    by_line = {(each.path, each.line): each for each in sorted(places, reverse=True)}
    for place in sorted(by_line.values()):
        yield Finding(
            rule="taken-back",
            severity=Severity.INFO,
            message="This is taken back: it is left out of the graph, or its words are masked.",
            location=place,
            hint="Take it out of this file, too.",
        )


def new_texts(corpus: Corpus) -> Iterator[Finding]:
    """Yield a finding for each document whose text has changed since words of it were taken back."""
    texts = {document.slug: (document.version, document.location) for document in corpus.documents}
    for entry in corpus.redactions.entries:
        quoted = [found.text for each in entry.iris if (found := quoted_span(each)) is not None]
        looked = {*quoted, *(each.removeprefix("doc/") for each in entry.checked)}
        for slug in sorted({each.rpartition("_")[0] for each in quoted} & texts.keys()):
            version, location = texts[slug]
            text = f"{slug}_{version}"
            if text in looked or corpus.redactions.has_text(text):
                continue
            yield Finding(
                rule="redaction-new-text",
                severity=Severity.VIOLATION,
                message=f"Words of {slug} were taken back ({entry.iri}), and its text has changed since.",
                location=location,
                hint=f"Look whether they stand in it. If not, add doc/{text} under checked: of that entry.",
            )
