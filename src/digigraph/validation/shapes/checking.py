"""A dataset against shapes: what the shapes find, and what is wrong with the shapes themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph import sparql
from digigraph.findings import Finding, Location, Severity
from digigraph.validation.engine.data_graph import ShapesError, UnfinishedError, query_of
from digigraph.validation.shacl.messages import messages_of
from digigraph.validation.shacl.prefixes import Declarations, PrefixError
from digigraph.validation.shacl.targets import TARGETS, by_subject, focused, property_targets
from digigraph.validation.shapes.results import ResultFindings, ShapesSaid, rule_of_shape
from digigraph.validation.updating.reach import ShapesGraph, makes_root
from digigraph.vocab import SH, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from digigraph.dataset.statements import Dataset
    from digigraph.sources.rdf.parsing import LocatedQuad
    from digigraph.validation.engine.data_graph import DataGraph

_NEVER_RUN = {SH["js"], SH["target"], SH["expression"], SH["rule"], SH["values"], SH["jsFunctionName"]}
"""Properties of SHACL-JS and SHACL Advanced Features: an engine without them would pass over them in silence."""
_LABEL = re.compile(r"'s[0-9a-f]{6}x*-[0-9]+'")
"""A blank node of the shapes, as the engine names it."""
_CONTACT = {"SERVICE", "LOAD", "FROM"}
_COMPONENTS = """
And Class Closed Datatype Disjoint Equals HasValue In LanguageIn LessThan LessThanOrEquals MaxCount MaxExclusive
MaxInclusive MaxLength MinCount MinExclusive MinInclusive MinLength Node NodeKind Not Or Pattern QualifiedMaxCount
QualifiedMinCount SPARQL UniqueLang Xone
"""
"""The constraint components of SHACL (sections 4 and 5.3); they name the rules of shapes without an IRI."""


def rules_of_shapes(shapes: Iterable[LocatedQuad]) -> frozenset[str]:
    """Return the identifiers of the rules that results of a shapes graph can have."""
    named = {each.quad.subject for each in shapes if isinstance(each.quad.subject, ox.NamedNode)}
    components = {SH[f"{name}ConstraintComponent"] for name in _COMPONENTS.split()}
    return frozenset(map(rule_of_shape, named | components))


def has_shapes(quads: Iterable[LocatedQuad]) -> bool:
    """Tell whether anything in a graph is a shape of its own: has a target or is said to be a shape."""
    return any(makes_root(each.quad.triple) for each in quads)


class ShapesCheck:
    """Checks of one dataset against one shapes graph.

    Parameters
    ----------
    dataset
        For the places of what is found.
    data
        What is validated, and within which bounds.
    shapes
        The shapes graph; its blank nodes have other labels than those of the data.
    shorten
        Gives an IRI as people read it.
    """

    def __init__(
        self,
        dataset: Dataset,
        shapes: Sequence[LocatedQuad],
        *,
        data: DataGraph,
        shorten: Callable[[str], str],
    ) -> None:
        self._shapes = shapes
        self._graph = data
        self._files = Location(shapes[0].location.path if shapes else "shapes")
        self._about = by_subject(shapes)
        self._results = ResultFindings(dataset, _said(self._about), shorten, elsewhere=self._files)

    def findings(self) -> Iterator[Finding]:
        """Yield what the shapes find and what is wrong with them; one that cannot be used hides none of the others."""
        yield from self._never_run()
        remote = {each.quad.subject: each for each in self._shapes if _contacts(each.quad)}
        for each in remote.values():
            yield Finding(
                rule="shapes-remote",
                severity=Severity.VIOLATION,
                message="A query in the shapes names another graph or server; nothing is fetched, and it is not run.",
                location=each.location,
                hint="Remove FROM, SERVICE and LOAD: the data graph is what is asked.",
            )
        completed, mistaken = self._with_prefixes()
        yield from mistaken.values()
        left_out = remote.keys() | mistaken.keys()
        usable = [each for each in completed if not {each.subject, each.object} & left_out]
        yield from self._never_asked(left_out)
        try:
            yield from self._checked_or_told(usable)
        except UnfinishedError as error:
            yield self._unfinished(error)
            rest = [each for each in usable if each.subject != error.shape or each.predicate not in TARGETS]
            try:
                yield from self._checked_or_told(rest if error.shape is not None else ())
            except UnfinishedError as another:
                # Twice is enough: what a run takes stays bounded, and nobody is told that the others hold.
                yield self._unfinished(another, is_last=True)

    def _with_prefixes(self) -> tuple[list[ox.Triple], dict[Term, Finding]]:
        """The shapes, in which queries declare their prefixes; and what is wrong with those that cannot, by subject."""
        declarations = Declarations(each.quad.triple for each in self._shapes)
        completed: list[ox.Triple] = []
        mistaken: dict[Term, Finding] = {}
        for each in self._shapes:
            triple = each.quad.triple
            if (query := query_of(triple)) is not None:
                try:
                    text = declarations.complete(query, triple.subject)
                except PrefixError as error:
                    mistaken[triple.subject] = Finding(
                        rule="shapes",
                        severity=Severity.VIOLATION,
                        message=f"This query cannot be used: {error}",
                        location=each.location,
                        hint="Declare it in the query, or by sh:prefixes; what a file declares is for that file alone.",
                    )
                    continue
                if text != query:
                    triple = ox.Triple(triple.subject, triple.predicate, ox.Literal(text))
            if triple.predicate != SH["prefixes"]:
                completed.append(triple)
        return completed, mistaken

    def _checked_or_told(self, shapes: Sequence[ox.Triple]) -> list[Finding]:
        """What shapes find, and which of them cannot be used."""
        try:
            return self._checked(shapes, is_whole=True)
        except UnfinishedError:
            raise
        except ShapesError as error:
            return list(self._one_by_one(shapes, str(error)))

    def _unfinished(self, error: UnfinishedError, *, is_last: bool = False) -> Finding:
        others = "The other shapes were not checked." if is_last else "The others were checked without it."
        return Finding(
            rule="shapes-unfinished",
            severity=Severity.VIOLATION,
            message=f"This shape was given up: {error}. {others}",
            location=self._place(error.shape) if error.shape is not None else self._files,
            hint="Look for a query or a regular expression that tries too much, or allow more time: shapes_seconds.",
        )

    def _checked(self, shapes: Sequence[ox.Triple], *, is_whole: bool = False) -> list[Finding]:
        report = self._graph.validate(shapes, is_whole=is_whole)
        found = list(self._results.findings(report.results(messages_of(shapes))))
        for name in report.recursive:
            shape = next((each for each in self._about if str(getattr(each, "value", "")) == name), None)
            found.append(
                Finding(
                    rule="shapes-recursive",
                    severity=Severity.WARNING,
                    message="This shape leads back to itself; it was followed some levels deep and no further.",
                    location=self._place(shape) if shape is not None else self._files,
                    hint="Break the circle: what lies deeper in the data is not checked by it.",
                )
            )
        return found

    def _one_by_one(self, shapes: Iterable[ox.Triple], reason: str) -> Iterator[Finding]:
        """Check each shape on its own, to tell which of them cannot be used."""
        graph = ShapesGraph(shapes)
        has_culprit = False
        for root in graph.roots():
            try:
                yield from self._checked(graph.closure(root))
            except UnfinishedError:
                raise
            except ShapesError as error:
                has_culprit = True
                yield _unusable(str(error), self._place(root))
        if not has_culprit:
            yield _unusable(reason, self._files)

    def _never_run(self) -> Iterator[Finding]:
        found = [each for each in self._shapes if each.quad.predicate in _NEVER_RUN]
        # What only says more of one that is told already.
        inner = {each.quad.object for each in found}
        for each in found:
            if each.quad.subject not in inner:
                name = each.quad.predicate.value.rpartition("#")[2]
                yield Finding(
                    rule="shapes-unsupported",
                    severity=Severity.VIOLATION,
                    message=f"sh:{name} is never run: what it asks for is not checked.",
                    location=each.property or each.location,
                    hint="Say it with SHACL Core or SHACL-SPARQL.",
                )

    def _never_asked(self, told: Container[Term]) -> Iterator[Finding]:
        """Yield a finding for each query that is not SPARQL and that nothing asks, for its shape has no focus node."""
        queries = [each for each in self._shapes if query_of(each.quad.triple) and each.quad.subject not in told]
        if not queries:
            return
        with_focus = focused(self._shapes, self._graph.triples)
        asked = {
            each.quad.object
            for each in self._shapes
            if each.quad.subject in with_focus and each.quad.predicate == SH["sparql"]
        }
        for each in queries:
            if each.quad.subject not in asked and (mistake := self._graph.mistake_in(query_of(each.quad.triple) or "")):
                yield _unusable(mistake, each.location)

    def _place(self, shape: Term) -> Location:
        places = [each.node for each in self._about.get(shape, ())]
        return min(places, default=self._files)


def _said(about: Mapping[Term, Sequence[LocatedQuad]]) -> ShapesSaid:
    """What a shapes graph says for people."""
    targets: dict[Term, Location] = {}
    names: dict[Term, str] = {}
    for shape, said in about.items():
        for each in said:
            term, value = each.quad.predicate, each.quad.object
            if term == SH["targetNode"]:
                targets[value] = replace(each.location, of_node=True)
            is_better = shape not in names or getattr(value, "language", None) == "en"
            if term == SH["name"] and isinstance(value, ox.Literal) and is_better:
                names[shape] = value.value
    compared = {
        (shape, each.quad.object)
        for shape, said in about.items()
        for each in said
        if each.quad.predicate in {SH["lessThan"], SH["lessThanOrEquals"]}
        and isinstance(each.quad.object, ox.NamedNode)
    }
    return ShapesSaid(targets=targets, by_property=property_targets(about), names=names, compared=compared)


def is_finished(findings: Iterable[Finding]) -> bool:
    """Whether each check came to its end; how far one comes is another time's."""
    return not any(each.rule == "shapes-unfinished" for each in findings)


def _contacts(quad: ox.Quad) -> bool:
    """Whether a triple is a query that names another graph or server."""
    query = query_of(quad.triple)
    return query is not None and not sparql.keywords(query).isdisjoint(_CONTACT)


def _unusable(reason: str, place: Location) -> Finding:
    return Finding(
        rule="shapes",
        severity=Severity.VIOLATION,
        message=f"This shape cannot be used: {_LABEL.sub('A part of it', reason)}",
        location=place,
        hint="Until it is corrected it checks nothing.",
    )
