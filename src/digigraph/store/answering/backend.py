"""What every store offers: ``answer(Query) → Answer``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from digigraph.errors import RemoteError
from digigraph.media import RESULTS_JSON, Format
from digigraph.vocab import Term

if TYPE_CHECKING:
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.cancellation import Cancellation
    from digigraph.store.answering.load import Load

Row = dict[str, Term]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to a store.

    Parameters
    ----------
    text, format
        SPARQL 1.1 query, and the serialisation of its answer, which must fit the query form.
    default_graphs, named_graphs
        The RDF dataset asked (SPARQL 1.1 Protocol, section 2.1.4); None: what the query says, else the whole snapshot.
    is_own
        Whether no client wrote it, so that none is to blame where another engine refuses it.
    """

    text: str
    format: Format
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    is_own: bool = False


class Backend(Protocol):
    """A store that answers queries."""

    @property
    def version(self) -> str | None:
        """Name of the snapshot asked next; None for a remote endpoint."""

    @property
    def load(self) -> Load | None:
        """How busy it is; None where it has no query processes."""

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, and return when the answer begins (see :meth:`~digigraph.store.answering.answer.Answer.wait`).

        Raises
        ------
        QueryError, QueryFailed, QueueFull, StoreError, RemoteError
            No answer, and why.
        """

    def close(self) -> None:
        """Let go of processes, files and connections. May be called twice."""


class InFront:
    """What stands in front of a backend: in all but what it is asked, it is that backend.

    Parameters
    ----------
    backend
        Who answers; closed together with this.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @property
    def version(self) -> str | None:
        """The backend's."""
        return self._backend.version

    @property
    def load(self) -> Load | None:
        """The backend's."""
        return self._backend.load

    def close(self) -> None:
        """Close the backend."""
        self._backend.close()


def rows(backend: Backend, text: str) -> list[Row]:
    """Ask a SELECT query of our own and return its solutions, whole; unbound variables are absent from a row.

    Raises as :meth:`Backend.answer`, and RemoteError where another endpoint sends no result of a SELECT.
    """
    answer = b"".join(backend.answer(Query(text=text, format=RESULTS_JSON, is_own=True)))
    try:
        solutions = ox.parse_query_results(answer, format=ox.QueryResultsFormat.JSON)
        if not isinstance(solutions, ox.QuerySolutions):
            raise RemoteError("A SELECT query was asked, and the answer is that of an ASK query.")
        names = [variable.value for variable in solutions.variables]
        return [{name: each[name] for name in names if each[name] is not None} for each in solutions]
    except (SyntaxError, ValueError) as error:
        raise RemoteError(f"The answer is no SPARQL result in JSON: {error}.") from error
