"""Reports that are brought up to date: what is told after a change is what a check of everything finds."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import REPOSITORY

from digigraph.cache import NO_CACHE, Cache
from digigraph.validation.engine.algebra import patterns_of
from digigraph.validation.engine.data_graph import DataGraph, ShapesError
from digigraph.validation.shacl.messages import messages_of
from digigraph.validation.updating.reach import ShapesGraph
from digigraph.vocab import SH, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PREFIXES = """@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TARGETS = [
    "sh:targetClass e:C",
    "sh:targetNode e:a , e:nowhere",
    "sh:targetSubjectsOf e:p",
    "sh:targetObjectsOf e:q",
    "a rdfs:Class",
]
PATHS = [
    "e:p",
    "[ sh:inversePath e:p ]",
    "( e:p e:q )",
    "( [ sh:inversePath e:q ] e:p )",
    "[ sh:alternativePath ( e:p e:q ) ]",
    "[ sh:zeroOrOnePath e:p ]",
    "[ sh:zeroOrMorePath e:p ]",
    "[ sh:inversePath ( e:p e:q ) ]",
    "[ sh:inversePath [ sh:alternativePath ( e:p e:q ) ] ]",
]
OF_VALUES = [
    "sh:class e:C",
    "sh:nodeKind sh:IRI",
    "sh:datatype xsd:integer",
    "sh:in ( e:a e:b )",
    "sh:closed true ; sh:ignoredProperties ( e:p )",
    "sh:node e:inner",
    "sh:not e:inner",
    "sh:or ( e:inner [ sh:class e:D ] )",
    "sh:xone ( [ sh:nodeKind sh:BlankNode ] [ sh:property [ sh:path e:q ; sh:minCount 1 ] ] )",
    "sh:equals e:q",
    "sh:disjoint e:p",
    "sh:node e:shared",
    "sh:in ( 7 1.0 true )",
    'sh:pattern "^[0-9]{2}"',
    "sh:minInclusive 1 ; sh:maxExclusive 7",
]
OF_PROPERTIES = [
    *OF_VALUES,
    "sh:minCount 1",
    "sh:maxCount 1",
    "sh:lessThan e:q",
    "sh:hasValue e:b",
    "sh:uniqueLang true",
    "sh:qualifiedValueShape e:inner ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1",
    "sh:property [ sh:path e:q ; sh:maxCount 1 ]",
    "sh:sparql e:far",
]
QUERIES = {
    "query": "$this e:p/e:p ?value",
    "loop": "?value ?path ?value",
    "typed": "?value a $this",
    "without": "$this e:p ?value OPTIONAL { ?value e:q ?x } FILTER(!BOUND(?x))",
    "either": "{ ?value e:q e:a } UNION { e:b ^e:p ?value }",
    "far": "$this e:q ?x . ?y e:q ?x . ?value e:p ?y FILTER(?value != $this)",
    "none": "$this e:p ?value FILTER NOT EXISTS { ?value e:q ?x }",
    "deep": "$this e:p* ?value FILTER(ISBLANK(?value))",
    "grouped": "{ SELECT $this (COUNT(?x) AS ?value) { ?x e:p ?y } GROUP BY $this HAVING (COUNT(?x) > 2) }",
}
OF_NODES = [*OF_VALUES, "sh:property e:common", *(f"sh:sparql e:{name}" for name in QUERIES), "sh:node e:asking"]
INNER = """
e:inner sh:property [ sh:path e:p ; sh:class e:D ] .
e:common sh:path e:q ; sh:nodeKind sh:IRI .
e:shared a sh:NodeShape ; sh:targetSubjectsOf e:q ; sh:property e:common , [ sh:path e:q ; sh:node e:inner ] .
e:asking sh:sparql e:far , e:loop .
""" + "".join(
    f'e:{name} sh:message "{name}" ; sh:select "PREFIX e: <http://e.x/> SELECT $this ?value {{ {text} }}" .\n'
    for name, text in QUERIES.items()
)

