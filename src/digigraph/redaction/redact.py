"""Find what goes, put it on the list, take it out of the states, and say where the sources still have it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from digigraph.dataset.build import build
from digigraph.errors import InputError
from digigraph.findings import Location
from digigraph.iris import Iris
from digigraph.redaction.applying import apply
from digigraph.redaction.search import Search
from digigraph.redaction.states import EveryState, names_of
from digigraph.sources.facts.quoting import whole_words
from digigraph.sources.files.disk import read_bytes, source_files
from digigraph.sources.files.positions import Positions
from digigraph.sources.gaps.passed_over import TEXT_SUFFIXES
from digigraph.sources.read import MAX_TEXT_BYTES, read_project
from digigraph.sources.redactions import FILE, Redaction, Redactions, appended, read_redactions
from digigraph.sources.yaml.parsing import MAX_BYTES
from digigraph.store.disk import replace_file, storage_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from digigraph.findings import Finding
    from digigraph.redaction.applying import Applied
    from digigraph.settings import Settings
    from digigraph.sources.corpus import Corpus


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What taking back has done.

    Parameters
    ----------
    added
        New entries of the list.
    standing
        Reasons of what was asked for and stood on the list before, by its IRI without the base: they are not replaced.
    applied
        What became of the states.
    remaining
        Where the sources still say it.
    """

    added: tuple[Redaction, ...]
    standing: dict[str, str]
    applied: Applied
    remaining: tuple[Location, ...]


class MalformedList(InputError):
    """The list of what is taken back cannot be understood; ``findings`` say where."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(f"{FILE} has mistakes; nothing was done.")
        self.findings = findings


def redact(settings: Settings, asked: Iterable[str], *, reason: str, note: str = "") -> Report:
    """Take things, documents, texts or evidence back: onto the list, then out of every kept state.

    Parameters
    ----------
    asked
        IRIs, whole or without the base (``id/kth``, ``id:kth``).
    reason
        One of :data:`digigraph.sources.redactions.REASONS`.
    note
        For the curators.

    Raises
    ------
    NotFound
        Neither the sources nor any state knows an IRI; nothing was done.
    MalformedList, InputError
        The sources cannot be read; nothing was done.
    StoreError
        Some states may not be written anew yet; the next run does it.
    """
    iris = Iris(settings.base_iri)
    corpus = read_project(settings)
    if mistakes := [each for each in corpus.findings if each.location.path == FILE]:
        raise MalformedList(mistakes)
    locals_ = [_local(each, iris) for each in asked]
    states = EveryState(settings, corpus)
    found = [Search(Redaction(iri=each, reason=reason), states, iris) for each in locals_]
    known = corpus.redactions.reasons
    added = tuple(each.entry for each in found if not known.keys() >= set(each.entry.iris))
    if added:
        _add(settings.project / FILE, added, iris, note)
    redactions = Redactions((*corpus.redactions.entries, *added))
    standing = {each: known[each] for each in locals_ if each in known}
    words = {word for each in found for word in each.words}
    applied = apply(settings, redactions, known=names_of(states, redactions, iris), quotes=words)
    return Report(added=added, standing=standing, applied=applied, remaining=tuple(_remaining(settings, words)))


def _local(asked: str, iris: Iris) -> str:
    local = iris.local(asked)
    if local is None:
        raise InputError(
            f"{asked!r} is no IRI of a thing, a document, its text or evidence of this graph.",
            hint="Such as id/kth, doc/nhd-page, doc/nhd-page_1a2b3c4d, ev/nhd-page_1a2b3c4d_104-137.",
        )
    return local


def _add(path: Path, entries: Iterable[Redaction], iris: Iris, note: str) -> None:
    """Add to the list, atomically, unless that would make it something that cannot be read."""
    data = read_bytes(path, at_most=MAX_BYTES) if path.exists() else b""
    after = appended(data, entries, date=dt.datetime.now(dt.UTC).date().isoformat(), note=note)
    mistakes: list[Finding] = []
    read_redactions(after, iris, mistakes)
    if mistakes:
        raise MalformedList(mistakes)
    with storage_errors(f"Writing {path}"):
        path.parent.mkdir(exist_ok=True)
        replace_file(path, after)


def _remaining(settings: Settings, words: Collection[str]) -> list[Location]:
    """Where the sources still say what is taken back, each line once: what the build leaves out, and the words."""
    corpus = read_project(settings)
    left_out = (each.location for each in build(corpus, settings).findings if each.rule == "taken-back")
    pattern = whole_words([*words, *(quote(each, safe="") for each in words), *map(quote_plus, words)])
    files = source_files(settings.project)
    found = [*left_out, *_masked(corpus, files)]
    for path in files:
        text = read_bytes(path, at_most=MAX_TEXT_BYTES).decode("utf-8", "replace")
        positions = Positions(text, path.relative_to(settings.project).as_posix())
        found += (positions.value(*each.span()) for each in (pattern.finditer(text) if pattern else ()))
    return sorted({(each.path, each.line): each for each in sorted(found, reverse=True)}.values())


def _masked(corpus: Corpus, files: Iterable[Path]) -> Iterator[Location]:
    """Where words are masked in captured texts; where a whole text is taken back, the file."""
    paths = {path.stem: path for path in files if path.suffix in TEXT_SUFFIXES and path.parent.name == "documents"}
    for document in corpus.documents:
        text, name = f"{document.slug}_{document.version}", f"data/documents/{paths[document.slug].name}"
        if corpus.redactions.has_text(text):
            yield Location(name)
        positions = Positions(document.text.text, name)
        yield from (positions.value(span.start, span.end) for span in corpus.redactions.spans.get(text, ()))
