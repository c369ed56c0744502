"""Bounds on what a check may take: shapes can hold regular expressions and queries that never come to an end.

The check runs in this process, so it is looked at several times a second by a signal, which Python's interpreter and
its regular expressions let through. Signals reach the main thread only; a check in another one has no bounds.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_TICK = 0.1
"""Seconds of processor time between two looks."""
_STATM = Path("/proc/self/statm")
"""Sizes of this process in pages, on Linux: the second is what is resident."""
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one check may take.

    Parameters
    ----------
    seconds
        Of processor time: a busy machine changes nothing about what is found.
    memory
        Bytes beside those that the process has at the beginning.
    """

    seconds: float = 300.0
    memory: int = 2_000_000_000


DEFAULT_BOUNDS = Bounds()


class Exceeded(BaseException):
    """A bound was reached. No ``Exception``: what is interrupted must not take it for an error of its own."""


@contextlib.contextmanager
def bounded(bounds: Bounds) -> Iterator[None]:
    """Run what is in the block within bounds.

    Raises
    ------
    Exceeded
        From wherever the block was; its traceback tells what it was doing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    start, size = time.process_time(), _resident()

    def look(_signal: int, _frame: FrameType | None) -> None:
        if time.process_time() - start > bounds.seconds:
            raise Exceeded(f"it took more than {bounds.seconds:g} seconds of processor time")
        if _resident() - size > bounds.memory:
            raise Exceeded(f"it took more than {bounds.memory // 1_000_000} MB of memory")

    # The virtual timer: the real one is that of deadlines.
    before = signal.signal(signal.SIGVTALRM, look)
    told, sys.unraisablehook = sys.unraisablehook, _quietly(sys.unraisablehook)
    signal.setitimer(signal.ITIMER_VIRTUAL, _TICK, _TICK)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        sys.unraisablehook = told


def _quietly(tell: Callable[[sys.UnraisableHookArgs], object]) -> Callable[[sys.UnraisableHookArgs], object]:
    """Tell what cannot be raised, but no bound that struck while something was destroyed: the next look raises it."""

    def hook(found: sys.UnraisableHookArgs) -> None:
        if not isinstance(found.exc_value, Exceeded):
            tell(found)

    return hook


def _resident() -> int:
    """Bytes of memory that this process has now; where the system does not tell, the most that it has had."""
    try:
        return int(_STATM.read_bytes().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT
