"""Content codings: which one a client prefers (RFC 9110, section 12.5.3), and bodies under one.

Bodies that are there as a whole are coded as a whole, and always to the same bytes. An answer that comes while it is
computed is coded as it comes: whenever it pauses, the coder gives out all it holds, so that rows are never kept back.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

import brotli
import zstandard

from digigraph.media import is_text, weights_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.store.answering.answer import Answer

IDENTITY = "identity"
"""No coding."""
SMALL_BYTES = 1024
"""Bodies below are left alone: they fit into one packet anyway."""
# Windows that are small enough for many answers with slow readers to have a coder each (1.3 MB at most).
_WINDOW_BITS = 18
_ZSTD = zstandard.ZstdCompressionParameters.from_level(3, window_log=_WINDOW_BITS)
_BROTLI_QUALITY = 4


class _Coder(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def pause(self) -> bytes:
        """What is held back; with it the other side can read all that was put in."""

    def finish(self) -> bytes:
        """The end."""


class _Gzip:
    def __init__(self) -> None:
        # 16 more: with the header and trailer of gzip (RFC 1952), whose time stays 0.
        self._coder = zlib.compressobj(level=6, wbits=16 + zlib.MAX_WBITS)
        self.compress = self._coder.compress
        self.finish = self._coder.flush

    def pause(self) -> bytes:
        return self._coder.flush(zlib.Z_SYNC_FLUSH)


class _Zstd:
    def __init__(self) -> None:
        self._coder = zstandard.ZstdCompressor(compression_params=_ZSTD).compressobj()
        self.compress = self._coder.compress
        self.finish = self._coder.flush

    def pause(self) -> bytes:
        return self._coder.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


class _Brotli:
    def __init__(self) -> None:
        coder = brotli.Compressor(quality=_BROTLI_QUALITY, lgwin=_WINDOW_BITS)
        self.compress: Callable[[bytes], bytes] = coder.process
        self.pause: Callable[[], bytes] = coder.flush
        self.finish: Callable[[], bytes] = coder.finish


_CODERS: dict[str, Callable[[], _Coder]] = {"zstd": _Zstd, "br": _Brotli, "gzip": _Gzip}
CODINGS = tuple(_CODERS)
"""The codings offered, preferred first."""


def acceptable(accept_encoding: str | None, media_type: str) -> list[str]:
    """Return the codings in which a client takes a body, best first; :data:`IDENTITY` is one of them.

    Parameters
    ----------
    accept_encoding
        The header; several lines joined by commas; None where there is none.
    media_type
        What the body is; what is compressed already has no other coding than none.

    Returns
    -------
    list of str
        Empty where the client excludes the body as it is, and knows no coding of ours.
    """
    offered = [*CODINGS, IDENTITY] if is_text(media_type) else [IDENTITY]
    if accept_encoding is None:
        return [IDENTITY]
    # An old name (RFC 9110, section 8.4.1.3).
    weights = {"gzip" if name == "x-gzip" else name: weight for name, weight in weights_of(accept_encoding).items()}
    anything_else = weights.get("*")
    # Without a word of it the body as it is is acceptable, and everything named is preferred to it.
    unsaid = {IDENTITY: 0.0001 if anything_else is None else anything_else}
    qualities = {each: weights.get(each, unsaid.get(each, anything_else or 0.0)) for each in offered}
    return sorted((each for each in offered if qualities[each] > 0), key=lambda each: -qualities[each])


def encode(data: bytes, coding: str) -> bytes:
    """Return a whole body under a coding."""
    if coding == IDENTITY:
        return data
    coder = _CODERS[coding]()
    return coder.compress(data) + coder.finish()


class CodedAnswer:
    """An answer under a content coding, to be read as the answer itself is.

    Parameters
    ----------
    answer
        Its bytes; closed together with this.
    coding
        One of :data:`CODINGS`.
    """

    def __init__(self, answer: Answer, coding: str) -> None:
        self._answer = answer
        self._coder = _CODERS[coding]()
        self._holds_back = False
        self._ended = False
        self.on_change = answer.on_change
        self.close = answer.close

    @property
    def rows(self) -> int | None:
        """Those of the answer."""
        return self._answer.rows

    def read_ready(self) -> bytes | None:
        """Return what is there, ``b""`` at the end, None where nothing is there yet; takes the time of compressing.

        Raises
        ------
        DigigraphError
            The rest cannot be had. What the coder holds is kept back, so that nothing reads as an end.
        """
        while not self._ended:
            data = self._answer.read_ready()
            if data is None and not self._holds_back:
                return None
            coded = self._coded(data)
            if coded:
                return coded
        return b""

    def _coded(self, data: bytes | None) -> bytes:
        self._holds_back = bool(data)
        if data is None:
            return self._coder.pause()
        if data:
            return self._coder.compress(data)
        self._ended = True
        return self._coder.finish()

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the coded bytes, blocking; closes at the end."""
        for data in self._answer:
            yield self._coded(data) + self._coder.pause()
        yield self._coded(b"")
