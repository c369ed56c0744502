"""Places of triples: files are written together with the places of everything in them, and no place may be wrong."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import BASE, Expected, Place, TurtleWriter, n_quads

from digigraph.findings import Location, Precision
from digigraph.sources import turtle
from digigraph.sources.rdf import LocatedQuad, read_rdf

SUITES = Path(os.environ.get("DIGIGRAPH_SUITES", Path(__file__).parents[2].parent / "shared/suites"))
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
            if (place(each.location), place(each.node)) != (expected.value, expected.node):
                found.append(f"{each.quad} at {each.location}, {each.node}; expected {expected}")
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
        pytest.skip("the W3C suites are not on this machine")
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


def test_what_is_not_followed_has_no_place() -> None:
    """Triple terms of RDF 1.2 are read, and of their triples only the file is said."""
    text = "<http://e.x/a> <http://e.x/p> <<( <http://e.x/a> <http://e.x/p> 1 )>> .\n<http://e.x/b> <http://e.x/q> 2 ."
    located = read_rdf(text.encode(), "x.ttl", BASE, rdf_format=ox.RdfFormat.TURTLE).quads
    assert [each.location for each in located] == [Location("x.ttl"), Location("x.ttl")]
    assert {each.location.precision for each in located} == {Precision.FILE}
