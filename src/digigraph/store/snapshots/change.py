"""What became of each thing when a state became active, as :mod:`digigraph.store.snapshots.change_log` writes it."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph.errors import SnapshotDamaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ADDED, REMOVED, KEPT = b"+", b"-", b" "
"""Signs of quads."""
MARKED = 100
"""Of every so many things, the file says where the first one begins."""


class Kind(enum.Enum):
    """What happened to a thing."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one thing.

    Parameters
    ----------
    subject
        The thing, as N-Quads write it: ``<iri>``.
    lines
        Its quads as N-Quads without line ends, each after its sign, sorted by what follows the sign.
    """

    subject: bytes
    lines: tuple[bytes, ...]

    @property
    def kind(self) -> Kind:
        """What happened to the thing."""
        signs = {each[:1] for each in self.lines}
        return {frozenset({ADDED}): Kind.CREATED, frozenset({REMOVED}): Kind.DELETED}.get(
            frozenset(signs), Kind.UPDATED
        )

    @property
    def quads(self) -> list[bytes]:
        """Every quad that it tells of, removed ones too."""
        return [each[1:] for each in self.lines if not is_bare(each)]

    @property
    def version(self) -> list[bytes]:
        """Every quad of the thing since then."""
        return [each[1:] for each in self.lines if each[:1] != REMOVED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A state that became active, and how it came from the one before.

    Parameters
    ----------
    number
        Its place in the log, from 1.
    begun
        Number of the first change of the log; another one where an unreadable log had to be begun anew.
    snapshot
        Name of the state. That of an earlier change where somebody went back to it.
    created
        When: ISO 8601, UTC; never earlier than the change before.
    first
        How many things the changes before it ever told of.
    events
        How many things it tells of.
    is_whole
        Whether it is a patch; else only those things are left that no later change told of, before changes began to
        be whole.
    sha256
        Of what follows the first line, in hex.
    marks
        Where in that the lines of every :data:`MARKED`-th thing begin, in bytes.
    """

    number: int
    begun: int
    snapshot: str
    created: str
    first: int
    events: int = 0
    is_whole: bool = True
    sha256: str = ""
    marks: tuple[int, ...] = ()


def digest_of(changes: Sequence[Change]) -> str:
    """Return a digest of changes, in hex; another one where any of them is another, or has been rewritten."""
    return hashlib.sha256(repr(tuple(changes)).encode()).hexdigest()


def change_of(number: int, line: bytes) -> Change:
    """Return the change of that number that the first line of a file describes.

    Raises
    ------
    SnapshotDamaged
        It describes none.
    """
    try:
        found: object = json.loads(line)
    except ValueError as error:
        raise SnapshotDamaged(f"Change {number} is none: {error}.", hint="Publish again.") from error
    fields = {field.name: field.type for field in dataclasses.fields(Change)}
    if (
        not isinstance(found, dict)
        or set(found) != set(fields)
        or not isinstance(marks := found.pop("marks"), list)
        or any(type(each) is not int for each in marks)
        or any(type(value).__name__ != fields[name] for name, value in found.items())
        or found["number"] != number
    ):
        raise SnapshotDamaged(f"Change {number} is none.", hint="Publish again.")
    return Change(**found, marks=tuple(marks))


def subject_of(line: bytes) -> bytes:
    """Return the subject of a quad after its sign, as N-Quads write it."""
    return line[1 : line.index(b">") + 1]


def is_bare(line: bytes) -> bool:
    """Tell whether a line names a thing that is gone, and nothing of what it was."""
    return line.endswith(b">")


def events_of(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yield what the lines of a change tell of each thing."""
    for subject, group in itertools.groupby(lines, key=subject_of):
        yield Event(subject, tuple(group))


def marks_of(lines: Iterable[bytes]) -> tuple[int, list[int]]:
    """Return of how many things the lines of a change tell, and the :attr:`Change.marks`."""
    count, at, marks = 0, 0, []
    for event in events_of(lines):
        if count % MARKED == 0:
            marks.append(at)
        count += 1
        at += sum(map(len, event.lines)) + len(event.lines)
    return count, marks


def difference(before: set[bytes], now: set[bytes]) -> list[bytes]:
    """Return the lines of a change: every quad of each subject of which a quad changed, sorted, each after its sign."""
    changed = {_thing(each) for each in before ^ now}
    signed = [(each, ADDED) for each in now - before]
    signed += [(each, REMOVED) for each in before - now]
    signed += [(each, KEPT) for each in before & now if _thing(each) in changed]
    return [sign + line for line, sign in sorted(signed)]


def _thing(line: bytes) -> bytes:
    return line[: line.index(b">") + 1]
