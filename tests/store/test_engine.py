"""One query on one store: datasets, XML, errors."""

from __future__ import annotations

import itertools
import json
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digigraph.errors import AnswerTooLarge, NotAcceptable, QueryError, QuerySyntaxError
from digigraph.media import (
    N_TRIPLES,
    RDF_XML,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TURTLE,
    Format,
    Kind,
    formats_of,
)
from digigraph.store.answering.backend import Query
from digigraph.store.engine.evaluation import evaluate
from digigraph.store.results.output import Output

BASE = "https://example.org/graph/"
ALIAS = BASE + "graph/accepted"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
NAMED_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
GRAPHS = ["a", "b", "c"]


def run(
    store: ox.Store, text: str, form: Format = RESULTS_JSON, *, most_rows: int = 10**6, **dataset: tuple[str, ...]
) -> bytes:
    pieces: list[bytes] = []
    evaluate(store, Query(text=text, format=form, **dataset), base_iri=BASE, most_rows=most_rows, send=pieces.append)
    return b"".join(pieces)


ODD = ['}},{"', '"}},{"x":', "a\r\nb", '"\n"', "<result>", '\n","', '""\n', "}},{}"]


@pytest.mark.parametrize("rows", [1, 7, 5000])
@pytest.mark.parametrize(
    "form", [*formats_of(Kind.RESULTS), *formats_of(Kind.GRAPH)], ids=lambda form: form.media_type.rpartition("/")[2]
)
def test_rows_are_counted(form: Format, rows: int):
    """As many rows, or triples, as may be are answered, one more is too many, whatever stands in the values."""
    store = ox.Store()
    store.extend(
        ox.Quad(ox.NamedNode(f"{BASE}{number}"), ox.NamedNode(BASE + "p"), ox.Literal(f"{ODD[number % 8]}{number}"))
        for number in range(rows)
    )
    text = "SELECT ?o ?s { ?s ?p ?o }" if form.kind is Kind.RESULTS else "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    assert run(store, text, form, most_rows=rows) == run(store, text, form)
    with pytest.raises(AnswerTooLarge, match="rows"):
        run(store, text, form, most_rows=rows - 1)


def count(store: ox.Store, text: str, **dataset: tuple[str, ...]) -> int:
    return int(json.loads(run(store, text, **dataset))["results"]["bindings"][0]["n"]["value"])


def graph(name: str) -> str:
    return f"{BASE}graph/{name}"


def store_of(contents: dict[str, set[int]]) -> ox.Store:
    """A store whose graphs hold numbered triples; "" is the default graph."""
    store = ox.Store()
    for name, numbers in contents.items():
        where = ox.NamedNode(graph(name)) if name else ox.DefaultGraph()
        for number in numbers:
            store.add(ox.Quad(ox.NamedNode(BASE), ox.NamedNode(BASE), ox.Literal(number), where))
    return store


CONTENTS = st.fixed_dictionaries({name: st.sets(st.integers(0, 9)) for name in ["", *GRAPHS]})
CHOSEN = st.lists(st.sampled_from(["accepted", *GRAPHS, "unknown"]), max_size=5)


@given(contents=CONTENTS, default=CHOSEN, named=CHOSEN)
def test_a_dataset_is_what_the_standard_says(contents: dict[str, set[int]], default: list[str], named: list[str]):
    """The default graph is the merge of those chosen, each triple once; each named graph is there once; by the
    protocol's parameters, by FROM, and by both where they differ.
    """
    store = store_of(contents)
    content = {"accepted": contents[""], "unknown": set(), **contents}
    merged = len(set().union(*(content[name] for name in default)))
    in_named = sum(len(content[name]) for name in set(named))
    parameters = {"default_graphs": tuple(map(graph, default)), "named_graphs": tuple(map(graph, named))}
    assert count(store, COUNT, **parameters) == merged
    assert count(store, NAMED_COUNT, **parameters) == in_named
    clauses = "".join(
        [f" FROM <{graph(name)}>" for name in default] + [f" FROM NAMED <{graph(name)}>" for name in named]
    )
    if clauses:
        for text, expected in ((COUNT, merged), (NAMED_COUNT, in_named)):
            with_from = text.replace(" WHERE", clauses + " WHERE")
            assert count(store, with_from) == expected
            assert count(store, with_from, default_graphs=(graph("a"),)) == (len(content["a"]) if text is COUNT else 0)


def test_the_alias_of_the_default_graph_is_not_listed():
    """The whole dataset has no named graph for the default graph; one that is asked for by name has."""
    store = store_of({"": {1}, "a": {1, 2}})
    text = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
    assert run(store, text, RESULTS_TSV).split()[1:] == [f"<{graph('a')}>".encode()]
    found = run(store, text, RESULTS_TSV, named_graphs=(ALIAS, graph("a"))).split()[1:]
    assert found == [f"<{graph('a')}>".encode(), f"<{ALIAS}>".encode()]


@pytest.mark.parametrize(
    "clause",
    [
        f"FROM <{ALIAS}>",
        "FROM graph:accepted",
        "FROM <graph/accepted>",
        "from <graph/\\u0061ccepted>",
        "FROM graph:accepted FROM NAMED graph:a",
        "FROM <#it> FROM graph:accepted FROM graph:accepted",
    ],
)
def test_the_alias_is_known_however_it_is_written(clause: str):
    """FROM names the default graph by IRI, by prefixed name, relative to BASE, with escapes, more than once."""
    prologue = f"BASE <{BASE}>\nPREFIX graph: <graph/>\n# FROM <a>\n"
    text = f'{prologue}SELECT (COUNT(*) AS ?n) {clause} WHERE {{ ?s ?p ?o FILTER(STR(?o) != "FROM <{graph("a")}>") }}'
    assert count(store_of({"": {1, 2, 3}, "a": {4}}), text) == 3


