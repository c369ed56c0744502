"""Solutions as CSV (SPARQL 1.1 Query Results CSV and TSV Formats, section 3): bare values, quoted as RFC 4180 says.

The engine's own serialiser quotes no IRI, and commas are legal in IRIs: its rows would have too many cells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTED = re.compile(r'[,"\r\n]')
_BREAKS = re.compile(r'["\r\n]')
_BARE = (ox.NamedNode, ox.Literal)


def csv_lines(solutions: ox.QuerySolutions) -> Iterator[bytes]:
    """Yield the line of names, then one a solution."""
    names = [variable.value for variable in solutions.variables]
    yield _line(names)
    for solution in solutions:
        # Blank nodes as _:name; of triple terms the standard says nothing.
        yield _line(["" if term is None else term.value if isinstance(term, _BARE) else str(term) for term in solution])


def _line(values: list[str]) -> bytes:
    line = ",".join(values)
    if line.count(",") >= len(values) > 0 or _BREAKS.search(line):
        line = ",".join(map(_quoted, values))
    return f"{line}\r\n".encode()


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if _QUOTED.search(value) else value
