"""What passes from the event loop to the application: a question that was asked before the application was called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.errors import DigigraphError

if TYPE_CHECKING:
    from digigraph.store.answering.backend import Answer, Query
    from digigraph.web.keeping import Flight

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
        Its answer, which has begun, or why there is none.
    """

    query: Query
    flight: Flight
    outcome: Answer | DigigraphError
    is_taken: bool = False

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
