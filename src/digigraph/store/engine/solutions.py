"""Calls of BNODE with a text, and the solution that each is made for.

``BNODE("a")`` is the same blank node wherever it is called for one solution, and another one for each other solution
(SPARQL 1.1 Query Language, section 17.4.2.9); pyoxigraph 0.5.13 gives the same for all. So calls that are made for one
solution need a variable that names it; a call that is alone needs none.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.errors import QueryUnsupported
from digigraph.store.engine.patterns import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.store.engine.patterns import Part

_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "GROUP"}


def is_bnode(part: Part) -> bool:
    """Tell whether a part is a call of BNODE with an argument."""
    return part.kind == "call" and part.tokens[0].keyword == "BNODE" and mark(part.tokens[2]) != ")"


@dataclass(slots=True)
class Solutions:
    """The variables that name solutions.

    Parameters
    ----------
    query
        All of it.
    fresh
        Gives names of variables that the query has not.
    of_calls
        By the place of a call: the variable; empty where the call is alone.
    of_groups, of_binds
        By the place of a group, or of a BIND: the variable that is bound behind the one, or before the other.

    Raises
    ------
    QueryUnsupported
        Calls are made for one solution where no variable can name it.
    """

    query: Part
    fresh: Iterator[str]
    of_calls: dict[int, str] = field(default_factory=dict)
    of_groups: dict[int, str] = field(default_factory=dict)
    of_binds: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find the calls."""
        for part in self.query.walk():
            if part.kind == "select":
                self._in_select(part, [each for each in part.parts if each.kind == "group"])
            elif part.kind == "group":
                self._in_group(part)

    def _in_select(self, part: Part, groups: list[Part]) -> None:
        """What stands before and behind the group is said of the group's solutions."""
        calls = [call for each in part.parts if each.kind != "group" for call in _calls(each)]
        inner = {token.start for group in groups for token in group.tokens}
        is_grouped = any(token.keyword in _AGGREGATES for token in part.tokens if token.start not in inner)
        if len(calls) > 1 and not (groups and not is_grouped and not shows_all(part)):
            raise _unsupported()
        self._name(calls, self.of_groups, groups[0] if groups else part)

    def _in_group(self, group: Part) -> None:
        """BINDs that follow each other are said of one solution; a FILTER between them changes none."""
        others = [part for part in group.parts if part.kind != "filter"]
        for is_bind, run in itertools.groupby(others, key=lambda part: part.kind == "bind"):
            binds = list(run) if is_bind else []
            calls = [call for each in binds for call in _calls(each)]
            if len(calls) > 1 and any(shows_all(part) for part in self._around(group)):
                raise _unsupported()
            if calls:
                self._name(calls, self.of_binds, binds[0])
        for part in group.parts:
            calls = list(_calls(part)) if part.kind == "filter" else []
            if len(calls) > 1:
                raise _unsupported()
            self._name(calls, self.of_binds, part)

    def _name(self, calls: list[Part], places: dict[int, str], place: Part) -> None:
        key = next(self.fresh) if len(calls) > 1 else ""
        self.of_calls |= {call.start: key for call in calls}
        if key:
            places[place.start] = key

    def _around(self, inner: Part) -> list[Part]:
        return [part for part in self.query.walk() if part.kind == "select" and part.start <= inner.start < part.end]


def _calls(part: Part) -> Iterator[Part]:
    """The calls in a part that are made for its solutions: those in EXISTS are made for others."""
    if is_bnode(part):
        yield part
    for each in part.parts:
        if each.kind != "exists":
            yield from _calls(each)


def shows_all(select: Part) -> bool:
    """Tell whether ``*`` stands in the place of variables."""
    return any(
        before.keyword in {"SELECT", "DISTINCT", "REDUCED"} and mark(token) == "*"
        for before, token in itertools.pairwise(select.tokens)
    )


def _unsupported() -> QueryUnsupported:
    return QueryUnsupported(
        "BNODE with a text is answered where it is called once, or several times in one SELECT clause or in BINDs that "
        "follow each other; with neither * nor aggregates.",
        hint="BNODE() makes a new blank node each time.",
    )
