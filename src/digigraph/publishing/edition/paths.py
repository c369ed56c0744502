"""Paths of the states that are kept."""

from __future__ import annotations

STATES = "/snapshots"
"""Path of the list of states, below which each is."""
TIMEMAP = "/timemap/link"
"""What the path of a TimeMap begins with, the path of its original behind it (RFC 7089, section 5)."""


def state_path(name: str) -> str:
    """Return the path of a state, below which its pages, data and endpoint are."""
    return f"{STATES}/{name}"
