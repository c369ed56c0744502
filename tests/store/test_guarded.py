"""The guard itself must not be what a hostile query brings down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import REPOSITORY
from w3c import SUITES

from digigraph.errors import QueryForbidden, QueryTooComplex
from digigraph.settings import Settings
from digigraph.sparql import dataset_clauses, keywords, remote_keywords, tokens
from digigraph.store.admission.guard import Guard, has_few_marks, shape
from digigraph.store.admission.guarded import guard_of

if TYPE_CHECKING:
    from pathlib import Path

GUARD = Guard(size=10**7, depth=100, patterns=100)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "unit",
    ['\\"', "\\'", '"""\n\\', "'''\n\\", "a.", "a-", "1e", '"\n', "<a", "\\", "@a-", "a:%", "?", '""a', "\\u0022"],
)
@pytest.mark.parametrize("start", ["", '"'])
def test_every_text_is_read_in_linear_time(unit: str, start: str):
    """A long text of whatever does not close is read once, not once for each of its characters."""
    text = start + unit * (100_000 // len(unit))
    assert sum(len(token.text) for token in tokens(text)) <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        'ASK { VALUES ?x { """a" } SERVICE <http://127.0.0.1:9/> {} }',
        "ASK { VALUES ?x { '''a' } SERVICE <http://127.0.0.1:9/> {} }",
        'ASK { BIND("\\\\" AS ?x) SERVICE <http://127.0.0.1:9/> {} }',
        "ASK { FILTER(?a<?b) SERVICE ?b {} }",
        'ASK { # "\n SERVICE ?b {} }',
        "ASK { a.b:c a.b:d 1.SERVICE ?b {} }",
    ],
)
def test_nothing_hides_a_keyword(text: str):
    """A quote that opens no string, as engines read it, hides nothing behind it."""
    assert "SERVICE" in {token.keyword for token in tokens(text)}


PIECES = ["SERVICE", "service", "SerVice", "\\u0053ERVICE", "serv\\U00000049ce", "LOAD", "lo", "ad", "FROM", "'", '"""']


@given(
    st.lists(
        st.sampled_from(
            [*PIECES, "#", "\n", "<", ">", ":", "?", "@", " ", "{", "\\", "\N{LATIN SMALL LETTER LONG S}", "ervice"]
        ),
        max_size=12,
    )
)
def test_no_keyword_is_overlooked(pieces: list[str]):
    """What makes an engine contact somebody is found in any text, with and without reading its tokens."""
    text = "".join(pieces)
    assert set(remote_keywords(text)) == keywords(text) & {"SERVICE", "LOAD"}


@pytest.mark.parametrize(
    "text", ['ASK { ?x ?y "SERVICE" }', "ASK { ?x ?y <SERVICE> }", "ASK { ?x a :SERVICE } # SERVICE"]
)
def test_what_only_looks_like_a_keyword(text: str):
    """A keyword in a string, an IRI, a name or a comment is none."""
    GUARD.check(text)


def test_too_deep_and_too_wide():
    """Nesting and patterns are counted where they are."""
    with pytest.raises(QueryTooComplex, match="deep"):
        GUARD.check("ASK " + "{" * 101 + "}" * 101)
    with pytest.raises(QueryTooComplex, match="wide"):
        GUARD.check("ASK {" + "?a ?b ?c ." * 101 + "}")


DEFAULT = guard_of(Settings(project=REPOSITORY, base_iri="https://example.org/"))


@pytest.mark.parametrize("path", sorted(REPOSITORY.glob("queries/*.rq")), ids=lambda path: path.stem)
def test_our_own_queries_pass(path: Path):
    """The guard lets every stored query through, with the limits that are set by default."""
    DEFAULT.check(path.read_text(encoding="utf-8"))


def test_queries_of_the_standard_pass():
    """It lets every query of the W3C's suites through, but for those that use SERVICE."""
    paths = [*SUITES.rglob("*.rq")]
    if not paths:
        pytest.skip("the W3C suites are not on this machine")
    assert len(paths) > 300
    for path in paths:
        try:
            DEFAULT.check(path.read_bytes().decode(errors="replace"))
        except QueryForbidden:
            assert "service" in str(path).lower(), path


@pytest.mark.parametrize(
    ("inside", "patterns"),
    [
        ("", 1),
        ("?s ?p ?o", 1),
        ("?s ?p ?o .", 2),
        ("?s ?p ?o ; ?q ?x , ?y", 3),
        ("?s <urn:a>/<urn:b>/<urn:c> ?o", 3),
        ("?s (<urn:a>|^<urn:b>)* ?o", 3),
        ("?s ?p (1 2 3)", 7),
        ("?s ?p [ ?q ?x ; ?r [] ]", 4),
        ("{ ?s ?p ?o } { ?s ?p ?o }", 3),
        ("GRAPH ?g { ?s ?p ?o . ?x ?y ?z }", 3),
        ("{ ?s ?p ?o . ?x ?y ?z } UNION { ?s ?p ?o . ?x ?y ?z }", 4),
        ("OPTIONAL { ?s ?p ?o . ?x ?y ?z . ?a ?b ?c . ?d ?e ?f }", 4),
        ("?s ?p ?o FILTER(?o IN (1, 2, 3, 4) && 1/2/3 < 4)", 1),
        ("?s ?p ?o FILTER REGEX(STR(?o), CONCAT('a', 'b', 'c'))", 1),
        ("VALUES (?x ?y) { (1 2.5) (2 3.5) (3 4.5) } VALUES ?z { 1 2 3 }", 3),
        ("VALUES (?a ?b ?c) { (1 2 3) }", 2),
        ("BIND(CONCAT(?x, ?y, ?z) AS ?w)", 2),
        ("{ SELECT ?s { ?s ?p ?o . ?x ?y ?z . ?a ?b ?c } }", 4),
        ("?s a (1)", 3),
    ],
)
def test_what_a_planner_joins_is_counted(inside: str, patterns: int):
    """Patterns are counted where the engine joins them, and nothing in expressions and rows of data is."""
    assert shape(f"ASK {{ {inside} }}", depth=100, patterns=100).patterns == patterns


@pytest.mark.parametrize(
    "text", ["}" * 50, ")(" * 50, "{ [ ( }", "(((((", "] } )", "VALUES", "CONSTRUCT {", "{ VALUES"]
)
def test_brackets_that_do_not_match(text: str):
    """What opens or closes nothing is measured all the same, for the engine to refuse."""
    assert shape(text, depth=100, patterns=100).depth <= 50


def test_from_is_found_where_it_counts():
    """FROM in a string, a variable, a prefix or a group is no dataset clause."""
    assert (
        dataset_clauses(
            'PREFIX from: <http://a/> ASK { ?FROM from:x "FROM <http://b/>" } # FROM <http://c/>', base_iri="http://d/"
        )
        is None
    )


MARKS = [
    *"{}()[].;,/<>!+-^|*?$:",
    "<<",
    ">>",
    "VALUES",
    "bind",
    "SELECT",
    "UNION",
    "OPTIONAL",
    "a",
    " ",
    "<x:y>",
    '"',
    "#",
]


@given(st.lists(st.sampled_from(MARKS), max_size=40).map("".join), st.integers(0, 12), st.integers(1, 12))
def test_few_marks_are_never_too_many(text: str, depth: int, patterns: int):
    """A text that need not be read token by token is within the limits; reading it would have said the same."""
    measured = shape(text, depth=100, patterns=100)
    if has_few_marks(text, depth=depth, patterns=patterns):
        assert measured.depth <= depth
        assert measured.patterns <= patterns


def test_usual_questions_have_few_marks():
    """What programs ask most, a thing and what is said of it, is not read token by token."""
    text = "PREFIX s: <https://schema.org/> SELECT ?p ?o { <https://example.org/thing/1> ?p ?o ; s:name ?n } LIMIT 20"
    assert has_few_marks(text, depth=DEFAULT.depth, patterns=DEFAULT.patterns)
