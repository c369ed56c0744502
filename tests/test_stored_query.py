"""Stored queries: their descriptive lines, and terms that are put in the rows of their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from digigraph.errors import NotFound, QueryError, QuerySyntaxError
from digigraph.iris import Iris
from digigraph.stored_query import Parameter, bind, parse, term

if TYPE_CHECKING:
    import datetime as dt

IRIS = Iris("https://example.org/graph/")
XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = f"PREFIX id: <{IRIS.base}id/>\nPREFIX xsd: <{XSD}>\n"
# Two parameters and words that look like more of them.
ASKING = f"""#! title@en: What does VALUES (?text) {{ (1) }} mean?
#! param text: text
#! param thing: thing
{PREFIXES}# VALUES (?text) {{ ("comment") }}
SELECT ?text ?thing ?constant
WHERE {{
  VALUES (?text) {{ ("example") }}
  VALUES ?thing {{ id:kth }}
  BIND("VALUES (?text) {{ (\\"string\\") }} # no comment }}" AS ?constant)
}}
"""
CONSTANT = 'VALUES (?text) { ("string") } # no comment }'
# What ends a row, a string, an IRI or a line, and what names such a character without being it.
WORDS = r""" " ' ''' "" \ \\ \n \x \u0022 \U00000022 ) } { ( )} ") } # #! ?text UNDEF VALUES @en ^^xsd:date < > . ; id:
SERVICE DROP å 🦉"""
HOSTILE = st.sampled_from([*WORDS.split(), *"\n\r\t\v\f\x00\x85\u2028\ufeff\u030a "])
TEXTS = st.one_of(st.text(), st.lists(HOSTILE).map("".join), st.lists(st.one_of(HOSTILE, st.text())).map("".join))


def rows(text: str) -> list[tuple[object, ...]]:
    solutions = ox.Store().query(text)
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple(solution) for solution in solutions]


def error(text: str) -> QuerySyntaxError:
    with pytest.raises(QuerySyntaxError) as raised:
        parse("who", text)
    return raised.value


class TestDescription:
    """The lines in front."""

    def test_everything_that_can_be_said(self):
        """Titles and descriptions by language, parameters in their order, the promised rows."""
        text = (
            "#! title@en: Who: hosts what?\n#!title@sv:Vem är huvudman?  \n#! description@en-gb: All of it.\n"
            "#! param project: thing\n#! param day: date\n#! rows: 12\n"
            "SELECT * { VALUES (?day) { (UNDEF) } VALUES ?project { <urn:a> } }"
        )
        query = parse("who", text)
        assert (query.name, query.text, query.rows) == ("who", text, 12)
        assert query.titles == {"en": "Who: hosts what?", "sv": "Vem är huvudman?"}
        assert query.descriptions == {"en-gb": "All of it."}
        assert query.parameters == (
            Parameter("project", "thing", False, "<urn:a>"),  # noqa: FBT003
            Parameter("day", "date", True, "UNDEF"),  # noqa: FBT003
        )

    def test_nothing_need_be_said(self):
        """A query without such lines is a stored query; other comments are comments."""
        query = parse("who", "# A question.\n #! not at the start of its line\nASK { ?s ?p ?o }")
        assert (query.titles, query.descriptions, query.parameters, query.rows) == ({}, {}, (), 0)

    @pytest.mark.parametrize(
        "line",
        [
            "#! title: Who?",
            "#! title@EN: Who?",
            "#! title@: Who?",
            "#! titel@sv: Vem?",
            "#! param: thing",
            "#! param who: person",
            "#! param who",
            "#! rows: many",
            "#! rows: -1",
            "#! rows:",
            "#!",
            "#!/usr/bin/env sparql",
        ],
    )
    def test_line_that_is_not_understood(self, line: str):
        """It is named with its number, the lines before it counted whatever ends them."""
        raised = error(f"#! title@en: Who?\r\n# a comment\n\n{line}\nASK {{ ?s ?p ?o }}")
        assert raised.line == 4
        assert line in raised.message
        assert "title@en" in str(raised.hint)

    @pytest.mark.parametrize("number", ["²", "9" * 5000])
    def test_number_of_rows_that_is_none(self, number: str):
        """A number that cannot be read is an error of the file, not of the program."""
        assert error(f"#! rows: {number}\nASK {{ ?s ?p ?o }}").line == 1

    @pytest.mark.parametrize("line", ["#! rows@en: 3", "#! rows x: 3", "#! title@en:"])
    def test_line_that_says_too_much_or_nothing(self, line: str):
        """A language for a number, a title without words."""
        assert error(f"{line}\nASK {{ ?s ?p ?o }}").line == 1

    def test_line_inside_a_string_describes_nothing(self):
        """Only comments describe; a string may have any lines."""
        assert parse("who", 'ASK { ?s ?p """\n#! rows: 7\n""" }').rows == 0

    def test_line_ends_are_those_of_sparql(self):
        """A line separator in a string ends no line."""
        assert parse("who", 'ASK { ?s ?p "\u2028#! rows: 7" }').rows == 0

    @pytest.mark.parametrize("line", ["#! title@en: Who?", "#! rows: 1", "#! param x: thing"])
    def test_line_said_twice(self, line: str):
        """Of two lines that say the same thing, one is a mistake."""
        assert error(f"{line}\n{line}\nSELECT * {{ VALUES ?x {{ <urn:a> }} }}").line == 2


