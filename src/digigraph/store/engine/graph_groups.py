"""``GRAPH ?g { … }``: where it makes no difference that the engine binds ``?g`` within the group.

The standard asks the group in one graph after the other and joins each graph's name with what comes back (SPARQL 1.1
Query Language, section 18.6). pyoxigraph 0.5.13 lets every pattern of the group say its graph instead. That is the same
where each solution has such a pattern, and where nothing but patterns looks at ``?g``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.sparql import Token
    from digigraph.store.engine.patterns import Part

# Parts that say no graph: beside them a group that says none itself has none.
_SILENT = {"values", "select", "graph", "service", "lateral", "union"}


def is_right_in_graph(graph: Part) -> bool:
    """Tell whether the engine answers a part of kind ``graph``, whose name is a variable, as the standard says."""
    name, group = graph.tokens[1].text[1:], graph.parts[0]
    return (
        bound_in_expressions(graph) is None and says_graph(group) and all(_is_right(each, name) for each in _own(group))
    )


def bound_in_expressions(graph: Part) -> str | None:
    """Return FILTER or BIND where such a part within the group uses the variable that names the graph; else None."""
    name = graph.tokens[1].text[1:]
    for part in graph.parts[0].walk():
        if part.kind in {"filter", "bind"}:
            # The last two of BIND are its variable and a bracket.
            used = part.tokens[: -2 if part.kind == "bind" else None]
            if name in _variables_of(used):
                return part.kind.upper()
    return None


def _variables_of(every: Iterable[Token]) -> set[str]:
    return {token.text[1:] for token in every if token.kind == "variable"}


def _own(group: Part) -> Iterator[Part]:
    """A group and the parts in it that are asked of the same graph."""
    yield group
    for part in group.parts:
        if part.kind != "graph":
            yield from _own(part)


def says_graph(group: Part) -> bool:
    """Tell whether each solution has a pattern that says its graph, or the engine looks, for there is nothing else."""
    return _has_pattern(group) or not {part.kind for part in group.parts} & _SILENT


def _has_pattern(group: Part) -> bool:
    unions = [part for part in group.parts if part.kind == "union"]
    is_said = any(part.kind == "triples" for part in group.parts)
    return is_said or any(all(_has_pattern(each) for each in union.parts) for union in unions)


def _is_right(part: Part, name: str) -> bool:
    if part.kind == "select":
        # Its solutions forget the graph, or are counted and cut over all graphs.
        return False
    if part.kind == "bind":
        return name not in _variables_of(part.tokens[-2:])
    return part.kind != "group" or all(_is_right_minus(part, at, name) for at in range(len(part.parts)))


def _is_right_minus(group: Part, at: int, name: str) -> bool:
    """Whether the solutions of MINUS share a variable with those before it anyhow; the graph's name would be one."""
    if group.parts[at].kind != "minus":
        return True
    before = set[str]().union(*map(_certain, group.parts[:at]))
    return bool((before & _certain(group.parts[at].parts[0])) - {name})


def _certain(part: Part) -> set[str]:
    """Variables that every solution binds, or some of them."""
    if part.kind == "triples":
        return _variables_of(part.tokens)
    if part.kind == "union":
        return set.intersection(*map(_certain, part.parts))
    if part.kind == "graph":
        return _certain(part.parts[0]) | _variables_of(part.tokens[1:2])
    return set[str]().union(*map(_certain, part.parts)) if part.kind == "group" else set()
