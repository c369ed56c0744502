"""What holds for every backend: in this process, in query processes, at someone else's endpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.errors import (
    NotAcceptable,
    QueryCancelled,
    QueryForbidden,
    QuerySyntaxError,
    QueryTooComplex,
)
from digigraph.media import (
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TURTLE,
    Format,
)
from digigraph.store.answering.backend import Backend, Query, rows
from digigraph.store.answering.cancellation import Cancellation

if TYPE_CHECKING:
    from digigraph.store.snapshots.opened import Snapshot

BASE = "https://example.org/graph/"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
ALL = "CONSTRUCT WHERE { ?s ?p ?o }"


def ask(backend: Backend, text: str, form: Format = RESULTS_JSON, **dataset: tuple[str, ...]) -> bytes:
    return b"".join(backend.answer(Query(text=text, format=form, **dataset)))


def count(backend: Backend, text: str = COUNT, **dataset: tuple[str, ...]) -> int:
    found = json.loads(ask(backend, text, **dataset))
    return int(found["results"]["bindings"][0]["n"]["value"])


def graph(name: str) -> str:
    return f"{BASE}graph/{name}"


def test_rows_are_terms(backend: Backend):
    """Values come back as the terms that went in: language, datatype, any character."""
    person = f"<{BASE}id/person-4> schema:name ?name ; schema:age ?age"
    found = rows(backend, f"PREFIX schema: <https://schema.org/> SELECT ?name ?age WHERE {{ {person} }}")
    assert found == [{"name": ox.Literal('O\'Neill "Bo"\n\tEsq. 4', language="sv"), "age": ox.Literal(24)}]


def test_unbound_variables_are_absent_from_rows(backend: Backend):
    """A variable without a value is no key of its row."""
    assert rows(backend, "SELECT ?a ?b WHERE { BIND(1 AS ?a) }") == [{"a": ox.Literal(1)}]


def test_ask(backend: Backend):
    """ASK is answered by a boolean."""
    assert json.loads(ask(backend, "ASK { ?s ?p ?o }"))["boolean"] is True
    assert json.loads(ask(backend, "ASK { ?s ?s ?s }"))["boolean"] is False


@pytest.mark.parametrize("form", [RESULTS_JSON, RESULTS_XML, RESULTS_TSV], ids=lambda form: form.name)
def test_formats_of_solutions_say_the_same(backend: Backend, form: Format):
    """JSON, XML and TSV hold the same solutions."""
    text = "SELECT ?name WHERE { ?s <https://schema.org/name> ?name } ORDER BY ?s"
    found = ox.parse_query_results(ask(backend, text, form), format=form.results)
    assert [row["name"] for row in found] == [row["name"] for row in rows(backend, text)]


def test_csv_has_a_line_for_every_solution(backend: Backend):
    """CSV holds the values as plain text, after a line of names (SPARQL 1.1 CSV and TSV, section 3)."""
    found = ask(backend, "SELECT ?age WHERE { ?s <https://schema.org/age> ?age } ORDER BY ?age", RESULTS_CSV)
    assert found.split() == [b"age", *(b"%d" % (20 + number) for number in range(24))]


@pytest.mark.parametrize("form", [TURTLE, N_TRIPLES, RDF_XML, N_QUADS], ids=lambda form: form.name)
def test_formats_of_graphs_say_the_same(backend: Backend, snapshot: Snapshot, form: Format):
    """Every RDF format of a CONSTRUCT of everything holds the default graph."""
    found = {quad.triple for quad in ox.parse(ask(backend, ALL, form), format=form.rdf)}
    assert len(found) == snapshot.triples


def test_describe(backend: Backend):
    """DESCRIBE gives triples about the thing."""
    found = list(ox.parse(ask(backend, f"DESCRIBE <{BASE}id/person-1>", N_TRIPLES), format=ox.RdfFormat.N_TRIPLES))
    assert {str(quad.subject) for quad in found} == {f"<{BASE}id/person-1>"}
    assert len(found) == 3


def test_a_format_must_fit_the_form(backend: Backend):
    """Triples do not go into a table of solutions nor solutions into Turtle: the formats that fit are named."""
    with pytest.raises(NotAcceptable) as solutions:
        backend.answer(Query(text="SELECT * { ?s ?p ?o }", format=TURTLE))
    assert RESULTS_JSON.media_type in solutions.value.available
    with pytest.raises(NotAcceptable) as triples:
        backend.answer(Query(text=ALL, format=RESULTS_JSON))
    assert TURTLE.media_type in triples.value.available


def test_a_syntax_error_has_its_place(backend: Backend):
    """What is not SPARQL is refused with line and column."""
    with pytest.raises(QuerySyntaxError) as refusal:
        ask(backend, "SELECT *\nWHERE { ?s ?p }")
    assert (refusal.value.line, refusal.value.column) == (2, 16)
    assert "line 2, column 16" in refusal.value.message


def test_updates_are_forbidden(backend: Backend):
    """The data cannot be changed by a query."""
    with pytest.raises(QueryForbidden):
        ask(backend, "DELETE WHERE { ?s ?p ?o }")
    assert count(backend) == 73


def test_other_servers_are_not_contacted(backend: Backend):
    """SERVICE is refused before any engine sees it."""
    with pytest.raises(QueryForbidden, match="SERVICE"):
        ask(backend, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_the_guard_stands_before_every_backend(backend: Backend):
    """A query known to bring engines down is refused, whoever would answer."""
    with pytest.raises(QueryTooComplex):
        ask(backend, "ASK {" + "{" * 200 + "}" * 201)


def test_default_graph_of_the_protocol(backend: Backend, snapshot: Snapshot):
    """default-graph-uri chooses the default graph, and no graph can be asked by name then."""
    assert count(backend, default_graphs=(graph("curated"),)) == 13
    named = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert count(backend, named, default_graphs=(graph("curated"),)) == 0
    assert count(backend, named) == snapshot.quads - snapshot.triples


def test_named_graphs_of_the_protocol(backend: Backend):
    """named-graph-uri chooses the graphs that can be named, and the default graph is empty then."""
    named = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert count(backend, named, named_graphs=(graph("curated"), graph("extra"))) == 14
    assert count(backend, named_graphs=(graph("curated"),)) == 0


def test_from_in_the_query(backend: Backend):
    """FROM and FROM NAMED do what the protocol's parameters do."""
    clauses = "FROM graph:curated FROM NAMED graph:ontology"
    text = f"PREFIX graph: <{BASE}graph/> {COUNT.partition('WHERE')[0]} {clauses} WHERE "
    assert count(backend, text + "{ ?s ?p ?o }") == 13
    assert count(backend, text + "{ GRAPH ?g { ?s ?p ?o } }") == 13
    assert count(backend, text + "{ GRAPH graph:curated { ?s ?p ?o } }") == 0


