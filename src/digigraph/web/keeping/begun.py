"""What passes from the event loop to the application: a question that was asked before the application was called."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError

if TYPE_CHECKING:
    from digigraph.store.answering.answer import Answer
    from digigraph.store.answering.backend import Query
    from digigraph.web.keeping.identity import Identity
    from digigraph.web.keeping.keeper import Flight

BEGUN = "digigraph.begun"
"""Key of the WSGI environment under which the application finds a :class:`Begun`."""


@dataclass(slots=True)
class Begun:
    """A question that was asked before the application was called.

    Parameters
    ----------
    query
        What is asked.
    flight
        To be ended by whoever takes this.
    outcome
        Its answer, which has begun when the application gets this, or why there is none.
    identity
        What decides the answer.

    Attributes
    ----------
    started
        Of the monotonic clock.
    """

    query: Query
    flight: Flight
    outcome: Answer | DigigraphError
    identity: Identity
    is_taken: bool = False
    started: float = field(default_factory=time.monotonic)

    def take(self) -> Answer:
        """Return the answer; raises what was raised instead of one."""
        self.is_taken = True
        if isinstance(self.outcome, DigigraphError):
            raise self.outcome
        return self.outcome

    def drop(self) -> None:
        """Let go of what nobody has taken."""
        if self.is_taken:
            return
        self.flight.end(None)
        if not isinstance(self.outcome, DigigraphError):
            self.outcome.close()
