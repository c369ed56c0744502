"""``data/redactions.yaml``: what a project has taken back, by IRI and reason, and never the words themselves.

::

    - iri: id/ada-berg                              # as asked for
      reason: privacy                               # one of REASONS
      date: 2026-11-26                              # optional
      note: asked for by herself                    # optional; for the curators, published nowhere
      also: [ev/nhd-page_1a2b3c4d_104-137]          # what went with it: evidence, and places where the words stand
      checked: [doc/nhd-page_99887766]              # texts of the same documents in which the words do not stand
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from digigraph.iris import quoted_span
from digigraph.sources.facts import values
from digigraph.sources.facts.quoting import Span, find_in_runs
from digigraph.sources.files.disk import read_bytes
from digigraph.sources.files.kept import Kept
from digigraph.sources.files.records import Fields, Items, Malformed, Node, Noting, Refused, mistake
from digigraph.sources.yaml.layouts import UNKNOWN
from digigraph.sources.yaml.parsing import MAX_BYTES, parse_yaml
from digigraph.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from digigraph.findings import Finding, Location
    from digigraph.iris import Iris

FILE = "data/redactions.yaml"
REASONS = {
    "privacy": "a person does not want it to be published, or need not bear it",
    "rights": "it was published without the right to",
    "legal": "a court or an authority demands it",
    "error": "it should never have been said",
    "other": "for another reason",
}
"""Classes of reasons: what readers are told, and no more. Of ``error``, the words themselves are not at fault."""
WORDS_STAY = "error"
"""The class with which the names of a thing stay where other things' statements and texts have them."""
_ENTRY = re.compile(rb"^[^\S\n]*[^#\s]", re.MULTILINE)
_KEYS = frozenset({"iri", "reason", "date", "note", "also", "checked"})
_HEAD = """\
# yaml-language-server: $schema=../schemas/redactions.schema.json
# What was taken back: `digigraph redact` adds to this list, and no publication brings back what stands on it.
# It names things, documents, texts and evidence by the ends of their IRIs; never write the words themselves here.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """One thing that was taken back; IRIs without the project's base.

    Parameters
    ----------
    iri
        Of a thing, a document, the text of a document or evidence.
    reason
        One of :data:`REASONS`.
    also
        What went with it.
    checked
        Texts that were looked through for its words, and do not have them.
    location
        Where it stands on the list.
    """

    iri: str
    reason: str
    also: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    location: Location | None = None

    @property
    def takes_words(self) -> bool:
        """Whether the words go, and not only what we made of them."""
        return self.reason != WORDS_STAY or not self.iri.startswith("id/")

    @property
    def iris(self) -> tuple[str, ...]:
        """Everything that is gone by it."""
        return (self.iri, *self.also)


@dataclass(frozen=True)
class Redactions:
    """Everything that a project has taken back."""

    entries: tuple[Redaction, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.entries)

    @cached_property
    def reasons(self) -> dict[str, str]:
        """The reason of each IRI, without the project's base; the first that was given."""
        reasons: dict[str, str] = {}
        for entry in self.entries:
            for iri in entry.iris:
                reasons.setdefault(iri, entry.reason)
        return reasons

    @cached_property
    def spans(self) -> dict[str, tuple[Span, ...]]:
        """The places in each text, by ``{slug}_{version}``, whose words are taken back."""
        spans: dict[str, set[Span]] = {}
        for entry in self.entries:
            for iri in entry.iris if entry.takes_words else ():
                if (quoted := quoted_span(iri)) is not None:
                    spans.setdefault(quoted.text, set()).add(Span(quoted.start, quoted.end))
        return {text: tuple(sorted(found)) for text, found in spans.items()}

    def has_text(self, text: str) -> bool:
        """Tell whether a whole text, ``{slug}_{version}``, is taken back, alone or with its document."""
        return f"doc/{text}" in self.reasons or f"doc/{text.rpartition('_')[0]}" in self.reasons

    def left_of(self, text: str, runs: Sequence[Run], names: re.Pattern[str] | None) -> list[Run] | None:
        """Return what a reader may see of a text, ``{slug}_{version}``; None where all of it is taken back.

        Parameters
        ----------
        runs
            What a reader saw (:meth:`digigraph.sources.facts.quoting.CapturedText.runs`).
        names
            What finds those that are masked wherever they stand.
        """
        if self.has_text(text):
            return None
        spans = self.spans.get(text, ())
        return masked(runs, [*spans, *find_in_runs(runs, names)] if names else spans)


