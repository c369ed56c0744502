"""How busy a store is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What a store does now.

    Parameters
    ----------
    processes
        How many query processes there are; None where someone else's endpoint answers.
    running
        Queries that are being answered.
    waiting
        Queries that wait for their turn.
    """

    processes: int | None
    running: int
    waiting: int
