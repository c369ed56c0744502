"""Which store answers: the only place that chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.store.admission.guarded import Guarded, guard_of
from digigraph.store.processes.aside import Aside
from digigraph.store.processes.pool import Pool
from digigraph.store.processes.states import States, settings_of_earlier

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend


def open_backend(settings: Settings) -> Backend:
    """Return the store that the settings ask for, behind the guard: the endpoint if there is one, else the snapshots.

    The snapshots are served by query processes, which follow the active one.

    Raises
    ------
    NoSnapshot
        Nothing has been published yet.
    StoreError
        The active snapshot cannot be opened.
    """
    if settings.endpoint:
        # Here, for the HTTP client takes longer to load than all the rest, and most never need it.
        from digigraph.store.remote.endpoint import RemoteBackend  # noqa: PLC0415

        return Guarded(RemoteBackend(settings), guard_of(settings))
    return _guarded(settings, Pool(settings))


def open_earlier(settings: Settings, snapshot: str) -> Backend:
    """Return a store over one snapshot, whichever is active, behind the same guard and limits.

    Raises
    ------
    NoSnapshot
        There is none of that name.
    StoreError
        It cannot be opened.
    """
    return _guarded(settings, Pool(settings, snapshot=snapshot))


def open_aside(nquads: Path, settings: Settings) -> Backend:
    """Return a store over a file of N-Quads, for one thread, behind the guard that the settings ask for."""
    return Guarded(Aside(nquads, settings), guard_of(settings))


def open_states(settings: Settings, current: Backend) -> States:
    """Return the kept states of the graph, of which ``current`` answers for the one that is served."""
    earlier = settings_of_earlier(settings)
    return States(settings, current, lambda name: open_earlier(earlier, name))


def _guarded(settings: Settings, pool: Pool) -> Backend:
    guard = guard_of(settings)
    if not guard.federation:
        return Guarded(pool, guard)
    # Here, for most never need what it loads.
    from digigraph.store.remote.federation import Federated  # noqa: PLC0415

    return Guarded(Federated(pool, settings), guard)
