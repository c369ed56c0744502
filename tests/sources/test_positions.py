"""Places of triples: files are written together with the places of everything in them, and no place may be wrong."""

from __future__ import annotations

import io
import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
import w3c
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import BASE, Expected, Place, TurtleWriter, n_quads
from projects import SUITES

from digigraph.findings import Location, Precision
from digigraph.sources.rdf import turtle
from digigraph.sources.rdf.parsing import LocatedQuad, read_rdf

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
}
BOM = b"\xef\xbb\xbf"


def place(location: Location | None) -> Place | None:
    return location and Place(location.line, location.column, location.end_line, location.end_column)


def wrong(located: list[LocatedQuad], by_predicate: dict[str, Expected], by_value: dict[str, Expected]) -> list[str]:
    """The triples that are elsewhere than expected, or whose place is not known; and what is missing."""
    found = []
    seen = set()
    for each in located:
        predicate, value = each.quad.predicate.value, str(each.quad.object)
        key = predicate if predicate in by_predicate else value
        expected = by_predicate.get(predicate) or by_value.get(value)
        if each.location.precision is not Precision.VALUE:
            found.append(f"{each.quad} is not located")
        elif expected is not None:
            seen.add(key)
            places = Expected(place(each.location), place(each.node), place(each.property))
            if places != expected:
                found.append(f"{each.quad} at {places}; expected {expected}")
    missing = (by_predicate.keys() | by_value.keys()) - seen
    return found + [f"{key} was not read" for key in missing]


def check_turtle(seed: int, *, trig: bool) -> int:
    generator = random.Random(seed)
    writer = TurtleWriter(generator, trig=trig)
    text = writer.file()
    data = (BOM if generator.random() < 0.3 else b"") + text.encode()
    rdf_format = ox.RdfFormat.TRIG if trig else ox.RdfFormat.TURTLE
    located = read_rdf(data, "x", BASE, rdf_format=rdf_format).quads
    assert wrong(located, writer.expected, writer.items) == [], text
    return len(located)


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=150, deadline=None)
def test_no_place_in_turtle_and_trig_is_wrong(seed: int, trig: bool) -> None:  # noqa: FBT001 - a drawn value
    """Several statements on a line, comments, long strings, brackets, lists, prefixes anew, CR LF, BOM."""
    check_turtle(seed, trig=trig)


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=100, deadline=None)
def test_no_place_in_n_triples_and_n_quads_is_wrong(seed: int, graphs: bool) -> None:  # noqa: FBT001
    """Line ends, comments and white space of every kind that the formats allow."""
    text, expected = n_quads(random.Random(seed), graphs=graphs)
    rdf_format = ox.RdfFormat.N_QUADS if graphs else ox.RdfFormat.N_TRIPLES
    assert wrong(read_rdf(text.encode(), "x", BASE, rdf_format=rdf_format).quads, expected, {}) == [], text


@pytest.mark.long
def test_no_place_is_wrong_in_thousands_of_files() -> None:
    """The same over files enough to meet what is rare; a quarter of a million triples is held to their place."""
    triples = sum(check_turtle(seed, trig=bool(seed % 2)) for seed in range(20_000))
    assert triples > 250_000


class OneByte(io.BytesIO):
    """Feeds a parser one byte a call: it has then read to the end of what it emits, and what it had to look ahead."""

    def read(self, _size: int | None = -1, /) -> bytes:
        """Return the next byte."""
        return super().read(1)


def ends_of(data: bytes, rdf_format: ox.RdfFormat) -> list[int]:
    source = OneByte(data)
    return [source.tell() for _ in ox.parse(source, format=rdf_format, base_iri=BASE)]


def suite_files() -> list[Path]:
    return [path for path in sorted((SUITES / "w3c-rdf11").rglob("*")) if path.suffix in FORMATS]


@pytest.mark.long
def test_every_triple_of_the_w3c_suites_has_its_place() -> None:
    """Each file that the engine reads: every triple has a place, which ends where the engine itself emits the triple.

    The engine emits a triple when it has read the token that completes it, and at most the token behind it.
    """
    if not suite_files():
        pytest.skip(w3c.MISSING)
    files = triples = 0
    for path in suite_files():
        data = path.read_bytes()
        try:
            ends = ends_of(data, FORMATS[path.suffix])
        except SyntaxError:
            continue
        located = read_rdf(data, path.name, BASE, rdf_format=FORMATS[path.suffix]).quads
        files, triples = files + 1, triples + len(located)
        assert len(ends) == len(located)
        assert {each.location.precision for each in located} <= {Precision.VALUE}, path
        assert misplaced(data.decode(), ends, located) == [], path
    assert files >= 780
    assert triples >= 8400


