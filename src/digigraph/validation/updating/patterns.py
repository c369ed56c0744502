"""Triple patterns: what a query in a shape reads of a data graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyoxigraph as ox

THIS = "$this"
"""In a pattern, the focus node."""


class Pattern(NamedTuple):
    """A triple pattern of a query: IRIs, :data:`THIS`, or None for anything.

    ``is_loop``: subject and object are the same variable.
    """

    subject: str | None
    predicate: str | None
    object: str | None
    is_loop: bool = False

    def of(self, focus: str | None) -> Pattern:
        """Return it for one focus node, or for any."""
        subject, predicate, value = (focus if each == THIS else each for each in self[:3])
        return Pattern(subject, predicate, value, self.is_loop)

    def matches(self, triple: ox.Triple) -> bool:
        """Whether a triple may be meant."""
        return (
            self.subject in {None, getattr(triple.subject, "value", None)}
            and self.predicate in {None, triple.predicate.value}
            and self.object in {None, getattr(triple.object, "value", None)}
            and (not self.is_loop or triple.subject == triple.object)
        )
