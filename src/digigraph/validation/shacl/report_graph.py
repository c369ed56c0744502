"""A validation report (SHACL, section 3.6) as the engine makes it: read, divided, put together, kept."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.validation.shacl.messages import languages_of, plainly
from digigraph.validation.shacl.paths import Path, path_of
from digigraph.vocab import SH, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Self

    from digigraph.validation.shacl.messages import Messages
    from digigraph.validation.shacl.paths import Said

_REPORT = ox.BlankNode("report")
COUNTED = ox.NamedNode("urn:digigraph:counted")
"""Between a result and each value that led to it, where SHACL has a result name none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One ``sh:ValidationResult`` (SHACL, section 3.6.2).

    ``messages`` are pairs of language tag (``""`` for none) and text; ``path`` is None for a node shape; ``severity``
    is the term that the shape names, SHACL's or another; ``details`` are the results of inner shapes that led to it, by
    themselves no results (section 3.6.2.8); ``counted`` are the values that are too many together, where not all are.
    """

    focus: Term
    path: Path | None
    value: Term | None
    severity: ox.NamedNode
    shape: Term | None
    constraint: Term | None
    component: str
    messages: tuple[tuple[str, str], ...]
    details: tuple[Result, ...] = ()
    counted: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportGraph:
    """A report, and the shapes, by IRI or label, that lead back to themselves and were not followed to the end."""

    triples: list[ox.Triple]
    recursive: set[str]

    def results(self, messages: Messages) -> Iterator[Result]:
        """Yield what it reports; messages of the shapes give back the languages that the engine drops."""
        said = _said(self.triples)
        for node in _reported(said):
            yield _result(said[node], said, messages)

    def sources(self) -> set[Term]:
        """Return what its results name as their shapes."""
        said = _said(self.triples)
        return {each for node in _reported(said) for each in said[node][SH["sourceShape"]]}

    def where(self, wanted: Callable[[Term, Term | None], bool]) -> ReportGraph:
        """Return the results whose focus node and shape are wanted, each with everything that is said of it."""
        said = _said(self.triples)
        found: dict[ox.Triple, None] = {}
        for node in _reported(said):
            (focus,) = said[node][SH["focusNode"]]
            if wanted(focus, next(iter(said[node][SH["sourceShape"]]), None)):
                assert not isinstance(node, ox.Literal)  # noqa: S101 - a result is said something of
                found[ox.Triple(_REPORT, SH["result"], node)] = None
                found |= dict.fromkeys(_described(node, said))
        return ReportGraph(list(found), self.recursive)

    def joined(self, others: Iterable[ReportGraph]) -> ReportGraph:
        """Return this report with the results of others."""
        every = [self, *others]
        triples = dict.fromkeys(triple for each in every for triple in each.triples)
        return ReportGraph(list(triples), set().union(*(each.recursive for each in every)))

    def encoded(self) -> bytes:
        """Write it as it is kept: one line with the recursive shapes, then N-Triples."""
        triples = ox.serialize(self.triples, format=ox.RdfFormat.N_TRIPLES) or b""
        return json.dumps(sorted(self.recursive)).encode() + b"\n" + triples

    @classmethod
    def decoded(cls, entry: bytes | None) -> Self | None:
        """Return the report that an entry holds; None where it holds none."""
        if entry is None:
            return None
        head, _, lines = entry.partition(b"\n")
        try:
            triples = [each.triple for each in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)]
            return cls(triples, set(json.loads(head)))
        except (ValueError, SyntaxError, TypeError):
            return None


def _said(report: Iterable[ox.Triple]) -> defaultdict[Term, defaultdict[ox.NamedNode, list[Term]]]:
    said: defaultdict[Term, defaultdict[ox.NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for triple in report:
        said[triple.subject][triple.predicate].append(triple.object)
    return said


def _reported(said: Mapping[Term, Mapping[ox.NamedNode, list[Term]]]) -> list[Term]:
    return [node for about in list(said.values()) for node in about.get(SH["result"], ())]


def _described(node: Term, said: Said) -> Iterator[ox.Triple]:
    """What is said of a node of a report, and of the blank nodes that it leads to."""
    waiting, seen = [node], {node}
    while waiting:
        subject = waiting.pop()
        for predicate, values in said.get(subject, {}).items():
            for value in values:
                assert not isinstance(subject, ox.Literal)  # noqa: S101 - something is said of it
                yield ox.Triple(subject, predicate, value)
                if isinstance(value, ox.BlankNode) and value not in seen:
                    seen.add(value)
                    waiting.append(value)


def _result(
    about: Mapping[ox.NamedNode, list[Term]],
    said: Mapping[Term, Mapping[ox.NamedNode, list[Term]]],
    messages: Messages,
) -> Result:
    (focus,) = about[SH["focusNode"]]
    path = next(iter(about.get(SH["resultPath"], ())), None)
    component = next(iter(about.get(SH["sourceConstraintComponent"], ())), None)
    severity = next(iter(about.get(SH["resultSeverity"], ())), None)
    sources = [*about.get(SH["sourceConstraint"], ()), *about.get(SH["sourceShape"], ())]
    known = [each for source in sources for each in messages.get(source, ())]
    others = [each for several in messages.values() for each in several]
    texts = [each for each in about.get(SH["resultMessage"], ()) if isinstance(each, ox.Literal)]
    texts = [each if known or each.language else ox.Literal(plainly(each.value)) for each in texts]
    return Result(
        focus=focus,
        path=path_of(path, said) if path is not None else None,
        value=next(iter(about.get(SH["value"], ())), None),
        severity=severity if isinstance(severity, ox.NamedNode) else SH["Violation"],
        shape=next(iter(about.get(SH["sourceShape"], ())), None),
        constraint=next(iter(about.get(SH["sourceConstraint"], ())), None),
        component=component.value if isinstance(component, ox.NamedNode) else "",
        messages=tuple(
            sorted({(language, each.value) for each in texts for language in languages_of(each, known, others)})
        ),
        # The engine gives them in any order.
        details=tuple(sorted((_result(said[each], said, messages) for each in about.get(SH["detail"], ())), key=repr)),
        counted=tuple(sorted(set(about.get(COUNTED, ())), key=str)),
    )
