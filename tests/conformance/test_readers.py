"""Whatever the data holds, readers of others find it in our answers: rdflib's and pyoxigraph's, format by format.

Where a reader is known to be wrong, :data:`EXCUSED` says of which values, and how.
"""

from __future__ import annotations

import csv
import io
import warnings
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.query import Result

from digigraph.errors import NotAcceptable
from digigraph.media import (
    JSON_LD,
    RDF_XML,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    Format,
    Kind,
    formats_of,
)
from digigraph.store.answering.backend import Query
from digigraph.store.engine.evaluation import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rdflib.term import Node

BASE = "https://example.org/graph/"
XSD = "http://www.w3.org/2001/XMLSchema#"
GRAPHS = formats_of(Kind.GRAPH, Kind.DATASET)
ALL = "CONSTRUCT WHERE { ?s ?p ?o }"
ROWS = "SELECT ?s ?o ?unbound WHERE { ?s ?p ?o }"
RDFLIB = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld", "rdf": "xml", "nq": "nquads", "trig": "trig"}

Term = tuple[str, ...]
Triples = frozenset[tuple[Term, Term, Term]]

_CHARACTERS = st.one_of(
    st.characters(codec="utf-8"),
    st.sampled_from("\0\x01\x08\t\n\x0b\x0c\r\x1f \"'\\<>&,;=@^{}|`~#%\x7f\x85\u2028\u2029\ufdd0\ufeff\ufffe\uffff🦉é"),
)
TEXTS = st.text(_CHARACTERS, max_size=12)


def _iri(text: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(f"http://example.org/{text}")
    except ValueError:
        return None


IRIS = st.text(
    st.one_of(st.characters(codec="utf-8", min_codepoint=0x21), st.sampled_from("é%~'()*,;:@/?#-._🦉毛")), max_size=8
)
IRI_TERMS = IRIS.map(_iri).filter(bool)
PLAIN = st.one_of(
    TEXTS.map(ox.Literal),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["en", "sv-SE", "zh-Hant-TW"])),
    st.builds(
        lambda text, type_: ox.Literal(text, datatype=type_),
        TEXTS,
        st.sampled_from([ox.NamedNode("http://example.org/type"), ox.NamedNode(XSD + "date")]),
    ),
    st.integers(-(10**60), 10**60).map(lambda n: ox.Literal(str(n), datatype=ox.NamedNode(XSD + "integer"))),
    st.floats().map(ox.Literal),
    st.sampled_from(["1e400", "-0.0E0", "INF", "NaN", "1"]).map(
        lambda text: ox.Literal(text, datatype=ox.NamedNode(XSD + "double"))
    ),
    st.sampled_from(["=1+1", "+1", "-1", "@x", "a,b", 'a"b', "a\r\nb", "", " "]).map(ox.Literal),
    IRI_TERMS,
    st.just(ox.BlankNode("b0")),
)
DIRECTED = st.builds(
    lambda text, direction: ox.Literal(text, language="ar", direction=direction),
    TEXTS,
    st.sampled_from([ox.BaseDirection.LTR, ox.BaseDirection.RTL]),
)
PREDICATES = st.sampled_from(["p", "q-r", "é", "1a", "a.b"]).map(lambda name: ox.NamedNode(f"{BASE}ns#{name}"))


def _store(objects: Iterable[tuple[ox.NamedNode, ox.Term]]) -> ox.Store:
    store = ox.Store()
    for number, (predicate, value) in enumerate(objects):
        store.add(ox.Quad(ox.NamedNode(f"{BASE}id/{number}"), predicate, value))
    return store


STORES = st.lists(st.tuples(PREDICATES, PLAIN), max_size=5).map(_store)


def _answer(store: ox.Store, text: str, form: Format) -> bytes | None:
    """The answer; None where the format cannot express it and says so."""
    pieces: list[bytes] = []
    try:
        evaluate(store, Query(text=text, format=form), base_iri=BASE, most_rows=1000, send=pieces.append)
    except NotAcceptable:
        return None
    return b"".join(pieces)


