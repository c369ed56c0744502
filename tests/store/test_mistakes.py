"""What somebody is told whose query is not SPARQL."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from digigraph.errors import QuerySyntaxError
from digigraph.media import RESULTS_JSON
from digigraph.store.admission.mistakes import explained, syntax_error
from digigraph.store.answering.backend import Query
from digigraph.store.opening import open_backend

if TYPE_CHECKING:
    from digigraph.settings import Settings


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", (1, 1), ""),
        ("SELECT", (1, 7), ': expected one of "$", "(", "*", "?"'),
        ("SELECT *\n{ ?s ?p }", (2, 10), ""),
        ("ASK { ?s ?p ?o", (1, 15), ': expected one of ",", ".", ";", "{", "{|", "}", "~"'),
        ("SELECT ?x WHERE { ?x a ?y } GROUP BY ?y", (1, 40), ": The SELECT contains a variable that is unbound"),
        ("SELECT (COUNT(?s) ?n) {}", (1, 23), ""),
        ("ASK { ?s a <a b> }", (1, 17), ": IRI parsing failed"),
        ("ASK { a b c }", (1, 14), ""),
    ],
)
def test_what_the_engine_says_is_told_as_far_as_it_helps(text: str, place: tuple[int, int], reason: str):
    """Line and column, marks that may stand there, or its own words; no classes of characters, and no keywords that
    only begin like what stands there.
    """
    with pytest.raises(SyntaxError) as raised:
        ox.Store().query(text)
    told = syntax_error(str(raised.value))
    assert (told.line, told.column) == place
    assert told.message == f"The query is not SPARQL near line {place[0]}, column {place[1]}{reason}."


def test_an_error_of_another_form_is_passed_on():
    """An error that the engine words in another way keeps its words."""
    assert "something else" in syntax_error("something else").message


@pytest.mark.parametrize(
    ("text", "place", "name", "hint"),
    [
        (
            "SELECT * {\n ?s schema:name ?o }",
            (2, 5),
            "schema:name",
            "Write PREFIX schema: <https://schema.org/> in front.",
        ),
        ("PREFIX a: <urn:a> ASK { a:b a:c :d }", (1, 33), ":d", "Write PREFIX : <…> in front."),
        ("ASK { _:b a <urn:x:y> , 'x:y' , mine:type }", (1, 33), "mine:type", "Write PREFIX mine: <…> in front."),
        ("ASK { ?s a http://example.org/type }", (1, 12), "http:", "IRIs stand in angle brackets: <http://…>."),
    ],
)
def test_a_prefix_without_a_declaration_is_named(
    published: Settings, text: str, place: tuple[int, int], name: str, hint: str
):
    """Its place and name are told, and what to write where it is one of this graph's."""
    with contextlib.closing(open_backend(published)) as backend, pytest.raises(QuerySyntaxError) as refusal:
        backend.answer(Query(text=text, format=RESULTS_JSON))
    told = refusal.value
    assert (told.line, told.column, told.hint) == (*place, hint)
    assert name in told.message
    assert told.excerpt is not None
    assert told.excerpt.endswith("\n" + " " * (place[1] - 1) + "^")


def test_an_engine_that_tells_no_place_may_know_prefixes_of_its_own():
    """Its words stay as they are."""
    told = syntax_error("something else")
    assert explained(told, "ASK { ?s foaf:name }", {}) is told
