"""What the graph says of one thing, and the sentences that say so."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import NotFound
from digigraph.publishing.edition.labels import Label, labels
from digigraph.publishing.pages.sentences import Sentence, sentences
from digigraph.store.answering.backend import rows
from digigraph.vocab import DCTERMS, DG, FOAF, OWNED, RDF, RDFS, ROLES, SCHEMA, SKOS, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digigraph.publishing.edition.graph import Edition
    from digigraph.store.answering.backend import Backend

PAGE = 200
"""Statements that one page shows."""
_OWNED = {each.value for each in OWNED}
_NAMES = (
    *(SCHEMA[name].value for name in ("name", "alternateName")),
    *(SKOS[name].value for name in ("prefLabel", "altLabel", "definition", "broader", "narrower", "related")),
)
_LEVELS = 3
"""A grant has an amount, which has a value: deeper goes nothing that a thing owns."""
_SAID_ONCE = {
    RDF["type"].value,
    *(each.value for each in (FOAF["name"], RDFS["label"], FOAF["fundedBy"])),
    *(SCHEMA[name].value for name in ("fundedItem", "observationAbout")),
    SKOS["topConceptOf"].value,
}
"""Shown as types, or said by another statement of the same page in other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One value (or, for incoming statements, one subject) and why it is believed.

    Parameters
    ----------
    predicate
        IRI of the property.
    term
        The value, or the subject.
    evidence
        Names of the evidence graphs that say so.
    sentences
        Those of the evidence that quote one.
    is_curated
        Whether a curator states it from outside the documents.
    is_contested
        Whether a sentence gives another value where there can be only one, or this is one that was not accepted.
    parts
        What is said of the value, where it has no life of its own: a grant, an amount, a figure.
    kind
        Class of such a value; empty for others.
    """

    predicate: str
    term: Term
    evidence: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    is_curated: bool = False
    is_contested: bool = False
    parts: tuple[Statement, ...] = ()
    kind: str = ""

    @property
    def documents(self) -> int:
        """How many documents say so; two corroborate each other."""
        return len({each.source for each in self.sentences})

    @property
    def is_implied(self) -> bool:
        """Whether no sentence says it in words."""
        return bool(self.sentences) and all(each.basis == "implied" for each in self.sentences)

    @property
    def amount(self) -> str:
        """The amount of money that the value is, as ``6000000 EUR``; empty where it is none."""
        said = {each.predicate: getattr(each.term, "value", "") for each in self.parts}
        value, currency = (said.get(SCHEMA[name].value, "") for name in ("value", "currency"))
        return f"{value} {currency}" if value and currency else ""

    def with_sentences(self, told: Mapping[str, Sentence]) -> Statement:
        """Return the statement, and its parts, with the sentences of their evidence."""
        return replace(
            self,
            sentences=tuple(told[each] for each in self.evidence if each in told),
            parts=tuple(each.with_sentences(told) for each in self.parts),
        )

    def and_parts(self) -> Iterator[Statement]:
        """Yield the statement, and its parts to the last."""
        yield self
        for each in self.parts:
            yield from each.and_parts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Everything said of a thing, or one page of it.

    Parameters
    ----------
    iri
        Of the thing.
    types
        IRIs of its classes: those of our ontology, or all where it has none of these.
    outgoing, incoming
        Statements with the thing as subject, and as object, by property, the important first.
    rejected
        Values that a sentence states and the default graph does not hold: they lost a conflict, or a curator did not
        accept them.
    labels
        Of every IRI above.
    page, pages
        Which page this is, from 1, and how many there are.
    total
        Statements on all pages.
    """

    iri: str
    types: tuple[str, ...]
    outgoing: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    rejected: tuple[Statement, ...]
    labels: Mapping[str, Label] = field(repr=False)
    page: int
    pages: int
    total: int

    @property
    def label(self) -> Label:
        """The label of the thing itself."""
        return self.labels[self.iri]

    @property
    def statements(self) -> Iterator[Statement]:
        """Every statement shown, parts included."""
        for each in (*self.outgoing, *self.incoming, *self.rejected):
            yield from each.and_parts()


Pair = tuple[str, Term]
"""A property and a value, or a property and a subject."""


class _Said:
    """What is said of a node in one direction: by the default graph, and by named graphs."""

    def __init__(self, backend: Backend, iri: ox.NamedNode, *, forth: bool) -> None:
        bound, other = ("?s", "?o") if forth else ("?o", "?s")
        values = f"VALUES {bound} {{ {iri} }}"
        plain = rows(backend, f"SELECT ?p {other} {{ {values} ?s ?p ?o }}")
        named = rows(backend, f"SELECT ?g ?p {other} {{ {values} GRAPH ?g {{ ?s ?p ?o }} }}")
        self._graphs: defaultdict[Pair, set[str]] = defaultdict(set)
        for row in named:
            self._graphs[_iri(row["p"]), row[other[1:]]].add(_iri(row["g"]))
        accepted = {(_iri(row["p"]), row[other[1:]]) for row in plain}
        self.types = {_iri(value) for predicate, value in accepted if predicate == RDF["type"].value}
        self.exists = bool(accepted)
        self.accepted = sorted((pair for pair in accepted if pair[0] not in _SAID_ONCE), key=_order)
        lost = self._graphs.keys() - accepted
        self.lost = sorted((pair for pair in lost if pair[0] not in _SAID_ONCE), key=_order)

    def graphs(self, pair: Pair) -> tuple[str, ...]:
        """Return the names of the graphs that say so."""
        return tuple(sorted(self._graphs.get(pair, ())))


