"""Two mistakes of a curator in one project: neither hides the other, and no third one is told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from curating import CAPTURED, CATALOGUE, FACTS, IN_A_THING, TEXT, Mistake, can_stand_together, told, written
from projects import Project, made_project

from digigraph.sources.files.kept import Kept
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

OF_FACTS = [each for each in CATALOGUE if each.level not in IN_A_THING]
OF_THINGS = [each for each in CATALOGUE if each.level in IN_A_THING]
CONCEPT = "<https://example.org/graph/id/partners> a <http://www.w3.org/2004/02/skos/core#Concept> .\n"


class Curated:
    """A project into which mistakes are written, and what is told of it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._settings = project.settings
        self._kept = Kept()

    def differences(self, groups: Sequence[Sequence[Mistake]]) -> str:
        """What is lost and what is new where mistakes stand together, those of a group in one fact or thing."""
        expected: Counter[tuple[str, str]] = Counter()
        for path, marked in written(groups).items():
            text, places = told(marked, path)
            expected.update(places)
            self._project.write(path, text.encode("utf-8", "surrogateescape"))
        findings = read_project(self._settings, self._kept).findings
        found = Counter((each.rule, str(place)) for each in findings for place in (each.location, *each.also))
        lost, new = expected - found, found - expected
        names = " / ".join(" + ".join(each.name for each in group) for group in groups)
        return f"{names}: lost {sorted(lost.elements())}, new {sorted(new.elements())}" if lost or new else ""

    def all_differences(self, cases: Iterable[Sequence[Sequence[Mistake]]]) -> list[str]:
        """The differences of many cases."""
        return [found for each in cases if (found := self.differences(each))]


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Curated:
    """A project without shapes, whose ontology has no words for people: reading them takes most of the time."""
    made = made_project(tmp_path_factory.mktemp("curated") / "project", shapes=False)
    for path in ("ontology/concepts.ttl", FACTS.replace("page", "nhd-page"), TEXT.replace("page", "nhd-page")):
        (made.folder / path).unlink()
    ontology = made.folder / "ontology/digigraph.ttl"
    bare = [each.triple for each in ox.parse(path=ontology) if not isinstance(each.object, ox.Literal)]
    made.write("ontology/digigraph.ttl", ox.serialize(bare, format=ox.RdfFormat.TURTLE) or b"")
    made.write("data/concepts.ttl", CONCEPT)
    made.write(TEXT, CAPTURED)
    return Curated(made)


def pairs() -> Iterator[list[list[Mistake]]]:
    """Each two mistakes of a file, in things or facts of their own, and in one where they can stand there.

    Of those that stand apart each comes before the other in one half of the cases; each stands beside itself, too.
    """
    for catalogue in (OF_FACTS, OF_THINGS):
        for number, one in enumerate(catalogue):
            for further, other in enumerate(catalogue[number:]):
                if further and can_stand_together(one, other):
                    yield [[one, other]]
                if {one.level, other.level} != {"head"}:
                    yield [[one], [other]] if further % 2 else [[other], [one]]


def across() -> Iterator[list[list[Mistake]]]:
    """Mistakes of two files, each of either at least once."""
    for number, one in enumerate(OF_FACTS):
        yield [[one], [OF_THINGS[number % len(OF_THINGS)]]]


def test_each_mistake_is_told_where_it_stands(curated: Curated) -> None:
    """Alone, and nothing else is told."""
    assert curated.all_differences([[], *([[each]] for each in CATALOGUE)]) == []


def test_mistakes_of_two_files_are_told_together(curated: Curated) -> None:
    """Whatever is wrong with a facts file, and whatever with a file of things."""
    assert curated.all_differences(across()) == []


def test_some_mistakes_hide_no_other(curated: Curated) -> None:
    """Every 151st of the pairs."""
    assert curated.all_differences(list(pairs())[::151]) == []
