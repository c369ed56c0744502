"""The queries that are being answered, each under an id that only its client knows."""

from __future__ import annotations

import re
import secrets
import threading
from typing import TYPE_CHECKING

from werkzeug.exceptions import BadRequest, Conflict

from digigraph.web.protocol.headers import QUERY_ID_HEADER

if TYPE_CHECKING:
    from digigraph.store.answering.cancellation import Cancellation


# base64url of 128 bits (RFC 4648, section 5) has 22 characters, a UUID 36.
_QUERY_ID = re.compile(r"[A-Za-z0-9_-]{22,64}")


class Running:
    """Queries that can be ended by whoever knows their id; for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queries: dict[str, Cancellation] = {}

    def add(self, query_id: str | None, cancellation: Cancellation) -> str:
        """Take in a query and return its id.

        Parameters
        ----------
        query_id
            What the client chose; None: 128 random bits.
        cancellation
            Ends the query.

        Raises
        ------
        BadRequest
            The id is none.
        Conflict
            Another query has it.
        """
        chosen = secrets.token_urlsafe(16) if query_id is None else query_id
        if not _QUERY_ID.fullmatch(chosen):
            raise BadRequest(
                f"{QUERY_ID_HEADER} takes 22 to 64 letters, digits, - and _ that nobody can guess, such as a UUID."
            )
        with self._lock:
            if chosen in self._queries:
                raise Conflict("Another query is running under this id; each needs one of its own.")
            self._queries[chosen] = cancellation
        return chosen

    def remove(self, query_id: str) -> None:
        """Forget a query; nothing where it is not there."""
        with self._lock:
            self._queries.pop(query_id, None)

    def cancel(self, query_id: str) -> bool:
        """End a query; False where none runs under this id."""
        with self._lock:
            cancellation = self._queries.pop(query_id, None)
        if cancellation is None:
            return False
        cancellation.cancel()
        return True
