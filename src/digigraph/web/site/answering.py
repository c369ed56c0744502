"""What the routes share: the site of the request that is being answered, and the way to ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, after_this_request, current_app, request

from digigraph.errors import NotFound
from digigraph.publishing.edition.graph import Edition
from digigraph.publishing.edition.paths import TIMEMAP
from digigraph.store.answering.cancellation import Cancellation
from digigraph.web.exchanges.wsgi import CANCELLATION
from digigraph.web.keeping.begun import BEGUN
from digigraph.web.observing.record import RECORD
from digigraph.web.protocol.headers import QUERY_ID_HEADER
from digigraph.web.site.published import EXTENSION, Site

if TYPE_CHECKING:
    import pyoxigraph as ox

    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Backend, Query
    from digigraph.store.answering.load import Load
    from digigraph.web.keeping.begun import Begun
    from digigraph.web.observing.record import Record

NAMED_STATE = "digigraph.state"
"""Key of the WSGI environment under which a request for a state by its name carries the site of that state."""
READS_REMOTE = "digigraph.reads-remote"
"""Key of the WSGI environment that is there once a request reads what an endpoint of others answers to our queries."""


def site() -> Site:
    """Return the site of the request that is being answered: of the state that is served, else of the one named."""
    found: Site = request.environ.get(NAMED_STATE) or current_app.extensions[EXTENSION]
    return found


def served(what: str) -> str:
    """Return the name of the state that answers the request; ``what`` only states have.

    Raises
    ------
    NotFound
        An endpoint of others answers.
    """
    version = site().backend.version
    if version is None:
        raise NotFound(
            f"There are no {what} here: an endpoint of others answers.", hint=f"Ask at {site().url('/sparql')}."
        )
    return version


def client_cancellation() -> Cancellation | None:
    """Return what fires when the client leaves; None under servers that cannot tell."""
    found: Cancellation | None = request.environ.get(CANCELLATION)
    return found


def note(*, query: str = "", is_kept: bool = False, rows: int | None = None) -> None:
    """Tell the log and the metrics of this exchange what it asks, whether that was kept, and how many rows it has."""
    record: Record | None = request.environ.get(RECORD)
    if record is not None:
        record.query = query or record.query
        record.is_kept = is_kept or record.is_kept
        record.rows = record.rows if rows is None else rows


class _Asker:
    """The backend as the request that is being answered sees it: its queries end when the client leaves."""

    @property
    def version(self) -> str | None:
        return site().backend.version

    @property
    def load(self) -> Load | None:
        return site().backend.load

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        if query.is_own and self.version is None:
            request.environ[READS_REMOTE] = True
        return site().backend.answer(query, cancellation or client_cancellation())

    def close(self) -> None:
        """Leave the backend open: it is the application's."""


def asker() -> Backend:
    """Return the backend for the functions of ``publishing``."""
    return _Asker()


def edition(language: str) -> Edition:
    """Return the graph as the functions of ``publishing`` take it, in a language."""
    found = site()
    timemaps = found.present_url(TIMEMAP)
    return Edition(asker(), found.iris, language, found.read_file, found.settings.license, found.reason_of, timemaps)


def named(path: str) -> ox.NamedNode:
    """Return the IRI of a thing, a document or evidence by its path (``id/kth``).

    Raises
    ------
    TakenBack
        It was taken back: whatever else still names it, and whoever answers, nothing is told of it.
    """
    iri = site().iris.at(path)
    if site().reason_of(iri.value):
        raise edition("").missing(iri.value)
    return iri


def begun(query: Query) -> Begun | None:
    """Return the query as it was asked already for the request that is being answered; None where it was not."""
    found: Begun | None = request.environ.get(BEGUN)
    return found if found is not None and found.query == query else None


def ask(query: Query) -> Answer:
    """Ask the backend for the request that is being answered; returns when the answer begins.

    Until it has been read, whoever knows the id of the query can end it.

    Raises
    ------
    BadRequest, Conflict
        The client chose an id for the query that it cannot have.
    QueryError, QueryFailed, QueueFull, StoreError, RemoteError
        No answer, and why; ``problems`` turns them into replies.
    """
    cancellation = client_cancellation() or Cancellation()
    chosen = request.headers.get(QUERY_ID_HEADER)
    running = site().running
    query_id = running.add(chosen, cancellation)
    try:
        asked = begun(query)
        answer = asked.take() if asked is not None else site().backend.answer(query, cancellation)
    except BaseException:
        running.remove(query_id)
        raise
    answer.on_close(lambda: running.remove(query_id))
    if chosen is not None or answer.size is None:
        after_this_request(lambda response: _with_query_id(response, query_id))
    return answer


def _with_query_id(response: Response, query_id: str) -> Response:
    response.headers[QUERY_ID_HEADER] = query_id
    return response
