"""Solutions as CSV (SPARQL 1.1 Query Results CSV and TSV Formats, section 3): bare values, quoted as RFC 4180 says.

The engine's own serialiser quotes no IRI, and commas are legal in IRIs: its rows would have too many cells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from digigraph.media import RESULTS_CSV

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from digigraph.media import Format
    from digigraph.store.results.output import Output

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


def write_results(
    results: ox.QuerySolutions | ox.QueryBoolean,
    output: Output,
    chosen: Format,
) -> None:
    """Write rows, or a yes or no; CSV is our own, for the engine's quotes no IRI."""
    if isinstance(results, ox.QuerySolutions) and chosen.is_kind_of(RESULTS_CSV):
        output.writelines(csv_lines(results))
    else:
        results.serialize(cast("IO[bytes]", output), chosen.results)
