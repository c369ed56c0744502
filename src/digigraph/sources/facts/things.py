"""Things files: slugs, and below each what is known of that thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.iris import slugify
from digigraph.sources.facts import values
from digigraph.sources.facts.assertions import Assertion, Slug, placed
from digigraph.sources.facts.claims import ClaimReader
from digigraph.sources.facts.misplaced import Place
from digigraph.sources.files.records import Fields, Malformed, Node, Noting, Scalar, joined, nameless, said_of
from digigraph.suggestions import is_near

if TYPE_CHECKING:
    import pyoxigraph as ox

    from digigraph.findings import Finding, Location
    from digigraph.sources.ontology.terms import Context


@dataclass(slots=True, kw_only=True)
class ThingsFile:
    """What a things file says.

    Parameters
    ----------
    about
        What is said of its things.
    said
        What is said beside that of what has no slug, or none that can be used; it is no part of the graph.
    described
        Each slug with the place where it stands.
    untyped
        The slugs below which no type stands, with these places.
    misnamed
        Slugs that may have been meant by keys that are none, or by lines that were left out.
    nameless
        Where something is said of a thing that has no slug above it.
    missed
        See :class:`ClaimReader`; with None for the property where something of a thing was left out.
    is_read
        Whether it is a mapping.
    is_whole
        Whether nothing was left out of which nobody can tell whether it was a slug.
    """

    about: list[Assertion] = field(default_factory=list)
    said: list[Assertion] = field(default_factory=list)
    described: list[tuple[str, Location]] = field(default_factory=list)
    untyped: dict[str, Location] = field(default_factory=dict)
    misnamed: set[str] = field(default_factory=set)
    nameless: list[Location] = field(default_factory=list)
    missed: set[tuple[str, ox.NamedNode | None]] = field(default_factory=set)
    is_read: bool = False
    is_whole: bool = False


def read_things(root: Node, context: Context, findings: list[Finding]) -> ThingsFile:
    """Read a things file; every mistake is noted in ``findings``."""
    reader = _ThingsReader(context, findings)
    with Noting(findings):
        root = joined(root, "A things file", findings)
        if not isinstance(root, Fields):
            hint = "Write a slug, and indented below it type: … and name: …."
            raise Malformed("value", "A things file maps slugs to what is known of them.", root.location, hint=hint)
        reader.read(root)
    return reader.file


class _ThingsReader:
    """Reads the things of one file."""

    def __init__(self, context: Context, findings: list[Finding]) -> None:
        self.file = ThingsFile()
        self._claims = ClaimReader(context, findings, source="", language=None)
        self._findings = findings

    def read(self, root: Fields) -> None:
        for name, place in root.keys.items():
            with Noting(self._findings):
                self._thing(name, place, root.nodes[name])
        self.file.is_read, self.file.is_whole = True, root.is_whole
        if not root.is_whole:
            # What was left out may have been the type of any.
            self.file.untyped.clear()
        self.file.missed |= self._claims.missed
        self.file.said += self._claims.unplaced

    def _thing(self, name: str, place: Location, node: Node) -> None:
        """Read what stands below one key; raises Malformed where that is no slug, or nothing stands below it."""
        file, proposed = self.file, slugify(name)
        if not proposed or proposed != name:
            # It is left out, and has its mistakes told.
            file.said += self._said(proposed, node)
        if not name.strip():
            file.nameless.append(place)
            raise nameless(place)
        if proposed != name:
            file.misnamed.add(proposed)
            file.missed.add((proposed, None))
        named = values.slug(Scalar(name, place))
        file.described.append((named, place))
        if not isinstance(node, Fields) or not node.is_whole:
            file.missed.add((named, None))
        said = said_of(name, node, self._findings)
        if said.is_whole and not any(is_near(each, "type") for each in said.keys):
            file.untyped[named] = place
        file.about += placed(self._claims.of(named, said, place=Place.THING), named, place)

    def _said(self, name: str, node: Node) -> list[Assertion]:
        said = joined(node, name, self._findings)
        return self._claims.of(Slug(name), said, place=Place.THING) if isinstance(said, Fields) else []
