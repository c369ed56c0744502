"""The sentences that prove statements, and where a reader finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urldefrag

import pyoxigraph as ox

from digigraph.publishing.labels import chunks
from digigraph.store.backend import rows
from digigraph.vocab import DG, RDFS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.store.backend import Backend, Row

_WHOLE = 8
"""Words up to which a text fragment names a whole quote; of a longer one the ends, which may be in two blocks."""
_END = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A quoted span.

    Parameters
    ----------
    evidence, source
        IRIs of the evidence and of the document.
    quote, language
        What it says, and the tag of that, empty where it has none.
    start, end
        Code points of the stored text, ``[start, end)``.
    basis
        The last part of the ``dg:basis``: explicit, implied, derived, record.
    reason, reason_language
        Why a reader concludes it, where the words do not say it; or why it is not accepted. And the tag of that.
    as_of
        Date for which it holds, where that is known.
    is_accepted
        Whether the curator accepts it.
    url
        Of the original page; empty where it has none.
    """

    evidence: str
    source: str
    quote: str
    language: str
    start: int
    end: int
    basis: str
    reason: str = ""
    reason_language: str = ""
    as_of: str = ""
    is_accepted: bool = True
    url: str = ""

    @property
    def original(self) -> str:
        """The original page, at the sentence (URL Fragment Text Directives, section 3); empty where there is none."""
        if not self.url.startswith(("https://", "http://")):
            return ""
        words = self.quote.split()
        ends = [self.quote] if len(words) <= _WHOLE else [" ".join(words[:_END]), " ".join(words[-_END:])]
        # The directive's own marks: hyphen, comma, ampersand.
        text = ",".join(quote(each, safe="").replace("-", "%2D") for each in ends)
        page, fragment = urldefrag(self.url)
        return f"{page}#{fragment}:~:text={text}"


_DESCRIPTION = f"""?evidence {DG["quote"]} ?quote ; {DG["source"]} ?source ; {DG["basis"]} ?basis .
  OPTIONAL {{ ?evidence {DG["start"]} ?start ; {DG["end"]} ?end }} OPTIONAL {{ ?evidence {RDFS["comment"]} ?reason }}
  OPTIONAL {{ ?evidence {DG["asOf"]} ?asOf }} OPTIONAL {{ ?evidence {DG["accepted"]} ?accepted }}
  OPTIONAL {{ ?source {SCHEMA["url"]} ?url }}"""


def sentences(backend: Backend, evidence: Iterable[str]) -> dict[str, Sentence]:
    """Return the sentence of each evidence that quotes one, by its IRI."""
    found: dict[str, Sentence] = {}
    for values in chunks(evidence):
        for row in rows(backend, f"SELECT * {{ VALUES ?evidence {{ {values} }} {_DESCRIPTION} }}"):
            sentence = _sentence(row)
            found.setdefault(sentence.evidence, sentence)
    return found


def sentences_of_source(backend: Backend, source: ox.NamedNode) -> list[Sentence]:
    """Return every sentence quoted from a document, in the order of its text."""
    found = rows(backend, f"SELECT * {{ VALUES ?source {{ {source} }} {_DESCRIPTION} }}")
    unique = {each.evidence: each for each in map(_sentence, found)}
    return sorted(unique.values(), key=lambda each: (each.start, each.end, each.evidence))


def _sentence(row: Row) -> Sentence:
    quoted = row["quote"]
    assert isinstance(quoted, ox.Literal)  # noqa: S101 - the shapes see to it
    return Sentence(
        evidence=_text(row, "evidence"),
        source=_text(row, "source"),
        quote=quoted.value,
        language=quoted.language or "",
        start=int(_text(row, "start") or 0),
        end=int(_text(row, "end") or 0),
        basis=_text(row, "basis").rpartition("#")[2],
        reason=_text(row, "reason"),
        reason_language=getattr(row.get("reason"), "language", None) or "",
        as_of=_text(row, "asOf"),
        is_accepted=_text(row, "accepted") != "false",
        url=_text(row, "url"),
    )


def _text(row: Row, name: str) -> str:
    term = row.get(name)
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""
