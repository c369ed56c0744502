"""Turtle and TriG with one slip or two: nothing is told behind a mistake that is right once that is mended."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf.engine_errors import EngineLines
from digigraph.sources.rdf.parsing import read_rdf

BASE = "http://e.x/base/"
ROOT = Path(__file__).parents[2]
WRITTEN = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix e: <http://e.x/> .

# Each grant has an amount; see e:Amount.
e:Grant-amount a sh:NodeShape ;
    sh:targetClass e:Grant , e:Award ;
    sh:property [
        sh:path e:amount ;
        sh:minCount 1 ; sh:maxCount 1 ;
        sh:node e:Amount ;
        sh:message "A grant has one amount; say which."@en , "Ett bidrag har ett belopp."@sv
    ] .

e:Amount a sh:NodeShape ;
    sh:property [ sh:path e:currency ; sh:in ( "SEK" "EUR" "NOK" ) ] ;
    sh:property [ sh:path ( e:value [ sh:inversePath e:of ] ) ; sh:datatype xsd:decimal ; sh:minExclusive 0.5 ] .

<http://e.x/ontology#funder>
    a e:Property ;
    e:comment '''Who pays. Not who decides:
that is e:decider .
''' ;
    e:since "2021-05-01"^^xsd:date .

[] e:about e:Grant ; e:note "(see [1])" , 'it is "so"' .
_:b1 e:next _:b2 . _:b2 e:next ( ) .
"""

# Text that looks like statements, marks in comments and in one another, statements that share a line.
HOSTILE = """@prefix e: <http://e.x/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

e:a skos:example \"\"\"e:a e:p e:b .
e:b e:p "x" , 'y' .
e:c e:p e:d , e:e .
\"\"\" ;
  skos:note '''It's so: e:a e:p \"\"\"long
text\"\"\" .
e:x e:p e:y .
''' , \"\"\"
@prefix f: <http://f/> .
f:a f:b "c" .
\"\"\" .
e:b skos:example \"\"\"e:a e:p\"\"\" ; e:q "" .
e:c sh:select \"\"\"
  PREFIX e: <http://e.x/>
  SELECT $this WHERE { $this e:p "x" . FILTER (?y = 'z') }
  \"\"\" .
e:d e:note "see: e:a e:p e:b . e:c e:d e:e ." , 'it is "so" . e:k e:l "x" .' .
e:e e:note \"\"\"one line\"\"\" , \"\"\"two\"\"\" ; e:r '''three''' .
e:f e:p ( 1 "x" [ e:q \"\"\"y
e:z e:z e:z .
e:y e:y e:y .
\"\"\" ] ) .
e:f e:list (
e:i1
e:i2 e:i3
e:i4 e:i5 e:i6
) .
e:g e:p \"\"\".
e:h e:p e:i .
e:i e:p \"\"\" , e:b .
e:h e:p "# no" ; # it's a "comment
   e:q "x # y" .
e:i e:p 1 .
e:j e:p \"\"\"e:a\"\"\" .
"""
GRAPHS = """@prefix e: <http://e.x/> .
e:g {
  e:a e:p \"\"\"x
  e:b e:p e:c .
}
e:g2 { e:d e:p e:e }
\"\"\" ;
     e:q "y" .
  e:b e:p "}" , '{ e:x' .
}
GRAPH e:h { e:a e:p "x" . e:b e:q \"\"\"
y {
\"\"\"
}
e:a e:p e:q .
{ e:c e:p "" . e:d e:p e:e }
e:z e:p \"\"\"a
b\"\"\" .
"""
TURTLE, TRIG = ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG
FILES = [
    pytest.param(WRITTEN, TURTLE, id="written"),
    pytest.param(HOSTILE, TURTLE, id="hostile"),
    pytest.param(HOSTILE.replace("\n", "\r\n"), TURTLE, id="crlf"),
    pytest.param(HOSTILE, TRIG, id="trig"),
    pytest.param(GRAPHS, TRIG, id="graphs"),
    *[
        pytest.param((ROOT / name).read_text(encoding="utf-8"), TURTLE, id=name)
        for name in ("shapes/sources.ttl", "shapes/dates.ttl", "ontology/concepts.ttl")
    ],
]
MARK = re.compile(r"""["'.\[\](){};,<>:#@^]""")
QUOTE = re.compile("[\"']")
LONG = re.compile("\"\"\"|'''")
Slip = tuple[int, int, str]
"""What is replaced, and by what."""