def test_the_protocol_wins_over_from(backend: Backend):
    """Where both speak, the protocol decides (SPARQL 1.1 Protocol, section 2.1.4)."""
    text = f"SELECT (COUNT(*) AS ?n) FROM <{graph('curated')}> WHERE {{ ?s ?p ?o }}"  # noqa: S608 - SPARQL
    assert count(backend, text, default_graphs=(graph("extra"),)) == 1


def test_an_unknown_graph_is_empty(backend: Backend):
    """Nothing is fetched: a graph that is not there has no triples."""
    assert count(backend, default_graphs=("http://127.0.0.1:9/graph",)) == 0
    assert count(backend, "SELECT (COUNT(*) AS ?n) FROM <http://127.0.0.1:9/graph> { ?s ?p ?o }") == 0


def test_version_is_that_of_the_snapshot(backend: Backend, snapshot: Snapshot):
    """An answer says which snapshot it was computed on; that of an endpoint says nothing."""
    answer = backend.answer(Query(text=COUNT, format=RESULTS_JSON))
    answer.close()
    assert answer.version == backend.version
    assert backend.version in {None, snapshot.name}


def test_taken_back_before_it_was_asked(backend: Backend):
    """A question that was taken back before it is asked gets no answer."""
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(QueryCancelled):
        backend.answer(Query(text=COUNT, format=RESULTS_JSON), cancellation)


def test_an_answer_may_be_left_unread(backend: Backend, snapshot: Snapshot):
    """Closing an answer early harms nobody: the next question is answered."""
    for _ in range(5):
        answer = backend.answer(Query(text="SELECT * { ?a ?b ?c . ?d ?e ?f . FILTER(?a != ?f) }", format=RESULTS_JSON))
        assert answer.read_ready() is not None
        answer.close()
        answer.close()
    assert count(backend) == snapshot.triples


def test_a_long_answer_is_whole(backend: Backend, snapshot: Snapshot):
    """Every row of an answer of many pieces arrives, once and in order."""
    text = "SELECT (CONCAT(STR(?a), STR(?c), STR(?d), STR(?f)) AS ?x) { ?a ?b ?c . ?d ?e ?f } ORDER BY ?x"
    lines = ask(backend, text, RESULTS_TSV).decode().splitlines()[1:]
    assert len(lines) == snapshot.triples**2
    assert lines == sorted(lines)


def test_half_a_character_is_no_sparql(backend: Backend):
    """A text with an unpaired surrogate is refused as such."""
    with pytest.raises(QuerySyntaxError):
        ask(backend, "SELECT * { ?s ?p '\ud800' }")


def test_a_graph_must_be_named_by_an_iri(backend: Backend):
    """A name of a graph that is no absolute IRI is refused."""
    for name in ("curated", "http://example.org/a b", "http://example.org/\ud800"):
        with pytest.raises(QuerySyntaxError):
            count(backend, default_graphs=(name,))
