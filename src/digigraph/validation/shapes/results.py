"""SHACL results as findings: each with the place in the sources that it speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from digigraph.findings import Finding, Location, Severity, ShapeResult
from digigraph.rules import SHAPE_PREFIX
from digigraph.validation.shacl.paths import Path, Predicate, Step, last_steps, sparql, turtle
from digigraph.vocab import DG, RDF, SH, XSD, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from digigraph.dataset.statements import Dataset
    from digigraph.validation.shacl.report_graph import Result

_SEVERITIES = {SH["Violation"]: Severity.VIOLATION, SH["Warning"]: Severity.WARNING, SH["Info"]: Severity.INFO}
MISSING = {
    SH[f"{name}ConstraintComponent"].value
    for name in ("MinCount", "HasValue", "QualifiedMinCount", "QualifiedValueShape")
}
"""Components whose results speak of values that are not there."""

_OF_ALL = SH["MaxCountConstraintComponent"].value
"""The component whose results name no value because they speak of all."""
_OF_ORDER = {SH[f"{name}ConstraintComponent"].value for name in ("LessThan", "LessThanOrEquals")}
"""Components that compare a value with those of another property."""
_OF_QUERIES = SH["SPARQLConstraintComponent"].value
_OF_PROPERTIES = {SH["ClosedConstraintComponent"].value}
"""Components whose results name a value and speak of the property that has it; all that name none speak of it too."""
OF_CLASSES = {SH[f"{name}ConstraintComponent"].value for name in ("Class", "Or", "Not", "Xone", "Node")}
"""Components whose results speak of what a node is."""
_BARE = {XSD[name] for name in ("integer", "decimal", "boolean")}
"""Datatypes of literals that Turtle writes without quotation marks."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?|true|false")
_PATH = 60
"""Characters of a path that a message shows."""
_OTHERS = 20
"""Further places of one result that are told."""
_SHOWN = 200
"""Characters of a value that a message shows; reports for programs have it whole."""
_REASONS = 3
"""Results of inner shapes that are told with that of the outer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapesSaid:
    """What a shapes graph says for people.

    Parameters
    ----------
    targets
        Where shapes name a node as their target (``sh:targetNode``): the place of nodes that are nowhere in the data.
    by_property
        Of each shape that has targets by properties, and no others, the paths from a focus node to what made it one.
    names
        Of each shape its ``sh:name``, in English where it has one.
    compared
        Each shape with a property than whose values its own must be less.
    """

    targets: Mapping[Term, Location]
    by_property: Mapping[Term, Sequence[Predicate]]
    names: Mapping[Term, str]
    compared: Collection[tuple[Term, ox.NamedNode]]


@dataclass(frozen=True, slots=True)
class _Blamed:
    """A result and the triples that it speaks of; the first of several such has the result counted."""

    result: Result
    steps: list[Step]
    path: Path | None
    is_first: bool = True


class _Written(NamedTuple):
    """A place, in the order in which they are told."""

    is_of_others: bool
    place: Location
    has_no_quote: bool
    quote: str


class ResultFindings:
    """Makes findings of results over one dataset.

    Parameters
    ----------
    dataset
        What was validated.
    said
        By the shapes.
    shorten
        Gives an IRI as people read it.
    elsewhere
        The place of what is nowhere.
    """

    def __init__(
        self, dataset: Dataset, said: ShapesSaid, shorten: Callable[[str], str], *, elsewhere: Location
    ) -> None:
        self._dataset = dataset
        self._said = said
        self._shorten = shorten
        self._elsewhere = elsewhere
        # A node with thousands of faulty values is walked from once, not for each of them.
        self._reached = lru_cache(maxsize=64)(lambda path, focus: last_steps(path, focus, dataset))

    def findings(self, results: Iterable[Result]) -> Iterator[Finding]:
        """Yield the findings that results are, of each mistake one.

        A node that only its properties made a target is told of each of these properties. What is wrong with a triple
        that follows from another is told of what is written, and not where the same is wrong with that.
        """
        blamed = [each for result in results for each in self._blamed(result)]
        told = {(each.result.component, step.triple) for each in blamed for step in each.steps}
        for each in blamed:
            sources = [self._dataset.source_of(*step.triple) for step in each.steps]
            written = [Step(*_parts(source), backwards=False) for source in sources if source is not None]
            if sources and len(written) == len(sources):
                reasons = {(each.result.component, step.triple) for step in written}
                if reasons <= told:
                    continue
                told |= reasons
            is_one = len(sources) == 1 and written and written[0].subject == each.result.focus
            yield self._finding(each, written[0] if is_one else None)

    def _blamed(self, result: Result) -> list[_Blamed]:
        """What a result speaks of: triples, or each property that made its node a target, with its triples."""
        made = self._made_target(result)
        if not made:
            return [_Blamed(result, self._steps(result), result.path)]
        return [_Blamed(result, steps, path, is_first=not at) for at, (path, steps) in enumerate(made.items())]

    def _made_target(self, result: Result) -> dict[Predicate, list[Step]]:
        """The triples that made the focus node of a result a target; none where it speaks of something else."""
        focus = result.focus
        if result.path is not None or result.value not in {None, focus} or result.shape is None:
            return {}
        # Of what is wrong with the node's own name, it is no matter what it has.
        of_kind = result.component in OF_CLASSES
        paths = [each for each in self._said.by_property.get(result.shape, ()) if each.inverse or of_kind]
        made = {path: last_steps(path, focus, self._dataset).values() for path in paths}
        return {
            # The node stands where it is a value, not where its properties begin.
            path: [replace(step, backwards=False) for several in steps for step in several]
            for path, steps in made.items()
            if steps
        }

    def _finding(self, blamed: _Blamed, written: Step | None) -> Finding:
        """The finding that a result is; ``written``: what the triple of which it speaks follows from."""
        result = blamed.result
        path = Predicate(written.predicate) if written is not None else blamed.path
        places = self._written(blamed)
        # What the node itself says, before what others say of it; the same words stand in the default graph and in that
        # of their evidence, which has the sentence.
        _, place, _, quote = min(places, default=(False, None, False, ""))
        others = sorted(({each.place for each in places} | self._compared(result)) - {place})
        concerned = self._concerned(result)
        reasons, named = self._reasons(result.details)
        return Finding(
            rule=_rule(result),
            # A severity that is not SHACL's own may mean anything: nobody shall overlook it.
            severity=_SEVERITIES.get(result.severity, Severity.VIOLATION),
            message=self._message(result, concerned, path, written.object if written is not None else result.value),
            location=place or self._node_place(concerned),
            hint=reasons,
            named=named,
            also=tuple(others[:_OTHERS]),
            subject=concerned.value if isinstance(concerned, ox.NamedNode) else None,
            path=sparql(path, self._shorten) if path is not None else None,
            quote=self._quote(concerned) or quote or None,
            result=replace(_reported(result), times=1 if blamed.is_first else 0),
        )

    def _concerned(self, result: Result) -> Term:
        """The node that a result speaks of: its focus, but of a query asked once about a class, the instance found."""
        value = result.value
        is_of_node = result.path is None or result.component == _OF_QUERIES
        if value is not None and is_of_node and result.focus in self._dataset.values(value, RDF["type"]):
            return value
        return result.focus

    def _steps(self, result: Result) -> list[Step]:
        """The triples that a result speaks of; none where it speaks of a value that is not there, or of the node."""
        focus, value = result.focus, result.value
        steps: list[Step] = []
        if result.path is not None and result.component not in MISSING:
            reached = self._reached(result.path, focus)
            wanted = result.counted or (reached if value is None else (value,))
            if len(wanted) > 1 and not result.counted and result.component != _OF_ALL:
                # A query that does not say which of the values it has found.
                return []
            steps = [step for each in wanted for step in reached.get(each, ())]
        if steps or value is None or value == focus:
            return steps
        links = self._dataset.links(focus, value)
        if not links and isinstance(result.path, Predicate):
            # A query of its own may speak of any node; it is known again where only one has that value.
            owners = self._dataset.subjects(result.path.iri, value)
            return [Step(owners[0], result.path.iri, value, backwards=False)] if len(owners) == 1 else []
        return [Step(focus, link, value, backwards=False) for link in links]

    def _compared(self, result: Result) -> set[Location]:
        """Where stands that than which a value is not less; nowhere where it is one of several."""
        places: set[Location] = set()
        if result.component in _OF_ORDER:
            for property_ in (each for shape, each in self._said.compared if shape == result.shape):
                values = set(self._dataset.values(result.focus, property_))
                for value in values if len(values) == 1 else ():
                    places |= {each.location for each in self._dataset.statements_of(result.focus, property_, value)}
        return places

    def _reasons(self, details: Iterable[Result]) -> tuple[str | None, tuple[str, ...]]:
        """What the results of inner shapes say, each with its place and in their order, and the files named; None where
        there are none.
        """
        said = {self._reason(each) for each in _innermost(details)}
        reasons = sorted(said)[:_REASONS]
        shown = [f"{message} ({place})" for place, message in reasons]
        more = [f"{len(said) - _REASONS} more"] if len(said) > _REASONS else []
        named = tuple(sorted({place.path for place, _ in reasons}))
        return (f"Because of {'; '.join([*shown, *more])}." if said else None), named

    def _reason(self, result: Result) -> tuple[Location, str]:
        concerned = self._concerned(result)
        (blamed, *_) = self._blamed(result)
        place = min((each.place for each in self._written(blamed)), default=self._node_place(concerned))
        return place, self._message(result, concerned, result.path, result.value)

    def _written(self, blamed: _Blamed) -> list[_Written]:
        """Where what a result speaks of is written, and the sentences quoted for it."""
        result = blamed.result
        of_property = result.value is None or result.component in _OF_PROPERTIES
        if result.path is None and isinstance(blamed.path, Predicate):
            of_property = not blamed.path.inverse
        return [
            _Written(step.subject != result.focus, place, not quote, quote)
            for step in blamed.steps
            for place, quote in self._of_step(step, of_property=of_property)
        ]

    def _of_step(self, step: Step, *, of_property: bool) -> Iterable[tuple[Location, str]]:
        """Where a step's value, or its property, is written, and the sentence quoted for it; empty for none."""
        for each in self._dataset.statements_of(step.subject, step.predicate, step.object):
            place = each.node or replace(each.location, of_node=True) if step.backwards else each.location
            graph = each.quad.graph_name
            quote = (self._quote(graph) or "") if isinstance(graph, ox.NamedNode) else ""
            yield (each.property or each.location) if of_property else place, quote

    def _node_place(self, node: Term) -> Location:
        return min(self._dataset.node_places(node), default=self._said.targets.get(node, self._elsewhere))

    def _message(self, result: Result, concerned: Term, path: Path | None, value: Term | None) -> str:
        texts = dict(reversed(result.messages))
        text = texts.get("en") or next(iter(texts.values()), "This breaks a shape.")
        if isinstance(result.value, ox.Literal):
            text = text.replace(result.value.value, _shortened(result.value.value))
        about = [self._shown(concerned)]
        if path is not None:
            about.append(self._way(path, result.shape))
        if value is not None and value not in {result.focus, concerned}:
            about.append(self._shown(value))
        return f"{' '.join(about)}: {text}"

    def _way(self, path: Path, shape: Term | None) -> str:
        """A property, or of a longer path what its shape calls it; where it has no name, the path."""
        written = sparql(path, self._shorten)
        if isinstance(path, Predicate):
            return written
        if shape is not None and shape in self._said.names:
            return f"({self._said.names[shape]})"
        return written if len(written) <= _PATH else f"{written[: _PATH - 1]}…"

    def _shown(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            return self._shorten(term.value)
        if isinstance(term, ox.BlankNode):
            return "[…]"
        if not isinstance(term, ox.Literal):
            return str(term)
        if term.datatype in _BARE and _NUMBER.fullmatch(term.value):
            return term.value
        text = str(ox.Literal(_shortened(term.value)))
        if term.language:
            return f"{text}@{term.language}"
        return text if term.datatype == XSD["string"] else f"{text}^^{self._shorten(term.datatype.value)}"

    def _quote(self, node: Term) -> str | None:
        """The sentence that a node, if it is an evidence, quotes."""
        quotes = [each.value for each in self._dataset.values(node, DG["quote"]) if isinstance(each, ox.Literal)]
        return quotes[0] if quotes else None


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _reported(result: Result) -> ShapeResult:
    """A result as reports write it."""
    return ShapeResult(
        focus=str(result.focus),
        path=turtle(result.path) if result.path is not None else None,
        value=str(result.value) if result.value is not None else None,
        shape=str(result.shape) if result.shape is not None else None,
        constraint=str(result.constraint) if result.constraint is not None else None,
        severity=result.severity.value,
        component=result.component,
        messages=result.messages,
        details=tuple(map(_reported, result.details)),
    )


def _innermost(results: Iterable[Result]) -> Iterator[Result]:
    """The results that have no details themselves."""
    for each in results:
        if each.details:
            yield from _innermost(each.details)
        else:
            yield each


def _parts(triple: ox.Triple) -> tuple[Term, ox.NamedNode, Term]:
    return triple.subject, triple.predicate, triple.object


def _rule(result: Result) -> str:
    shape = result.shape
    return rule_of_shape(shape if isinstance(shape, ox.NamedNode) else ox.NamedNode(result.component))


def rule_of_shape(shape: ox.NamedNode) -> str:
    """Return the identifier of the rule that a shape, or a constraint component, is."""
    return SHAPE_PREFIX + shape.value.replace("#", "/").rpartition("/")[2]