def test_from_in_every_form():
    """FROM counts in ASK, CONSTRUCT, both its forms, and DESCRIBE."""
    store = store_of({"": {1}, "a": {1, 2}, "b": {2, 3}})
    clauses = f"FROM <{graph('a')}> FROM <{graph('b')}>"
    for text in (
        f"CONSTRUCT {clauses} WHERE {{ ?s ?p ?o }}",
        f"CONSTRUCT {{ ?s ?p ?o }} {clauses} WHERE {{ ?s ?p ?o }}",
        f"DESCRIBE <{BASE}> {clauses}",
    ):
        assert run(store, text, N_TRIPLES).count(b"\n") == 3
    assert json.loads(run(store, f"ASK {clauses} {{ ?s ?p 3 }}"))["boolean"] is True
    assert json.loads(run(store, f"ASK {clauses} {{ ?s ?p 4 }}"))["boolean"] is False


@pytest.mark.parametrize("text", ["ASK FROM x:a {}", "ASK FROM 1 {}", "ASK FROM {}", "ASK FROM NAMED {}", "ASK FROM"])
def test_from_without_an_iri(text: str):
    """FROM with anything but an IRI is no SPARQL."""
    with pytest.raises(QuerySyntaxError):
        run(store_of({}), text)


def test_prefixes_make_turtle_readable():
    """Turtle uses the project's prefixes."""
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode(BASE + "id/a"), ox.NamedNode("https://schema.org/name"), ox.Literal("A")))
    assert b'id:a schema:name "A"' in run(store, "CONSTRUCT WHERE { ?s ?p ?o }", TURTLE)


def is_xml(value: str) -> bool:
    """Whether an XML document can hold a text (XML 1.0, section 2.2)."""
    return all(
        each in "\t\n\r" or " " <= each <= "\ud7ff" or "\ue000" <= each <= "\ufffd" or each > "\uffff" for each in value
    )


@pytest.mark.parametrize(
    ("predicate", "is_element"),
    [
        ("name", True),
        ("1a", True),
        ("é", True),
        ("a%20b", True),
        ("%20", False),
        ("1", False),
        ("a/", False),
        ("#", False),
    ],
)
def test_rdf_xml_refuses_what_has_no_element(predicate: str, *, is_element: bool):
    """A predicate that does not end as the name of an element can is refused, never written as ill-formed XML."""
    text = f"CONSTRUCT {{ <{BASE}> <{BASE}{predicate}> 1 }} WHERE {{}}"
    if is_element:
        (quad,) = ox.parse(run(store_of({}), text, RDF_XML), ox.RdfFormat.RDF_XML)
        assert quad.predicate == ox.NamedNode(BASE + predicate)
    else:
        with pytest.raises(NotAcceptable, match="predicate"):
            run(store_of({}), text, RDF_XML)


def test_unknown_functions_and_relative_iris():
    """A function that there is not is the query's mistake; relative IRIs are relative to the graph's base."""
    with pytest.raises(QueryError, match="custom function"):
        run(store_of({}), "SELECT (<f>(1) AS ?x) {}")
    assert run(store_of({}), "CONSTRUCT { <a> <b> 1 } WHERE {}", N_TRIPLES).startswith(f"<{BASE}a> ".encode())
    assert count(store_of({"a": {1, 2}}), COUNT.replace(" WHERE", " FROM <graph/a> WHERE")) == 2


TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("\0\x01\x0b\x0c\x1f\r\n\t\ufffd\ufffe\uffff<&>\"'"))
)


@given(TEXTS)
def test_xml_says_what_the_data_says_or_nothing(value: str):
    """Every parser reads our XML and finds the very text; what XML cannot hold is refused, and JSON keeps it."""
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode(BASE), ox.NamedNode(BASE + "p"), ox.Literal(value)))
    text, whole = "SELECT ?o WHERE { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"
    assert json.loads(run(store, text))["results"]["bindings"][0]["o"]["value"] == value
    if not is_xml(value):
        for query, form in ((text, RESULTS_XML), (whole, RDF_XML)):
            with pytest.raises(NotAcceptable, match=r"the character U\+[0-9A-F]{4}") as refusal:
                run(store, query, form)
            assert form.media_type not in refusal.value.available
        return
    results = ET.fromstring(run(store, text, RESULTS_XML))  # noqa: S314 - our own
    (literal,) = results.iter("{http://www.w3.org/2005/sparql-results#}literal")
    assert (literal.text or "") == value
    described = ET.fromstring(run(store, whole, RDF_XML))  # noqa: S314 - our own
    assert (described[0][0].text or "") == value


@given(text=TEXTS, cuts=st.lists(st.integers(0, 60), max_size=8))
def test_xml_may_come_in_any_pieces(text: str, cuts: list[int]):
    """A character that comes in two pieces is treated as one that comes in one."""
    data = text.encode()
    received: list[bytes] = []
    output = Output(received.append, RDF_XML)
    borders = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})

    def write() -> None:
        for start, end in itertools.pairwise(borders):
            output.write(data[start:end])
        output.finish()

    if is_xml(text):
        write()
        assert b"".join(received).decode() == text.replace("\r", "&#xD;")
    else:
        with pytest.raises(NotAcceptable):
            write()


def test_pieces_are_worth_sending():
    """Many small writes become few pieces; nothing is lost."""
    received: list[bytes] = []
    output = Output(received.append, TURTLE)
    for _ in range(10_000):
        output.write(b"0123456789")
    output.finish()
    assert b"".join(received) == b"0123456789" * 10_000
    assert len(received) < 1000
