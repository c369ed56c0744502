"""Evidence: one node per quoted span, what it claims, and which claims are accepted into the default graph."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.facts.values import period
from digigraph.vocab import DG, PROV, RDF, RDFS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.findings import Location
    from digigraph.iris import Iris
    from digigraph.sources.facts.documents import Document, Fact


@dataclass(frozen=True, slots=True)
class Claimed:
    """One triple of a claim.

    Parameters
    ----------
    triple
        As asserted, before anything is concluded from it.
    location
        Where it is written.
    introduced_by
        The triple without which this one has no meaning: the link to a grant, an amount, a figure, a record.
    node
        Where its subject is written, if that is known.
    property
        Where its property is written, if that is known.
    """

    triple: ox.Triple
    location: Location
    introduced_by: ox.Triple | None = None
    node: Location | None = None
    property: Location | None = None


@dataclass(slots=True)
class Evidence:
    """One quoted span of one document, or one implied reading of it.

    ``facts`` are those of the same span; ``claims`` what they say together.
    """

    iri: ox.NamedNode
    document: Document
    facts: list[Fact]
    claims: list[Claimed] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether the curator accepts what it says."""
        return all(fact.rejected is None for fact in self.facts)

    @property
    def as_of(self) -> ox.Literal | None:
        """The latest date for which one of its facts holds."""
        dates = [fact.as_of for fact in self.facts if fact.as_of is not None]
        return max(dates, key=lambda each: period(each).latest, default=None)

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """What decides between claims that contradict each other; the smallest wins (data model, Evidence)."""
        as_of = self.as_of
        recent = -period(as_of).latest.toordinal() if as_of is not None else 0
        return (recent, int(self.facts[0].implied is not None), self.document.rank, self.iri.value)

    def description(self, iris: Iris) -> Iterator[ox.Triple]:
        """Yield what the default graph says of it."""
        fact, document = self.facts[0], self.document
        number = XSD["integer"]
        yield ox.Triple(self.iri, RDF["type"], DG["Evidence"])
        yield ox.Triple(self.iri, PROV["wasQuotedFrom"], iris.document_version(document.slug, document.version))
        yield ox.Triple(self.iri, DG["source"], iris.document(document.slug))
        yield ox.Triple(self.iri, DG["quote"], ox.Literal(fact.quote, language=fact.language))
        yield ox.Triple(self.iri, DG["start"], ox.Literal(str(fact.span.start), datatype=number))
        yield ox.Triple(self.iri, DG["end"], ox.Literal(str(fact.span.end), datatype=number))
        yield ox.Triple(self.iri, DG["basis"], DG["implied" if fact.implied else "explicit"])
        if self.as_of is not None:
            yield ox.Triple(self.iri, DG["asOf"], self.as_of)
        for reason in [fact.implied, *(each.rejected for each in self.facts)]:
            if reason:
                yield ox.Triple(self.iri, RDFS["comment"], ox.Literal(reason, language="en"))
        if not self.accepted:
            yield ox.Triple(self.iri, DG["accepted"], ox.Literal("false", datatype=XSD["boolean"]))


def evidence_of(document: Document, iris: Iris) -> list[Evidence]:
    """Return the evidence of a document in file order; facts that quote the same span share one node.

    Each implied reading of a span is a node of its own, numbered in file order.
    """
    nodes: dict[ox.NamedNode, Evidence] = {}
    implied: defaultdict[tuple[int, int], int] = defaultdict(int)
    for fact in document.facts:
        place = (fact.span.start, fact.span.end)
        if fact.implied is not None:
            implied[place] += 1
        number = implied[place] if fact.implied is not None else 0
        iri = iris.evidence(document.slug, document.version, *place, implied=number)
        nodes.setdefault(iri, Evidence(iri, document, [])).facts.append(fact)
    return list(nodes.values())


def outdone(evidence: Iterable[Evidence], single_valued: set[ox.NamedNode]) -> set[ox.Triple]:
    """Return the triples that lose against another value of the same single-valued property.

    The winner: latest ``dg:asOf`` (none is oldest), explicit before implied, lowest source rank, then the evidence
    IRI. Rejected evidence does not compete.
    """
    best: dict[tuple[object, ox.NamedNode], dict[ox.Triple, tuple[int, int, int, str]]] = defaultdict(dict)
    for node in evidence:
        if not node.accepted:
            continue
        for claimed in node.claims:
            triple = claimed.triple
            if triple.predicate in single_valued:
                ranks = best[triple.subject, triple.predicate]
                ranks[triple] = min(ranks.get(triple, node.rank), node.rank)
    losers: set[ox.Triple] = set()
    for ranks in best.values():
        winner = min(ranks, key=lambda triple: ranks[triple])
        losers |= ranks.keys() - {winner}
    return losers
