"""The values that a result of pyshacl is about where SHACL has it name none: of one language, or those that conform.

``sh:uniqueLang`` and ``sh:qualifiedMaxCount`` give results without ``sh:value`` (SHACL, sections 4.4.5 and 4.7.3).
Which values were counted is known where they are, and nowhere else.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from typing import TYPE_CHECKING

import rdflib
from pyshacl.constraints.core.shape_based_constraints import QualifiedValueShapeConstraintComponent
from pyshacl.constraints.core.string_based_constraints import UniqueLangConstraintComponent
from rdflib.term import Literal

from digigraph.validation.shacl.report_graph import COUNTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from rdflib.term import IdentifiedNode

    Node = IdentifiedNode | Literal
    ValuesOf = Mapping[Node, Iterable[Node]]
    """The value nodes of each focus node."""
    Triples = list[tuple[Node, Node, Node | tuple[rdflib.Graph, Node]]]
    Found = tuple[str, Node, Triples]
    """A result as pyshacl makes it: in words, its node, its triples."""
    Counts = Callable[..., tuple[bool, list[Found]]]

_COUNTED = rdflib.URIRef(COUNTED.value)
_MAX_COUNT = rdflib.SH.QualifiedMaxCountConstraintComponent


def adapt() -> None:
    """Make pyshacl, in this process, say which values it counted."""
    # Neither has a part that is public and counts alone.
    unique, qualified = UniqueLangConstraintComponent, QualifiedValueShapeConstraintComponent
    unique._evaluate_string_rule = _same_language  # type: ignore[method-assign]  # noqa: SLF001
    counts = qualified._evaluate_value_shape  # noqa: SLF001
    qualified._evaluate_value_shape = _qualified(counts)  # type: ignore[method-assign]  # noqa: SLF001


def _same_language(
    self: UniqueLangConstraintComponent,
    is_unique: bool,  # noqa: FBT001 - as pyshacl gives it
    graph: rdflib.Graph,
    values_of: ValuesOf,
) -> tuple[bool, list[Found]]:
    """Whether values have a language in common, and a result for each such language."""
    results: list[Found] = []
    for focus, values in values_of.items() if is_unique else ():
        by_language: defaultdict[str, list[Node]] = defaultdict(list)
        for value in values:
            if isinstance(value, Literal) and value.language:
                by_language[value.language.lower()].append(value)
        for same in by_language.values():
            if len(same) > 1:
                result: Found = self.make_v_result(graph, focus)
                _tell(result, same)
                results.append(result)
    return bool(results), results


def _qualified(counts: Counts) -> Counts:
    """A count of the values that conform to a shape, whose results tell them where they are too many."""

    def counted(
        self: QualifiedValueShapeConstraintComponent,
        executor: object,
        shape: object,
        graph: rdflib.Graph,
        values_of: ValuesOf,
        *recursion: object,
    ) -> tuple[bool, list[Found]]:
        is_broken, results = counts(self, executor, shape, graph, values_of, *recursion)
        # One value is one too many exactly where it counts.
        none_allowed = copy(self)
        none_allowed.min_count, none_allowed.max_count = None, 0
        for each in results:
            about = {term: value[1] if isinstance(value, tuple) else value for _, term, value in each[2]}
            if about[rdflib.SH.sourceConstraintComponent] == _MAX_COUNT:
                focus = about[rdflib.SH.focusNode]
                alone = {value: {focus: [value]} for value in values_of[focus]}
                _tell(
                    each,
                    [v for v, one in alone.items() if counts(none_allowed, executor, shape, graph, one, *recursion)[0]],
                )
        return is_broken, results

    return counted


def _tell(result: Found, values: Iterable[Node]) -> None:
    _, node, triples = result
    triples.extend((node, _COUNTED, value) for value in values)
