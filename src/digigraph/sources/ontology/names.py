"""Names of what there is, in any language: what somebody may have meant who wrote another one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from digigraph.iris import slugify
from digigraph.suggestions import LIKE, is_near, likeness, nearest_of, unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_LIKE_NAME = 80
"""Likeness (0 to 100) from which a name, or a word of one, is taken for another: they are longer than slugs."""
_BY_WORDS = 90
"""Likeness of what has all words that were written in its names."""
_WORD = 3
"""Letters from which a word tells anything."""
_MANY = 3
"""Where more things than that are called so, or have a word in their names, it means none of them."""


class Names:
    """Slugs, or words of the project, with the names that they have; marks of letters and capitals do not count.

    Parameters
    ----------
    names
        Of each its names, in any language; there may be none.
    """

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._names = {slug: tuple(dict.fromkeys(texts)) for slug, texts in names.items()}
        self._slugs = {slug: slugify(slug) for slug in self._names}
        self._named: defaultdict[str, set[str]] = defaultdict(set)
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        for slug, texts in self._names.items():
            for each in filter(None, map(slugify, texts)):
                self._named[each].add(slug)
                for word in each.split("-"):
                    self._words[word].add(slug)

    def __iter__(self) -> Iterator[str]:
        """Give each slug or word, in order."""
        return iter(sorted(self._names))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._names)

    def __contains__(self, slug: object) -> bool:
        """Whether there is that slug or word."""
        return slug in self._names

    def meant(self, written: str) -> list[str]:
        """Return what may have been meant, at most three, the likeliest first."""
        return nearest_of(self._likely(written))

    def _likely(self, written: str) -> dict[str, float]:
        """What may have been meant, with how likely it was."""
        folded = slugify(written)
        same = {slug for slug, each in self._slugs.items() if each == folded} or self._named.get(folded)
        if not folded or same:
            return dict.fromkeys(sorted(same or ())[:_MANY], 100)
        likely: dict[str, float] = dict.fromkeys(self._with_words(folded.split("-")), _BY_WORDS)
        for _, score, slug in process.extract(folded, self._slugs, scorer=fuzz.ratio, score_cutoff=LIKE, limit=None):
            likely[slug] = max(likeness(folded, self._slugs[slug], score), likely.get(slug, 0))
        named = {slug: score for name, score, _ in _alike(folded, self._named) for slug in self._named[name]}
        if len(named) <= _MANY:
            likely |= {slug: max(score, likely.get(slug, 0)) for slug, score in named.items()}
        return likely

    def question(self, written: str, otherwise: str = "") -> str | None:
        """Ask whether what may have been meant was, each with its name where its slug does not tell; None for nothing.

        What nobody sees in what was written is told before, and behind what is not very like it what to do otherwise.
        """
        likely = self._likely(written)
        shown = [self._shown(each, written) for each in nearest_of(likely)]
        asked = f"Did you mean {' or '.join(shown)}?" if shown else None
        is_clear = max(likely.values(), default=100) >= _LIKE_NAME
        return " ".join(filter(None, (unseen(written), asked, "" if is_clear else otherwise))) or None

    def _shown(self, slug: str, written: str) -> str:
        names = self._names[slug]
        if is_near(written, slug) or not names:
            return slug
        # In the language in which it was written, as far as that can be told.
        return f"{slug} ({max(names, key=lambda each: fuzz.ratio(slugify(written), slugify(each)))})"

    def _with_words(self, words: Iterable[str]) -> set[str]:
        """What has every one of some words in its names, misspelt or not."""
        having = []
        for word in words:
            if len(word) >= _WORD:
                alike = [each for each, *_ in _alike(word, self._words)]
                having.append({slug for each in alike for slug in self._words[each]})
        found = set.intersection(*having) if having else set()
        return found if len(found) <= _MANY else set()


def _alike(written: str, known: Iterable[str]) -> list[tuple[str, float, int]]:
    return process.extract(written, list(known), scorer=fuzz.ratio, score_cutoff=_LIKE_NAME, limit=None)
