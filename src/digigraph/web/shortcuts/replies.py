"""Whole replies, kept in front of the application: a request that was answered before is answered without it.

The key is everything of a request that the application reads: method, version of HTTP, path and parameters as they
came, the body, and the headers of :data:`DECIDING`. Two requests that differ in any of it are two, even if they mean
the same. Nothing else of a request can be in a reply: ``tests/web/test_cache.py`` holds that the application reads no
other header.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from digigraph.web.exchanges.wsgi import Reply
from digigraph.web.keeping.keeper import SnapshotCache
from digigraph.web.protocol.conditions import Tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.web.exchanges.wsgi import Scope

DECIDING = frozenset({b"accept", b"accept-encoding", b"accept-language", b"content-type", b"content-encoding"})
"""Headers that decide what a reply is."""
CONDITION = b"if-none-match"
"""The header that decides whether the client needs it."""
SINGULAR = frozenset(
    {
        *(b"if-match", b"if-modified-since", b"if-unmodified-since", b"range", b"if-range"),
        *(b"accept-datetime", b"digigraph-query-id"),
    }
)
"""Headers whose requests always go to the application."""

_SAME_SHARE = 8
_SHORT_BYTES = 16 * 1024
# What a header takes in memory besides its bytes.
_HEADER_BYTES = 150
_OF_A_BODY = {b"content-type", b"content-length", b"content-encoding"}
_ASKS = {"GET": "GET", "HEAD": "GET", "POST": "POST"}

Key = tuple[str, str, bytes, bytes, bytes, tuple[tuple[bytes, bytes], ...]]


def key_of(scope: Scope, body: bytes) -> Key | None:
    """Return what decides the reply to a request; None where it is not to be answered from what is kept.

    HEAD has that of GET.
    """
    method = _ASKS.get(scope["method"])
    if method is None:
        return None
    deciding = []
    for header in scope["headers"]:
        if header[0] in SINGULAR:
            return None
        if header[0] in DECIDING:
            deciding.append((header[0], header[1]))
    digest = hashlib.sha256(body).digest() if body else b""
    return method, scope["http_version"], scope["raw_path"], scope["query_string"], digest, tuple(deciding)


@dataclass(frozen=True, slots=True)
class Same:
    """A short reply, as it goes out to whoever sends the same bytes again.

    Parameters
    ----------
    scope
        The request.
    reply
        The reply.
    rest
        All of it but its status and the headers that are new each time.
    """

    scope: Scope
    reply: Reply
    rest: bytes


class Shortcut:
    """Replies by request; those to requests that come again byte for byte are found without reading these.

    Parameters
    ----------
    most
        Bytes of all; 0 keeps none.
    version
        Returns the name of the snapshot that is served.
    """

    def __init__(self, most: int, version: Callable[[], str | None]) -> None:
        self.cache: SnapshotCache[Reply] = SnapshotCache(most - most // _SAME_SHARE)
        self._same: SnapshotCache[Same] = SnapshotCache(most // _SAME_SHARE)
        self._version = version

    @property
    def held(self) -> int:
        """Bytes of all that is kept."""
        return self.cache.bytes + self._same.bytes

    def find_same(self, request: bytes) -> Same | None:
        """Return the reply to a request that has come before, byte for byte; None for all others."""
        return self._same.get(self._version(), request)

    def keep_same(self, scope: Scope, reply: Reply) -> None:
        """Keep a reply that was found for a request without a body, where it is short and all its bytes are known."""
        request = scope.get("request")
        if request is not None and len(reply.start) <= _SHORT_BYTES:
            rest = whole(reply, scope["method"])
            size = 2 * len(request) + 2 * len(rest) + sum(_HEADER_BYTES for _ in scope["headers"])
            self._same.put(reply.snapshot, request, Same(scope, reply, rest), size=size)

    def find(self, scope: Scope, key: Key | None) -> Reply | None:
        """Return the reply to a request; None where the application has to be asked."""
        reply = None if key is None else self.cache.get(self._version(), key)
        if reply is None:
            return None
        conditions = [value.decode("latin-1") for name, value in scope["headers"] if name == CONDITION]
        if conditions:
            return _unchanged(reply, ",".join(conditions))
        return replace(reply, start=b"") if scope["method"] == "HEAD" else reply

    def keep(self, scope: Scope, key: Key | None, reply: Reply) -> None:
        """Keep a reply, where it is a success, whole, and a function of the snapshot that is served."""
        is_whole = reply.status == HTTPStatus.OK and reply.rest is None and scope["method"] != "HEAD"
        if key is not None and is_whole:
            deciding = sum(_HEADER_BYTES + len(name) + len(value) for name, value in key[5])
            size = reply.size + len(key[2]) + len(key[3]) + deciding
            self.cache.put(reply.snapshot, key, reply, size=size)


def whole(reply: Reply, method: str) -> bytes:
    """Return the headers and the body of a reply, as they go out."""
    return b"".join([*(b"%b: %b\r\n" % header for header in _framed(reply, method)), b"\r\n", reply.start])


def _framed(reply: Reply, method: str) -> list[tuple[bytes, bytes]]:
    """The headers of a reply, with the length of its body where it has one (RFC 9112, section 6.3)."""
    has_body = method != "HEAD" and reply.status != HTTPStatus.NOT_MODIFIED
    if not has_body or any(name == b"content-length" for name, _ in reply.headers):
        return reply.headers
    return [*reply.headers, (b"content-length", b"%d" % len(reply.start))]


def _unchanged(reply: Reply, condition: str) -> Reply | None:
    """304 for who holds the reply; None for who holds another: it may be the same in another coding."""
    tags = Tags.of(condition)
    tag = next((value.decode("latin-1") for name, value in reply.headers if name == b"etag"), None)
    if tags is None or tag is None or not tags.has(tag.removeprefix("W/").strip('"'), weak=True):
        return None
    headers = [header for header in reply.headers if header[0] not in _OF_A_BODY]
    return Reply(HTTPStatus.NOT_MODIFIED, headers, b"", None, reply.close, reply.snapshot, reply.route)
