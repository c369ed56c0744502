"""JSON Schemas (draft-07) for what people write in YAML, by which editors complete and explain as one types.

A schema says what our reader says of the form of a value, and no more: what is known, such as slugs, is offered and not
required. Made of the context, the ontology and the things of a project; the same for the same sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.facts import values
from digigraph.sources.facts.documents import REQUIRED, kinds_of
from digigraph.sources.ontology.described import Described
from digigraph.sources.ontology.domains import Domains
from digigraph.sources.ontology.terms import Context, Kind, Term
from digigraph.sources.redactions import REASONS
from digigraph.sources.schemas.forms import (
    ADDRESS,
    DOCUMENT_KEYS,
    FACT,
    IDENTIFIER,
    OWN_FORMS,
    SLUG_PATTERN,
    TAGGED,
    TEXT,
    WRITTEN,
    Schema,
    offering,
    several,
    several_of,
    typed,
)
from digigraph.vocab import DG, RDF, SCHEMA, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digigraph.sources.facts.assertions import Assertion

TAKEN_BACK = r"^(?:https?://\S*/)?(?:id|doc|ev)[/:][A-Za-z0-9_%~-]+$"
"""What names something that is taken back; whether it can is for the reader to say."""
DRAFT = "http://json-schema.org/draft-07/schema#"
_DOCUMENT = (
    "title", "type", "url", "language", "publisher", "sourceRank", "datePublished", "dateModified", "captured",
    "rights", "license", "sha256",
)  # fmt: skip
"""Terms that are offered for a document; it may have others."""


class Schemas:
    """The schemas of one project.

    Parameters
    ----------
    context
        Its terms.
    ontology
        What they mean.
    things
        What is said in things files.
    id_prefix
        What stands before a slug in the IRI of a thing.
    """

    def __init__(
        self, context: Context, ontology: Iterable[ox.Quad], things: Iterable[Assertion], id_prefix: str
    ) -> None:
        self._context = context
        self._described = Described(ontology)
        self._domains = Domains(self._described)
        self._things: dict[str, _Thing] = {}
        for each in things:
            if each.introduced_by is None:
                self._things.setdefault(each.subject, _Thing()).learn(each)
        self._concepts = {
            each.value.removeprefix(id_prefix): self._label(each)
            for each in self._described.concepts
            if each.value.startswith(id_prefix)
        }

    def facts(self) -> Schema:
        """Return the schema of ``data/documents/*.yaml``."""
        kind = self._type(kinds_of(self._context))
        document = self._node(
            _DOCUMENT, {**DOCUMENT_KEYS, "type": kind}, required=REQUIRED, without=self._never(DG["Source"])
        )
        document |= {
            "if": {"properties": {"asOf": {"enum": ["unknown"]}}, "required": ["asOf"]},
            "then": {"required": ["asOfReason"]},
        }
        entry = self._node(self._offered(), {"subject": self._subject()}, required=("subject",), without=self._never())
        entry["minProperties"] = 2
        return {
            "$schema": DRAFT,
            "title": "Facts of a document",
            "description": "What a source document says, each statement with the words that say it.",
            "type": "object",
            "required": ["document"],
            "additionalProperties": False,
            "properties": {
                "document": {"$ref": "#/definitions/document"},
                "facts": {
                    "anyOf": [
                        {"type": "array", "items": {"$ref": "#/definitions/fact"}},
                        {"$ref": "#/definitions/fact"},
                        {"type": "null"},
                    ]
                },
            },
            "definitions": {"document": document, "fact": FACT, "entry": entry, **self._definitions(tagged=False)},
        }

    def things(self) -> Schema:
        """Return the schema of ``data/things/*.yaml``."""
        thing = self._node(self._offered(), {}, without=self._never())
        thing["minProperties"] = 1
        return {
            "$schema": DRAFT,
            "title": "Things",
            "description": "Who and what the facts speak of, each under the slug that is the end of its IRI.",
            "type": "object",
            "propertyNames": {"pattern": SLUG_PATTERN},
            "additionalProperties": {"$ref": "#/definitions/thing"},
            "definitions": {"thing": thing, **self._definitions(tagged=True)},
        }

    def _definitions(self, *, tagged: bool) -> Schema:
        """What both schemas refer to; ``tagged``: whether text must say its language."""
        number = {**TEXT, "description": "The grant's number, as its funder writes it."}
        named = {**TEXT, "description": "What another sentence calls the same grant by."}
        return {
            "type": self._type(self._context.classes),
            "grant": self._node(
                ("amount", "funder"), {"number": number, "grant": named}, without=self._never(DG["Grant"])
            ),
            "figure": self._figure(),
            **self._offers(),
            **{
                f"term-{name}": {
                    "description": self._described.explanation(term.iri),
                    **self._values(term, tagged=tagged),
                }
                for name, term in self._context.terms.items()
            },
        }

    def _offered(self) -> list[str]:
        known = self._context.terms.items()
        return [name for name, term in known if name != "title" and self._domains.is_of_things(term.iri)]

    def _never(self, class_: ox.NamedNode | None = None) -> list[str]:
        """Words that say nothing of a node of a class; without one, of a thing, whatever it is."""
        takes, may = self._domains.takes, self._domains.may_be_of_things
        terms = self._context.terms.values()
        wrong = [each.name for each in terms if not (takes(each.iri, "", {class_}) if class_ else may(each.iri))]
        return wrong if class_ == DG["Source"] else ["title", *wrong]

    def _node(
        self,
        offered: Iterable[str],
        own: Mapping[str, Schema],
        *,
        required: Iterable[str] = (),
        without: Iterable[str] = (),
    ) -> Schema:
        """A mapping of terms: some are offered, all are taken but those without which it is."""
        known = self._context.terms.keys() - own.keys() - set(without)
        shown = {name: {"$ref": f"#/definitions/term-{name}"} for name in offered if name in known}
        return {
            "type": "object",
            "required": list(required),
            "additionalProperties": False,
            "properties": {**own, "type": own.get("type", {"$ref": "#/definitions/type"}), **shown},
            "patternProperties": {
                f"^{name}$": {"$ref": f"#/definitions/term-{name}"} for name in sorted(known - shown.keys())
            },
        }

    def _figure(self) -> Schema:
        what = {**offering({**WRITTEN, "minimum": 0, "multipleOf": 1, "pattern": SLUG_PATTERN}, self._concepts)}
        what["description"] = "What is counted: a concept of the ontology."
        return self._node(
            ("qualifier", "status"),
            {"what": what, "value": typed(XSD["decimal"])},
            required=("what", "value"),
            without=self._never(DG["Figure"]),
        )

    def _type(self, offered: Mapping[str, ox.NamedNode]) -> Schema:
        classes = {name: self._described.explanation(class_) for name, class_ in offered.items()}
        one: Schema = {"type": "string", "enum": list(classes), "enumDescriptions": list(classes.values())}
        return {"description": "What it is.", **several(one)}

    def _subject(self) -> Schema:
        labels = {name: thing.label for name, thing in self._things.items()}
        subject = offering({**WRITTEN, "minimum": 0, "multipleOf": 1, "pattern": SLUG_PATTERN}, labels)
        return {"description": "Whom the sentence speaks of: the slug of a thing.", **subject}

    def _values(self, term: Term, *, tagged: bool) -> Schema:
        if term.iri == SCHEMA["identifier"]:
            return {"anyOf": [TEXT, IDENTIFIER, TAGGED, several_of({"anyOf": [TEXT, IDENTIFIER]})]}
        if term.kind is Kind.TEXT and tagged:
            return TAGGED
        if term.kind in {Kind.TEXT, Kind.PLAIN} and term.iri not in values.DATE_TERMS:
            return {"anyOf": [TEXT, TAGGED, several_of(TEXT)]}
        return several(self._value(term))

    def _value(self, term: Term) -> Schema:
        if term.iri in OWN_FORMS:
            return OWN_FORMS[term.iri]
        if term.kind is Kind.WORD:
            return self._word(term)
        if term.kind is Kind.TYPED and term.datatype is not None:
            return typed(term.datatype)
        return {"$ref": f"#/definitions/{_things_of(self._described.takes(term.iri))}"}

    def _offers(self) -> Schema:
        """What terms take that take things: by the classes that their ranges name."""
        form: Schema = {**WRITTEN, "minimum": 0, "multipleOf": 1, "pattern": rf"{SLUG_PATTERN}|{ADDRESS['pattern']}"}
        offers: Schema = {}
        for taken in {self._described.takes(term.iri) for term in self._context.terms.values()}:
            known = {name: thing.label for name, thing in self._things.items() if self._is_one_of(thing, taken)}
            if not taken or SKOS["Concept"] in taken:
                known |= self._concepts
            offers[_things_of(taken)] = offering(form, known)
        return dict(sorted(offers.items()))

    def _is_one_of(self, thing: _Thing, classes: frozenset[ox.NamedNode]) -> bool:
        return not classes or any(classes & self._described.with_superclasses(each) for each in thing.classes)

    def _word(self, term: Term) -> Schema:
        words = {each.value.removeprefix(str(DG)): each for each in self._described.words(term.iri)}
        if not words:
            return {"type": "string", "pattern": SLUG_PATTERN}
        explained = [self._described.explanation(each) for each in words.values()]
        return {"type": "string", "enum": list(words), "enumDescriptions": explained}

    def _label(self, concept: ox.NamedNode) -> str:
        return " / ".join(self._described.texts(concept, SKOS["prefLabel"]).values())


class _Thing:
    """What is known of a thing that may be offered."""

    def __init__(self) -> None:
        self.classes: list[ox.NamedNode] = []
        self._names: dict[str, str] = {}

    def learn(self, assertion: Assertion) -> None:
        value = assertion.value
        if assertion.property == RDF["type"] and isinstance(value, ox.NamedNode):
            self.classes.append(value)
        elif assertion.property == SCHEMA["name"] and isinstance(value, ox.Literal):
            self._names[value.language or ""] = value.value

    @property
    def label(self) -> str:
        return " / ".join(dict.fromkeys(text for _, text in sorted(self._names.items())))


def _things_of(classes: Iterable[ox.NamedNode]) -> str:
    """The definition of the things of some classes."""
    return "-".join(["things", *sorted(re.split("[/#]", each.value)[-1] for each in classes)])


def redactions() -> Schema:
    """Return the schema of ``data/redactions.yaml``, the same for every project."""
    iri: Schema = {
        "type": "string",
        "pattern": TAKEN_BACK,
        "patternErrorMessage": "Write id/kth, doc/nhd-page, doc/nhd-page_1a2b3c4d or ev/nhd-page_1a2b3c4d_104-137.",
    }
    explained = [{"const": name, "description": f"Because {why}."} for name, why in REASONS.items()]
    entry: Schema = {
        "type": "object",
        "required": ["iri", "reason"],
        "additionalProperties": False,
        "properties": {
            "iri": {"$ref": "#/definitions/iri"},
            "reason": {"anyOf": explained, "description": "What readers are told, and no more."},
            "date": {**WRITTEN, "description": "When."},
            "note": {**TEXT, "description": "For the curators; published nowhere, but with the project."},
            "also": {**several({"$ref": "#/definitions/iri"}, at_least=0), "description": "What goes with it."},
            "checked": {
                **several({"$ref": "#/definitions/iri"}, at_least=0),
                "description": "Texts of the same documents that do not have its words.",
            },
        },
    }
    return {
        "$schema": DRAFT,
        "title": "What is taken back",
        "description": "By IRI and reason, never by the words themselves; `digigraph redact` writes it.",
        "anyOf": [{"type": "array", "items": {"$ref": "#/definitions/entry"}}, {"type": "null"}],
        "definitions": {"iri": iri, "entry": entry},
    }
