"""What the graph says of one thing, and the sentences that say so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import NotFound
from digigraph.publishing.labels import Label, labels
from digigraph.store.backend import Term, rows
from digigraph.vocab import DG, FOAF, RDF, RDFS, ROLES, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digigraph.store.backend import Backend, Row

_SAME_AS_NAME = {FOAF["name"].value, RDFS["label"].value}
"""Written with the values of schema:name, for users of other vocabularies: a page says them once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A quoted span that says a statement.

    ``basis`` is the last part of the ``dg:basis`` (explicit, implied, derived, record); ``reason`` why a reader
    concludes it, where the words do not say it.
    """

    evidence: str
    quote: str
    language: str
    source: str
    basis: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """One value (or, for incoming statements, one subject) with the sentences that say so."""

    term: Term
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The statements of one property."""

    property: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Everything said of a thing.

    Parameters
    ----------
    iri
        Of the thing.
    types
        IRIs of its classes: those of our ontology, or all where it has none of these.
    outgoing, incoming
        Statements with the thing as subject, and as object.
    rejected
        Values that a sentence states and the default graph does not hold: they lost a conflict, or a curator did not
        accept them.
    labels
        Of every IRI above.
    """

    iri: str
    types: tuple[str, ...]
    outgoing: tuple[Group, ...]
    incoming: tuple[Group, ...]
    rejected: tuple[Group, ...]
    labels: Mapping[str, Label] = field(repr=False)

    @property
    def label(self) -> Label:
        """The label of the thing itself."""
        return self.labels[self.iri]


_SENTENCE = f"""?evidence {DG["quote"]} ?quote ; {DG["source"]} ?source ; {DG["basis"]} ?basis .
    OPTIONAL {{ ?evidence {RDFS["comment"]} ?reason }}"""
_ACCEPTED = f"""?s ?p ?o . OPTIONAL {{ GRAPH ?evidence {{ ?s ?p ?o }} {_SENTENCE} }}"""
_REJECTED = f"""GRAPH ?evidence {{ ?s ?p ?o }} {_SENTENCE} FILTER NOT EXISTS {{ ?s ?p ?o }}"""


def _statements(backend: Backend, bound: str, iri: ox.NamedNode, pattern: str) -> list[Row]:
    """Statements with the thing as ``?s`` or ``?o``, each with the sentences that say so."""
    return rows(
        backend,
        f"SELECT ?s ?p ?o ?evidence ?quote ?source ?basis ?reason {{ VALUES {bound} {{ {iri} }} {pattern} }}",
    )


def describe(
    backend: Backend, iri: ox.NamedNode, language: str, *, without_incoming: tuple[ox.NamedNode, ...] = ()
) -> Thing:
    """Return what the graph says of a thing.

    Parameters
    ----------
    backend
        Asked four times.
    iri
        Of the thing.
    language
        Of the labels.
    without_incoming
        Properties whose incoming statements are left out.

    Raises
    ------
    NotFound
        The graph says nothing of it.
    """
    outgoing = _statements(backend, "?s", iri, _ACCEPTED)
    incoming = _statements(
        backend, "?o", iri, _ACCEPTED + "".join(f" FILTER(?p != {each})" for each in without_incoming)
    )
    if not outgoing and not incoming:
        raise NotFound(f"The graph says nothing of {iri.value}.")
    rejected = _statements(backend, "?s", iri, _REJECTED)
    found = [*outgoing, *incoming, *rejected]
    named = {term for row in found for term in row.values() if isinstance(term, ox.NamedNode)} | {iri}
    types = {row["o"].value for row in outgoing if row["p"] == RDF["type"] and isinstance(row["o"], ox.NamedNode)}
    return Thing(
        iri=iri.value,
        types=tuple(sorted(each for each in types if each.startswith(str(DG))) or sorted(types)),
        outgoing=_groups(outgoing, "o"),
        incoming=_groups(incoming, "s"),
        rejected=_groups(rejected, "o"),
        labels=labels(backend, named, language),
    )


def _groups(found: Iterable[Row], value: str) -> tuple[Group, ...]:
    """Rows by property and value; a value once, with all its sentences."""
    groups: defaultdict[str, defaultdict[Term, dict[Sentence, None]]] = defaultdict(lambda: defaultdict(dict))
    for row in found:
        predicate = row["p"]
        if not isinstance(predicate, ox.NamedNode) or predicate == RDF["type"] or predicate.value in _SAME_AS_NAME:
            continue
        sentences = groups[predicate.value][row[value]]
        if (sentence := sentence_of(row)) is not None:
            sentences[sentence] = None
    return tuple(
        Group(
            predicate,
            tuple(
                Statement(term, tuple(sorted(said, key=lambda each: each.evidence)))
                for term, said in sorted(statements.items(), key=lambda item: _order(item[0]))
            ),
        )
        for predicate, statements in sorted(groups.items(), key=lambda item: _importance(item[0]))
    )


def sentence_of(row: Row) -> Sentence | None:
    """Return the sentence that a row tells of, None where it tells of none.

    The row binds ``evidence``, ``quote``, ``source`` and ``basis``, and ``reason`` where there is one.
    """
    evidence, quote, source, basis = (row.get(name) for name in ("evidence", "quote", "source", "basis"))
    if not isinstance(quote, ox.Literal) or not isinstance(evidence, ox.NamedNode):
        return None
    reason = row.get("reason")
    return Sentence(
        evidence=evidence.value,
        quote=quote.value,
        language=quote.language or "",
        source=source.value if isinstance(source, ox.NamedNode) else "",
        basis=basis.value.rpartition("#")[2] if isinstance(basis, ox.NamedNode) else "",
        reason=reason.value if isinstance(reason, ox.Literal) else None,
    )


def _order(term: Term) -> tuple[str, str]:
    return (type(term).__name__, str(term))


def _importance(predicate: str) -> tuple[int, str]:
    """Names first, then who does what, then our other terms, then schema.org, then the rest."""
    if predicate in {SCHEMA["name"].value, SCHEMA["alternateName"].value}:
        return (0, predicate)
    if ox.NamedNode(predicate) in ROLES:
        return (1, predicate)
    for rank, namespace in enumerate((str(DG), str(SCHEMA)), start=2):
        if predicate.startswith(namespace):
            return (rank, predicate)
    return (4, predicate)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """One evidence: its sentence, and every triple that it claims."""

    iri: str
    sentence: Sentence
    start: int
    end: int
    as_of: str | None
    claims: tuple[tuple[ox.NamedNode, ox.NamedNode, Term], ...]
    labels: Mapping[str, Label] = field(repr=False)


def describe_evidence(backend: Backend, iri: ox.NamedNode, language: str) -> EvidencePage:
    """Return one evidence.

    Raises
    ------
    NotFound
        There is none of that IRI.
    """
    described = rows(
        backend,
        f"""SELECT ?evidence ?quote ?source ?basis ?reason ?start ?end ?asOf {{
          VALUES ?evidence {{ {iri} }}
          ?evidence {DG["quote"]} ?quote ; {DG["source"]} ?source ; {DG["basis"]} ?basis ;
            {DG["start"]} ?start ; {DG["end"]} ?end .
          OPTIONAL {{ ?evidence {RDFS["comment"]} ?reason }} OPTIONAL {{ ?evidence {DG["asOf"]} ?asOf }} }}""",
    )
    sentence = sentence_of(described[0]) if described else None
    if sentence is None:
        raise NotFound(f"There is no evidence {iri.value}.")
    claims = [
        (row["s"], row["p"], row["o"])
        for row in rows(backend, f"SELECT ?s ?p ?o {{ GRAPH {iri} {{ ?s ?p ?o }} }} ORDER BY ?s ?p ?o")
    ]
    triples = tuple((s, p, o) for s, p, o in claims if isinstance(s, ox.NamedNode) and isinstance(p, ox.NamedNode))
    named = {term for triple in triples for term in triple if isinstance(term, ox.NamedNode)}
    return EvidencePage(
        iri=iri.value,
        sentence=sentence,
        start=_number(described[0]["start"]),
        end=_number(described[0]["end"]),
        as_of=as_of.value if isinstance(as_of := described[0].get("asOf"), ox.Literal) else None,
        claims=triples,
        labels=labels(backend, named | {ox.NamedNode(sentence.source)}, language),
    )


def _number(term: Term) -> int:
    assert isinstance(term, ox.Literal)  # noqa: S101 - the build writes integers
    return int(term.value)
