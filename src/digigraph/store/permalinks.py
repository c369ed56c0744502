"""Permalinks of results: which query gave which rows in which state, written down so that the state is kept.

::

    {state}/permalinks/{snapshot}/{id}.json    one permalink; while there is one, the snapshot is not pruned

Whoever may ask may make one. So their number is bounded, and the number of states that they hold, and the length of
their queries: what clients can make the server keep is a known amount.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from digigraph.errors import NotFound, PermalinksFull, QueryTooComplex
from digigraph.iris import SNAPSHOT_NAME
from digigraph.store.disk import replace_file, storage_errors, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from digigraph.store.backend import Query
    from digigraph.store.opened import Snapshot

_FOLDER = "permalinks"
_ID = re.compile("[0-9a-f]{32}")
QUERY_BYTES = 16_000
"""Bytes that the query of a permalink may have, with the names of its graphs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permalink:
    """A result that can be seen again.

    Parameters
    ----------
    snapshot
        Name of the state that was asked.
    query
        Text of the query.
    default_graphs, named_graphs
        IRIs of the dataset asked, as in :class:`digigraph.store.backend.Query`.
    sha256
        Of the rows, in hex; see :mod:`digigraph.publishing.results`.
    rows
        How many there are.
    created
        When it was made: ISO 8601, UTC.
    """

    snapshot: str
    query: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    sha256: str
    rows: int
    created: str

    @property
    def id(self) -> str:
        """Its name among those of its state: the same question with the same rows has the same."""
        what = [self.snapshot, self.query, self.default_graphs, self.named_graphs, self.sha256]
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]


def holds_permalinks(state: Path, snapshot: str) -> bool:
    """Tell whether there is a permalink of a result of this snapshot."""
    return next((state / _FOLDER / snapshot).glob("*.json"), None) is not None


def forget(state: Path, snapshot: str) -> None:
    """Remove every permalink of results in a snapshot."""
    folder = state / _FOLDER / snapshot
    if folder.is_dir():
        shutil.rmtree(folder)
        sync_folder(folder.parent)


def forget_saying(state: Path, words: Iterable[str]) -> None:
    """Remove every permalink whose query has any of some words, and those of states that are no longer kept.

    Of a removed state nobody sees a result again, and its queries may have parts of the words, or others for them.
    """
    plain = [_plain(each) for each in words]
    for path in (state / _FOLDER).glob("*/*.json"):
        permalink = Permalinks.read(path)
        if (
            permalink is None
            or not _is_kept(state, path.parent.name)
            or any(each in _plain(permalink.query) for each in plain)
        ):
            path.unlink(missing_ok=True)


def _is_kept(state: Path, snapshot: str) -> bool:
    return (state / "snapshots" / snapshot).is_dir()


def _plain(text: str) -> str:
    """A text without the escapes of SPARQL (section 19.2 and 19.7), which may or may not be used, in small letters."""
    points = re.sub(
        r"\\(?:u([0-9A-Fa-f]{4})|U000([0-9A-Fa-f]{5}))", lambda each: chr(int(each[1] or each[2], 16)), text
    )
    return " ".join(points.replace("\\", "").casefold().split())


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
        self._folder = state / _FOLDER
        self._most = most
        self._most_states = most_states
        self._lock = threading.Lock()

    def all(self) -> list[Permalink]:
        """Return every permalink, those made first in front."""
        found = [self.read(path) for path in self._folder.glob("*/*.json")]
        return sorted((each for each in found if each is not None), key=lambda each: (each.created, each.id))

    def get(self, snapshot: str, name: str) -> Permalink:
        """Return the permalink of that id.

        Raises
        ------
        NotFound
            There is none.
        """
        is_one = SNAPSHOT_NAME.fullmatch(snapshot) and _ID.fullmatch(name)
        found = self.read(self._folder / snapshot / f"{name}.json") if is_one else None
        if found is None:
            raise NotFound(f"There is no permalink {name!r} of the state {snapshot!r}.")
        return found

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
        path = self._folder / made.snapshot / f"{made.id}.json"
        # Who prunes excludes who holds: either sees what the other did.
        hold = snapshot.hold()
        try:
            with self._lock, storage_errors("Keeping the permalink"):
                known = self.read(path)
                if known is not None:
                    return known
                self._check_room(made.snapshot)
                path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(path, json.dumps(asdict(made), ensure_ascii=False).encode() + b"\n")
        finally:
            hold.release()
        return made

    def _check_room(self, snapshot: str) -> None:
        there = [path.parent.name for path in self._folder.glob("*/*.json")]
        held = {each for each in there if _is_kept(self._folder.parent, each)}
        if len(there) >= self._most:
            raise PermalinksFull(f"There are {self._most} permalinks, as many as may be.", hint=_hint("permalinks"))
        if snapshot not in held and len(held) >= self._most_states:
            message = f"Permalinks hold {len(held)} states, as many as they may."
            raise PermalinksFull(message, hint=_hint("permalink_states"))

    def remove(self, permalink: Permalink) -> None:
        """Let a permalink be no more."""
        (self._folder / permalink.snapshot / f"{permalink.id}.json").unlink(missing_ok=True)


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
