"""One graph as it is published on the web."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digigraph.errors import NoSnapshot
from digigraph.iris import Iris
from digigraph.publishing.descriptions.offer import Offer
from digigraph.publishing.pages.drawing import Draughtsman
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.gone import gone_snapshots
from digigraph.store.snapshots.opened import Snapshot, sequence_of
from digigraph.store.snapshots.redacted import read_redacted
from digigraph.web.site.running import Running

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend
    from digigraph.store.processes.states import States
    from digigraph.store.snapshots.permalinks import Permalinks
    from digigraph.web.keeping.keeper import Keeper
    from digigraph.web.observing.metrics import Metrics

EXTENSION = "digigraph"
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
