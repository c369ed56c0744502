"""What a finding is called so that it is known again when lines move."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from digigraph.reports.paths import written_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digigraph.findings import Finding

_PLACE = re.compile(r"\b(lines?|columns?) \d+|(?<=\D):\d+:\d+\b")
"""In words, or as in ``file:line:column``; before the minutes of a time there is a digit."""
_BLANK_NODE = "_:"


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return a fingerprint for each finding: 32 hexadecimal digits, different for each.

    Made of the rule, the file and what is wrong, never of lines or columns. Findings that are alike in all of that
    are numbered in their order.
    """
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        content = _content(finding)
        seen[content] += 1
        # A message may have the name of a file, which may be no text at all: surrogates stand for its bytes.
        named = f"{content}\0{seen[content]}".encode("utf-8", "surrogatepass")
        names.append(hashlib.sha256(named).hexdigest()[:32])
    return names


def _content(finding: Finding) -> str:
    result = finding.result
    if result is None:
        said = [finding.subject or "", finding.quote or "", _PLACE.sub(r"\1", finding.message)]
    else:
        # Labels of blank nodes are numbers in order of appearance: a new node above must not rename those below.
        # The message is left out: a shape that is worded anew finds the same.
        said = ["" if each is None or each.startswith(_BLANK_NODE) else each for each in (result.focus, result.value)]
        said += [result.path or finding.path or "", result.component]
        if result.constraint is not None and result.value in {None, result.focus}:
            # Of a query that gives no value, the message alone tells its rows apart.
            said += [text for _, text in result.messages]
    return "\0".join([finding.rule, written_path(finding.location.path), *said])
