"""The guard itself must not be what a hostile query brings down."""

from __future__ import annotations

import pytest

from digigraph.errors import QueryTooComplex
from digigraph.sparql import Guard, dataset_clauses, tokens

GUARD = Guard(size=10**7, depth=100, patterns=100)


@pytest.mark.timeout(20)
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


def test_from_is_found_where_it_counts():
    """FROM in a string, a variable, a prefix or a group is no dataset clause."""
    assert (
        dataset_clauses(
            'PREFIX from: <http://a/> ASK { ?FROM from:x "FROM <http://b/>" } # FROM <http://c/>', base_iri="http://d/"
        )
        is None
    )