def _of_engine(term: ox.Term) -> Term:
    if isinstance(term, ox.NamedNode):
        return ("iri", term.value)
    if isinstance(term, ox.BlankNode):
        return ("node",)
    if isinstance(term, ox.Triple):
        return ("triple", *map(str, map(_of_engine, (term.subject, term.predicate, term.object))))
    assert isinstance(term, ox.Literal)
    return ("literal", term.value, (term.language or "").lower(), term.datatype.value, str(term.direction or ""))


def _of_rdflib(term: Node) -> Term:
    if isinstance(term, rdflib.URIRef):
        return ("iri", str(term))
    if isinstance(term, rdflib.BNode):
        return ("node",)
    assert isinstance(term, rdflib.Literal)
    datatype = term.datatype or (rdflib.RDF.langString if term.language else rdflib.XSD.string)
    return ("literal", str(term), (term.language or "").lower(), str(datatype), "")


def _held(store: ox.Store) -> Triples:
    return frozenset(tuple(map(_of_engine, quad.triple)) for quad in store)


def _read_by_engine(data: bytes, form: Format) -> Triples:
    assert form.rdf is not None
    return frozenset(tuple(map(_of_engine, quad.triple)) for quad in ox.parse(data, form.rdf))


def _read_by_rdflib(data: bytes, form: Format) -> Triples:
    with warnings.catch_warnings():
        # Its own parsers use what its own Dataset has deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        dataset = rdflib.Dataset()
        dataset.parse(data=data, format=RDFLIB[form.name])
    return frozenset(tuple(map(_of_rdflib, quad[:3])) for quad in dataset.quads())


@pytest.fixture(autouse=True)
def _lexical_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rdflib keep literals as they are written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def _has_space(term: Term) -> bool:
    return term[0] == "iri" and any(each.isspace() for each in term[1])


def _ends_lines(term: Term) -> bool:
    return bool(set("".join(term)) & set("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))


EXCUSED: dict[tuple[str, str], tuple[Callable[[Term], bool], str]] = {
    ("rdflib", "nt"): (_has_space, "its pattern of IRIs excludes all white space of Unicode; N-Triples only the space"),
    ("rdflib", "nq"): (_has_space, "as N-Triples"),
    ("rdflib", "tsv"): (_ends_lines, "its reader ends lines wherever str.splitlines does; TSV at line feeds alone"),
}
"""By reader and format: whether a term is one that the reader is wrong about, and how."""


def _excused(reader: str, form: Format, terms: Iterable[Term]) -> bool:
    wrong = EXCUSED.get((reader, form.name))
    return wrong is not None and any(wrong[0](each) for each in terms)


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.name)
@given(store=STORES)
def test_graphs(form: Format, store: ox.Store):
    """A graph in any format holds the very triples for both readers, or is refused where the format has no way."""
    data = _answer(store, ALL, form)
    if data is None:
        assert form is RDF_XML
        return
    held = _held(store)
    assert _read_by_engine(data, form) == held
    if not _excused("rdflib", form, (triple[2] for triple in held)):
        assert _read_by_rdflib(data, form) == held


@pytest.mark.parametrize("form", [RESULTS_JSON, RESULTS_XML, RESULTS_TSV], ids=lambda form: form.name)
@given(store=STORES)
def test_results(form: Format, store: ox.Store):
    """Solutions hold the very terms for both readers, unbound variables none; XML is refused where it cannot."""
    data = _answer(store, ROWS, form)
    if data is None:
        assert form is RESULTS_XML
        return
    expected = sorted((triple[0], triple[2]) for triple in _held(store))
    found = ox.parse_query_results(data, format=form.results)
    assert isinstance(found, ox.QuerySolutions)
    solutions = list(found)
    assert sorted((_of_engine(row["s"]), _of_engine(row["o"])) for row in solutions) == expected
    assert all(row["unbound"] is None for row in solutions)
    if not _excused("rdflib", form, (each for _, each in expected)):
        rows = list(Result.parse(io.BytesIO(data), format=form.name))
        assert sorted((_of_rdflib(row["s"]), _of_rdflib(row["o"])) for row in rows) == expected
        assert all(row["unbound"] is None for row in rows)


@given(store=STORES)
def test_csv(store: ox.Store):
    """CSV holds the bare values, quoted where they must be (RFC 4180) and nowhere changed, for any reader of CSV."""
    data = _answer(store, ROWS, RESULTS_CSV)
    assert data is not None
    names, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    assert names == ["s", "o", "unbound"]
    expected = sorted((triple[0][1], triple[2]) for triple in _held(store))
    assert sorted(row[0] for row in rows) == [subject for subject, _ in expected]
    for row, (_, value) in zip(sorted(rows), expected, strict=True):
        assert row[1].startswith("_:") if value == ("node",) else row[1] == value[1]
        assert row[2] == ""


TERMS_OF_1_2 = st.one_of(
    DIRECTED,
    st.builds(lambda p, o: ox.Triple(ox.NamedNode(f"{BASE}id/x"), p, o), PREDICATES, st.one_of(PLAIN, DIRECTED)),
)


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.name)
@given(value=TERMS_OF_1_2)
def test_rdf_1_2(form: Format, value: ox.Term):
    """Triple terms and directions come only to those who ask for that version; everybody else is told so."""
    store = _store([(ox.NamedNode(f"{BASE}ns#p"), value)])
    is_triple = isinstance(value, ox.Triple)
    versions = ("", "1.2", "1.2-basic") if form.has_versions else ("", "", "")
    plain, whole, basic = (_answer(store, ALL, form.at(version)) for version in versions)
    if is_triple or form is not JSON_LD:
        assert plain is None
    if is_triple:
        assert basic is None
    for data in (plain, whole, basic):
        assert data is None or _read_by_engine(data, form) == _held(store)
    if form not in {JSON_LD, RDF_XML}:
        assert whole is not None


