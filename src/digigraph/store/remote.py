"""Backend over someone else's SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1.2: query via POST with URL-encoded
parameters). The only file that speaks HTTP as a client.
"""

from __future__ import annotations

import concurrent.futures
import logging
import threading
import time
from typing import TYPE_CHECKING

import requests

from digigraph.errors import (
    DigigraphError,
    QueryCancelled,
    QuerySyntaxError,
    QueryTimeout,
    QueueFull,
    RemoteError,
    StoreError,
)
from digigraph.store.backend import Answer, Query
from digigraph.store.engine import syntax_error
from digigraph.store.room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.settings import Settings
    from digigraph.store.cancellation import Cancellation

_LOG = logging.getLogger(__name__)
_CONNECT_SECONDS = 10.0
_PIECE = 64 * 1024
_SHOWN = 500
_HINT = "Is it a SPARQL endpoint, and does it run?"


class RemoteBackend:
    """Passes queries on to an endpoint.

    Nothing here can end a query over there. Who takes one back hears so at once; its connection, and one of the
    places for queries at once, are freed when the endpoint next says something, or at the deadline.

    FROM, FROM NAMED and the graphs of the protocol mean there what that endpoint takes them to mean; our name for the
    default graph, ``{base_iri}graph/accepted``, is not known to it.

    Parameters
    ----------
    settings
        The endpoint, seconds per query, bytes per answer; as many queries at once as there would be workers, and as
        many waiting.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = threading.BoundedSemaphore(settings.worker_count + settings.queue_length)
        self._threads = concurrent.futures.ThreadPoolExecutor(settings.worker_count, thread_name_prefix="remote query")
        self._lock = threading.Lock()
        self._unread = Room(settings.unread_bytes, holds="answers that wait to be read")
        self._unfinished: set[Answer] = set()
        self._closed = False

    @property
    def version(self) -> None:
        """None: nobody tells which state of the data answered."""
        return

    @property
    def load(self) -> None:
        """Nothing: it has no query processes."""

    def answer(self, query: Query, cancellation: Cancellation | None = None) -> Answer:
        """Ask, and return when the answer begins; see :meth:`digigraph.store.backend.Backend.answer`."""
        share = self._unread.of(cancellation.client if cancellation else "")
        answer = Answer(query.format, version=None, limit=self._settings.answer_bytes, share=share)
        try:
            self._submit(query, answer)
            if cancellation is not None:
                cancellation.on_cancel(lambda: answer.fail(QueryCancelled("The question was taken back.")))
            answer.wait()
        except BaseException:
            answer.close()
            raise
        return answer

    def _submit(self, query: Query, answer: Answer) -> None:
        with self._lock:
            if self._closed:
                raise StoreError("The connection to the endpoint is closed.")
            if not self._places.acquire(blocking=False):
                raise QueueFull(f"{self._settings.queue_length} queries are waiting already.", retry_after=1)
            self._unfinished.add(answer)
            self._threads.submit(self._run, query, answer)

    def _run(self, query: Query, answer: Answer) -> None:
        failure: DigigraphError | None = None
        try:
            for piece in self._pieces(query) if answer.wanted else ():
                answer.write(piece)
        except DigigraphError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - the working loop: whoever asked must hear of it
            _LOG.exception("A query to the endpoint failed in a way that nobody has thought of.")
            failure = RemoteError(f"The query to {self._settings.endpoint} failed: {error!r}.")
        with self._lock:
            self._unfinished.discard(answer)
        self._places.release()
        if failure is None:
            answer.finish()
        else:
            answer.fail(failure)

    def _pieces(self, query: Query) -> Iterator[bytes]:
        """The body of the endpoint's answer; all errors of the network become ours here."""
        deadline = time.monotonic() + self._settings.query_seconds
        try:
            with requests.Session() as session, self._response(session, query) as response:
                _check(response, query)
                for piece in response.iter_content(_PIECE):
                    yield piece
                    if time.monotonic() > deadline:
                        raise self._timeout()
        except requests.ConnectTimeout as error:
            raise RemoteError(f"{self._settings.endpoint} cannot be reached.", hint=_HINT) from error
        except (requests.RequestException, OSError) as error:
            # A body that stops coming is a ConnectionError to requests.
            if isinstance(error, requests.Timeout) or time.monotonic() > deadline:
                raise self._timeout() from error
            raise RemoteError(f"{self._settings.endpoint} failed: {error}.", hint=_HINT) from error

    def _response(self, session: requests.Session, query: Query) -> requests.Response:
        form = {
            "query": query.text,
            "default-graph-uri": query.default_graphs or (),
            "named-graph-uri": query.named_graphs or (),
        }
        return session.post(
            self._settings.endpoint,
            data=form,
            headers={"Accept": query.format.media_type, "User-Agent": "digigraph"},
            timeout=(_CONNECT_SECONDS, self._settings.query_seconds),
            # What is asked here must not be carried to a host that nobody has named.
            allow_redirects=False,
            stream=True,
        )

    def _timeout(self) -> QueryTimeout:
        return QueryTimeout(
            f"The endpoint did not answer within {self._settings.query_seconds:g} seconds.",
            hint="Ask for less at once.",
        )

    def close(self) -> None:
        """Give up what is being asked and let go of the connections. May be called twice."""
        with self._lock:
            self._closed = True
            unfinished = [*self._unfinished]
        for answer in unfinished:
            answer.close()
        self._threads.shutdown()


def _check(response: requests.Response, query: Query) -> None:
    """Raise what the status or the media type of a response says."""
    if response.is_redirect:
        raise RemoteError(
            f"{response.url} redirects to {response.headers['Location']}.",
            hint="Set the endpoint to that, if you trust it.",
        )
    if response.status_code == requests.codes.bad_request:
        reason = _beginning(response)
        raise (
            syntax_error(reason)
            if reason.startswith("error at")
            else QuerySyntaxError(f"The endpoint does not take the query: {reason}.")
        )
    if response.status_code != requests.codes.ok:
        raise RemoteError(
            f"{response.url} answered {response.status_code} {response.reason}: {_beginning(response)}", hint=_HINT
        )
    found = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if found not in {query.format.media_type, *query.format.aliases}:
        raise RemoteError(f"{response.url} sent {found or 'no media type'}, not {query.format.media_type}.", hint=_HINT)


def _beginning(response: requests.Response) -> str:
    """The first characters of a body, on one line."""
    data = next(response.iter_content(_SHOWN), b"")
    return " ".join(data.decode(errors="replace").split())
