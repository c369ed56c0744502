"""What was said with a mistake, so that nobody says once more that it is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.sources.facts.assertions import Slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    import pyoxigraph as ox

    from digigraph.findings import Finding
    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.facts.documents import Document

_NAMES = re.compile(rb"(?:^|[:/#])([a-z0-9]+(?:-[a-z0-9]+)*)", re.MULTILINE)
_SLUGS = re.compile(rb"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIRST = "Correct this first: what else depends on this file is checked when it can be read."


def left_out(
    said: Iterable[Assertion], documents: Sequence[Document], things: Sequence[Assertion]
) -> Iterator[tuple[str, ox.NamedNode]]:
    """Yield the subjects and objects, each with its property, of what was said and is in no document and no thing."""
    taken = {*things, *(each for document in documents for each in document.about)}
    taken |= {each for document in documents for fact in document.facts for each in fact.assertions}
    for each in set(said) - taken:
        yield each.subject, each.property
        if isinstance(each.value, Slug):
            yield each.value, each.property


def names_in(data: bytes) -> set[str]:
    """Return the slugs and words that a file may describe, whatever is wrong with its syntax."""
    return {each.decode() for each in _NAMES.findall(data)}


def names_at(mistakes: Iterable[Finding], data: bytes) -> set[str]:
    """Return what may be slugs in those lines of a file that have mistakes."""
    lines = data.split(b"\n")
    written = (lines[each.location.line - 1] for each in mistakes if 0 < each.location.line <= len(lines))
    return {name.decode() for line in written for name in _SLUGS.findall(line.lower())}


def to_be_read_first(findings: Iterable[Finding], unread: AbstractSet[str]) -> Iterator[Finding]:
    """Yield the findings; the first of each file that could not be read says that more waits for it."""
    waiting = set(unread)
    for each in findings:
        if each.location.path in waiting:
            waiting.remove(each.location.path)
            yield replace(each, hint=" ".join(filter(None, (each.hint, _FIRST))))
        else:
            yield each
