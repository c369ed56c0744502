"""Derive the lists of terms in ``src/digigraph/vocabularies`` from copies of the vocabularies themselves; those of
RDF's own languages, whose files have no datatypes, from the sections that define them.

Run as ``python .ci/vocabularies.py FOLDER``, where FOLDER holds the Turtle files and a ``README.md`` with a table of
their origins. A list holds the IRIs that a vocabulary defines in its own namespace and nothing else: no labels, no
sentences. The lists are kept in the repository, so that terms can be checked without the vocabularies and without a
network.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

LISTS = Path(__file__).parent.parent / "src" / "digigraph" / "vocabularies"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL_ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology"
IS_DEFINED_BY = "http://www.w3.org/2000/01/rdf-schema#isDefinedBy"
LOCAL_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""What a term's name may be; FRAPO's file has a subject ``owl:sameAs`` in its namespace, a slip that is left out."""

VOCABULARIES = {
    "schema": ("schemaorg-30.0-current-https.ttl", "https://schema.org/"),
    "foaf": ("foaf.ttl", "http://xmlns.com/foaf/0.1/"),
    "dcterms": ("dcterms.ttl", "http://purl.org/dc/terms/"),
    "skos": ("skos.ttl", "http://www.w3.org/2004/02/skos/core#"),
    "org": ("org.ttl", "http://www.w3.org/ns/org#"),
    "prov": ("prov-o.ttl", "http://www.w3.org/ns/prov#"),
    "dcat": ("dcat3.ttl", "http://www.w3.org/ns/dcat#"),
    "oa": ("oa.ttl", "http://www.w3.org/ns/oa#"),
    "void": ("void.ttl", "http://rdfs.org/ns/void#"),
    "sh": ("shacl.ttl", "http://www.w3.org/ns/shacl#"),
    "frapo": ("frapo.ttl", "http://purl.org/cerif/frapo/"),
    "cito": ("cito.ttl", "http://purl.org/spar/cito/"),
    "eurio": ("eurio-2.4.ttl", "http://data.europa.eu/s66#"),
    "dqv": ("dqv.ttl", "http://www.w3.org/ns/dqv#"),
}

LANGUAGES = {
    "rdf": (
        "RDF",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "RDF Schema 1.1, sections 3 to 5; rdf:PlainLiteral; JSON-LD 1.1, section 10; RDF 1.2 Concepts",
        """
        Alt Bag CompoundLiteral HTML JSON List PlainLiteral Property Seq Statement XMLLiteral dirLangString
        direction first langRange langString language nil object predicate reifies rest subject type value
        """,
    ),
    "rdfs": (
        "RDF Schema",
        "http://www.w3.org/2000/01/rdf-schema#",
        "RDF Schema 1.1, sections 2 to 5; RDF 1.2 Schema",
        """
        Class Container ContainerMembershipProperty Datatype Literal Proposition Resource comment domain
        isDefinedBy label member range seeAlso subClassOf subPropertyOf
        """,
    ),
    "owl": (
        "OWL 2",
        "http://www.w3.org/2002/07/owl#",
        "OWL 2 RDF-Based Semantics, tables 3.1 to 3.3; OWL 2 Mapping to RDF Graphs, section 3",
        """
        AllDifferent AllDisjointClasses AllDisjointProperties Annotation AnnotationProperty AsymmetricProperty
        Axiom Class DataRange DatatypeProperty DeprecatedClass DeprecatedProperty FunctionalProperty
        InverseFunctionalProperty IrreflexiveProperty NamedIndividual NegativePropertyAssertion Nothing
        ObjectProperty Ontology OntologyProperty ReflexiveProperty Restriction SymmetricProperty Thing
        TransitiveProperty allValuesFrom annotatedProperty annotatedSource annotatedTarget assertionProperty
        backwardCompatibleWith bottomDataProperty bottomObjectProperty cardinality complementOf
        datatypeComplementOf deprecated differentFrom disjointUnionOf disjointWith distinctMembers
        equivalentClass equivalentProperty hasKey hasSelf hasValue imports incompatibleWith intersectionOf
        inverseOf maxCardinality maxQualifiedCardinality members minCardinality minQualifiedCardinality onClass
        onDataRange onDatatype onProperties onProperty oneOf priorVersion propertyChainAxiom
        propertyDisjointWith qualifiedCardinality rational real sameAs someValuesFrom sourceIndividual
        targetIndividual targetValue topDataProperty topObjectProperty unionOf versionIRI versionInfo
        withRestrictions
        """,
    ),
    "xsd": (
        "XML Schema datatypes and facets",
        "http://www.w3.org/2001/XMLSchema#",
        "XML Schema Definition Language 1.1 Part 2, sections 3 and 4.3",
        """
        ENTITIES ENTITY ID IDREF IDREFS NCName NMTOKEN NMTOKENS NOTATION Name QName anyAtomicType anySimpleType
        anyType anyURI assertions base64Binary boolean byte date dateTime dateTimeStamp dayTimeDuration decimal
        double duration enumeration explicitTimezone float fractionDigits gDay gMonth gMonthDay gYear gYearMonth
        hexBinary int integer language length long maxExclusive maxInclusive maxLength minExclusive minInclusive
        minLength negativeInteger nonNegativeInteger nonPositiveInteger normalizedString pattern positiveInteger
        short string time token totalDigits unsignedByte unsignedInt unsignedLong unsignedShort whiteSpace
        yearMonthDuration
        """,
    ),
}
"""Name, namespace, the sections that define the terms, and these."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the README's table says of one file."""

    vocabulary: str
    repository: str
    licence: str
    taken: str


