"""The places of triples that an earlier run has worked out, kept by the content of their files.

The engine reads a file in less time than its quads could be taken from anywhere else; what takes time is to follow the
text for their places. Kept are numbers alone.
"""

from __future__ import annotations

import hashlib
from array import array
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import zstandard

from digigraph.cache import NO_CACHE

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.cache import Cache

_MOST = 100_000_000
"""Bytes of all numbers together; files that were not used for longest are forgotten first."""
_PLACES = msgspec.msgpack.Decoder(dict[bytes, bytes])


class KeptPlaces:
    """Offsets in files of the Turtle family, by the content of the file.

    Parameters
    ----------
    cache
        Where they are kept.
    about
        What runs have in common that begin from each other's places.
    """

    def __init__(self, cache: Cache = NO_CACHE, about: str = "") -> None:
        self._cache = cache
        self._key = cache.key("places", about)
        self._used: dict[bytes, bytes] = {}
        self._has_new = False

    def of(self, data: bytes, length: int, locate: Callable[[], array[int]]) -> array[int]:
        """Return the offsets in a file; none where they are not known.

        Parameters
        ----------
        data
            Its content.
        length
            How many there are, where there are any.
        locate
            Works them out.
        """
        digest = hashlib.sha256(data).digest()
        known = self._before.get(digest)
        offsets = array("I")
        if known is not None and len(known) in {0, length * offsets.itemsize}:
            offsets.frombytes(known)
        else:
            offsets = locate()
            self._has_new = True
        self._used[digest] = offsets.tobytes()
        return offsets

    def keep(self) -> None:
        """Keep what was worked out, for the next run."""
        if not self._has_new:
            return
        every = {**{digest: kept for digest, kept in self._before.items() if digest not in self._used}, **self._used}
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
            return _PLACES.decode(zstandard.ZstdDecompressor().decompress(entry, max_output_size=2 * _MOST))
        except (zstandard.ZstdError, msgspec.MsgspecError):
            return {}
