"""Stored queries are checked with everything else: description, syntax, rows, and what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from projects import Project

    from digigraph.findings import Finding

PREFIXES = """PREFIX id: <https://example.org/graph/id/>
PREFIX dg: <https://w3id.org/digigraph/ns#>
PREFIX schema: <https://schema.org/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
"""
HOSTS = "SELECT ?project ?host { ?project dg:host ?host }\n"


@pytest.fixture
def project(shapeless: Project) -> Project:
    """A tiny project."""
    return shapeless


def found(project: Project) -> list[tuple[str, str]]:
    """Rule and place of each finding about a query."""
    return [(each.rule, str(each.location)) for each in about_queries(project)]


def about_queries(project: Project) -> list[Finding]:
    """All but that they have no titles."""
    return [each for each in all_about_queries(project) if each.rule != "query-title"]


def all_about_queries(project: Project) -> list[Finding]:
    return [each for each in project.check().findings if each.location.path.startswith("queries/")]


def test_no_mistake_hides_another(project: Project) -> None:
    """Lines of description, terms, syntax and the other queries are all told in one run, each at its place."""
    project.write(
        "queries/a.rq",
        f"#! titel: X\n#! title@en: Who?\n#! param host: thin\n#! title@en: Again\n{PREFIXES}"
        "SELECT ?x { ?x dg:hosts ?y ;\n  schema:attendee ?z \n",
    )
    project.write("queries/b.rq", f"#! rows: 2\n{PREFIXES}{HOSTS}")
    assert found(project) == [
        ("query-description", "queries/a.rq:1:1"),
        ("query-description", "queries/a.rq:3:1"),
        ("query-description", "queries/a.rq:4:1"),
        ("undefined-term", "queries/a.rq:9:16"),
        ("query-term-unused", "queries/a.rq:10:3"),
        ("query-syntax", "queries/a.rq:11:1"),
        ("query-rows", "queries/b.rq:1:1"),
    ]


def test_rows_that_a_misspelt_term_cannot_give_are_not_told_as_a_mistake_of_their_own(project: Project) -> None:
    """The finding says that the term comes first; where the term's rule is off, it is there all the same."""
    project.write("queries/few.rq", f"#! rows: 1\n{PREFIXES}{HOSTS.replace('host ?', 'hosst ?')}")
    rows, term = about_queries(project)
    assert (rows.rule, term.rule) == ("query-rows", "undefined-term")
    assert rows.hint == "Correct first the term that does not exist: the rows may come with it."


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Who hosts_what", "Call the file who-hosts-what.rq."),
        ("hosts--what", "Call the file hosts-what.rq."),
        ("%", "Call the file some-name.rq."),
        ("below/hosts", "Move it into queries/."),
    ],
)
def test_a_name_that_no_address_can_have_is_told(project: Project, name: str, hint: str) -> None:
    """Also that of a query in a folder, which is not offered; the query itself is checked."""
    project.write(f"queries/{name}.rq", f"#! rows: 9\n{PREFIXES}{HOSTS}")
    named, rows = about_queries(project)
    assert (named.rule, named.hint, str(named.location)) == ("query-name", hint, f"queries/{name}.rq")
    assert rows.rule == "query-rows"


def test_a_query_that_keeps_its_promise_is_well(project: Project) -> None:
    """As many rows as promised, or more; ASK counts as one row, a graph by its triples; no promise is kept always."""
    for name, rows, query in [
        ("select", "#! rows: 1\n", HOSTS),
        ("ask", "#! rows: 1\n", "ASK { ?project dg:host ?host }\n"),
        ("construct", "#! rows: 1\n", "CONSTRUCT { ?host dg:coordinator ?project } { ?project dg:host ?host }\n"),
        ("nothing", "", "SELECT ?x { ?x dg:host id:nhd }\n"),
    ]:
        project.write(f"queries/{name}.rq", f"{rows}{PREFIXES}{query}")
    assert [each for each in found(project) if each[0] != "query-term-unused"] == []


