"""What another endpoint sends, told from what it should have sent, in whatever pieces it comes."""

from __future__ import annotations

import itertools
import json

import hypothesis.strategies as st
import pyoxigraph as ox
import pytest
from hypothesis import given

from digigraph.errors import AnswerTooLarge, RemoteError
from digigraph.media import (
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULTS_CSV,
    RESULTS_JSON,
    RESULTS_TSV,
    RESULTS_XML,
    TRIG,
    TURTLE,
    Format,
)
from digigraph.store.answering.backend import Query
from digigraph.store.remote.received import Received

ASK, SELECT, CONSTRUCT = "ASK {}", "SELECT ?x { ?s ?p ?x }", "CONSTRUCT WHERE { ?s ?p ?o }"
SPARQL_XML = b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/>%s</sparql>'
RDF = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">%s</rdf:RDF>'


def received(text: str, form: Format, *pieces: bytes, most: int = 10**6, is_framed: bool = True) -> bytes:
    """What is passed on of a body."""
    arriving = Received(Query(text=text, format=form), most_rows=most, is_framed=is_framed)
    return b"".join([*(arriving.add(piece) for piece in pieces), arriving.end()])


GOOD = [
    (ASK, RESULTS_JSON, b' \n{"head": {"link": []}, "boolean": true}\n'),
    (ASK, RESULTS_JSON, b'\xef\xbb\xbf{"boolean":false}'),
    (ASK, RESULTS_XML, SPARQL_XML % b"<boolean>true</boolean>"),
    (ASK, RESULTS_CSV, b"true"),
    (ASK, RESULTS_TSV, b"false\n"),
    (SELECT, RESULTS_JSON, b'{"results":{"bindings":[]},"head":{"vars":["boolean"]}}'),
    (SELECT, RESULTS_JSON, b'{"head":{"link":["\\"boolean\\":true"],"vars":["boolean"]},"results":{"bindings":[]}}'),
    (SELECT, RESULTS_JSON, b'\xef\xbb\xbf{"head":{"vars":[]},"results":{"bindings":[]}}'),
    (SELECT, RESULTS_JSON, b'{"head":{"vars":["%s"]},"results":{"bindings":[]}}' % (b"x" * 5000)),
    (SELECT, RESULTS_XML, SPARQL_XML % b"<!-- <boolean> --><results></results>"),
    (SELECT, RESULTS_XML, b'<?xml version="1.0"?>\n<!-- a > b -->\n' + SPARQL_XML % b"<results/>" + b"\n"),
    (SELECT, RESULTS_XML, b'<s:sparql xmlns:s="http://www.w3.org/2005/sparql-results#"><s:results/></s:sparql >'),
    (SELECT, RESULTS_CSV, b'"x"\r\n"<html>"\r\n'),
    (SELECT, RESULTS_CSV, b"\r\n"),
    (SELECT, RESULTS_CSV, "x\nÅ毛🦉\n".encode()),
    (SELECT, RESULTS_XML, b"<?xml version='1.0' encoding='latin-1'?>" + SPARQL_XML % b"<results/><!-- \xe5 -->"),
    (SELECT, RESULTS_TSV, b"?x\n<urn:a>\n"),
    ("SELECT * {}", RESULTS_TSV, b"\n\n"),
    (CONSTRUCT, TURTLE, b""),
    (CONSTRUCT, TURTLE, b"# Empty TURTLE\n"),
    (CONSTRUCT, TURTLE, b"@prefix : <urn:> .\n:a :b :c .\n"),
    (CONSTRUCT, TURTLE, b"PREFIX : <urn:>\n"),
    (CONSTRUCT, N_TRIPLES, b'<urn:a> <urn:b> "<html>" .\n# end'),
    (CONSTRUCT, N_QUADS, b"<urn:a> <urn:b> <urn:c> <urn:d> .\n"),
    (CONSTRUCT, TRIG, b"<urn:g> { <urn:a> <urn:b> <urn:c> }\n"),
    (CONSTRUCT, RDF_XML, b'<?xml version="1.0" encoding="utf-8" ?>\n' + RDF % b"" + b"\n"),
    (CONSTRUCT, RDF_XML, b"<!DOCTYPE rdf:RDF [<!ENTITY a 'b'>]>" + RDF % b""),
    (CONSTRUCT, RDF_XML, b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'),
    (CONSTRUCT, JSON_LD, b'[{"@id":"urn:a"}]'),
    (CONSTRUCT, JSON_LD, b'{"@graph":[]}'),
]


@pytest.mark.parametrize(("text", "form", "body"), GOOD)
def test_good_answers_pass_as_they_are(text: str, form: Format, body: bytes) -> None:
    """What other servers write, in the letter of the formats, is passed on byte by byte, however it is cut."""
    for pieces in ([body], [bytes([each]) for each in body]):
        assert received(text, form, *pieces) == body


@pytest.mark.parametrize(
    ("text", "form", "body"),
    [
        (ASK, RESULTS_JSON, b""),
        (ASK, RESULTS_JSON, b'{"head":{"vars":["__ASK"]},"results":{"bindings":[]}}'),
        (ASK, RESULTS_XML, SPARQL_XML % b"<results/>"),
        (SELECT, RESULTS_JSON, b'{"head":{},"boolean":true}'),
        (SELECT, RESULTS_JSON, b'{"head": {"link": ["\\"results\\":"]}, "boolean" : false}'),
        (SELECT, RESULTS_XML, SPARQL_XML % b"<boolean>true</boolean>"),
        (SELECT, RESULTS_XML, SPARQL_XML % b"<!-- <results/> --><boolean>true</boolean>"),
        (SELECT, RESULTS_XML, b'<s:sparql xmlns:s="urn:x"><s:boolean>true</s:boolean></s:sparql>'),
        (ASK, RESULTS_JSON, b'{"head":{"vars":["boolean"]},"results":{"bindings":[]}}'),
        (SELECT, RESULTS_JSON, b"<html></html>"),
        (SELECT, RESULTS_JSON, b"[]"),
        (SELECT, RESULTS_JSON, b'"{}"'),
        (SELECT, RESULTS_JSON, b"{}"),
        (SELECT, RESULTS_JSON, b'{"head":{"vars":["results"]}}'),
        (SELECT, RESULTS_XML, SPARQL_XML % b""),
        (SELECT, RESULTS_XML, b"<html></html>"),
        (SELECT, RESULTS_XML, b"<?xml version='1.0'?><!-- <sparql> --><html></html>"),
        (SELECT, RESULTS_XML, b"{}"),
        (SELECT, RESULTS_XML, SPARQL_XML[:-1] % b"<results/>"),
        (SELECT, RESULTS_XML, b""),
        (SELECT, RESULTS_XML, b"<!--" * 20_000),
        (SELECT, RESULTS_CSV, b"\n <!DOCTYPE HTML>"),
        (SELECT, RESULTS_CSV, b""),
        (SELECT, RESULTS_TSV, b'"x"\n"urn:a"\n'),
        (SELECT, RESULTS_TSV, b""),
        (SELECT, RESULTS_CSV, "x\nå\n".encode("latin-1")),
        (SELECT, RESULTS_CSV, "x\nå".encode()[:-1]),
        (SELECT, RESULTS_JSON, '{"å":1}'.encode("utf-16")),
        (CONSTRUCT, TURTLE, b"<html><body>no</body></html>"),
        (CONSTRUCT, TURTLE, b"<urn:a> <urn:b> <urn:"),
        (CONSTRUCT, N_TRIPLES, b"<urn:a> <urn:b> <urn:c> .\n<urn:a>"),
        (CONSTRUCT, TRIG, b"<urn:g> {\n"),
        (CONSTRUCT, RDF_XML, b"<sparql></sparql>"),
        (CONSTRUCT, RDF_XML, RDF[:-10] % b""),
        (CONSTRUCT, JSON_LD, b"[{}"),
    ],
)
def test_bad_answers_do_not_pass(text: str, form: Format, body: bytes) -> None:
    """What is of another kind, or ends too soon, is refused, however it is cut."""
    for pieces in ([body], [bytes([each]) for each in body]):
        with pytest.raises(RemoteError):
            received(text, form, *pieces)


@pytest.mark.parametrize(
    "form", [RESULTS_CSV, RESULTS_TSV, TURTLE, N_TRIPLES, N_QUADS, TRIG], ids=lambda each: each.name
)
def test_who_does_not_say_how_long_it_is(form: Format) -> None:
    """Where only the end of the connection ends a body, formats without an end of their own are refused."""
    text = CONSTRUCT if form.results is None else SELECT
    with pytest.raises(RemoteError, match="how long"):
        received(text, form, b"", is_framed=False)
    assert received(ASK, RESULTS_JSON, b'{"boolean":true}', is_framed=False) == b'{"boolean":true}'


documents = st.builds(
    lambda values, indent: json.dumps(
        {
            "head": {"vars": ["x"]},
            "results": {"bindings": [{"x": {"type": "literal", "value": value}} for value in values]},
        },
        indent=indent,
        ensure_ascii=False,
    ).encode("utf-8", "replace"),
    st.lists(st.text(alphabet='\\"{}[],:ab\n ', max_size=6), max_size=6),
    st.sampled_from([None, 0, 2]),
)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[begin:end] for begin, end in itertools.pairwise(ends)]