class TestParameters:
    """Which VALUES block is the row of a parameter."""

    @pytest.mark.parametrize(
        ("block", "is_optional"),
        [
            ("VALUES (?x) { (id:kth) }", False),
            ("values(?x){(id:kth)}", False),
            ("VALUES ?x { id:kth }", False),
            ("VALUES $x { <urn:a> }", False),
            ('VALUES (?x) { ("a") }', False),
            ('VALUES (?x) { ("a"@en-GB) }', False),
            ('VALUES (?x) { ("2022-09-13"^^xsd:date) }', False),
            (f'VALUES (?x) {{ ("2022-09-13"^^<{XSD}date>) }}', False),
            ('VALUES (?x) { ("""a ) } "quoted" """) }', False),
            ("VALUES (?x) { (-5) }", False),
            ("VALUES (?x) { (true) }", False),
            ("VALUES (?x) # a comment ) } {\n { # another )\n (id:kth) # more )\n }", False),
            ("VALUES (?x) { (UNDEF) }", True),
            ("VALUES ?x { undef }", True),
        ],
    )
    def test_forms_of_a_row(self, block: str, is_optional: bool):  # noqa: FBT001
        """With and without parentheses; UNDEF makes the parameter optional. Bound, the query still runs."""
        query = parse("who", f"#! param x: thing\n{PREFIXES}SELECT ?x {{ {block} }}")
        (parameter,) = query.parameters
        assert (parameter.name, parameter.kind, parameter.is_optional) == ("x", "thing", is_optional)
        assert parameter.example in block
        assert len(rows(query.text)) == 1
        assert rows(bind(query, {"x": ox.NamedNode("urn:b")})) == [(ox.NamedNode("urn:b"),)]
        assert rows(bind(query, {"x": ox.Literal("b", language="sv")})) == [(ox.Literal("b", language="sv"),)]

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT ?x { ?x ?p ?o }",
            "SELECT ?x { VALUES (?y) { (id:kth) } }",
            "SELECT ?x { VALUES (?x ?y) { (id:kth id:ki) } }",
            "SELECT ?x { VALUES (?x) { } }",
            "SELECT ?x { VALUES (?x) { () } }",
            "SELECT ?x { VALUES (?x) { (id:kth) (id:ki) } }",
            'SELECT ?x { BIND("VALUES (?x) { (1) }" AS ?x) }',
            "SELECT ?x { ?x ?p ?o } # VALUES (?x) { (id:kth) }",
            "SELECT ?x { ?x ?VALUES ?x }",
            "SELECT ?x { VALUES (?x) { (id:kth",
        ],
    )
    def test_parameter_without_a_row(self, query: str):
        """No block, another variable, several variables or rows, or words that only look like a block."""
        raised = error(f"#! param x: thing\n{PREFIXES}{query}")
        assert "x has no row" in raised.message
        assert "VALUES (?x)" in str(raised.hint)

    @pytest.mark.parametrize(
        "block", ['VALUES ?x { "a" "b" }', 'VALUES (?x) { ("a") ("b") }', 'VALUES ?x { "a" id:b }']
    )
    def test_two_strings_are_two_rows(self, block: str):
        """A block with more than one row is no parameter's."""
        assert "x has no row" in error(f"#! param x: text\n{PREFIXES}SELECT ?x {{ {block} }}").message

    def test_parameter_without_a_row_has_a_line(self):
        """The line is that of the parameter."""
        assert error("#! title@en: Who?\n#! param x: thing\nSELECT ?x { ?x ?p ?o }").line == 2

    def test_row_that_is_no_parameter_stays(self):
        """A block of a variable that no line declares is part of the query."""
        query = parse("who", "#! param x: thing\nSELECT * { VALUES ?x { <urn:a> } VALUES ?y { <urn:a> } }")
        assert [each.name for each in query.parameters] == ["x"]
        with pytest.raises(NotFound, match=r"who has no parameter 'y'\. Parameters: x\."):
            bind(query, {"y": ox.NamedNode("urn:b")})

    def test_query_without_parameters_takes_none(self):
        """And says so."""
        with pytest.raises(NotFound, match="Parameters: none"):
            bind(parse("who", "ASK { ?s ?p ?o }"), {"x": ox.NamedNode("urn:b")})


