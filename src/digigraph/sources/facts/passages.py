"""Where a quote stands in its text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from digigraph.sources.facts import values
from digigraph.sources.facts.look_alikes import difference
from digigraph.sources.facts.quoting import normalise
from digigraph.sources.files.records import Malformed, mistake
from digigraph.suggestions import unseen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.findings import Finding
    from digigraph.sources.facts.quoting import CapturedText, Span
    from digigraph.sources.files.records import Scalar

# No text says anything a thousand million times.
_NUMBER = re.compile("[1-9][0-9]{0,8}")
_LIKE, _LIKE_SHORT, _SHORT = 60, 75, 24
"""Likeness (0 to 100) from which a passage is proposed for a quote that is not found: any few letters are rather like
some others of a text, so that one with fewer characters than that has to be more like it."""
_CURLY = re.compile("[\u2018-\u201f\u00ab\u00bb\u00b4](.*)[\u2018-\u201f\u00ab\u00bb\u00b4]")
"""Quotation marks that are none of YAML's, around words."""
_NOBODY_SEES = "Cf"
"""Category of format characters (Unicode, section 4.5), such as the soft hyphen."""


def passage(text: CapturedText, quote: Scalar, occurrence: Scalar | None, after: Scalar | None, *, name: str) -> Span:
    """Return the one place of a text that a quote means.

    Parameters
    ----------
    text, quote
        The text, and words of it.
    occurrence, after
        Which of several places it is: the number of one, from 1, or words that stand once, before it; None: not said.
    name
        What the text is called in messages.

    Raises
    ------
    Malformed
        There is none, or more than one.
    """
    spans = text.find(quote.text)
    if not spans:
        missing = Malformed(
            "quote-not-found",
            f"The text of {name} does not say {_shortened(quote.text)}.",
            quote.location,
            hint=_instead(text, quote.text),
        )
        missing.others = tuple(unable_to_choose(text, occurrence, after, name=name))
        raise missing
    if occurrence is not None:
        try:
            span = _nth(spans, occurrence)
        except Malformed as wrong:
            wrong.others = tuple(unable_to_choose(text, None, after, name=name))
            raise
        if after is not None and _following(text, spans, after, name=name) != span:
            message, hint = "occurrence and after mean different places.", "Keep the one of the two that is right."
            raise Malformed("quote-after", message, after.location, hint=hint)
        return span
    if after is not None:
        return _following(text, spans, after, name=name)
    if len(spans) > 1:
        raise Malformed(
            "quote-ambiguous",
            f"The text of {name} says {_shortened(quote.text)} {len(spans)} times.",
            quote.location,
            hint='Quote more words, or add occurrence: 1, or after: "some words before it".',
        )
    return spans[0]


def cut(text: CapturedText, span: Span | None, quote: Scalar) -> Iterator[Finding]:
    """Yield a finding where a quote begins or ends inside a word or number of the text; where it is not known which of
    its places is meant, only if it does so alike in each.
    """
    spans = [span] if span is not None else text.find(quote.text)
    first, last = text.cut(spans[0]) if spans else ("", "")
    if (first or last) and all(text.cut(each) == (first, last) for each in spans):
        where = (f"begins inside “{first}”" if first else "", f"ends inside “{last}”" if last else "")
        hints = (f"Begin the quote with “{first}”." if first else "", f"End the quote with “{last}”." if last else "")
        message = f"The quote {' and '.join(filter(None, where))}."
        yield mistake("quote-cut", message, quote.location, hint=" ".join(filter(None, hints)))


def unable_to_choose(
    text: CapturedText, occurrence: Scalar | None, after: Scalar | None, *, name: str
) -> Iterator[Finding]:
    """What is wrong with what chooses among the places of a quote, whatever that may be."""
    if occurrence is not None and not _NUMBER.fullmatch(occurrence.text):
        message, hint = f"{values.shown(occurrence)!r} is not the number of a place.", "Write occurrence: 1, 2 or more."
        yield mistake("quote-occurrence", message, occurrence.location, hint=hint)
    if after is not None and len(found := text.find(after.text)) != 1:
        yield _not_once(after, len(found), text, name=name).finding


def _not_once(after: Scalar, times: int, text: CapturedText, *, name: str) -> Malformed:
    message = f"The words in after stand {times} times in the text of {name}; once is needed."
    hint = "Write more of the words before the quote." if times else _instead(text, after.text)
    return Malformed("quote-after", message, after.location, hint=hint)


def _following(text: CapturedText, spans: list[Span], after: Scalar, *, name: str) -> Span:
    before = text.find(after.text)
    if len(before) != 1:
        raise _not_once(after, len(before), text, name=name)
    for span in spans:
        if span.start >= before[0].end:
            return span
    hint = "Write words that stand before the quote, or quote other words."
    raise Malformed("quote-after", "The quote does not stand behind the words in after.", after.location, hint=hint)


def _nth(spans: list[Span], occurrence: Scalar) -> Span:
    if not _NUMBER.fullmatch(occurrence.text) or int(occurrence.text) > len(spans):
        times = "once" if len(spans) == 1 else f"{len(spans)} times"
        raise Malformed(
            "quote-occurrence",
            f"There is no occurrence {values.shown(occurrence)}; the text says it {times}.",
            occurrence.location,
            hint="Take occurrence away." if len(spans) == 1 else f"Write a number from 1 to {len(spans)}.",
        )
    return spans[int(occurrence.text) - 1]


def _shortened(text: str, limit: int = 80) -> str:
    plain = normalise(text)
    return f"“{plain}”" if len(plain) <= limit else f"“{plain[: limit - 1]}…”"


def _instead(text: CapturedText, quote: str) -> str:
    """What to write instead of words that the text does not say."""
    as_it_looks = difference(normalise(quote), text.normal_text)
    return _as_it_is_said(text, quote) or as_it_looks or _nearest(quote, text.normal_text)


def _as_it_is_said(text: CapturedText, quote: str) -> str | None:
    """What to do where the text says a quote but for marks around it, or characters that nobody sees; else None."""
    visible = "".join(each for each in normalise(quote) if unicodedata.category(each) != _NOBODY_SEES)
    marked = _CURLY.fullmatch(visible)
    if not text.find(marked.group(1) if marked else visible):
        return None
    advice = [unseen(normalise(quote)), 'Write straight quotation marks around the words: "…".' if marked else None]
    return " ".join(filter(None, advice))


def _nearest(quote: str, text: str) -> str:
    """The passage of the text that is most like the quote, in whole words, as a hint; where nothing is, what to do."""
    wanted = normalise(quote)
    like = _LIKE_SHORT if len(wanted) < _SHORT else _LIKE
    alignment = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=like)
    if alignment is None or alignment.dest_end <= alignment.dest_start:
        return "Copy the words from the text as they stand there; what they mean is said below says."
    start = text.rfind(" ", 0, alignment.dest_start + 1) + 1
    end = text.find(" ", max(0, alignment.dest_end - 1))
    return f"Nearest passage: {_shortened(text[start : end if end >= 0 else len(text)], 200)}."
