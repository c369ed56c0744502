"""How much a query gives, whatever its form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.media import N_TRIPLES, RESULTS_JSON
from digigraph.sparql import query_form
from digigraph.store.answering.backend import Query

if TYPE_CHECKING:
    from digigraph.store.answering.backend import Backend


def count(backend: Backend, text: str) -> int:
    """Ask any query and return how much comes back: solutions, triples, or 1 for yes and 0 for no."""
    if query_form(text) in {"CONSTRUCT", "DESCRIBE"}:
        return b"".join(backend.answer(Query(text=text, format=N_TRIPLES))).count(b"\n")
    answer = b"".join(backend.answer(Query(text=text, format=RESULTS_JSON)))
    result = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
    return int(bool(result)) if isinstance(result, ox.QueryBoolean) else sum(1 for _ in result)