class _Teller:
    """Makes statements of pairs, with the parts of values that a thing owns."""

    def __init__(self, edition: Edition) -> None:
        self._backend = edition.backend
        self._outside = {edition.iris.graph(name).value for name in ("curated", "ontology")}

    def statements(self, said: _Said, pairs: Iterable[Pair], *, levels: int = _LEVELS) -> tuple[Statement, ...]:
        lost = {predicate for predicate, _ in said.lost}
        found = []
        for predicate, value in pairs:
            graphs = said.graphs((predicate, value))
            statement = Statement(
                predicate=predicate,
                term=value,
                evidence=tuple(each for each in graphs if each not in self._outside),
                is_curated=not self._outside.isdisjoint(graphs),
                is_contested=predicate in lost,
            )
            found.append(self._with_parts(statement, levels))
        return tuple(found)

    def _with_parts(self, statement: Statement, levels: int) -> Statement:
        if statement.predicate not in _OWNED or not levels or not isinstance(statement.term, ox.NamedNode):
            return statement
        said = _Said(self._backend, statement.term, forth=True)
        parts = self.statements(said, [*said.accepted, *said.lost], levels=levels - 1)
        return replace(statement, parts=parts, kind=next(iter(_types(said.types)), ""))


def describe(
    edition: Edition, iri: ox.NamedNode, *, page: int = 1, without_incoming: Iterable[ox.NamedNode] = ()
) -> Thing:
    """Return what the graph says of a thing.

    Parameters
    ----------
    edition
        Its backend is asked four times, twice for each node that the thing owns, once for 200 sentences or labels.
    iri
        Of the thing.
    page
        Which :data:`PAGE` statements, from 1.
    without_incoming
        Properties whose incoming statements are left out.

    Raises
    ------
    NotFound
        The graph says nothing of it, or has no such page of it.
    """
    forth, back = (_Said(edition.backend, iri, forth=each) for each in (True, False))
    if not forth.exists and not back.exists:
        raise edition.missing(iri.value)
    left_out = {each.value for each in without_incoming}
    pairs = [*((forth, each) for each in forth.accepted)]
    pairs += ((back, each) for each in back.accepted if each[0] not in left_out)
    pages = max(1, math.ceil(len(pairs) / PAGE))
    if not 1 <= page <= pages:
        raise NotFound(f"{iri.value} has no page {page}.", hint=f"The last one is {pages}.")
    here = pairs[(page - 1) * PAGE : page * PAGE]
    teller = _Teller(edition)
    thing = Thing(
        iri=iri.value,
        types=_types(forth.types),
        outgoing=teller.statements(forth, [each for said, each in here if said is forth]),
        incoming=teller.statements(back, [each for said, each in here if said is back], levels=0),
        rejected=teller.statements(forth, forth.lost[:PAGE]),
        labels={},
        page=page,
        pages=pages,
        total=len(pairs),
    )
    return _told(edition, thing)


def merged_into(edition: Edition, iri: ox.NamedNode) -> str | None:
    """Return the IRI of the thing that has taken the place of one; None where it stands for itself.

    Raises
    ------
    NotFound
        The graph says nothing of it.
    """
    replaced = f"OPTIONAL {{ {iri} {DCTERMS['isReplacedBy']} ?other }}"
    found = rows(edition.backend, f"SELECT ?other {{ {{ {iri} ?p ?x }} UNION {{ ?x ?p {iri} }} {replaced} }} LIMIT 1")
    if not found:
        raise edition.missing(iri.value)
    other = found[0].get("other")
    return other.value if isinstance(other, ox.NamedNode) else None


def _told(edition: Edition, thing: Thing) -> Thing:
    """The thing with its sentences and labels."""
    told = sentences(edition.backend, itertools.chain.from_iterable(each.evidence for each in thing.statements))
    terms = {each.term.value for each in thing.statements if isinstance(each.term, ox.NamedNode)}
    sources = {each.source for each in told.values()}
    named = terms | sources | {thing.iri, *thing.types}
    named |= {iri for each in thing.statements for iri in (each.predicate, each.kind) if iri}
    names = labels(edition, named)
    names[thing.iri] = _name(thing, names)
    return replace(
        thing,
        outgoing=tuple(each.with_sentences(told) for each in thing.outgoing),
        incoming=tuple(each.with_sentences(told) for each in thing.incoming),
        rejected=tuple(each.with_sentences(told) for each in thing.rejected),
        labels=names,
    )


def _name(thing: Thing, names: Mapping[str, Label]) -> Label:
    """The label of a thing; of a node that another owns and nobody has named, its kind and the name of the other."""
    own = names[thing.iri]
    owners = [names[_iri(each.term)] for each in thing.incoming if each.predicate in _OWNED]
    if not own.is_last_resort or not owners or not thing.types:
        return own
    kind = names[thing.types[0]]
    return Label(f"{kind.text}: {owners[0].text}", kind.language, is_fallback=kind.is_fallback)


def _types(found: set[str]) -> tuple[str, ...]:
    return tuple(sorted(each for each in found if each.startswith(str(DG))) or sorted(found))


def _order(pair: Pair) -> tuple[int, str, str, str]:
    predicate, value = pair
    return (*_importance(predicate), type(value).__name__, str(value))


def _importance(predicate: str) -> tuple[int, str]:
    """Names and meaning first, then who does what, then our other terms, then schema.org, then the rest."""
    if predicate in _NAMES:
        return (_NAMES.index(predicate), predicate)
    if ox.NamedNode(predicate) in ROLES:
        return (len(_NAMES), predicate)
    for rank, namespace in enumerate((str(DG), str(SCHEMA)), start=1):
        if predicate.startswith(namespace):
            return (len(_NAMES) + rank, predicate)
    return (len(_NAMES) + 3, predicate)


def _iri(term: Term) -> str:
    assert isinstance(term, ox.NamedNode)  # noqa: S101 - predicates, graphs and types are IRIs
    return term.value
