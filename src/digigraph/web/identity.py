"""What decides the bytes of an answer: the entity tag is made of it, and whatever keeps answers keeps them under it."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from digigraph.sparql import is_repeatable
from digigraph.web.codings import IDENTITY
from digigraph.web.site import site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.media import Format
    from digigraph.store.backend import Query
    from digigraph.web.site import Site

_DIGITS = 32
_SHOWN = (
    *("base_iri", "title", "description", "languages", "license", "publisher_name", "publisher", "contact"),
    *("keywords", "themes", "places", "permalinks"),
)


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Two answers of the same identity are the same bytes, before any content coding.

    Parameters
    ----------
    snapshot
        Name of the snapshot asked.
    request
        What is asked for: the query with its dataset, or path and parameters of a page.
    media_type
        Value of the Content-Type header.
    language
        Of a page; empty where the answer has none of its own.
    edition
        Who answers: versions of program and engine, and the settings that show in answers.
    """

    snapshot: str
    request: tuple[str, ...]
    media_type: str
    language: str
    edition: str

    @functools.cached_property
    def key(self) -> str:
        """A name for it, of hexadecimal digits."""
        parts = (self.snapshot, self.media_type, self.language, self.edition, *self.request)
        return _digest(each.encode("utf-8", "surrogatepass") for each in parts)

    def tag(self, coding: str) -> str:
        """Return the opaque tag (RFC 9110, section 8.8.3) of the answer under a content coding, without its quotes."""
        return tag_under(coding, self.key)


def tag_under(coding: str, tag: str) -> str:
    """Return the opaque tag of what has this tag, under a content coding."""
    return tag if coding == IDENTITY else f"{tag}-{coding}"


def of_query(query: Query, snapshot: str | None) -> Identity | None:
    """Return what decides the answer to a query; the three ways to ask (Protocol, section 2.1) are one.

    Parameters
    ----------
    query
        The question.
    snapshot
        Who is asked; None for someone else's endpoint.

    Returns
    -------
    Identity | None
        None where the answer is no function of the snapshot: each time another, or nobody knows of which data.
    """
    # What is too long for the guard has no answer, and is not to be read here first.
    if len(query.text) > site().settings.query_bytes:
        return None
    return query_identity(query, snapshot, edition=edition_of(site()))


def query_identity(query: Query, snapshot: str | None, *, edition: str) -> Identity | None:
    """Return what decides the answer to a query that is short enough; see :func:`of_query`."""
    if snapshot is None or not is_repeatable(query.text):
        return None
    request = (
        *("query", query.text, "default", *(query.default_graphs or ())),
        *("named", *(query.named_graphs or ()), "whole" if query.default_graphs is None else "chosen"),
    )
    return Identity(
        snapshot=snapshot, request=request, media_type=query.format.content_type, language="", edition=edition
    )


def of_page(path: str, *, parameters: Iterable[tuple[str, str]], format: Format, language: str) -> Identity | None:  # noqa: A002 - the field's word
    """Return what decides a page, or whatever else has a path of its own; None as in :func:`of_query`.

    Parameters
    ----------
    path
        The path asked for.
    parameters
        Names and values of those in the URL, in their order.
    format
        What is sent.
    language
        Of the page.
    """
    snapshot = site().backend.version
    if snapshot is None:
        return None
    request = ("path", path, *(part for pair in parameters for part in pair))
    return Identity(
        snapshot=snapshot,
        request=request,
        media_type=format.content_type,
        language=language,
        edition=edition_of(site()),
    )


def edition_of(here: Site) -> str:
    """Return who answers on a site, for :class:`Identity`."""
    return "\n".join([_program(), here.url(""), *(str(getattr(here.settings, name)) for name in _SHOWN)])


@functools.cache
def _program() -> str:
    """Versions of program and engine; the files too, for between two versions a program changes as well."""
    folder = Path(__file__).parent.parent
    files = sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix != ".pyc")
    versions = [f"{each} {metadata.version(each)}" for each in ("digigraph", "pyoxigraph")]
    return _digest([*(each.encode() for each in versions), *(each.read_bytes() for each in files)])


def _digest(parts: Iterable[bytes]) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        # With its length: what stands where must count.
        hashed.update(b"%d:" % len(part))
        hashed.update(part)
    return hashed.hexdigest()[:_DIGITS]
