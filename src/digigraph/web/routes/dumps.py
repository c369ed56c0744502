"""``/dumps/``: the whole dataset as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect

from digigraph.errors import Gone, NotFound
from digigraph.publishing.carried.dumps import FORMATS
from digigraph.publishing.edition.paths import STATES
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.web.pages.rendering import page
from digigraph.web.protocol.headers import SNAPSHOT_HEADER
from digigraph.web.replies.files import File
from digigraph.web.site.answering import served, site

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from digigraph.store.snapshots.opened import Snapshot

blueprint = Blueprint("dumps", __name__)
_SUMS = "sha256"
_LATEST = "latest"


@blueprint.get("/dumps/")
def index() -> Response:
    """List the dumps of the state that is served."""
    served("dumps")
    return page("dumps.html", lambda: {"dumps": site().offer.dumps, "page_url": site().url("/dumps/")})


@blueprint.get("/dumps/<file>")
def dump(file: str) -> BaseResponse:
    """Send a dump, or the list of their hashes; ``latest`` leads to those of the state that is served."""
    state, _, name = file.partition(".")
    if name != _SUMS and name not in FORMATS:
        raise NotFound(f"There is no dump {name!r}.", hint=f"Dumps: {', '.join(FORMATS)}; hashes: {_SUMS}.")
    if state == _LATEST:
        return redirect(site().url(f"/dumps/{served('dumps')}.{name}"))
    snapshot = _snapshot(state)
    if name == _SUMS:
        lines = (f"{each.sha256}  {state}.{each.name}\n" for each in snapshot.dumps())
        return _of(snapshot, Response("".join(lines), content_type="text/plain; charset=utf-8"))
    found = next((each for each in snapshot.dumps() if each.name == name), None)
    if found is None:
        raise NotFound(
            f"The state {state} has no dump {name!r}.",
            hint=f"{site().present_url('/dumps/')} lists those of the present one.",
        )
    try:
        body = File(found.path)
    except FileNotFoundError as error:
        raise Gone(f"The state {state} was pruned.") from error
    response = Response(body, content_type=FORMATS[name].media_type, direct_passthrough=True)
    response.content_length = body.size
    response.set_etag(found.sha256)
    response.headers["Accept-Ranges"] = "bytes"
    # What is compressed on the way has no ranges that fit together; there are compressed files for that.
    response.headers["Cache-Control"] = "no-cache, no-transform"
    return _of(snapshot, response)


def _of(snapshot: Snapshot, response: Response) -> Response:
    response.headers[SNAPSHOT_HEADER] = snapshot.name
    response.last_modified = site().published(snapshot.name)
    return response


def _snapshot(name: str) -> Snapshot:
    served("dumps")
    return SnapshotCatalog(site().settings.state_folder).find(name, path=site().present_url(STATES))
