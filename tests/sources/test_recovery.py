"""Turtle and TriG: every mistake in the syntax is told in one run, each where the engine sees it, and no other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf.parsing import read_rdf

if TYPE_CHECKING:
    from digigraph.findings import Finding

BASE = "http://e.x/base/"
PREFIXES = "@prefix e: <http://e.x/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"


def told(text: str, rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE) -> list[Finding]:
    """What is told of the syntax of a file."""
    try:
        read_rdf(text.encode(), "x", BASE, rdf_format=rdf_format)
    except Malformed as malformed:
        return [malformed.finding, *malformed.others]
    return []


def lines(text: str, rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE) -> list[tuple[int, int]]:
    """Lines and columns of what is told of a file behind the prefixes."""
    return [(each.location.line - 2, each.location.column) for each in told(PREFIXES + text, rdf_format)]


RIGHT = [
    'e:a e:p "x" .',
    "e:a e:p e:b , e:c ; e:q 1.5 .",
    'e:a e:p "a. b . c" ;\n    e:q "[ ( {" .',
    'e:a e:p """two\n. lines\n  e:x e:y .\n""" .',
    "e:a e:p [ e:q 1 ; e:r ( 1 2 [ ] ) ] .",
    "e:a # no . end\n  e:p <http://e.x/#frag> .",
    "[ e:p 1 ] e:q 2 .",
    "( 1 2 ) e:q 2 .",
    '_:b e:p "😀"@en , "ä"^^xsd:string .',
    "<http://e.x/a.b> a e:c.d .",
]
WRONG = [
    "e:a e:p .",
    "e:a .",
    'e:a "x" 1 .',
    "e:a e:p <a b> .",
    'e:a e:p "\\q" .',
    "e:a e:p 1 e:q 2 .",
    "e:a e:p 1 ;\n    e:q e:r e:s ;\n    e:t 2 .",
    "e:a e:p 1 ] .",
    "e:a e:p ( 1 2 ] .",
    'e:a e:p "x"^^ .',
    'e:a e:p "x"@1 .',
    "e:a e:p 1,, 2 .",
    "e:a e:p e:b%zz .",
    "e:a e:p 1e .",
    "e:a e:p [ e:q 1 , ] ; e:r 2 .",
    "e:a e:p <http://[bad/> .",
]


def error_of(text: str) -> SyntaxError | None:
    """The engine's own."""
    try:
        list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE))
    except SyntaxError as error:
        return error
    return None


def own_place(statement: str) -> tuple[int, int]:
    """Where the engine sees the mistake of a statement that stands alone."""
    error = error_of(PREFIXES + statement)
    assert error is not None
    return (error.lineno or 0) - 2, error.offset or 0


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_each_wrong_statement_is_told_where_it_is_wrong_alone(seed: int) -> None:
    """Among right ones, several on a line or with comments between: each in its place, and no other."""
    rnd = random.Random(seed)
    text, expected = "", []
    for _ in range(rnd.randint(1, 25)):
        statement = rnd.choice(RIGHT + WRONG)
        if statement in WRONG:
            line, column = own_place(statement)
            before = len(text) - text.rfind("\n") - 1 if line == 1 else 0
            expected.append((text.count("\n") + line, before + column))
        # A dot in a wrong place ends a statement for certain only where another begins with the line.
        text += statement + rnd.choice(["\n", "\n\n", " # .\n", "\r\n", "\n# e:x .\n", "\n\n\n"])
    assert lines(text) == expected, text


def test_mistakes_of_all_kinds_in_one_file() -> None:
    """Dots that are missing, strings and brackets without end, prefixes: each is told once, and hides no other."""
    text = """e:a e:p "x" ; e:q e:b e:c .
e:c x:p "z" , x:w .
e:d e:p <a b> ; x:p 1 .
e:e e:p "unclosed .
e:f e:p "ok" .
e:g e:p "x"
e:h e:p "ok"
   e:q "y" .
e:i e:p [ e:q 1 .
e:j e:p 1 , .
e:k e:p [ e:q 1 . e:r 2 ] ; e:s 3 .
e:l e:p http://e.x/a .
@prefix f: http://e.x/ .
f:m e:p ( 1 2 .
f:m e:p f:m .
f:n e:p 1
@prefix g: <http://e.x/>
g:o e:p .
"""
    assert lines(text) == [
        *[(1, 23), (2, 5), (3, 9), (4, 20), (7, 1), (8, 4), (9, 17), (10, 13), (11, 17), (12, 9), (13, 12), (14, 15)],
        *[(17, 1), (18, 1)],
    ]


