"""SHACL by pyshacl. The only file that knows pyshacl.

Shapes are checked against the default graph alone: given a dataset, pyshacl would validate the union of all graphs,
where the values that lost a conflict come back. The graph is copied into rdflib, over which pyshacl is five times
faster than over a pyoxigraph store. The copy keeps labels of blank nodes and lexical forms, so that what a result
speaks of is found again in the sources.
"""

from __future__ import annotations

import logging
import re
import traceback
import warnings
from functools import cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pyshacl
import rdflib
from pyshacl.monkey import rdflib_bool_patch, rdflib_bool_unpatch
from pyshacl.rdfutil.stringify import stringify_blank_node
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.sparql import SPARQLError

from digigraph import sparql
from digigraph.cache import NO_CACHE
from digigraph.validation.engine import comparisons, counted, placeholders
from digigraph.validation.engine.algebra import patterns_of
from digigraph.validation.engine.bounds import DEFAULT_BOUNDS, Exceeded, bounded
from digigraph.validation.engine.comparisons import as_spelt
from digigraph.validation.shacl.prefixes import GIVEN
from digigraph.validation.shacl.report_graph import ReportGraph
from digigraph.validation.updating.update import Earlier, updated
from digigraph.vocab import SH, XSD, Term

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from rdflib.term import Node

    from digigraph.cache import Cache
    from digigraph.validation.engine.bounds import Bounds
    from digigraph.validation.updating.patterns import Pattern

_QUERIES = {SH["select"], SH["ask"], SH["construct"], SH["update"]}
_GIVEN = [(prefix, rdflib.URIRef(namespace)) for prefix, namespace in GIVEN.items()]
_RECURSION = re.compile(r"<(?:Node|Property)Shape ([^\s>]+)>")
_FAILURES = (
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    SPARQLError,
    re.error,
)
"""What comes out of pyshacl where shapes are at fault: its own errors, and those of the lists, numbers, regular
expressions in them. Of queries in them it is a bare ``Exception``, or one told by :func:`_is_parse_error`."""

_OF_PYTHON = (TypeError, AttributeError, ArithmeticError, SPARQLError)
"""Errors whose words are those of Python and its objects."""

# Both print to stderr what they also raise or report, one of them with a trace.
for _name in ("pyshacl-validate", "rdflib.term"):
    logging.getLogger(_name).disabled = True


class _Parameters(list["rdflib.URIRef"]):
    """The properties that are constraints, which the engine looks for in a list, for each shape and each node again."""

    def __init__(self, parameters: Iterable[rdflib.URIRef]) -> None:
        super().__init__(parameters)
        self._known = frozenset(self)

    def __contains__(self, parameter: object) -> bool:
        return parameter in self._known


# A seventh of the time that the shapes of this repository take.
pyshacl.constraints.ALL_CONSTRAINT_PARAMETERS = _Parameters(pyshacl.constraints.ALL_CONSTRAINT_PARAMETERS)


comparisons.adapt()
counted.adapt()
placeholders.adapt()


class ShapesError(Exception):
    """The shapes graph is not one that pyshacl can work with."""


class UnfinishedError(ShapesError):
    """The check of a shape did not come to an end within its bounds; ``shape`` is None where it is not known which."""

    def __init__(self, message: str, shape: Term | None) -> None:
        super().__init__(message)
        self.shape = shape


