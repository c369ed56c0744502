"""The bytes of an answer a second time, for others than its reader: whoever keeps answers, whoever asks the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.errors import DigigraphError


class Copy:
    """What an answer hands over when it is whole; used under the answer's lock.

    Parameters
    ----------
    done
        Called once, with all bytes; with None where the answer failed, was not wanted any longer, or is too long, and
        with the failure where there is one.
    limit
        Bytes above which no copy is wanted.
    is_wanted
        Asked when the reader closes: whether computing should go on for the copy alone.
    """

    def __init__(
        self, done: Callable[[bytes | None, DigigraphError | None], None], *, limit: int, is_wanted: Callable[[], bool]
    ) -> None:
        self._done = done
        self._limit = limit
        self._data = bytearray()
        self.is_wanted = is_wanted
        self.is_too_long = False

    def add(self, data: bytes) -> None:
        """Add the bytes that come next."""
        self.is_too_long = self.is_too_long or len(self._data) + len(data) > self._limit
        if self.is_too_long:
            self._data.clear()
        else:
            self._data += data

    def end(self, failure: DigigraphError | None) -> None:
        """Hand over what there is, or nothing and why; to be called outside any lock."""
        self._done(None if failure or self.is_too_long else bytes(self._data), failure)
