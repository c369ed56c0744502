"""An answer as a table for people: the first rows of it, read while it comes."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import DigigraphError, RemoteError
from digigraph.media import N_TRIPLES, RESULTS_JSON
from digigraph.sparql import query_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import WriteableBuffer

    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Backend, Query
    from digigraph.vocab import Term

    _Row = tuple[Term | None, ...]

ROWS = 500
"""Rows of an answer that a page shows."""
BYTES = 2_000_000
"""Bytes of an answer that are read for a page: rows can be long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The beginning of an answer.

    Parameters
    ----------
    columns
        Names of the variables; of a graph subject, predicate and object; none for a truth value.
    rows
        As many terms as columns each; None where a variable is unbound.
    truth
        What ASK answers; None for other queries.
    is_whole
        Whether there are no more rows.
    version
        Name of the snapshot asked; None for a remote endpoint.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[_Row, ...] = ()
    truth: bool | None = None
    is_whole: bool = True
    version: str | None


def tabulate(backend: Backend, query: Query) -> Table:
    """Ask, read what a page can show, and take back the rest of the question.

    Parameters
    ----------
    backend
        Who answers.
    query
        Of any form; its format does not matter.

    Raises
    ------
    DigigraphError
        As :meth:`Backend.answer`; also where the answer fails while it is read.
    """
    selects = query_form(query.text) in {"SELECT", "ASK"}
    return table_of(backend.answer(replace(query, format=RESULTS_JSON if selects else N_TRIPLES)))


def table_of(answer: Answer) -> Table:
    """Return what a page can show of an answer in results JSON or N-Triples, and close it.

    Raises
    ------
    DigigraphError
        It fails while it is read.
    """
    beginning = _Beginning(answer)
    selects = answer.format is RESULTS_JSON
    try:
        table = _results(beginning, answer.version) if selects else _graph(beginning, answer.version)
    finally:
        answer.close()
    if beginning.error is not None:
        raise beginning.error
    return table


class _Beginning(io.RawIOBase):
    """The first bytes of an answer as a file; says afterwards why there were no more.

    The parsers read little ahead, so that a query whose first rows are enough is not computed to its end. An error is
    kept and not raised: it would have to pass through the parser.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._chunks = iter(answer)
        self._chunk = b""
        self._left = BYTES
        self.is_cut = False
        self.error: DigigraphError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if not self._chunk:
            self._chunk = self._next()
        given, self._chunk = self._chunk[: len(view)], self._chunk[len(view) :]
        view[: len(given)] = given
        return len(given)

    def _next(self) -> bytes:
        if self._left <= 0:
            self.is_cut = True
            return b""
        try:
            chunk = next(self._chunks, b"")
        except DigigraphError as error:
            self.error = error
            return b""
        self._left -= len(chunk)
        return chunk

    def first(self, rows: Iterator[_Row]) -> list[_Row]:
        """Return the first rows that a parser makes of these bytes, one more than a page shows where there are more."""
        found: list[_Row] = []
        try:
            found.extend(itertools.islice(rows, ROWS + 1))
        except SyntaxError as error:
            self.excuse(error)
        return found

    def excuse(self, error: SyntaxError) -> None:
        """Pass over a syntax error of what was cut off: that is no whole document.

        Raises
        ------
        RemoteError
            Nothing was cut off: only an endpoint of someone else sends what is none.
        """
        if not (self.is_cut or self.error):
            raise RemoteError(f"What the endpoint answered cannot be read: {error}.") from error


def _results(beginning: _Beginning, version: str | None) -> Table:
    try:
        parsed = ox.parse_query_results(io.BufferedReader(beginning), format=ox.QueryResultsFormat.JSON)
    except SyntaxError as error:
        beginning.excuse(error)
        return Table(is_whole=False, version=version)
    if isinstance(parsed, ox.QueryBoolean):
        return Table(truth=bool(parsed), version=version)
    assert isinstance(parsed, ox.QuerySolutions)  # noqa: S101 - results JSON holds nothing else
    columns = tuple(variable.value for variable in parsed.variables)
    return _table(columns, beginning.first(tuple(solution) for solution in parsed), beginning, version)


def _graph(beginning: _Beginning, version: str | None) -> Table:
    parsed = ox.parse(io.BufferedReader(beginning), format=ox.RdfFormat.N_TRIPLES)
    rows = beginning.first((each.subject, each.predicate, each.object) for each in parsed)
    return _table(("subject", "predicate", "object"), rows, beginning, version)


def _table(columns: tuple[str, ...], rows: list[_Row], beginning: _Beginning, version: str | None) -> Table:
    is_whole = len(rows) <= ROWS and not beginning.is_cut
    return Table(columns=columns, rows=tuple(rows[:ROWS]), is_whole=is_whole, version=version)
