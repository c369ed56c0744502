"""Two mistakes of a curator, one of which is found when all is read: by shapes, or by comparing what is said."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from curating import (
    CATALOGUE,
    FOUND,
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
    told,
)
from projects import THINGS, Project, made_project

from digigraph.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Groups = Sequence[Sequence[Mistake]]

OF_FACTS = [each for each in CATALOGUE if each.level not in IN_A_THING]
CONCEPTS = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix id: <https://example.org/graph/id/> .
id:counts a skos:ConceptScheme ; skos:prefLabel "counts"@en , "antal"@sv ; skos:hasTopConcept id:partners .
id:partners a skos:Concept ; skos:prefLabel "partners"@en , "partner"@sv ;
    skos:topConceptOf id:counts ; skos:inScheme id:counts .
"""
PAGES = 40
"""Documents of the project, each with three subjects of its own: so many facts files are checked at once."""
OF_FACTS_THAT_COUNT = {each.name for each in FOUND} - {"same value twice", "same said twice", "empty list of says"}
UNDECIDED = {
    # Whether the fact counts is not known: shapes look at what counts, and only that can contradict.
    "accepted": OF_FACTS_THAT_COUNT,
    "no reason": OF_FACTS_THAT_COUNT,
    "reason for nothing": OF_FACTS_THAT_COUNT,
    # What holds of another date is no contradiction.
    "date of a fact": {"contradiction", "two hosts"},
}
"""Mistakes of a fact beside which nobody can tell whether the fact has some others."""


def differences(project: Project, cases: Iterable[Groups]) -> list[str]:
    """What is lost and what is new where mistakes stand together, those of a group in one fact."""
    waiting = iter(cases)
    found: list[str] = []
    while several := list(islice(waiting, PAGES)):
        found += of_some(project, several)
    return found


def of_some(project: Project, cases: Sequence[Groups]) -> Iterator[str]:
    shutil.rmtree(project.folder / "data/documents", ignore_errors=True)
    lead = THINGS.replace("ada-berg:\n", "ada-berg:\n  jobTitle: {sv: P, en: P}\n")
    things = lead + SWEDEN
    expected: defaultdict[str, Counter[str]] = defaultdict(Counter)
    by_file: dict[str, Groups] = {}
    for number, case in enumerate(cases):
        names = [f"{each}-{number}" for each in NAMES]
        text, path = captured(names), f"data/documents/page-{number}.yaml"
        facts, places = told(facts_file(case, text, names), path)
        things, by_file[path] = things + subjects(names), case
        expected[path].update(f"{rule} {place}" for rule, place in places)
        project.write(path.replace(".yaml", ".txt"), text)
        project.write(path, facts.encode("utf-8", "surrogateescape"))
    project.write("data/things/things.yaml", things)
    findings = (each for each in project.check().findings if each.severity > Severity.INFO)
    yield from compared(expected, findings, by_file)


@pytest.fixture
def curated(tmp_path: Path) -> Project:
    """A project with shapes, and a concept."""
    made = made_project(tmp_path / "project")
    made.write("data/concepts.ttl", CONCEPTS)
    return made


def pairs() -> Iterator[Groups]:
    """Each mistake that is found when all is read with each other one, in facts of their own and in one."""
    for number, one in enumerate(FOUND):
        for further, other in enumerate([*OF_FACTS, *FOUND[number:]]):
            is_clear = one.name not in UNDECIDED.get(other.name, set()) and not is_told_otherwise(one, other)
            if one is not other and can_stand_together(one, other) and is_clear:
                yield [[one, other]]
            yield [[one], [other]] if (number + further) % 2 else [[other], [one]]


def test_what_is_found_when_all_is_read_is_told_where_it_stands(curated: Project) -> None:
    """Alone, and beside some other mistakes."""
    assert differences(curated, [[], *([[each]] for each in FOUND), *islice(pairs(), 0, None, 101)]) == []


@pytest.mark.long
@pytest.mark.parametrize("part", range(2))
def test_nothing_hides_what_is_found_when_all_is_read(curated: Project, part: int) -> None:
    """Nor does that hide anything: one in three of the pairs."""
    assert differences(curated, islice(pairs(), part, None, 6)) == []
