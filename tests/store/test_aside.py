"""A dataset that is not published, asked question by question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import QueryCrashed, QueryForbidden, StoreError
from digigraph.store.answering.counting import count
from digigraph.store.opening import open_aside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from projects import Project

    from digigraph.store.answering.backend import Backend

FACTS = "".join(f"<http://e.x/{n}> <http://e.x/p> <http://e.x/{n + 1}> .\n" for n in range(100))
DEEP = "ASK {" + "FILTER EXISTS {" * 3000 + "}" * 3001
"""Groups in one another, more than the engine's stack takes."""


@pytest.fixture
def aside(project: Project, tmp_path: Path) -> Iterator[Backend]:
    """A hundred triples, behind a guard that lets nesting through."""
    (tmp_path / "facts.nq").write_text(FACTS, encoding="utf-8")
    opened = open_aside(tmp_path / "facts.nq", replace(project.settings, query_depth=100_000, query_patterns=100_000))
    yield opened
    opened.close()


def test_a_question_that_ends_its_process_takes_nothing_from_the_next(aside: Backend) -> None:
    """One that brings the engine down is told, and the next one is answered whole."""
    assert count(aside, "SELECT * { ?s ?p ?o }") == 100
    with pytest.raises(QueryCrashed):
        count(aside, DEEP)
    assert count(aside, "ASK { <http://e.x/7> ?p <http://e.x/8> }") == 1
    assert count(aside, "CONSTRUCT WHERE { ?s <http://e.x/p> ?o }") == 100


def test_it_is_guarded_as_a_server_is(aside: Backend) -> None:
    """Nobody else is asked."""
    with pytest.raises(QueryForbidden):
        count(aside, "SELECT * { SERVICE <http://e.x/> { ?s ?p ?o } }")


def test_what_is_closed_or_not_there_says_so(aside: Backend, project: Project, tmp_path: Path) -> None:
    """By an error of the store."""
    aside.close()
    with pytest.raises(StoreError):
        count(aside, "ASK {}")
    nothing = open_aside(tmp_path / "nothing.nq", project.settings)
    with pytest.raises(StoreError):
        count(nothing, "ASK {}")
    nothing.close()
