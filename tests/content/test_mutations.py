"""Each fact of the documents deleted, and each broken as curators mistype: some question or some check turns red.

A mutation is made on what was read, and asked for in two ways. The quick way replaces the quads of one document in a
store of the whole graph and asks the registers, whose rows stand and fall with the sentences. What they do not see is
built anew as a whole, asked every question, and checked; shapes last, for they are slow.

Mutations that nothing notices stand in ``survivors.txt``, each with the reason why nothing should.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.dataset.build import build
from digigraph.iris import Iris
from digigraph.sources.facts.assertions import Slug
from digigraph.sources.read import read_project
from digigraph.validation.check import check, check_shapes
from digigraph.validation.rules.evidence import check_dates, check_evidence_graphs, check_roles
from digigraph.validation.rules.quotes import check_quotes
from digigraph.validation.rules.terms import Terms, check_terms
from digigraph.vocab import DCTERMS, DG, FOAF, OWL, RDF, RDFS, SCHEMA, SKOS, XSD
from questions import NAMES, bound, read_expected, read_question, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from projects import Project

    from digigraph.dataset.statements import Dataset
    from digigraph.findings import Finding
    from digigraph.settings import Settings
    from digigraph.sources.corpus import Corpus
    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.facts.documents import Document, Fact
    from digigraph.sources.facts.quoting import Span
    from questions import Row

SURVIVORS = Path(__file__).parent / "survivors.txt"
LEAST_CAUGHT = 0.95
EVERY_NTH_FACT = 12
# Of those that the quick way sees, so many are built as a whole to see whether it saw what is there.
EVERY_NTH_MUTANT = 150
NUMERIC = {XSD[name] for name in ("integer", "decimal", "nonNegativeInteger", "positiveInteger")}
DATES = {XSD[name] for name in ("date", "gYearMonth", "gYear")}
# What a curator may write for another of the same kind.
CONFUSED_CLASSES = {
    "Project": "Initiative",
    "Initiative": "Project",
    "WorkPart": "Project",
    "Organization": "Infrastructure",
    "Infrastructure": "Organization",
    "Programme": "Policy",
    "Policy": "Programme",
}
CONFUSED_WORDS = {
    "exact": "about",
    "about": "exact",
    "at-least": "up-to",
    "up-to": "at-least",
    "planned": "running",
    "running": "completed",
    "completed": "running",
}
CONFUSED_PROPERTIES = {
    DG["host"]: DG["coordinator"],
    DG["coordinator"]: DG["host"],
    DG["lead"]: DG["nationalLead"],
    DG["director"]: DG["lead"],
    DG["nationalLead"]: DG["lead"],
    DG["leadOrganization"]: DG["nationalLeadOrganization"],
    DG["nationalLeadOrganization"]: DG["leadOrganization"],
    DG["nationalCoordinator"]: DG["coordinator"],
    DG["leadCountry"]: SCHEMA["location"],
    DG["coordinatesAcross"]: DG["collaboratesWith"],
    DG["collaboratesWith"]: SCHEMA["member"],
    DG["fundingScheme"]: SCHEMA["funder"],
    DG["buildsOn"]: DG["originatedIn"],
    DG["originatedIn"]: DG["buildsOn"],
    DG["supports"]: DG["buildsOn"],
    DG["partnerCount"]: DG["countryCount"],
    DG["countryCount"]: DG["partnerCount"],
    DG["focusArea"]: SCHEMA["knowsAbout"],
    SCHEMA["knowsAbout"]: DG["focusArea"],
    SCHEMA["member"]: DG["collaboratesWith"],
    SCHEMA["funder"]: DG["fundingScheme"],
    SCHEMA["founder"]: SCHEMA["member"],
    SCHEMA["affiliation"]: SCHEMA["parentOrganization"],
    SCHEMA["location"]: DG["leadCountry"],
    SCHEMA["parentOrganization"]: DCTERMS["isPartOf"],
    DCTERMS["isPartOf"]: DG["supports"],
    SCHEMA["startDate"]: SCHEMA["endDate"],
    SCHEMA["endDate"]: SCHEMA["startDate"],
    SCHEMA["foundingDate"]: SCHEMA["startDate"],
    SCHEMA["datePublished"]: SCHEMA["dateModified"],
    SCHEMA["dateModified"]: SCHEMA["datePublished"],
    SCHEMA["name"]: SCHEMA["alternateName"],
    SCHEMA["alternateName"]: SCHEMA["name"],
    SCHEMA["jobTitle"]: SCHEMA["alternateName"],
    SCHEMA["url"]: FOAF["homepage"],
}


@dataclass(frozen=True)
class Mutant:
    """One fact, broken in one way; without it where it is deleted.

    Parameters
    ----------
    family
        The way: deleted, object, number, ….
    document, fact
        Where it stands in what was read.
    quote
        The words of the fact.
    what
        What is broken, for the list.
    broken
        The fact as it would be read.
    """

    family: str
    document: int
    fact: int
    quote: str
    what: str
    broken: Fact | None


class Kinds:
    """Which things are of the same kind, for a curator who takes the wrong one."""

    def __init__(self, corpus: Corpus, iris: Iris) -> None:
        same = {"Initiative": "Project", "WorkPart": "Project", "Infrastructure": "Organization", "Place": "Country"}
        kinds: defaultdict[str, set[str]] = defaultdict(set)
        for each in corpus.things:
            if each.property == RDF["type"] and isinstance(each.value, ox.NamedNode):
                name = re.split(r"[#/]", each.value.value)[-1]
                kinds[same.get(name, name)].add(each.subject)
        for located in corpus.ontology:
            quad = located.quad
            if quad.predicate == SKOS["inScheme"]:
                kinds[str(quad.object)].add(quad.subject.value.removeprefix(iris.thing("").value))
        kinds["document"] = {each.slug for each in corpus.documents}
        self._next: dict[str, str] = {}
        for slugs in kinds.values():
            ordered = sorted(slugs)
            self._next |= dict(zip(ordered, [*ordered[1:], ordered[0]], strict=True))

    def sibling(self, slug: str) -> str | None:
        """Return another of the same kind; None where a thing has no kind, as a grant has none."""
        return self._next.get(slug)


def rewritten(fact: Fact, change: Callable[[Assertion], Assertion]) -> Fact:
    """Return a fact with a change to each assertion, also where another remembers it."""

    def changed(each: Assertion) -> Assertion:
        link = changed(each.introduced_by) if each.introduced_by else None
        return dataclasses.replace(change(each), introduced_by=link)

    return dataclasses.replace(fact, assertions=tuple(changed(each) for each in fact.assertions))


def with_one(fact: Fact, which: Assertion, **changes: object) -> Fact:
    """Return a fact with one assertion changed."""
    return rewritten(fact, lambda each: dataclasses.replace(each, **changes) if each == which else each)


def renamed(fact: Fact, old: str, new: str) -> Fact:
    """Return a fact that calls a node by another slug."""

    def change(each: Assertion) -> Assertion:
        subject = new if each.subject == old else each.subject
        value = Slug(new) if isinstance(each.value, Slug) and each.value == old else each.value
        return dataclasses.replace(each, subject=subject, value=value)

    return rewritten(fact, change)


def plain(each: Assertion) -> str:
    """Return an assertion for the list."""
    value = each.value if isinstance(each.value, str) else each.value.value
    name = re.split(r"[#/]", each.property.value)[-1]
    return f"{each.subject} {name} {re.split(r'[#/]', value)[-1] if isinstance(each.value, ox.NamedNode) else value}"


def _other_object(fact: Fact, kinds: Kinds) -> Iterator[tuple[str, Fact]]:
    for each in fact.assertions:
        if isinstance(each.value, Slug) and each.property != SCHEMA["observationAbout"]:
            other = kinds.sibling(each.value)
            if other is None:
                continue
            broken = with_one(fact, each, value=Slug(other))
            if each.property == SCHEMA["measuredProperty"]:
                broken = renamed(broken, each.subject, each.subject.replace(each.value, other))
            yield f"{plain(each)} → {other}", broken
        elif isinstance(each.value, ox.NamedNode):
            name = each.value.value.removeprefix(str(DG))
            other = CONFUSED_WORDS.get(name) or (CONFUSED_CLASSES.get(name) if each.introduced_by is None else None)
            if other is None:
                continue
            broken = with_one(fact, each, value=DG[other])
            if each.property == DG["qualifier"]:
                broken = renamed(broken, each.subject, each.subject.removesuffix(name) + other)
            yield f"{plain(each)} → {other}", broken


def _other_number(fact: Fact, _: Kinds) -> Iterator[tuple[str, Fact]]:
    for each in fact.assertions:
        if isinstance(each.value, ox.Literal) and each.value.datatype in NUMERIC:
            for by in (1, -1):
                number = str(int(each.value.value) + by)
                broken = with_one(fact, each, value=ox.Literal(number, datatype=each.value.datatype))
                if each.subject.startswith("amount-"):
                    broken = renamed(broken, each.subject, each.subject.replace(each.value.value, number))
                yield f"{plain(each)} → {number}", broken
        elif each.property == SCHEMA["currency"]:
            broken = with_one(fact, each, value=ox.Literal("DKK"))
            yield f"{plain(each)} → DKK", renamed(broken, each.subject, re.sub("-(sek|eur)-", "-dkk-", each.subject))


def _shifted(value: ox.Literal) -> ox.Literal:
    """Return a date one day, month or year later, as precise as it is, or a duration one unit longer."""
    if value.datatype == XSD["date"]:
        text = (dt.date.fromisoformat(value.value) + dt.timedelta(days=1)).isoformat()
    else:
        text = re.sub(r"\d+(?=\D*$)", lambda last: f"{int(last[0]) + 1:0{len(last[0])}}", value.value)
    return ox.Literal(text, datatype=value.datatype)


def _other_date(fact: Fact, _: Kinds) -> Iterator[tuple[str, Fact]]:
    for each in fact.assertions:
        if isinstance(each.value, ox.Literal) and each.value.datatype in {*DATES, XSD["duration"]}:
            later = _shifted(each.value)
            yield f"{plain(each)} → {later.value}", with_one(fact, each, value=later)


def _other_subject(fact: Fact, kinds: Kinds) -> Iterator[tuple[str, Fact]]:
    for old in dict.fromkeys(each.subject for each in fact.assertions if each.introduced_by is None):
        new = kinds.sibling(old)
        if new is None:
            continue
        own = {each.subject for each in fact.assertions if each.introduced_by and each.subject.startswith(f"{old}-")}

        def change(each: Assertion, old: str = old, new: str = new, own: set[str] = own) -> Assertion:
            subject, value = each.subject, each.value
            if subject == old or subject in own:
                subject = new + subject.removeprefix(old)
            if isinstance(value, Slug) and (value in own or each.property == SCHEMA["observationAbout"]):
                value = Slug(new + value.removeprefix(old))
            return dataclasses.replace(each, subject=subject, value=value)

        yield f"{old} → {new}", rewritten(fact, change)


def _other_property(fact: Fact, _: Kinds) -> Iterator[tuple[str, Fact]]:
    for each in fact.assertions:
        other = CONFUSED_PROPERTIES.get(each.property)
        if other is not None and each.introduced_by is None:
            name = re.split(r"[#/]", other.value)[-1]
            yield f"{plain(each)} → {name}", with_one(fact, each, property=other)


def _other_language(fact: Fact, _: Kinds) -> Iterator[tuple[str, Fact]]:
    wrong = {"sv": "en", "en": "sv"}
    yield f"quote {fact.language}", dataclasses.replace(fact, language=wrong[fact.language])
    for each in fact.assertions:
        if not isinstance(each.value, ox.Literal):
            continue
        if each.value.language is not None:
            tagged = ox.Literal(each.value.value, language=wrong[each.value.language])
            yield f"{plain(each)} @{each.value.language}", with_one(fact, each, value=tagged)
        elif each.property == SCHEMA["alternateName"]:
            tagged = ox.Literal(each.value.value, language=fact.language)
            yield f"{plain(each)} without a language", with_one(fact, each, value=tagged)


def _misspelt(fact: Fact, _: Kinds) -> Iterator[tuple[str, Fact]]:
    for each in fact.assertions:
        value = each.value
        if isinstance(value, ox.Literal) and (value.language or value.datatype == XSD["string"]):
            at = len(value.value) // 2
            text = value.value[:at] + value.value[at + 1 :]
            short = ox.Literal(text, language=value.language) if value.language else ox.Literal(text)
            yield f"{plain(each)} a letter short", with_one(fact, each, value=short)


def _other_basis(fact: Fact, _: Kinds) -> Iterator[tuple[str, Fact]]:
    if fact.implied is None:
        yield "explicit → implied", dataclasses.replace(fact, implied="A reader concludes it.")
    else:
        yield "implied → explicit", dataclasses.replace(fact, implied=None)


def _claim_left_out(fact: Fact, _: Kinds) -> Iterator[tuple[str, Fact]]:
    claims = [each for each in fact.assertions if each.introduced_by is None]
    for claim in claims if len(claims) > 1 else []:
        kept = tuple(each for each in fact.assertions if claim not in _introducers(each))
        yield plain(claim), dataclasses.replace(fact, assertions=kept)


def _introducers(each: Assertion) -> Iterator[Assertion]:
    following: Assertion | None = each
    while following is not None:
        yield following
        following = following.introduced_by


WAYS: dict[str, Callable[[Fact, Kinds], Iterator[tuple[str, Fact]]]] = {
    "object": _other_object,
    "number": _other_number,
    "date": _other_date,
    "subject": _other_subject,
    "property": _other_property,
    "language": _other_language,
    "spelling": _misspelt,
    "basis": _other_basis,
    "claim left out": _claim_left_out,
}


def cut_short(fact: Fact, document: Document) -> Iterator[tuple[str, Fact]]:
    """Yield a fact without the last and without the first word of its quote, where two words are left."""
    words = fact.quote.split()
    for name, left in (("last", words[:-1]), ("first", words[1:])):
        short = " ".join(left)
        for span in document.text.find(short) if len(left) > 1 else []:
            if fact.span.start <= span.start and span.end <= fact.span.end:
                yield f"without its {name} word", dataclasses.replace(fact, span=span, quote=short)
                break


def elsewhere(fact: Fact, document: Document) -> Iterator[tuple[str, Fact]]:
    """Yield a fact that quotes the same words where they stand another time."""
    for number, span in enumerate(document.text.find(fact.quote), start=1):
        if span != fact.span:
            yield f"occurrence {number}", dataclasses.replace(fact, span=span)


def other_time(fact: Fact, document: Document) -> Iterator[tuple[str, Fact]]:
    """Yield a fact that holds for another time: a wrong date of its own, or the document's where it has one."""
    ((usual, _),) = Counter(each.as_of for each in document.facts).most_common(1)
    later = ox.Literal("2018", datatype=XSD["gYear"]) if fact.as_of is None else _shifted(fact.as_of)
    yield f"asOf {later.value}", dataclasses.replace(fact, as_of=later)
    if fact.as_of != usual:
        yield "asOf left out", dataclasses.replace(fact, as_of=usual)


