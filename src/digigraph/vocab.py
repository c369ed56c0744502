"""Namespaces, and the terms that the program itself writes or asks for.

``DG`` is fixed: the same ontology for every graph project, so that one query works on all of them.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Subject = NamedNode | BlankNode | Triple
"""What can be the subject of a triple."""
Term = Subject | Literal
"""Any RDF term."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """An IRI prefix; ``DG["host"]`` is the term ``dg:host`` as a :class:`pyoxigraph.NamedNode`."""

    iri: str

    def __getitem__(self, name: str) -> NamedNode:
        """Return the term called ``name`` in this namespace."""
        return _term(self.iri + name)

    def __str__(self) -> str:
        """Return the namespace IRI."""
        return self.iri


# Programs ask for the same few terms for every triple that they look at; to make one anew reads the whole IRI.
@functools.lru_cache(maxsize=4096)
def _term(iri: str) -> NamedNode:
    return NamedNode(iri)


DG = Namespace("https://w3id.org/digigraph/ns#")
SCHEMA = Namespace("https://schema.org/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
PROV = Namespace("http://www.w3.org/ns/prov#")
SH = Namespace("http://www.w3.org/ns/shacl#")
VOID = Namespace("http://rdfs.org/ns/void#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TREE = Namespace("https://w3id.org/tree#")
LDES = Namespace("https://w3id.org/ldes#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")

PREFIXES: dict[str, str] = {
    "dg": str(DG),
    "schema": str(SCHEMA),
    "foaf": str(FOAF),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "owl": str(OWL),
    "xsd": str(XSD),
    "skos": str(SKOS),
    "dcterms": str(DCTERMS),
    "prov": str(PROV),
    "void": str(VOID),
    "sd": str(SD),
    "dcat": str(DCAT),
}
"""Prefixes of the vocabularies used in data, pages and answers; those of a project are added by ``iris``."""

ROLES = frozenset(
    {
        *(
            DG[name]
            for name in (
                "host",
                "coordinator",
                "responsiblePerson",
                "lead",
                "director",
                "nationalLead",
                "leadOrganization",
                "nationalLeadOrganization",
                "nationalCoordinator",
                "leadCountry",
                "coordinatesAcross",
            )
        ),
        *(SCHEMA[name] for name in ("member", "funder", "affiliation", "funding")),
    }
)
"""Properties that say who does what: each such statement needs evidence or a curator (data model, Evidence)."""

OWNED = (SCHEMA["funding"], SCHEMA["amount"], DG["figure"], DG["identifierRecord"])
"""Properties that lead to nodes which are nothing without who has them: grants, amounts, figures, records."""
