"""Backend over one snapshot, opened in the process of the test: the engine without processes around it.

A query runs in the caller's thread until its answer is whole, without deadline and without a bound on memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError, QueryCancelled, StoreError
from digigraph.store.answering.answer import Answer
from digigraph.store.engine.evaluation import evaluate

if TYPE_CHECKING:
    from digigraph.store.answering.backend import Query
    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.store.snapshots.opened import Snapshot


class EmbeddedBackend:
    """Answers queries from a snapshot that this process has open.

    Parameters
    ----------
    snapshot
        Which one; it is opened here, and kept from being pruned until :meth:`close`.
    base_iri
        The project's.
    answer_bytes, answer_rows
        Bytes and rows that one answer may have.
    """

    def __init__(self, snapshot: Snapshot, *, base_iri: str, answer_bytes: int, answer_rows: int) -> None:
        self._opened = snapshot.open()
        self._closed = False
        self._base_iri = base_iri
        self._answer_bytes = answer_bytes
        self._answer_rows = answer_rows

    @property
    def version(self) -> str:
        """Name of the snapshot."""
        return self._opened.snapshot.name

    @property
    def load(self) -> None:
        """Nothing: it has no query processes."""

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, and return the whole answer; see :meth:`digigraph.store.answering.backend.Backend.answer`."""
        if self._closed:
            raise StoreError("The store is closed.")
        answer = Answer(query.format, version=self.version, limit=self._answer_bytes)
        if cancellation is not None:
            cancellation.on_cancel(lambda: answer.fail(QueryCancelled("The question was taken back.")))
        try:
            rows = evaluate(
                self._opened.store, query, base_iri=self._base_iri, most_rows=self._answer_rows, send=answer.write
            )
        except DigigraphError:
            answer.close()
            raise
        answer.finish(rows)
        return answer

    def close(self) -> None:
        """Close the store. May be called twice."""
        self._closed = True
        self._opened.close()
