"""RDF files: every triple knows its line, and blank nodes get names that files' layout does not change."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf.blank_nodes import without_blank_nodes
from digigraph.sources.rdf.parsing import parse_rdf

TURTLE = """@prefix : <http://e.x/> .
:a :p "one" ,   # a comment: not . the end
     \"\"\"two
lines\"\"\" ; :q :b . :c :p :d .
:é :p "🧬" , :ö .
"""


def test_each_triple_is_at_the_end_of_its_object() -> None:
    """Several on a line, long strings, comments, letters beyond ASCII: line and column are where the object ends."""
    located = {str(each.quad.object): each.location for each in parse_rdf(TURTLE.encode(), "a.ttl", "http://e.x/")}
    lines = {key: place.line for key, place in located.items()}
    assert lines['"one"'] == 2
    assert lines["<http://e.x/b>"] == 4
    assert lines["<http://e.x/d>"] == 4
    assert lines['"🧬"'] == 5
    assert located["<http://e.x/d>"].column > located["<http://e.x/b>"].column


def test_a_syntax_error_is_located() -> None:
    """What is not Turtle is told with its line."""
    with pytest.raises(Malformed) as caught:
        parse_rdf(b"@prefix : <http://e.x/> .\n:a :p :b\n:c :p .\n", "a.ttl", "http://e.x/")
    assert caught.value.finding.location.line == 3


def test_blank_nodes_are_named_by_what_is_said_of_them() -> None:
    """The same content gives the same IRI, in any order and under any label; other content another."""
    one = parse_rdf(b"<http://e.x/a> <http://e.x/p> [ <http://e.x/q> 1, 2 ] .", "a.ttl", "http://e.x/")
    two = parse_rdf(b"_:z <http://e.x/q> 2 , 1 . <http://e.x/a> <http://e.x/p> _:z .", "a.ttl", "http://e.x/")
    other = parse_rdf(b"<http://e.x/a> <http://e.x/p> [ <http://e.x/q> 1 ] .", "a.ttl", "http://e.x/")
    first, second, third = (
        {each.quad for each in without_blank_nodes(located, "http://e.x/id/b-")} for located in (one, two, other)
    )
    assert first == second != third
    assert not any(isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode) for quad in first)


def test_a_circle_of_blank_nodes_is_refused() -> None:
    """Nodes that have no content but each other cannot be named."""
    circle = parse_rdf(b"_:a <http://e.x/p> _:b . _:b <http://e.x/p> _:a .", "a.ttl", "http://e.x/")
    with pytest.raises(Malformed, match="circle"):
        without_blank_nodes(circle, "http://e.x/id/b-")
