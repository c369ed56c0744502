"""When something was last said of a thing or a document, or no longer: what its page shows has changed then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.store.backend import rows
from digigraph.store.change import KEPT
from digigraph.vocab import OWNED

if TYPE_CHECKING:
    from digigraph.store.backend import Backend
    from digigraph.store.changes import ChangeLog

_SUBJECT, _OBJECT = 0, 2


def last_modified(log: ChangeLog, until: str, backend: Backend) -> dict[str, str]:
    """Return for each IRI when a statement with it as subject or object came or went; for owners, of what they own too.

    Parameters
    ----------
    log
        The changes; none is looked at that came after the state ``until`` was last active.
    until
        Name of the state that the backend answers from.
    backend
        Is asked who owns what.

    Raises
    ------
    SnapshotDamaged
        A change is not what was written.
    """
    found: dict[bytes, str] = {}
    for change in log.changes(until=until):
        for event in log.events(change):
            found[event.subject] = change.created
            for line in event.lines:
                words = line.split(b" ", 3)
                if not line.startswith(KEPT) and len(words) > _OBJECT and words[_OBJECT].startswith(b"<"):
                    found[words[_OBJECT]] = change.created
    modified = {iri[1:-1].decode(): when for iri, when in found.items()}
    own = "|".join(map(str, OWNED))
    for row in rows(backend, f"SELECT ?owner ?thing {{ ?owner ({own})+ ?thing }}"):
        owner, thing = row["owner"], row["thing"]
        if isinstance(owner, ox.NamedNode) and isinstance(thing, ox.NamedNode):
            modified[owner.value] = max(modified.get(owner.value, ""), modified.get(thing.value, ""))
    return modified