targets = st.lists(st.sampled_from(TARGETS), min_size=1, max_size=2, unique=True)
properties = st.builds("sh:property [ sh:path {} ; {} ]".format, st.sampled_from(PATHS), st.sampled_from(OF_PROPERTIES))
constraints = st.lists(st.one_of(properties, properties, st.sampled_from(OF_NODES)), min_size=1, max_size=3)
shapes = st.lists(st.tuples(targets, constraints), min_size=1, max_size=3).map(
    lambda made: (
        PREFIXES
        + INNER
        + "".join(
            f"e:s{number} a sh:NodeShape ; {' ; '.join([*of_target, *of_shape])} .\n"
            for number, (of_target, of_shape) in enumerate(made)
        )
    )
)
NODES = [*(ox.NamedNode(f"http://e.x/{name}") for name in "abcd"), ox.BlankNode("x"), ox.BlankNode("y")]
P, Q, TYPE, BELOW = (
    *(ox.NamedNode(f"http://e.x/{name}") for name in "pq"),
    ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
    ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf"),
)
CLASSES = [ox.NamedNode(f"http://e.x/{name}") for name in ("C", "D", "s0")]
RESPELT = """
integer:7 integer:007 integer:+7 int:007 decimal:1.0 decimal:1.00 double:NaN double:1.0E0 double:1 float:+INF
boolean:1 boolean:true dateTime:2020-01-02T00:00:00Z dateTime:2020-01-02T00:00:00+00:00 dateTime:2020-01-01T24:00:00Z
date:2020-01-01+00:00 time:00:00:00.0 gYear:2020+00:00 duration:P12M duration:P1Y dayTimeDuration:PT60S
"""
"""Literals that a store writes in another form, some of them with another datatype; and what it makes of them."""
LITERALS = [
    *(ox.Literal(1), ox.Literal(2), ox.Literal("x", language="sv"), ox.Literal("y", language="sv")),
    *(ox.Literal("y", language="SV"), ox.Literal("y", language="sv-SE"), ox.Literal("y")),
    *(ox.Literal(text, datatype=XSD[name]) for name, _, text in (each.partition(":") for each in RESPELT.split())),
]
triples = st.one_of(
    st.builds(ox.Triple, st.sampled_from(NODES), st.sampled_from([P, Q]), st.sampled_from([*NODES, *LITERALS])),
    st.builds(ox.Triple, st.sampled_from(NODES), st.just(TYPE), st.sampled_from(CLASSES)),
    st.builds(ox.Triple, st.sampled_from(CLASSES), st.just(BELOW), st.sampled_from(CLASSES)),
)
# What no shape here speaks of, so that a change is a small part of the whole.
REST = [ox.Triple(ox.NamedNode(f"http://e.x/rest{n}"), ox.NamedNode("http://e.x/r"), ox.Literal(n)) for n in range(60)]


def found(data: Iterable[ox.Triple], graph: list[ox.Triple], cache: Cache) -> object:
    """The results, each with its number; or what is said where the shapes cannot be used."""
    try:
        report = DataGraph([*REST, *data], {"e": "http://e.x/"}, cache=cache).validate(graph)
    except ShapesError as error:
        return str(error)
    return Counter(map(repr, report.results(messages_of(graph)))), report.recursive


