"""Facts files: each quote found in its text, each claim read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digigraph.sources.facts import values
from digigraph.sources.facts.claims import ClaimReader
from digigraph.sources.facts.cut_texts import cut_texts
from digigraph.sources.facts.documents import DOCUMENT_KEYS, Captured, Description, Document, Fact, Saying, describe
from digigraph.sources.facts.keys import mapping, text_of, why, with_keys
from digigraph.sources.facts.languages import language as language_of
from digigraph.sources.facts.misplaced import FACT_KEYS
from digigraph.sources.facts.passages import cut, passage, unable_to_choose
from digigraph.sources.facts.quoting import CapturedText, Span, normalise
from digigraph.sources.files.records import (
    Fields,
    Items,
    Malformed,
    Node,
    Noting,
    Scalar,
    joined,
    mistake,
    readable,
)
from digigraph.sources.yaml.layouts import Layout, of_facts
from digigraph.sources.yaml.parsing import parse_yaml

if TYPE_CHECKING:
    import pyoxigraph as ox

    from digigraph.findings import Finding
    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.files.kept import Kept
    from digigraph.sources.ontology.terms import Context

_DOCUMENT_KEYS = frozenset({"document", "facts"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsFile:
    """What a facts file says.

    Parameters
    ----------
    document
        None where something is missing or wrong without which the document cannot be used.
    said
        Every assertion of the file, also of what has a mistake and is no part of ``document``.
    sayings
        What its facts say, also those with a mistake elsewhere in them.
    missed
        See :class:`ClaimReader`; with None for the property where something of the document was left out.
    unproven
        What is said and would count, but for a mistake in what it rests on: its quote, its date, its document.
    is_read
        Whether the file could be read as one with facts, and none of its parts was left out.
    """

    document: Document | None
    said: tuple[Assertion, ...]
    sayings: tuple[Saying, ...] = ()
    missed: frozenset[tuple[str, ox.NamedNode | None]] = frozenset()
    unproven: tuple[Assertion, ...] = ()
    is_read: bool = False


def read_document(captured: Captured, context: Context, findings: list[Finding], kept: Kept) -> FactsFile:
    """Read one document with its facts.

    Every mistake is noted in ``findings``; a fact with a mistake is left out, the others are read, also where the
    description of the document has a mistake.
    """
    text = None
    if captured.text is not None:
        decoded = readable(captured.text, captured.text_path, findings)
        text = CapturedText(decoded, is_html=captured.text_path.endswith(".html"))
    readings = parse_yaml(captured.facts, captured.facts_path, _layout(context), findings, kept)
    for root in readings:
        findings += cut_texts(root, captured.facts, text, context)
    files = [_read(root, captured, text, context, findings) for root in readings]
    if not files:
        return FactsFile(document=None, said=())
    # Of the other readings only mistakes are wanted, and whether there is what they speak of.
    said = tuple(each for file in files for each in file.said)
    return replace(files[0], said=said)


def _layout(context: Context) -> Layout:
    """Which keys stand where in a facts file."""
    terms = frozenset(context.terms) | {"type"}
    return of_facts({"document": terms | DOCUMENT_KEYS, "facts": frozenset()}, FACT_KEYS, terms)


def _read(
    root: Node, captured: Captured, text: CapturedText | None, context: Context, findings: list[Finding]
) -> FactsFile:
    description, about, inside = Description(), None, None
    with Noting(findings):
        if isinstance(root, Items) and any(isinstance(each, Fields) and "document" in each.keys for each in root.nodes):
            root = joined(root, "A facts file", findings)
        root = with_keys(mapping(root, "A facts file"), "A facts file", _DOCUMENT_KEYS, findings)
        about = root.nodes.get("document")
        if about is None and root.is_whole:
            hint = (
                "Begin the file with document: and, indented below it, title: …, type: … and what else is known of it."
            )
            raise Malformed("key", "document is missing.", root.location, hint=hint)
    if about is not None:
        with Noting(findings):
            about = joined(about, "document", findings)
            about, inside = _facts_apart(mapping(about, "document"), findings)
            description = describe(about, captured, context, findings)
    reader = _FactsReader(captured.slug, text, description, context, findings)
    lists = (root.nodes.get("facts"), inside) if isinstance(root, Fields) else ()
    facts = [fact for each in lists for fact in reader.read(each)]
    said = (*description.about, *description.unplaced, *reader.said)
    is_described = isinstance(about, Fields) and about.is_whole
    missed = description.missed | reader.missed | (set() if is_described else {(captured.slug, None)})
    file = FactsFile(
        document=None,
        said=said,
        sayings=tuple(reader.sayings),
        missed=missed,
        unproven=(*reader.unproven, *(each for fact in facts if fact.rejected is None for each in fact.assertions)),
        is_read=isinstance(root, Fields) and root.is_whole,
    )
    if text is None or about is None or not description.is_whole:
        return file
    document = Document(
        slug=captured.slug,
        text=text,
        sha256=description.sha256,
        about=description.about,
        rank=description.rank,
        facts=tuple(facts),
        location=about.location,
    )
    return replace(file, document=document, unproven=tuple(reader.unproven))


def _facts_apart(document: Fields, findings: list[Finding]) -> tuple[Fields, Node | None]:
    """The description of a document without the facts that are indented below it, which is told; and these facts."""
    if "facts" not in document.nodes:
        return document, None
    hint = "Begin facts: at the margin, as document: does."
    findings.append(mistake("key", "facts: stands below document:.", document.keys["facts"], hint=hint))
    nodes = {key: node for key, node in document.nodes.items() if key != "facts"}
    keys = {key: place for key, place in document.keys.items() if key != "facts"}
    return Fields(nodes, document.location, keys, is_whole=document.is_whole), document.nodes["facts"]


class _FactsReader:
    """Reads the list under ``facts`` of one document."""

    def __init__(
        self, slug: str, text: CapturedText | None, description: Description, context: Context, findings: list[Finding]
    ) -> None:
        self._slug = slug
        self._text = text
        self._description = description
        self._context = context
        self._findings = findings
        self.said: list[Assertion] = []
        self.sayings: list[Saying] = []
        self.unproven: list[Assertion] = []
        self.missed: set[tuple[str, ox.NamedNode]] = set()

    def read(self, node: Node | None) -> list[Fact]:
        facts: list[Fact] = []
        if node is None or (isinstance(node, Scalar) and not node.text):
            return facts
        for entry in node.nodes if isinstance(node, Items) else [node]:
            with Noting(self._findings):
                if (fact := self._fact(mapping(entry, "A fact"))) is not None:
                    facts.append(fact)
        return facts

    def _fact(self, fields: Fields) -> Fact | None:
        """Read a fact, each of its parts whatever is wrong with the others; None where one cannot be used."""
        mistakes: list[Finding] = []
        fields = with_keys(fields, "A fact", FACT_KEYS, mistakes)
        language = self._description.language
        with Noting(mistakes):
            language = language_of(stated, self._findings) if (stated := text_of(fields, "lang")) else language
        assertions = self._says(fields, language, mistakes)
        doubts: list[Finding] = []
        as_of, implied, rejected, quote = self._description.as_of, None, None, None
        with Noting(doubts):
            as_of = values.date(stated) if (stated := text_of(fields, "asOf")) else as_of
        with Noting(mistakes):
            implied = why(
                fields,
                "implied",
                "Write in a sentence why a reader concludes it; where the words say it, take implied away.",
            )
        of_date = len(doubts)
        with Noting(doubts):
            rejected = _rejected(fields, doubts)
        counts = rejected is None and len(doubts) == of_date
        with Noting(mistakes):
            quote = self._quote(fields)
        span = self._span(quote, fields, mistakes)
        self._findings += mistakes + doubts
        if counts and (mistakes or doubts or span is None):
            self.unproven += assertions or ()
        if assertions is None:
            return None
        saying = Saying(
            quote=normalise(quote.text) if quote is not None else "",
            words=span or self._words(quote),
            as_of=as_of,
            rejected=rejected,
            is_decided=not doubts,
            assertions=tuple(assertions),
            location=fields.location,
        )
        self.sayings.append(saying)
        if mistakes or doubts or span is None:
            return None
        return Fact(
            span=span,
            quote=saying.quote,
            words=span,
            language=language,
            implied=" ".join(implied.text.split()) if implied else None,
            as_of=as_of,
            rejected=rejected,
            assertions=saying.assertions,
            location=fields.location,
        )

    def _says(self, fields: Fields, language: str, mistakes: list[Finding]) -> list[Assertion] | None:
        """What a fact says; mistakes in one assertion leave the others. None where nothing of it can be read."""
        says = fields.nodes.get("says")
        if says is None:
            # A key that is misspelt, or left out, is told already.
            if fields.is_whole and fields.keys.keys() <= FACT_KEYS:
                hint = "Add says: and, below it, - {subject: …, term: …}."
                mistakes.append(Malformed("key", "says is missing.", fields.location, hint=hint).finding)
            return None
        if isinstance(says, Scalar) and not says.text:
            hint = "Write below it what the words say: - {subject: …, term: …}."
            mistakes.append(Malformed("fact", "says is empty.", says.location, hint=hint).finding)
            return None
        known = len(self._findings)
        reader = ClaimReader(self._context, self._findings, source=self._slug, language=language)
        entries = says.nodes if isinstance(says, Items) else [says]
        assertions = [assertion for entry in entries for assertion in reader.read(entry)]
        self.said += [*assertions, *reader.unplaced]
        self.missed |= reader.missed
        return None if not assertions and len(self._findings) > known else assertions

    def _quote(self, fields: Fields) -> Scalar | None:
        """The quote; None where it stands below a key that is misspelt, or was left out, which is told already."""
        quote = text_of(fields, "quote")
        if quote is None and fields.is_whole and fields.keys.keys() <= FACT_KEYS:
            raise Malformed("quote", "A fact has a quote.", fields.location, hint='Add quote: "words of the text".')
        return quote

    def _words(self, quote: Scalar | None) -> Span | str | None:
        """What is quoted where nobody can tell which place is meant: the only one of the text, or the quote if none."""
        if quote is None:
            return None
        places = self._text.find(quote.text) if self._text is not None else []
        if len(places) > 1:
            return None
        return places[0] if places else normalise(quote.text)

    def _span(self, quote: Scalar | None, fields: Fields, mistakes: list[Finding]) -> Span | None:
        """Where the quote stands; None where there is no text that can be read, or what chooses its place cannot."""
        if self._text is None:
            return None
        known, occurrence, after, span = len(mistakes), None, None, None
        with Noting(mistakes):
            occurrence = text_of(fields, "occurrence")
        with Noting(mistakes):
            after = text_of(fields, "after")
        if quote is None:
            mistakes += unable_to_choose(self._text, occurrence, after, name=self._slug)
            return None
        # A quote that is not there is told whatever is wrong with what chooses among its places.
        if len(mistakes) == known or not self._text.find(quote.text):
            with Noting(mistakes):
                span = passage(self._text, quote, occurrence, after, name=self._slug)
        self._findings += cut(self._text, span, quote)
        return span


def _rejected(fields: Fields, mistakes: list[Finding]) -> str | None:
    """The reason for which a fact is not accepted; None where it is, or where something of that is wrong."""
    accepted = reason = None
    known = len(mistakes)
    with Noting(mistakes):
        reason = why(fields, "reason", "Write in a sentence why it is not accepted.")
    with Noting(mistakes):
        accepted = text_of(fields, "accepted")
        if accepted is not None and accepted.text not in {"true", "false"}:
            hint = "Write accepted: false and reason: … for a fact that is not to count; else leave both away."
            message = f"accepted is true or false, not {values.shown(accepted)!r}."
            raise Malformed("value", message, accepted.location, hint=hint)
    if len(mistakes) > known:
        return None
    if accepted is None or accepted.text == "true":
        if reason is not None:
            message, hint = "The fact is accepted, and this is a reason not to.", "Add accepted: false, or remove it."
            raise Malformed("reason", message, fields.keys["reason"], hint=hint)
        return None
    if reason is None:
        hint = 'Add reason: "…" and say why it does not count.'
        raise Malformed("reason", "A fact that is not accepted has a reason.", accepted.location, hint=hint)
    return " ".join(reason.text.split())
