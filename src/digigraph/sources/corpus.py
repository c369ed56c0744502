"""What the files of a project say, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyoxigraph as ox

    from digigraph.findings import Finding
    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.facts.documents import Document, Saying
    from digigraph.sources.ontology.terms import Context
    from digigraph.sources.rdf.parsing import LocatedQuad
    from digigraph.sources.redactions import Redactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Everything that was read.

    Parameters
    ----------
    context
        The terms that facts files use.
    documents
        Source documents with their facts.
    things
        What is said of things outside the documents.
    curated, ontology
        Quads of RDF files; the graph of each is decided: ``graph/curated`` or one that the file names.
    shapes
        The shapes graph.
    queries
        Texts of ``queries/*.rq`` by path.
    sayings
        Of each facts file what its facts say, also those that are in no document, for they have a mistake.
    redactions
        What is taken back; it is in the corpus all the same, and the build leaves it out.
    findings
        Mistakes met while reading.
    missed
        Subjects and objects by their slugs, each with a property, of which something was said that is not in the
        corpus, for it has a mistake; with None for the property where nobody can tell which.
    unread
        Files of the ontology and of things of which nobody can tell what they say.
    lost
        Facts files and RDF files of data of which nothing is in the corpus, though their own mistakes are known.
    unproven
        What facts say that would count, but for a mistake in what they rest on.
    unread_facts
        Facts files of which nobody can tell what they say.
    twice
        Slugs of the things that are described twice.
    """

    context: Context
    documents: tuple[Document, ...]
    things: tuple[Assertion, ...]
    curated: tuple[LocatedQuad, ...]
    ontology: tuple[LocatedQuad, ...]
    shapes: tuple[LocatedQuad, ...]
    queries: dict[str, str]
    redactions: Redactions
    findings: tuple[Finding, ...]
    sayings: tuple[tuple[Saying, ...], ...] = ()
    missed: frozenset[tuple[str, ox.NamedNode | None]] = frozenset()
    unread: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    unproven: tuple[Assertion, ...] = ()
    unread_facts: frozenset[str] = frozenset()
    twice: frozenset[str] = frozenset()
