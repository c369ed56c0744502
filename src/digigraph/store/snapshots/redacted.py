"""What was taken back from every state in a state folder.

::

    {state}/redacted.json    {"reasons": {IRI: class}, "states": [names of the snapshots without it]}
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.errors import SnapshotDamaged
from digigraph.store.disk import replace_file, storage_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = "redacted.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """What was taken back.

    Parameters
    ----------
    reasons
        The class of the reason by IRI.
    states
        Names of the snapshots that are known to be without it.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    states: tuple[str, ...] = ()


def read_redacted(state: Path) -> Redacted:
    """Return what was taken back from a state folder.

    Raises
    ------
    SnapshotDamaged
        It cannot be read.
    """
    path = state / _NAME
    try:
        found: object = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Redacted()
    except (OSError, ValueError) as error:
        raise SnapshotDamaged(f"{path} cannot be read: {error}.", hint="Remove it and publish again.") from error
    if isinstance(found, dict):
        reasons, states = found.get("reasons"), found.get("states")
        if isinstance(reasons, dict) and isinstance(states, list):
            return Redacted(reasons={str(iri): str(reason) for iri, reason in reasons.items()}, states=tuple(states))
    raise SnapshotDamaged(f"{path} is not what this program writes.", hint="Remove it and publish again.")


def write_redacted(state: Path, redacted: Redacted) -> None:
    """Note what was taken back, atomically.

    Raises
    ------
    StoreError
        The disk refuses.
    """
    content = {"reasons": dict(sorted(redacted.reasons.items())), "states": list(redacted.states)}
    with storage_errors(f"Writing to {state}"):
        state.mkdir(parents=True, exist_ok=True)
        replace_file(state / _NAME, json.dumps(content, indent=1).encode() + b"\n")
