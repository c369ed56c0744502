"""One request, and the way to answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.store.answering.cancellation import Cancellation

if TYPE_CHECKING:
    from digigraph.store.answering.room import Share
    from digigraph.web.exchanges.asgi import Receive, Send, Sent
    from digigraph.web.exchanges.wsgi import Scope
    from digigraph.web.observing.record import Record

_REQUEST_ID = b"x-request-id"


class Exchange:
    """One request, and the way to answer it; what is sent is counted, and bears the request's id.

    Parameters
    ----------
    scope, receive, send
        The server's (ASGI 3.0).
    record
        Is told what becomes of it.
    share, place
        The room of its body, and of itself among others; empty at first.
    """

    def __init__(  # noqa: PLR0913 - what an exchange is made of
        self, scope: Scope, receive: Receive, send: Send, *, record: Record, share: Share, place: Share
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.record = record
        self.share = share
        self.place = place
        self.cancellation = Cancellation(record.client)
        self._send = send

    async def send(self, event: Sent) -> None:
        """Send an event to the client."""
        if event["type"] == "http.response.start":
            self.record.status = event["status"]
            request_id = (_REQUEST_ID, self.record.request_id.encode())
            # Problem documents say it themselves.
            if request_id not in event["headers"]:
                event["headers"] = [*event["headers"], request_id]
        else:
            self.record.bytes += len(event["body"])
        await self._send(event)
