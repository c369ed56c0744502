"""Texts that are filed under two names."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from digigraph.findings import Finding, Location, Severity
from digigraph.vocab import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.sources.facts.assertions import Assertion
    from digigraph.sources.facts.documents import Captured


def filed_twice(captured: Captured, said: Iterable[Assertion], first: dict[str, str]) -> Iterator[Finding]:
    """Yield a finding where the text of a document is that of one before it.

    Parameters
    ----------
    captured
        The text.
    said
        What the facts file beside it says: the finding stands at the SHA-256 that it states.
    first
        Texts by the hashes of the documents before it; this one is added.
    """
    if captured.text is None:
        return
    before = first.setdefault(hashlib.sha256(captured.text).hexdigest(), captured.text_path)
    if before != captured.text_path:
        places = (each.location for each in said if each.property == SCHEMA["sha256"])
        yield Finding(
            rule="duplicate-text",
            severity=Severity.WARNING,
            message=f"{captured.text_path} is the same text as {before}.",
            location=next(places, Location(captured.facts_path)),
            hint="Save the text of this page; if it is the same page, keep one document with the facts of both.",
            named=(before,),
        )
