"""The stored queries of a project, offered to readers as examples."""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digigraph import stored_query
from digigraph.errors import DigigraphError
from digigraph.publishing.edition.labels import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.stored_query import StoredQuery

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Example:
    """A stored query in one of the languages of its title.

    Parameters
    ----------
    key
        Names it in a URL: ``acronym.sv``.
    language
        Of title and description.
    query
        The query, with its parameters.
    """

    key: str
    language: str
    query: StoredQuery

    @property
    def title(self) -> str:
        """The question, in words."""
        return self.query.titles[self.language]

    @property
    def description(self) -> str:
        """What the answer holds; empty where the file does not say."""
        return self.query.descriptions.get(self.language, "")


def examples(folder: Path) -> dict[str, Example]:
    """Return the stored queries of a folder by key, by language and title.

    Read anew where a file has changed. One that is no stored query is left out, and the log says why.
    """
    queries = [query for path in folder.glob("*.rq") if (query := _parsed(path, _changed(path)))]
    found = [
        Example(f"{query.name}.{language}", language, query)
        for language in LANGUAGES
        for query in sorted(queries, key=lambda each: each.titles.get(language, "").casefold())
        if language in query.titles
    ]
    return {each.key: each for each in found}


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@functools.lru_cache(maxsize=1000)
def _parsed(path: Path, _state: int) -> StoredQuery | None:
    """The stored query in a file, parsed once for each state of the file."""
    try:
        return stored_query.read(path)
    except DigigraphError as error:
        _log.warning("%s is not offered: %s", path.name, error)
        return None
