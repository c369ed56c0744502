"""The rules of evidence (data model, Evidence) that shapes cannot say, because they speak of named graphs and files."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Severity
from digigraph.sources.facts.values import period
from digigraph.vocab import DG, RDF, ROLES, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.dataset.statements import Dataset
    from digigraph.findings import Location
    from digigraph.iris import Iris
    from digigraph.sources.corpus import Corpus
    from digigraph.sources.facts.documents import Document


def check_roles(dataset: Dataset, iris: Iris) -> Iterable[Finding]:
    """Yield a finding for each role in the default graph that neither evidence nor a curator states."""
    supported = {
        quad.triple
        for quad in dataset.quads
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name != iris.graph("ontology")
    }
    for triple in sorted(dataset.default_graph - supported, key=str):
        if triple.predicate in ROLES:
            yield Finding(
                rule="role-without-evidence",
                severity=Severity.VIOLATION,
                message=f"No sentence says: {triple.subject} {iris.shorten(triple.predicate.value)} {triple.object}.",
                location=dataset.places_of(triple.subject, triple.predicate, triple.object)[0],
                hint="Quote the sentence that says so, or state it in data/things/.",
            )


def check_dates(documents: Iterable[Document]) -> Iterable[Finding]:
    """Yield a warning where a document speaks of something as completed before it had ended.

    A date of what is said (``asOf``) that lies before the end that the same document gives is a sign that the
    document's own date cannot be trusted.
    """
    for document in documents:
        ends: defaultdict[str, list[ox.Literal]] = defaultdict(list)
        for fact in document.facts:
            for each in fact.assertions:
                if each.property == SCHEMA["endDate"] and isinstance(each.value, ox.Literal):
                    ends[each.subject].append(each.value)
        for fact in document.facts:
            for each in fact.assertions:
                completed = each.property == DG["status"] and each.value == DG["completed"]
                if not completed or fact.as_of is None:
                    continue
                if any(period(fact.as_of).latest < period(end).earliest for end in ends[each.subject]):
                    yield Finding(
                        rule="as-of-contradicted",
                        severity=Severity.WARNING,
                        message=f"{each.subject} is said to be completed as of {fact.as_of.value}, before its end.",
                        location=fact.location,
                        hint="If the document's date cannot be right, write asOf: unknown with asOfReason.",
                        quote=fact.quote,
                    )


def check_evidence_graphs(dataset: Dataset, iris: Iris) -> Iterable[Finding]:
    """Yield a finding for each claim whose evidence is not described, and each evidence that claims nothing."""
    graphs = {quad.graph_name for quad in dataset.quads if isinstance(quad.graph_name, ox.NamedNode)}
    claims = graphs - {iris.graph("curated"), iris.graph("ontology")}
    described = {
        triple.subject
        for triple in dataset.default_graph
        if (triple.predicate, triple.object) == (RDF["type"], DG["Evidence"])
    }
    by_graph = {each.quad.graph_name: each.location for each in dataset.statements}
    for graph in sorted(claims - described, key=str):
        yield Finding(
            rule="evidence-not-described",
            severity=Severity.VIOLATION,
            message=f"Nothing says which sentence {graph} quotes.",
            location=by_graph[graph],
            subject=str(graph),
        )
    for node in sorted(described - claims, key=str):
        yield _says_nothing(dataset.places_of(node, None, None)[0])


def check_left_out(corpus: Corpus) -> Iterator[Finding]:
    """Yield a finding for each fact that says nothing and has a mistake, so that it is no evidence."""
    taken = {fact.location for each in corpus.documents for fact in each.facts}
    said = (fact for sayings in corpus.sayings for fact in sayings)
    yield from (_says_nothing(fact.location) for fact in said if not fact.assertions and fact.location not in taken)


def _says_nothing(place: Location) -> Finding:
    return Finding(
        rule="evidence-claims-nothing",
        severity=Severity.WARNING,
        message="This quote says nothing.",
        location=place,
        hint="Write what it says under says:, or take the quote away.",
    )
