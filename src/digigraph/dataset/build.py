"""Corpus → dataset: every accepted triple once in the default graph, every claim in the graph of its evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.dataset.entailment import Entailment
from digigraph.dataset.provenance import Claimed, Evidence, evidence_of, outdone
from digigraph.dataset.redaction import Remainder, left_out, new_texts
from digigraph.dataset.statements import DEFAULT, Dataset, Statement
from digigraph.findings import Finding, Severity
from digigraph.iris import Iris
from digigraph.sources.facts.assertions import Assertion, Slug
from digigraph.sources.facts.values import canonical
from digigraph.vocab import DG, PROV, RDF, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.findings import Location
    from digigraph.settings import Settings
    from digigraph.sources.corpus import Corpus
    from digigraph.sources.facts.documents import Document
    from digigraph.sources.rdf.parsing import LocatedQuad


def build(corpus: Corpus, settings: Settings) -> Dataset:
    """Build the dataset of a project (data model, Evidence).

    Parameters
    ----------
    corpus
        What was read; facts with mistakes are not in it.
    settings
        For the base IRI.

    Returns
    -------
    Dataset
        With a finding for each subject that the data model has no IRI pattern for, and for each line that says what
        was taken back, which is not in it.
    """
    iris = Iris(settings.base_iri)
    whole = _Builder(corpus, iris).build()
    if not corpus.redactions:
        return whole
    remainder = Remainder(whole.quads, corpus.redactions, iris)
    # Built anew: what lost against a value that is taken back does so no longer.
    rest = _Builder(corpus, iris, without=remainder.evidence).build()
    left = ((each, remainder.of(each.quad)) for each in rest.statements)
    statements = tuple(replace(each, quad=quad) for each, quad in left if quad is not None)
    findings = (*rest.findings, *left_out(whole, remainder, statements), *new_texts(corpus))
    unproven = tuple(each for each in rest.unproven if remainder.of(each.quad) == each.quad)
    return Dataset(statements, findings, unproven, masked=remainder.masked, whole=whole)


class _Builder:
    def __init__(self, corpus: Corpus, iris: Iris, without: frozenset[ox.NamedNode] = frozenset()) -> None:
        self._corpus = corpus
        self._iris = iris
        self._without = without
        self._documents = {document.slug for document in corpus.documents}
        self._entailment = Entailment(each.quad.triple for each in corpus.ontology)
        self._statements: dict[Statement, None] = {}

    def build(self) -> Dataset:
        things = [replace(self._claimed(each), node=_node(each.of)) for each in self._corpus.things]
        curated = [(each.quad.graph_name, _canonical(each)) for each in self._corpus.curated]
        self._entailment.learn_organizations(
            [*(each.triple for each in things), *(claimed.triple for _, claimed in curated)]
        )
        for located in self._corpus.ontology:
            self._add(_canonical(located), located.quad.graph_name, DEFAULT, concluding=False)
        for claimed in things:
            self._add(claimed, self._iris.graph("curated"), DEFAULT)
        for graph, claimed in curated:
            self._add(claimed, graph, DEFAULT)
        for document in self._corpus.documents:
            self._describe(document)
        self._evidence()
        statements = tuple(self._statements)
        findings = (*self._strange_subjects(statements), *self._other_types())
        return Dataset(statements, findings, unproven=tuple(self._unproven()))

    def _unproven(self) -> Iterator[Statement]:
        """What would be in the default graph, but for a mistake in what it rests on; not what would lose there."""
        if not self._corpus.unproven:
            return
        known = {each.quad.triple for each in self._statements if each.quad.graph_name == DEFAULT}
        taken = {(each.subject, each.predicate) for each in known}
        lost: set[ox.Triple] = set()
        for assertion in self._corpus.unproven:
            claimed = self._claimed(assertion)
            of_one = (claimed.triple.subject, claimed.triple.predicate)
            is_single = claimed.triple.predicate in self._entailment.single_valued
            if claimed.introduced_by in lost or (is_single and of_one in taken and claimed.triple not in known):
                lost.add(claimed.triple)
                continue
            taken.add(of_one)
            yield from self._followed(claimed, DEFAULT)

    def _add(self, claimed: Claimed, *graphs: _Graph, concluding: bool = True) -> None:
        self._statements |= dict.fromkeys(self._followed(claimed, *graphs, concluding=concluding))

    def _followed(self, claimed: Claimed, *graphs: _Graph, concluding: bool = True) -> Iterator[Statement]:
        """The statements that a claim is, and those that follow from it."""
        triples = self._entailment.closure(claimed.triple) if concluding else [claimed.triple]
        for triple in triples:
            # What is concluded from a triple is not written where its words stand, but for the value.
            node = claimed.node if triple.subject == claimed.triple.subject else None
            is_written = triple == claimed.triple
            of_property, source = (claimed.property, None) if is_written else (None, claimed.triple)
            for graph in graphs:
                quad = ox.Quad(triple.subject, triple.predicate, triple.object, graph)
                yield Statement(quad, claimed.location, node, of_property, source)

    def _iri(self, slug: str) -> ox.NamedNode:
        """The IRI of a slug: that of a source document where one is called so, else of a thing."""
        return self._iris.document(slug) if slug in self._documents else self._iris.thing(slug)

    def _triple(self, assertion: Assertion) -> ox.Triple:
        value = assertion.value
        return ox.Triple(
            self._iri(assertion.subject),
            assertion.property,
            self._iri(value) if isinstance(value, Slug) else value,
        )

    def _claimed(self, assertion: Assertion) -> Claimed:
        introducer = assertion.introduced_by
        return Claimed(self._triple(assertion), assertion.location, self._triple(introducer) if introducer else None)

    def _describe(self, document: Document) -> None:
        """What is known of a document and of its captured text."""
        iri = self._iris.document(document.slug)
        version = self._iris.document_version(document.slug, document.version)
        triples = [
            ox.Triple(iri, RDF["type"], DG["Source"]),
            ox.Triple(version, RDF["type"], PROV["Entity"]),
            ox.Triple(version, PROV["specializationOf"], iri),
            ox.Triple(version, SCHEMA["sha256"], ox.Literal(document.sha256)),
        ]
        for triple in triples:
            self._add(Claimed(triple, document.location), DEFAULT)
        for assertion in document.about:
            self._add(Claimed(self._triple(assertion), assertion.location), DEFAULT)

    def _evidence(self) -> None:
        found = (node for document in self._corpus.documents for node in evidence_of(document, self._iris))
        nodes = [node for node in found if node.iri not in self._without]
        for node in nodes:
            node.claims = [self._claimed(each) for fact in node.facts for each in fact.assertions]
        losers = outdone(nodes, self._entailment.single_valued)
        for node in nodes:
            for triple in node.description(self._iris):
                self._add(Claimed(triple, node.facts[0].location), DEFAULT)
            for claimed in node.claims:
                self._add(claimed, node.iri)
                if node.accepted and not _lost(claimed, node, losers):
                    self._add(claimed, DEFAULT)

    def _strange_subjects(self, statements: Iterable[Statement]) -> Iterable[Finding]:
        ontology = self._iris.graph("ontology")
        described = {each.quad.subject for each in statements if each.quad.graph_name == ontology}
        seen: set[tuple[object, Location]] = set()
        for each in statements:
            subject = each.quad.subject
            known = isinstance(subject, ox.NamedNode) and self._iris.is_subject(subject.value)
            if known or subject in described or (subject, each.location) in seen:
                continue
            seen.add((subject, each.location))
            yield Finding(
                rule="subject-iri",
                severity=Severity.VIOLATION,
                message=f"{subject} is no IRI that a subject of this graph can have.",
                location=replace(each.node, of_node=False) if each.node is not None else each.location,
                hint=f"Things are called {self._iris.thing('slug').value}.",
            )

    def _other_types(self) -> Iterable[Finding]:
        """Literals of a datatype that the store does not keep."""
        for each in (*self._corpus.ontology, *self._corpus.curated):
            written = each.quad.object
            if isinstance(written, ox.Literal) and (kept := canonical(written)).datatype != written.datatype:
                before, after = (self._iris.shorten(one.datatype.value) for one in (written, kept))
                yield Finding(
                    rule="datatype-not-kept",
                    severity=Severity.INFO,
                    message=f'"{written.value}"^^{before} is kept as "{kept.value}"^^{after}.',
                    location=each.location,
                    hint=f"Write {after}.",
                )


_Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


def _lost(claimed: Claimed, node: Evidence, losers: set[ox.Triple]) -> bool:
    """Whether a triple, or the link that introduces what it speaks of, lost against another value."""
    introduced = {each.triple: each.introduced_by for each in node.claims}
    triple: ox.Triple | None = claimed.triple
    following = claimed.introduced_by
    while triple is not None:
        if triple in losers:
            return True
        triple, following = following, introduced.get(following) if following else None
    return False


def _node(place: Location | None) -> Location | None:
    """A place as that of a node."""
    return replace(place, of_node=True) if place is not None else None


def _canonical(located: LocatedQuad) -> Claimed:
    quad = located.quad
    value = canonical(quad.object) if isinstance(quad.object, ox.Literal) else quad.object
    triple = ox.Triple(quad.subject, quad.predicate, value)
    location, node, of_property = located.places[located.number]
    return Claimed(triple, location, node=node, property=of_property)
