"""Waiting in an event loop."""

from __future__ import annotations

import asyncio
import math
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digigraph.store.answering.answer import Answer


async def begun(answer: Answer) -> None:
    """Wait until an answer begins, as :meth:`~digigraph.store.answering.answer.Answer.wait` does; raises the same.

    It is closed where it does not begin.
    """
    loop, thread = asyncio.get_running_loop(), threading.get_ident()
    changed = asyncio.Event()

    def wake() -> None:
        if threading.get_ident() == thread:
            changed.set()
        else:
            loop.call_soon_threadsafe(changed.set)

    answer.on_change(wake)
    try:
        while (seconds := answer.begins_in()) > 0:
            changed.clear()
            if seconds == math.inf:
                await changed.wait()
            else:
                await asyncio.wait({asyncio.ensure_future(changed.wait())}, timeout=seconds)
    except BaseException:
        answer.close()
        raise
    finally:
        answer.on_change(None)