def test_mistakes_in_graphs() -> None:
    """In TriG a statement also ends with the block of its graph."""
    text = """e:g { e:a e:p e:q e:r . e:d e:p 1 , } e:c e:p "z" "y".
e:g {
  e:a e:p "x"
  e:b e:p "y" .
  e:c e:p .
  e:c e:p .
}
GRAPH e:g { e:a x:p 1 . e:b e:p 2 }
e:a e:p 1 }
e:a e:p .
"""
    found = [(1, 19), (1, 37), (1, 51), (4, 3), (5, 11), (6, 11), (8, 17), (9, 11)]
    assert lines(text, ox.RdfFormat.TRIG) == found


def test_strings_that_do_not_end_are_told() -> None:
    """Where one opens; or where the next one opens that was taken for its end, with the line of the first."""
    text = '''e:a e:p """lost .
e:b e:p 1 , .
e:c e:p """fine""" .
e:d e:p 1 , .
e:f e:p """really lost .
e:g e:p 1 .
e:h e:p .
'''
    found = told(PREFIXES + text)
    # What is wrong in the text that the string took is seen when the string is mended; so is what may be text.
    assert [each.location.line - 2 for each in found] == [3, 5]
    assert found[0].hint == "A string stands before it, that begins in line 3: should it end earlier?"
    assert found[1].message == 'This is not Turtle: What begins here with " does not end.'
    (last,) = told(PREFIXES + 'e:a e:p """lost\nand more.\n')
    assert last.hint == "What stands further down was not looked at; correct this first."


def test_a_prefix_that_is_not_declared_is_told_once() -> None:
    """Where it is used first; what else is wrong with other uses is told all the same."""
    assert lines(
        "x:a e:p 1 .\nx:b y:p 1 .\nx:c y:p .\n@prefix z <http://z/> .\nz:a e:p 1 .\n@prefx w: <http://w/> .\nw:a e:p 1."
    ) == [
        *[(1, 1), (2, 5), (3, 9), (4, 9), (6, 1)],
    ]


def test_a_directive_that_is_begun_is_not_left_for_its_next_line() -> None:
    """What stands there may be the rest of it."""
    assert lines("@prefix f:\nhttp://f/ .\nf:a f:b f:c , .\n@prefix g:\n<g b> .\ng:a g:b g:c , .") == [
        *[(2, 1), (3, 15), (5, 1), (6, 15)],
    ]


def test_an_iri_without_brackets_is_no_prefix() -> None:
    """What to write is said."""
    (found,) = told(PREFIXES + "e:a e:p http://e.x/a .\ne:b e:p 1 .")
    assert found.hint == "An IRI is written in angle brackets: <http://…>."


@pytest.mark.parametrize("line", ["e:a e:p .\n", "x\n", '<a> <b> """\n', "[\n", "@prefix a: <x> .\nx ", "{\n"])
def test_of_thousands_of_mistakes_the_first_are_told(line: str) -> None:
    """What is no Turtle at all does not fill a report; it is said that there may be more."""
    found = told(line * 20_000)
    assert 1 <= len(found) <= 50
    assert (found[-1].hint or "").endswith("What stands further down was not looked at; correct this first.")


@pytest.mark.parametrize("rdf_format", [ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.JSON_LD])
def test_a_carriage_return_alone_ends_no_line(rdf_format: ox.RdfFormat) -> None:
    """The engine counts one as the end of a line, editors and all other locations here do not."""
    text = '{"p:p":\r\r"å"\r\n,\r x}' if rdf_format == ox.RdfFormat.JSON_LD else "<a:a>\r<b:b>\r\r\n <a:a> .\rx \n"
    if rdf_format == ox.RdfFormat.N_TRIPLES:
        text = '<a:a> <b:b> "å" .\r\r\n<a:a> <b:b> <a:a> .\rx \n'
    (found,) = told(text, rdf_format)
    assert (found.location.line, found.location.column) == (2, text.index("x") - text.index("\n"))
