"""Results that can be proved to be the same: whole, of bounded size, with a hash that no format decides.

The hash is SHA-256 of

- SELECT: the answer in TSV (SPARQL 1.1 Query Results CSV and TSV Formats, section 4): the line of names, then the rows
  sorted by bytes, each as often as it is there, every line with a line feed;
- ASK: ``true`` or ``false``;
- CONSTRUCT and DESCRIBE: the triples in N-Triples, sorted by bytes, each once.

So the order of rows is not part of it: without ORDER BY there is none, and with it equal rows have none.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.errors import AnswerTooLarge
from digigraph.media import N_TRIPLES, RESULTS_JSON, RESULTS_TSV
from digigraph.publishing.linked_data.writing import serialise
from digigraph.sparql import query_form
from digigraph.store.answering.answer import Answer
from digigraph.store.results.csv_results import write_results
from digigraph.store.results.output import Output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digigraph.media import Format
    from digigraph.store.answering.backend import Backend, Query

BYTES = 4_000_000
"""Bytes that a result may have, as results JSON or N-Triples."""


@dataclass(frozen=True)
class Result:
    """The whole answer to a query.

    Parameters
    ----------
    body
        Results JSON, or N-Triples.
    is_graph
        Whether it is triples.
    """

    body: bytes
    is_graph: bool

    @property
    def rows(self) -> int:
        """How many rows or triples there are; none of what ASK answers."""
        lines = self._canonical.count(b"\n")
        return lines if self.is_graph else max(0, lines - 1)

    @property
    def sha256(self) -> str:
        """The hash, in hex."""
        return hashlib.sha256(self._canonical).hexdigest()

    def answer(self) -> Answer:
        """Return it as a store would: in results JSON or N-Triples."""
        answer = Answer(N_TRIPLES if self.is_graph else RESULTS_JSON, version=None, limit=len(self.body))
        answer.write(self.body)
        answer.finish()
        return answer

    def written(self, chosen: Format, prefixes: Mapping[str, str]) -> bytes:
        """Return it in a format.

        Raises
        ------
        NotAcceptable
            The format cannot express what is in it.
        """
        if self.is_graph:
            return serialise(_quads(self.body), chosen, prefixes)
        parsed = ox.parse_query_results(self.body, format=ox.QueryResultsFormat.JSON)
        pieces: list[bytes] = []
        output = Output(pieces.append, chosen)
        write_results(parsed, output, chosen)
        output.finish()
        return b"".join(pieces)

    @functools.cached_property
    def _canonical(self) -> bytes:
        if self.is_graph:
            return b"".join(sorted({f"{each.triple} .\n".encode() for each in _quads(self.body)}))
        names, *rows = self.written(RESULTS_TSV, {}).split(b"\n")
        return b"\n".join([names, *sorted(rows[:-1]), b""]) if rows else names


def _quads(ntriples: bytes) -> list[ox.Quad]:
    return list(ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES))


def result_of(backend: Backend, query: Query) -> Result:
    """Ask, and return the answer whole.

    Raises
    ------
    AnswerTooLarge
        It has more than :data:`BYTES`.
    DigigraphError
        As :meth:`Backend.answer`.
    """
    is_graph = query_form(query.text) not in {"SELECT", "ASK"}
    answer = backend.answer(replace(query, format=N_TRIPLES if is_graph else RESULTS_JSON))
    body = bytearray()
    for piece in answer:
        body += piece
        if len(body) > BYTES:
            answer.close()
            raise AnswerTooLarge(
                f"The result has more than {BYTES} bytes, and a permalink cannot hold it.",
                hint="Ask for fewer rows, or cite the address of the state and the query.",
            )
    return Result(bytes(body), is_graph)
