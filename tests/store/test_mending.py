"""Where the engine answers otherwise than SPARQL 1.1 says, and the query is put in other words for it.

The judge of generated queries is rdflib's engine. Left out is what it does otherwise than the standard itself: it drops
solutions that bind nothing, counts a node twice that a star reaches in no steps and in some, lets variables of paths
stand for what an earlier pattern has given them, though it be in no graph, and carries them into subqueries. So
solutions are compared as sets there, and no two paths of length zero follow each other.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import REPOSITORY

from digigraph.errors import QuerySyntaxError, QueryUnsupported
from digigraph.media import N_TRIPLES, RESULTS_JSON
from digigraph.store.answering.backend import Query
from digigraph.store.engine.evaluation import evaluate
from digigraph.store.engine.mending import MOST_GRAPHS, Dataset, mended

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BASE = "http://example.org/"
PREFIX = f"PREFIX : <{BASE}> "
DATA = """
:a :p :b . :b :p :c . :c :text "x"@en . :c :text "y"@en . :a :q :b .
:g1 { :a :p :o . :b :p :other . :m :p :o }
:g2 { :z :q :y }
:g3 { :a :q :z . :a :p :b }
"""

Rows = Counter[tuple[tuple[str, str], ...]]


def store() -> ox.Store:
    made = ox.Store()
    made.load(f"@prefix : <{BASE}> .{DATA}", format=ox.RdfFormat.TRIG)
    return made


def bindings(source: ox.Store, text: str) -> list[dict[str, dict[str, str]]]:
    pieces: list[bytes] = []
    query = Query(text=PREFIX + text, format=RESULTS_JSON)
    evaluate(source, query, base_iri=BASE, most_rows=10**6, send=pieces.append)
    found: list[dict[str, dict[str, str]]] = json.loads(b"".join(pieces))["results"]["bindings"]
    return found


def rows(source: ox.Store, text: str) -> Rows:
    """The solutions: names and values of what each binds, IRIs without the base."""
    return Counter(
        tuple(sorted((name, term["value"].removeprefix(BASE)) for name, term in row.items()))
        for row in bindings(source, text)
    )


def expected(written: str) -> Rows:
    """Solutions as they are written below: ``y=x | y=z, c=1``; ``.`` binds nothing."""
    solutions = [each.strip() for each in written.split("|")] if written else []
    return Counter(
        tuple(sorted((name, value) for name, _, value in (pair.partition("=") for pair in each.split(", "))))
        if each != "."
        else ()
        for each in solutions
    )


PATHS = {
    ":x :p* ?y": "y=x",
    ":x :p? ?y": "y=x",
    "?y :p* :x": "y=x",
    "?y ^(:p*) :x": "y=x",
    "'text' :p* ?y": "y=text",
    "?y :p? 12": "y=12",
    ":x (:p*)+ ?y": "y=x",
    ":x (:p|:q*) ?y": "y=x",
    ":x (:p?|:q*) ?y": "y=x | y=x",
    # The middle of a sequence is a variable, and a variable stands for what is in the graph.
    ":x :p*/:q* ?y": "",
    ":x :p* ?y . ?y :q* ?z": "",
    "?x :p* ?x FILTER(?x = :x)": "",
    ":x :p+ ?y": "",
    ":x !:p ?y": "",
    ":x :p* :x": ".",
    f":x :p* <{BASE}x>": ".",
    ":x :p*/:q* :x": ".",
    ":x :p* :y": "",
    ":x :p* []": ".",
    ":x :p* _:node": ".",
    ":x :p* [ :p ?y ]": "",
    ":x :p* _:node . _:node :p ?y": "",
    "_:node :p* :x ; :p ?y .": "",
    "_:node :p* :x FILTER(true) _:node :p ?y": "",
    "_:node :p* :c ; :q ?y .": "y=b",
    ":x :p* ?y ; :q* ?z .": "y=x, z=x",
    "[] :p* :c ; :q ?z .": "z=b",
    "[] :p* :x ; :q ?z .": "",
    ":x :p* ?y, ?z": "y=x, z=x",
    ":a :p ?x ; :q* ?y .": "x=b, y=a | x=b, y=b",
    ":a :p ?x . :x :p* ?y . ?x :p ?z": "x=b, y=x, z=c",
    ":b :p ?y OPTIONAL { :x :p* ?z }": "y=c, z=x",
    ":b :p ?y FILTER EXISTS { :x :p* :x }": "y=c",
    "VALUES ?y { :x :z } :x :p* ?y": "y=x",
    ":a (:p|:q) ?y": "y=b | y=b",
    "<http://example.org/\\u0061> (:p|<http://example.org/\\U00000071>) ?y # )": "y=b | y=b",
    ":a :p|:q|:p ?y": "y=b | y=b | y=b",
    "?x (:p|:q)/:p ?y": "x=a, y=c | x=a, y=c",
    "?x ^(:p|:q) :a": "x=b | x=b",
    "?x ^(:p/(:p|:q)) ?y": "x=c, y=a",
    ":a (:p*|:q*) ?y": "y=a | y=b | y=c | y=a | y=b",
    ":a (:p|:q)* ?y": "y=a | y=b | y=c",
    ":a (:p|:q)+ ?y": "y=b | y=c",
    ":a (:p|:q) [ :p ?y ]": "y=c | y=c",
    "[] (:p|:q) ?y": "y=b | y=b | y=c",
    ":a (:p|:q) ?y ; :p ?z .": "y=b, z=b | y=b, z=b",
    "_:n (:p|:q) ?y FILTER(?y = :b)": "y=b | y=b",
    ":b :p ?y FILTER EXISTS { :a (:p|:q) ?z }": "y=c",
    "GRAPH ?g { :a (:p|:p) :o }": "g=g1 | g=g1",
    # What only another graph holds is not in this one.
    ":z :p* ?y": "y=z",
    "GRAPH :g2 { :a :p* ?y }": "y=a",
    "GRAPH ?g { :a :q* ?y }": "g=g1, y=a | g=g2, y=a | g=g3, y=a | g=g3, y=z",
    "GRAPH :none { :x :p* ?y }": "",
}
GRAPHS = {
    "GRAPH ?g { }": "g=g1 | g=g2 | g=g3",
    "GRAPH ?g { ?a :p :o MINUS { ?b :p :o } }": "g=g1, a=a | g=g1, a=m",
    "GRAPH ?g { ?a :p :o MINUS { ?a :p :o } }": "",
    "GRAPH ?g { ?a :p :b MINUS { ?a :q ?g } }": "g=g3, a=a",
    "GRAPH ?g { VALUES ?a { 1 } }": "g=g1, a=1 | g=g2, a=1 | g=g3, a=1",
    "GRAPH ?g { VALUES (?g ?a) { (UNDEF 1) (:g2 2) (:none 3) } }": "g=g1, a=1 | g=g2, a=1 | g=g3, a=1 | g=g2, a=2",
    "GRAPH ?g { VALUES ?g { :g1 :g2 } ?a :q ?b }": "g=g2, a=z, b=y",
    "GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s :p ?o } }": "g=g1, n=3 | g=g2, n=0 | g=g3, n=1",
    "GRAPH ?g { SELECT ?g (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?g }": "g=g1, n=3 | g=g3, n=1",
    "GRAPH ?g { SELECT ?s { ?s :p ?o } ORDER BY ?s LIMIT 1 }": "g=g1, s=a | g=g3, s=a",
    "GRAPH ?g { ?s :q ?o { SELECT (COUNT(*) AS ?n) { ?s :p ?o } } }": "g=g2, s=z, o=y, n=0 | g=g3, s=a, o=z, n=1",
    "GRAPH ?g { _:n :q ?o { SELECT (COUNT(*) AS ?n) { _:m :p [] } } }": "g=g2, o=y, n=0 | g=g3, o=z, n=1",
    "GRAPH ?g { GRAPH :g2 { ?s :q ?o } }": "g=g1, s=z, o=y | g=g2, s=z, o=y | g=g3, s=z, o=y",
    "GRAPH ?g { GRAPH ?h { ?s :q :y } }": "g=g1, h=g2, s=z | g=g2, h=g2, s=z | g=g3, h=g2, s=z",
    "GRAPH ?g { GRAPH ?h { SELECT (COUNT(*) AS ?n) { ?s :q :y } } } FILTER(?g = :g1)": (
        "g=g1, h=g1, n=0 | g=g1, h=g2, n=1 | g=g1, h=g3, n=0"
    ),
    "GRAPH ?g { { ?s :q :y } UNION { VALUES ?s { 1 } } }": "g=g2, s=z | g=g1, s=1 | g=g2, s=1 | g=g3, s=1",
    "GRAPH ?g { OPTIONAL { ?s :p :o } }": "g=g1, s=a | g=g1, s=m | g=g2 | g=g3",
    "GRAPH ?g { BIND(:g2 AS ?g) ?s :q ?o }": "g=g2, s=z, o=y",
    "GRAPH ?g { ?s :q ?o FILTER NOT EXISTS { ?s :p ?x } }": "g=g2, s=z, o=y",
    "GRAPH ?g { ?s :q ?o } FILTER(?g = :g2)": "g=g2, s=z, o=y",
    ":a :p ?b FILTER EXISTS { GRAPH ?g { VALUES ?b { :b } } }": "b=b",
    # Of a graph that is not there, there is nothing.
    "GRAPH :none { }": "",
    "GRAPH :none { GRAPH ?g { } }": "",
    "GRAPH :none { VALUES ?a { 1 } }": "",
    "GRAPH :none { OPTIONAL { ?s ?p ?o } VALUES ?a { 1 } }": "",
    "GRAPH :none { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }": "",
    "GRAPH :none { { SELECT (COUNT(*) AS ?n) { } } { } }": "",
    "GRAPH ?g { { } VALUES ?a { 1 } }": "g=g1, a=1 | g=g2, a=1 | g=g3, a=1",
    "GRAPH :none # of what?\n { FILTER(true) # why?\n { } }": "",
    "GRAPH :g2 { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }": "n=1",
    "GRAPH ?g { GRAPH :none { VALUES ?a { 1 } } }": "",
}


@pytest.mark.parametrize(("pattern", "solutions"), [*PATHS.items(), *GRAPHS.items()])
def test_patterns(pattern: str, solutions: str):
    """Paths of length zero start at what is in no graph, and the name of a graph is joined with its solutions."""
    assert rows(store(), f"SELECT * {{ {pattern}\n}}") == expected(solutions)


@pytest.mark.parametrize(
    ("text", "solutions"),
    [
        ("SELECT (COUNT(*) AS ?n) { ?s (:p|:q) ?o }", "n=3"),
        ("SELECT DISTINCT ?o { :a (:p|:q) ?o }", "o=b"),
        ("SELECT (COUNT(DISTINCT ?o) AS ?n) { :a (:p|:q) ?o }", "n=1"),
        ("SELECT DISTINCT ?n { { SELECT (COUNT(*) AS ?n) { :a (:p|:q) ?o } } }", "n=2"),
        ("SELECT ?o { :a (:p|:q) ?o } LIMIT 1", "o=b"),
        ("SELECT DISTINCT (STRLEN(STRUUID()) AS ?n) { :a (:p|:q) ?o }", "n=36"),
        ("SELECT ?o { ?s :p ?o MINUS { ?s (:p|:q) :b } }", "o=c"),
        ("SELECT ?y ?z { _:n (:p|:q) ?y ; :p ?z }", "y=b, z=b | y=b, z=b | y=c, z=c"),
        ("SELECT ?y ?z { [] (:p|:q) ?y ; :p ?z }", "y=b, z=b | y=b, z=b | y=c, z=c"),
        ("SELECT ?x ?y { _:n (:p|:q) ?y FILTER(true) ?x :p _:n }", "x=a, y=c"),
        ("SELECT DISTINCT * { _:n (:p|:q) ?y ; :p ?z }", "y=b, z=b | y=c, z=c"),
        ("SELECT * { ?s :p ?o FILTER EXISTS { _:n (:p|:q) ?o ; :p ?z } }", "s=a, o=b | s=b, o=c"),
    ],
)
def test_alternatives_are_counted(text: str, solutions: str):
    """What two alternatives find is there twice, wherever it counts."""
    assert rows(store(), text) == expected(solutions)


def test_many_alternatives():
    """Where a path has too many alternatives to be counted rightly it is refused, unless their number is nothing."""
    many = "|".join(f":p{number}" for number in range(60))
    for path in (f"({many})", f"({'|'.join([':p'] * 8)})/({'|'.join([':p'] * 8)})", "/".join(["(:p|:q)"] * 30)):
        assert rows(store(), f"SELECT DISTINCT ?o {{ :absent {path} ?o }}") == expected("")
        with pytest.raises(QueryUnsupported):
            rows(store(), f"SELECT ?o {{ :absent {path} ?o }}")


CONCATENATED = "SELECT (GROUP_CONCAT(?t) AS ?all) { ?s :text ?t }"


@pytest.mark.parametrize(
    "text",
    [
        CONCATENATED,
        "SELECT (group_concat ( DISTINCT ?t ; SEPARATOR = ')' ) AS ?all) { ?s :text ?t }",
        "SELECT (GROUP_CONCAT(STR(?t)) AS ?all) { ?s :text ?t }",
        "SELECT ?all { { SELECT (GROUP_CONCAT(?t) AS ?all) { ?s :text ?t } GROUP BY ?s } }",
        "SELECT (CONCAT(GROUP_CONCAT(?t), '') AS ?all) { ?s :text ?t } HAVING (GROUP_CONCAT(?t) != '')",
        "SELECT (GROUP_CONCAT(?t) AS ?all) { ?s :text ?t } GROUP BY ?s ORDER BY GROUP_CONCAT(?t)",
    ],
)
def test_joined_texts(text: str):
    """GROUP_CONCAT gives a text without language wherever it stands."""
    (row,) = bindings(store(), text)
    assert set(row["all"]["value"]) <= set("xy )")
    assert "xml:lang" not in row["all"]


def values(text: str, *names: str) -> list[list[str]]:
    return [[row[name]["value"] for name in names] for row in bindings(store(), text)]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (BNODE('n') AS ?one) (BNODE('n') AS ?same) (BNODE('m m') AS ?two) { ?s :p ?o }",
        "SELECT (BNODE('n') AS ?one) (BNODE(CONCAT('', 'n')) AS ?same) (BNODE('m') AS ?two) { ?s :p ?o } ORDER BY ?s",
        "SELECT ?one ?same ?two { ?s :p ?o BIND(BNODE('n') AS ?one) BIND(BNODE('n') AS ?same) BIND(BNODE('') AS ?two)}",
        "SELECT * { { SELECT (BNODE('n') AS ?one) (BNODE('n') AS ?same) (BNODE('m') AS ?two) { ?s :p ?o } } }",
    ],
)
def test_blank_nodes(text: str):
    """BNODE of one text is one blank node in a solution, and another one in each other; other texts have others."""
    found = values(text, "one", "same", "two")
    assert [one == same for one, same, _ in found] == [True, True]
    assert len({name for row in found for name in row}) == 4


def test_blank_nodes_of_a_template():
    """What CONSTRUCT makes for each solution is there as often as there are solutions."""
    pieces: list[bytes] = []
    text = f"{PREFIX} CONSTRUCT {{ [] :of ?y }} WHERE {{ :a (:p|:q) ?y }}"
    evaluate(store(), Query(text=text, format=N_TRIPLES), base_iri=BASE, most_rows=10, send=pieces.append)
    assert b"".join(pieces).count(b"\n") == 2


def test_blank_nodes_alone():
    """A single BNODE of a text gives each solution its own, also in a FILTER, and nothing for what is no plain text."""
    ((one,), (two,)) = values("SELECT ?n { ?s :p ?o BIND(BNODE('n') AS ?n) }", "n")
    assert one != two
    assert rows(store(), "SELECT ?s { ?s :p ?o FILTER(ISBLANK(BNODE('n'))) }").total() == 2
    assert rows(store(), "SELECT ?s { ?s :p ?o FILTER(ISBLANK(BNODE # (\n ('n'))) }").total() == 2
    assert rows(store(), "SELECT (BNODE(?t) AS ?n) { ?s :text ?t }") == expected(". | .")
    assert rows(store(), "SELECT (BNODE(12) AS ?n) { }") == expected(".")


UNSUPPORTED = [
    "SELECT * { GRAPH ?g { ?s :p ?o FILTER(?g = :g1) } }",
    "SELECT * { GRAPH $g { ?s :p ?o OPTIONAL { ?o :p ?x FILTER(BOUND(?g)) } } }",
    "SELECT * { GRAPH ?g { ?s :p ?o FILTER EXISTS { GRAPH ?g { ?s :q ?x } } } }",
    "SELECT * { GRAPH ?g { ?s :p ?o BIND(STR(?g) AS ?name) } }",
    "SELECT * { ?s :p ?o FILTER(BNODE('a') = BNODE('b')) }",
    "SELECT * { BIND(BNODE('a') AS ?a) BIND(BNODE('a') AS ?b) }",
    "SELECT (BNODE(?s) AS ?a) (BNODE(?s) AS ?b) { ?s :p ?o } GROUP BY ?s",
    "SELECT * { :x :p* _:b . _:b :q* :x }",
    "SELECT * { :x :p* [ :q* :y ] }",
    "SELECT * { [ :q* :y ] }",
    "SELECT * { [] :p* :x ; :q* :y . }",
    "SELECT * { _:n :p* :x ; :q* :x . }",
    "SELECT * { _:n (:p|:q) ?y ; :p ?z . }",
    "SELECT * { [] (:p|:q) ?y ; :p ?z . }",
    "SELECT ?y { [ :p ?x ] (:p|:q) ?y ; :p ?z . }",
    "SELECT (COUNT(DISTINCT *) AS ?n) { _:n (:p|:q) ?y . ?x :p _:n }",
]


@pytest.mark.parametrize("text", UNSUPPORTED)
def test_refused(text: str):
    """What would be answered wrongly and cannot be put otherwise is refused."""
    with pytest.raises(QueryUnsupported):
        rows(store(), text)


def test_many_graphs():
    """A group that has to be asked graph by graph is refused where there are many; a choice of graphs is answered."""
    made = ox.Store()
    made.extend(
        ox.Quad(*[ox.NamedNode(BASE + "s")] * 3, ox.NamedNode(f"{BASE}g{each}")) for each in range(MOST_GRAPHS + 1)
    )
    counted = "SELECT * {} {{ GRAPH ?g {{ SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} }} }}"
    with pytest.raises(QueryUnsupported):
        rows(made, counted.format(""))
    named = " ".join(f"FROM NAMED :g{each}" for each in (1, 2))
    assert rows(made, counted.format(named)) == expected("g=g1, n=1 | g=g2, n=1")


@pytest.mark.parametrize("text", [CONCATENATED, "SELECT * { :x :p* ?y }", "SELECT * { GRAPH ?g { VALUES ?a { 1 } } }"])
def test_place_of_a_mistake(text: str):
    """A syntax error has its place in the query that was sent, and what is none is not made one."""
    broken = text.replace("}", "\n ?s }", 1)
    with pytest.raises(QuerySyntaxError) as raised:
        rows(store(), broken)
    assert raised.value.line == 2
    for cut in range(len(text) - 1):
        with pytest.raises(QuerySyntaxError):
            rows(store(), text[:cut])


@pytest.mark.parametrize("path", sorted((REPOSITORY / "queries").glob("*.rq")), ids=lambda path: path.stem)
def test_stored_questions(path: Path):
    """The questions of this graph are asked in their own words, but for GROUP_CONCAT and alternatives in paths."""
    text = path.read_text(encoding="utf-8")
    many = Dataset(ask=lambda _: True, named=lambda: ["<urn:x:graph>"] * (MOST_GRAPHS + 1))
    changed = mended(text, many)
    assert changed == text or "GROUP_CONCAT" in text or "|" in text


NODES = st.sampled_from([":x", ":y", ":z"])
CONSTANTS = st.sampled_from([":x", ":y", ":absent", "1"])
STEPS = st.one_of(
    NODES,
    st.builds("({}|{})".format, NODES, NODES),
    st.builds("({}/{})".format, NODES, NODES),
    st.builds("^{}".format, NODES),
)
SIMPLE_PATHS = st.one_of(NODES, st.builds("({})*".format, STEPS), st.builds("({})+".format, STEPS))
GENERATED_PATHS = st.one_of(
    SIMPLE_PATHS,
    st.builds("({}/{})".format, NODES, SIMPLE_PATHS),
    st.builds("^({})".format, SIMPLE_PATHS),
)
TRIPLES = st.one_of(
    st.builds("?a {} ?b .".format, GENERATED_PATHS),
    st.builds("{} {} ?c .".format, CONSTANTS, GENERATED_PATHS),
    st.builds("?c {} {} .".format, GENERATED_PATHS, CONSTANTS),
    st.builds("?b {} {} .".format, NODES, CONSTANTS),
    st.builds("?a {} ?c .".format, NODES),
)


def joined(parts: Iterable[str]) -> str:
    return f"{{ {' '.join(parts)} }}"


def elements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Parts of a group, made of smaller ones."""
    group = st.lists(inner, min_size=1, max_size=3).map(joined)
    return st.one_of(
        TRIPLES,
        st.builds("OPTIONAL {{ {} }}".format, TRIPLES),
        st.builds("?a :x ?b MINUS {}".format, group),
        st.builds("{} UNION {}".format, group, group),
        st.builds("VALUES ?c {{ {} {} }}".format, CONSTANTS, CONSTANTS),
        st.builds("{{ SELECT DISTINCT ?a {} }}".format, group),
    )


