"""Facts files: each quote found in its text, each claim read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from digigraph.sources import values
from digigraph.sources.claims import ClaimReader
from digigraph.sources.documents import Description, Document, Fact, describe
from digigraph.sources.quoting import CapturedText, Span, normalise
from digigraph.sources.records import Fields, Items, Malformed, Node, Scalar, decode, parse_yaml

if TYPE_CHECKING:
    from digigraph.findings import Finding
    from digigraph.sources.claims import Assertion
    from digigraph.sources.terms import Context

_KEYS = {"quote", "occurrence", "after", "lang", "asOf", "implied", "accepted", "reason", "says"}
_DOCUMENT_KEYS = {"document", "facts"}
_LIKE = 60
"""Likeness (0 to 100) from which a passage is proposed for a quote that is not found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """A captured text and the facts file beside it, as bytes; paths relative to the project."""

    slug: str
    text_path: str
    text: bytes
    facts_path: str
    facts: bytes


def read_document(captured: Captured, context: Context, findings: list[Finding]) -> Document | None:
    """Read one document with its facts; None where nothing of it can be used.

    Every mistake is noted in ``findings``; a fact with a mistake is left out, the others are read.
    """
    try:
        text = CapturedText(decode(captured.text, captured.text_path), is_html=captured.text_path.endswith(".html"))
        root = _mapping(parse_yaml(captured.facts, captured.facts_path), "a facts file", _DOCUMENT_KEYS)
        about = _mapping(_key(root, "document"), "document", None)
        language = about.nodes.get("language")
        reader = ClaimReader(
            context,
            findings,
            source=captured.slug,
            language=values.language(language) if isinstance(language, Scalar) else None,
        )
        description = describe(about, reader, slug=captured.slug, captured=captured.text, text_path=captured.text_path)
    except Malformed as malformed:
        findings.append(malformed.finding)
        return None
    facts = _FactsReader(captured.slug, text, description, context, findings)
    return Document(
        slug=captured.slug,
        text=text,
        sha256=description.sha256,
        about=description.about,
        rank=description.rank,
        facts=tuple(facts.read(root.nodes.get("facts"))),
        said=tuple(facts.said),
        location=about.location,
    )


def _mapping(node: Node, what: str, keys: set[str] | None) -> Fields:
    if not isinstance(node, Fields):
        raise Malformed("value", f"{what} is a mapping.", node.location)
    for key, place in node.keys.items():
        if keys is not None and key not in keys:
            raise Malformed("key", f"{what} has no key {key!r}.", place, hint=f"Keys: {', '.join(sorted(keys))}.")
    return node


def _key(fields: Fields, key: str) -> Node:
    if key not in fields.nodes:
        raise Malformed("key", f"{key} is missing.", fields.location)
    return fields.nodes[key]


class _FactsReader:
    """Reads the list under ``facts`` of one document."""

    def __init__(
        self, slug: str, text: CapturedText, description: Description, context: Context, findings: list[Finding]
    ) -> None:
        self._slug = slug
        self._text = text
        self._description = description
        self._context = context
        self._findings = findings
        self.said: list[Assertion] = []

    def read(self, node: Node | None) -> list[Fact]:
        facts: list[Fact] = []
        if node is None:
            return facts
        entries = node.nodes if isinstance(node, Items) else [node]
        for entry in entries:
            try:
                facts.append(self._fact(_mapping(entry, "a fact", _KEYS)))
            except Malformed as malformed:
                self._findings.append(malformed.finding)
        return facts

    def _fact(self, fields: Fields) -> Fact:
        language = values.language(lang) if (lang := _text(fields, "lang")) else self._description.language
        reader = ClaimReader(self._context, self._findings, source=self._slug, language=language)
        # The claims are read first: a quote that is not found hides none of their mistakes.
        says = _key(fields, "says")
        assertions = [
            assertion
            for entry in (says.nodes if isinstance(says, Items) else [says])
            for assertion in reader.read(entry)
        ]
        self.said += assertions
        quote = _text(fields, "quote")
        if quote is None:
            raise Malformed("quote", "A fact has a quote.", fields.location)
        as_of = values.date(stated) if (stated := _text(fields, "asOf")) else self._description.as_of
        implied = _text(fields, "implied")
        return Fact(
            span=self._span(quote, fields),
            quote=normalise(quote.text),
            language=language,
            implied=" ".join(implied.text.split()) if implied else None,
            as_of=as_of,
            rejected=_rejected(fields),
            assertions=tuple(assertions),
            location=fields.location,
        )

    def _span(self, quote: Scalar, fields: Fields) -> Span:
        spans = self._text.find(quote.text)
        if not spans:
            raise Malformed(
                "quote-not-found",
                f"The text of {self._slug} does not say {_shortened(quote.text)}.",
                quote.location,
                hint=_nearest(quote.text, self._text.normal_text),
            )
        occurrence, after = _text(fields, "occurrence"), _text(fields, "after")
        if occurrence is not None:
            return _nth(spans, occurrence)
        if after is not None:
            return self._following(spans, after)
        if len(spans) > 1:
            raise Malformed(
                "quote-ambiguous",
                f"The text of {self._slug} says {_shortened(quote.text)} {len(spans)} times.",
                quote.location,
                hint='Quote more words, or add occurrence: 1, or after: "some words before it".',
            )
        return spans[0]

    def _following(self, spans: list[Span], after: Scalar) -> Span:
        before = self._text.find(after.text)
        if len(before) != 1:
            raise Malformed(
                "quote-after",
                f"The words in after stand {len(before)} times in the text of {self._slug}; once is needed.",
                after.location,
            )
        for span in spans:
            if span.start >= before[0].end:
                return span
        raise Malformed("quote-after", "The quote does not stand behind the words in after.", after.location)


def _nth(spans: list[Span], occurrence: Scalar) -> Span:
    if not re.fullmatch(r"[1-9]\d*", occurrence.text) or int(occurrence.text) > len(spans):
        raise Malformed(
            "quote-occurrence",
            f"There is no occurrence {occurrence.text}; the text says it {len(spans)} times.",
            occurrence.location,
        )
    return spans[int(occurrence.text) - 1]


def _rejected(fields: Fields) -> str | None:
    accepted, reason = _text(fields, "accepted"), _text(fields, "reason")
    if accepted is None or accepted.text == "true":
        return None
    if accepted.text != "false":
        raise Malformed("value", f"accepted is true or false, not {accepted.text!r}.", accepted.location)
    if reason is None:
        raise Malformed("reason", "A fact that is not accepted has a reason.", accepted.location, hint="Add reason: …")
    return " ".join(reason.text.split())


def _text(fields: Fields, key: str) -> Scalar | None:
    node = fields.nodes.get(key)
    if node is None:
        return None
    if not isinstance(node, Scalar) or not node.text.strip():
        raise Malformed("value", f"{key} takes text.", node.location)
    return node


def _shortened(text: str, limit: int = 80) -> str:
    plain = normalise(text)
    return f"“{plain}”" if len(plain) <= limit else f"“{plain[: limit - 1]}…”"


def _nearest(quote: str, text: str) -> str | None:
    """The passage of the text that is most like the quote, in whole words, as a hint; None where nothing is."""
    alignment = fuzz.partial_ratio_alignment(normalise(quote), text, score_cutoff=_LIKE)
    if alignment is None or alignment.dest_end <= alignment.dest_start:
        return None
    start = text.rfind(" ", 0, alignment.dest_start + 1) + 1
    end = text.find(" ", max(0, alignment.dest_end - 1))
    return f"Nearest passage: {_shortened(text[start : end if end >= 0 else len(text)], 200)}."
