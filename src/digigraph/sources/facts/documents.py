"""Source documents: the captured text, and what is known of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.sources.facts import values
from digigraph.sources.facts.claims import ClaimReader
from digigraph.sources.facts.languages import language as language_of
from digigraph.sources.facts.misplaced import Place
from digigraph.sources.files.records import Fields, Malformed, Noting, Scalar
from digigraph.sources.ontology.domains import is_kind_of_document
from digigraph.suggestions import is_near
from digigraph.vocab import DG, RDF, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.findings import Finding, Location
    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.facts.quoting import CapturedText, Span
    from digigraph.sources.ontology.terms import Context

_PROPERTIES = {"title": "name", "language": "inLanguage"}
"""Keys of the ``document`` mapping whose term has another name."""
_OWN_KEYS = {"asOf", "asOfReason"}
DOCUMENT_KEYS = frozenset({*_PROPERTIES, *_OWN_KEYS})
"""Keys of the ``document`` mapping that are no terms."""
_OF_THE_PAST = {SCHEMA["datePublished"], SCHEMA["dateModified"], DG["captured"]}
"""What has happened to a document before anybody can quote it."""
_LOWEST_RANK = 4
REQUIRED = ("title", "type", "language", "sourceRank", "sha256")
"""Keys without which a document cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a fact says, whether or not its quote was found and its other parts can be used.

    Parameters
    ----------
    quote
        In normal form; empty where it cannot be read.
    words
        What is quoted: where it stands in the captured text, else the quote; None where nobody can tell.
    as_of
        Date for which it holds; None where unknown.
    rejected
        The curator's reason not to accept it into the default graph; None where it is accepted.
    is_decided
        Whether it is known of what date it is, and whether it counts.
    assertions
        What it says.
    location
        Where the fact begins in its file.
    """

    quote: str
    words: Span | str | None
    as_of: ox.Literal | None
    rejected: str | None
    is_decided: bool = True
    assertions: tuple[Assertion, ...]
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Saying):
    """A quoted span and what it says.

    Parameters
    ----------
    span
        Where the quote stands in the captured text.
    language
        Tag of the quote.
    implied
        Why a reader concludes it; None where the words say it.
    """

    span: Span
    language: str
    implied: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One source document with its facts, in file order.

    Parameters
    ----------
    slug
        Name in IRIs, for ever.
    text
        As captured.
    sha256
        Of the captured bytes, hexadecimal.
    about
        What the document is, as assertions whose subject is the slug.
    rank
        1 funder, 2 the project or organisation itself, 3 news, 4 other.
    facts
        What it says.
    location
        Where its description begins.
    """

    slug: str
    text: CapturedText
    sha256: str
    about: tuple[Assertion, ...]
    rank: int
    facts: tuple[Fact, ...]
    location: Location

    @property
    def version(self) -> str:
        """First 8 hexadecimal digits of the text's SHA-256."""
        return self.sha256[:8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A captured text and the facts file beside it, as bytes; paths relative to the project.

    ``text`` is None where there is no text that could be read: the facts are read all the same. So they are where the
    name of the files is no slug (``is_named``); ``slug`` is the nearest then.
    """

    slug: str
    text_path: str
    text: bytes | None
    facts_path: str
    facts: bytes
    is_named: bool = True

    @property
    def is_utf_8(self) -> bool:
        """Whether the text is encoded as it must be; else its hash is that of what is to be saved once more."""
        try:
            (self.text or b"").decode()
        except UnicodeDecodeError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The ``document`` mapping, read.

    Parameters
    ----------
    missed, unplaced
        See :class:`ClaimReader`.
    is_whole
        Whether nothing is missing or wrong without which the document cannot be used.
    """

    about: tuple[Assertion, ...] = ()
    unplaced: tuple[Assertion, ...] = ()
    sha256: str = ""
    language: str = "und"
    rank: int = _LOWEST_RANK
    as_of: ox.Literal | None = None
    missed: frozenset[tuple[str, ox.NamedNode]] = frozenset()
    is_whole: bool = False


def kinds_of(context: Context) -> dict[str, ox.NamedNode]:
    """Return the classes that a document may have, by their names."""
    return {name: each for name, each in context.classes.items() if is_kind_of_document(each)}


def describe(node: Fields, captured: Captured, context: Context, findings: list[Finding]) -> Description:
    """Read the ``document`` mapping; what is wrong with it is noted, and what is missing if nothing was left out."""
    mistakes: list[Finding] = []
    missing = [key for key in REQUIRED if key not in node.nodes]
    # One that is misspelt is told as such.
    strange = node.keys.keys() - context.terms.keys()
    untold = [key for key in missing if not any(is_near(each, key) for each in strange)]
    with Noting(mistakes):
        if untold and node.is_whole:
            message = f"The document's {' and '.join(untold)} must be said."
            raise Malformed("document", message, node.location, hint=_what_to_add(untold, captured))
    language = "und"
    with Noting(mistakes):
        if (stated := node.nodes.get("language")) is not None:
            language = language_of(values.scalar(stated), findings)
    renamed = Fields(
        {_PROPERTIES.get(key, key): value for key, value in node.nodes.items()},
        node.location,
        {_PROPERTIES.get(key, key): place for key, place in node.keys.items()},
    )
    reader = ClaimReader(context, findings, source=captured.slug, language=language, kinds=kinds_of(context))
    about = tuple(reader.of(captured.slug, renamed, place=Place.DOCUMENT, without=_OWN_KEYS))
    if no_kinds := [each for each in about if _is_no_kind(each)]:
        findings += [_not_of_documents(each, context) for each in no_kinds]
        reader.missed.add((captured.slug, RDF["type"]))
        about = tuple(each for each in about if each not in no_kinds)
    for each in about:
        with Noting(mistakes):
            if each.property in _OF_THE_PAST and isinstance(each.value, ox.Literal):
                values.passed(each.value, each.location)
    with Noting(findings):
        _in_order(about)
    digest = _digest(node, captured, mistakes)
    as_of = None
    with Noting(mistakes):
        as_of = _as_of(node, about)
    findings += mistakes
    return Description(
        about=about,
        unplaced=tuple(reader.unplaced),
        sha256=digest,
        language=language,
        rank=next((rank for each in about if (rank := _rank(each)) is not None), _LOWEST_RANK),
        as_of=as_of,
        missed=frozenset(reader.missed),
        is_whole=captured.is_named and not mistakes and not missing,
    )


def _digest(node: Fields, captured: Captured, mistakes: list[Finding]) -> str:
    """The SHA-256 of the captured text, empty without one. A stated one that is not it is noted."""
    digest = ""
    with Noting(mistakes):
        stated = values.scalar(node.nodes["sha256"]) if "sha256" in node.nodes else None
        if captured.text is not None:
            digest = hashlib.sha256(captured.text).hexdigest()
            if captured.is_utf_8:
                _check_digest(stated, digest, captured.text_path)
    return digest


def _is_no_kind(assertion: Assertion) -> bool:
    """Whether a document is said to be what none is; that it is a source goes without saying."""
    class_ = assertion.value
    if assertion.property != RDF["type"] or not isinstance(class_, ox.NamedNode):
        return False
    return class_ != DG["Source"] and not is_kind_of_document(class_)


def _not_of_documents(assertion: Assertion, context: Context) -> Finding:
    names = [name for name, each in context.classes.items() if each == assertion.value]
    *kinds, last = kinds_of(context) or ["nothing"]
    hint = f"Write {', '.join(kinds)} or {last}; what the document is about has its type in data/things/."
    return Malformed("value", f"A document is no {names[0]}.", assertion.location, hint=hint).finding


def _in_order(about: tuple[Assertion, ...]) -> None:
    """Make sure that a document was not changed before it was published."""
    dates = {each.property: each for each in about if isinstance(each.value, ox.Literal)}
    published, modified = dates.get(SCHEMA["datePublished"]), dates.get(SCHEMA["dateModified"])
    if published is None or modified is None:
        return
    first, last = published.value, modified.value
    assert isinstance(first, ox.Literal) and isinstance(last, ox.Literal)  # noqa: S101, PT018 - no others were taken
    if values.period(last).latest < values.period(first).earliest:
        message = f"It was changed before it was published ({first.value})."
        raise Malformed("date", message, modified.location, hint="Check datePublished and dateModified.")


def _what_to_add(missing: Iterable[str], captured: Captured) -> str:
    """How what is missing is written."""
    ranks = ", ".join(f"{number} {whose}" for number, whose in values.RANKS.items())
    written = {
        "title": "what the page is called",
        "type": "WebPage, AboutPage, NewsArticle, Report or Dataset",
        "language": "sv or en, that of the text",
        "sourceRank": f"whose words it has ({ranks})",
        "sha256": "what sha256sum prints of the text",
    }
    if captured.text is not None and captured.is_utf_8:
        written["sha256"] = hashlib.sha256(captured.text).hexdigest()
    return f"Add {'; '.join(f'{key}: {written[key]}' for key in missing)}."


def _check_digest(stated: Scalar | None, digest: str, text_path: str) -> None:
    if stated is None or stated.text == digest:
        return
    if stated.text.lower() == digest:
        message, hint = "A SHA-256 is written in small letters here.", f"Write {digest}."
        raise Malformed("sha256", message, stated.location, hint=hint)
    if not re.fullmatch("[0-9A-Fa-f]{64}", stated.text):
        message = f"{values.shown(stated)!r} is not a SHA-256, which has 64 digits from 0 to 9 and a to f."
        hint = f"Write that of the text: {digest}."
        raise Malformed("sha256", message, stated.location, hint=hint)
    error = Malformed(
        "sha256",
        f"{text_path} is not the text that was captured: its SHA-256 is {digest}.",
        stated.location,
        hint="Restore the text; if it is a new capture, write this hash and look at every quote again.",
    )
    error.finding = replace(error.finding, named=(text_path,))
    raise error


def _rank(assertion: Assertion) -> int | None:
    if assertion.property == DG["sourceRank"] and isinstance(assertion.value, ox.Literal):
        return int(assertion.value.value)
    return None


def _as_of(node: Fields, about: tuple[Assertion, ...]) -> ox.Literal | None:
    """The date of what the document says, unless a fact says its own (data model, ``dg:asOf``)."""
    if "asOf" in node.nodes:
        stated = values.scalar(node.nodes["asOf"])
        if stated.text != "unknown":
            return values.date(stated)
        if "asOfReason" not in node.nodes:
            raise Malformed(
                "as-of", "asOf is unknown: say why.", stated.location, hint="Add asOfReason: and one sentence."
            )
        why = values.scalar(node.nodes["asOfReason"])
        values.reason(why, "asOfReason", "Write in a sentence why nobody knows of which date it is.")
        return None
    for term in (SCHEMA["dateModified"], SCHEMA["datePublished"]):
        for each in about:
            if each.property == term and isinstance(each.value, ox.Literal):
                return each.value
    return None
