"""Numbers that commas part within braces, where a comma ends a value."""

from __future__ import annotations

import re

from digigraph.sources.files.records import Fields, Refused, Scalar

_GROUP = re.compile("([0-9]{3})( [A-Za-z]{3})?")
"""Three digits, and behind the last ones a currency."""


def with_whole_numbers(fields: Fields) -> Fields:
    """Return a mapping in which ``{amount: 1,991,250 SEK}`` is one value that cannot be used, and says why.

    YAML reads a value of one digit, and two keys without values.
    """
    read = Fields({}, fields.location)
    number = ""
    for key, node in fields.nodes.items():
        is_alone = isinstance(node, Scalar) and not node.text
        last = next(reversed(read.nodes), None)
        if number and last is not None and is_alone and (group := _GROUP.fullmatch(key)):
            number += key
            hint = f"Write {number}: no commas in a number."
            message = "A comma ends a value within {…}."
            read.nodes[last] = Refused(message, hint, read.nodes[last].location)
            number = "" if group.group(2) else number
            continue
        number = node.text if isinstance(node, Scalar) and re.fullmatch("[0-9]{1,3}", node.text) else ""
        read.nodes[key], read.keys[key] = node, fields.keys[key]
    return read
