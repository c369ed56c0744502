"""Two mistakes of a curator in one project: neither hides the other, and no third one is told."""

from __future__ import annotations

import random
import shutil
from collections import Counter, defaultdict
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from curating import (
    BEHIND,
    CATALOGUE,
    IN_A_THING,
    NAMES,
    SWEDEN,
    Mistake,
    can_stand_together,
    captured,
    compared,
    facts_file,
    is_told_otherwise,
    subjects,
    things_file,
    told,
)
from projects import THINGS, Project, made_project

from digigraph.sources.files.kept import Kept
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Groups = Sequence[Sequence[Mistake]]

OF_FACTS = [each for each in CATALOGUE if each.level not in IN_A_THING]
OF_THINGS = [each for each in CATALOGUE if each.level in IN_A_THING]
UNITS = "data/things/units.yaml"
CONCEPT = "<https://example.org/graph/id/partners> a <http://www.w3.org/2004/02/skos/core#Concept> .\n"
PAGES = 30
"""Documents of the project: so many facts files with mistakes are read at once."""
PARTS = 4
"""Into which all pairs of a facts file are divided, so that no test takes long."""


class Curated:
    """A project into which mistakes are written, and what is told of it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._settings = project.settings
        self._kept = Kept()

    def _texts(self, pages: int) -> dict[str, str]:
        """Put so many captured texts into the project, and take everything else out of it."""
        shutil.rmtree(self._project.folder / "data/documents", ignore_errors=True)
        (self._project.folder / UNITS).unlink(missing_ok=True)
        texts = {f"data/documents/page-{number}": f"{captured(NAMES)}Page {number}.\n" for number in range(pages)}
        for path, text in texts.items():
            self._project.write(f"{path}.txt", text)
        return texts

    def in_facts(self, cases: Iterable[Groups]) -> list[str]:
        """What is lost and what is new where mistakes of facts files stand together, those of a group in one fact."""
        texts, waiting = self._texts(PAGES), iter(cases)
        found: list[str] = []
        while several := list(islice(waiting, PAGES)):
            clean: list[Groups] = [[] for _ in range(PAGES - len(several))]
            files = {
                f"{path}.yaml": facts_file(case, text)
                for (path, text), case in zip(texts.items(), [*several, *clean], strict=True)
            }
            found += self._differences(files, dict(zip(files, several, strict=False)))
        return found

    def in_things(self, cases: Iterable[Groups]) -> list[str]:
        """The same of files of things."""
        self._texts(0)
        found: list[str] = []
        for case in cases:
            found += self._differences({UNITS: things_file(case)}, {UNITS: case})
        return found

    def in_both(self, cases: Iterable[Groups]) -> list[str]:
        """The same where the first group is of a facts file, and the second of a file of things."""
        ((path, text),) = self._texts(1).items()
        found: list[str] = []
        for case in cases:
            files = {f"{path}.yaml": facts_file(case[:1], text), UNITS: things_file(case[1:])}
            found += self._differences(files, dict.fromkeys(files, case))
        return found

    def _differences(self, files: dict[str, str], cases: dict[str, Groups]) -> Iterator[str]:
        expected: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for path, marked in files.items():
            text, places = told(marked, path)
            expected[path].update(f"{rule} {place}" for rule, place in places)
            self._project.write(path, text.encode("utf-8", "surrogateescape"))
        yield from compared(expected, read_project(self._settings, self._kept).findings, cases)


@pytest.fixture
def curated(tmp_path: Path) -> Curated:
    """A project without shapes, whose ontology has no words for people: reading them takes most of the time."""
    made = made_project(tmp_path / "project", shapes=False)
    for path in ("ontology/concepts.ttl", "data/documents/nhd-page.yaml", "data/documents/nhd-page.txt"):
        (made.folder / path).unlink()
    ontology = made.folder / "ontology/digigraph.ttl"
    bare = [each.triple for each in ox.parse(path=ontology) if not isinstance(each.object, ox.Literal)]
    made.write("ontology/digigraph.ttl", ox.serialize(bare, format=ox.RdfFormat.TURTLE) or b"")
    made.write("data/concepts.ttl", CONCEPT)
    made.write("data/things/things.yaml", THINGS + SWEDEN + subjects(NAMES))
    return Curated(made)


def pairs(catalogue: Sequence[Mistake]) -> Iterator[Groups]:
    """Each two mistakes of a file, in facts or things of their own, and in one where they can stand there.

    Of those that stand apart each comes before the other in one half of the cases; each stands beside itself, too.
    """
    for number, one in enumerate(catalogue):
        for further, other in enumerate(catalogue[number:]):
            if further and can_stand_together(one, other) and not is_told_otherwise(one, other):
                yield [[one, other]]
            is_head = {one.level, other.level} == {"head"}
            before, behind = (one, other) if further % 2 else (other, one)
            is_read_with_it = before.name in BEHIND.get(behind.name, set())
            if not is_head and not is_read_with_it and (further or not is_told_otherwise(one, other)):
                yield [[before], [behind]]


def threes() -> Iterator[Groups]:
    """Three mistakes in facts of their own, in any order; they are drawn at random, in every run the same."""
    draw = random.Random(0)
    while True:
        drawn = draw.sample(OF_FACTS, 3)
        heads = [each for each in drawn if each.level == "head"]
        are_read_together = any(one.name in BEHIND.get(other.name, set()) for one, other in pairwise(drawn))
        if len(heads) < 2 and not are_read_together:
            yield [[each] for each in drawn]


def across() -> Iterator[Groups]:
    """A mistake of a facts file and one of a file of things."""
    for one in OF_FACTS:
        for other in OF_THINGS:
            yield [[one], [other]]


def test_each_mistake_is_told_where_it_stands(curated: Curated) -> None:
    """Alone, and nothing else is told."""
    assert curated.in_facts([[], *([[each]] for each in OF_FACTS)]) == []
    assert curated.in_things([[], *([[each]] for each in OF_THINGS)]) == []


def test_some_mistakes_hide_no_other(curated: Curated) -> None:
    """A share of the pairs."""
    assert curated.in_facts(islice(pairs(OF_FACTS), 0, None, 61)) == []
    assert curated.in_things(islice(pairs(OF_THINGS), 0, None, 41)) == []
    assert curated.in_both(islice(across(), 0, None, 173)) == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_no_mistake_of_a_facts_file_hides_another(curated: Curated, part: int) -> None:
    """Each pair."""
    assert curated.in_facts(islice(pairs(OF_FACTS), part, None, PARTS)) == []


@pytest.mark.long
def test_no_two_mistakes_hide_a_third(curated: Curated) -> None:
    """In facts that follow each other, and in the description of their document."""
    assert curated.in_facts(islice(threes(), 6_000)) == []


@pytest.mark.long
def test_no_mistake_of_a_file_of_things_hides_another(curated: Curated) -> None:
    """Each pair; with mistakes of a facts file a share, for hardly anything of one is read with the other."""
    assert curated.in_things(pairs(OF_THINGS)) == []
    assert curated.in_both(islice(across(), 0, None, 11)) == []
