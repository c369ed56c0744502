"""Names of things that are written where their slugs must stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.findings import Finding
from digigraph.sources.facts import values
from digigraph.sources.files.records import Malformed, Scalar

if TYPE_CHECKING:
    import pyoxigraph as ox

    from digigraph.sources.files.records import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Misnamed(Finding):
    """A name that is no slug, where one must stand; what it may mean is known when everything is read.

    Parameters
    ----------
    written
        The name.
    said_with
        The property whose value it is; None where it is a subject.
    is_word
        Whether it must be a word of the closed list of that property, and not a thing.
    """

    written: str
    said_with: ox.NamedNode | None = None
    is_word: bool = False


def named_by(node: Node, said_with: ox.NamedNode | None = None, *, is_word: bool = False) -> str:
    """Return the slug that a node writes: of a thing, or of a word of the closed list of a property.

    Raises
    ------
    Malformed
        It is no slug; where it is another text, with a finding that is :class:`Misnamed`.
    """
    try:
        return values.slug(node)
    except Malformed as error:
        told = error.finding
        if told.rule == "slug" and isinstance(node, Scalar):
            error.finding = Misnamed(
                rule=told.rule,
                severity=told.severity,
                message=told.message,
                location=told.location,
                hint=told.hint,
                written=node.text,
                said_with=said_with,
                is_word=is_word,
            )
        raise
