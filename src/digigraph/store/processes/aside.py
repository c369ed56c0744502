"""Backend over a dataset that is not published, for a check that asks one question after the other.

One query process, with the limits that the server's have; where a question has ended it, or it is worn, another one
takes its place. It has the dataset in memory: nothing has to be written that is read once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError, StoreError
from digigraph.store.answering.answer import Answer
from digigraph.store.processes.child import Child

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Query
    from digigraph.store.answering.cancellation import Cancellation


class Aside:
    """Answers from one query process over a file of N-Quads; for one thread."""

    def __init__(self, nquads: Path, settings: Settings) -> None:
        self._nquads = nquads
        self._settings = settings
        self._child: Child | None = None
        self._closed = False

    @property
    def version(self) -> None:
        """Nothing: no snapshot is asked."""

    @property
    def load(self) -> None:
        """Nothing: nobody else asks."""

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:  # noqa: ARG002 - nobody takes it back
        """Ask, and return the whole answer; see :meth:`digigraph.store.answering.backend.Backend.answer`."""
        if self._closed:
            raise StoreError("The store is closed.")
        child = self._fit_child()
        answer = Answer(query.format, version=None, limit=self._settings.answer_bytes)
        try:
            child.ask(query)
            child.pump(answer, on_long=lambda: None)
        except DigigraphError:
            answer.close()
            raise
        answer.finish(child.rows)
        return answer

    def _fit_child(self) -> Child:
        if self._child is None or not self._child.is_fit():
            self._end_child()
            child = Child(self._nquads, self._settings, version="")
            child.wait_ready()
            self._child = child
        return self._child

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.dismiss()
            self._child.end()
            self._child = None

    def close(self) -> None:
        """End the query process. May be called twice."""
        self._closed = True
        self._end_child()
