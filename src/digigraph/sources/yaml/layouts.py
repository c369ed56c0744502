"""Which keys stand where in a kind of file: by its key, a line can be placed whatever its indentation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.suggestions import is_near

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What stands where in a list, or a mapping, of a kind of file.

    Parameters
    ----------
    keys
        With one of them a line of this mapping begins, or the first line of an entry of this list, and no other line
        that stands below the same.
    is_list
        Whether it is a list.
    has_others
        Whether a mapping has other keys as well.
    below
        What stands below a key; in a list what an entry is, under an empty key.
    entry
        What stands below each key that is not in ``below``: only where the keys of this mapping are names.
    """

    keys: frozenset[str] = frozenset()
    is_list: bool = False
    has_others: bool = True
    below: Mapping[str, Layout] = field(default_factory=dict)
    entry: Layout | None = None

    def under(self, key: str | None) -> Layout | None:
        """What stands below a key, also where it is misspelt; None for what nothing is known of."""
        if key is None or key in self.below:
            return self.below.get(key or "")
        near = [layout for name, layout in self.below.items() if name and is_near(key, name)]
        return near[0] if len(near) == 1 else self.entry

    def and_below(self) -> Iterator[Layout]:
        """Yield this one, and all below it."""
        yield self
        for layout in (*self.below.values(), *filter(None, [self.entry])):
            yield from layout.and_below()

    @property
    def words(self) -> frozenset[str]:
        """All keys that are known."""
        return frozenset().union(*(each.keys for each in self.and_below()))


_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")


def by_language(keys: AbstractSet[str]) -> set[str]:
    """The keys of a mapping that cannot be of it, for others are tags of languages: such a mapping has no terms."""
    others = {key for key in keys if not _LANGUAGE.fullmatch(key)}
    return others if others < keys else set()


UNKNOWN = Layout()
"""A kind of file of which nothing is known but what its indentation says."""


def of_facts(heads: Mapping[str, frozenset[str]], fact: frozenset[str], terms: frozenset[str]) -> Layout:
    """Return the layout of facts files.

    Parameters
    ----------
    heads
        The keys of the file; for the one that holds a mapping, the keys of that.
    fact
        The keys of a fact.
    terms
        The keys of what it says.
    """
    claim = Layout(keys=(terms | {"subject"}) - fact)
    said = Layout(keys=frozenset({"subject"}), is_list=True, below={"": claim})
    facts = Layout(keys=fact, is_list=True, below={"": Layout(keys=fact, has_others=False, below={"says": said})})
    below = {key: Layout(keys=keys) if keys else facts for key, keys in heads.items()}
    return Layout(keys=frozenset(heads), has_others=False, below=below)


def of_things(terms: frozenset[str]) -> Layout:
    """Return the layout of files of things: slugs, below each the terms."""
    return Layout(entry=Layout(keys=terms))
