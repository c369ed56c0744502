"""What is told of one exchange, by the log and by the metrics."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

RECORD = "digigraph.record"
"""Key of the WSGI environment under which a request carries its :class:`Record`."""

# Ids need only differ; the system's randomness costs a call of the system each time.
_random = random.Random()  # noqa: S311 - no secrets


def _request_id() -> str:
    digits = f"{_random.getrandbits(128):032x}"
    # A UUID of version 4 (RFC 9562, section 5.4); the class for them takes four times as long.
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


@dataclass(slots=True, kw_only=True)
class Record:
    """One request and what became of it; written by the gateway and by the application in turn.

    Parameters
    ----------
    method, path, client
        Of the request; the client as it counts for turns.

    Attributes
    ----------
    request_id
        In the header X-Request-Id, in problem documents and in the log.
    started
        Of the monotonic clock.
    status
        Sent; 0 where nothing was.
    bytes
        Of the body, as sent.
    route
        Pattern of the path, such as ``/page/<slug>``; empty where there is none.
    query
        Text of the SPARQL query asked.
    rows
        Rows or triples of the answer; None where there is none, or it was not whole.
    problem
        Name of the problem type.
    is_kept
        Whether the reply, or the answer in it, had been computed before or for somebody else.
    is_broken
        Whether the transfer was broken off.
    """

    method: str
    path: str
    client: str
    request_id: str = field(default_factory=_request_id)
    started: float = field(default_factory=time.monotonic)
    status: int = 0
    bytes: int = 0
    route: str = ""
    query: str = ""
    rows: int | None = None
    problem: str = ""
    is_kept: bool = False
    is_broken: bool = False

    @property
    def seconds(self) -> float:
        """Since the request came."""
        return time.monotonic() - self.started