Run = tuple[int, str]
"""A piece of what a reader sees, and the code point of the stored text at which it begins."""
MASK = "█████"
"""What stands where words were taken back; as long whatever they were."""


def masked(runs: Iterable[Run], spans: Iterable[Span]) -> list[Run]:
    """Return runs of a text with a mask in place of each span; what is left keeps its place in the stored text."""
    left = list(runs)
    for span in spans:
        cut: list[Run] = []
        is_marked = False
        for start, text in left:
            begin, end = max(span.start - start, 0), min(span.end - start, len(text))
            if begin >= end:
                cut.append((start, text))
                continue
            pieces = [(start, text[:begin]), (start + begin, "" if is_marked else MASK), (start + end, text[end:])]
            cut += [piece for piece in pieces if piece[1]]
            is_marked = True
        left = cut
    return left


def redactions_of(project: Path, iris: Iris) -> Redactions:
    """Return what a project takes back at this moment, mistakes left out; raises InputError."""
    path = project / FILE
    return read_redactions(read_bytes(path, at_most=MAX_BYTES), iris, []) if path.is_file() else Redactions()


def read_redactions(data: bytes, iris: Iris, findings: list[Finding]) -> Redactions:
    """Read the list; what is wrong with it is noted, and then nothing must be published."""
    readings = parse_yaml(data, FILE, UNKNOWN, findings, Kept()) if _ENTRY.search(data) else []
    if not readings:
        return Redactions()
    root = readings[0]
    entries = []
    for node in root.nodes if isinstance(root, Items) else [root]:
        with Noting(findings):
            entries.append(_entry(node, iris, findings))
    return Redactions(tuple(entries))


def _entry(node: Node, iris: Iris, findings: list[Finding]) -> Redaction:
    if not isinstance(node, Fields):
        raise Malformed("redaction", "An entry names what is taken back.", node.location, hint="Write - iri: …")
    for key, place in node.keys.items():
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS) or f"Keys: {', '.join(sorted(_KEYS))}."
            findings.append(mistake("key", f"A redaction has no key {key!r}.", place, hint=hint))
    for key in ("iri", "reason"):
        if key not in node.nodes:
            raise Malformed("redaction", f"{key} is missing here.", node.location, hint=f"Add {key}: …")
    if "date" in node.nodes:
        values.date(values.scalar(node.nodes["date"]))
    reason = values.scalar(node.nodes["reason"])
    if reason.text not in REASONS:
        hint = did_you_mean(reason.text, REASONS) or f"Reasons: {', '.join(REASONS)}."
        raise Malformed("redaction", f"{reason.text!r} is no reason.", reason.location, hint=hint)
    return Redaction(
        iri=_iri(node.nodes["iri"], iris),
        reason=reason.text,
        also=_iris(node.nodes.get("also"), iris),
        checked=_iris(node.nodes.get("checked"), iris),
        location=node.location,
    )


def _iris(node: Node | None, iris: Iris) -> tuple[str, ...]:
    nodes = node.nodes if isinstance(node, Items) else [node]
    return tuple(_iri(each, iris) for each in nodes if each is not None)


def _iri(node: Node, iris: Iris) -> str:
    if isinstance(node, Refused):
        raise node.reason
    scalar = values.scalar(node)
    local = iris.local(scalar.text)
    if local is None:
        message = f"{scalar.text!r} is no IRI of a thing, a document, its text or evidence."
        hint = "Such as id/kth, doc/nhd-page, doc/nhd-page_1a2b3c4d, ev/nhd-page_1a2b3c4d_104-137."
        raise Malformed("redaction", message, scalar.location, hint=hint)
    return local


def appended(data: bytes, entries: Iterable[Redaction], *, date: str, note: str) -> bytes:
    """Return the list with more at its end; what stands there stays as it is, comments included.

    Parameters
    ----------
    data
        The list; empty where there is none.
    date
        Of the new entries.
    note
        For the curators; empty: none.
    """
    text = (data or _HEAD.encode()).decode("utf-8", "surrogateescape")
    lines = [] if text.endswith("\n") else ["\n"]
    for entry in entries:
        lines += [f"- iri: {entry.iri}\n", f"  reason: {entry.reason}\n", f"  date: {date}\n"]
        # A text in JSON is one in YAML (YAML 1.2, section 1.3).
        lines += [f"  note: {json.dumps(note, ensure_ascii=False)}\n"] if note else []
        for key, named in (("also", entry.also), ("checked", entry.checked)):
            lines += [f"  {key}:\n", *(f"    - {each}\n" for each in named)] if named else []
    return (text + "".join(lines)).encode("utf-8", "surrogateescape")