@given(documents, st.lists(st.integers(0, 10_000), max_size=8))
def test_rows_of_json_are_counted_however_it_is_written(body: bytes, places: list[int]) -> None:
    """Rows are counted right whatever stands in values, however the document is laid out and cut."""
    rows = len(json.loads(body)["results"]["bindings"])
    pieces = cut(body, places)
    assert received(SELECT, RESULTS_JSON, *pieces, most=max(rows, 1)) == body
    if rows > 1:
        with pytest.raises(AnswerTooLarge):
            received(SELECT, RESULTS_JSON, *pieces, most=rows - 1)


@given(documents, st.integers(0, 10_000), st.lists(st.integers(0, 10_000), max_size=8))
def test_no_part_of_json_passes_for_the_whole(body: bytes, length: int, places: list[int]) -> None:
    """Any beginning of a document that is not all of it is refused at its end."""
    with pytest.raises(RemoteError):
        received(SELECT, RESULTS_JSON, *cut(body[: length % len(body)], places))


@pytest.mark.parametrize("form", [RESULTS_XML, RESULTS_CSV, RESULTS_TSV, RESULTS_JSON], ids=lambda each: each.name)
def test_rows_of_tables_are_counted(form: Format) -> None:
    """As many rows pass as may, and not one more."""
    solutions = ox.Store().query("SELECT ?x { VALUES ?x { 'a\"\\n,b' '<result>' '}},{\"' } }")
    assert isinstance(solutions, ox.QuerySolutions)
    body = solutions.serialize(format=form.results)
    assert body is not None
    assert received(SELECT, form, body, most=3) == body
    with pytest.raises(AnswerTooLarge):
        received(SELECT, form, body, most=2)


def test_statements_in_lines_are_counted() -> None:
    """So are triples where each has a line."""
    body = b"<urn:a> <urn:b> <urn:c> .\n" * 3
    assert received(CONSTRUCT, N_TRIPLES, body, most=3) == body
    with pytest.raises(AnswerTooLarge):
        received(CONSTRUCT, N_TRIPLES, body, most=2)
