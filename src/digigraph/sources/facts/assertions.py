"""What files say, as assertions: subject, property, value, and where it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.findings import Location


class Slug(str):
    """The slug of a thing, where an assertion's value is a thing of this graph."""

    __slots__ = ()


Value = Slug | ox.NamedNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Assertion:
    """One triple as read.

    Parameters
    ----------
    subject
        Slug.
    property
        IRI.
    value
        A thing's slug, an IRI or a literal.
    location
        Where the value is written.
    introduced_by
        The assertion that brings the subject into being, for grants, amounts, figures and identifier records.
    of
        Where the subject is written, if it is.
    """

    subject: str
    property: ox.NamedNode
    value: Value
    location: Location
    introduced_by: Assertion | None = None
    of: Location | None = None


def placed(assertions: Iterable[Assertion], subject: str, place: Location) -> list[Assertion]:
    """Return assertions of which those about a subject know where it is written."""
    return [replace(each, of=place) if each.subject == subject else each for each in assertions]
