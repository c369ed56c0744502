"""SHACL results as findings: each with the place in the sources that it speaks of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Finding, Location, ShapeResult
from digigraph.validation.paths import Step, last_steps, sparql, turtle
from digigraph.vocab import DG, SH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from digigraph.dataset.statements import Dataset
    from digigraph.validation.paths import Term
    from digigraph.validation.shacl import Result

_MISSING = {
    SH[f"{name}ConstraintComponent"].value
    for name in ("MinCount", "HasValue", "QualifiedMinCount", "QualifiedValueShape")
}
"""Components whose results speak of values that are not there."""


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

    def finding(self, result: Result) -> Finding:
        """Return the finding that a result is."""
        return Finding(
            rule=_rule(result),
            severity=result.severity,
            message=self._message(result),
            location=self._place(result),
            subject=result.focus.value if isinstance(result.focus, ox.NamedNode) else None,
            path=sparql(result.path, self._shorten) if result.path is not None else None,
            quote=self._quote(result.focus),
            result=ShapeResult(
                focus=str(result.focus),
                path=turtle(result.path) if result.path is not None else None,
                value=str(result.value) if result.value is not None else None,
                shape=result.shape.value if isinstance(result.shape, ox.NamedNode) else None,
                component=result.component,
                messages=result.messages,
            ),
        )

    def _place(self, result: Result) -> Location:
        """Where the value is written; where there is none, or it is not written as such, where the focus node is."""
        focus, value = result.focus, result.value
        places: list[Location] = []
        if result.path is not None and result.component not in _MISSING:
            reached = last_steps(result.path, focus, self._dataset)
            wanted = reached.values() if value is None else [reached.get(value, [])]
            places = [place for steps in wanted for place in self._written(steps)]
        if not places and value is not None and value != focus:
            links = self._dataset.links(focus, value)
            places = [place for link in links for place in self._written([Step(focus, link, value, backwards=False)])]
        places = places or self._dataset.node_places(focus)
        return min(places, default=self._targets.get(focus, self._elsewhere))

    def _written(self, steps: Iterable[Step]) -> Iterable[Location]:
        for step in steps:
            if step.backwards:
                yield from self._dataset.node_places(step.subject)
            elif not isinstance(step.subject, ox.Literal):
                yield from self._dataset.places_of(step.subject, step.predicate, step.object)

    def _message(self, result: Result) -> str:
        texts = dict(reversed(result.messages))
        text = texts.get("en") or next(iter(texts.values()), "This breaks a shape.")
        about = [self._shown(result.focus)]
        if result.path is not None:
            about.append(sparql(result.path, self._shorten))
        if result.value is not None and result.value != result.focus:
            about.append(self._shown(result.value))
        return f"{' '.join(about)}: {text}"

    def _shown(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            return self._shorten(term.value)
        if isinstance(term, ox.BlankNode):
            return "[…]"
        if isinstance(term, ox.Literal) and "^^" in str(term).rpartition('"')[2]:
            return f"{ox.Literal(term.value)}^^{self._shorten(term.datatype.value)}"
        return str(term)

    def _quote(self, focus: Term) -> str | None:
        """The quote of an evidence that is itself at fault."""
        quotes = [each.value for each in self._dataset.values(focus, DG["quote"]) if isinstance(each, ox.Literal)]
        return quotes[0] if quotes else None


def _rule(result: Result) -> str:
    shape = result.shape
    name = shape.value if isinstance(shape, ox.NamedNode) else result.component
    return f"shacl-{name.replace('#', '/').rpartition('/')[2]}"
