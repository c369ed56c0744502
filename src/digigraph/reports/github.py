"""Findings as workflow commands of GitHub Actions, which show them at their lines in a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.findings import Severity
from digigraph.reports.paths import is_address, plain_path
from digigraph.reports.printable import printable_lines, printable_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding

_COMMANDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github_report(findings: Sequence[Finding]) -> str:
    """Return one command a line; empty where nothing was found."""
    return "".join(_command(each) for each in findings)


def _command(finding: Finding) -> str:
    place = finding.location
    # Annotations stand in files; what is on the web is named in the text.
    of_web = is_address(place.path)
    properties = {} if of_web else {"file": printable_name(plain_path(place.path))}
    if place.line:
        properties |= {"line": str(place.line), "col": str(place.column)}
    # Columns are honoured only within one line.
    if place.line and place.end_line == place.line:
        properties |= {"endLine": str(place.end_line), "endColumn": str(place.end_column)}
    properties["title"] = finding.rule
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    quoted = f"“{finding.quote}”" if finding.quote else None
    parts = (place.path if of_web else None, finding.message, finding.hint, finding.elsewhere, quoted)
    message = "\n".join(part for part in parts if part)
    return f"::{_COMMANDS[finding.severity]} {written}::{_data(printable_lines(message))}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
