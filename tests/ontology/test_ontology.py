"""The ontology, the concept schemes and the JSON-LD context, held against the data model."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from digigraph.iris import SLUG, slugify

ROOT = Path(__file__).parents[2]
ONTOLOGY = ROOT / "ontology"
FILES = sorted(ONTOLOGY.glob("*.ttl"))
LISTS = ROOT / "src" / "digigraph" / "vocabularies"

DG = "https://w3id.org/digigraph/ns#"
ID = "https://w3id.org/digigraph/id/"
DOC = "https://w3id.org/digigraph/doc/"
HEADER = "https://w3id.org/digigraph/ns"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMA = "https://schema.org/"
FOAF = "http://xmlns.com/foaf/0.1/"
PROV = "http://www.w3.org/ns/prov#"
VANN = "http://purl.org/vocab/vann/"


def names(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


PREFIXES = dict(
    zip(
        names("dg id rdf rdfs owl xsd skos dcterms schema foaf prov"),
        [DG, ID, RDF, RDFS, OWL, XSD, SKOS, DCTERMS, SCHEMA, FOAF, PROV],
        strict=True,
    )
)


CLASSES = names(
    """
    Project Initiative WorkPart Organization Infrastructure Person Source Grant Programme Policy Figure Evidence
    """
)
TO_THINGS = names(
    """
    host coordinator lead director nationalLead responsiblePerson leadOrganization nationalLeadOrganization
    nationalCoordinator leadCountry fundingScheme coordinatesAcross buildsOn originatedIn supports collaboratesWith
    figure focusArea identifierRecord source
    """
)
TO_WORDS = {"status": "statusScheme", "qualifier": "qualifierScheme", "basis": "basisScheme"}
TO_LITERALS = names(
    """
    partnerCount countryCount duration startEarliest startLatest endEarliest endLatest aim sourceRank quote start
    end asOf captured quads accepted
    """
)
# The server says them of itself; curators do not write them.
LIMITS = names(
    """
    maxQuerySeconds maxQueryMemory maxQueryBytes maxQueryDepth maxQueryPatterns maxAnswerRows maxAnswerBytes
    maxRequestBytes
    """
)
ABOUT_PROPERTIES = ["singleValued", "impliesForOrganizations"]
CLOSED_LISTS = {
    "basisScheme": {"explicit", "implied", "derived", "record"},
    "statusScheme": {"planned", "running", "completed"},
    "qualifierScheme": {"exact", "at-least", "up-to", "about"},
}
WORDS = set().union(*CLOSED_LISTS.values())
PROPERTIES = [*TO_THINGS, *TO_WORDS, *TO_LITERALS, *ABOUT_PROPERTIES]
TERMS = [*CLASSES, *PROPERTIES, *LIMITS, *CLOSED_LISTS, *sorted(WORDS)]

SUPERCLASSES = {
    ("dg:Project", "schema:Project"),
    ("dg:Project", "foaf:Project"),
    ("dg:Initiative", "dg:Project"),
    ("dg:WorkPart", "dg:Project"),
    ("dg:Organization", "schema:Organization"),
    ("dg:Organization", "foaf:Organization"),
    ("foaf:Organization", "foaf:Agent"),
    ("dg:Infrastructure", "dg:Organization"),
    ("dg:Person", "schema:Person"),
    ("dg:Person", "foaf:Person"),
    ("dg:Source", "foaf:Document"),
    ("dg:Source", "prov:Entity"),
    ("dg:Grant", "schema:MonetaryGrant"),
    ("dg:Figure", "schema:Observation"),
    ("dg:Evidence", "prov:Entity"),
}
SUPERPROPERTIES = {
    ("dg:director", "dg:lead"),
    ("dg:lead", "dg:responsiblePerson"),
    ("dg:nationalLead", "dg:responsiblePerson"),
    ("schema:funder", "foaf:fundedBy"),
    ("schema:name", "foaf:name"),
    ("schema:name", "rdfs:label"),
}
INVERSES = {("schema:funding", "schema:fundedItem"), ("dg:figure", "schema:observationAbout")}
MEMBERS_WHERE_ORGANIZATIONS = {"dg:coordinator", "dg:leadOrganization", "dg:nationalLeadOrganization"}
SINGLE_VALUED = {
    "dg:host",
    "dg:status",
    "dg:duration",
    "dg:partnerCount",
    "dg:countryCount",
    "schema:startDate",
    "schema:endDate",
    "schema:foundingDate",
    "schema:amount",
}
MATCHES = {SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "relatedMatch")}
RULES = {RDFS + "subClassOf", RDFS + "subPropertyOf", OWL + "inverseOf", DG + "impliesForOrganizations"}

# Vocabularies without a list of their own: what the ontology may use of them.
LANGUAGE_OF_ONTOLOGIES = {
    *(RDF + name for name in names("type langString")),
    *(RDFS + name for name in names("label comment isDefinedBy subClassOf subPropertyOf domain range Literal")),
    *(OWL + name for name in names("Ontology Class ObjectProperty DatatypeProperty AnnotationProperty")),
    *(OWL + name for name in names("SymmetricProperty FunctionalProperty inverseOf versionInfo")),
    *(XSD + name for name in names("date decimal integer duration boolean string")),
    *(VANN + name for name in names("preferredNamespacePrefix preferredNamespaceUri")),
}
DOCUMENTS = {
    HEADER,
    "https://creativecommons.org/publicdomain/zero/1.0/",
    "https://www.loc.gov/standards/datetime/",
    "https://www.w3.org/TR/sparql11-protocol/",
    SCHEMA,
    FOAF,
    DCTERMS,
    RDF,
    RDFS,
    "http://www.w3.org/ns/prov-o#",
    "http://www.w3.org/2004/02/skos/core",
}


@cache
def triples() -> tuple[ox.Quad, ...]:
    """Everything that ontology/*.ttl says."""
    return tuple(quad for file in FILES for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE))


@cache
def listed() -> frozenset[str]:
    """Every term of the vocabularies' lists."""
    lines = (line for file in LISTS.glob("*.txt") for line in file.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if not line.startswith("#"))


@cache
def context() -> dict[str, object]:
    """The object under @context."""
    return json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]


def objects(subject: str, predicate: str) -> list[ox.NamedNode | ox.Literal]:
    """Return the objects of a subject and predicate."""
    return [each.object for each in triples() if (each.subject.value, each.predicate.value) == (subject, predicate)]


def iris(subject: str, predicate: str) -> set[str]:
    """Return the IRIs among them."""
    return {each.value for each in objects(subject, predicate) if isinstance(each, ox.NamedNode)}


def pairs(predicate: str) -> set[tuple[str, str]]:
    """Return all subjects and objects of a predicate, as prefixed names."""
    return {
        (short(each.subject.value), short(each.object.value)) for each in triples() if each.predicate.value == predicate
    }


def short(iri: str) -> str:
    """Return an IRI as a prefixed name."""
    return next((f"{p}:{iri.removeprefix(ns)}" for p, ns in PREFIXES.items() if iri.startswith(ns)), iri)


def of_type(class_: str) -> set[str]:
    """Return the subjects of a type."""
    return {
        each.subject.value
        for each in triples()
        if each.predicate.value == RDF + "type" and each.object == ox.NamedNode(class_)
    }


def tags(subject: str, predicate: str) -> list[str]:
    """Return the language tags of a subject's literals, in order."""
    return sorted(each.language or "" for each in objects(subject, predicate) if isinstance(each, ox.Literal))


def foreign_subjects() -> set[str]:
    """Terms of other vocabularies about which the ontology says something."""
    return {each.subject.value for each in triples() if not each.subject.value.startswith((DG, ID, HEADER))}


def expand(name: str) -> str:
    """Return what a name in the context stands for."""
    prefix, colon, local = name.partition(":")
    return f"{context()[prefix]}{local}" if colon else name


def definitions() -> dict[str, dict[str, str]]:
    """Return the context's terms, without keywords and prefixes, in expanded form."""
    return {
        name: {"@id": value} if isinstance(value, str) else value
        for name, value in context().items()
        if not name.startswith("@") and not (isinstance(value, str) and value.startswith(("http", "@")))
    }


class TestTerms:
    """Terms of the dg: namespace."""

    @pytest.mark.parametrize("name", TERMS)
    def test_every_term_of_the_model_is_defined(self, name: str) -> None:
        """A name in the data model is a term with a type, a home and its two languages."""
        iri = DG + name
        assert objects(iri, RDF + "type")
        assert iris(iri, RDFS + "isDefinedBy") == {HEADER}
        assert tags(iri, RDFS + "label") == ["en", "sv"]
        assert tags(iri, SKOS + "definition") == ["en", "sv"]

    def test_nothing_else_is_defined(self) -> None:
        """A term that is no longer, or not yet, in the list of this test is noticed."""
        subjects = {each.subject.value for each in triples() if each.subject.value.startswith(DG)}
        assert subjects == {DG + name for name in TERMS}

    def test_nothing_else_is_used(self) -> None:
        """No statement names a dg: term that does not exist."""
        used = {
            node.value for each in triples() for node in (each.predicate, each.object) if isinstance(node, ox.NamedNode)
        }
        assert {iri for iri in used if iri.startswith(DG)} <= {DG + name for name in TERMS}

    def test_kinds_are_those_of_the_list(self) -> None:
        """Classes are classes, and properties lead to things or to literals as the model says."""
        assert of_type(OWL + "Class") == {DG + name for name in CLASSES}
        assert of_type(OWL + "ObjectProperty") == {DG + name for name in [*TO_THINGS, *TO_WORDS]}
        assert of_type(OWL + "DatatypeProperty") == {DG + name for name in [*TO_LITERALS, *LIMITS]}
        assert of_type(OWL + "AnnotationProperty") == {DG + name for name in ABOUT_PROPERTIES}

    @pytest.mark.parametrize("scheme", CLOSED_LISTS)
    def test_closed_lists_hold_their_values(self, scheme: str) -> None:
        """A closed list is a concept scheme, and its values are concepts of it."""
        values = {DG + name for name in CLOSED_LISTS[scheme]}
        assert DG + scheme in of_type(SKOS + "ConceptScheme")
        assert {
            subject for subject in of_type(SKOS + "Concept") if DG + scheme in iris(subject, SKOS + "inScheme")
        } == (values)
        for value in values:
            assert objects(value, SKOS + "prefLabel")
            assert set(objects(value, SKOS + "prefLabel")) == set(objects(value, RDFS + "label"))

    def test_a_property_has_at_most_one_domain_and_range(self) -> None:
        """Several would mean all of them at once; schema:domainIncludes says one of several."""
        for predicate in (RDFS + "domain", RDFS + "range"):
            counted = Counter(each.subject.value for each in triples() if each.predicate.value == predicate)
            assert set(counted.values()) == {1}

    def test_domains_and_ranges_are_not_put_on_others_terms(self) -> None:
        """What another vocabulary's term means is for that vocabulary to say."""
        limits = {RDFS + "domain", RDFS + "range", SCHEMA + "domainIncludes", SCHEMA + "rangeIncludes"}
        assert {each.subject.value for each in triples() if each.predicate.value in limits} <= {
            DG + name for name in [*PROPERTIES, *LIMITS]
        }


class TestHeader:
    """The ontology as a thing of its own."""

    def test_the_header_says_what_it_is(self) -> None:
        """The ontology has a title and a description in two languages, a version and a licence."""
        assert of_type(OWL + "Ontology") == {HEADER}
        assert tags(HEADER, DCTERMS + "title") == ["en", "sv"]
        assert tags(HEADER, DCTERMS + "description") == ["en", "sv"]
        assert len(objects(HEADER, OWL + "versionInfo")) == 1
        assert iris(HEADER, DCTERMS + "license") == {"https://creativecommons.org/publicdomain/zero/1.0/"}


class TestRules:
    """What the build writes into the data from one statement."""

    def test_superclasses_are_those_of_the_model(self) -> None:
        """Exactly the types of the model's table follow, no more."""
        assert pairs(RDFS + "subClassOf") == SUPERCLASSES

    def test_superproperties_are_those_of_the_model(self) -> None:
        """A superproperty is declared only where every sentence for the sub-property supports it."""
        assert pairs(RDFS + "subPropertyOf") == SUPERPROPERTIES

    def test_leading_a_part_is_not_leading_the_whole(self) -> None:
        """No chain of superproperties goes from the national lead to the lead."""
        reached, waiting = set(), {"dg:nationalLead"}
        while waiting:
            each = waiting.pop()
            reached.add(each)
            waiting |= {above for below, above in pairs(RDFS + "subPropertyOf") if below == each} - reached
        assert "dg:lead" not in reached
        assert reached == {"dg:nationalLead", "dg:responsiblePerson"}

    def test_coordinators_are_members_where_they_are_organisations(self) -> None:
        """A person who coordinates is no member, so membership is not a superproperty."""
        assert pairs(DG + "impliesForOrganizations") == {
            (role, "schema:member") for role in MEMBERS_WHERE_ORGANIZATIONS
        }
        assert not {pair for pair in pairs(RDFS + "subPropertyOf") if pair[1] == "schema:member"}

    def test_inverses_and_symmetry_are_those_of_the_model(self) -> None:
        """A grant and its undertaking, a figure and its thing, and two who collaborate name each other."""
        assert pairs(OWL + "inverseOf") == INVERSES
        assert of_type(OWL + "SymmetricProperty") == {DG + "collaboratesWith"}

    def test_single_valued_properties_are_those_of_the_model(self) -> None:
        """Exactly these are decided where sources differ."""
        true = ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))
        assert pairs(DG + "singleValued") == {(name, "true") for name in SINGLE_VALUED}
        assert all(each.object == true for each in triples() if each.predicate.value == DG + "singleValued")

    def test_the_amount_says_of_what_it_is_single(self) -> None:
        """One grant has one amount; the mark explains itself in both languages."""
        assert tags(SCHEMA + "amount", RDFS + "comment") == ["en", "sv"]

    def test_funding_agency_is_not_used(self) -> None:
        """In schema.org a funding agency is a project, so nothing here is one."""
        assert not [each for each in triples() if SCHEMA + "FundingAgency" in str(each)]

    def test_documents_are_nothing_that_foaf_keeps_apart_from_them(self) -> None:
        """No class ends up below foaf:Document and below what it is disjoint with."""
        apart = {"foaf:Organization", "foaf:Project", "foaf:Person"}
        for name in CLASSES:
            above, waiting = set(), {f"dg:{name}"}
            while waiting:
                each = waiting.pop()
                above.add(each)
                waiting |= {upper for lower, upper in pairs(RDFS + "subClassOf") if lower == each} - above
            assert not ("foaf:Document" in above and above & apart)
            assert not ("foaf:Person" in above and above & {"foaf:Organization", "foaf:Project"})

    def test_likeness_is_not_said_twice(self) -> None:
        """What is a rule is not a match as well."""
        rules = {(each.subject, each.object) for each in triples() if each.predicate.value in RULES}
        matched = [(each.subject, each.object) for each in triples() if each.predicate.value in MATCHES]
        assert not rules & set(matched)
        assert len(matched) == len(set(matched))

    def test_matches_lead_to_other_vocabularies(self) -> None:
        """An alignment goes from our terms, or those we use, to another vocabulary's."""
        for each in triples():
            if each.predicate.value in MATCHES:
                assert not each.object.value.startswith((DG, ID))


class TestForeignTerms:
    """Terms of other vocabularies."""

    def test_every_foreign_term_exists(self) -> None:
        """Each term that is not ours is in its vocabulary's list."""
        used = {
            node.value
            for each in triples()
            for node in (each.subject, each.predicate, each.object)
            if isinstance(node, ox.NamedNode) and not node.value.startswith((DG, ID, DOC))
        }
        assert used - listed() - LANGUAGE_OF_ONTOLOGIES - DOCUMENTS == set()

    @pytest.mark.parametrize("iri", sorted(foreign_subjects()))
    def test_foreign_terms_we_use_have_labels_and_a_note(self, iri: str) -> None:
        """A page can name it, and a reader can learn how we use it, in both languages; its home is its own."""
        assert tags(iri, RDFS + "label") == ["en", "sv"]
        assert tags(iri, SKOS + "scopeNote") == ["en", "sv"]
        assert len(iris(iri, RDFS + "isDefinedBy")) == 1
        assert HEADER not in iris(iri, RDFS + "isDefinedBy")

    def test_every_property_of_the_context_has_a_label(self) -> None:
        """What curators can write, pages can name in English and Swedish."""
        for definition in definitions().values():
            iri = expand(definition["@id"])
            if not iri.startswith(SKOS):
                assert tags(iri, RDFS + "label") == ["en", "sv"], iri


class TestForm:
    """The files themselves."""

    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
    def test_there_are_no_blank_nodes(self, file: Path) -> None:
        """Everything has a name, so that the dump is stable."""
        for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE):
            assert not {type(quad.subject), type(quad.object)} & {ox.BlankNode, ox.Triple}

    def test_no_statement_is_made_twice(self) -> None:
        """Each statement stands in one place."""
        assert len(triples()) == len(set(triples()))

    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
    def test_two_parsers_agree(self, file: Path) -> None:
        """rdflib, which the checks use, reads the same triples as pyoxigraph."""
        graph = rdflib.Graph().parse(file, format="turtle")
        other = {each.triple for each in ox.parse(graph.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)}
        assert other == {each.triple for each in ox.parse(path=file, format=ox.RdfFormat.TURTLE)}

    def test_texts_are_tidy(self) -> None:
        """Texts are composed letters with single spaces, and definitions end as sentences do."""
        for each in triples():
            if isinstance(each.object, ox.Literal) and each.object.language:
                text = each.object.value
                assert unicodedata.normalize("NFC", text) == text
                assert " ".join(text.split()) == text
                if each.predicate.value in {SKOS + "definition", SKOS + "scopeNote", RDFS + "comment"}:
                    assert text[0].isupper() or text.startswith("dg:"), text
                    assert text.endswith("."), text


class TestConcepts:
    """The concept schemes of this graph."""

    CONCEPTS = sorted(iri for iri in of_type(SKOS + "Concept") if iri.startswith(ID))
    SCHEMES = sorted(iri for iri in of_type(SKOS + "ConceptScheme") if iri.startswith(ID))

    def test_concepts_file_holds_concepts_and_schemes_only(self) -> None:
        """Every subject under the base is a concept or a scheme."""
        subjects = {each.subject.value for each in triples() if each.subject.value.startswith(ID)}
        assert subjects == {*self.CONCEPTS, *self.SCHEMES}

    @pytest.mark.parametrize("iri", [*CONCEPTS, *SCHEMES])
    def test_labels_and_definition_in_both_languages(self, iri: str) -> None:
        """One preferred label and one definition for each language, and no label twice."""
        assert tags(iri, SKOS + "prefLabel") == ["en", "sv"]
        assert tags(iri, SKOS + "definition") == ["en", "sv"]
        assert not set(objects(iri, SKOS + "prefLabel")) & set(objects(iri, SKOS + "altLabel"))

    @pytest.mark.parametrize("iri", [*CONCEPTS, *SCHEMES])
    def test_slugs_come_from_names(self, iri: str) -> None:
        """The IRI is the slug of the English label, or of an acronym among the others."""
        slug = iri.removeprefix(ID)
        names = [*objects(iri, SKOS + "prefLabel"), *objects(iri, SKOS + "altLabel")]
        assert SLUG.fullmatch(slug)
        assert slug in {slugify(each.value) for each in names if each.language == "en"}

    @pytest.mark.parametrize("iri", CONCEPTS)
    def test_a_concept_has_its_place(self, iri: str) -> None:
        """A concept is in one scheme, at its top or below a broader concept of the same scheme."""
        (scheme,) = iris(iri, SKOS + "inScheme")
        assert scheme in self.SCHEMES
        broader = iris(iri, SKOS + "broader")
        top = iris(iri, SKOS + "topConceptOf")
        assert bool(broader) != bool(top)
        assert top <= {scheme}
        assert bool(top) == (iri in iris(scheme, SKOS + "hasTopConcept"))
        assert all(iris(each, SKOS + "inScheme") == {scheme} for each in broader)

    def test_broader_concepts_form_no_circle(self) -> None:
        """Going up always ends."""
        for iri in self.CONCEPTS:
            above = self._above(iri)
            assert iri not in above
            assert not above & iris(iri, SKOS + "related")

    def _above(self, iri: str) -> set[str]:
        reached: set[str] = set()
        waiting = iris(iri, SKOS + "broader")
        while waiting:
            each = waiting.pop()
            reached.add(each)
            waiting |= iris(each, SKOS + "broader") - reached
        return reached

    def test_related_goes_both_ways(self) -> None:
        """If one concept is related to another, the other says so too."""
        related = pairs(SKOS + "related")
        assert {(there, here) for here, there in related} == related

    def test_a_label_means_one_concept(self) -> None:
        """In a scheme, no two concepts share a label of one language."""
        seen: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        for iri in self.CONCEPTS:
            (scheme,) = iris(iri, SKOS + "inScheme")
            for each in [*objects(iri, SKOS + "prefLabel"), *objects(iri, SKOS + "altLabel")]:
                seen[scheme, each.language, each.value.lower()].add(iri)
        assert [key for key, concepts in seen.items() if len(concepts) > 1] == []

    def test_no_concept_takes_a_things_slug(self) -> None:
        """A slug names one thing: nothing in data/things is also a concept."""
        slugs = {iri.removeprefix(ID) for iri in [*self.CONCEPTS, *self.SCHEMES]}
        for file in sorted((ROOT / "data" / "things").glob("*.yaml")):
            things = re.findall(r"^([a-z0-9-]+):", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert not slugs & set(things), file.name


class TestContext:
    """ontology/context.jsonld."""

    def test_its_version_and_vocabulary_are_fixed(self) -> None:
        """Version 1.1, words of closed lists from dg:, and no base: that is for each graph project to say."""
        assert context()["@version"] == 1.1
        assert context()["@vocab"] == DG
        assert "@base" not in context()

    def test_prefixes_are_right(self) -> None:
        """A prefix means the same here as everywhere else."""
        known = {**PREFIXES, "void": "http://rdfs.org/ns/void#", "dcat": "http://www.w3.org/ns/dcat#"}
        prefixes = {
            name: value for name, value in context().items() if str(value).startswith("http") and name[0] != "@"
        }
        assert prefixes == {name: known[name] for name in prefixes}
        assert set(prefixes) >= {"dg", "schema", "foaf", "prov", "skos", "dcterms", "rdf", "rdfs", "xsd"}

    @pytest.mark.parametrize("name", definitions())
    def test_every_term_stands_for_something_defined(self, name: str) -> None:
        """The ontology or a vocabulary's list has the term, and the entry holds no other keys than these."""
        definition = definitions()[name]
        iri = expand(definition["@id"])
        assert iri in listed() | LANGUAGE_OF_ONTOLOGIES | {DG + each for each in TERMS}
        assert set(definition) <= {"@id", "@type", "@container"}
        assert definition.get("@container", "@set") in {"@language", "@set"}
        assert not (definition.get("@container") == "@language" and "@type" in definition)
        kind = definition.get("@type", "@id")
        assert kind in {"@id", "@vocab"} or expand(kind) in LANGUAGE_OF_ONTOLOGIES

    @pytest.mark.parametrize("name", [*CLASSES, *PROPERTIES])
    def test_every_class_and_property_can_be_written(self, name: str) -> None:
        """A dg: term has an entry of its own name; rules for the build need none."""
        if name != "impliesForOrganizations":
            assert definitions()[name]["@id"] == f"dg:{name}"

    @pytest.mark.parametrize("name", [*TO_THINGS, *TO_WORDS, *TO_LITERALS])
    def test_values_are_read_as_the_ontology_says(self, name: str) -> None:
        """Things are IRIs, words come from their closed list, literals have the range's datatype."""
        definition = definitions()[name]
        (range_,) = iris(DG + name, RDFS + "range") or {None}
        if name in TO_WORDS:
            assert definition["@type"] == "@vocab"
        elif name in TO_THINGS:
            assert definition["@type"] == "@id"
        elif range_ == RDF + "langString":
            assert definition["@container"] == "@language"
        elif range_ == RDFS + "Literal":
            assert set(definition) == {"@id"}
        else:
            assert expand(definition["@type"]) == range_

    def test_no_term_hides_a_word_of_a_closed_list(self) -> None:
        """Were "about" a term, ``qualifier: about`` would mean that term."""
        assert not WORDS & set(context())

    def test_classes_are_capitalised_and_properties_are_not(self) -> None:
        """The first letter tells a class from a property, as readers of the context rely on."""
        for name, definition in definitions().items():
            local = re.split("[:/#]", definition["@id"])[-1]
            assert name[0].isupper() == local[0].isupper()

    def test_dates_are_read_by_their_form(self) -> None:
        """A day, a month and a year have different datatypes, so none is fixed."""
        for name in ("startDate", "endDate", "foundingDate", "asOf", "datePublished", "dateModified"):
            assert set(definitions()[name]) == {"@id"}

    # rdflib's own JSON-LD parser uses a class that rdflib deprecates.
    @pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
    def test_two_parsers_read_the_same(self) -> None:
        """Both make the same triples of a document that uses the context."""
        document = {
            "@context": {**context(), "@base": ID},
            "id": "hds",
            "type": ["Project", "schema:Project"],
            "name": {"en": "Health Data Sweden"},
            "alternateName": "HDS",
            "host": "kth",
            "status": "completed",
            "partnerCount": 18,
            "duration": "P3Y",
            "startDate": {"@value": "2022-09", "@type": "xsd:gYearMonth"},
            "homepage": "https://www.healthdatasweden.eu/",
            "figure": {"id": "hds-figure-partners-at-least", "type": "Figure", "qualifier": "at-least", "value": 18},
        }
        text = json.dumps(document)
        ours = {each.triple for each in ox.parse(text, format=ox.RdfFormat.JSON_LD)}
        graph = rdflib.Graph().parse(data=text, format="json-ld")
        theirs = {each.triple for each in ox.parse(graph.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES)}
        assert ours == theirs
        hds = ox.NamedNode(ID + "hds")
        assert ox.Triple(hds, ox.NamedNode(DG + "host"), ox.NamedNode(ID + "kth")) in ours
        assert ox.Triple(hds, ox.NamedNode(DG + "status"), ox.NamedNode(DG + "completed")) in ours
        assert ox.Triple(hds, ox.NamedNode(SCHEMA + "alternateName"), ox.Literal("HDS")) in ours
        assert {each.object for each in ours if each.predicate.value == DG + "qualifier"} == {
            ox.NamedNode(DG + "at-least")
        }


def test_every_term_and_concept_has_a_source() -> None:
    """A vocabulary or specification, the documents that speak of it, or this ontology itself."""
    store = ox.Store()
    for name in ("digigraph.ttl", "concepts.ttl"):
        store.load(path=Path(__file__).parent.parent.parent / "ontology" / name, format=ox.RdfFormat.TURTLE)
    unsourced = store.query(
        """SELECT DISTINCT ?term { ?term a ?type FILTER NOT EXISTS { ?term <http://purl.org/dc/terms/source> ?source }
        FILTER(REGEX(STR(?term), "^https://w3id.org/digigraph/(ns#|id/)"))
        FILTER(?type != <http://www.w3.org/2004/02/skos/core#ConceptScheme>) }"""
    )
    assert [row["term"].value for row in unsourced] == []
