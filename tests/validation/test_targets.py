"""Shapes that match nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from projects import Project

PREFIXES = """@prefix e: <https://example.org/shapes#> . @prefix dg: <https://w3id.org/digigraph/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix schema: <https://schema.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
"""


def told(project: Project, shapes: str) -> list[tuple[int, int]]:
    """Line, counted from the first behind the prefixes, and column of each shape that checks nothing."""
    shutil.rmtree(project.folder / "shapes")
    project.write("shapes/more.ttl", PREFIXES + shapes)
    found = [each.location for each in project.check().findings if each.rule == "shape-without-focus"]
    return [(each.line - 3, each.column) for each in found]


@pytest.mark.parametrize(
    "shape",
    [
        "sh:targetClass schema:Event ; sh:nodeKind sh:IRI",
        "sh:targetClass e:Nothing , schema:Event ; sh:nodeKind sh:IRI",
        "sh:targetSubjectsOf schema:attendee ; sh:nodeKind sh:IRI",
        "sh:targetObjectsOf schema:attendee ; sh:nodeKind sh:IRI",
        "sh:nodeKind sh:IRI",
    ],
)
def test_a_shape_without_focus_nodes_is_told(project: Project, shape: str) -> None:
    """No target finds a node, or there is no target and no use: at the shape's own line."""
    assert told(project, f"\n  e:s a sh:NodeShape ; {shape} .") == [(2, 3)]


@pytest.mark.parametrize(
    "shape",
    [
        "sh:targetClass dg:Project",
        "sh:targetClass foaf:Agent",
        "sh:targetClass schema:Event , dg:Project",
        "sh:targetNode schema:Nothing",
        "sh:targetSubjectsOf dg:host",
        "sh:targetObjectsOf dg:host",
        "sh:targetSubjectsOf dg:accepted",
        "sh:targetClass schema:Event ; sh:deactivated true",
        "sh:targetClass schema:Event ; sh:not [ sh:class schema:Event ]",
        "sh:targetSubjectsOf owl:sameAs ; sh:path owl:sameAs ; sh:maxCount 0",
        "sh:targetClass dg:Project ; sh:property e:p . e:p a sh:PropertyShape ; sh:path schema:name",
    ],
)
def test_other_shapes_are_left_alone(project: Project, shape: str) -> None:
    """Those with a node, or a node by name; parts of others; switched off; ready for terms of the ontology; bans."""
    assert told(project, f"e:s a sh:NodeShape ; {shape} .") == []