class DataGraph:
    """A data graph, copied once and validated as often as needed.

    Parameters
    ----------
    data
        Triples with triple terms are left out: SHACL knows none.
    prefixes
        For messages that pyshacl writes itself.
    bounds
        What one validation may take.
    cache
        Keeps report graphs by the triples that they are about.
    """

    def __init__(
        self,
        data: Iterable[ox.Triple],
        prefixes: Mapping[str, str],
        *,
        bounds: Bounds = DEFAULT_BOUNDS,
        cache: Cache = NO_CACHE,
    ) -> None:
        self.triples = list(data)
        self._prefixes = prefixes
        self._bounds = bounds
        self._cache = cache

    @cached_property
    def _graph(self) -> rdflib.Graph:
        return _rdflib(self.triples, self._prefixes)

    @cached_property
    def _lines(self) -> bytes:
        return _sorted_lines(self.triples)

    def validate(self, shapes: Iterable[ox.Triple], *, is_whole: bool = True) -> ReportGraph:
        """Validate it against a shapes graph, whose blank nodes have other labels than those of the data.

        Parameters
        ----------
        shapes
            The triples of the shapes graph; its queries declare their own prefixes
            (:class:`digigraph.validation.shacl.prefixes.Declarations`).
        is_whole
            Whether they are all shapes of the run: then a later run over other data begins from this one.

        Raises
        ------
        ShapesError
            The shapes themselves are at fault.
        UnfinishedError
            Checking one of them did not come to an end.
        """
        shapes = list(shapes)
        if not shapes:
            # Nobody asks for anything: the data is not even copied.
            return ReportGraph([], set())
        if not is_repeatable(shapes):
            return self._validated(None, shapes)
        asked = (_sorted_lines(shapes), repr(sorted(self._prefixes.items())))
        key = self._cache.key("shacl", self._lines, *asked)
        report = ReportGraph.decoded(self._cache.get(key))
        if report is None:
            earlier = Earlier(self._cache, self._cache.key("shacl earlier", *asked)) if is_whole else None
            report = self._updated(shapes, earlier) or self._validated(None, shapes)
            # What would not come back as it is, is not kept.
            if ReportGraph.decoded(entry := report.encoded()) == report:
                self._cache.put(key, entry)
                if earlier is not None:
                    earlier.keep(key, self._lines)
        return report

    def mistake_in(self, query: str) -> str | None:
        """Return why a query of a shape is not SPARQL; None where it is."""
        key = self._cache.key("sparql", query)
        if self._cache.get(key) is not None:
            return None
        try:
            with bounded(self._bounds):
                # The path of a property shape is put in its place (SHACL, section 5.3.1).
                parseQuery(query.replace("$PATH", "<urn:path>"))
        except Exception as error:
            if isinstance(error, (Exceeded, RecursionError)) or _is_parse_error(error):
                return _said(error)
            raise
        self._cache.put(key, b"")
        return None

    def _updated(self, shapes: list[ox.Triple], earlier: Earlier | None) -> ReportGraph | None:
        change = earlier.change(self._lines) if earlier is not None else None
        try:
            if change is None:
                return None
            return updated(change, self.triples, shapes, self._validated, self._patterns_of)
        except ShapesError:
            # In a part of the data a shape may meet what it does not meet in the whole.
            return None

    def _patterns_of(self, query: str) -> frozenset[Pattern] | None:
        try:
            with bounded(self._bounds):
                return patterns_of(query, self._cache)
        except Exceeded:
            return None

    def _validated(self, data: Iterable[ox.Triple] | None, shapes: Iterable[ox.Triple]) -> ReportGraph:
        graph = _rdflib(data, self._prefixes) if data is not None else self._graph
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            report = self._report(graph, _shapes_graph(shapes, self._prefixes))
        recursive = {
            name
            for each in warned
            if isinstance(each.message, pyshacl.errors.ShapeRecursionWarning)
            for name in _RECURSION.findall(str(each.message))[-1:]
        }
        return ReportGraph([_triple(each) for each in report], recursive)

    def _report(self, data: rdflib.Graph, shapes: rdflib.Graph) -> rdflib.Graph:
        # What blank nodes look like is remembered by the address of their graph, which another may have by now.
        stringify_blank_node.dict_cache.clear()
        try:
            with bounded(self._bounds):
                _, report, text = pyshacl.validate(
                    data, shacl_graph=shapes, inference="none", advanced=False, inplace=True
                )
        except Exceeded as error:
            raise UnfinishedError(str(error), _checked_by(error)) from error
        except Exception as error:
            if isinstance(error, _FAILURES) or type(error) is Exception or _is_parse_error(error):
                raise ShapesError(_said(error)) from error
            raise
        if not isinstance(report, rdflib.Graph):
            # Some failures come back in the place of the report.
            raise ShapesError(text.removeprefix("Validation Failure - "))
        return report


