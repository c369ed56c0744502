"""Terms that do not exist: of our ontology, and of the vocabularies that the data is linked to.

The lists of other vocabularies' terms are package data, made by ``make vocabularies``: no network is needed.
"""

from __future__ import annotations

import enum
import importlib.resources
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Location, Severity
from digigraph.sparql import tokens
from digigraph.suggestions import did_you_mean
from digigraph.vocab import DCAT, DCTERMS, DG, FOAF, OWL, PROV, RDF, RDFS, SCHEMA, SH, SKOS, VOID, XSD, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from digigraph.dataset.statements import Located
    from digigraph.sources.rdf.parsing import LocatedQuad

_LISTS = {
    str(SCHEMA): "schema",
    str(FOAF): "foaf",
    str(DCTERMS): "dcterms",
    str(SKOS): "skos",
    str(PROV): "prov",
    str(DCAT): "dcat",
    str(VOID): "void",
    str(SH): "sh",
    str(RDF): "rdf",
    str(RDFS): "rdfs",
    str(OWL): "owl",
    str(XSD): "xsd",
    "http://www.w3.org/ns/org#": "org",
    "http://www.w3.org/ns/oa#": "oa",
    "http://www.w3.org/ns/dqv#": "dqv",
    "http://purl.org/cerif/frapo/": "frapo",
    "http://purl.org/spar/cito/": "cito",
    "http://data.europa.eu/s66#": "eurio",
}
_OF_DATATYPES = {str(RDF), str(XSD)}
"""Namespaces of which many terms are neither classes nor properties of things, but datatypes."""
_MEMBER = re.compile(re.escape(str(RDF)) + "_[1-9][0-9]*")
"""The properties of containers (RDF Schema 1.1, section 5.1.4): there is no end of them."""


