"""SHACL results as findings: each with the place in the sources that it speaks of."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Location, Severity, ShapeResult
from digigraph.rules import SHAPE_PREFIX
from digigraph.validation.shacl.paths import Predicate, Step, last_steps, sparql, turtle
from digigraph.vocab import DG, RDF, SH, XSD, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from digigraph.dataset.statements import Dataset
    from digigraph.validation.shacl.report_graph import Result

_SEVERITIES = {SH["Violation"]: Severity.VIOLATION, SH["Warning"]: Severity.WARNING, SH["Info"]: Severity.INFO}
MISSING = {
    SH[f"{name}ConstraintComponent"].value
    for name in ("MinCount", "HasValue", "QualifiedMinCount", "QualifiedValueShape")
}
"""Components whose results speak of values that are not there."""

_OF_PROPERTIES = {SH["ClosedConstraintComponent"].value}
"""Components whose results name a value and speak of the property that has it; all that name none speak of it too."""
_OTHERS = 20
"""Further places of one result that are told."""
_SHOWN = 200
"""Characters of a value that a message shows; reports for programs have it whole."""
_REASONS = 3
"""Results of inner shapes that are told with that of the outer one."""


class ResultFindings:
    """Makes findings of results over one dataset.

    Parameters
    ----------
    dataset
        What was validated.
    targets
        Where shapes name a node as their target (``sh:targetNode``): the place of nodes that are nowhere in the data.
    shorten
        Gives an IRI as people read it.
    """

    def __init__(
        self, dataset: Dataset, targets: Mapping[Term, Location], shorten: Callable[[str], str], *, elsewhere: Location
    ) -> None:
        self._dataset = dataset
        self._targets = targets
        self._shorten = shorten
        self._elsewhere = elsewhere
        # A node with thousands of faulty values is walked from once, not for each of them.
        self._reached = lru_cache(maxsize=64)(lambda path, focus: last_steps(path, focus, dataset))

    def finding(self, result: Result) -> Finding:
        """Return the finding that a result is."""
        written = self._written(result)
        # The same words stand in the default graph and in that of their evidence, which has the sentence.
        place, quote = min(written, key=lambda each: (each[0], not each[1]), default=(None, ""))
        others = sorted({each[0] for each in written} - {place})
        concerned = self._concerned(result)
        return Finding(
            rule=_rule(result),
            # A severity that is not SHACL's own may mean anything: nobody shall overlook it.
            severity=_SEVERITIES.get(result.severity, Severity.VIOLATION),
            message=self._message(result, concerned),
            location=place or self._node_place(concerned),
            hint=self._reasons(result.details),
            also=tuple(others[:_OTHERS]),
            subject=concerned.value if isinstance(concerned, ox.NamedNode) else None,
            path=sparql(result.path, self._shorten) if result.path is not None else None,
            quote=self._quote(concerned) or quote or None,
            result=_reported(result),
        )

    def _concerned(self, result: Result) -> Term:
        """The node that a result speaks of: its focus, but of a query asked once about a class, the instance found."""
        value = result.value
        if value is not None and result.path is None and result.focus in self._dataset.values(value, RDF["type"]):
            return value
        return result.focus

    def _steps(self, result: Result) -> list[Step]:
        """The triples that a result speaks of; none where it speaks of a value that is not there, or of the node."""
        focus, value = result.focus, result.value
        steps: list[Step] = []
        if result.path is not None and result.component not in MISSING:
            reached = self._reached(result.path, focus)
            wanted = reached.values() if value is None else [reached.get(value, [])]
            steps = [step for several in wanted for step in several]
        if steps or value is None or value == focus:
            return steps
        links = self._dataset.links(focus, value)
        if not links and isinstance(result.path, Predicate):
            # A query of its own may speak of any node; it is known again where only one has that value.
            owners = self._dataset.subjects(result.path.iri, value)
            return [Step(owners[0], result.path.iri, value, backwards=False)] if len(owners) == 1 else []
        return [Step(focus, link, value, backwards=False) for link in links]

    def _reasons(self, details: Iterable[Result]) -> str | None:
        """What the results of inner shapes say, each with its place and in their order; None where there are none."""
        said = {self._reason(each) for each in _innermost(details)}
        shown = [f"{message} ({place})" for place, message in sorted(said)[:_REASONS]]
        more = [f"{len(said) - _REASONS} more"] if len(said) > _REASONS else []
        return f"Because of {'; '.join([*shown, *more])}." if said else None

    def _reason(self, result: Result) -> tuple[Location, str]:
        concerned = self._concerned(result)
        place = min((place for place, _ in self._written(result)), default=self._node_place(concerned))
        return place, self._message(result, concerned)

    def _written(self, result: Result) -> list[tuple[Location, str]]:
        """Where what a result speaks of is written, and the sentences quoted for it."""
        of_property = result.value is None or result.component in _OF_PROPERTIES
        return [each for step in self._steps(result) for each in self._of_step(step, of_property=of_property)]

    def _of_step(self, step: Step, *, of_property: bool) -> Iterable[tuple[Location, str]]:
        """Where a step's value, or its property, is written, and the sentence quoted for it; empty for none."""
        for each in self._dataset.statements_of(step.subject, step.predicate, step.object):
            place = each.node or replace(each.location, of_node=True) if step.backwards else each.location
            graph = each.quad.graph_name
            quote = (self._quote(graph) or "") if isinstance(graph, ox.NamedNode) else ""
            yield (each.property or place) if of_property else place, quote

    def _node_place(self, node: Term) -> Location:
        return min(self._dataset.node_places(node), default=self._targets.get(node, self._elsewhere))

    def _message(self, result: Result, concerned: Term) -> str:
        texts = dict(reversed(result.messages))
        text = texts.get("en") or next(iter(texts.values()), "This breaks a shape.")
        if isinstance(result.value, ox.Literal):
            text = text.replace(result.value.value, _shortened(result.value.value))
        about = [self._shown(concerned)]
        if result.path is not None:
            about.append(sparql(result.path, self._shorten))
        if result.value is not None and result.value not in {result.focus, concerned}:
            about.append(self._shown(result.value))
        return f"{' '.join(about)}: {text}"

    def _shown(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            return self._shorten(term.value)
        if isinstance(term, ox.BlankNode):
            return "[…]"
        if not isinstance(term, ox.Literal):
            return str(term)
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


def _rule(result: Result) -> str:
    shape = result.shape
    return rule_of_shape(shape if isinstance(shape, ox.NamedNode) else ox.NamedNode(result.component))


def rule_of_shape(shape: ox.NamedNode) -> str:
    """Return the identifier of the rule that a shape, or a constraint component, is."""
    return SHAPE_PREFIX + shape.value.replace("#", "/").rpartition("/")[2]
