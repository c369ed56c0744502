"""Values in the messages of queries (SHACL, section 5.3.2), as pyshacl fills them in.

It writes the label of a blank node, which nobody has given it, and reads backslashes in a value as those of a regular
expression, over which the shape was unusable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pyshacl.constraints.constraint_component import ConstraintComponent
from rdflib.term import BNode, Node

if TYPE_CHECKING:
    from collections.abc import Callable

    Bound = Sequence[Node | Mapping[str, Node] | None] | Mapping[str, Node] | None
    """Variables by name, or the values of ``$this``, ``$PATH`` and ``?value`` and at last the others by name."""


def adapt() -> None:
    """Make pyshacl, in this process, fill in values as they are, and of blank nodes that they are one."""
    # There is no part that is public and fills in alone.
    fill = ConstraintComponent._format_sparql_based_result_message  # noqa: SLF001
    ConstraintComponent._format_sparql_based_result_message = _filled(fill)  # type: ignore[method-assign]  # noqa: SLF001


def _filled(fill: Callable[..., str]) -> Callable[..., str]:
    def filled(self: ConstraintComponent, message: str, bound: Bound) -> str:
        return fill(self, message, _by_name(bound) if isinstance(bound, Mapping) else _in_turn(bound))

    return filled


def _in_turn(bound: Sequence[Node | Mapping[str, Node] | None] | None) -> list[str | dict[str, str] | None] | None:
    if bound is None:
        return None
    return [None if each is None else _by_name(each) if isinstance(each, Mapping) else _shown(each) for each in bound]


def _by_name(bound: Mapping[str, Node]) -> dict[str, str]:
    return {name: _shown(value) for name, value in bound.items()}


def _shown(value: Node) -> str:
    return "[…]" if isinstance(value, BNode) else str(value).replace("\\", r"\\")