def misplaced(text: str, ends: list[int], located: list[LocatedQuad]) -> list[str]:
    """The triples whose object the engine had not read when it emitted them, or had left behind.

    A node in brackets and a list are known when they open and complete when they close: their beginning only must lie
    before. Everything else ends where the triple is emitted, or one token before; one byte more may have been read.
    """
    tokens = [token.end for token in turtle._tokens(text)]  # noqa: SLF001 - the lexer alone, to count tokens
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    wrong = []
    for emitted, each in zip(ends, located, strict=True):
        emitted_at = len(text.encode()[:emitted].decode("utf-8", "ignore"))
        end = starts[each.location.end_line - 1] + each.location.end_column - 1
        behind = sum(1 for token in tokens if end < token < emitted_at)
        if end > emitted_at or (behind > 1 and not isinstance(each.quad.object, ox.BlankNode)):
            wrong.append(f"{each.quad}: {end}, emitted at {emitted_at}")
    return wrong


MARK = ox.NamedNode("urn:x:mark")
BLANK = re.compile(r"_:[0-9a-zA-Z.-]+")
LISTS = {f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest")}


def parsed(text: str, rdf_format: ox.RdfFormat) -> list[tuple[str, str, str]]:
    """The triples of a text in its order; blank nodes have no names."""
    quads = ox.parse(text.encode(), format=rdf_format, base_iri=BASE)
    return [tuple(BLANK.sub("_:", str(term)) for term in each.triple) for each in quads]


def misleading(text: str, rdf_format: ox.RdfFormat) -> list[str]:
    """The places at which another word changes anything else than the terms that are said to stand there.

    The engine alone judges: each place is overwritten with an IRI and the file is read again. What has no word of its
    own (brackets, the cells of a list) cannot be tried.
    """
    located = read_rdf(text.encode(), "x", BASE, rdf_format=rdf_format).quads
    before = parsed(text, rdf_format)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    tried: dict[tuple[int, Location], list[int]] = {}
    wrong = []
    for number, each in enumerate(located):
        for term, where in enumerate((each.node, each.property, each.location)):
            if where is None:
                wrong += [] if str(each.quad.predicate) in LISTS and term == 1 else [f"{each.quad} has no place"]
            else:
                tried.setdefault((term, where), []).append(number)
    for (term, where), told in tried.items():
        start, end = (starts[line - 1] + column - 1 for line, column in spans(where))
        word = text[start:end]
        numbers = [
            each
            for each in told
            if (before[each][term] == "_:") == word.startswith("_:") and not cell(before[each], term)
        ]
        if not numbers or word == ")":
            continue
        expected = Counter(
            tuple(str(MARK) if each == term and number in numbers else words for each, words in enumerate(triple))
            for number, triple in enumerate(before)
        )
        # The order in which the engine emits what belongs to a list depends on its items.
        after = Counter(parsed(f"{text[:start]} {MARK} {text[end:]}", rdf_format))
        if after != expected:
            wrong.append(f"{where}: {text[start:end]!r} is not term {term} of {numbers}: {after - expected}")
    return wrong


def cell(triple: tuple[str, str, str], term: int) -> bool:
    """Whether a term is a cell of a list: it stands where its item does."""
    return triple[1] in LISTS and (term == 0 or (term == 2 and triple[1].endswith("rest>") and triple[2] == "_:"))


def spans(where: Location) -> tuple[tuple[int, int], tuple[int, int]]:
    return (where.line, where.column), (where.end_line, where.end_column)


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=40, deadline=None)
def test_another_word_at_a_place_changes_that_term_alone(seed: int, trig: bool) -> None:  # noqa: FBT001 - drawn
    """Subjects, properties and values: what stands at a place is the term itself and the whole of it."""
    text = TurtleWriter(random.Random(seed), trig=trig).file()
    assert misleading(text, ox.RdfFormat.TRIG if trig else ox.RdfFormat.TURTLE) == [], text