PARTS = st.recursive(TRIPLES, elements, max_leaves=5)
GROUPS = st.lists(PARTS, min_size=1, max_size=3).map(joined)
QUERIES = st.one_of(
    GROUPS, st.builds("{{ GRAPH ?g {} }}".format, GROUPS), st.builds("{{ GRAPH :g0 {} }}".format, GROUPS)
)
CONTENTS = st.lists(st.tuples(*[st.sampled_from("xyz")] * 3), min_size=1, max_size=5)


Graphs = tuple[list[tuple[str, ...]], ...]


def both(graphs: Graphs) -> tuple[ox.Store, rdflib.Dataset]:
    """The same dataset, ours and the judge's: the default graph and two named ones."""
    ours, judge = ox.Store(), rdflib.Dataset()
    for name, triples in zip((None, "g0", "g1"), graphs, strict=True):
        where = ox.DefaultGraph() if name is None else ox.NamedNode(BASE + name)
        there = judge.default_graph if name is None else judge.graph(rdflib.URIRef(BASE + name))
        for triple in triples:
            ours.add(ox.Quad(*(ox.NamedNode(BASE + each) for each in triple), where))
            there.add(tuple(rdflib.URIRef(BASE + each) for each in triple))
    return ours, judge


def judged(judge: rdflib.Dataset, text: str) -> Rows:
    return Counter(
        tuple(
            sorted((str(name), str(term).removeprefix(BASE)) for name, term in row.asdict().items() if term is not None)
        )
        for row in judge.query(PREFIX + text)
    )


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")
@settings(deadline=None, max_examples=100)
@given(graphs=st.tuples(CONTENTS, CONTENTS, CONTENTS), group=QUERIES)
def test_judged_by_another_engine(graphs: Graphs, group: str):
    """Whatever is asked of paths and graphs, the solutions are those that another engine finds."""
    ours, judge = both(graphs)
    text = f"SELECT ?a ?b ?c ?g {group}"
    assert {*rows(ours, text)} - {()} == {*judged(judge, text)} - {()}


