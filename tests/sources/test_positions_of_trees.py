"""Places of triples in JSON-LD and RDF/XML: a place is right or it is not said."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import BASE, Place
from trees import JsonLdWriter, RdfXmlWriter

from digigraph.findings import Location, Precision
from digigraph.sources.rdf.parsing import LocatedQuad, read_rdf

XSD = "http://www.w3.org/2001/XMLSchema#"


def place(location: Location) -> Place:
    return Place(location.line, location.column, location.end_line, location.end_column)


def key_of(term: object) -> str:
    if isinstance(term, ox.Literal):
        is_number = term.datatype.value in {f"{XSD}integer", f"{XSD}double", f"{XSD}decimal"}
        return f"number {float(term.value)}" if is_number else f'"{term.value}"'
    return f"<{term.value.rpartition('/')[2]}>" if isinstance(term, ox.NamedNode) else ""


def json_ld(text: str) -> list[LocatedQuad]:
    return read_rdf(text.encode(), "x.jsonld", BASE, rdf_format=ox.RdfFormat.JSON_LD).quads


def check_json_ld(seed: int) -> tuple[int, int]:
    """Returns how many triples were held to their place, and how many of them had it exactly."""
    writer = JsonLdWriter(random.Random(seed))
    text = writer.file()
    held = exact = 0
    for each in json_ld(text):
        expected = writer.values.get(key_of(each.quad.object))
        if expected is None:
            continue
        held += 1
        if each.location.precision is Precision.VALUE:
            exact += 1
            assert place(each.location) == expected, (str(each.quad), text)
    return held, exact


@given(st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_no_place_in_json_ld_is_wrong(seed: int) -> None:
    """Contexts with aliases, maps, lists, coercion, reverse; nodes in one another; any white space and escapes."""
    check_json_ld(seed)


@pytest.mark.long
def test_json_ld_is_exact_but_for_what_cannot_be_marked() -> None:
    """Over thousands of files no place is wrong, and nearly every literal, number and link has one."""
    counts = [check_json_ld(seed) for seed in range(4000)]
    held, exact = (sum(each) for each in zip(*counts, strict=True))
    assert held > 20_000
    assert exact / held > 0.99


def test_json_ld_says_how_exact_it_is() -> None:
    """A value stands where it is written; a word of the context where its node does; else only the file is said."""
    located = json_ld(
        '{"@context": {"@vocab": "http://e.x/", "Done": "http://e.x/d"},\n'
        '"@id": "http://e.x/a",\n'
        '"@type": "Done",\n'
        '"p": ["x", true, 2, {"q": "y"}],\n'
        '"r": {"@list": [{"@value": false}]}}'
    )
    by_value = {str(each.quad.object): each.location for each in located}
    assert (by_value["<http://e.x/d>"].precision, by_value["<http://e.x/d>"].line) == (Precision.NODE, 2)
    assert (by_value['"x"'].precision, by_value['"x"'].line, by_value['"x"'].column) == (Precision.VALUE, 4, 7)
    assert by_value[f'"true"^^<{XSD}boolean>'].precision is Precision.NODE
    assert by_value[f'"2"^^<{XSD}integer>'].column == 18
    assert (by_value['"y"'].column, by_value['"y"'].end_column) == (27, 30)
    (anonymous,) = [each.node for each in located if str(each.quad.object) == '"y"']
    assert anonymous is not None
    assert (anonymous.line, anonymous.column, anonymous.precision) == (4, 21, Precision.NODE)
    assert by_value[f'"false"^^<{XSD}boolean>'] == Location("x.jsonld")


def test_a_node_of_a_map_by_identifier_stands_at_its_key() -> None:
    """Whatever is said of it; what is no identifier there, and nodes of other maps, have no place."""
    located = json_ld(
        '{"@context": {"@vocab": "http://e.x/", "e": "http://e.x/", "none": "@none",\n'
        '"of": {"@container": "@id"}, "in": {"@container": "@index"}}, "@id": "http://e.x/a", "of": {\n'
        '"http://e.x/k": {"p": "v", "@type": "e:T"},\n'
        '"e:l": {"p": true}, "none": {"p": "n"}},\n'
        '"in": {"i": {"p": "x"}}}'
    )
    nodes = {str(each.quad.object): each.node for each in located}
    assert [nodes[value] for value in ('"v"', "<http://e.x/T>")] == [
        Location("x.jsonld", 3, 1, 3, 15, of_node=True)
    ] * 2
    assert nodes[f'"true"^^<{XSD}boolean>'] == Location("x.jsonld", 4, 1, 4, 6, of_node=True)
    assert nodes['"n"'] == nodes['"x"'] == Location("x.jsonld")
    objects = {str(each.quad.object): each.location for each in located}
    assert objects["<http://e.x/k>"] == Location("x.jsonld", 3, 1, 3, 15)


@pytest.mark.parametrize(
    "number",
    [
        *("1e+30", "-1E30", "12345678901234567890", "999999999999999999999", "1e21", "1099511627775", "4398046511104"),
        *(
            "5e-324",
            "-0.0",
            "1e308",
            "3298534883328",
            "3298534883328.5",
            "3298534883332",
            "1e20",
            "1e13",
            "4398046511104.0",
        ),
        *("9007199254740993", "1e400", "-1e-400", "9" * 400),
    ],
)
def test_numbers_of_any_size_are_placed(number: str) -> None:
    """Also one that is as large as the numbers by which values are marked, or larger than any double."""
    lines = ('{"@context": {"@vocab": "http://e.x/"}, "@id": "http://e.x/a",', f'"p": [7, {number}], "q": 8}}')
    placed = [each.location for each in json_ld("\n".join(lines))]
    assert [(each.precision, each.line, each.column) for each in placed] == [
        (Precision.VALUE, 2, 7),
        (Precision.VALUE, 2, 10),
        (Precision.VALUE, 2, lines[1].index("8}") + 1),
    ]


@pytest.mark.parametrize("number", ["1" * 1001, "1e99999999999999999999"])
def test_a_number_that_nobody_computes_stands_at_its_node(number: str) -> None:
    """It harms no other."""
    lines = ('{"@context": {"@vocab": "http://e.x/"}, "@id": "http://e.x/a",', f'"p": [7, {number}]}}')
    placed = [each.location for each in json_ld("\n".join(lines))]
    assert [(each.precision, each.line) for each in placed] == [(Precision.VALUE, 2), (Precision.NODE, 1)]


def test_marks_keep_out_of_the_way_of_numbers() -> None:
    """A file that has all the numbers that would have been marks has them in their places."""
    numbers = [3 * 2**40 + each for each in range(300)]
    text = f'{{"http://e.x/p": {numbers}}}'
    for number, each in zip(numbers, json_ld(text), strict=True):
        assert text[each.location.column - 1 : each.location.end_column - 1] == str(number)


@given(st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_no_element_in_rdf_xml_is_wrong(seed: int) -> None:
    """Comments, CDATA, instructions, line ends in tags, quotes with > in them: each triple at its element."""
    writer = RdfXmlWriter(random.Random(seed))
    text = writer.file()
    found = set()
    for each in read_rdf(text.encode(), "x.rdf", BASE, rdf_format=ox.RdfFormat.RDF_XML).quads:
        assert each.location.precision is Precision.NODE
        if (expected := writer.expected.get(each.quad.predicate.value)) is not None:
            found.add(each.quad.predicate.value)
            assert each.node is not None
            assert (place(each.location), place(each.node)) == (expected.value, expected.node), text
    assert found == writer.expected.keys()