WRITERS = [
    # Names that look like keywords.
    """@prefix prefix: <http://e.x/> . @prefix graph: <http://g/> . @prefix base: <http://b/> . @prefix a: <http://a/> .
    prefix:x graph:y base:z . a:b a a:a , true . base: base: base: .\n@prefix true: <http://t/> . a:a true: true .""",
    "PREFIX : <http://e.x/>PREFIX a:<http://a/>:a :b a:b:c .:a a:b :c:d,:e;a:x 1.2,1 .:a :b 1.e0 .",
    """<http://e.x/s> <http://e.x/p> "x"@prefix , "y"@base , "z"@graph , 'q"'@en-GB .""".replace("prefix", "pre"),
    # IRIs that are not written out.
    "@base <http://e.x/a/b/c> .\n<> <p> <../x> , <#f> , <?q> , <//h/i> , <./y/../z> . @base <d/> . <> <p> <x> .",
    r"<http://e.x/\u00e9> <http://e.x/p\U0001F600> <http://e.x/é> , _:a.b , _:a..b , _:1 , _:a- .",
    r"@prefix e: <http://e.x/> .e:a\.b e:\~c e:d%20e , e:f\,g , e:h.i.j , e:k:l , e:1.2 , e:_-x , e:_ .e:a e:b e:c .",
    # Quotes in quotes, every end of a line, numbers against their dot.
    '<http://e.x/s> <http://e.x/p> "a\\u0022b" , """a"b""c\\"""" , "\\\\" , "\\\\\\"" , """\n\r\n\r""" , \'"\' .',
    "\r<http://e.x/s>\r<http://e.x/p>\r#c\r1\r.#x\r\n<http://e.x/s> <http://e.x/p> 2.",
    "<http://e.x/s> <http://e.x/p> +1 , -1.0 , +.5e-3 , 00 , 1E5 , 1. <http://e.x/t> <http://e.x/p> .5.",
    # Nodes in nodes.
    """<http://e.x/s> <http://e.x/p> ( ) , (( )) , ( [ ] ( 1 [ <http://e.x/q> ( 2 ) ] ) ) , [ ] ; ;; a <http://e.x/c> ;.
    [ <http://e.x/p> 1 ] . ( 1 ) <http://e.x/p> 2 . [] <http://e.x/p> [ <http://e.x/p> [ <http://e.x/p> 3 ] , 4 ] .""",
]


@pytest.mark.parametrize("text", WRITERS)
def test_what_writers_of_turtle_may_do_is_followed(text: str) -> None:
    """Every triple has its places, and another word at each changes that term alone."""
    located = read_rdf(text.encode(), "x", BASE, rdf_format=ox.RdfFormat.TURTLE).quads
    assert {each.location.precision for each in located} == {Precision.VALUE}
    assert misleading(text, ox.RdfFormat.TURTLE) == []


@pytest.mark.long
def test_another_word_at_a_place_of_the_w3c_suites_changes_that_term_alone() -> None:
    """The same over each file of the suites that the engine reads."""
    if not suite_files():
        pytest.skip(w3c.MISSING)
    files = 0
    for path in suite_files():
        text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
        try:
            parsed(text, FORMATS[path.suffix])
        except SyntaxError:
            continue
        files += 1
        assert misleading(text, FORMATS[path.suffix]) == [], path
    assert files >= 780


def test_a_triple_that_is_said_twice_has_two_places() -> None:
    """Each of them the place where it is said once more."""
    text = "<http://e.x/a> <http://e.x/p> 1 , 1 .\n<http://e.x/a> <http://e.x/p> 1 ."
    located = read_rdf(text.encode(), "x.ttl", BASE, rdf_format=ox.RdfFormat.TURTLE).quads
    assert [(each.location.line, each.location.column) for each in located] == [(1, 31), (1, 35), (2, 31)]


def test_what_is_not_followed_has_no_place() -> None:
    """Triple terms of RDF 1.2 are read, and of their triples only the file is said."""
    text = "<http://e.x/a> <http://e.x/p> <<( <http://e.x/a> <http://e.x/p> 1 )>> .\n<http://e.x/b> <http://e.x/q> 2 ."
    located = read_rdf(text.encode(), "x.ttl", BASE, rdf_format=ox.RdfFormat.TURTLE).quads
    assert [each.location for each in located] == [Location("x.ttl"), Location("x.ttl")]
    assert {each.location.precision for each in located} == {Precision.FILE}
