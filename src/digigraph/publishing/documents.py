"""What a source document says: its sentences, in the order of its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.publishing.entities import Sentence, Thing, describe, sentence_of
from digigraph.store.backend import rows
from digigraph.vocab import DG, PROV, RDF, RDFS

if TYPE_CHECKING:
    import pyoxigraph as ox

    from digigraph.store.backend import Backend


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A document: what is known of it, and the sentences that the graph quotes from it."""

    about: Thing
    sentences: tuple[Sentence, ...] = field(repr=False)


def describe_document(backend: Backend, iri: ox.NamedNode, language: str) -> DocumentPage:
    """Return a source document.

    Raises
    ------
    NotFound
        The graph says nothing of it.
    """
    about = describe(backend, iri, language, without_incoming=(DG["source"], PROV["specializationOf"]))
    found = rows(
        backend,
        f"""SELECT ?evidence ?quote ?source ?basis ?reason {{ VALUES ?source {{ {iri} }}
          ?evidence {RDF["type"]} {DG["Evidence"]} ; {DG["source"]} ?source ; {DG["quote"]} ?quote ;
            {DG["basis"]} ?basis ; {DG["start"]} ?start ; {DG["end"]} ?end .
          OPTIONAL {{ ?evidence {RDFS["comment"]} ?reason }} }} ORDER BY ?start ?end ?evidence""",
    )
    return DocumentPage(about, tuple(sentence for row in found if (sentence := sentence_of(row)) is not None))
