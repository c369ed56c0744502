"""What decides the bytes of an answer: the entity tag is made of it, and whatever keeps answers keeps them under it."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from digigraph.sparql import is_repeatable
from digigraph.web.protocol.codings import IDENTITY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Query

_DIGITS = 32
_SHOWN = (
    *("base_iri", "title", "description", "languages", "license", "publisher_name", "publisher", "contact"),
    *("keywords", "themes", "places", "permalinks"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
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
    log
        Digest of the log of changes, where the answer tells of it: a snapshot may be served again, and by then the log
        has grown.

    Attributes
    ----------
    key
        A name for it, of hexadecimal digits.
    """

    snapshot: str
    request: tuple[str, ...]
    media_type: str
    language: str
    edition: str
    log: str = ""
    key: str = field(init=False)

    def __post_init__(self) -> None:
        """Make the name."""
        parts = (self.snapshot, self.media_type, self.language, self.edition, self.log, *self.request)
        # With its length: what stands where must count.
        told = "".join([f"{len(each)}:{each}" for each in parts])
        key = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
        object.__setattr__(self, "key", key)

    def tag(self, coding: str) -> str:
        """Return the opaque tag (RFC 9110, section 8.8.3) of the answer under a content coding, without its quotes."""
        return tag_under(coding, self.key)


def tag_under(coding: str, tag: str) -> str:
    """Return the opaque tag of what has this tag, under a content coding."""
    return tag if coding == IDENTITY else f"{tag}-{coding}"


def query_identity(query: Query, snapshot: str | None, *, edition: str) -> Identity | None:
    """Return what decides the answer to a query that is short enough; the three ways to ask it are one.

    Parameters
    ----------
    query
        The question.
    snapshot
        Who is asked; None for someone else's endpoint.
    edition
        See :class:`Identity`.

    Returns
    -------
    Identity | None
        None where the answer is no function of the snapshot: each time another, or nobody knows of which data.
    """
    if snapshot is None or not is_repeatable(query.text):
        return None
    request = (
        *("query", query.text, "default", *(query.default_graphs or ())),
        *("named", *(query.named_graphs or ()), "whole" if query.default_graphs is None else "chosen"),
    )
    return Identity(
        snapshot=snapshot, request=request, media_type=query.format.content_type, language="", edition=edition
    )


def edition_of(settings: Settings, address: str) -> str:
    """Return who answers under an address, for :class:`Identity`."""
    return "\n".join([_program(), address, *(str(getattr(settings, name)) for name in _SHOWN)])


@functools.cache
def _program() -> str:
    """Versions of program and engine; the files too, for between two versions a program changes as well."""
    folder = Path(__file__).parents[2]
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
