"""``/robots.txt``, ``/sitemap.xml`` and its parts: for the programs of search engines."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from digigraph.errors import NotFound, SnapshotDamaged
from digigraph.media import Format, Kind
from digigraph.publishing.crawlers.modified import modified
from digigraph.publishing.crawlers.sitemap import PART, page_paths, robots, sitemap, sitemap_index
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.change import digest_of
from digigraph.web.replies.answers import made
from digigraph.web.site.answering import asker, site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

blueprint = Blueprint("crawlers", __name__)
_XML = Format("xml", "application/xml", Kind.OTHER)
_INDEX = "/sitemap.xml"


@blueprint.get("/robots.txt")
def robots_txt() -> Response:
    """Say what crawlers should leave alone, and where the sitemap is."""
    return Response(robots(site().root, site().url(_INDEX)), content_type="text/plain; charset=utf-8")


@blueprint.get(_INDEX)
def index() -> Response:
    """List the sitemaps."""

    def body() -> bytes:
        paths, when = _paths(), _modified()
        parts = [paths[start : start + PART] for start in range(0, len(paths), PART)]
        urls = [site().url(f"/sitemap-{number}.xml") for number in range(1, len(parts) + 1)]
        return sitemap_index({url: max(map(when, part)) for url, part in zip(urls, parts, strict=True)})

    return made(body, _XML, log=_log())


@blueprint.get("/sitemap-<int:number>.xml")
def part(number: int) -> Response:
    """List pages with their languages."""

    def body() -> bytes:
        paths = _paths()[(number - 1) * PART : number * PART] if number else []
        if not paths:
            raise NotFound(f"There is no sitemap {number}.", hint=f"{site().url(_INDEX)} lists those there are.")
        return sitemap(paths, site().url, modified=_modified())

    return made(body, _XML, log=_log())


def _paths() -> Sequence[str]:
    return page_paths(asker(), site().iris)


def _log() -> str:
    """Digest of the changes that tell when pages did."""
    here = site()
    if here.backend.version is None:
        return ""
    with contextlib.suppress(SnapshotDamaged):
        return digest_of(SnapshotCatalog(here.settings.state_folder).changes.changes(until=here.backend.version))
    return ""


def _modified() -> Callable[[str], str]:
    """When the page at a path last changed; where the log of changes does not tell, when the state was published."""
    snapshot = site().offer.snapshot
    if snapshot is None:
        return lambda _: ""
    log = SnapshotCatalog(site().settings.state_folder).changes
    with contextlib.suppress(SnapshotDamaged):
        if (found := modified(log, snapshot.name, asker(), site().iris)) is not None:
            return found.of
    return lambda _: snapshot.modified