class TestBinding:
    """Terms in the rows."""

    def test_without_terms_nothing_changes(self):
        """The example stays."""
        query = parse("who", ASKING)
        assert bind(query, {}) == ASKING
        assert rows(ASKING) == [(ox.Literal("example"), IRIS.thing("kth"), ox.Literal(CONSTANT))]

    def test_one_of_two(self):
        """The other keeps its example, whichever stands first; comments and strings keep their words."""
        query = parse("who", ASKING)
        constant = ox.Literal(CONSTANT)
        longer = ox.Literal("a text that is longer than the example")
        assert rows(bind(query, {"thing": IRIS.thing("ki")})) == [(ox.Literal("example"), IRIS.thing("ki"), constant)]
        assert rows(bind(query, {"text": longer})) == [(longer, IRIS.thing("kth"), constant)]
        assert rows(bind(query, {"thing": IRIS.thing("ki"), "text": longer})) == [(longer, IRIS.thing("ki"), constant)]
        assert '# VALUES (?text) { ("comment") }' in bind(query, {"text": longer})

    def test_every_block_of_a_parameter(self):
        """A parameter that a query needs in two places has the same value in both."""
        query = parse(
            "who",
            "#! param x: integer\n"
            "SELECT ?x ?y { { VALUES ?x { 1 } BIND(1 AS ?y) } UNION { VALUES ?x { 2 } BIND(2 AS ?y) } }",
        )
        seven = ox.Literal(7)
        assert rows(bind(query, {"x": seven})) == [(seven, ox.Literal(1)), (seven, ox.Literal(2))]

    @given(TEXTS)
    def test_text_stays_in_its_row(self, text: str):
        """Any text comes back as it went in, in the one row, and changes nothing else."""
        query = parse("who", ASKING)
        bound = bind(query, {"text": term(query.parameters[0], text, IRIS)})
        assert rows(bound) == [(ox.Literal(text), IRIS.thing("kth"), ox.Literal(CONSTANT))]

    @given(TEXTS, st.sampled_from(["en", "sv", "zh-Hant-TW"]))
    def test_text_with_a_language_stays_in_its_row(self, text: str, language: str):
        """Tagged text too."""
        literal = ox.Literal(text, language=language)
        assert rows(bind(parse("who", ASKING), {"text": literal}))[0][0] == ox.Literal(text, language=language.lower())

    @given(st.one_of(TEXTS.map("urn:x:".__add__), TEXTS.map("https://example.org/".__add__), TEXTS))
    def test_iri_stays_in_its_row(self, text: str):
        """What is no IRI is refused; what is one comes back as it went in."""
        query = parse("who", ASKING)
        try:
            made = term(query.parameters[1], text, IRIS)
        except QueryError:
            return
        assert isinstance(made, ox.NamedNode)
        assert rows(bind(query, {"thing": made})) == [(ox.Literal("example"), made, ox.Literal(CONSTANT))]


