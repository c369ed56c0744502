"""Terms that do not exist: of our ontology, and of the vocabularies that the data is linked to.

The lists of other vocabularies' terms are package data, made by ``make vocabularies``: no network is needed.
"""

from __future__ import annotations

import importlib.resources
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Location, Severity
from digigraph.sparql import tokens
from digigraph.suggestions import did_you_mean
from digigraph.vocab import DCTERMS, DG, FOAF, PROV, SCHEMA, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from digigraph.dataset.statements import Statement
    from digigraph.sources.rdf import LocatedQuad

_LISTS = {
    str(SCHEMA): "schema",
    str(FOAF): "foaf",
    str(DCTERMS): "dcterms",
    str(SKOS): "skos",
    str(PROV): "prov",
}


@cache
def vocabulary(name: str) -> frozenset[str]:
    """Return the IRIs of all terms of a vocabulary, by its usual prefix."""
    text = importlib.resources.files("digigraph").joinpath(f"vocabularies/{name}.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


class Terms:
    """The terms that may be used in one project.

    Parameters
    ----------
    ontology
        Quads of ``ontology/``: what is a subject there is defined.
    """

    def __init__(self, ontology: Iterable[LocatedQuad]) -> None:
        self._defined = {each.quad.subject.value for each in ontology if isinstance(each.quad.subject, ox.NamedNode)}

    def check_quads(self, quads: Iterable[LocatedQuad | Statement]) -> Iterator[Finding]:
        """Yield a finding for each place where a quad uses a term that does not exist; each term once a place.

        The place is that of the term itself, where it is known, else of the quad.
        """
        seen: set[tuple[str, Location]] = set()
        for each in quads:
            quad, of_value = each.quad, each.location
            of_node = replace(each.node, of_node=False) if each.node is not None else of_value
            uses = ((quad.subject, of_node), (quad.predicate, each.property or of_value), (quad.object, of_value))
            for term, place in uses:
                if isinstance(term, ox.NamedNode) and (term.value, place) not in seen:
                    seen.add((term.value, place))
                    yield from self._check(term.value, place)

    def check_query(self, text: str, path: str) -> Iterator[Finding]:
        """Yield a finding for each term in a SPARQL text that does not exist, at its line and column."""
        prefixes: dict[str, str] = {}
        pending = ""
        for token in tokens(text):
            iri = ""
            if token.kind == "iri":
                iri = token.text[1:-1]
                if pending:
                    prefixes[pending], pending, iri = iri, "", ""
            elif token.kind == "name":
                prefix, _, local = token.text.partition(":")
                if not local:
                    pending = f"{prefix}:"
                iri = prefixes.get(f"{prefix}:", "") + local if local and f"{prefix}:" in prefixes else ""
            before = text[: token.start]
            place = Location(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
            yield from self._check(iri, place)

    def _check(self, iri: str, location: Location) -> Iterator[Finding]:
        namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
        if iri == namespace or iri in self._defined:
            return
        if namespace == str(DG):
            known: Iterable[str] = (each for each in self._defined if each.startswith(namespace))
        elif namespace in _LISTS:
            known = vocabulary(_LISTS[namespace])
        else:
            return
        names = [each.removeprefix(namespace) for each in known]
        name = iri.removeprefix(namespace)
        if name not in names:
            yield Finding(
                rule="undefined-term",
                severity=Severity.VIOLATION,
                message=f"There is no {name} in {namespace}.",
                location=location,
                hint=did_you_mean(name, names),
            )


def check_terms(
    ontology: Iterable[LocatedQuad],
    quads: Iterable[LocatedQuad | Statement],
    queries: Mapping[str, str],
) -> Iterator[Finding]:
    """Yield a finding for each use of a term that does not exist.

    Parameters
    ----------
    ontology
        What is defined.
    quads
        Data and shapes, each with its place.
    queries
        SPARQL texts by path.
    """
    terms = Terms(ontology)
    yield from terms.check_quads(quads)
    for path, text in queries.items():
        yield from terms.check_query(text, path)
