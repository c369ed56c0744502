"""Findings as SARIF 2.1.0 (OASIS), for code scanning and editors."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from digigraph.findings import Severity
from digigraph.reports.fingerprints import fingerprints
from digigraph.reports.paths import is_address, plain_path
from digigraph.reports.printable import printable_lines
from digigraph.rules import rule, rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding, Location
    from digigraph.reports.excerpts import Excerpts

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_ROOT = "%SRCROOT%"
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
_FINGERPRINT = "digigraph/v1"
_LINK = re.compile(r"(\\*)\](?=\()")


def sarif_report(findings: Sequence[Finding], *, excerpts: Excerpts, version: str) -> str:
    """Return a SARIF log with one run.

    Parameters
    ----------
    findings
        One result each.
    excerpts
        The lines they point to: columns are counted in UTF-16 code units and left out where the line is not known.
    version
        Of the program.
    """
    identifiers = list(dict.fromkeys(each.rule for each in findings))
    named = zip(findings, fingerprints(findings), strict=True)
    run = {
        "tool": {
            "driver": {
                "name": "digigraph",
                "version": version,
                "informationUri": "https://w3id.org/digigraph/",
                "rules": [_rule(each) for each in identifiers],
            }
        },
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "What the paths of this run are relative to."}}},
        "results": [
            {
                "ruleId": finding.rule,
                "ruleIndex": identifiers.index(finding.rule),
                "level": _LEVELS[finding.severity],
                "message": {"text": _message(finding)},
                "locations": [_location(finding, excerpts)],
                **_related(finding, excerpts),
                "partialFingerprints": {_FINGERPRINT: fingerprint},
                "properties": {"precision": finding.location.precision.value},
            }
            for finding, fingerprint in named
        ],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(identifier: str) -> dict[str, object]:
    said = rule(identifier)
    described: dict[str, object] = {
        "id": identifier,
        "shortDescription": {"text": said.title},
        "fullDescription": {"text": f"{said.title} {said.why}"},
        "help": {
            "text": f"{said.title} {said.why} {said.help}",
            "markdown": f"{said.title}\n\n{said.why}\n\n**Instead:** {said.help}",
        },
    }
    # How much a shape matters it says itself, of each of its results.
    if identifier in rules():
        described["defaultConfiguration"] = {"level": _LEVELS[said.level]}
    return described


def _message(finding: Finding) -> str:
    quoted = f"“{finding.quote}”" if finding.quote else None
    said = printable_lines(
        "\n".join(part for part in (finding.message, finding.hint, finding.elsewhere, quoted) if part)
    )
    return _plain(said)


def _plain(text: str) -> str:
    """Text as a message that holds neither placeholders nor links (SARIF 2.1.0, sections 3.11.5 and 3.11.6)."""
    # Brackets that make no link stay as they are: viewers that know no escape would show it. A backslash before one
    # that would make a link would take away the one that is put there.
    return _LINK.sub(r"\1\1\\]", text).replace("{", "{{").replace("}", "}}")


def _related(finding: Finding, excerpts: Excerpts) -> dict[str, object]:
    """Where else the same is written."""
    if not finding.also:
        return {}
    said = {"text": "The same is written here."}
    return {
        "relatedLocations": [{"physicalLocation": _physical(each, excerpts), "message": said} for each in finding.also]
    }


def _physical(place: Location, excerpts: Excerpts) -> dict[str, object]:
    return {"artifactLocation": _artifact(plain_path(place.path)), "region": _region(place, excerpts)}


def _location(finding: Finding, excerpts: Excerpts) -> dict[str, object]:
    located: dict[str, object] = {"physicalLocation": _physical(finding.location, excerpts)}
    if finding.subject:
        located["logicalLocations"] = [{"fullyQualifiedName": finding.subject, "kind": "resource"}]
    return located


def _region(place: Location, excerpts: Excerpts) -> dict[str, int]:
    # Code scanning refuses the whole log where a result has no line; its precision says what the line is worth.
    region = {"startLine": max(1, place.line)}
    start, end = excerpts.utf16_columns(place)
    if start is not None:
        region["startColumn"] = start
    if end is not None:
        region |= {"endLine": place.end_line, "endColumn": end}
    return region


def _artifact(path: str) -> dict[str, str]:
    """A file as URI reference; a relative one says to what, and the reader knows where that is."""
    if is_address(path):
        return {"uri": quote(path, safe=_IN_ADDRESSES)}
    escaped = quote(path, safe="/~", errors="surrogateescape")
    return {"uri": f"file://{escaped}"} if path.startswith("/") else {"uri": escaped, "uriBaseId": _ROOT}
