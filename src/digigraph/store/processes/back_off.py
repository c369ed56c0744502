"""When to try again what failed."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digigraph.errors import StoreError

_LOG = logging.getLogger(__name__)
_SHORTEST, _LONGEST = 0.2, 30.0


class BackOff:
    """When to try again what failed: ever less often.

    Attributes
    ----------
    failures
        How often it failed, one after the other.
    error
        The last failure; None after a success.
    """

    def __init__(self) -> None:
        self.succeeded()

    def succeeded(self) -> None:
        """Forget all failures."""
        self.failures = 0
        self.error: StoreError | None = None
        self._not_before = 0.0

    def failed(self, error: StoreError) -> None:
        """Count a failure."""
        wait = min(_SHORTEST * 2**self.failures, _LONGEST)
        _LOG.error("%s Trying again in %.1f s.", error, wait)
        self.failures += 1
        self.error = error
        self._not_before = time.monotonic() + wait

    def is_due(self) -> bool:
        """Tell whether it is time to try."""
        return time.monotonic() >= self._not_before
