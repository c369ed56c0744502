"""Comparisons of values by pyshacl and rdflib, made to be those of SPARQL.

Both take NaN for less than anything or fail over it, order literals of other datatypes by the names of these, and give
the whole shape up where a blank node is compared. In SHACL (sections 4.3 and 4.5) what cannot be compared is a result.
"""

from __future__ import annotations

import contextlib
import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import rdflib
from pyshacl.constraints.core import value_range_constraints
from pyshacl.constraints.core.property_pair_constraints import (
    LessThanConstraintComponent,
    LessThanOrEqualsConstraintComponent,
)
from rdflib.plugins.sparql import aggregates, operators
from rdflib.plugins.sparql.parserutils import Expr
from rdflib.plugins.sparql.sparql import SPARQLError, SPARQLTypeError
from rdflib.term import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyshacl.constraints.constraint_component import ConstraintComponent
    from rdflib.term import IdentifiedNode

    Node = IdentifiedNode | Literal


_NAMES = (
    "decimal", "double", "float", "integer", "long", "int", "short", "byte", "negativeInteger", "positiveInteger",
    "nonNegativeInteger", "nonPositiveInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
_NUMBERS = {rdflib.XSD[name] for name in _NAMES}
_YEARS = {rdflib.XSD.gYear, rdflib.XSD.gYearMonth}
"""SPARQL has no order for them, and everybody knows which."""
_YEAR = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(rf"{_DECIMAL.pattern}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")


def order(one: Node, other: Node) -> int:
    """Return -1, 0 or 1 as one value is less than another, equal, or greater (SPARQL 1.1, section 17.3).

    Raises
    ------
    TypeError
        They cannot be compared, or one of them is no number.
    """
    if not (isinstance(one, Literal) and isinstance(other, Literal)) or _kind(one) != _kind(other):
        raise TypeError
    if _has_no_order(one) or _has_no_order(other):
        raise TypeError
    if one == other:
        return 0
    if one.datatype in _YEARS and _YEAR.fullmatch(one) and _YEAR.fullmatch(other):
        return 1 if str(one) > str(other) else -1
    if one.value is None or other.value is None:
        raise TypeError
    if one.value == other.value:
        return 0
    return 1 if one.value > other.value else -1


def _kind(literal: Literal) -> str | None:
    """What a literal can be compared with."""
    if literal.language:
        raise TypeError
    if literal.datatype in _NUMBERS:
        return "number"
    return None if literal.datatype == rdflib.XSD.string else literal.datatype


def _has_no_order(literal: Literal) -> bool:
    """Whether a literal is NaN, or no value of its datatype."""
    value = literal.value
    is_nan = value.is_nan() if isinstance(value, Decimal) else isinstance(value, float) and math.isnan(value)
    return is_nan or bool(literal.ill_typed)


def _pairs(holds: Callable[[int], bool]) -> Callable[..., tuple[bool, list[object]]]:
    """What a constraint on property pairs finds: a result for each pair of values of which something does not hold."""

    def found(
        self: ConstraintComponent, values: Iterable[Node], others: Iterable[Node], graph: rdflib.Graph, focus: Node
    ) -> tuple[bool, list[object]]:
        others = list(others)
        results: list[object] = [
            self.make_v_result(graph, focus, value_node=value)
            for value in values
            for other in others
            if not _holds(holds, value, other)
        ]
        return bool(results), results

    return found


def _holds(holds: Callable[[int], bool], value: Node, other: Node) -> bool:
    try:
        return holds(order(value, other))
    except TypeError:
        return False


def _ordered(compare: Callable[[Literal, object], bool]) -> Callable[[Literal, object], bool]:
    def compared(one: Literal, other: object) -> bool:
        no_order = _has_no_order(one) or (isinstance(other, Literal) and _has_no_order(other))
        return not no_order and compare(one, other)

    return compared


def _well_typed(numeric: Callable[..., object]) -> Callable[..., object]:
    def number(term: Literal | SPARQLError) -> object:
        if isinstance(term, Literal) and term.ill_typed:
            raise SPARQLTypeError(f"{term} is no number")
        return numeric(term)

    return number


def _with_errors(evaluate: Callable[..., object]) -> Callable[..., object]:
    """An expression whose calculations have the error as their result where they have no other."""

    def evaluated(self: Expr, *context: object) -> object:
        try:
            return evaluate(self, *context)
        except (ArithmeticError, ValueError) as error:
            return SPARQLError(str(error))

    return evaluated


def _decimal(text: str) -> Decimal:
    """The value of an xsd:decimal; Python reads more, and NaN among it."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _double(text: str) -> float:
    if not _DOUBLE.fullmatch(text):
        raise ValueError(text)
    return float(text)


@contextlib.contextmanager
def as_spelt() -> Iterator[None]:
    """Let literals in queries be the terms that they are: rdflib would ask for 7 where a query has 007."""
    normalize, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = normalize


def adapt() -> None:
    """Make pyshacl and rdflib, in this process, compare as SPARQL does."""
    value_range_constraints.compare_literal = order  # type: ignore[attr-defined]
    less, less_or_equal = LessThanConstraintComponent, LessThanOrEqualsConstraintComponent
    # Neither has a part that is public and compares alone.
    less._compare_lt = _pairs(lambda found: found < 0)  # type: ignore[method-assign]  # noqa: SLF001
    less_or_equal._compare_ltoe = _pairs(lambda found: found <= 0)  # type: ignore[method-assign]  # noqa: SLF001
    Literal.__gt__ = _ordered(Literal.__gt__)  # type: ignore[method-assign]
    Literal.__lt__ = _ordered(Literal.__lt__)  # type: ignore[method-assign]
    operators.numeric = aggregates.numeric = _well_typed(operators.numeric)  # type: ignore[attr-defined]
    Expr.eval = _with_errors(Expr.eval)  # type: ignore[method-assign]
    for name, kind, value in (("decimal", Decimal, _decimal), ("double", float, _double), ("float", float, _double)):
        rdflib.term.bind(rdflib.XSD[name], kind, value)