ALTERNATIVES = st.recursive(
    NODES,
    lambda inner: st.one_of(
        st.builds("({}|{})".format, inner, inner),
        st.builds("({}/{})".format, inner, inner),
        st.builds("^({})".format, inner),
    ),
    max_leaves=5,
)
COUNTED = st.one_of(
    st.builds("?a {} ?b .".format, ALTERNATIVES),
    st.builds(":x {} ?b .".format, ALTERNATIVES),
    st.builds("?a {} [] .".format, ALTERNATIVES),
    st.builds("?a {} ?c ; {} ?b .".format, ALTERNATIVES, ALTERNATIVES),
    st.builds("?a {} :y .".format, ALTERNATIVES),
    st.builds("?b {} [ {} ?c ] .".format, ALTERNATIVES, NODES),
)
COUNTED_GROUPS = st.lists(COUNTED, min_size=1, max_size=2).map(joined)


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")
@settings(deadline=None, max_examples=100)
@given(graphs=st.tuples(CONTENTS, CONTENTS, CONTENTS), group=COUNTED_GROUPS, name=st.sampled_from(["", "GRAPH ?g"]))
def test_alternatives_are_counted_as_another_engine_does(graphs: Graphs, group: str, name: str):
    """However alternatives, sequences and inverse paths are put together, each solution is there as often."""
    ours, judge = both(graphs)
    text = f"SELECT ?a ?b ?c ?g {{ {name} {group} }}"
    assert rows(ours, text) == judged(judge, text)
