"""What becomes of permalinks when something is taken back.

A permalink of a state that was written anew becomes one of that which it is now, where the query gives the same rows
there. One that gives others, that speaks of what was taken back, or whose state is kept no longer, is removed.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digigraph.errors import QueryError, QueryFailed
from digigraph.iris import unmarked
from digigraph.publishing.answers.results import result_of
from digigraph.sources.facts.quoting import whole_words
from digigraph.sparql import resolved, tokens
from digigraph.store.opening import open_earlier
from digigraph.store.processes.states import settings_of_earlier
from digigraph.store.snapshots.permalinks import Permalinks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.dataset.redaction import Names
    from digigraph.settings import Settings
    from digigraph.store.answering.backend import Backend
    from digigraph.store.snapshots.opened import Snapshot
    from digigraph.store.snapshots.permalinks import Permalink

_ENCODED = 4
"""How often a text may have been percent-encoded."""
_ESCAPED = re.compile(r"\\(.)")
_WORD = re.compile(r"[^\W_]+")
_SLUG = re.compile(r"(?<=[:/<\"'#])[\w%~-]+")
_PART = 3
"""Letters that a word of a name has at least, to be looked for alone."""
_TELLING = 5
"""Letters from which on words are looked for wherever they stand, also in parts, one behind the other."""


class Mentions:
    """Tells which texts of queries have something of what was taken back, however it is spelled there.

    Parameters
    ----------
    names
        Those that are taken back, and those that something else has: a word of these tells nothing.
    quotes
        Other words that are taken back, each as a whole.
    iris
        IRIs that are taken back, without the base.
    """

    def __init__(self, names: Names, quotes: Iterable[str], iris: Iterable[str]) -> None:
        masked = whole_words(names.masked)
        # What else has such a name in its own loses that.
        left = {word for each in names.left for word in _words(masked.sub(" ", each) if masked else each)}
        parts = {word for each in names.masked for word in _words(each)} - left
        telling = {(each,) for each in parts if len(each) >= _PART and not each.isdigit()}
        sought = {*telling, *(tuple(_words(each)) for each in (*names.masked, *quotes))} - {()}
        self._anywhere = {"".join(each) for each in sought if _is_long("".join(each))}
        self._alone = {f" {' '.join(each)}{genitive} " for each in sought for genitive in ("", "s")}
        self._slugs = {each.partition("/")[2].casefold() for each in iris}

    def are_in(self, permalink: Permalink) -> bool:
        """Tell whether the query of a permalink, or the name of a graph that it asks, has any of it."""
        graphs = (*(permalink.default_graphs or ()), *(permalink.named_graphs or ()))
        written = " ".join([_said(permalink.query), *graphs])
        said = _decoded(written)
        words = _words(said)
        together, apart = "".join(words), f" {' '.join(words)} "
        return (
            any(each in together for each in self._anywhere)
            or any(each in apart for each in self._alone)
            or not self._slugs.isdisjoint(_SLUG.findall(f"{written} {said}".casefold()))
        )


def _is_long(word: str) -> bool:
    # In scripts without spaces two characters may be a whole name.
    return len(word) >= _TELLING or not word.isascii()


def _words(text: str) -> list[str]:
    return _WORD.findall(unmarked(text).casefold())


def _said(query: str) -> str:
    """What a query says beside the language: without keywords and names of functions, comments included.

    Its escapes (SPARQL 1.1 Query Language, sections 19.2, 19.7 and 19.8) are resolved.
    """
    text = resolved(query)
    left = list(text)
    for token in tokens(text):
        if token.kind == "word":
            left[token.start : token.start + len(token.text)] = " " * len(token.text)
    return _ESCAPED.sub(lambda each: " " if each[1] in "tnrbf" else each[1], "".join(left))


def _decoded(text: str) -> str:
    for _ in range(_ENCODED):
        decoded = unquote(text, errors="replace")
        if decoded == text:
            break
        text = decoded
    return text


class Citations:
    """The permalinks of a state folder, as they are gone through.

    Parameters
    ----------
    settings
        Of the project.
    mentions
        Tells which of them have something of what is taken back.
    reason
        Classes of the reason, with spaces between.
    """

    def __init__(self, settings: Settings, mentions: Mentions, reason: str) -> None:
        self._settings = settings
        self._permalinks = Permalinks(
            settings.state_folder, most=settings.permalinks, most_states=settings.permalink_states
        )
        self._mentions = mentions
        self._reason = reason
        self.carried = 0
        """How many were carried over."""
        self.removed = 0
        """How many were removed."""

    def remove_mentions(self) -> None:
        """Remove those that have something of what is taken back, in whatever state."""
        self._remove(filter(self._mentions.are_in, self._permalinks.all()))

    def remove_orphans(self) -> None:
        """Remove those of states that are kept no longer: nobody can see whether their rows have any of it."""
        self._remove(each for each in self._permalinks.all() if not self._permalinks.is_kept(each.snapshot))

    def carry(self, replaced: str, snapshot: Snapshot) -> None:
        """Let permalinks of a state become those of the one in its place; remove those that it has other rows for.

        Raises
        ------
        StoreError
            The snapshot cannot be asked; what was not carried over yet is as it was.
        """
        found = self._permalinks.all(replaced)
        if not found:
            return
        with contextlib.closing(open_earlier(settings_of_earlier(self._settings), snapshot.name)) as backend:
            same = [each for each in found if not self._mentions.are_in(each) and _has_its_rows(each, backend)]
        for each in same:
            self._permalinks.carry(each, snapshot)
        self.carried += len(same)
        self._remove(each for each in found if each not in same)

    def _remove(self, permalinks: Iterable[Permalink]) -> None:
        removed = list(permalinks)
        self._permalinks.remove(removed, reason=self._reason)
        self.removed += len(removed)


def _has_its_rows(permalink: Permalink, backend: Backend) -> bool:
    """Whether the rows are proved to be the same: an answer that does not come proves nothing."""
    try:
        return result_of(backend, permalink.question).sha256 == permalink.sha256
    except (QueryError, QueryFailed):
        return False
