"""What a publication keeps: the newest states as many as set, and whatever is active, open or cited."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import PermalinksFull
from digigraph.media import RESULTS_JSON
from digigraph.pipeline import publish
from digigraph.store.answering.backend import Query
from digigraph.store.snapshots.catalog import SnapshotCatalog
from digigraph.store.snapshots.permalinks import Permalinks

if TYPE_CHECKING:
    from projects import Project

FACT = """\
  - quote: Nordic Health Data (huvudman KTH)
    says:
      - {subject: nhd, host: kth, alternateName: "Name %d"}
"""


def published(project: Project, number: int, *, kept: int) -> tuple[str, tuple[str, ...]]:
    """Publish another state; return its name and those that were removed for it."""
    project.facts(FACT % number)
    publication = publish(dataclasses.replace(project.settings, snapshots_kept=kept, dumps=""))
    assert publication.is_new
    return publication.snapshot.name, publication.removed


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project."""
    return shapeless


@pytest.fixture
def catalog(project: Project) -> SnapshotCatalog:
    """The states of the project."""
    return SnapshotCatalog(project.settings.state_folder)


def test_a_publication_keeps_what_the_setting_says(project: Project, catalog: SnapshotCatalog) -> None:
    """The oldest go, after the new one is active, and nothing goes before there are too many; 0 keeps all."""
    first, second = (published(project, number, kept=2) for number in (1, 2))
    assert (first[1], second[1]) == ((), ())
    third = published(project, 3, kept=2)
    assert third[1] == (first[0],)
    fourth = published(project, 4, kept=0)
    assert fourth[1] == ()
    assert catalog.names() == (second[0], third[0], fourth[0])
    assert catalog.active_name() == fourth[0]


def test_what_is_open_or_cited_stays(project: Project, catalog: SnapshotCatalog) -> None:
    """A state that a query has open or that a permalink holds outlives publications, and goes with the next after."""
    names = [published(project, number, kept=0)[0] for number in (1, 2, 3)]
    permalinks = Permalinks(project.settings.state_folder, most=9, most_states=9)
    query = Query(text="ASK {}", format=RESULTS_JSON)
    permalink = permalinks.add(catalog.get(names[0]), query, sha256="0" * 64, rows=0)
    with catalog.get(names[1]).open():
        fourth, removed = published(project, 4, kept=1)
        assert removed == (names[2],)
    fifth, removed = published(project, 5, kept=1)
    assert removed == (names[1], fourth)
    permalinks.remove([permalink])
    assert published(project, 6, kept=1)[1] == (names[0], fifth)


def test_removed_states_take_no_room_of_permalinks(project: Project, catalog: SnapshotCatalog) -> None:
    """A permalink of a state that was removed holds none, so another state can be cited."""
    names = [published(project, number, kept=0)[0] for number in (1, 2, 3)]
    permalinks = Permalinks(project.settings.state_folder, most=9, most_states=1)
    query = Query(text="ASK {}", format=RESULTS_JSON)
    permalinks.add(catalog.get(names[0]), query, sha256="0" * 64, rows=0)
    with pytest.raises(PermalinksFull):
        permalinks.add(catalog.get(names[1]), query, sha256="0" * 64, rows=0)
    assert catalog.prune(2, cited_too=True) == (names[0],)
    assert permalinks.add(catalog.get(names[1]), query, sha256="0" * 64, rows=0).snapshot == names[1]


def test_the_state_that_is_active_again_stays(project: Project, catalog: SnapshotCatalog) -> None:
    """Whoever goes back to an old state and prunes keeps it, though it is the oldest."""
    names = [published(project, number, kept=0)[0] for number in (1, 2, 3)]
    catalog.activate(names[0], "0" * 64)
    assert catalog.prune(1) == (names[1],)
    assert catalog.names() == (names[0], names[2])


def test_prune_says_what_holds_a_state(project: Project, catalog: SnapshotCatalog) -> None:
    """`digigraph snapshots prune` names each state beyond the number that stays, and why; what went beside it."""
    names = [published(project, number, kept=0)[0] for number in (1, 2, 3, 4)]
    assert project.run("snapshots", "prune", "--keep", "4").stdout == b"nothing to remove\n"
    catalog.activate(names[0], "0" * 64)
    permalinks = Permalinks(project.settings.state_folder, most=9, most_states=9)
    for text in ("ASK {}", "ASK { }"):
        query = Query(text=text, format=RESULTS_JSON)
        permalinks.add(catalog.get(names[1]), query, sha256="0" * 64, rows=0)
    with catalog.get(names[2]).open():
        held = [
            f"{names[0]} stays: it is the active one",
            f"{names[1]} stays: 2 permalinks cite it",
            f"{names[2]} stays: a server or a query has it open",
        ]
        assert project.run("snapshots", "prune", "--keep", "1").stdout.decode().splitlines() == held
        held[1] = f"{names[1]} removed"
        said = project.run("snapshots", "prune", "--keep", "1", "--cited-too").stdout.decode().splitlines()
        assert sorted(said) == sorted(held)
    none = project.run("snapshots", "prune", DIGIGRAPH_SNAPSHOTS_KEPT="0").stdout
    assert none == b"nothing to remove: the setting snapshots_kept keeps all\n"


def test_the_command_says_what_it_removed(project: Project) -> None:
    """`digigraph publish` names what went and why on stderr; its output is what it was."""
    said = []
    for number in (1, 2):
        project.facts(FACT % number)
        said.append(project.run("publish", DIGIGRAPH_SNAPSHOTS_KEPT="1", DIGIGRAPH_DUMPS=""))
    assert [each.returncode for each in said] == [0, 0]
    first = said[0].stdout.decode().partition(":")[0]
    assert said[0].stderr == b""
    assert said[1].stderr.decode() == f"{first} removed: the setting snapshots_kept\n"
    assert said[1].stdout.count(b"\n") == 1
