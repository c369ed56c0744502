"""SPARQL results as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.reports.printable import printable, width

if TYPE_CHECKING:
    from digigraph.iris import Iris
    from digigraph.vocab import Term

_WIDEST = 80


def table(results: bytes, iris: Iris) -> str:
    """Return SPARQL results JSON as aligned columns; IRIs as prefixed names, long values cut with an ellipsis."""
    parsed = ox.parse_query_results(results, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return f"{'true' if parsed else 'false'}\n"
    assert isinstance(parsed, ox.QuerySolutions)  # noqa: S101 - results JSON holds nothing else
    head = [variable.value for variable in parsed.variables]
    body = [["" if term is None else _shown(term, iris) for term in solution] for solution in parsed]
    widths = [min(_WIDEST, max(map(width, column))) for column in zip(head, *body, strict=True)]
    lines = [head, ["─" * each for each in widths], *body]
    rows = "".join(
        "  ".join(_padded(cell, each) for cell, each in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )
    return f"{rows}{len(body)} row{'s' if len(body) != 1 else ''}\n"


def _shown(term: Term, iris: Iris) -> str:
    if isinstance(term, ox.NamedNode):
        text = iris.shorten(term.value)
    elif isinstance(term, ox.Literal):
        text = f"{term.value}@{term.language}" if term.language else term.value
    else:
        text = str(term)
    plain = printable(text)
    return plain if len(plain) <= _WIDEST else plain[: _WIDEST - 1] + "…"


def _padded(text: str, wanted: int) -> str:
    return text + " " * max(0, wanted - width(text))
