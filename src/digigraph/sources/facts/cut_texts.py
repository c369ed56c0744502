"""Texts without quotation marks that end where YAML takes the rest of their line for a comment."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from digigraph.findings import Finding, Severity
from digigraph.sources.facts.values import SHOWN
from digigraph.sources.files.records import Fields, Items, Node, Scalar
from digigraph.sources.ontology.terms import Kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from digigraph.sources.facts.quoting import CapturedText
    from digigraph.sources.ontology.terms import Context

_COMMENT = re.compile(r"[ \t]+(#[^\r\n]*[^\s])")
_KEYS = frozenset({"quote", "after", "implied", "reason", "title", "asOfReason"})
"""Keys of facts and documents below which words stand."""
_NUMBER = re.compile("#[0-9]")


def cut_texts(root: Node, data: bytes, text: CapturedText | None, context: Context) -> Iterator[Finding]:
    """Yield a finding for each text whose comment belongs to it: together they stand in the captured text, or the
    comment is a number (``Report #5``) behind words.

    Parameters
    ----------
    root, data
        The file as it was read, and as it is written.
    text
        The captured text; None where there is none.
    context
        The project's terms: below some of them words stand.
    """
    if b" #" not in data and b"\t#" not in data:
        return
    keys = _KEYS.union(name for name, term in context.terms.items() if term.kind is Kind.TEXT)
    lines = data.decode("utf-8-sig", "replace").split("\n")
    for key, scalar in _scalars(root, "", keys):
        at = scalar.location
        # What stands in quotation marks ends with them.
        if not at.end_line or lines[at.line - 1][at.column - 1 : at.column] in "\"'":
            continue
        comment = _COMMENT.match(lines[at.end_line - 1], at.end_column - 1)
        if comment is None:
            continue
        whole = f"{scalar.text} {comment[1]}"
        is_said = text is not None and bool(text.find(whole))
        if is_said or (key in keys and _NUMBER.match(comment[1])):
            shown = whole if len(whole) <= SHOWN else f"{whole[:SHOWN]}…"
            yield Finding(
                rule="text-cut",
                severity=Severity.WARNING,
                message="The text ends here: what stands behind a space and # is a comment.",
                location=replace(at, line=at.end_line, column=comment.start(1) + 1, end_column=comment.end() + 1),
                hint=f'Put the whole text into quotation marks: "{shown}".',
            )


def _scalars(node: Node, key: str, keys: Container[str]) -> Iterator[tuple[str, Scalar]]:
    """Yield the scalars of a tree, each with the nearest key above it; one of ``keys`` counts for all below it."""
    if isinstance(node, Scalar):
        yield key, node
    elif isinstance(node, Items):
        for each in node.nodes:
            yield from _scalars(each, key, keys)
    elif isinstance(node, Fields):
        for name, each in node.nodes.items():
            yield from _scalars(each, key if key in keys else name, keys)
