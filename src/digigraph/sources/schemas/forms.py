"""Forms of values in JSON Schema, as our reader takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.iris import SLUG
from digigraph.sources.facts import values
from digigraph.sources.facts.claims import LINK_TERMS
from digigraph.sources.facts.identifiers import SCHEMES
from digigraph.vocab import DG, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyoxigraph as ox

Schema = dict[str, object]

_SOMETHING = r"\S"
SLUG_PATTERN = f"^(?:{SLUG.pattern})$"
WRITTEN: Schema = {"not": {"type": ["object", "array", "null"]}}
"""Text, for which an editor may take a number or a boolean; if the types were named, it would offer true and false."""
TEXT: Schema = {**WRITTEN, "pattern": _SOMETHING}
_SLUG_WORDS = "Write a slug: small letters, digits and single hyphens."
_DATE: Schema = {
    "type": ["string", "integer"],
    "pattern": f"^(?:{values.DATE})$",
    "patternErrorMessage": "Write 2022, 2022-09 or 2022-09-13.",
    "minimum": 1000,
    "maximum": 9999,
}
_LANGUAGE: Schema = {
    "type": "string",
    "pattern": f"^(?:{values.LANGUAGE})$",
    "patternErrorMessage": "Write a language tag, such as sv or en.",
    "examples": ["sv", "en"],
}
ADDRESS: Schema = {
    "type": "string",
    "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"{}|\\^`]+$",
    "patternErrorMessage": "Write a web address: https://…",
}
_BOOLEAN: Schema = {"enum": [True, False, "true", "false"]}
_TYPES = {
    XSD["integer"]: ["integer", "string"],
    XSD["nonNegativeInteger"]: ["integer", "string"],
    XSD["decimal"]: ["number", "string"],
}


def several(one: Schema, *, at_least: int = 1) -> Schema:
    """Return the schema of a value, or a list of them."""
    return {"anyOf": [one, several_of(one, at_least=at_least)]}


def several_of(one: Schema, *, at_least: int = 1) -> Schema:
    """Return the schema of a list of values."""
    return {"type": "array", "items": one, **({"minItems": at_least} if at_least else {})}


def offering(form: Schema, known: Mapping[str, str]) -> Schema:
    """Return a form of which some values are offered, each with its name."""
    if not known:
        return form
    offered = {"enum": list(known), "enumDescriptions": list(known.values()), "errorMessage": _SLUG_WORDS}
    return {"anyOf": [offered, {**form, "patternErrorMessage": _SLUG_WORDS}]}


def typed(datatype: ox.NamedNode) -> Schema:
    """Return the schema of a literal of a datatype."""
    if datatype == XSD["boolean"]:
        return _BOOLEAN
    form = values.FORMS.get(datatype)
    if form is None:
        return TEXT
    return {
        "type": _TYPES.get(datatype, "string"),
        "pattern": f"^(?:{form.pattern})$",
        "patternErrorMessage": f"Write {form.words}.",
    }


TAGGED: Schema = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": f"^(?:{values.LANGUAGE})$"},
    "properties": {language: several(TEXT) for language in ("sv", "en")},
    "additionalProperties": several(TEXT),
}
IDENTIFIER: Schema = {
    "type": "object",
    "required": ["scheme", "value"],
    "additionalProperties": False,
    "properties": {
        "scheme": {
            "description": "The register that gives the identifier.",
            **offering(
                {"type": "string", "pattern": SLUG_PATTERN}, dict.fromkeys(SCHEMES, "Links the thing to that IRI.")
            ),
        },
        "value": {"description": "As the register writes it.", **TEXT},
    },
    "allOf": [
        {
            "if": {"properties": {"scheme": {"enum": [scheme]}}},
            "then": {
                "properties": {"value": {"pattern": known.pattern, "patternErrorMessage": f"Write {known.example}."}}
            },
        }
        for scheme, known in SCHEMES.items()
    ],
}
_AS_OF: Schema = {
    "description": "The date for which the document's statements hold; unknown where its own date cannot be right.",
    "anyOf": [{"enum": ["unknown"]}, _DATE],
}
_AS_OF_REASON: Schema = {"description": "Why asOf is unknown, in one sentence.", **TEXT}
_SHA256: Schema = {
    "description": "SHA-256 of the captured text, as sha256sum prints it.",
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "patternErrorMessage": "Write the 64 digits that sha256sum prints.",
}
DOCUMENT_KEYS: dict[str, Schema] = {
    "language": _LANGUAGE,
    "sha256": _SHA256,
    "asOf": _AS_OF,
    "asOfReason": _AS_OF_REASON,
}
FACT: Schema = {
    "type": "object",
    "required": ["quote", "says"],
    "additionalProperties": False,
    "properties": {
        "quote": {"description": "Words of the text, in one piece.", **TEXT},
        "occurrence": {
            "description": "Which one, where the words stand more than once: 1 is the first.",
            "type": ["integer", "string"],
            "pattern": r"^[1-9]\d*$",
            "minimum": 1,
        },
        "after": {"description": "Words that stand once, before the quote that is meant.", **TEXT},
        "lang": {**_LANGUAGE, "description": "Language of the quote, where it is not the document's."},
        "asOf": {"description": "The date for which the sentence holds, where it says one.", **_DATE},
        "implied": {"description": "Why a reader concludes it although the words do not say it.", **TEXT},
        "accepted": {"description": "false: recorded as said, but not taken into the default graph.", **_BOOLEAN},
        "reason": {"description": "Why it is not accepted.", **TEXT},
        "says": {
            "description": "What the words say: an entry for each subject.",
            **several({"$ref": "#/definitions/entry"}, at_least=0),
        },
    },
    "if": {"properties": {"accepted": {"enum": [False, "false"]}}, "required": ["accepted"]},
    "then": {"required": ["reason"]},
}
OWN_FORMS: dict[ox.NamedNode, Schema] = {
    SCHEMA["funding"]: {"$ref": "#/definitions/grant"},
    DG["figure"]: {"$ref": "#/definitions/figure"},
    SCHEMA["amount"]: {
        "type": "string",
        "pattern": f"^(?:{values.MONEY})$",
        "patternErrorMessage": "Write the number without spaces, then the currency: 6000000 EUR.",
    },
    **dict.fromkeys(sorted(values.DATE_TERMS, key=str), _DATE),
    **dict.fromkeys(sorted(LINK_TERMS, key=str), ADDRESS),
    DG["sourceRank"]: {
        "enum": [each for rank in values.RANKS for each in (int(rank), rank)],
        "enumDescriptions": [each for whose in values.RANKS.values() for each in (whose, whose)],
    },
}
"""Terms whose values are written in a way of their own."""
