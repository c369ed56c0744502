"""JSON-LD: what breaks JSON, and what breaks the rules of JSON-LD, is told at its place and in one run."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digigraph.sources.files.records import Malformed
from digigraph.sources.rdf.parsing import read_rdf

if TYPE_CHECKING:
    from digigraph.findings import Location

BASE = "http://e.x/base/"


def told(text: str) -> list[tuple[str, str, str | None]]:
    """What is told of a file: message, the words at its place, and what to write instead."""
    try:
        read_rdf(text.encode(), "x.jsonld", BASE, rdf_format=ox.RdfFormat.JSON_LD)
    except Malformed as malformed:
        findings = [malformed.finding, *malformed.others]
        return [(each.message, words(text, each.location), each.hint) for each in findings]
    return []


def words(text: str, place: Location) -> str:
    """What stands at a place; the name of the file where only that is known."""
    if not place.line:
        return place.path
    starts = [0, *(at + 1 for at, each in enumerate(text) if each == "\n")]
    start, end = starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1
    return text[start:end]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"@id": 5, "p:p": 1}', '"@id": 5'),
        ('{"@id": ["a:b"]}', '"@id": ["a:b"]'),
        ('{"p:p": [{"@type": "a:b"}, {"@type": ["a:b", 5]}]}', "5"),
        ('{"p:p": {"@value": {"a": 1}}}', '"@value": {"a": 1}'),
        ('{"p:p": {"@value": "x", "@language": "en", "@type": "t:t"}}', '"@type": "t:t"'),
        ('{"p:p": {"@type": "t:t", "@value": "x",\n"@language": "en"}}', '"@language": "en"'),
        ('{"p:p": {"@value": 5, "@language": "en"}}', '"@language": "en"'),
        ('{"p:p": {"@value": "x", "p:q": 1}}', '"p:q": 1'),
        ('{"p:p": {"@list": [1], "p:q": 2}}', '"p:q": 2'),
        ('{"@context": {"a": "b:x", "b": "a:y"}, "a": 1}', '"b": "a:y"'),
        ('{"@context": {"@id": "http://e/"}, "@id": "a:b"}', '"@id": "http://e/"'),
        ('{"@context": {"p": {"@id": 5}}, "p": 1}', '"p": {"@id": 5}'),
        ('{"@context": {"p": {"@id": "http://e/p", "@container": "@foo"}}, "p": 1}', '"@container": "@foo"'),
        ('{"@context": {"@vocab": 5}}', '"@vocab": 5'),
        ('{"@context": {"id": "@id"}, "id": "a:b", "@id": "a:c"}', '"@id": "a:c"'),
        ('{"@reverse": {"p:p": "x"}}', '"p:p": "x"'),
        ('{"@context": {"p": {"@id": "http://e/p", "@container": "@language"}}, "p": {"sv": "å", "en": 5}}', '"en": 5'),
        # What stands behind may change what a word means, so only the file is certain.
        ('{"id": 5, "@context": {"id": "@id"}}', "x.jsonld"),
        ('{"@context": {"p": {"@id": "http://e/p", "@context": {"@vocab": 5}}}, "p": {"q": 1}}', "x.jsonld"),
        ('{"@context": {}, "@context": "c"}', "x.jsonld"),
    ],
)  # fmt: skip
def test_a_rule_of_json_ld_is_told_where_it_is_broken(text: str, place: str) -> None:
    """The value with which it is broken, with its key; the file where something behind it could be the reason."""
    assert [each[1] for each in told(text)] == [place]


WRONG = [
    ("@id", 5),
    ("@id", ["a:b"]),
    ("@type", 7),
    ("p:p", {"@value": [1]}),
    ("p:p", {"@value": "x", "@language": "en", "@type": "t:t"}),
    ("p:p", [1, {"@value": 5, "@language": "en"}]),
    ("@reverse", {"p:p": "x"}),
    ("@index", 5),
]


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_each_node_that_breaks_a_rule_is_told(seed: int) -> None:
    """Anywhere among others, in any layout: as many places as there are such nodes, each in its own."""
    rnd = random.Random(seed)
    nodes: list[dict[str, object]] = []
    wrong = []
    for number in range(rnd.randint(1, 12)):
        node: dict[str, object] = {"p:n": f"node {number}", "p:q": [1, {"p:r": "å😀"}]}
        if rnd.random() < 0.5:
            key, value = rnd.choice(WRONG)
            node[key] = value
            wrong.append(number)
        nodes.append(node)
    text = json.dumps({"@context": {}, "@graph": nodes}, indent=rnd.choice([None, 1, 4]), ensure_ascii=False)
    try:
        read_rdf(text.encode(), "x.jsonld", BASE, rdf_format=ox.RdfFormat.JSON_LD)
        found = []
    except Malformed as malformed:
        found = [each.location for each in (malformed.finding, *malformed.others)]
    starts = [0, *(at + 1 for at, each in enumerate(text) if each == "\n")]
    offsets = [starts[each.line - 1] + each.column - 1 for each in found]
    # The node in which a place is, is the one whose name was the last before it.
    assert [text[:each].count('"p:n"') - 1 for each in offsets] == wrong


def test_slips_in_json_are_told_in_one_run() -> None:
    """And what breaks the rules of JSON-LD in the same file; each with its words, and with what to write."""
    text = """{"@context": {"e": "http://e/", 'name': "e:name", /* å
 */ "x": {"@id": "e:x", "@type": "@id",}},
 "@graph": [
  {"@id": 5, "name": "a" "x": "e:b"}, # end
  {"name": {"@value": "x", "@language": "en", "@type": "e:T"}, x: {"@id": +7}},
  {"@type": [05, "e:T"], "name": None/* no */, "e:n": -Infinity,},
  {"e:n": .5, "e:m": [1., 0x1F, True], "e:o": “y”, "e:p": "a\\q"},
 ]
}
"""
    assert [each[1:] for each in told(text)] == [
        ("'name'", 'Write "name".'),
        ("/* å\n */", "JSON has no comments: delete it."),
        (",", "Delete this comma."),
        ('"x"', "Write a comma before it."),
        ("# end", "JSON has no comments: delete it."),
        ("x", 'Write "x".'),
        ("+", "Delete this sign."),
        ("0", "Delete this 0."),
        ("None", "Write null."),
        ("/* no */", "JSON has no comments: delete it."),
        ("-Infinity", "JSON has no such number; leave it out, or write a string with its type."),
        (",", "Delete this comma."),
        (".", "Write a 0 before the point."),
        (",", "Write a 0 behind the point."),
        ("0x1F", "Write 31."),
        ("True", "Write true."),
        ("“y”", 'Write "y".'),
        ("\\q", "Write q, or \\\\q for the backslash."),
        (",", "Delete this comma."),
        ('"@id": 5', None),
        ('"@type": "e:T"', None),
        ('"@id": +7', None),
        ("5", None),
    ]


@pytest.mark.parametrize("text", ['{"p:p": [1,, 2],\n"q": }', '{"p:p": "x "y" z"}', '{"p:p" 1, 5}', '{"p:p": "x\ny"}'])
def test_what_is_no_plain_slip_ends_the_search(text: str) -> None:
    """The first mistake is told as the parser says it, and that no more was looked at."""
    (found,) = told(text)
    assert found[2] == "What stands further down was not looked at; correct this first."


@pytest.mark.parametrize("text", ["[" + "1,, " * 1000, "{'a': 1 " * 150, '{"p:p": [' + '{"@id": 5}, ' * 500 + "1]}"])
def test_of_thousands_of_mistakes_the_first_are_told(text: str) -> None:
    """A report is not filled with what is no JSON-LD at all."""
    assert 1 <= len(told(text)) <= 50