@pytest.mark.parametrize("form", [RESULTS_JSON, RESULTS_XML, RESULTS_TSV], ids=lambda form: form.name)
@given(value=TERMS_OF_1_2)
def test_rdf_1_2_in_results(form: Format, value: ox.Term):
    """Solutions in JSON, XML and TSV hold triple terms, and language with direction."""
    store = _store([(ox.NamedNode(f"{BASE}ns#p"), value)])
    data = _answer(store, ROWS, form)
    if data is not None:
        (row,) = ox.parse_query_results(data, format=form.results)
        assert _of_engine(row["o"]) == _of_engine(next(iter(store)).object)
        assert form is not RESULTS_JSON or isinstance(value, ox.Triple) or b'"its:dir"' in data
    else:
        assert form is RESULTS_XML


@pytest.mark.parametrize("name", ["li", "Description", "about", "parseType", "RDF"])
def test_predicates_that_rdf_xml_means_otherwise(name: str):
    """A predicate whose element would be syntax of RDF/XML is refused there; one that is only numbered is not."""
    store = _store([(ox.NamedNode(str(rdflib.RDF) + each), ox.Literal("x")) for each in (name, "_1")])
    assert _answer(store, ALL, RDF_XML) is None
    numbered = _store([(ox.NamedNode(str(rdflib.RDF) + "_1"), ox.Literal("x"))])
    data = _answer(numbered, ALL, RDF_XML)
    assert data is not None
    assert _read_by_rdflib(data, RDF_XML) == _held(numbered)


@pytest.mark.parametrize("form", [RESULTS_JSON, RESULTS_XML, RESULTS_TSV, RESULTS_CSV], ids=lambda form: form.name)
@pytest.mark.parametrize(("text", "rows"), [("SELECT * {}", 1), ("SELECT * { FILTER(false) }", 0), ("SELECT ?x {}", 1)])
def test_rows_of_nothing(form: Format, text: str, rows: int):
    """No variables, no solutions, and a solution that binds nothing are told apart."""
    data = _answer(ox.Store(), text, form)
    assert data is not None
    if form is RESULTS_CSV:
        assert data.count(b"\r\n") == 1 + rows
        return
    found = ox.parse_query_results(data, format=form.results)
    assert isinstance(found, ox.QuerySolutions)
    assert len(found.variables) == text.count("?x")
    assert len(list(found)) == rows
