"""Permalinks of results: which query gave which rows in which state, written down so that the state is kept.

::

    {state}/permalinks/{snapshot}/{id}.json    one permalink; while there is one, the snapshot is not pruned
    {state}/permalinks/{snapshot}/{id}.gone    a tombstone of one that was removed: classes of the reason, else empty

Whoever may ask may make one. So their number is bounded, and the number of states that they hold, and the length of
their queries: what clients can make the server keep is a known amount. Of those that were removed neither query nor
rows are kept, nor a hash that could confirm a guess at them.

The id is made of question and rows alone. So a permalink keeps it when its state is written anew, and its old address
leads to the new one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import re
import threading
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from digigraph.errors import Gone, NotFound, PermalinksFull, QueryTooComplex, TakenBack
from digigraph.iris import SNAPSHOT_NAME
from digigraph.media import RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.disk import replace_file, storage_errors
from digigraph.store.snapshots.opened import sequence_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from digigraph.store.snapshots.opened import Snapshot

_FOLDER = "permalinks"
_GONE = ".gone"
_ID = re.compile("[0-9a-f]{32}")
QUERY_BYTES = 16_000
"""Bytes that the query of a permalink may have, with the names of its graphs."""
TOMBSTONES = 10_000
"""Removed permalinks that are remembered. Of more, those that were removed first are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permalink:
    """A result that can be seen again.

    Parameters
    ----------
    snapshot
        Name of the state that is asked.
    query
        Text of the query.
    default_graphs, named_graphs
        IRIs of the dataset asked, as in :class:`digigraph.store.answering.backend.Query`.
    sha256
        Of the rows, in hex; see :mod:`digigraph.publishing.answers.results`.
    rows
        How many there are.
    created
        When it was made: ISO 8601, UTC.
    made_in
        Name of the state that it was made in, where that was written anew since as the one that is asked; else empty.
    """

    snapshot: str
    query: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    sha256: str
    rows: int
    created: str
    made_in: str = ""

    @property
    def id(self) -> str:
        """Its name among those of its state: the same question with the same rows has the same."""
        what = [self.query, self.default_graphs, self.named_graphs, self.sha256]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]

    @property
    def question(self) -> Query:
        """What is asked."""
        return Query(
            text=self.query,
            format=RESULTS_JSON,
            default_graphs=self.default_graphs,
            named_graphs=self.named_graphs,
        )


def holds_permalinks(state: Path, snapshot: str) -> bool:
    """Tell whether there is a permalink of a result of this snapshot."""
    return next((state / _FOLDER / snapshot).glob("*.json"), None) is not None


def permalinks_of(state: Path, snapshot: str) -> int:
    """Return how many permalinks there are of results of this snapshot."""
    return sum(1 for _ in (state / _FOLDER / snapshot).glob("*.json"))


