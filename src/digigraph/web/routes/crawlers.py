"""``/robots.txt``, ``/sitemap.xml`` and its parts: for the programs of search engines."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response

from digigraph.errors import NotFound
from digigraph.media import Format, Kind
from digigraph.publishing.sitemap import PART, page_paths, robots, sitemap, sitemap_index
from digigraph.web.replies import made
from digigraph.web.site import asker, site

if TYPE_CHECKING:
    from collections.abc import Sequence

blueprint = Blueprint("crawlers", __name__)
_XML = Format("xml", "application/xml", Kind.PAGE)
_INDEX = "/sitemap.xml"


@blueprint.get("/robots.txt")
def robots_txt() -> Response:
    """Say what crawlers should leave alone, and where the sitemap is."""
    url = site().url
    return Response(robots(urlsplit(url("")).path, url(_INDEX)), content_type="text/plain; charset=utf-8")


@blueprint.get(_INDEX)
def index() -> Response:
    """List the sitemaps."""

    def body() -> bytes:
        count = -(-len(_paths()) // PART)
        return sitemap_index([site().url(f"/sitemap-{each + 1}.xml") for each in range(count)], modified=_modified())

    return made(body, _XML)


@blueprint.get("/sitemap-<int:number>.xml")
def part(number: int) -> Response:
    """List pages with their languages."""

    def body() -> bytes:
        paths = _paths()[(number - 1) * PART : number * PART] if number else []
        if not paths:
            raise NotFound(f"There is no sitemap {number}.", hint=f"{_INDEX} lists those there are.")
        return sitemap(paths, site().url, modified=_modified())

    return made(body, _XML)


def _paths() -> Sequence[str]:
    return page_paths(asker(), site().iris)


def _modified() -> str:
    snapshot = site().offer.snapshot
    return snapshot.created if snapshot is not None else ""