class _Graph(rdflib.Graph):
    """A graph whose own prefixes are for messages alone: queries would have them, too."""

    def namespaces(self) -> Generator[tuple[str, rdflib.URIRef], None, None]:
        """Yield the prefixes that a query has without declaring them."""
        yield from _GIVEN

    def query(self, *asked: object, **named: object) -> rdflib.query.Result:
        """Answer a query as rdflib does, with literals as they are spelt in it."""
        with as_spelt():
            return super().query(*asked, **named)  # type: ignore[arg-type]


def query_of(triple: ox.Triple) -> str | None:
    """Return the text of the query that a triple of a shapes graph holds, if it does."""
    if triple.predicate in _QUERIES and isinstance(triple.object, ox.Literal):
        return triple.object.value
    return None


def is_repeatable(shapes: Iterable[ox.Triple]) -> bool:
    """Whether a shapes graph finds the same in the same data at any time."""
    return all(sparql.is_repeatable(text) for each in shapes if (text := query_of(each)) is not None)


def _sorted_lines(triples: Iterable[ox.Triple]) -> bytes:
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return b"".join(sorted(written.splitlines(keepends=True)))


def _checked_by(error: Exceeded) -> Term | None:
    """The shape whose check was interrupted: the outermost, for those within it are checked for its sake."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        shape = frame.f_locals.get("self")
        if isinstance(shape, pyshacl.shape.Shape):
            return _term(shape.node)
    return None


def _said(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "It is nested deeper than can be followed."
    lines = str(error).splitlines()
    said = lines[0] if lines else type(error).__name__
    if isinstance(error, _OF_PYTHON):
        return "It cannot be worked with, as it is or for what it finds in the data."
    if isinstance(error, re.error):
        return f"A regular expression in it cannot be used: {said}."
    return f"A query in it is not SPARQL: {said}." if _is_parse_error(error) else said


def _is_parse_error(error: Exception) -> bool:
    """Whether rdflib's SPARQL parser speaks: its errors are pyparsing's, which is no dependency of ours."""
    return any(each.__name__ == "ParseBaseException" for each in type(error).__mro__)


def _shapes_graph(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> rdflib.Graph:
    """The copy of a shapes graph: where SHACL asks for ``true``, ``"1"^^xsd:boolean`` is another term."""
    rdflib_bool_patch()  # type: ignore[no-untyped-call]  # neither has annotations
    try:
        return _rdflib(triples, prefixes)
    finally:
        rdflib_bool_unpatch()  # type: ignore[no-untyped-call]


def _rdflib(triples: Iterable[ox.Triple], prefixes: Mapping[str, str]) -> rdflib.Graph:
    graph = _Graph(bind_namespaces="core")
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    with warnings.catch_warnings():
        # rdflib remarks on literals that are no value of their datatype; whether that matters is for the shapes to say.
        warnings.simplefilter("ignore")
        for triple in triples:
            subject, value = _node(triple.subject), _node(triple.object)
            if subject is not None and value is not None:
                graph.add((subject, rdflib.URIRef(triple.predicate.value), value))
    return graph


def _node(term: Term) -> Node | None:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, ox.Literal):
        # A literal is its lexical form: 01 is written in another place than 1.
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        datatype = None if term.datatype == XSD["string"] else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)
    return None


def _triple(triple: tuple[Node, Node, Node]) -> ox.Triple:
    subject, predicate, value = triple
    about = _term(subject)
    assert not isinstance(about, ox.Literal)  # noqa: S101 - a report says nothing of literals
    return ox.Triple(about, ox.NamedNode(str(predicate)), _term(value))


def _term(node: Node) -> Term:
    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(node)
    if isinstance(node, rdflib.Literal):
        if node.language:
            return ox.Literal(str(node), language=node.language)
        return ox.Literal(str(node), datatype=ox.NamedNode(node.datatype) if node.datatype else None)
    return ox.BlankNode(str(node))
