"""Are two answers the same? Solutions as multisets or in order, graphs as sets, both up to the names of blank nodes.

Numbers and booleans are compared by their values: the standard fixes no lexical form for what an expression computes,
and the engine keeps what it stores in one form (``"2.0"^^xsd:decimal`` is ``"2"^^xsd:decimal``). Language tags are
compared without case.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

_XSD = "http://www.w3.org/2001/XMLSchema#"
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_VALUES = {
    _XSD + "integer": lambda text: str(Decimal(text).normalize()),
    _XSD + "decimal": lambda text: str(Decimal(text).normalize()),
    _XSD + "double": lambda text: repr(float(text)),
    _XSD + "float": lambda text: repr(float(text)),
    _XSD + "boolean": lambda text: {"1": "true", "0": "false"}.get(text, text),
}
_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = tuple[tuple[str, Term], ...]


@dataclass(frozen=True, slots=True)
class Solutions:
    """What a SELECT gives: the names of its variables, and its rows without what is unbound."""

    variables: tuple[str, ...]
    rows: tuple[Row, ...]


Graph = frozenset[ox.Triple]
Result = Solutions | bool | Graph


def read(data: bytes, media_type: str, *, base_iri: str | None = None) -> Result:
    """Read an answer; Turtle may also hold solutions in the vocabulary of result sets."""
    if media_type == "text/csv":
        return _read_csv(data.decode())
    if media_type in _RESULTS:
        found = ox.parse_query_results(data, format=_RESULTS[media_type])
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        assert isinstance(found, ox.QuerySolutions)
        names = tuple(each.value for each in found.variables)
        rows = [zip(names, solution, strict=True) for solution in found]
        return Solutions(names, tuple(tuple((n, t) for n, t in row if t is not None) for row in rows))
    quads = ox.parse(data, format=_GRAPHS[media_type], base_iri=base_iri)
    triples = frozenset(each.triple for each in quads)
    return _result_set(triples) or triples


def _read_csv(text: str) -> Solutions:
    # CSV tells neither IRIs from literals nor an empty string from nothing; a number is what looks like one.
    names, *rows = csv.reader(io.StringIO(text, newline=""))
    return Solutions(
        tuple(names),
        tuple(tuple((name, _plain(cell)) for name, cell in zip(names, row, strict=True)) for row in rows),
    )


def _plain(cell: str) -> Term:
    if cell.startswith("_:"):
        return ox.BlankNode(cell.removeprefix("_:"))
    is_number = re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", cell) is not None
    return ox.Literal(cell, datatype=ox.NamedNode(_XSD + "double")) if is_number else ox.Literal(cell)


def _result_set(triples: Graph) -> Solutions | bool | None:
    def objects(subject: object, name: str) -> list[Term]:
        return [each.object for each in triples if each.subject == subject and each.predicate.value == _RS + name]

    heads = {each.subject for each in triples if getattr(each.object, "value", "") == _RS + "ResultSet"}
    if not heads:
        return None
    (head,) = heads
    for boolean in objects(head, "boolean"):
        assert isinstance(boolean, ox.Literal)
        return boolean.value == "true"
    rows = []
    for solution in objects(head, "solution"):
        bindings = [(objects(each, "variable"), objects(each, "value")) for each in objects(solution, "binding")]
        rows.append(tuple((_value(name), value) for (name,), (value,) in bindings))
    return Solutions(tuple(map(_value, objects(head, "resultVariable"))), tuple(rows))


def _value(term: Term) -> str:
    assert isinstance(term, ox.Literal)
    return term.value


def same(given: Result, expected: Result, *, ordered: bool) -> bool:
    """Tell whether an answer is the one expected; where ``ordered``, also whether its rows come in the same order."""
    if isinstance(given, Solutions) and isinstance(expected, Solutions):
        return set(given.variables) == set(expected.variables) and (
            _shape(given, ordered=ordered) == _shape(expected, ordered=ordered)
        )
    if isinstance(given, frozenset) and isinstance(expected, frozenset):
        return _canonical([ox.Quad(each.subject, each.predicate, _by_value(each.object)) for each in given]) == (
            _canonical([ox.Quad(each.subject, each.predicate, _by_value(each.object)) for each in expected])
        )
    return given == expected


def _shape(solutions: Solutions, *, ordered: bool) -> frozenset[str]:
    """The solutions as a graph whose blank nodes have canonical names: a node a row, a triple a binding."""
    counted: Counter[tuple[int, Row]] = Counter()
    for number, row in enumerate(solutions.rows):
        values = sorted(((name, _by_value(term)) for name, term in row), key=lambda each: each[0])
        counted[number if ordered else 0, tuple(values)] += 1
    quads = []
    for (number, row), times in counted.items():
        node = ox.BlankNode()
        quads.append(ox.Quad(node, ox.NamedNode("urn:x:row"), ox.Literal(f"{number} {times}")))
        quads += [ox.Quad(node, ox.NamedNode(f"urn:x:value:{name}"), term) for name, term in row]
    return _canonical(quads)


def _canonical(quads: list[ox.Quad]) -> frozenset[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return frozenset(map(str, dataset))


def _by_value(term: Term) -> Term:
    if not isinstance(term, ox.Literal):
        return term
    if term.language:
        return ox.Literal(term.value, language=term.language.lower(), direction=term.direction)
    try:
        value = _VALUES.get(term.datatype.value, str)(term.value)
    except (InvalidOperation, ValueError):
        # Not a value of its datatype: it is compared as it is written.
        value = term.value
    return ox.Literal(value, datatype=term.datatype)
