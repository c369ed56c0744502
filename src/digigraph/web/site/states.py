"""The pages, data and endpoint of every kept state: the same routes once more, below the path of the state."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, request

from digigraph.errors import NoSnapshot, NotFound, SnapshotDamaged
from digigraph.publishing.edition.paths import STATES, state_path
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.exchanges.wsgi import SNAPSHOT
from digigraph.web.site.answering import NAMED_STATE, site
from digigraph.web.site.published import EXTENSION, KeptStates, Site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from digigraph.store.snapshots.opened import Snapshot


def of_states(blueprints: Iterable[Blueprint]) -> Blueprint:
    """Return the same routes for every kept state, below ``/snapshots/{name}``."""
    made = Blueprint("state", __name__, url_prefix=state_path("<state>"))
    made.url_value_preprocessor(_choose)
    made.after_request(past_what_is_kept)
    for each in blueprints:
        made.register_blueprint(each)
    return made


def catalog_of(here: Site) -> tuple[SnapshotCatalog, KeptStates]:
    """Return the snapshots of a site, and who answers for each.

    Raises
    ------
    NotFound
        There are none: an endpoint of others answers.
    """
    if here.kept is None:
        raise NotFound(
            "There are no states here: an endpoint of others answers.", hint=f"Ask at {here.url('/sparql')}."
        )
    return SnapshotCatalog(here.settings.state_folder), here.kept


def kept_snapshots() -> list[Snapshot]:
    """Return the states that there are, oldest first; one that is being removed, or is damaged, is none of them.

    Raises
    ------
    NotFound
        See :func:`catalog_of`.
    """
    catalog, _ = catalog_of(site())
    found: list[Snapshot] = []
    for name in catalog.names():
        with contextlib.suppress(NoSnapshot, SnapshotDamaged):
            found.append(catalog.get(name))
    return found


def _choose(_: str | None, values: dict[str, str] | None) -> None:
    if values is not None:
        choose(values.pop("state"))


def choose(name: str) -> Snapshot:
    """Let the state of that name answer the request, and return it.

    Raises
    ------
    NotFound, Gone
        There is no such state, or no longer.
    """
    here: Site = current_app.extensions[EXTENSION]
    catalog, kept = catalog_of(here)
    snapshot = catalog.find(name, path=here.present_url(STATES))
    request.environ[NAMED_STATE] = replace(
        here, backend=kept.states.at(snapshot.name), keeper=kept.keeper, prefix=state_path(snapshot.name)
    )
    return snapshot


def past_what_is_kept(response: Response) -> Response:
    """Let every request for a state come to the application: the state may be gone by then."""
    request.environ.pop(SNAPSHOT, None)
    return response
