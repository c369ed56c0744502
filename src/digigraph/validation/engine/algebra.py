"""What a query in a shape can read of a data graph, told by its algebra as the engine itself makes it.

What a query gives is a function of the triples that match its triple patterns, each taken alone. So where no changed
triple matches one of them, it gives what it gave before. Queries of which that does not hold, or is not known here, are
told apart: paths of any length and negated ones, named graphs, other servers, what depends on the order of solutions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import rdflib
from rdflib.paths import AlternativePath, InvPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from digigraph.sparql import keywords
from digigraph.validation.shacl.prefixes import undeclared
from digigraph.validation.updating.patterns import THIS, Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.cache import Cache

_PARTS = {
    *("SelectQuery", "Project", "Distinct", "BGP", "Join", "LeftJoin", "Union", "Filter", "Extend", "ToMultiSet"),
    *("Group", "AggregateJoin", "OrderBy", "OrderCondition", "Function", "TrueFilter", "vars"),
    *("RelationalExpression", "ConditionalAndExpression", "ConditionalOrExpression", "AdditiveExpression"),
    *("MultiplicativeExpression", "UnaryNot", "UnaryMinus", "UnaryPlus"),
    *(f"Aggregate_{name}" for name in ("Count", "Sum", "Avg", "Min", "Max", "Sample")),
}
"""Parts of the algebra that are functions of the solutions of their patterns; and every builtin function."""
_NOT_FOLLOWED = {
    *("LIMIT", "OFFSET", "SAMPLE", "GROUP_CONCAT", "REDUCED"),  # what they give depends on an order
    *("FROM", "GRAPH", "SERVICE", "BASE"),  # they lead elsewhere
    *("EXISTS", "MINUS", "VALUES"),  # groups of their own, or refused by the engine
}
"""Words of queries that are not followed."""


def patterns_of(query: str, cache: Cache) -> frozenset[Pattern] | None:
    """Return the patterns of a query of ``sh:select``, without prefixes from elsewhere; None where it reads otherwise.

    Parameters
    ----------
    query
        Its text.
    cache
        Keeps what is found.
    """
    key = cache.key("patterns", query)
    if (entry := cache.get(key)) is not None:
        known = json.loads(entry)
        return frozenset(Pattern(*each) for each in known) if known is not None else None
    try:
        found = frozenset(_patterns(query))
    except _OtherError:
        found = None
    cache.put(key, json.dumps(sorted(found, key=str) if found is not None else None).encode())
    return found


class _OtherError(Exception):
    """The query reads in a way that is not followed here."""


def _patterns(query: str) -> Iterator[Pattern]:
    if keywords(query) & _NOT_FOLLOWED or undeclared(query):
        raise _OtherError
    try:
        algebra = translateQuery(parseQuery(query)).algebra
    except Exception as error:
        # RDFLib raises Exception itself for much that it refuses. The engine will refuse it, too: there is no report.
        raise _OtherError from error
    waiting: list[object] = [algebra]
    while waiting:
        part = waiting.pop()
        if isinstance(part, CompValue):
            if part.name not in _PARTS and not part.name.startswith("Builtin_"):
                raise _OtherError
            if part.name == "BGP":
                for triple in part.triples:
                    yield from _of_triple(*triple)
            else:
                waiting += part.values()
        elif isinstance(part, (list, tuple, set, frozenset)):
            waiting += part
        elif isinstance(part, dict):
            raise _OtherError


def _of_triple(subject: object, predicate: object, value: object) -> Iterator[Pattern]:
    if isinstance(predicate, Path):
        for iri in _of_path(predicate):
            yield Pattern(None, iri, None)
        return
    is_loop = subject == value and not isinstance(subject, rdflib.URIRef)
    yield Pattern(_iri(subject), _iri(predicate), _iri(value), is_loop)


def _of_path(path: object) -> Iterator[str]:
    if isinstance(path, rdflib.URIRef):
        yield str(path)
    elif isinstance(path, InvPath):
        yield from _of_path(path.arg)
    elif isinstance(path, (SequencePath, AlternativePath)):
        for each in path.args:
            yield from _of_path(each)
    else:
        raise _OtherError


def _iri(term: object) -> str | None:
    """An IRI, or the focus node; None for another variable, and for a literal, of which not every form is known."""
    if term == rdflib.Variable("this"):
        return THIS
    return str(term) if isinstance(term, rdflib.URIRef) else None
