"""The sentences that prove statements, and where a reader finds them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urldefrag

import pyoxigraph as ox

from digigraph.publishing.edition.labels import chunks
from digigraph.store.answering.backend import rows
from digigraph.vocab import DG, RDFS, SCHEMA, Term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.store.answering.backend import Backend

_WHOLE = 8
"""Words up to which a text fragment names a whole quote; of a longer one the ends, which may be in two blocks."""
_END = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A quoted span.

    Parameters
    ----------
    evidence, source
        IRIs of the evidence and of the document.
    quote, language
        What it says, and the tag of that, empty where it has none.
    start, end
        Code points of the stored text, ``[start, end)``.
    basis
        The last part of the ``dg:basis``: explicit, implied, derived, record.
    reason, reason_language
        Why a reader concludes it, where the words do not say it; or why it is not accepted. And the tag of that.
    as_of
        Date for which it holds, where that is known.
    is_accepted
        Whether the curator accepts it.
    url
        Of the original page; empty where it has none.
    """

    evidence: str
    source: str
    quote: str
    language: str
    start: int
    end: int
    basis: str
    reason: str = ""
    reason_language: str = ""
    as_of: str = ""
    is_accepted: bool = True
    url: str = ""

    @property
    def original(self) -> str:
        """The original page, at the sentence (URL Fragment Text Directives, section 3); empty where there is none."""
        if not self.url.startswith(("https://", "http://")):
            return ""
        words = self.quote.split()
        ends = [self.quote] if len(words) <= _WHOLE else [" ".join(words[:_END]), " ".join(words[-_END:])]
        # The directive's own marks: hyphen, comma, ampersand.
        text = ",".join(quote(each, safe="").replace("-", "%2D") for each in ends)
        page, fragment = urldefrag(self.url)
        return f"{page}#{fragment}:~:text={text}"


_Description = dict[ox.NamedNode, Term]


def sentences(backend: Backend, evidence: Iterable[str]) -> dict[str, Sentence]:
    """Return the sentence of each evidence that quotes one, by its IRI."""
    described = _descriptions(backend, evidence)
    sources = {_text(each, DG["source"]) for each in described.values()}
    urls: dict[str, str] = {}
    for values in chunks(sources - {""}):
        asked = f"SELECT ?s ?o {{ VALUES ?s {{ {values} }} ?s {SCHEMA['url']} ?o }} ORDER BY ?o"
        for row in rows(backend, asked):
            urls.setdefault(_value(row["s"]), _value(row["o"]))
    return {
        iri: _sentence(iri, description, urls.get(_text(description, DG["source"]), ""))
        for iri, description in described.items()
        if isinstance(description.get(DG["quote"]), ox.Literal) and _text(description, DG["source"])
    }


def sentences_of_source(backend: Backend, source: ox.NamedNode) -> list[Sentence]:
    """Return every sentence quoted from a document, in the order of its text."""
    found = rows(backend, f"SELECT ?s {{ VALUES ?source {{ {source} }} ?s {DG['source']} ?source }}")
    told = sentences(backend, (_value(row["s"]) for row in found))
    return sorted(told.values(), key=lambda each: (each.start, each.end, each.evidence))


def _descriptions(backend: Backend, evidence: Iterable[str]) -> dict[str, _Description]:
    """One value of each property of each evidence, the first where there are more."""
    found: defaultdict[str, _Description] = defaultdict(dict)
    for values in chunks(evidence):
        for row in rows(backend, f"SELECT ?s ?p ?o {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"):
            description, predicate, value = found[_value(row["s"])], row["p"], row["o"]
            assert isinstance(predicate, ox.NamedNode)  # noqa: S101 - predicates are IRIs
            description[predicate] = min(description.get(predicate, value), value, key=str)
    return found


def _sentence(iri: str, description: _Description, url: str) -> Sentence:
    quoted, reason = description[DG["quote"]], description.get(RDFS["comment"])
    return Sentence(
        evidence=iri,
        source=_text(description, DG["source"]),
        quote=_value(quoted),
        language=_language(quoted),
        start=int(_text(description, DG["start"]) or 0),
        end=int(_text(description, DG["end"]) or 0),
        basis=_text(description, DG["basis"]).rpartition("#")[2],
        reason=_value(reason),
        reason_language=_language(reason),
        as_of=_text(description, DG["asOf"]),
        is_accepted=_text(description, DG["accepted"]) != "false",
        url=url,
    )


def _text(description: _Description, predicate: ox.NamedNode) -> str:
    return _value(description.get(predicate))


def _value(term: Term | None) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""


def _language(term: Term | None) -> str:
    return (term.language or "") if isinstance(term, ox.Literal) else ""