def origins(readme: str) -> dict[str, Origin]:
    """Return the rows of the README's table by file name, "same repository" replaced by its name and commit."""
    dated = re.search(r"Taken (\d{4}-\d{2}-\d{2})", readme)
    if dated is None:
        sys.exit("README.md does not say when the copies were taken: expected “Taken YYYY-MM-DD”")
    found: dict[str, Origin] = {}
    latest = ""
    for line in readme.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 4 or ".ttl" not in cells[0]:  # noqa: PLR2004 (file, vocabulary, origin, licence)
            continue
        files, vocabulary, repository, licence = cells
        repository = repository.replace("same repository", latest)
        latest = repository.partition(",")[0]
        for name in files.split(","):
            found[name.strip()] = Origin(vocabulary, repository, licence, dated.group(1))
    return found


def terms(file: Path, namespace: str) -> list[str]:
    """Return the IRIs that the file defines in the namespace: those with a type or an ``rdfs:isDefinedBy``."""
    found = set()
    for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE, base_iri=namespace):
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        iri = quad.subject.value
        if not iri.startswith(namespace) or not LOCAL_NAME.fullmatch(iri.removeprefix(namespace)):
            continue
        is_type = quad.predicate.value == RDF_TYPE and quad.object != ox.NamedNode(OWL_ONTOLOGY)
        if is_type or quad.predicate.value == IS_DEFINED_BY:
            found.add(iri)
    return sorted(found)


def render(namespace: str, origin: Origin, iris: list[str]) -> str:
    """Return the text of one list: comment lines about the vocabulary, then one IRI a line."""
    head = [
        f"vocabulary: {origin.vocabulary}",
        f"namespace: {namespace}",
        f"origin: {origin.repository}",
        f"licence: {origin.licence}",
        f"taken: {origin.taken}",
        f"terms: {len(iris)}",
        "made by .ci/vocabularies.py; IRIs only",
    ]
    return "\n".join([*(f"# {line}" for line in head), *iris]) + "\n"


def write(prefix: str, namespace: str, origin: Origin, iris: list[str]) -> None:
    """Write one list, and say how many terms it has."""
    (LISTS / f"{prefix}.txt").write_text(render(namespace, origin, iris), encoding="utf-8", newline="\n")
    sys.stderr.write(f"{prefix}: {len(iris)} terms\n")


def main(folder: Path) -> None:
    """Write the list of every vocabulary, and say how many terms each has."""
    rows = origins((folder / "README.md").read_text(encoding="utf-8"))
    LISTS.mkdir(parents=True, exist_ok=True)
    for prefix, (name, namespace) in VOCABULARIES.items():
        write(prefix, namespace, rows[name], terms(folder / name, namespace))
    for prefix, (name, namespace, sections, names) in LANGUAGES.items():
        origin = Origin(name, sections, "names alone, from W3C Recommendations", "2026-11-26")
        write(prefix, namespace, origin, sorted(namespace + each for each in names.split()))


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 (the script and its one argument)
        sys.exit("usage: python .ci/vocabularies.py FOLDER")
    main(Path(sys.argv[1]))
