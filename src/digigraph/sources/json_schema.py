"""JSON Schemas (draft-07) for facts files and things files, by which editors complete and explain as one types.

A schema says what our reader says of the form of a value, and no more: what is known, such as slugs, is offered and not
required. Made of the context, the ontology and the things of a project; the same for the same sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import SLUG
from digigraph.sources import values
from digigraph.sources.claims import LINK_TERMS, SAME_AS
from digigraph.sources.described import Described
from digigraph.sources.terms import Context, Kind, Term
from digigraph.vocab import DG, RDF, SCHEMA, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digigraph.sources.claims import Assertion

Schema = dict[str, object]

DRAFT = "http://json-schema.org/draft-07/schema#"
_SOMETHING = r"\S"
_SLUG = f"^(?:{SLUG.pattern})$"
_TEXT: Schema = {"type": ["string", "number", "boolean"], "pattern": _SOMETHING}
_DATE: Schema = {"type": ["string", "integer"], "pattern": f"^(?:{values.DATE})$", "minimum": 1000, "maximum": 9999}
_LANGUAGE: Schema = {"type": "string", "pattern": f"^(?:{values.LANGUAGE})$", "examples": ["sv", "en"]}
_ADDRESS: Schema = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"{}|\\^`]+$"}
_BOOLEAN: Schema = {"enum": [True, False, "true", "false"]}
_TYPES = {
    XSD["integer"]: ["integer", "string"],
    XSD["nonNegativeInteger"]: ["integer", "string"],
    XSD["decimal"]: ["number", "string"],
}
_DOCUMENT = (
    "title", "type", "url", "language", "publisher", "sourceRank", "datePublished", "dateModified", "captured",
    "rights", "license", "sha256",
)  # fmt: skip
"""Terms that are offered for a document; it may have others."""
_REQUIRED = ("title", "type", "language", "sourceRank", "sha256")


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
        document = self._node(_DOCUMENT, _DOCUMENT_KEYS, required=_REQUIRED)
        entry = self._node(self._offered(), {"subject": self._subject()}, required=("subject",))
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
            "definitions": {"document": document, "fact": _FACT, "entry": entry, **self._definitions(tagged=False)},
        }

    def things(self) -> Schema:
        """Return the schema of ``data/things/*.yaml``."""
        return {
            "$schema": DRAFT,
            "title": "Things",
            "description": "Who and what the facts speak of, each under the slug that is the end of its IRI.",
            "type": "object",
            "propertyNames": {"pattern": _SLUG},
            "additionalProperties": {"$ref": "#/definitions/thing"},
            "definitions": {"thing": self._node(self._offered(), {}), **self._definitions(tagged=True)},
        }

    def _definitions(self, *, tagged: bool) -> Schema:
        """What both schemas refer to; ``tagged``: whether text must say its language."""
        number = {**_TEXT, "description": "The grant's number, as its funder writes it."}
        named = {**_TEXT, "description": "What another sentence calls the same grant by."}
        return {
            "type": self._type(),
            "grant": self._node(("amount", "funder"), {"number": number, "grant": named}),
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
        return [name for name, term in self._context.terms.items() if self._described.is_for_facts(term.iri)]

    def _node(self, offered: Iterable[str], own: Mapping[str, Schema], *, required: Iterable[str] = ()) -> Schema:
        """A mapping of terms: some are offered, all are taken."""
        known = self._context.terms.keys() - own.keys()
        shown = {name: {"$ref": f"#/definitions/term-{name}"} for name in offered if name in known}
        return {
            "type": "object",
            "required": list(required),
            "additionalProperties": False,
            "properties": {**own, "type": {"$ref": "#/definitions/type"}, **shown},
            "patternProperties": {
                f"^{name}$": {"$ref": f"#/definitions/term-{name}"} for name in sorted(known - shown.keys())
            },
        }

    def _figure(self) -> Schema:
        what = {**_offering({"type": ["string", "integer"], "pattern": _SLUG}, self._concepts)}
        what["description"] = "What is counted: a concept of the ontology."
        value: Schema = {"type": ["number", "string"], "pattern": f"^(?:{values.FORMS[XSD['decimal']].pattern})$"}
        return self._node(("qualifier", "status"), {"what": what, "value": value}, required=("what", "value"))

    def _type(self) -> Schema:
        classes = {name: self._described.explanation(class_) for name, class_ in self._context.classes.items()}
        one: Schema = {"type": "string", "enum": list(classes), "enumDescriptions": list(classes.values())}
        return {"description": "What it is.", "anyOf": [one, {"type": "array", "items": one}]}

    def _subject(self) -> Schema:
        labels = {name: thing.label for name, thing in self._things.items()}
        subject = _offering({"type": ["string", "integer"], "pattern": _SLUG}, labels)
        return {"description": "Whom the sentence speaks of: the slug of a thing.", **subject}

    def _values(self, term: Term, *, tagged: bool) -> Schema:
        if term.iri == SCHEMA["identifier"]:
            return {"anyOf": [_TEXT, _IDENTIFIER, _TAGGED, {"type": "array", "items": {"anyOf": [_TEXT, _IDENTIFIER]}}]}
        if term.kind is Kind.TEXT and tagged:
            return _TAGGED
        if term.kind in {Kind.TEXT, Kind.PLAIN} and term.iri not in values.DATE_TERMS:
            return {"anyOf": [_TEXT, _TAGGED, {"type": "array", "items": _TEXT}]}
        return _several(self._value(term))

    def _value(self, term: Term) -> Schema:
        if term.iri in _OWN_FORMS:
            return _OWN_FORMS[term.iri]
        if term.kind is Kind.WORD:
            return self._word(term)
        if term.kind is Kind.TYPED and term.datatype is not None:
            return _typed(term.datatype)
        return {"$ref": f"#/definitions/{_things_of(self._described.takes(term.iri))}"}

    def _offers(self) -> Schema:
        """What terms take that take things: by the classes that their ranges name."""
        form: Schema = {"type": ["string", "integer"], "pattern": rf"{_SLUG}|{_ADDRESS['pattern']}"}
        offers: Schema = {}
        for taken in {self._described.takes(term.iri) for term in self._context.terms.values()}:
            known = {name: thing.label for name, thing in self._things.items() if self._is_one_of(thing, taken)}
            if not taken or SKOS["Concept"] in taken:
                known |= self._concepts
            offers[_things_of(taken)] = _offering(form, known)
        return dict(sorted(offers.items()))

    def _is_one_of(self, thing: _Thing, classes: frozenset[ox.NamedNode]) -> bool:
        return not classes or any(classes & self._described.with_superclasses(each) for each in thing.classes)

    def _word(self, term: Term) -> Schema:
        words = {each.value.removeprefix(str(DG)): each for each in self._described.words(term.iri)}
        if not words:
            return {"type": "string", "pattern": _SLUG}
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


def _several(one: Schema) -> Schema:
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _offering(form: Schema, known: Mapping[str, str]) -> Schema:
    """A form of which some values are offered, each with its name."""
    if not known:
        return form
    return {"anyOf": [{"enum": list(known), "enumDescriptions": list(known.values())}, form]}


def _typed(datatype: ox.NamedNode) -> Schema:
    if datatype == XSD["boolean"]:
        return _BOOLEAN
    form = values.FORMS.get(datatype)
    if form is None:
        return _TEXT
    return {"type": _TYPES.get(datatype, "string"), "pattern": f"^(?:{form.pattern})$"}


_TAGGED: Schema = {
    "type": "object",
    "propertyNames": {"pattern": f"^(?:{values.LANGUAGE})$"},
    "properties": {language: _several(_TEXT) for language in ("sv", "en")},
    "additionalProperties": _several(_TEXT),
}
_IDENTIFIER: Schema = {
    "type": "object",
    "required": ["scheme", "value"],
    "additionalProperties": False,
    "properties": {
        "scheme": {
            "description": "The register that gives the identifier.",
            **_offering({"type": "string", "pattern": _SLUG}, dict.fromkeys(SAME_AS, "Links the thing to that IRI.")),
        },
        "value": {"description": "As the register writes it.", **_TEXT},
    },
}
_AS_OF: Schema = {
    "description": "The date for which the document's statements hold; unknown where its own date cannot be right.",
    "anyOf": [{"enum": ["unknown"]}, _DATE],
}
_AS_OF_REASON: Schema = {"description": "Why asOf is unknown, in one sentence.", **_TEXT}
_SHA256: Schema = {
    "description": "SHA-256 of the captured text, as sha256sum prints it.",
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
}
_DOCUMENT_KEYS: dict[str, Schema] = {
    "language": _LANGUAGE,
    "sha256": _SHA256,
    "asOf": _AS_OF,
    "asOfReason": _AS_OF_REASON,
}
_FACT: Schema = {
    "type": "object",
    "required": ["quote", "says"],
    "additionalProperties": False,
    "properties": {
        "quote": {"description": "Words of the text, in one piece.", **_TEXT},
        "occurrence": {
            "description": "Which one, where the words stand more than once: 1 is the first.",
            "type": ["integer", "string"],
            "pattern": r"^[1-9]\d*$",
            "minimum": 1,
        },
        "after": {"description": "Words that stand once, before the quote that is meant.", **_TEXT},
        "lang": {**_LANGUAGE, "description": "Language of the quote, where it is not the document's."},
        "asOf": {"description": "The date for which the sentence holds, where it says one.", **_DATE},
        "implied": {"description": "Why a reader concludes it although the words do not say it.", **_TEXT},
        "accepted": {"description": "false: recorded as said, but not taken into the default graph.", **_BOOLEAN},
        "reason": {"description": "Why it is not accepted.", **_TEXT},
        "says": {
            "description": "What the words say: an entry for each subject.",
            **_several({"$ref": "#/definitions/entry"}),
        },
    },
    "if": {"properties": {"accepted": {"enum": [False, "false"]}}, "required": ["accepted"]},
    "then": {"required": ["reason"]},
}
_OWN_FORMS: dict[ox.NamedNode, Schema] = {
    SCHEMA["funding"]: {"$ref": "#/definitions/grant"},
    DG["figure"]: {"$ref": "#/definitions/figure"},
    SCHEMA["amount"]: {"type": "string", "pattern": f"^(?:{values.MONEY})$"},
    **dict.fromkeys(sorted(values.DATE_TERMS, key=str), _DATE),
    **dict.fromkeys(sorted(LINK_TERMS, key=str), _ADDRESS),
}
"""Terms whose values are written in a way of their own."""
