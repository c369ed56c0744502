"""Mappings of facts files: the keys that they have, and the text that stands below these."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digigraph.sources.facts import values
from digigraph.sources.files.records import Fields, Malformed, Node, Refused, Scalar
from digigraph.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from digigraph.findings import Finding

_EXAMPLES = {
    "quote": '"words of the text, as they stand in it"',
    "occurrence": "1 for the first of several places",
    "after": '"words before the quote, that stand once"',
    "lang": "sv or en, the language of the quote",
    "asOf": "2022, 2022-09 or 2022-09-13, the date for which the sentence holds",
    "implied": '"why a reader concludes it"',
    "accepted": "false where the fact is not to count",
    "reason": '"why the fact is not to count"',
}
"""How the keys of a fact that take text are written."""


def mapping(node: Node, what: str) -> Fields:
    """Return the mapping that a node is; raises Malformed for anything else."""
    if isinstance(node, Refused):
        raise node.reason
    if not isinstance(node, Fields):
        hint = "Write keys with their values, each on its own line: key: value."
        if isinstance(node, Scalar) and re.match(r"[\w-]+:\S", node.text):
            hint = "Put a space behind the colon of the key."
        raise Malformed("value", f"{what} is a mapping.", node.location, hint=hint)
    return node


def with_keys(fields: Fields, what: str, keys: frozenset[str], findings: list[Finding]) -> Fields:
    """Note every key that is none of those that there are; it is read as the one that is meant, where that is clear."""
    read = Fields({}, fields.location, is_whole=fields.is_whole)
    for key, place in fields.keys.items():
        meant = key
        if key not in keys:
            hint = did_you_mean(key, keys) or f"Keys: {', '.join(sorted(keys))}."
            findings.append(Malformed("key", f"{what} has no key {key!r}.", place, hint=hint).finding)
            near = nearest(key, keys)
            meant = near[0] if len(near) == 1 and near[0] not in {*fields.keys, *read.keys} else key
        read.nodes[meant], read.keys[meant] = fields.nodes[key], place
    return read


def why(fields: Fields, key: str, hint: str) -> Scalar | None:
    """Return text that gives a reason; raises Malformed where it is an answer to a question that nobody asked."""
    stated = text_of(fields, key)
    return stated if stated is None else values.reason(stated, key, hint)


def text_of(fields: Fields, key: str) -> Scalar | None:
    """Return the text below a key, None where there is no such key; raises Malformed where no text stands below it."""
    node = fields.nodes.get(key)
    if node is None:
        return None
    if isinstance(node, Refused):
        raise node.reason
    if not isinstance(node, Scalar) or not node.text.strip():
        raise Malformed("value", f"{key} takes text.", node.location, hint=f"Write {key}: {_EXAMPLES[key]}.")
    return values.scalar(node)
