"""What crawlers should find: the pages of things and documents, in sitemaps (sitemaps.org protocol 0.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from digigraph.publishing.edition.labels import LANGUAGES
from digigraph.store.answering.backend import rows
from digigraph.vocab import DCTERMS, DG, OWNED, RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from digigraph.iris import Iris
    from digigraph.store.answering.backend import Backend

PART = 10_000
"""Pages in one sitemap: with their languages 4 MB, where the protocol allows 50,000 pages and 50 MB."""
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
LEADING = ("/", "/catalog", "/ns", "/sparql")
"""Pages that lead to the others: what is in the graph as a whole."""


def page_paths(backend: Backend, iris: Iris) -> list[str]:
    """Return the paths of all pages that are worth a search engine's while, always in the same order.

    Those of things and source documents, and the few that lead to them. Not those of evidence, for each is one
    sentence that the page of its document shows in its place; nor those of what a thing owns, which its own page shows;
    nor of what has been replaced by something else.
    """
    owned = "|".join(map(str, OWNED))
    things = rows(
        backend,
        f"""SELECT DISTINCT ?thing {{ ?thing {RDF["type"]} ?type
          FILTER(STRSTARTS(STR(?thing), {ox.Literal(iris.base + "id/")}))
          FILTER NOT EXISTS {{ ?owner {owned} ?thing }}
          FILTER NOT EXISTS {{ ?thing {DCTERMS["isReplacedBy"]} ?other }} }}""",
    )
    documents = rows(backend, f"SELECT ?thing {{ ?thing {RDF['type']} {DG['Source']} }}")
    found = {row["thing"].value for row in (*things, *documents) if isinstance(row["thing"], ox.NamedNode)}
    return [*LEADING, *sorted(path for each in found if (path := page_path(iris, each)))]


def page_path(iris: Iris, iri: str) -> str | None:
    """Return the path of the page about something of this graph; None for what is not of it."""
    path = iris.path(iri)
    return path.replace("/id/", "/page/", 1) if path and path.startswith("/id/") else path


def sitemap(paths: Iterable[str], url: Callable[[str], str], *, modified: Callable[[str], str]) -> bytes:
    """Return a sitemap of pages, each with its languages; the bare address is for whoever prefers none of them.

    Parameters
    ----------
    paths
        Of the pages, at most :data:`PART`.
    url
        Returns the address of a path.
    modified
        Returns when a path last changed, as W3C Datetime; empty: not known.
    """
    pages = "".join(f"<url>{_page(url(each))}{_lastmod(modified(each))}</url>\n" for each in paths)
    return _document("urlset", f"{_SITEMAP} {_XHTML}", pages)


def sitemap_index(parts: Mapping[str, str]) -> bytes:
    """Return the index of sitemaps: addresses, and when something in each last changed, empty where nobody knows."""
    listed = "".join(f"<sitemap><loc>{escape(url)}</loc>{_lastmod(when)}</sitemap>\n" for url, when in parts.items())
    return _document("sitemapindex", _SITEMAP, listed)


def robots(public_path: str, sitemap_url: str) -> str:
    """Return what crawlers should leave alone (RFC 9309).

    It is what computes or sends whole graphs at each request, and the pages of states by their names, which start query
    processes and say what the present ones say.

    Parameters
    ----------
    public_path
        Path under which readers reach the server, without a slash at its end.
    sitemap_url
        Where the index of the sitemaps is.
    """
    costly = ("/sparql?query=", "/sparql?*&query=", "/sparql/", "/graph-store", "/graph/", "/snapshots/")
    lines = ["User-agent: *", *(f"Disallow: {public_path}{each}" for each in costly), "", f"Sitemap: {sitemap_url}", ""]
    return "\n".join(lines)


def _page(address: str) -> str:
    languages = "".join(
        f"<xhtml:link rel={quoteattr('alternate')} hreflang={quoteattr(code)} href={quoteattr(to)}/>"
        for code, to in (("x-default", address), *((code, f"{address}?lang={code}") for code in LANGUAGES))
    )
    return f"<loc>{escape(address)}</loc>{languages}"


def _lastmod(modified: str) -> str:
    return f"<lastmod>{escape(modified)}</lastmod>" if modified else ""


def _document(root: str, namespaces: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {namespaces}>\n{content}</{root}>\n'.encode()