@pytest.mark.parametrize("query", ["ASK { id:kth dg:host ?host }", "CONSTRUCT WHERE { id:kth dg:host ?host }"])
def test_fewer_rows_than_promised_are_told_of_every_form(project: Project, query: str) -> None:
    """At the line of the promise."""
    project.write("queries/few.rq", f"#! title@en: Who?\n#! rows: 1\n{PREFIXES}{query}\n")
    assert found(project) == [("query-rows", "queries/few.rq:2:1")]


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("", "query-syntax", ":1:1"),
        ("# only a comment\n", "query-syntax", ":1:1"),
        ("\n  hello", "query-syntax", ":2:3"),
        ("SELECT * {\n  ?s ?p }", "query-syntax", ":2:10"),
        ("# x\n\nSELECT * { SERVICE <http://e.x/> { ?s ?p ?o } }", "query-unanswered", ":3:12"),
        ("INSERT DATA { <http://e.x/a> <http://e.x/b> 1 }", "query-unanswered", ":1:1"),
        (f"SELECT * {{ {'{' * 300}{'}' * 300} }}", "query-unanswered", ""),
    ],
)
def test_a_query_that_has_no_answer_is_told_at_its_place(project: Project, text: str, rule: str, place: str) -> None:
    """What is no SPARQL where the parser gave up; the word that the server would refuse; of a limit the file."""
    project.write("queries/bad.rq", text)
    assert found(project) == [(rule, f"queries/bad.rq{place}")]


def test_a_query_that_takes_too_long_is_ended(project: Project) -> None:
    """The limits are those of the server: no stored query can hold the checks up."""
    project.write("digigraph.toml", 'base_iri = "https://example.org/graph/"\nquery_seconds = 0.5\n')
    project.write("queries/long.rq", "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c = 1 + ?l) }")
    project.write("queries/short.rq", f"#! rows: 1\n{PREFIXES}{HOSTS}")
    (finding,) = about_queries(project)
    assert (finding.rule, finding.location.path) == ("query-unanswered", "queries/long.rq")


@pytest.mark.parametrize(
    ("pattern", "terms"),
    [
        ("?x a dg:Project , dg:Organization ; schema:name ?n", []),
        ("?x a foaf:Agent", []),
        ("?x a schema:Event", ["schema:Event"]),
        ("?x schema:location/schema:name ?y ; schema:location ?z", ["schema:location"]),
        ("?x <https://schema.org/location> ?y", ["schema:location"]),
        ("?x dg:accepted false", ["dg:accepted"]),
        ("?p dg:singleValued true . ?x ?p ?y", []),
        ("VALUES ?s { dg:completed dg:planned } ?x dg:host ?s", []),
        ("?x dg:nonsense ?y", []),
        ("?x <https://elsewhere.example/p> ?y", []),
        ("?x schema:name 'schema:location' # schema:Event", []),
    ],
)
def test_what_no_data_has_is_told_once(project: Project, pattern: str, terms: list[str]) -> None:
    """Classes and properties that exist and are not used; not words of lists, in strings, or unknown."""
    project.write("queries/ask.rq", f"{PREFIXES}SELECT * {{ {pattern}\n}}")
    unused = [each for each in about_queries(project) if each.rule == "query-term-unused"]
    assert [each.message.split(" in this")[0].rpartition(" ")[2] for each in unused] == terms


def test_no_misspelt_term_is_proposed(project: Project) -> None:
    """What is proposed is a term of a vocabulary; that data has another word does not make it one."""
    project.write(
        "data/more.ttl",
        "@prefix id: <https://example.org/graph/id/> . @prefix schema: <https://schema.org/> .\n"
        "id:nhd schema:attendeee id:kth ; schema:email 'x' .\n",
    )
    project.write("queries/a.rq", f"{PREFIXES}SELECT ?x {{ ?x schema:attendee ?y ; schema:emai ?z }}\n")
    hints = {each.message: each.hint for each in about_queries(project)}
    unused = hints["Nothing has the property schema:attendee in this graph."]
    assert unused == "Ask for what there is, or leave it where data is to come."
    assert hints["There is no emai in https://schema.org/."] == "Did you mean email?"


def test_a_term_of_another_vocabulary_is_proposed_under_its_name(project: Project) -> None:
    """Who writes a term with the prefix of another vocabulary is told whose it is."""
    project.write("queries/a.rq", f"{PREFIXES}SELECT ?x {{ ?x schema:homepage ?y }}\n")
    (found,) = about_queries(project)
    assert (found.rule, found.hint) == ("undefined-term", "Did you mean foaf:homepage?")


def test_a_query_without_a_title_is_told(project: Project) -> None:
    """No page offers it; what is told of its other lines, or of its text, comes first."""
    project.write("queries/a.rq", f"{PREFIXES}{HOSTS}")
    (found,) = all_about_queries(project)
    assert (found.rule, str(found.location), found.severity.label) == ("query-title", "queries/a.rq:1:1", "info")
    for text in (
        f"#! title@en: Who hosts what?\n{PREFIXES}{HOSTS}",
        f"#! titel@en: Who?\n{PREFIXES}{HOSTS}",
        "SELECT {",
    ):
        project.write("queries/a.rq", text)
        assert "query-title" not in {each.rule for each in all_about_queries(project)}
