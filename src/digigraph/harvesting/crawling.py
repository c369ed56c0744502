"""robots.txt (RFC 9309) and sitemaps (sitemaps.org protocol 0.9), as a crawler reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.parsers import expat

from protego import Protego

from digigraph.harvesting.client import Request
from digigraph.harvesting.exchange import Elsewhere, FetchFailed, absolute
from digigraph.harvesting.record import Problem
from digigraph.sources.rdf.rdfxml import DOCTYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.harvesting.client import Client
    from digigraph.harvesting.exchange import Response
    from digigraph.harvesting.record import Record

_MOST_OF_ROBOTS = 512_000
"""Bytes that count of robots.txt (RFC 9309, section 2.5)."""
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MOST_ADDRESSES = 50_000
_MOST_SITEMAPS = 5
_SAMPLES = 5
_DEEPEST = 20
# W3C Datetime: a day, or a minute and more with its zone; also a year or a month.
_DATETIME = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?)?)?", re.ASCII)
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Listed:
    """An address of a sitemap, and when it changed as it is written; empty where that is not said."""

    url: str
    modified: str


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap lists, and whether these are sitemaps again."""

    url: str
    listed: tuple[Listed, ...]
    is_index: bool


def check_robots(client: Client, record: Record, url: str) -> list[str]:
    """Check robots.txt, obey it from now on, and return the sitemaps that it names.

    Raises
    ------
    FetchFailed
        It cannot be had, which forbids everything.
    """
    response = client.get(urljoin(url, "/robots.txt"))
    exists = response.is_ok
    record.check("harvest-robots-readable", _robots_problems(response))
    record.check(
        "harvest-robots",
        [] if exists else [Problem(url=response.url, message=f"It is answered with the status {response.status}.")],
    )
    if response.status >= 500:  # noqa: PLR2004 - RFC 9309, section 2.3.1.4
        raise FetchFailed(response.url, f"robots.txt is answered with {response.status}: nothing may be fetched.")
    if not exists:
        return []
    robots = Protego.parse(response.body[:_MOST_OF_ROBOTS].decode("utf-8", "replace"))
    client.obey(robots)
    return [each for each in map(absolute, robots.sitemaps) if each is not None]


def _robots_problems(response: Response) -> Iterator[Problem]:
    if response.status >= 500:  # noqa: PLR2004 - RFC 9309, section 2.3.1.4
        yield Problem(url=response.url, message=f"It is answered with {response.status}, which forbids everything.")
    if not response.is_ok:
        return
    if response.media_type != "text/plain":
        yield Problem(url=response.url, message=f"It has the media type {response.media_type!r}, not text/plain.")
    try:
        response.body[:_MOST_OF_ROBOTS].decode()
    except UnicodeDecodeError as error:
        if error.start < _MOST_OF_ROBOTS - 4:
            yield Problem(url=response.url, message="It is not UTF-8.")


def check_sitemaps(client: Client, record: Record, url: str, named: list[str]) -> list[str]:
    """Check the sitemaps, and some of their pages; return the pages that they list."""
    record.check(
        "harvest-sitemap", [] if named else [Problem(url=urljoin(url, "/robots.txt"), message="It names no sitemap.")]
    )
    sitemaps: list[Sitemap] = []
    record.check("harvest-sitemap-form", _form_problems(client, named or [urljoin(url, "/sitemap.xml")], sitemaps))
    if not sitemaps:
        record.skip("harvest-sitemap-dates", "harvest-sitemap-pages", reason="There is no sitemap that can be read.")
        return []
    record.check("harvest-sitemap-dates", _date_problems(sitemaps))
    pages = [each.url for sitemap in sitemaps if not sitemap.is_index for each in sitemap.listed]
    record.check("harvest-sitemap-pages", _page_problems(client, spread(pages, _SAMPLES)))
    return pages


