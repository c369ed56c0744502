"""The formats of reports by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from digigraph.findings import Finding
from digigraph.reports.json import json_report
from digigraph.reports.text import text_report

Report = Callable[[Sequence[Finding]], str]

REPORTS: dict[str, Report] = {"text": text_report, "json": json_report}
"""``--format`` of ``digigraph validate``."""