class TestOptional:
    """A parameter that may be left out."""

    QUERY = (
        "#! param x: text\n"
        'SELECT ?x ?y { VALUES (?x) { (UNDEF) } VALUES (?x ?y) { ("a" 1) ("b" 2) ("a" 3) } } ORDER BY ?y'
    )

    def test_left_out_the_query_holds_for_any_value(self):
        """UNDEF joins with everything."""
        query = parse("who", self.QUERY)
        assert query.parameters[0].is_optional
        assert [row[1] for row in rows(query.text)] == [ox.Literal(1), ox.Literal(2), ox.Literal(3)]

    def test_given_it_selects(self):
        """A term in place of UNDEF joins with itself alone."""
        query = parse("who", self.QUERY)
        assert [row[1] for row in rows(bind(query, {"x": ox.Literal("a")}))] == [ox.Literal(1), ox.Literal(3)]
        assert rows(bind(query, {"x": ox.Literal("UNDEF")})) == []


class TestTerm:
    """What a reader writes for a parameter."""

    @pytest.mark.parametrize(
        ("kind", "written", "made"),
        [
            ("thing", "hds", IRIS.thing("hds")),
            ("thing", "1plusmg", IRIS.thing("1plusmg")),
            ("thing", "https://example.org/other/hds", ox.NamedNode("https://example.org/other/hds")),
            ("iri", "https://example.org/ns#host", ox.NamedNode("https://example.org/ns#host")),
            ("text", "hds", ox.Literal("hds")),
            ("text", "", ox.Literal("")),
            ("text", "https://example.org/", ox.Literal("https://example.org/")),
            ("integer", "3", ox.Literal(3)),
            ("integer", "-3", ox.Literal(-3)),
            ("integer", "9" * 30, ox.Literal("9" * 30, datatype=ox.NamedNode(XSD + "integer"))),
            ("date", "2022-09-13", ox.Literal("2022-09-13", datatype=ox.NamedNode(XSD + "date"))),
        ],
    )
    def test_kinds(self, kind: str, written: str, made: ox.NamedNode | ox.Literal):
        """A slug is a thing of this graph; the other kinds are as they say."""
        assert term(Parameter("x", kind, is_optional=False, example="UNDEF"), written, IRIS) == made

    @pytest.mark.parametrize(
        ("kind", "written"),
        [
            *(("thing", each) for each in ("", "HDS", "h d s", "hds_2", "-hds", "å", "UNDEF", "?x", "<urn:a>", "a\n")),
            *(("iri", each) for each in ("", "hds", "urn", "//a.example/", "http://a b", "http://a>b", "http://a/\n")),
            *(("iri", each) for each in ('http://a/"', "http://a/{x}", "http://a/\\u003E", "http://a/`", ":a")),
            ("text", "\ud800"),
            *(("integer", each) for each in ("", "3.5", "three", "0x10", "1e3", "²", "9" * 5000)),
            *(("date", each) for each in ("", "2022", "2022-09", "2022-02-30", "13 sep 2022", "2022-09-13T00:00")),
        ],
    )
    def test_value_of_another_kind(self, kind: str, written: str):
        """It is refused, with the parameter, the value and the kind that is asked for."""
        with pytest.raises(QueryError) as raised:
            term(Parameter("who", kind, is_optional=False, example="UNDEF"), written, IRIS)
        assert raised.value.message.startswith("who is ")
        assert f"kind {kind}" in raised.value.message

    @given(st.integers())
    def test_integers_come_back(self, number: int):
        """Of any size, in the one row."""
        query = parse("who", "#! param x: integer\nSELECT ?x { VALUES ?x { 1 } }")
        assert rows(bind(query, {"x": term(query.parameters[0], str(number), IRIS)})) == [
            (ox.Literal(str(number), datatype=ox.NamedNode(XSD + "integer")),)
        ]

    @given(st.dates())
    def test_days_come_back(self, day: dt.date):
        """Every day of the calendar."""
        query = parse("who", '#! param x: date\nSELECT ?x { VALUES ?x { "2022-09-13"^^<urn:date> } }')
        made = ox.Literal(str(day), datatype=ox.NamedNode(XSD + "date"))
        assert rows(bind(query, {"x": term(query.parameters[0], str(day), IRIS)})) == [(made,)]

    @given(st.text())
    def test_only_slugs_and_iris_are_things(self, text: str):
        """Whatever else is written is refused, never guessed at."""
        assume(":" not in text)
        try:
            made = term(Parameter("x", "thing", is_optional=False, example="UNDEF"), text, IRIS)
        except QueryError:
            return
        assert made == IRIS.thing(text)
        assert text.isascii()
