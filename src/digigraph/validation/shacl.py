"""SHACL by pyshacl. The only file that knows pyshacl and rdflib.

Shapes are checked against the default graph alone: given a dataset, pyshacl would validate the union of all graphs,
where the values that lost a conflict come back. The graph is copied into rdflib, over which pyshacl is five times
faster than over a pyoxigraph store.
"""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
import rdflib

from digigraph.findings import Severity
from digigraph.vocab import RDF, SH

if TYPE_CHECKING:
    from collections.abc import Iterable

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_SEVERITIES: dict[Term | None, Severity] = {
    SH["Violation"]: Severity.VIOLATION,
    SH["Warning"]: Severity.WARNING,
    SH["Info"]: Severity.INFO,
}


class ShapesError(Exception):
    """The shapes graph is not one that pyshacl can work with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One ``sh:ValidationResult`` (SHACL, section 3.6.2).

    ``messages`` maps language tags (``""`` for none) to texts; ``path`` is None for a node shape or a complex path.
    """

    focus: ox.NamedNode | ox.BlankNode
    path: ox.NamedNode | None
    value: Term | None
    severity: Severity
    shape: Term | None
    component: str
    messages: dict[str, str]


def validate(data: Iterable[ox.Triple], shapes: Iterable[ox.Triple]) -> list[Result]:
    """Validate a data graph against a shapes graph.

    Raises
    ------
    ShapesError
        The shapes themselves are at fault.
    """
    try:
        _, report, text = pyshacl.validate(
            _rdflib(data), shacl_graph=_rdflib(shapes), inference="none", advanced=False, inplace=True
        )
    except pyshacl.errors.ReportableRuntimeError as error:
        raise ShapesError(error.message) from error
    if not isinstance(report, rdflib.Graph):
        raise ShapesError(text)
    return list(_results(report))


def _rdflib(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    buffer = io.BytesIO()
    ox.serialize(triples, buffer, format=ox.RdfFormat.N_TRIPLES)
    graph = rdflib.Graph()
    graph.parse(data=buffer.getvalue(), format="nt")
    return graph


def _results(report: rdflib.Graph) -> Iterable[Result]:
    properties: defaultdict[object, defaultdict[ox.NamedNode, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(report.serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES):
        properties[quad.subject][quad.predicate].append(quad.object)
    for said in properties.values():
        if SH["ValidationResult"] in said[RDF["type"]]:
            yield _result(said)


def _result(said: defaultdict[ox.NamedNode, list[Term]]) -> Result:
    (focus,) = said[SH["focusNode"]]
    path = next(iter(said[SH["resultPath"]]), None)
    component = next(iter(said[SH["sourceConstraintComponent"]]), None)
    severity = next(iter(said[SH["resultSeverity"]]), None)
    assert isinstance(focus, ox.NamedNode | ox.BlankNode)  # noqa: S101 - our graphs have no literal focus nodes
    return Result(
        focus=focus,
        path=path if isinstance(path, ox.NamedNode) else None,
        value=next(iter(said[SH["value"]]), None),
        severity=_SEVERITIES.get(severity, Severity.VIOLATION),
        shape=next(iter(said[SH["sourceShape"]]), None),
        component=component.value.rpartition("#")[2] if isinstance(component, ox.NamedNode) else "",
        messages={
            each.language or "": each.value for each in said[SH["resultMessage"]] if isinstance(each, ox.Literal)
        },
    )
