"""What every query must pass before any engine sees it, whichever backend answers."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import pyoxigraph as ox

from digigraph.errors import NotAcceptable, QuerySyntaxError
from digigraph.iris import Iris
from digigraph.media import formats_for
from digigraph.sparql import excerpt, query_form
from digigraph.store.admission.guard import Guard
from digigraph.store.admission.mistakes import explained
from digigraph.store.answering.awaiting import begun
from digigraph.store.answering.backend import InFront

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.settings import Settings
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Backend, Query
    from digigraph.store.answering.cancellation import Cancellation


@runtime_checkable
class SoonAnswering(Protocol):
    """A backend that can be asked from an event loop as well."""

    def ask_soon(self, query: Query, cancellation: Cancellation) -> Answer:
        """Ask; for queries of a few kB. Returns at once, for :func:`~digigraph.store.answering.awaiting.begun`.

        Raises
        ------
        QueueFull, StoreError
            The question is not taken.
        """


class Guarded(InFront):
    """A backend behind a guard.

    Parameters
    ----------
    backend
        Who answers; closed together with this.
    guard
        Limits on the text of queries.
    """

    def __init__(self, backend: Backend, guard: Guard) -> None:
        super().__init__(backend)
        self._soon = backend if isinstance(backend, SoonAnswering) else None
        self._guard = guard

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Check the query, then ask the backend.

        Raises
        ------
        QueryTooComplex, QueryForbidden, QuerySyntaxError
            The guard does not let it pass, it is an update, it is neither SELECT, ASK, CONSTRUCT nor DESCRIBE, or a
            graph's name is no absolute IRI. Where an engine tells the place, the line is shown.
        NotAcceptable
            The format cannot carry what the query's form gives.
        """
        query = self._checked(query)
        with self._shown(query):
            return self._backend.answer(query, cancellation)

    @property
    def answers_soon(self) -> bool:
        """Whether :meth:`ask_soon` can be called."""
        return self._soon is not None

    def ask_soon(self, query: Query, cancellation: Cancellation) -> Answer:
        """Check the query, then ask as :meth:`SoonAnswering.ask_soon`.

        Raises
        ------
        DigigraphError
            The guard does not let it pass, as in :meth:`answer`, or the backend does not take it.
        """
        assert self._soon is not None  # noqa: S101 - see above
        return self._soon.ask_soon(self._checked(query), cancellation)

    async def begun(self, query: Query, answer: Answer) -> None:
        """Wait until what :meth:`ask_soon` has returned begins; raises as :meth:`answer`."""
        with self._shown(query):
            await begun(answer)

    def _checked(self, query: Query) -> Query:
        # Editors write it in front of a text; it is no part of it.
        if query.text.startswith("\N{BYTE ORDER MARK}"):
            query = replace(query, text=query.text.removeprefix("\N{BYTE ORDER MARK}"))
        self._guard.check(query.text)
        _check_characters(query)
        _check_graphs(query)
        _check_format(query)
        return query

    @contextlib.contextmanager
    def _shown(self, query: Query) -> Iterator[None]:
        """Say what a mistake is, where we know better than the engine, and show its line, where the place is known."""
        try:
            yield
        except QuerySyntaxError as told:
            error = explained(told, query.text, Iris(self._guard.base_iri).prefixes)
            if error.line is not None and error.column is not None:
                error.excerpt = excerpt(query.text, error.line, error.column)
            if error is told:
                raise
            raise error from told


def guard_of(settings: Settings) -> Guard:
    """Return the guard that the settings ask for."""
    return Guard(
        size=settings.query_bytes,
        depth=settings.query_depth,
        patterns=settings.query_patterns,
        # Another server contacts whom it likes: behind one there is no door of ours.
        federation=() if settings.endpoint else settings.federation_prefixes,
        base_iri=settings.base_iri,
    )


def _check_characters(query: Query) -> None:
    try:
        query.text.encode()
    except UnicodeEncodeError as error:
        raise QuerySyntaxError("The query holds half a character (an unpaired surrogate).") from error


def _check_graphs(query: Query) -> None:
    for name in (*(query.default_graphs or ()), *(query.named_graphs or ())):
        try:
            ox.NamedNode(name)
        except ValueError as error:
            raise QuerySyntaxError(f"The graph's name {name!r} is no absolute IRI: {error}.") from error


def _check_format(query: Query) -> None:
    form = query_form(query.text)
    fits = formats_for(form)
    if not any(query.format.is_kind_of(each) for each in fits):
        raise NotAcceptable(
            f"{query.format.media_type} cannot carry the answer of {form}.",
            available=[each.media_type for each in fits],
        )