def mutants(corpus: Corpus, kinds: Kinds) -> Iterator[tuple[int, Mutant]]:
    """Yield every mutant, with the number of its fact, counted over all documents."""
    number = 0
    for at, document in enumerate(corpus.documents):
        for place, fact in enumerate(document.facts):
            yield number, Mutant("deleted", at, place, fact.quote, "the fact", None)
            for what, broken in [*cut_short(fact, document), *elsewhere(fact, document)]:
                yield number, Mutant("quote", at, place, fact.quote, what, broken)
            for what, broken in other_time(fact, document):
                yield number, Mutant("date", at, place, fact.quote, what, broken)
            for family, way in WAYS.items():
                for what, broken in way(fact, kinds):
                    yield number, Mutant(family, at, place, fact.quote, what, broken)
            number += 1


@dataclass(frozen=True)
class Asked:
    """A question, whose rows are known."""

    name: str
    text: str
    rows: Counter[Row]


def _unasked(_: str) -> None:
    """Stored queries are asked by the bench itself, whose expectations are stricter than their promises."""


class Bench:
    """What was read, and what tells a mutant of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._iris = Iris(settings.base_iri)
        self.corpus = read_project(settings)
        self.kinds = Kinds(self.corpus, self._iris)
        self._questions = list(self._read_questions())
        self._registers = [each for each in self._questions if each.name.startswith("register-")]
        # What the rules of the model need to build one document: its rules, and what is an organisation.
        rules = {RDFS["subClassOf"], RDFS["subPropertyOf"], OWL["inverseOf"], DG["impliesForOrganizations"]}
        self._small = dataclasses.replace(
            self.corpus,
            ontology=tuple(
                each
                for each in self.corpus.ontology
                if each.quad.predicate in {*rules, DG["singleValued"]} or each.quad.object == OWL["SymmetricProperty"]
            ),
            things=tuple(
                each
                for each in self.corpus.things
                if each.property == RDF["type"] and each.value in {DG["Organization"], DG["Infrastructure"]}
            ),
        )
        whole = build(self.corpus, settings)
        self._findings = Counter(_known(each) for each in check(self.corpus, whole, settings, _unasked))
        self._whole = whole.quads
        self._store = ox.Store()
        self._store.extend(whole.quads)

    def _read_questions(self) -> Iterator[Asked]:
        for name in NAMES:
            question, expected = read_question(name), read_expected(name, self._iris)
            yield Asked(name, question.text, Counter(each.row for each in expected.rows))
            if question.parameters:
                text = bound(question, expected, self._iris)
                yield Asked(name, text, Counter(each.row for each in expected.bound_rows))

    def red_unbroken(self) -> list[str]:
        """Return the questions that have other rows before anything is broken."""
        return [each.name for each in self._questions if self._is_red(each, self._store)]

    @staticmethod
    def _is_red(asked: Asked, store: ox.Store) -> bool:
        return Counter(rows_of(store, asked.text)) != asked.rows

    def _of_evidence(self, document: Document, spans: set[Span]) -> frozenset[ox.Quad]:
        """The evidence of some spans of a document, and what it claims; not what of it is accepted."""
        facts = tuple(each for each in document.facts if each.span in spans)
        documents = (dataclasses.replace(document, facts=facts),)
        quads = build(dataclasses.replace(self._small, documents=documents), self._settings).quads
        evidence = {each.subject for each in quads if each.predicate == DG["quote"]}
        return frozenset(each for each in quads if each.graph_name in evidence or each.subject in evidence)

    def change_of(self, mutant: Mutant) -> tuple[frozenset[ox.Quad], frozenset[ox.Quad]]:
        """Return the quads of evidence that go and those that come; none where nothing is broken after all."""
        document = self.corpus.documents[mutant.document]
        spans = {document.facts[mutant.fact].span}
        if mutant.broken is not None:
            spans.add(mutant.broken.span)
        before = self._of_evidence(document, spans)
        after = self._of_evidence(self._broken(mutant)[mutant.document], spans)
        return before - after, after - before

    def _broken(self, mutant: Mutant) -> tuple[Document, ...]:
        documents = list(self.corpus.documents)
        facts = list(documents[mutant.document].facts)
        facts[mutant.fact : mutant.fact + 1] = [mutant.broken] if mutant.broken else []
        documents[mutant.document] = dataclasses.replace(documents[mutant.document], facts=tuple(facts))
        return tuple(documents)

    def told(self, found: Iterable[Mutant]) -> dict[Mutant, str | None]:
        """Return for each mutant a question, or the rule of a check, that is red; None where nothing is.

        A mutant that gives the same graph, to the quad, is none and left out.
        """
        told = {}
        for each in found:
            gone, come = self.change_of(each)
            if gone or come:
                told[each] = self._told_quickly(gone, come) or self.told_slowly(each)
        return told

    def _told_quickly(self, gone: frozenset[ox.Quad], come: frozenset[ox.Quad]) -> str | None:
        """Return the name of a register that is red when these quads go and come."""
        for quad in gone:
            self._store.remove(quad)
        self._store.extend(come)
        try:
            for at, asked in enumerate(self._registers):
                if self._is_red(asked, self._store):
                    # The next mutant is like this one: its register is asked first.
                    self._registers.insert(0, self._registers.pop(at))
                    return asked.name
            return None
        finally:
            for quad in come:
                self._store.remove(quad)
            self._store.extend(gone)

    def told_slowly(self, mutant: Mutant) -> str | None:
        """Return the same of the whole graph, built anew: any question, or the rule of any check."""
        corpus = dataclasses.replace(self.corpus, documents=self._broken(mutant))
        dataset = build(corpus, self._settings)
        store = ox.Store()
        store.extend(dataset.quads)
        for asked in self._questions:
            if self._is_red(asked, store):
                return asked.name
        return self._told_by_check(corpus, dataset)

    def _told_by_check(self, corpus: Corpus, dataset: Dataset) -> str | None:
        texts = {self._iris.document_version(each.slug, each.version).value: each.text for each in corpus.documents}
        found = [
            *dataset.findings,
            *check_quotes(dataset, texts),
            *check_roles(dataset, self._iris),
            *check_evidence_graphs(dataset, self._iris),
            *check_dates(corpus.documents),
            *check_terms(Terms(corpus.ontology), dataset.statements, {}),
        ]
        for each in found:
            if _known(each) not in self._findings:
                return each.rule
        # Shapes are checked on what is accepted: where that is the same, they say the same.
        if dataset.quads == self._whole:
            return None
        return next(
            (each.rule for each in check_shapes(corpus, dataset, self._iris) if _known(each) not in self._findings),
            None,
        )

    def line(self, mutant: Mutant) -> str:
        """Return a mutant as the list of survivors has it, without the reason."""
        slug = self.corpus.documents[mutant.document].slug
        return f"{mutant.family} | {slug} | {mutant.quote} | {mutant.what}"


def _known(finding: Finding) -> tuple[str, str]:
    return (finding.rule, finding.message)


def listed_survivors() -> dict[str, str]:
    """Return the mutants that are known to go unnoticed, each with its reason."""
    lines = SURVIVORS.read_text(encoding="utf-8").splitlines()
    entries = [line.rsplit(" | ", 1) for line in lines if line and not line.startswith("#")]
    return dict(entries)


@pytest.fixture(scope="module")
def bench(repository: Project) -> Bench:
    """The facts of this repository."""
    return Bench(repository.settings)


@pytest.fixture(scope="module")
def told(bench: Bench) -> dict[Mutant, str | None]:
    """What tells each mutant."""
    return bench.told(each for _, each in mutants(bench.corpus, bench.kinds))


@pytest.mark.long
@pytest.mark.timeout(900)
class TestEveryFact:
    """Every mutant of every fact."""

    def test_at_least_95_percent_of_each_family_are_told(self, told: dict[Mutant, str | None]) -> None:
        """Deletions and every way of breaking a fact, each by itself."""
        made = Counter(each.family for each in told)
        caught = Counter(each.family for each, teller in told.items() if teller)
        assert made.keys() == {"deleted", "quote", *WAYS}
        assert {each: caught[each] / made[each] for each in made if caught[each] < LEAST_CAUGHT * made[each]} == {}

    def test_survivors_are_those_listed(self, told: dict[Mutant, str | None], bench: Bench) -> None:
        """Nothing goes unnoticed that is not listed, and nothing is listed that is noticed."""
        assert {bench.line(each) for each, teller in told.items() if teller is None} == listed_survivors().keys()

    def test_the_quick_way_sees_what_is_there(self, told: dict[Mutant, str | None], bench: Bench) -> None:
        """A mutant that a register tells in the store is told by the graph that is built anew."""
        quick = [each for each, teller in told.items() if teller and teller.startswith("register-")]
        assert [bench.line(each) for each in quick[::EVERY_NTH_MUTANT] if bench.told_slowly(each) is None] == []


class TestSomeFacts:
    """Every mutant of every twelfth fact."""

    def test_nothing_is_red_before(self, bench: Bench) -> None:
        """All questions have their rows while nothing is broken."""
        assert bench.red_unbroken() == []

    def test_mutants_of_a_sample_are_told(self, bench: Bench) -> None:
        """What is not listed as a survivor is noticed."""
        known = listed_survivors()
        sample = [
            each
            for number, each in mutants(bench.corpus, bench.kinds)
            if number % EVERY_NTH_FACT == 0 and bench.line(each) not in known
        ]
        told = bench.told(sample)
        assert len(told) > EVERY_NTH_FACT
        assert [bench.line(each) for each, teller in told.items() if teller is None] == []

    def test_survivors_have_reasons(self) -> None:
        """Each a sentence."""
        assert [each for each in listed_survivors().values() if not each.endswith(".")] == []