def slip(rnd: random.Random, text: str) -> Slip:
    """A slip of the hand: a mark or more too many or too few, another mark, a character or word lost."""
    kind = rnd.random()
    if kind < 0.6:
        wanted = QUOTE if kind < 0.25 else LONG if kind < 0.35 and LONG.search(text) else MARK
        at = rnd.choice([match.start() for match in wanted.finditer(text)])
        mark, length = text[at], 3 if wanted is LONG else 1
        other = {'"': "'", "'": '"'}.get(mark, mark + " ") * length
        return rnd.choice([(at, at + 1, ""), (at, at, mark), (at, at + length, ""), (at, at + length, other)])
    at = rnd.randrange(len(text))
    if kind < 0.85:
        return at, at, rnd.choice([*"\"'[](){}.;,<>:#@^\n\\ ", '"""', " . ", " ; ", " [ ", " ] ", " e:x "])
    word = re.compile(r"\S+\s?|\s+").match(text, at)
    assert word is not None
    return at, at + 1 if kind < 0.93 else word.end(), ""


def applied(text: str, *slips: Slip) -> str:
    """A text with slips, none of which overlap."""
    for start, end, instead in sorted(slips, reverse=True):
        text = text[:start] + instead + text[end:]
    return text


def engine_place(text: str, rdf_format: ox.RdfFormat) -> int | None:
    """The offset at which the engine sees the first mistake."""
    try:
        list(ox.parse(text.encode(), format=rdf_format, base_iri=BASE))
    except SyntaxError as error:
        return EngineLines(text).offset(error.lineno, error.offset)
    return None


def told(text: str, rdf_format: ox.RdfFormat) -> list[int]:
    """The offsets at which mistakes are told."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    try:
        read_rdf(text.encode(), "x", BASE, rdf_format=rdf_format)
    except Malformed as malformed:
        places = [each.location for each in (malformed.finding, *malformed.others)]
        return [starts[(each.line or 1) - 1] + (each.column or 1) - 1 for each in places]
    return []


@pytest.mark.parametrize(("text", "rdf_format"), FILES)
def test_one_slip_is_one_mistake(text: str, rdf_format: ox.RdfFormat) -> None:
    """It is told where the engine sees it, and nothing behind it: mended, the file is right."""
    assert engine_place(text, rdf_format) is None
    rnd = random.Random(0)
    broken = 0
    for _ in range(100):
        one = slip(rnd, text)
        mistaken = applied(text, one)
        if (place := engine_place(mistaken, rdf_format)) is not None:
            broken += 1
            assert told(mistaken, rdf_format) == [place], one
    assert broken > 30


@pytest.mark.parametrize(("text", "rdf_format"), FILES)
def test_of_two_slips_nothing_else_is_told(text: str, rdf_format: ox.RdfFormat) -> None:
    """Behind the first mistake stands at most what the engine says once either slip is undone."""
    rnd = random.Random(1)
    further = 0
    for _ in range(100):
        first, second = sorted((slip(rnd, text), slip(rnd, text)))
        if first[1] > second[0]:
            continue
        mistaken = applied(text, first, second)
        moved = len(first[2]) - (first[1] - first[0])
        of_second = engine_place(applied(text, second), rdf_format)
        of_first = engine_place(applied(text, first), rdf_format)
        known = {engine_place(mistaken, rdf_format)}
        if of_second is not None:
            known.add(of_second + (moved if of_second >= first[0] else 0))
        if of_first is not None:
            known.add(of_first + (len(second[2]) - (second[1] - second[0]) if of_first >= second[0] + moved else 0))
        found = told(mistaken, rdf_format)
        # Where both ends of a string are lost, the engine takes text for statements; the slip itself is as right.
        known |= set(range(second[0] + moved - 1, second[0] + moved + len(second[2]) + 1))
        assert set(found) <= known, (first, second)
        further += len(found[1:])
    assert further > 0
