"""Findings as a SHACL validation report (SHACL, section 3.6) in Turtle, each result with its place in the sources.

What shapes say has the terms that the shapes graph gives it. Findings of other checks are results too, so that a
report never conforms where something was found: their constraint component is the rule, and where no thing is
concerned the focus node is a blank node. Places are pointers of the W3C's Pointers in RDF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.findings import Severity, ShapeResult
from digigraph.vocab import SH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding, Location

_HEAD = """\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix earl: <http://www.w3.org/ns/earl#> .
@prefix ptr: <http://www.w3.org/2009/pointers#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

"""
_SEVERITIES = {Severity.VIOLATION: SH["Violation"], Severity.WARNING: SH["Warning"], Severity.INFO: SH["Info"]}
_RULES = "https://w3id.org/digigraph/rules#"


def turtle_report(findings: Sequence[Finding]) -> str:
    """Return the report graph; it conforms where nothing was found, of whatever severity."""
    conforms = "false" if findings else "true"
    results = "".join(f" ;\n  sh:result {_result(each)}" * _times(each) for each in findings)
    return f"{_HEAD}[] a sh:ValidationReport ;\n  sh:conforms {conforms}{results} .\n"


def _times(finding: Finding) -> int:
    return finding.result.times if finding.result else 1


def _result(finding: Finding) -> str:
    return _written(finding.result or _unshaped(finding), ("earl:pointer", _pointer(finding.location)))


def _written(said: ShapeResult, *more: tuple[str, str]) -> str:
    properties = [
        ("a", "sh:ValidationResult"),
        ("sh:resultSeverity", f"<{said.severity}>"),
        ("sh:focusNode", said.focus),
        ("sh:resultPath", said.path),
        ("sh:value", said.value),
        ("sh:sourceShape", said.shape),
        ("sh:sourceConstraint", said.constraint),
        ("sh:sourceConstraintComponent", f"<{said.component}>"),
        *(("sh:resultMessage", _literal(text, language)) for language, text in said.messages),
        *(("sh:detail", _written(each)) for each in said.details),
        *more,
    ]
    lines = [f"    {name} {value}" for name, value in properties if value]
    return "[\n" + " ;\n".join(lines) + "\n  ]"


def _unshaped(finding: Finding) -> ShapeResult:
    return ShapeResult(
        focus=str(ox.NamedNode(finding.subject)) if finding.subject else "[]",
        path=None,
        value=None,
        shape=None,
        severity=_SEVERITIES[finding.severity].value,
        component=_RULES + finding.rule,
        messages=(("", f"{finding.message} {finding.hint}" if finding.hint else finding.message),),
    )


def _literal(text: str, language: str = "") -> str:
    # The name of a file may be no text; RDF has no other.
    text = text.encode("utf-8", "replace").decode()
    return str(ox.Literal(text, language=language) if language else ox.Literal(text))


def _pointer(place: Location) -> str:
    file = f"ptr:reference [ dcterms:identifier {_literal(place.path)} ]"
    if not place.line:
        return f"[ a ptr:Pointer ; {file} ]"
    return f"[ a ptr:LineCharPointer ; {file} ; ptr:lineNumber {place.line} ; ptr:charNumber {place.column} ]"
