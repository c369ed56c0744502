"""Keys that stand where they say nothing: where they belong, and what else may have been meant by them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from digigraph.vocab import DG, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Container
    from collections.abc import Set as AbstractSet

    import pyoxigraph as ox

    from digigraph.sources.ontology.domains import Domains
    from digigraph.sources.ontology.terms import Term

FACT_KEYS = frozenset({"quote", "occurrence", "after", "lang", "asOf", "implied", "accepted", "reason", "says"})
_LANGUAGES = {"lang", "language", "inLanguage"}
_GRANT = {"grant", "number", "amount", "currency"}
_FIGURE = {"what", "value", "qualifier", "measuredProperty", "observationAbout"}
_DOCUMENT = {"title", "sha256", "sourceRank", "captured", "datePublished", "dateModified", "asOfReason"} | _LANGUAGES
_MEANT = {
    "start": "startDate",
    "end": "endDate",
    "title": "name",
    "label": "name",
    "prefLabel": "name",
    "altLabel": "alternateName",
    **dict.fromkeys(_GRANT, "funding"),
    **dict.fromkeys(_FIGURE, "figure"),
}
"""Terms of things that may have been meant."""


class Place(enum.Enum):
    """What a mapping says something of, as messages call it."""

    ENTRY = "the subject of an entry"
    THING = "a thing"
    DOCUMENT = "a document"
    GRANT = "a grant"
    FIGURE = "a figure"


CLASS_OF = {Place.DOCUMENT: DG["Source"], Place.GRANT: DG["Grant"], Place.FIGURE: DG["Figure"]}
"""What it is, where that goes without saying."""


def is_misplaced(term: Term, subject: str, place: Place, classes: AbstractSet[ox.NamedNode], domains: Domains) -> bool:
    """Tell whether something is said of a subject that it cannot have; ``classes`` are those said beside it.

    The title of a document is the name of other things.
    """
    if term.name == "title" and term.iri == SCHEMA["name"]:
        return True
    return not domains.takes(term.iri, subject, {CLASS_OF[place]} if place in CLASS_OF else classes)


def meant(name: str) -> str | None:
    """Return the term of things that may have been meant by a key that is none of theirs."""
    return _MEANT.get(name)


def elsewhere(name: str, place: Place, terms: Container[str]) -> str | None:
    """Return where a key belongs that does not belong into a mapping of that kind; None where nobody knows."""
    of_fact = "accepted: and reason: belong" if name in {"accepted", "reason"} else f"{name}: belongs"
    where = "write it below facts:" if place is Place.DOCUMENT else "move it up"
    term = _MEANT.get(name)
    is_known = term in terms
    hints = {
        "The language of a quote belongs to its fact: move it up, as lang:, beside quote:.": (
            place is Place.ENTRY and name in _LANGUAGES
        ),
        f"{of_fact} to the fact: {where}, beside quote:.": name in FACT_KEYS and place is not Place.THING,
        "Write the amount with its currency: amount: 6000000 EUR.": name in _GRANT and place is Place.GRANT,
        "A grant and its parts stand in funding: {amount: …, number: …}.": name in _GRANT and is_known,
        "A count and its parts stand in figure: {what: …, value: …, qualifier: …}.": name in _FIGURE and is_known,
        f"{name} is where words {name} in a text. Did you mean {term}?": name in {"start", "end"} and is_known,
        f"Did you mean {term}?": is_known and place is not Place.DOCUMENT,
        "Did you mean datePublished?": name == "date" and place is Place.DOCUMENT,
        "It belongs to a document, below document: in its file.": name in _DOCUMENT,
        "It belongs to a fact, beside quote:.": name in FACT_KEYS,
    }
    return next((hint for hint, fits in hints.items() if fits), None)
