"""RDF files of anybody against shapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.cache import NO_CACHE
from digigraph.dataset.statements import Dataset
from digigraph.findings import Finding, Location, Severity, in_source_order
from digigraph.iris import shorten
from digigraph.validation.engine.bounds import DEFAULT_BOUNDS
from digigraph.validation.engine.data_graph import DataGraph
from digigraph.validation.rules.terms import Terms
from digigraph.validation.shacl.targets import check_targets, focused
from digigraph.validation.shapes.checking import ShapesCheck, has_shapes
from digigraph.validation.shapes.consequences import OF_ABSENCE
from digigraph.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from digigraph.cache import Cache
    from digigraph.sources.rdf.files import RdfFiles
    from digigraph.sources.rdf.parsing import LocatedQuad
    from digigraph.validation.engine.bounds import Bounds


def check_rdf(
    data: RdfFiles,
    shapes: RdfFiles,
    ontology: RdfFiles,
    *,
    bounds: Bounds = DEFAULT_BOUNDS,
    cache: Cache = NO_CACHE,
) -> list[Finding]:
    """Check files against shapes, and the words of the shapes: one that does not exist checks nothing, in silence.

    Parameters
    ----------
    data
        What is checked: the triples of all files and all graphs together.
    shapes
        The shapes graph.
    ontology
        What the data uses without being asked about it, such as subclasses; what is found in it is left out.
    bounds
        What checking the shapes may take.

    Returns
    -------
    list of Finding
        In source order, each once.
    """
    quads = [*data.quads, *ontology.quads]
    dataset = Dataset(tuple(quads))
    prefixes = {**PREFIXES, **ontology.prefixes, **shapes.prefixes, **data.prefixes}
    check = ShapesCheck(
        dataset,
        shapes.quads,
        data=DataGraph(dict.fromkeys(each.quad.triple for each in quads), prefixes, bounds=bounds, cache=cache),
        shorten=lambda iri: shorten(iri, prefixes),
    )
    found = [each for each in check.findings() if each.location.path not in ontology.names - data.names]
    if data.is_whole and ontology.is_whole and any(Terms(shapes.quads).check_quads(shapes.quads)):
        # Where something is told, it is seen whether the data itself has the term.
        found += Terms([*quads, *shapes.quads]).check_quads(shapes.quads)
    if data.is_whole and shapes.is_whole:
        found += _without_focus(shapes, quads, prefixes)
    if shapes.names and shapes.is_whole and not has_shapes(shapes.quads):
        found.append(_nothing_asked(shapes))
    lost = [*data.findings, *ontology.findings]
    if not (data.is_whole and ontology.is_whole):
        lost = _said_to_matter(lost, found)
    return in_source_order([*lost, *shapes.findings, *found])


def _said_to_matter(lost: list[Finding], found: Iterable[Finding]) -> list[Finding]:
    """The findings about data that was not read, which say so where elsewhere something is missing."""
    if not any(each.result is not None and each.result.component in OF_ABSENCE for each in found):
        return lost
    said = "What is missing elsewhere may stand in it."
    return [replace(each, hint=" ".join(filter(None, (each.hint, said)))) for each in lost]


def _without_focus(shapes: RdfFiles, quads: Sequence[LocatedQuad], prefixes: Mapping[str, str]) -> Iterable[Finding]:
    """The shapes, where not one of them finds anything to check; shapes for more than these files are no mistake."""
    triples = [each.quad.triple for each in quads]
    if focused(shapes.quads, triples):
        return ()
    return check_targets(shapes.quads, triples, frozenset(), lambda iri: shorten(iri, prefixes))


def _nothing_asked(shapes: RdfFiles) -> Finding:
    return Finding(
        rule="shapes",
        severity=Severity.VIOLATION,
        message="There is no shape here, so nothing was checked.",
        location=Location(min(shapes.names)),
        hint="A shape is an sh:NodeShape or sh:PropertyShape, or has a target such as sh:targetClass.",
    )
