"""Numbers that commas part within braces, where a comma ends a value."""

from __future__ import annotations

import re

from digigraph.sources.files.records import Fields, Refused, Scalar

_GROUP = re.compile("[0-9]{3}( [A-Za-z]{3})?")
"""Three digits, and behind the last ones a currency."""
_DIGITS = 3
_CENTS = re.compile("[0-9]{2} [A-Za-z]{3}")


def with_whole_numbers(fields: Fields) -> Fields:
    """Return a mapping in which ``{amount: 1,991,250 SEK}`` is one value that cannot be used, and says why.

    YAML reads a value of one digit, and two keys without values. So it is with ``{amount: 1991250,00 SEK}``.
    """
    read = Fields({}, fields.location)
    number, is_grouped = "", False
    for key, node in fields.nodes.items():
        is_alone = isinstance(node, Scalar) and not node.text
        last = next(reversed(read.nodes), None)
        group = _GROUP.fullmatch(key) if is_grouped else None
        cents = _CENTS.fullmatch(key)
        if number and last is not None and is_alone and (group or cents):
            number += f".{key}" if cents else key
            hint = f"Write {number}: no commas in a number."
            message = "A comma ends a value within {…}."
            read.nodes[last] = Refused(message, hint, read.nodes[last].location)
            number = "" if cents or (group and group.group(1)) else number
            continue
        number = node.text if isinstance(node, Scalar) and re.fullmatch("[0-9]+", node.text) else ""
        is_grouped = len(number) <= _DIGITS
        read.nodes[key], read.keys[key] = node, fields.keys[key]
    return read
