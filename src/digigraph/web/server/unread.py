"""A connection that asks questions without having read them, where only the question is new."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from digigraph.web.server.connection import Connection
from digigraph.web.shortcuts.asking import MOST_BYTES, Asking, head_of

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application
    from uvicorn.config import Config
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
    from uvicorn.server import ServerState

    from digigraph.web.exchanges.wsgi import Scope
    from digigraph.web.keeping.begun import Begun
    from digigraph.web.server.gateway import Gateway
    from digigraph.web.server.places import Places
    from digigraph.web.shortcuts.asking import Head


class UnreadConnection(Connection):
    """One connection, which remembers the head of the question before.

    Whatever happens before the answer is there, other than that the client leaves, makes an exchange of the question.

    Parameters
    ----------
    gateway, config, state, places
        See :class:`Connection`.
    """

    def __init__(self, gateway: Gateway, config: Config, state: ServerState, *, places: Places) -> None:
        super().__init__(gateway, config, state, places=places)
        self._questions = gateway.questions
        self._known: Head | None = None
        self._asking: Asking | None = None
        # What was asked of the request that is being read.
        self._asked: Begun | None = None

    def data_received(self, data: bytes) -> None:
        """Take what comes; behind a question that is being asked it waits."""
        if self._asking is not None:
            self._rest += data
            if not self.takes_more:
                self.flow.pause_reading()
            return
        super().data_received(data)
        scope = cast("Scope | None", self.scope)
        if scope is not None and scope.get("request") is data:
            self._known = head_of(scope)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the question that its client has left."""
        if self._asking is not None:
            self._asking.leave()
            self._asking = None
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it
        """Tell whether the connection stays open; see :class:`Connection`."""
        self._end_asking()
        return super().eof_received()

    def shutdown(self) -> None:
        """Close the connection behind the answer that is under way."""
        self._end_asking()
        super().shutdown()

    @property
    def _is_answering(self) -> bool:
        return self._asking is not None or super()._is_answering

    def _is_answered(self, data: bytes) -> bool:
        return super()._is_answered(data) or self._is_asked(data)

    def _is_asked(self, data: bytes) -> bool:
        """Ask a question in a head that has come before, and tell whether it is one."""
        if self._known is None or len(data) > MOST_BYTES or self._questions is None:
            return False
        go_on = partial(self._read_asked, data)
        found = self._questions.ask(data, self._known, reply=self._reply, go_on=go_on)
        if isinstance(found, Asking):
            self._asking = found
            self._places.work(self)
            self._waits_since = self.loop.time()
        return bool(found)

    def _reply(self, rest: bytes) -> None:
        """Reply to a question that was asked."""
        self._asking = None
        self.transport.write(self._start(HTTPStatus.OK) + rest)
        self._waits_since = self.loop.time()
        self._go_on()

    def _end_asking(self) -> None:
        if self._asking is not None:
            self._asking.end()

    def _read_asked(self, data: bytes, begun: Begun) -> None:
        """Read the request of a question that was asked, and let it go on as all others."""
        self._asking, self._asked = None, begun
        rest, self._rest = self._rest, data
        self._read()
        if self._asked is not None:
            # Nobody is to answer it: the connection is being closed.
            self._asked.drop()
            self._asked = None
        self._rest += rest
        if rest:
            self._read()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if self._asked is not None:
            cast("Scope", cycle.scope)["begun"] = self._asked
            self._asked = None
        super()._start_asgi_task(cycle, app)
