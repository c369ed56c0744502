"""What was said with a mistake, so that nobody says once more that it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.sources.claims import Slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyoxigraph as ox

    from digigraph.findings import Finding
    from digigraph.sources.claims import Assertion
    from digigraph.sources.documents import Document
    from digigraph.sources.records import Fields


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


def broken(things: Fields, mistakes: Iterable[Finding]) -> set[tuple[str, None]]:
    """Return the things of a file of whose entries something was left out, for it breaks the rules of YAML."""
    found = set()
    for each in mistakes:
        above = [(place.line, name) for name, place in things.keys.items() if place.line <= each.location.line]
        found |= {(name, None) for _, name in sorted(above)[-1:]}
    return found
