"""Shapes that match nothing: they pass whatever the data is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Severity
from digigraph.validation.shacl.paths import Predicate
from digigraph.vocab import OWL, RDF, RDFS, SH, XSD, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Location
    from digigraph.sources.rdf.parsing import LocatedQuad

SHAPE_TYPES = {SH["NodeShape"], SH["PropertyShape"]}
TARGETS = tuple(SH[name] for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"))
"""The target declarations of SHACL Core (section 2.1.3), without that of a shape that is a class itself."""
_BY_PROPERTY = {SH["targetSubjectsOf"], SH["targetObjectsOf"]}
_CLASSES = {RDFS["Class"], OWL["Class"]}
_TRUE = ox.Literal("true", datatype=XSD["boolean"])


class Targets:
    """What the targets of shapes find in a data graph."""

    def __init__(self, data: Iterable[ox.Triple]) -> None:
        self._properties: set[Term] = set()
        self._types: set[Term] = set()
        above: defaultdict[Term, set[Term]] = defaultdict(set)
        is_a, is_below = RDF["type"], RDFS["subClassOf"]
        for triple in data:
            predicate = triple.predicate
            self._properties.add(predicate)
            if predicate == is_a:
                self._types.add(triple.object)
            elif predicate == is_below:
                above[triple.subject].add(triple.object)
        waiting = list(self._types)
        while waiting:
            new = above[waiting.pop()] - self._types
            self._types |= new
            waiting += new

    def finds(self, kind: ox.NamedNode, value: Term) -> bool:
        """Whether a target, by its property and value, has a focus node; a node that is named always is one."""
        if kind == SH["targetClass"]:
            return value in self._types
        return kind == SH["targetNode"] or value in self._properties


class _Shape:
    """A shape, or what else a node of a shapes graph may be."""

    def __init__(self, node: Term, said: Sequence[LocatedQuad]) -> None:
        self.node = node
        self._said = said
        types = set(self.values(RDF["type"]))
        self.targets = [(kind, value) for kind in TARGETS for value in self.values(kind)]
        self.is_one = bool(self.targets or types & SHAPE_TYPES)
        if types & SHAPE_TYPES and types & _CLASSES:
            # The instances of a shape that is a class are its target (SHACL, section 2.1.3.3).
            self.targets.append((SH["targetClass"], node))

    @property
    def place(self) -> Location:
        """Where it begins."""
        return min(each.node for each in self._said)

    def values(self, predicate: ox.NamedNode) -> list[Term]:
        """What it says by a property."""
        return [each.quad.object for each in self._said if each.quad.predicate == predicate]

    @property
    def is_left_out(self) -> bool:
        """Whether it is switched off, or has a target that SHACL Core does not know."""
        return _TRUE in self.values(SH["deactivated"]) or bool(self.values(SH["target"]))


def by_subject(quads: Iterable[LocatedQuad]) -> dict[Term, list[LocatedQuad]]:
    """Return what a graph says of each subject, in source order."""
    about: defaultdict[Term, list[LocatedQuad]] = defaultdict(list)
    for each in quads:
        about[each.quad.subject].append(each)
    return about


def property_targets(about: Mapping[Term, Sequence[LocatedQuad]]) -> dict[Term, list[Predicate]]:
    """Return of each shape with targets by properties, and no others, the paths from a focus node to what made it one.

    Parameters
    ----------
    about
        What a shapes graph says of each subject.
    """
    found: dict[Term, list[Predicate]] = {}
    for node, said in about.items():
        targets = _Shape(node, said).targets
        if targets and {kind for kind, _ in targets} <= _BY_PROPERTY:
            found[node] = [
                Predicate(value, inverse=kind == SH["targetObjectsOf"])
                for kind, value in targets
                if isinstance(value, ox.NamedNode)
            ]
    return found


def focused(shapes: Iterable[LocatedQuad], data: Iterable[ox.Triple]) -> set[Term]:
    """Return the shapes that have a focus node by a target of their own."""
    about = by_subject(shapes)
    targets = Targets(data)
    return {node for node, said in about.items() if any(targets.finds(*each) for each in _Shape(node, said).targets)}


def check_targets(
    shapes: Iterable[LocatedQuad], data: Iterable[ox.Triple], expected: AbstractSet[str], shorten: Callable[[str], str]
) -> Iterator[Finding]:
    """Yield a finding for each shape whose targets have no focus node, and for each without targets that none uses.

    Parameters
    ----------
    shapes
        The shapes graph.
    data
        The data graph.
    expected
        IRIs of terms of which there may come to be data: a shape for them is ready in time.
    shorten
        Gives an IRI as people read it.
    """
    about = by_subject(shapes)
    found = [_Shape(node, said) for node, said in about.items()]
    used = {each.quad.object for said in about.values() for each in said}
    targets = Targets(data)
    for shape in found:
        if not shape.is_one or shape.is_left_out or (not shape.targets and shape.node in used):
            continue
        if any(
            targets.finds(*each) or getattr(each[1], "value", None) in expected or _is_ban(shape, *each, about)
            for each in shape.targets
        ):
            continue
        yield Finding(
            rule="shape-without-focus",
            severity=Severity.INFO,
            message=_message(shape, shorten),
            location=shape.place,
            subject=shape.node.value if isinstance(shape.node, ox.NamedNode) else None,
            hint="Correct the target, or take the shape away."
            if shape.targets
            else "Give it a target, or take it away.",
        )


def _is_ban(shape: _Shape, kind: ox.NamedNode, value: Term, about: Mapping[Term, Sequence[LocatedQuad]]) -> bool:
    """Whether a shape says of its target that there shall be none of it; to match nothing is its success."""
    if kind == SH["targetSubjectsOf"]:
        return value in shape.values(SH["path"]) and any(
            isinstance(each, ox.Literal) and each.value == "0" for each in shape.values(SH["maxCount"])
        )
    return kind == SH["targetClass"] and any(
        (each.quad.predicate, each.quad.object) == (SH["class"], value)
        for inner in shape.values(SH["not"])
        for each in about.get(inner, ())
    )


def _message(shape: _Shape, shorten: Callable[[str], str]) -> str:
    names = [
        f"sh:{kind.value.rpartition('#')[2]} {shorten(value.value) if isinstance(value, ox.NamedNode) else value}"
        for kind, value in shape.targets
    ]
    if not names:
        return "This shape checks nothing: it has no target, and no other shape uses it."
    return f"This shape checks nothing: the data has no node for {' or '.join(names)}."
