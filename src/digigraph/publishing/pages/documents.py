"""A source document: what is known of it, its text, and the sentences quoted from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.carried.texts import decode_text, text_file
from digigraph.publishing.edition.labels import Label, labels
from digigraph.publishing.pages.entities import Thing, describe
from digigraph.publishing.pages.marking import Piece, marked
from digigraph.publishing.pages.sentences import Sentence, sentences, sentences_of_source
from digigraph.store.answering.backend import rows
from digigraph.vocab import DG, FOAF, PROV, RDF, RDFS, SCHEMA, Term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from digigraph.publishing.carried.texts import Run
    from digigraph.publishing.edition.graph import Edition

_CONTEXT = 400
"""Code points of the text that are shown on each side of a sentence."""
_SAID_ONCE = {FOAF["name"], FOAF["fundedBy"], RDFS["label"]}

Claim = tuple[str, str, Term]
"""Subject, property, value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """A document.

    Parameters
    ----------
    about
        What the graph says of it.
    text
        Its text in pieces, marked with the sentences quoted there; empty where the text is not at hand.
    sentences
        Quoted from it, in the order of the text.
    claims
        What each evidence says, by its IRI.
    labels
        Of everything that is named in the claims.
    """

    about: Thing
    text: tuple[Piece, ...] = field(repr=False)
    sentences: tuple[Sentence, ...]
    claims: Mapping[str, tuple[Claim, ...]] = field(repr=False)
    labels: Mapping[str, Label] = field(repr=False)

    @property
    def language(self) -> str:
        """Tag of the language of the text; empty where the graph does not say."""
        said = {each.predicate: each.term for each in self.about.outgoing}
        tag = said.get(SCHEMA["inLanguage"].value)
        return tag.value if isinstance(tag, ox.Literal) else ""


def describe_document(edition: Edition, iri: ox.NamedNode) -> DocumentPage:
    """Return a source document.

    Raises
    ------
    NotFound
        The graph says nothing of it.
    """
    about = describe(edition, iri, without_incoming=(DG["source"], PROV["specializationOf"]))
    quoted = sentences_of_source(edition.backend, iri)
    claims = _claims(edition, f"?g {DG['source']} {iri}")
    return DocumentPage(
        about=about,
        text=tuple(marked(_text(edition, iri), quoted)),
        sentences=tuple(quoted),
        claims=claims,
        labels=_labels(edition, claims),
    )


def _text(edition: Edition, iri: ox.NamedNode) -> list[Run]:
    """The captured text of a document that is at hand."""
    found = rows(edition.backend, f"SELECT ?version {{ ?version {PROV['specializationOf']} {iri} }} ORDER BY ?version")
    for row in found:
        slug, _, version = str(getattr(row["version"], "value", "")).rpartition("/")[2].rpartition("_")
        if (content := edition.read_file(text_file(slug, version))) is not None:
            return decode_text(content)
    return []


def _claims(edition: Edition, which: str) -> dict[str, tuple[Claim, ...]]:
    """What each evidence says that a pattern about ``?g`` chooses, without the same in words of other vocabularies."""
    found: defaultdict[str, list[Claim]] = defaultdict(list)
    for row in rows(edition.backend, f"SELECT ?g ?s ?p ?o {{ {which} GRAPH ?g {{ ?s ?p ?o }} }} ORDER BY ?g ?s ?p ?o"):
        graph, subject, predicate, value = row["g"], row["s"], row["p"], row["o"]
        is_other = predicate == RDF["type"] and not str(getattr(value, "value", "")).startswith(str(DG))
        if is_other or predicate in _SAID_ONCE:
            continue
        if isinstance(graph, ox.NamedNode) and isinstance(subject, ox.NamedNode):
            found[graph.value].append((subject.value, str(getattr(predicate, "value", "")), value))
    return {graph: tuple(claims) for graph, claims in found.items()}


def _labels(edition: Edition, claims: Mapping[str, Sequence[Claim]], *others: str) -> dict[str, Label]:
    terms = {each for said in claims.values() for claim in said for each in claim}
    iris = {each.value if isinstance(each, ox.NamedNode) else each for each in terms}
    named = {each for each in iris if isinstance(each, str)}
    return labels(edition, named | {*others})


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """One evidence.

    Parameters
    ----------
    iri
        Of the evidence.
    sentence
        What it quotes.
    text
        The words around it, in pieces of which those quoted are marked; empty where the text is not at hand.
    claims
        What it says.
    labels
        Of everything named above.
    """

    iri: str
    sentence: Sentence
    text: tuple[Piece, ...] = field(repr=False)
    claims: tuple[Claim, ...]
    labels: Mapping[str, Label] = field(repr=False)


def describe_evidence(edition: Edition, iri: ox.NamedNode) -> EvidencePage:
    """Return one evidence: the sentence in its context, and what it says.

    Raises
    ------
    NotFound
        There is none of that IRI.
    """
    sentence = sentences(edition.backend, [iri.value]).get(iri.value)
    if sentence is None:
        raise edition.missing(iri.value)
    claims = _claims(edition, f"VALUES ?g {{ {iri} }}")
    source = ox.NamedNode(sentence.source)
    return EvidencePage(
        iri=iri.value,
        sentence=sentence,
        text=tuple(marked(_around(_text(edition, source), sentence), [sentence])),
        claims=claims.get(iri.value, ()),
        labels=_labels(edition, claims, sentence.source),
    )


def _around(text: Sequence[Run], sentence: Sentence) -> list[Run]:
    """The runs of a text near a sentence, those at the edges cut."""
    first, last = sentence.start - _CONTEXT, sentence.end + _CONTEXT
    near = []
    for start, run in text:
        begin, end = max(0, first - start), min(len(run), last - start)
        if begin < end:
            near.append((start + begin, run[begin:end]))
    return near
