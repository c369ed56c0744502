"""SPARQL results as a table for people."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from digigraph.iris import Iris

_WIDEST = 80
_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def table(results: bytes, iris: Iris) -> str:
    """Return SPARQL results JSON as aligned columns; IRIs as prefixed names, long values cut with an ellipsis."""
    parsed = ox.parse_query_results(results, format=ox.QueryResultsFormat.JSON)
    if isinstance(parsed, ox.QueryBoolean):
        return f"{'true' if parsed else 'false'}\n"
    assert isinstance(parsed, ox.QuerySolutions)  # noqa: S101 - results JSON holds nothing else
    head = [variable.value for variable in parsed.variables]
    body = [["" if term is None else _shown(term, iris) for term in solution] for solution in parsed]
    widths = [min(_WIDEST, max(map(_width, column))) for column in zip(head, *body, strict=True)]
    lines = [head, ["─" * width for width in widths], *body]
    rows = "".join(
        "  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )
    return f"{rows}{len(body)} row{'s' if len(body) != 1 else ''}\n"


def _shown(term: _Term, iris: Iris) -> str:
    if isinstance(term, ox.NamedNode):
        return _printable(iris.shorten(term.value))
    if isinstance(term, ox.Literal):
        return _printable(f"{term.value}@{term.language}" if term.language else term.value)
    return _printable(str(term))


def _printable(text: str) -> str:
    """Text without what would move the cursor or turn the writing direction of a terminal."""
    kept = "".join(" " if unicodedata.category(each)[0] == "C" else each for each in text)
    return kept if len(kept) <= _WIDEST else kept[: _WIDEST - 1] + "…"


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF") for each in text)


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))
