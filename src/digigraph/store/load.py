"""How busy a store is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What the query processes of a store do now.

    Parameters
    ----------
    processes
        How many there are.
    running
        Queries that are being answered.
    waiting
        Queries that wait for a process.
    """

    processes: int
    running: int
    waiting: int
