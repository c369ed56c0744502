"""What a facts file says of its subjects, as assertions: subject, property, value, and where it is written.

Money, grants, figures and identifiers are nodes of their own in the graph; in a facts file they are written as one
value and unfolded here. Each assertion of such a node remembers the one that introduces it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import SLUG, slugify
from digigraph.sources.facts import values
from digigraph.sources.facts.assertions import Assertion, Slug, Value, placed
from digigraph.sources.facts.commas import with_whole_numbers
from digigraph.sources.facts.identifiers import SCHEMES, misnamed_scheme, same_as, scheme_beside
from digigraph.sources.facts.languages import language
from digigraph.sources.facts.misnamed import named_by
from digigraph.sources.facts.misplaced import Place, elsewhere, is_misplaced, meant
from digigraph.sources.facts.nodes import below, each_of, fields_of, number, required, says_nothing, takes_languages
from digigraph.sources.files.records import Fields, Items, Malformed, Node, Noting, Refused, Scalar, list_in_list
from digigraph.sources.ontology.terms import Context, Kind, Term
from digigraph.suggestions import did_you_mean, is_near
from digigraph.vocab import DCTERMS, DG, FOAF, RDF, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Finding, Location


LINK_TERMS = frozenset({SCHEMA["url"], SCHEMA["sameAs"], FOAF["homepage"], DCTERMS["license"]})
"""Properties whose value is an address, never a thing of the graph."""


_FORMS: dict[ox.NamedNode, Callable[[Scalar], ox.NamedNode | ox.Literal]] = {
    **dict.fromkeys(values.DATE_TERMS, values.date),
    **dict.fromkeys(LINK_TERMS, values.address),
    DG["sourceRank"]: values.rank,
}
"""Properties whose values are written in a way of their own, whatever the context says of them."""


class ClaimReader:
    """Turns the mappings of a facts file into assertions; what is malformed is noted, and reading goes on.

    Parameters
    ----------
    context
        The project's terms.
    findings
        Where mistakes are noted.
    source
        Slug of the document; names a grant that has neither number nor funder.
    language
        Language of text that does not say its own; None: text must say it where the term asks for one.
    kinds
        Names of the classes that the subject may have; none: any.
    """

    def __init__(
        self,
        context: Context,
        findings: list[Finding],
        *,
        source: str,
        language: str | None,
        kinds: Collection[str] = (),
    ) -> None:
        self._context = context
        self._findings = findings
        self._source = source
        self._language = language
        self._kinds = kinds
        self.missed: set[tuple[str, ox.NamedNode]] = set()
        """Subjects, each with a property of which a value was said that could not be read."""
        self.unplaced: list[Assertion] = []
        """What was said of a subject that nobody can tell, under an empty slug: only its values can be looked at.

        So are subjects of which nothing was said that could be read.
        """

    def noting(self) -> Noting:
        """Note a malformed node as a finding and go on behind the ``with`` block."""
        return Noting(self._findings)

    def read(self, node: Node) -> list[Assertion]:
        """Read one entry of ``says``: a subject and what is said of it."""
        subject, key = "", None
        with self.noting():
            if isinstance(node, Refused):
                raise node.reason
            key = self._subject_key(node) if isinstance(node, Fields) else None
            if key is None or not isinstance(node, Fields):
                node, hint = below(node, self._context.terms)
                raise Malformed("fact", "An entry says something of a subject.", node.location, hint=hint)
            subject = named_by(node.nodes[key])
            if len(node.keys) == 1 and node.is_whole:
                hint = f"Write what the words say: {{subject: {subject}, term: …}}."
                raise Malformed("fact", f"Nothing is said of {subject}.", node.location, hint=hint)
        if not isinstance(node, Fields):
            return []
        assertions = self.of(subject, node, place=Place.ENTRY, without=() if key is None else {key})
        if key is not None and subject:
            place = node.nodes[key].location
            if not assertions:
                self.unplaced.append(Assertion("", DCTERMS["subject"], Slug(subject), place))
            return placed(assertions, subject, place)
        self.unplaced += assertions
        return []

    def _subject_key(self, fields: Fields) -> str | None:
        """The key under which the subject stands; one that is misspelt is noted, where it is clear which is meant."""
        if "subject" in fields.keys:
            return "subject"
        near = [each for each in fields.keys.keys() - self._context.terms.keys() if is_near(each, "subject")]
        if len(near) != 1:
            return None
        message, hint = f"An entry has no key {near[0]!r}.", did_you_mean(near[0], ["subject"])
        self._findings.append(Malformed("key", message, fields.keys[near[0]], hint=hint).finding)
        return near[0]

    def of(self, subject: str, fields: Fields, *, place: Place, without: Iterable[str] = ()) -> list[Assertion]:
        """Read what a mapping says of a subject, leaving out the keys named."""
        assertions: list[Assertion] = []
        fields = with_whole_numbers(fields)
        types = fields.nodes.get("type")
        said = types.nodes if isinstance(types, Items) else [types]
        named = [each.text for each in said if isinstance(each, Scalar)]
        classes = {self._context.classes[each] for each in named if each in self._context.classes}
        for name, node in fields.nodes.items():
            if name not in without:
                known = len(self._findings)
                with self.noting():
                    self._in_place(subject, name, fields.keys[name], place, classes)
                    assertions += self._property(subject, name, fields.keys[name], node)
                if len(self._findings) > known:
                    words = filter(None, (name, meant(name)))
                    self.missed |= {(subject, each) for word in words for each in self._context.meant(word)}
        return assertions

    def _in_place(
        self, subject: str, name: str, location: Location, place: Place, classes: AbstractSet[ox.NamedNode]
    ) -> None:
        """Make sure that a key stands where it says something."""
        terms, domains = self._context.terms, self._context.domains
        hint = elsewhere(name, place, terms)
        if name not in terms and hint is not None:
            raise Malformed("unknown-term", f"There is no term {name!r}.", location, hint=hint)
        if name in terms and is_misplaced(terms[name], subject, place, classes, domains):
            nodes = sorted(re.split("[/#]", each.value)[-1] for each in domains.of(terms[name].iri))
            hint = hint or f"It is a property of {' and '.join(nodes)}."
            raise Malformed("key", f"{name} is no property of {place.value}.", location, hint=hint)

    def _property(self, subject: str, name: str, place: Location, node: Node) -> list[Assertion]:
        assertions: list[Assertion] = []
        if name == "type":
            for each in self._each_of(node):
                with self.noting():
                    class_ = self._context.class_(values.scalar(each).text, each.location, offered=self._kinds)
                    assertions.append(Assertion(subject, RDF["type"], class_, each.location))
            return assertions
        # What stands between commas in {…} is a key without a value.
        is_alone = isinstance(node, Scalar) and not node.text
        hint = f"Several values stand in brackets: […, {name}]." if is_alone and SLUG.fullmatch(name) else None
        term = self._context.term(name, place, hint=hint)
        if isinstance(node, Fields) and takes_languages(term, node):
            return self._tagged(subject, term, node)
        for each in self._each_of(node):
            with self.noting():
                assertions += self._value(subject, term, each)
        return assertions

    def _each_of(self, node: Node) -> Iterator[Node]:
        """The nodes of a list, and of lists in it, which are noted, or the one node that is none."""
        for each in each_of(node):
            if isinstance(each, Items):
                self._findings.append(list_in_list(each))
                with self.noting():
                    yield from self._each_of(each)
            else:
                yield each

    def _tagged(self, subject: str, term: Term, node: Fields) -> list[Assertion]:
        assertions = []
        if not node.keys and node.is_whole:
            raise says_nothing(node, f"Write {term.name}: {{sv: …}} or {{en: …}}, or both with what each says.")
        for key, place in node.keys.items():
            tag = None
            with self.noting():
                tag = language(Scalar(key, place), self._findings, beside=node.keys)
            for each in self._each_of(node.nodes[key]):
                with self.noting():
                    literal = values.text(values.scalar(each), tag)
                    assertions += [Assertion(subject, term.iri, literal, each.location)] if tag is not None else []
        return assertions

    def _value(self, subject: str, term: Term, node: Node) -> list[Assertion]:
        if term.iri == SCHEMA["funding"]:
            return self._grant(subject, term, fields_of(node, "funding"))
        if term.iri == SCHEMA["amount"]:
            return self._amount(subject, term, values.scalar(node))
        if term.iri == DG["figure"]:
            return self._figure(subject, term, fields_of(node, "figure"))
        if term.iri == SCHEMA["identifier"] and isinstance(node, Fields):
            return self._identifier(subject, term, node)
        if isinstance(node, Fields) and term.kind is Kind.THING:
            raise self._described(term, node)
        scalar = values.scalar(node)
        if term.iri == SCHEMA["identifier"]:
            scheme_beside(scalar)
        return [Assertion(subject, term.iri, self._plain(term, scalar), node.location)]

    def _described(self, term: Term, node: Fields) -> Malformed:
        """What is wrong with a description where the slug of a thing must stand; its own mistakes are told, too."""
        if node.keys.keys() & {"type", *self._context.terms}:
            self.unplaced += self.of("", node, place=Place.THING)
        hint = "Write the slug of a thing here; what is said of it stands in an entry of its own, or in data/things/."
        return Malformed("value", f"{term.name} takes a slug, not a mapping.", node.location, hint=hint)

    def _plain(self, term: Term, scalar: Scalar) -> Value:
        if (form := _FORMS.get(term.iri)) is not None:
            return form(scalar)
        if term.kind is Kind.THING:
            return values.iri(scalar) if "://" in scalar.text else Slug(named_by(scalar, term.iri))
        if term.kind is Kind.WORD:
            return self._context.expand(named_by(scalar, term.iri, is_word=True))
        if term.kind is Kind.TYPED and term.datatype is not None:
            return values.typed(scalar, term.datatype)
        return values.text(scalar, self._language_of(term, scalar))

    def _language_of(self, term: Term, scalar: Scalar) -> str | None:
        """The tag that text gets where it says none itself."""
        if term.kind is Kind.TEXT and self._language is None:
            shown = values.shown(scalar)
            raise Malformed(
                "language",
                f"{term.name} needs a language.",
                scalar.location,
                hint=f"Write {term.name}: {{sv: {shown}}} or {{en: {shown}}}, or both with what each says.",
            )
        return self._language if term.kind is Kind.TEXT else None

    def _owned(self, link: Assertion, class_: ox.NamedNode, parts: list[Assertion]) -> list[Assertion]:
        """The assertions of a node and the link that introduces it."""
        node = str(link.value)
        typed = Assertion(node, RDF["type"], class_, link.location, link)
        own = [
            Assertion(part.subject, part.property, part.value, part.location, part.introduced_by or link)
            for part in parts
        ]
        return [link, typed, *own]

    def _grant(self, subject: str, term: Term, fields: Fields) -> list[Assertion]:
        tail = next((fields.nodes[key] for key in ("grant", "number", "funder") if key in fields.nodes), None)
        named = slugify(tail.text) if isinstance(tail, Scalar) else self._source
        link = Assertion(subject, term.iri, Slug(f"{subject}-grant-{named}"), fields.location)
        parts = self.of(str(link.value), fields, place=Place.GRANT, without={"grant", "number"})
        with self.noting():
            if "grant" in fields.nodes:
                values.scalar(fields.nodes["grant"])
            if "number" in fields.nodes:
                written = values.scalar(fields.nodes["number"])
                literal = values.text(written, None)
                parts.append(Assertion(str(link.value), SCHEMA["identifier"], literal, written.location))
        return self._owned(link, DG["Grant"], parts)

    def _amount(self, subject: str, term: Term, scalar: Scalar) -> list[Assertion]:
        money = values.money(scalar)
        literal = values.canonical(ox.Literal(f"{money.value:f}", datatype=XSD["decimal"]))
        node = Slug(f"amount-{money.currency.lower()}-{slugify(literal.value)}")
        link = Assertion(subject, term.iri, node, scalar.location)
        parts = [
            Assertion(node, SCHEMA["value"], literal, scalar.location),
            Assertion(node, SCHEMA["currency"], ox.Literal(money.currency), scalar.location),
        ]
        return self._owned(link, SCHEMA["MonetaryAmount"], parts)

    def _figure(self, subject: str, term: Term, fields: Fields) -> list[Assertion]:
        what = value = None
        with self.noting():
            what = named_by(named, SCHEMA["measuredProperty"]) if (named := required(fields, "what")) else None
        with self.noting():
            value = number(written) if (written := required(fields, "value")) else None
        qualifier = fields.nodes.get("qualifier")
        parts_of_name = [subject, "figure", what, qualifier.text if isinstance(qualifier, Scalar) else None]
        node = Slug("-".join(filter(None, parts_of_name)))
        others = self.of(node, fields, place=Place.FIGURE, without={"what", "value"})
        if what is None or value is None:
            # Nobody can tell of which figure: whether there is what is counted, and its other words, are looked at.
            if what is not None:
                counted = Assertion("", SCHEMA["measuredProperty"], Slug(what), fields.nodes["what"].location)
                self.unplaced.append(counted)
            self.unplaced += [replace(each, subject="") for each in others if each.introduced_by is None]
            return []
        link = Assertion(subject, term.iri, node, fields.location)
        parts = [
            Assertion(node, SCHEMA["observationAbout"], Slug(subject), fields.location),
            Assertion(node, SCHEMA["measuredProperty"], Slug(what), fields.nodes["what"].location),
            Assertion(node, SCHEMA["value"], value, fields.nodes["value"].location),
            *others,
        ]
        return self._owned(link, DG["Figure"], parts)

    def _identifier(self, subject: str, term: Term, fields: Fields) -> list[Assertion]:
        scheme = value = same = None
        if fields.keys.keys().isdisjoint({"scheme", "value"}):
            register = next(iter(fields.keys.keys() & SCHEMES), "own-register")
            hint = f"Write {{scheme: {register}, value: …}}."
            raise Malformed("key", "An identifier has a scheme and a value.", fields.location, hint=hint)
        with self.noting():
            scheme = values.slug(named) if (named := required(fields, "scheme")) else None
        with self.noting():
            misnamed_scheme(fields.nodes.get("scheme"), fields.nodes.get("value"))
        with self.noting():
            if (written := required(fields, "value")) is not None:
                stated = fields.nodes.get("scheme")
                # Also of a scheme that is no slug, such as ORCID in capitals.
                same = same_as(slugify(stated.text) if isinstance(stated, Scalar) else "", values.scalar(written))
                value = values.scalar(written)
        for name in fields.keys.keys() - {"scheme", "value"}:
            self._findings.append(
                Malformed(
                    "key", f"identifier has no key {name!r}.", fields.keys[name], hint="Keys: scheme, value."
                ).finding
            )
        if scheme is None or value is None:
            return []
        literal = values.text(value, None)
        link = Assertion(subject, DG["identifierRecord"], Slug(f"{subject}-{scheme}"), fields.location)
        record = self._owned(
            link,
            SCHEMA["PropertyValue"],
            [
                Assertion(str(link.value), SCHEMA["propertyID"], ox.Literal(scheme), fields.location),
                Assertion(str(link.value), SCHEMA["value"], literal, value.location),
            ],
        )
        links = [Assertion(subject, SCHEMA["sameAs"], same, value.location)] if same is not None else []
        return [Assertion(subject, term.iri, literal, value.location), *record, *links]