class Permalinks:
    """The permalinks in a state folder; for many threads of one process.

    Parameters
    ----------
    state
        The folder.
    most
        How many there may be.
    most_states
        How many states they may hold.
    """

    def __init__(self, state: Path, *, most: int, most_states: int) -> None:
        self._state = state
        self._folder = state / _FOLDER
        self._most = most
        self._most_states = most_states
        self._lock = threading.Lock()

    def all(self, snapshot: str = "*") -> list[Permalink]:
        """Return every permalink, or every one of a state, those made first in front."""
        found = [self.read(path) for path in self._folder.glob(f"{snapshot}/*.json")]
        return sorted((each for each in found if each is not None), key=lambda each: (each.created, each.id))

    def get(self, snapshot: str, name: str) -> Permalink:
        """Return the permalink of that id; where its state was written anew, as it is one of that which it is now.

        Raises
        ------
        TakenBack, Gone
            It was removed: with something that was taken back, or by whoever runs the server.
        NotFound
            There is none.
        """
        if SNAPSHOT_NAME.fullmatch(snapshot) and _ID.fullmatch(name):
            # States of one number are one, written anew under other names.
            everywhere = f"{sequence_of(snapshot)}-*/{name}"
            for path in (self._path(snapshot, name), *self._folder.glob(f"{everywhere}.json")):
                if (found := self.read(path)) is not None:
                    return found
            for path in self._folder.glob(f"{everywhere}{_GONE}"):
                with contextlib.suppress(FileNotFoundError):
                    raise _removed(path.read_text(encoding="ascii"))
        raise NotFound(f"There is no permalink {name!r} of the state {snapshot!r}.")

    @staticmethod
    def read(path: Path) -> Permalink | None:
        """Return what a file says; None where there is none, or what is in it is no permalink."""
        try:
            found = json.loads(path.read_bytes())
            for name in ("default_graphs", "named_graphs"):
                found[name] = None if found[name] is None else tuple(found[name])
            return Permalink(**found)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def add(self, snapshot: Snapshot, query: Query, *, sha256: str, rows: int) -> Permalink:
        """Write down a permalink, and return it; where there is the same already, that one.

        Raises
        ------
        NoSnapshot
            The snapshot was pruned meanwhile.
        PermalinksFull
            There are as many as there may be.
        QueryTooComplex
            The query is longer than one that can be kept.
        StorageFull
            It is not written; nothing half-made is left.
        """
        check_length(query)
        made = Permalink(
            snapshot=snapshot.name,
            query=query.text,
            default_graphs=query.default_graphs,
            named_graphs=query.named_graphs,
            sha256=sha256,
            rows=rows,
            created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        )
        path = self._path(made.snapshot, made.id)
        # Who prunes excludes who holds: either sees what the other did.
        hold = snapshot.hold()
        try:
            with self._lock, storage_errors("Keeping the permalink"):
                known = self.read(path)
                if known is not None:
                    return known
                self._check_room(made.snapshot)
                self._write(made)
        finally:
            hold.release()
        return made

    def carry(self, permalink: Permalink, snapshot: Snapshot) -> None:
        """Let a permalink be one of the state that took the place of its own; its old address leads there.

        Raises
        ------
        NoSnapshot
            The snapshot was pruned meanwhile.
        StorageFull
            The permalink is what it was.
        """
        hold = snapshot.hold()
        try:
            with storage_errors("Keeping the permalink"):
                made_in = permalink.made_in or permalink.snapshot
                self._write(replace(permalink, snapshot=snapshot.name, made_in=made_in))
                self._path(permalink.snapshot, permalink.id).unlink(missing_ok=True)
        finally:
            hold.release()

    def _path(self, snapshot: str, name: str) -> Path:
        return self._folder / snapshot / f"{name}.json"

    def _write(self, permalink: Permalink) -> None:
        path = self._path(permalink.snapshot, permalink.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(asdict(permalink), ensure_ascii=False).encode() + b"\n")

    def _check_room(self, snapshot: str) -> None:
        there = [path.parent.name for path in self._folder.glob("*/*.json")]
        held = {each for each in there if self.is_kept(each)}
        if len(there) >= self._most:
            raise PermalinksFull(f"There are {self._most} permalinks, as many as may be.", hint=_hint("permalinks"))
        if snapshot not in held and len(held) >= self._most_states:
            message = f"Permalinks hold {len(held)} states, as many as they may."
            raise PermalinksFull(message, hint=_hint("permalink_states"))

    def is_kept(self, snapshot: str) -> bool:
        """Tell whether the state of that name is there."""
        return (self._state / "snapshots" / snapshot).is_dir()

    def remove(self, permalinks: Iterable[Permalink], *, reason: str = "") -> None:
        """Let permalinks be no more; a tombstone of each stays.

        Parameters
        ----------
        reason
            Classes of the reason for which something was taken back, with spaces between; empty: it is none.

        Raises
        ------
        StoreError
            The disk refuses; some may be as they were.
        """
        with storage_errors("Removing permalinks"):
            for each in permalinks:
                path = self._path(each.snapshot, each.id)
                # Before: at no moment it is as if there never was one.
                replace_file(path.with_suffix(_GONE), reason.encode("ascii"))
                path.unlink(missing_ok=True)
            tombstones = sorted((each.stat().st_mtime_ns, each) for each in self._folder.glob(f"*/*{_GONE}"))
            for _, oldest in tombstones[:-TOMBSTONES]:
                oldest.unlink(missing_ok=True)


def _removed(reason: str) -> Gone:
    kept = "Neither its query nor its rows are kept."
    if reason:
        message = f"This permalink was removed when something was taken back that its query or its rows told of. {kept}"
        return TakenBack(f"{message} Reason: {reason}.", reason=reason)
    return Gone("This permalink was removed by whoever runs this server.", hint=kept)


def check_length(query: Query) -> None:
    """Check that a query is no longer than one that can be kept.

    Raises
    ------
    QueryTooComplex
        It is.
    """
    parts = (query.text, *(query.default_graphs or ()), *(query.named_graphs or ()))
    size = sum(len(each.encode("utf-8", "surrogatepass")) for each in parts)
    if size > QUERY_BYTES:
        raise QueryTooComplex(f"The query has {size} bytes; for a permalink it may have {QUERY_BYTES}.")


def _hint(setting: str) -> str:
    return f"Whoever runs this server can remove some, or allow more by the setting {setting}."