@cache
def vocabulary(name: str) -> frozenset[str]:
    """Return the IRIs of all terms of a vocabulary, by its usual prefix."""
    text = importlib.resources.files("digigraph").joinpath(f"vocabularies/{name}.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


class Role(enum.Enum):
    """What a term is for."""

    CLASS = "class"
    PROPERTY = "property"


ROLES_OF_TERMS: dict[Term, Role] = {
    **dict.fromkeys((RDFS["Class"], OWL["Class"]), Role.CLASS),
    **dict.fromkeys(
        (RDF["Property"], *(OWL[f"{name}Property"] for name in ("Annotation", "Datatype", "Object"))), Role.PROPERTY
    ),
}
"""What a term of an ontology is, by its type."""


def iris_in(text: str, path: str) -> Iterator[tuple[str, Location]]:
    """Yield the IRIs in a SPARQL text, prefixed names too, without those that its prefixes stand for; with places."""
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
        if iri:
            yield iri, place_in(text, token.start, path)


def place_in(text: str, offset: int, path: str) -> Location:
    """Return the place of a character of a text."""
    return Location(path, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


class Terms:
    """The terms that may be used in one project.

    Parameters
    ----------
    ontology
        Quads of ``ontology/``: what is a subject there is defined.
    """

    def __init__(self, ontology: Iterable[LocatedQuad]) -> None:
        self._defined: set[str] = set()
        self._roles: dict[str, Role] = {}
        self._known: dict[str, bool] = {}
        for each in ontology:
            if isinstance(each.quad.subject, ox.NamedNode):
                self._defined.add(each.quad.subject.value)
                if each.quad.predicate == RDF["type"] and each.quad.object in ROLES_OF_TERMS:
                    self._roles[each.quad.subject.value] = ROLES_OF_TERMS[each.quad.object]

    def check_quads(self, quads: Iterable[Located]) -> Iterator[Finding]:
        """Yield a finding for each place where a quad uses a term that does not exist, as datatype too; each term once
        a place.

        The place is that of the term itself, where it is known, else of the quad; of a datatype that of its literal.
        """
        seen: set[tuple[str, Location]] = set()
        for each in quads:
            quad = each.quad
            value = quad.object.datatype if isinstance(quad.object, ox.Literal) else quad.object
            used = {term for term in (quad.subject, quad.predicate, value) if isinstance(term, ox.NamedNode)}
            # Places are worked out where they are needed: nearly every term exists.
            if all(self._exists(term.value) for term in used):
                continue
            of_value = each.location
            of_node = replace(each.node, of_node=False) if each.node is not None else of_value
            uses = ((quad.subject, of_node), (quad.predicate, each.property or of_value), (value, of_value))
            for term, place in uses:
                if isinstance(term, ox.NamedNode) and (term.value, place) not in seen:
                    seen.add((term.value, place))
                    yield from self._check(term.value, place)

    def _exists(self, iri: str) -> bool:
        """Whether nothing is to be said of a term, wherever it stands."""
        if iri not in self._known:
            self._known[iri] = next(self._check(iri, Location("")), None) is None
        return self._known[iri]

    def check_query(self, text: str, path: str) -> Iterator[Finding]:
        """Yield a finding for each term in a SPARQL text that does not exist, at its line and column."""
        for iri, place in iris_in(text, path):
            yield from self._check(iri, place)

    def is_own(self, iri: str) -> bool:
        """Whether it is a class or property that the ontology itself declares."""
        return iri in self._roles

    @property
    def described(self) -> AbstractSet[str]:
        """IRIs of everything that the ontology says something of."""
        return self._defined

    def role(self, iri: str) -> Role | None:
        """Return what a term is; None for one of which that is not known."""
        if iri in self._roles:
            return self._roles[iri]
        namespace = _namespace(iri)
        if namespace not in _LISTS or namespace in _OF_DATATYPES or iri not in vocabulary(_LISTS[namespace]):
            return None
        # All of these vocabularies write classes with a capital, and properties with a small letter.
        return Role.CLASS if iri[len(namespace)].isupper() else Role.PROPERTY

    def _check(self, iri: str, location: Location) -> Iterator[Finding]:
        namespace = _namespace(iri)
        if iri == namespace or iri in self._defined or _MEMBER.fullmatch(iri):
            return
        if namespace == str(DG):
            known: Iterable[str] = (each for each in self._defined if each.startswith(namespace))
        elif namespace in _LISTS:
            known = vocabulary(_LISTS[namespace])
        else:
            return
        names = [each.removeprefix(namespace) for each in known]
        name = iri.removeprefix(namespace)
        # Where the ontology is not at hand, nobody can tell.
        if names and name not in names:
            elsewhere = _elsewhere(name, namespace)
            yield Finding(
                rule="undefined-term",
                severity=Severity.VIOLATION,
                message=f"There is no {name} in {namespace}.",
                location=location,
                hint=did_you_mean(name, names) if elsewhere is None else f"Did you mean {elsewhere}?",
            )


def _elsewhere(name: str, namespace: str) -> str | None:
    """A term of another vocabulary that is spelt the same but for capitals, where the one that was named has none."""
    if any(each.removeprefix(namespace).lower() == name.lower() for each in vocabulary(_LISTS.get(namespace, "xsd"))):
        return None
    for other, prefix in _LISTS.items():
        if other != namespace:
            for each in sorted(vocabulary(prefix)):
                if each.removeprefix(other).lower() == name.lower():
                    return f"{prefix}:{each.removeprefix(other)}"
    return None


def check_terms(
    terms: Terms,
    quads: Iterable[Located],
    queries: Mapping[str, str],
) -> Iterator[Finding]:
    """Yield a finding for each use of a term that does not exist.

    Parameters
    ----------
    terms
        Those of the project.
    quads
        Data and shapes, each with its place.
    queries
        SPARQL texts by path.
    """
    yield from terms.check_quads(quads)
    for path, text in queries.items():
        yield from terms.check_query(text, path)
