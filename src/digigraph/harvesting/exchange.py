"""What was asked of a server and what it answered, as plain values; and the reasons for which there is no answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from digigraph.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINK = re.compile(r'<([^<>]*)>((?:[^,"<]|"(?:[^"\\]|\\.)*+")*)')
_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"]*))')
_PORTS = {"http": 80, "https": 443}
_MAX_LINKS = 200


class FetchFailed(RemoteError):
    """There is no answer, or none that can be read; ``url`` is what was asked for."""

    def __init__(self, url: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.url = url


class Unreachable(FetchFailed):
    """No connection to the server could be made."""


class Elsewhere(FetchFailed):
    """It lies on another server, which nobody has allowed to be asked."""


class LimitReached(RemoteError):
    """The requests, bytes or seconds of the whole run are used up."""


@dataclass(frozen=True, slots=True)
class Link:
    """A typed link of a header (RFC 8288, section 3): target, relation types, media type and date, if any."""

    target: str
    relations: tuple[str, ...]
    media_type: str
    datetime: str = ""


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: what was asked, with which status it was answered, and where it led."""

    url: str
    status: int
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer.

    Parameters
    ----------
    url
        What was asked for last, as it is named, without fragment.
    status
        Of the last answer.
    headers
        By their names in lower case; several of a name are joined by commas.
    body
        Without content coding; at most as much as was wanted.
    is_whole
        Whether that is all of it.
    hops
        The redirects on the way, in their order.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool = True
    hops: tuple[Hop, ...] = field(default=())

    @property
    def media_type(self) -> str:
        """Type and subtype in lower case; empty where there are none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_ok(self) -> bool:
        """Whether it is what was asked for."""
        return self.status == 200  # noqa: PLR2004 - the name of the property

    @property
    def links(self) -> tuple[Link, ...]:
        """The links of its headers."""
        return tuple(links_of(self.headers.get("link", ""), self.url))

    def linked(self, *relations: str) -> list[Link]:
        """Return the links that have one of these relation types."""
        return [each for each in self.links if set(relations) & set(each.relations)]


def links_of(text: str, base: str) -> list[Link]:
    """Return the links of a header, or of a document in the format of one (RFC 6690), the first 200 at most."""
    found = []
    for target, rest in _LINK.findall(text)[:_MAX_LINKS]:
        given = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
        to = absolute(target, base)
        # A link with an anchor speaks of something else.
        if to is not None and "anchor" not in given:
            relations = tuple(given.get("rel", "").lower().split())
            found.append(Link(to, relations, given.get("type", "").lower(), given.get("datetime", "")))
    return found


def absolute(reference: str, base: str = "") -> str | None:
    """Return a URL of the web without its fragment; None where it is none, or names a user."""
    try:
        url = urldefrag(urljoin(base, reference)).url
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    fits = parts.scheme in _PORTS and parts.hostname and "@" not in parts.netloc
    return url if fits and not re.search(r"[\x00-\x20\x7f]", url) else None


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL of the web (RFC 6454, section 4)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