def parsed(text: str) -> list[ox.Triple]:
    return [each.triple for each in ox.parse(text, format=ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize("examples", [60, pytest.param(3000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_after_any_change_the_report_is_that_of_everything(
    tmp_path_factory: pytest.TempPathFactory, examples: int
) -> None:
    """Whatever the shapes and whatever is added, removed or described otherwise, result by result."""
    folders = itertools.count()
    top = tmp_path_factory.mktemp("caches")

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(shapes, st.lists(triples, max_size=12), st.lists(st.lists(triples, min_size=1, max_size=3), max_size=4))
    def test(text: str, first: list[ox.Triple], changes: list[list[ox.Triple]]) -> None:
        cache = Cache(top / str(next(folders)))
        graph = parsed(text)
        data = dict.fromkeys(first)
        assert found(data, graph, cache) == found(data, graph, NO_CACHE)
        for change in changes:
            for each in change:
                if each in data:
                    del data[each]
                else:
                    data[each] = None
            assert found(data, graph, cache) == found(data, graph, NO_CACHE)

    test()


@pytest.mark.parametrize(
    ("constraint", "before", "after"),
    [
        ("sh:in ( 7 )", "", "007"),
        ("sh:in ( true )", "", '"1"^^xsd:boolean'),
        ("sh:in ( 1 )", "", '"+1"^^xsd:integer'),
        ("sh:in ( 2 )", "", '"2"^^xsd:int'),
        ("sh:maxCount 1", "", "1.0 , 1.00"),
        ("sh:minCount 2", "07 , 8", "8"),
        ('sh:not [ sh:pattern "^0" ]', "", "0456"),
        ("sh:in ( 8 )", "07 , 8", "8"),
    ],
)
def test_a_literal_is_another_than_its_canonical_form(tmp_path: Path, constraint: str, before: str, after: str) -> None:
    """What is added is checked as it is spelt, and what is taken away is gone, however a store would write it."""
    graph = parsed(
        f"{PREFIXES} e:s a sh:NodeShape ; sh:targetSubjectsOf e:n ; sh:property [ sh:path e:p ; {constraint} ] ."
    )
    cache = Cache(tmp_path)
    reports = []
    for values in (before, after):
        data = parsed(f"{PREFIXES} e:a e:n e:a . {f'e:a e:p {values} .' if values else ''}")
        assert found(data, graph, cache) == found(data, graph, NO_CACHE)
        reports.append(found(data, graph, cache))
    assert reports[0] != reports[1]


@pytest.mark.parametrize("circle", [True, False])
def test_what_the_engine_does_in_a_way_of_its_own_is_checked_whole(tmp_path: Path, *, circle: bool) -> None:
    """How it shows blank nodes in a circle, and how it follows the inverse of a path: as a check of everything does."""
    path = "[ sh:zeroOrMorePath e:q ] ; sh:in ( e:a )" if circle else "[ sh:inversePath ( e:p e:q ) ] ; sh:class e:C"
    graph = parsed(
        f"{PREFIXES} e:s0 a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path {path} ] .\n"
        "e:s1 a sh:NodeShape ; sh:targetSubjectsOf e:p ; sh:property [ sh:path e:p ; sh:in ( e:b ) ] ."
    )
    a, b, x, y = NODES[0], NODES[1], NODES[4], NODES[5]
    data = [ox.Triple(y, P, y), ox.Triple(x, TYPE, CLASSES[0]), ox.Triple(x, Q, y)]
    if not circle:
        data = [ox.Triple(b, Q, b), ox.Triple(a, TYPE, CLASSES[0])]
    cache = Cache(tmp_path)
    for each in (data, [*data, ox.Triple(b, P, a)]):
        assert found(each, graph, cache) == found(each, graph, NO_CACHE)


def test_a_path_without_end_is_none(tmp_path: Path) -> None:
    """A path that is a part of itself, in a shape that nothing is a target of, stops no run and hides no result."""
    graph = parsed(
        f"{PREFIXES} e:s a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path _:a ; sh:maxCount 1 ] .\n"
        "_:a sh:zeroOrMorePath _:a . e:t a sh:NodeShape ; sh:targetSubjectsOf e:p ; sh:nodeKind sh:BlankNode ."
    )
    cache = Cache(tmp_path)
    a, b = NODES[:2]
    for each in ([], [ox.Triple(a, P, b)]):
        assert found(each, graph, cache) == found(each, graph, NO_CACHE)


def test_shapes_of_this_repository_are_checked_in_parts() -> None:
    """Of each of them it is known what it reads; those with queries read more than stands around a node."""
    graph = [each.triple for path in sorted((REPOSITORY / "shapes").glob("*.ttl")) for each in ox.parse(path=path)]
    parts = ShapesGraph(graph, lambda query: patterns_of(query, NO_CACHE)).parts()
    asking = {each.subject for each in graph if each.predicate == SH["sparql"]}
    assert len(parts) > 100
    assert all(part.ways is not None for part in parts)
    assert {root for part in parts if part.patterns for root in part.roots} == asking


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this { $this ex:p ?x }",
        "BASE <http://e.x/> SELECT $this { $this <p> ?x }",
        "SELECT $this { $this <http://e.x/p>? ?x }",
        "SELECT $this { $this !<http://e.x/p> ?x }",
        "SELECT $this { $this <http://e.x/p> ?x } LIMIT 1",
        "SELECT $this (SAMPLE(?x) AS ?value) { $this <http://e.x/p> ?x } GROUP BY $this",
        "SELECT $this { GRAPH ?g { $this <http://e.x/p> ?x } }",
        "SELECT $this { SERVICE <http://e.x/> { $this <http://e.x/p> ?x } }",
        "no query",
    ],
)
def test_queries_that_read_otherwise_are_told_apart(query: str) -> None:
    """Prefixes from elsewhere, paths that reach every node, what depends on an order or on another graph."""
    assert patterns_of(query, NO_CACHE) is None


def test_after_a_change_only_what_reads_it_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a hundred nodes the changed one, the one that reads its class, what they read; of the shapes those that do."""
    text = "".join(f"e:n{n} a e:C ; e:p e:n{n + 1} .\n" for n in range(100))
    graph = parsed(
        f"{PREFIXES} e:s a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:class e:C ] .\n"
        "e:t a sh:NodeShape ; sh:targetSubjectsOf e:q ; sh:nodeKind sh:BlankNode ."
    )
    cache = Cache(tmp_path)
    data = parsed(PREFIXES + text)
    before = found(data, graph, cache)
    checked = []
    monkeypatch.setattr("pyshacl.validate", _noting(checked))
    after = found([each for each in data if "/n50> <http://www" not in str(each)], graph, cache)
    assert after != before
    assert len(checked) == 1
    of_data, of_shapes = checked[0]
    assert {str(each).rpartition("/")[2] for each in of_data} <= {"n49", "n50", "n51"}
    assert "http://e.x/t" not in map(str, of_shapes)


def _noting(checked: list[tuple[set[object], set[object]]]) -> object:
    import pyshacl  # noqa: PLC0415 - the real one, before it is replaced

    validate = pyshacl.validate

    def noting(
        data: Iterable[tuple[object, ...]], *, shacl_graph: Iterable[tuple[object, ...]], **rest: object
    ) -> object:
        checked.append(({each[0] for each in data}, {each[0] for each in shacl_graph}))
        return validate(data, shacl_graph=shacl_graph, **rest)

    return noting
