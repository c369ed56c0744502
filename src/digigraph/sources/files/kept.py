"""What an earlier run has worked out of files, kept by their content: one entry for all files of a run."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import zstandard

from digigraph.cache import NO_CACHE

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.cache import Cache

_MOST = 100_000_000
"""Bytes of everything together; what was not used for longest is forgotten first."""
_ENTRY = msgspec.msgpack.Decoder(dict[bytes, bytes])


class Kept:
    """Bytes that are a function of the content of files, and of nothing else.

    Parameters
    ----------
    cache
        Where they are kept.
    about
        What the runs have in common that begin from each other's work.
    """

    def __init__(self, cache: Cache = NO_CACHE, about: str = "") -> None:
        self._cache = cache
        self._key = cache.key("files", about)
        self._used: dict[bytes, bytes] = {}

    def of(self, *content: bytes, make: Callable[[], bytes]) -> bytes:
        """Return what is made of some content, or was made of it earlier."""
        total = hashlib.sha256()
        for each in content:
            total.update(b"%d " % len(each) + each)
        digest = total.digest()
        if digest not in self._used:
            known = self._before.get(digest)
            self._used[digest] = make() if known is None else known
        return self._used[digest]

    def keep(self) -> None:
        """Keep everything for the next run, where anything is new."""
        if self._used.keys() <= self._before.keys():
            return
        every = {**{digest: made for digest, made in self._before.items() if digest not in self._used}, **self._used}
        size = sum(map(len, every.values()))
        for digest in list(every):
            if size <= _MOST:
                break
            size -= len(every.pop(digest))
        self._cache.put(self._key, zstandard.ZstdCompressor(level=1).compress(msgspec.msgpack.encode(every)))

    @cached_property
    def _before(self) -> dict[bytes, bytes]:
        entry = self._cache.get(self._key)
        if entry is None:
            return {}
        try:
            return _ENTRY.decode(zstandard.ZstdDecompressor().decompress(entry, max_output_size=2 * _MOST))
        except (zstandard.ZstdError, msgspec.MsgspecError):
            return {}