def spread(items: list[str], most: int) -> list[str]:
    """Return at most so many items, from everywhere in the list."""
    step = max(1, -(-len(items) // most))
    return items[::step]


def _form_problems(client: Client, named: list[str], sitemaps: list[Sitemap]) -> Iterator[Problem]:
    waiting, seen = list(named), set(named)
    while waiting and len(sitemaps) < _MOST_SITEMAPS:
        url = waiting.pop(0)
        try:
            sitemap = _read(client.get(url))
        except Elsewhere:
            raise
        except FetchFailed as error:
            yield Problem(url=error.url, message=error.message)
            continue
        sitemaps.append(sitemap)
        if len(sitemap.listed) > _MOST_ADDRESSES:
            yield Problem(url=url, message=f"It lists {len(sitemap.listed)} addresses, more than {_MOST_ADDRESSES}.")
        if not sitemap.listed:
            yield Problem(url=url, message="It lists nothing.")
        for each in sitemap.listed if sitemap.is_index else ():
            if each.url not in seen:
                seen.add(each.url)
                waiting.append(each.url)


def _read(response: Response) -> Sitemap:
    if not response.is_ok:
        raise FetchFailed(response.url, f"It is answered with the status {response.status}.")
    if not response.is_whole:
        raise FetchFailed(response.url, f"It has more than {len(response.body)} bytes.")
    reader = _Reader()
    if DOCTYPE.search(response.body):
        raise FetchFailed(response.url, "It has a document type declaration; it is not read.")
    try:
        reader.parser.Parse(response.body, True)  # noqa: FBT003 - that was all
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FetchFailed(response.url, f"It is not XML: {error}.") from error
    if reader.root not in {"urlset", "sitemapindex"}:
        raise FetchFailed(response.url, f"Its root is neither urlset nor sitemapindex in {_SPACE}.")
    listed = []
    for said in reader.listed:
        url = absolute(said.get("loc", "").strip())
        if url is None:
            raise FetchFailed(response.url, f"It lists {said.get('loc', 'an entry without address')!r}.")
        listed.append(Listed(url, said.get("lastmod", "").strip()))
    return Sitemap(response.url, tuple(listed), reader.root == "sitemapindex")


class _Reader:
    """Collects the entries of a sitemap."""

    def __init__(self) -> None:
        self.root: str | None = None
        self.listed: list[dict[str, str]] = []
        self._open: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        if not self._open:
            self.root = local if space == _SPACE else ""
        self._open.append(local if space == _SPACE else "")
        if len(self._open) > _DEEPEST:
            raise ValueError("it is nested too deeply")
        if len(self._open) == 2 and local in {"url", "sitemap"}:  # noqa: PLR2004 - children of the root
            self.listed.append({})

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self.listed and len(self._open) == 3 and self._open[-1] in {"loc", "lastmod"}:  # noqa: PLR2004
            entry, name = self.listed[-1], self._open[-1]
            entry[name] = entry.get(name, "") + text


def _date_problems(sitemaps: list[Sitemap]) -> Iterator[Problem]:
    now = datetime.now(UTC) + _CLOCKS_DIFFER
    for sitemap in sitemaps:
        without = sum(not each.modified for each in sitemap.listed)
        if without:
            yield Problem(url=sitemap.url, message=f"{without} of {len(sitemap.listed)} entries have no lastmod.")
        wrong = [each for each in sitemap.listed if each.modified and not _is_past(each.modified, now)]
        if wrong:
            yield Problem(
                url=sitemap.url,
                message=f"lastmod of {wrong[0].url} is {wrong[0].modified!r}: no W3C Datetime, or later than now.",
            )


def _is_past(written: str, now: datetime) -> bool:
    if not _DATETIME.fullmatch(written):
        return False
    whole = written + "0000-01-01"[len(written) :] if len(written) < len("0000-00-00") else written
    try:
        at = datetime.fromisoformat(whole)
    except ValueError:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) <= now


def _page_problems(client: Client, pages: list[str]) -> Iterator[Problem]:
    for url in pages:
        if not client.may_fetch(url):
            yield Problem(url=url, message="robots.txt forbids it.")
            continue
        try:
            response = client.fetch(Request(url=url, accept="text/html", is_head=True))
        except Elsewhere:
            raise
        except FetchFailed as error:
            yield Problem(url=url, message=error.message)
            continue
        if not response.is_ok:
            yield Problem(url=url, message=f"It is answered with the status {response.status}.")
        elif response.hops:
            yield Problem(url=url, message=f"It redirects to {response.url}.")
