"""What the routes of one application share."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, after_this_request, current_app, request

from digigraph.errors import NoSnapshot
from digigraph.iris import Iris
from digigraph.publishing.descriptions.offer import Offer
from digigraph.publishing.edition.graph import Edition
from digigraph.publishing.edition.paths import TIMEMAP
from digigraph.publishing.pages.drawing import Draughtsman
from digigraph.store.answering.cancellation import Cancellation
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.gone import gone_snapshots
from digigraph.store.snapshots.opened import Snapshot, sequence_of
from digigraph.store.snapshots.redacted import read_redacted
from digigraph.web.begun import BEGUN
from digigraph.web.record import RECORD
from digigraph.web.running import QUERY_ID_HEADER, Running
from digigraph.web.wsgi import CANCELLATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyoxigraph as ox

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Answer, Backend, Query
    from digigraph.store.answering.load import Load
    from digigraph.store.processes.states import States
    from digigraph.store.snapshots.permalinks import Permalinks
    from digigraph.web.begun import Begun
    from digigraph.web.keeping import Keeper
    from digigraph.web.metrics import Metrics
    from digigraph.web.record import Record

EXTENSION = "digigraph"
NAMED_STATE = "digigraph.state"
"""Key of the WSGI environment under which a request for a state by its name carries the site of that state."""
READS_REMOTE = "digigraph.reads-remote"
"""Key of the WSGI environment that is there once a request reads what an endpoint of others answers to our queries."""
VOID = "/.well-known/void"
"""Path of the dataset's description (VoID, section 7.2; RFC 8615)."""


@dataclass(frozen=True, slots=True)
class KeptStates:
    """The states of the graph that can be asked for by their names.

    Parameters
    ----------
    states
        Who answers for each.
    keeper
        Who keeps what was computed of them.
    permalinks
        Of results in them.
    """

    states: States
    keeper: Keeper
    permalinks: Permalinks


@dataclass(frozen=True, slots=True)
class Site:
    """One graph as it is published on the web.

    Parameters
    ----------
    settings
        The project's.
    backend
        Who answers.
    keeper
        Who keeps what was computed.
    metrics
        Who counts.
    running
        The queries that are being answered.
    draughtsman
        Who draws.
    kept
        The kept states of the graph; None behind an endpoint of others.
    prefix
        Path below which a state that is asked for by its name is published; empty for the one that is served.
    taken_back
        The class of the reason by IRI, of what the project has taken back; asked where there are no snapshots, which
        know it themselves.
    files
        What is read where there is no snapshot that carries it, by name.
    """

    settings: Settings
    backend: Backend
    keeper: Keeper
    metrics: Metrics
    running: Running = field(default_factory=Running)
    draughtsman: Draughtsman = field(default_factory=Draughtsman)
    kept: KeptStates | None = None
    prefix: str = ""
    taken_back: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def read_file(self, name: str) -> bytes | None:
        """Return a file that the snapshot carries beside its dataset, or stands in for it; None where there is none."""
        if self.backend.version is None:
            return self.files.get(name)
        snapshot = self._snapshot(self.backend.version)
        return snapshot.read_file(name) if snapshot is not None else None

    def began(self) -> str | None:
        """Return when the first state of the graph was made; None where that is not known."""
        if self.settings.endpoint:
            return None
        folder = self.settings.state_folder
        catalog = SnapshotCatalog(folder)
        created = {each.name: each.created for each in gone_snapshots(folder)[:1]}
        created |= {each: catalog.get(each).created for each in catalog.names()[:1]}
        return next((when for name, when in created.items() if sequence_of(name) == 1), None)

    def reason_of(self, iri: str) -> str:
        """Return why an IRI was taken back, as a class of reasons; empty where it was not."""
        if self.backend.version is None:
            return self.taken_back.get(iri, "")
        return read_redacted(self.settings.state_folder).reasons.get(iri, "")

    def published(self, version: str) -> dt.datetime | None:
        """Return since when a snapshot is as it is; None where it is gone."""
        snapshot = self._snapshot(version)
        return dt.datetime.fromisoformat(snapshot.modified) if snapshot is not None else None

    def _snapshot(self, version: str | None) -> Snapshot | None:
        if version is None:
            return None
        try:
            return SnapshotCatalog(self.settings.state_folder).get(version)
        except NoSnapshot:
            return None

    @property
    def iris(self) -> Iris:
        """The IRIs of the graph."""
        return Iris(self.settings.base_iri)

    def url(self, path: str) -> str:
        """Return the URL under which readers fetch a path (``/sparql``) of this state."""
        return self.present_url(self.prefix + path)

    def present_url(self, path: str) -> str:
        """Return the URL of a path in the state that is served; never made of the Host header."""
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        return (self.settings.public_url or f"http://{host}:{self.settings.port}").rstrip("/") + path

    @property
    def root(self) -> str:
        """The path of the public URL, without a slash at its end: what a proxy takes off before it asks here."""
        return urlsplit(self.present_url("")).path

    @property
    def offer(self) -> Offer:
        """What is published, as its descriptions need it."""
        return Offer(self.settings, self.url, self._snapshot(self.backend.version))


def site() -> Site:
    """Return the site of the request that is being answered: of the state that is served, else of the one named."""
    found: Site = request.environ.get(NAMED_STATE) or current_app.extensions[EXTENSION]
    return found


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
