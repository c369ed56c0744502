"""A plain question that a connection asks by itself: where its head has come before, and its answer takes a moment.

Nothing but the question differs from the request before, so that neither a parser nor an ASGI exchange has to find out
what is known. What is not answered in a moment, or not by a whole short answer, becomes an exchange like any other,
with what was begun for it.
"""

from __future__ import annotations

import asyncio
import re
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError
from digigraph.store.answering.answer import Answer
from digigraph.web.exchanges.departure import MOMENT_SECONDS
from digigraph.web.exchanges.framing import fault_of
from digigraph.web.keeping.begun import Begun
from digigraph.web.observing.record import Record
from digigraph.web.shortcuts.plain import asked, joined
from digigraph.web.shortcuts.replies import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digigraph.web.exchanges.clients import Clients
    from digigraph.web.exchanges.wsgi import Reply, Scope
    from digigraph.web.keeping.keeper import Kept
    from digigraph.web.shortcuts.plain import Headers, PlainQuestions
    from digigraph.web.shortcuts.replies import Shortcut

MOST_BYTES = 4096
"""Bytes of a request above which its head is read each time."""
# Each connection keeps the head of its last question.
_MOST_OF_HEAD = 1024
# What the parser takes for a query, too.
_LINE = re.compile(rb"GET /sparql\?([!\"$-~]+) HTTP/1\.1\r\n")
# Headers that say more than what is asked for, or how what follows is to be read.
_MORE = frozenset({b"content-length", b"transfer-encoding", b"upgrade", b"expect"})


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a question that was answered, in which another question may come.

    Parameters
    ----------
    scope, headers
        Of the request.
    rest
        All its bytes behind the first line.
    """

    scope: Scope
    headers: Headers
    rest: bytes

    def query_string(self, request: bytes) -> bytes | None:
        """Return what a request has behind the question mark of its address; None where its head is another one."""
        line = _LINE.match(request)
        if line is None or len(request) - line.end() != len(self.rest) or not request.endswith(self.rest):
            return None
        return line.group(1)


def head_of(scope: Scope) -> Head | None:
    """Return the head of a request that came in one piece; None where it may be no question, or has a body."""
    request = scope.get("request", b"")
    line = _LINE.match(request) if len(request) <= MOST_BYTES else None
    if line is None or len(request) - line.end() > _MOST_OF_HEAD or fault_of(scope) is not None:
        return None
    if not _MORE.isdisjoint(name for name, _ in scope["headers"]):
        return None
    return Head(scope, joined(scope), request[line.end() :])


class Questions:
    """Answers plain questions in heads that have come before.

    Parameters
    ----------
    plain
        Answers plain questions.
    shortcut
        Keeps replies to requests that come again.
    clients
        Tells clients apart.
    observers
        Called with every exchange that is over.
    """

    def __init__(
        self,
        plain: PlainQuestions,
        shortcut: Shortcut,
        clients: Clients,
        observers: Sequence[Callable[[Record], None]],
    ) -> None:
        self._plain = plain
        self._shortcut = shortcut
        self._clients = clients
        self._observers = observers

    def ask(
        self, request: bytes, head: Head, *, reply: Callable[[bytes], None], go_on: Callable[[Begun], None]
    ) -> bool | Asking:
        """Ask a question, without reading the request.

        Parameters
        ----------
        request
            All of it.
        head
            The one before.
        reply
            Called with the headers and the body of a success, at once or when the answer is there.
        go_on
            Called with what was begun where there is none in a moment, for the request to be read.

        Returns
        -------
        bool | Asking
            What one of the two will be called for; True where that has been, False where the request is to be read.
        """
        query_string = head.query_string(request)
        if query_string is None:
            return False
        scope: Scope = {**head.scope, "query_string": query_string, "request": request}
        query = asked(scope, b"", head.headers)
        if query is None:
            return False
        record = Record(method="GET", path="/sparql", client=self._clients.of(scope))
        found = self._plain.begin(query, head.headers, client=record.client)
        if isinstance(found, Begun):
            tell = partial(self._tell, record=record, headers=head.headers, reply=reply)
            return Asking(self._plain, found, reply=tell, go_on=go_on, drop=partial(self._drop, record))
        if found is None:
            return False
        record.is_kept = True
        self._shortcut.keep_same(scope, self._tell(found, record=record, headers=head.headers, reply=reply))
        return True

    def _tell(self, kept: Kept, *, record: Record, headers: Headers, reply: Callable[[bytes], None]) -> Reply:
        answer = self._plain.reply(kept, "GET", headers, record)
        record.status, record.bytes = answer.status, len(answer.start)
        reply(b"x-request-id: %b\r\n%b" % (record.request_id.encode(), whole(answer, "GET")))
        self._note(record)
        return answer

    def _drop(self, record: Record, begun: Begun) -> None:
        begun.drop()
        record.query, record.route, record.is_broken = begun.query.text, "/sparql", True
        self._note(record)

    def _note(self, record: Record) -> None:
        for observe in self._observers:
            observe(record)


class Asking:
    """A question and whoever waits for its answer; used by the thread of the event loop alone.

    Parameters
    ----------
    plain
        Knows what is an answer.
    begun
        The question.
    reply
        Called with the answer; one of the three is, once.
    go_on
        Called with what is not over in a moment, or is no whole short answer.
    drop
        Called with what the client does not wait for any longer.
    """

    def __init__(
        self,
        plain: PlainQuestions,
        begun: Begun,
        *,
        reply: Callable[[Kept], object],
        go_on: Callable[[Begun], None],
        drop: Callable[[Begun], None],
    ) -> None:
        self._plain = plain
        self._begun = begun
        self._reply, self._go_on, self._drop = reply, go_on, drop
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._is_over = self._has_left = self._is_woken = False
        self._timer = self._loop.call_later(MOMENT_SECONDS, self.end)
        if isinstance(begun.outcome, Answer):
            begun.outcome.on_change(self._wake)
        if not self._is_waiting():
            self._wake()

    def _wake(self) -> None:
        """Look, soon: what has changed is not to wait for its reply to be sent."""
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self._look)
        elif not self._is_woken:
            self._is_woken = True
            self._loop.call_soon(self._look)

    def _look(self) -> None:
        self._is_woken = False
        if not (self._is_over or self._is_waiting()):
            self.end()

    def _is_waiting(self) -> bool:
        outcome = self._begun.outcome
        try:
            return isinstance(outcome, Answer) and outcome.begins_in() > 0
        except DigigraphError:
            return False

    def end(self) -> None:
        """Wait no longer: reply, if there is something by now; else let it go on as an exchange."""
        if self._is_over:
            return
        self._is_over = True
        self._timer.cancel()
        begun = self._begun
        if isinstance(begun.outcome, Answer):
            begun.outcome.on_change(None)
        kept = self._plain.concluded(begun)
        if self._has_left:
            self._drop(begun)
        elif kept is None:
            self._go_on(begun)
        else:
            self._reply(kept)

    def leave(self) -> None:
        """Say that the client has left; others may wait for the same answer."""
        self._has_left = True
        self._begun.flight.leave()
