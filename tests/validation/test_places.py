"""SHACL results are joined to the sources: by focus node, path and value, through blank nodes too."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import BASE, TurtleWriter

from digigraph.dataset.statements import Dataset, Statement
from digigraph.findings import Location, Precision, Severity
from digigraph.iris import shorten
from digigraph.pipeline import check_files
from digigraph.reports.turtle import turtle_report
from digigraph.sources.rdf.files import Files, Reading
from digigraph.sources.rdf.parsing import parse_rdf
from digigraph.validation.engine.data_graph import DataGraph
from digigraph.validation.shapes.checking import ShapesCheck

if TYPE_CHECKING:
    from pathlib import Path

    from digigraph.findings import Finding

PREFIXES = """@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
"""Two lines before the data of each test."""
DISJOINT = "sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape"
SIBLING = f"[ sh:path e:z ; sh:qualifiedMaxCount 1 ; {DISJOINT} [ sh:class e:D ]"
NEEDS_NAME = "sh:property [ sh:path e:name ; sh:minCount 1 ]"


class Checker:
    """Checks data against shapes, each in a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, data: str, shapes: str, *, name: str = "data.ttl") -> list[Finding]:
        """Return what is found; Turtle gets the prefixes in two lines above it."""
        path, shapes_path = self.folder / name, self.folder / "shapes.ttl"
        path.write_text(PREFIXES + data if name.endswith(".ttl") else data, encoding="utf-8")
        shapes_path.write_text(PREFIXES + shapes, encoding="utf-8")
        return check_files(Files(data=[str(path)], shapes=[str(shapes_path)]), Reading()).findings

    def places(self, data: str, shapes: str) -> list[tuple[int, int, str]]:
        """Return line (of the data), column and precision of each finding."""
        found = [each.location for each in self(data, shapes)]
        return [(each.line - 2, each.column, each.precision.value) for each in found]


@pytest.fixture
def check(tmp_path: Path) -> Checker:
    return Checker(tmp_path)


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_every_value_of_any_layout_is_found(seed: int) -> None:
    """A shape that nothing satisfies gives one result for each value, at the very place where the value is written."""
    writer = TurtleWriter(random.Random(seed))
    data = parse_rdf(writer.file().encode(), "data.ttl", BASE)
    shapes = "".join(
        f"[] a sh:PropertyShape ; sh:targetSubjectsOf <{each}> ; sh:path <{each}> ; sh:in () .\n"
        for each in writer.expected
    )
    dataset = Dataset(tuple(Statement(each.quad, each.location, each.node) for each in data))
    found = ShapesCheck(
        dataset,
        parse_rdf((PREFIXES + shapes).encode(), "shapes.ttl", BASE),
        data=DataGraph([each.quad.triple for each in data], {}),
        shorten=lambda iri: shorten(iri, {}),
    ).findings()
    places = {each.path: each.location for each in found}
    assert places.keys() == {f"<{each}>" for each in writer.expected}
    for predicate, expected in writer.expected.items():
        place = places[f"<{predicate}>"]
        assert (place.line, place.column) == (expected.value.line, expected.value.column), writer.page.text
        assert place.precision is Precision.VALUE


def test_a_missing_value_points_to_its_node(check: Checker) -> None:
    """To the subject, the bracket or the bracket of the list where it is written, of one node as of another."""
    data = "e:a e:p e:b ,\n  [ e:q 1 ] .\ne:b e:r 2 .\n[ e:r 1 ] e:r 2 ."
    shapes = f"e:s a sh:NodeShape ; sh:targetObjectsOf e:p ; sh:targetSubjectsOf e:r ; {NEEDS_NAME} ."
    assert check.places(data, shapes) == [(2, 3, "node"), (3, 1, "node"), (4, 1, "node")]


def test_a_missing_value_in_json_ld_points_to_its_node_or_to_the_file(check: Checker) -> None:
    """To the key of a map by identifier; of a node in a map by index only the file is known: never to its values."""
    data = (
        '{"@context": {"@vocab": "http://e.x/", "of": {"@container": "@id"}, "in": {"@container": "@index"}},\n'
        '"of": {\n"http://e.x/k": {\n"q": "v",\n"@type": "http://e.x/H"}},\n'
        '"in": {"i": {"q": "w", "@type": "http://e.x/H"}}}'
    )
    found = check(data, f"e:s a sh:NodeShape ; sh:targetClass e:H ; {NEEDS_NAME} .", name="data.jsonld")
    places = {each.subject: (each.location.line, each.location.precision) for each in found}
    assert places == {None: (0, Precision.FILE), "http://e.x/k": (3, Precision.NODE)}


def test_a_node_that_is_only_mentioned_is_found_where_it_is(check: Checker) -> None:
    """What has no statements of its own stands where it is an object; what the data does not have, in the shapes."""
    shapes = f"e:s a sh:NodeShape ; sh:targetObjectsOf e:p ;\n sh:targetNode e:nobody ; {NEEDS_NAME} ."
    mentioned, nowhere = check("e:a e:q 1 ;\n  e:p e:b .", shapes)
    assert (mentioned.location.line, mentioned.location.column) == (4, 7)
    assert mentioned.location.precision is nowhere.location.precision is Precision.NODE
    assert (nowhere.location.path.rpartition("/")[2], nowhere.location.line, nowhere.location.column) == (
        "shapes.ttl",
        4,
        16,
    )


@pytest.mark.parametrize(
    ("path", "data", "place"),
    [
        ("( e:p e:q )", "e:a e:p\n [ e:q\n  0 ] .", (3, 3)),
        ("( [ sh:inversePath e:p ] e:q )", "e:b e:p e:a ; e:q\n 0 .\ne:a e:z 1 .", (2, 2)),
        ("[ sh:alternativePath ( e:p e:q ) ]", "e:a e:q\n 0 .", (2, 2)),
        ("( [ sh:zeroOrMorePath e:p ] e:q )", "e:a e:p [ e:p [ e:q\n 0 ] ] .", (2, 2)),
        ("( e:p [ sh:zeroOrMorePath rdf:rest ] rdf:first )", "e:a e:p ( 9\n 0 9 ) .", (2, 2)),
        ("( [ sh:oneOrMorePath e:p ] e:q )", "e:a e:p e:b . e:b e:p e:c . e:c e:q\n 0 .", (2, 2)),
        ("( [ sh:zeroOrOnePath e:p ] e:q )", "e:a e:q\n 0 .", (2, 2)),
    ],
)
def test_values_are_followed_along_paths(check: Checker, path: str, data: str, place: tuple[int, int]) -> None:
    """The value that a complex path leads to is found at its own place, wherever the path goes."""
    shapes = f"e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path {path} ; sh:minInclusive 1 ] ."
    assert check.places(data, shapes) == [(*place, "value")]


def test_what_is_written_in_several_places_is_told_with_all_of_them(tmp_path: Path) -> None:
    """The same wrong triple in two files, and twice in one: one result, that names the other places in order."""
    files = {
        "a.ttl": "e:x e:p 1 .",
        "b.ttl": "e:x e:p 1 .\ne:x e:p 1 .",
        "shapes.ttl": "[] sh:targetNode e:x ; sh:path e:p ; sh:in () .",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(PREFIXES + text, encoding="utf-8")
    named = Files(data=[str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl")], shapes=[str(tmp_path / "shapes.ttl")])
    (finding,) = check_files(named, Reading()).findings
    places = [(each.path.rpartition("/")[2], each.line, each.column) for each in (finding.location, *finding.also)]
    assert places == [("a.ttl", 3, 9), ("b.ttl", 3, 9), ("b.ttl", 4, 9)]


def test_what_an_inner_shape_finds_is_told_with_the_outer(check: Checker) -> None:
    """The result is that of the node, as SHACL has it; the reasons are told with their own places, in order."""
    data = "e:x e:p [ e:q 1 ;\n e:r 'a' , 'b' , 'c' ] .\n"
    needs = "[ sh:path e:s ; sh:minCount 1 ; sh:message 'Say s.' ]"
    inner = f"sh:property [ sh:path e:q ; sh:nodeKind sh:IRI ] , [ sh:path e:r ; sh:maxLength 0 ] , {needs}"
    shapes = f"[] sh:targetNode e:x ; sh:path e:p ; sh:node [ sh:node [ {inner} ] ] ."
    (finding,) = check(data, shapes)
    assert (finding.location.line, finding.location.column) == (3, 9)
    path = finding.location.path
    assert finding.hint == (
        f"Because of […] e:s: Say s. ({path}:3:9); "
        f"[…] e:q 1: Value is not of Node Kind sh:IRI ({path}:3:15); "
        f'[…] e:r "a": String length not <= 0 ({path}:4:6); 2 more.'
    )


def test_a_report_is_the_same_in_every_run(check: Checker) -> None:
    """The engine writes sets in the order of hashes; words that a shape says itself are left as they are."""
    shape = "[] sh:targetNode e:x ; sh:path e:p ;"
    values = '"5" "4" "3" "2" "1"'
    (found,) = check("e:x e:p 1 .", f"{shape} sh:in ( {values} ) .")
    assert found.message.endswith("not in list " + ", ".join(f'"{each}"' for each in range(1, 6)))
    (found,) = check("e:x e:p 1 .", f"{shape} sh:hasValue {', '.join(values.split())} .")
    assert found.message.endswith("in the set: " + ", ".join(f'"{each}"' for each in range(1, 6)))
    (found,) = check("e:x e:p 1 .", f"{shape} sh:equals e:t , e:s , e:r , e:q .")
    assert "Value of e:x->e:q, e:r, e:s, e:t != " in found.message
    (found,) = check("e:x e:p 1 .", f"{shape} sh:in ( 01 'b'@en '2'^^e:t true 'a) b' ) .")
    assert found.message.endswith('Value 1 not in list 01, "2"^^e:t, "a) b", "b"@en, true')
    said = "Value not in list ['b', 'a']"
    (found,) = check("e:x e:p 1 .", f'{shape} sh:in () ; sh:message "{said}" .')
    assert found.message.endswith(f": {said}")


def test_of_many_places_the_first_are_told(check: Checker) -> None:
    """A report does not grow with the square of what is wrong."""
    (finding,) = check("e:x e:p 1 .\n" * 100, "[] sh:targetNode e:x ; sh:path e:p ; sh:in () .")
    assert [each.line for each in finding.also] == list(range(4, 24))
    assert (finding.elsewhere or "").endswith(":6:9 and 17 more.")


def test_a_literal_is_its_lexical_form(check: Checker) -> None:
    """01 and 1 are the same number and stand in two places; language tags differ in case and not in meaning."""
    data = 'e:a e:p 01 , 1 ,\n "x"@en-GB , "abc"^^xsd:integer .'
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:nodeKind sh:IRI ] ."
    assert check.places(data, shapes) == [(1, 9, "value"), (1, 14, "value"), (2, 2, "value"), (2, 14, "value")]


def test_a_literal_can_be_a_focus_node(check: Checker) -> None:
    """A shape whose targets are values points to them."""
    shapes = "e:s a sh:NodeShape ; sh:targetObjectsOf e:p ; sh:nodeKind sh:IRI ."
    assert check.places('e:a e:q 1 ;\n e:p "x" .', shapes) == [(2, 6, "value")]


@pytest.mark.parametrize(
    ("constraint", "data", "place"),
    [
        ("sh:property [ sh:path e:p ; sh:maxCount 1 ]", "e:a\n e:q 1 ;\n e:p 1 , 2 .", (3, 2)),
        ("sh:property [ sh:path ( e:q e:p ) ; sh:maxCount 0 ]", "e:a e:q [\n  e:p 1 ] .", (2, 3)),
        ("sh:closed true ; sh:property [ sh:path e:q ]", "e:a e:q 1 ; e:p\n 1 .", (1, 13)),
        ("sh:closed true", "e:a\n  a e:C .", (2, 3)),
        ("sh:closed true", "e:a\n  <http://e.x/p> 1 .", (2, 3)),
    ],
)
def test_a_property_that_is_at_fault_is_pointed_to(
    check: Checker, constraint: str, data: str, place: tuple[int, int]
) -> None:
    """Not its value: a property that may not be there or has too many values; of several places the first."""
    shapes = f"e:s a sh:NodeShape ; sh:targetNode e:a ; {constraint} ."
    assert check.places(data, shapes) == [(*place, "value")]


@pytest.mark.parametrize(
    ("constraint", "places"),
    [
        ("sh:uniqueLang true", [[2, 4], [3, 6]]),
        ("sh:qualifiedValueShape [ sh:class e:C ] ; sh:qualifiedMaxCount 1", [[7, 8]]),
        # Those that also conform to a sibling do not count.
        (
            f"{DISJOINT} [ sh:class e:C ] ; sh:qualifiedMaxCount 0 ] , {SIBLING}",
            [[8]],
        ),
        ("sh:maxCount 1", [[1, 2, 3, 4, 5, 6, 7, 8]]),
    ],
)
def test_of_too_many_values_those_are_told_that_count(check: Checker, constraint: str, places: list[list[int]]) -> None:
    """Of one language, or of the kind that was counted: what stands among them and has no part in it is not marked."""
    values = ["'a'@fr", "'b'@en", "'c'@sv", "'d'@EN", "9", "'e'@sv", "e:x", "e:y"]
    data = "".join(f"e:a e:p {each} .\n" for each in values) + "e:x a e:C , e:D . e:y a e:C .\n"
    shapes = f"e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; {constraint} ] ."
    found = check(data, shapes)
    assert [[each.line - 2 for each in (finding.location, *finding.also)] for finding in found] == places
    assert {finding.location.precision for finding in found} == {Precision.VALUE}
    assert turtle_report(found).count("a sh:ValidationResult ") == len(places)


def test_what_a_query_found_without_saying_in_which_value_stands_at_the_node(check: Checker) -> None:
    """Where the property has one value, it is that; of several none is accused."""
    query = 'sh:sparql [ sh:select "SELECT $this WHERE { $this $PATH ?any FILTER (?any > 1) }" ]'
    shapes = f"e:s a sh:PropertyShape ; sh:targetNode e:a ; sh:path e:p ; {query} ."
    assert check.places("e:a e:q 0 ;\n e:p 2 .", shapes) == [(2, 2, "value")]
    assert check.places("e:a e:q 0 ;\n e:p 1 , 2 .", shapes) == [(1, 1, "node")]


def test_a_property_at_fault_that_is_not_located_gives_its_value(check: Checker) -> None:
    """JSON-LD says where values are, and not by which word of a context they got their property."""
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:maxCount 0 ] ."
    (finding,) = check('{"@id": "http://e.x/a",\n "http://e.x/p": "v"}', shapes, name="data.jsonld")
    assert (finding.location.line, finding.location.column, finding.location.precision) == (2, 18, Precision.VALUE)


def test_a_query_asked_once_about_a_class_speaks_of_its_instances(check: Checker) -> None:
    """The finding names the instance and stands there; the report keeps the focus node that SHACL gives it."""
    shapes = (
        'e:s a sh:NodeShape ; sh:targetNode e:C ; sh:message "Other."@en , "Annat."@sv ;\n'
        'sh:sparql [ sh:select "SELECT $this ?value { ?value a $this ; <http://e.x/p> 2 }" ] .'
    )
    (finding,) = check("e:a a e:C ; e:p 1 .\ne:b a e:C ;\n e:p 2 .", shapes)
    assert finding.subject == "http://e.x/b"
    assert finding.message == "e:b: Other."
    assert (finding.location.line - 2, finding.location.column, finding.location.precision) == (2, 1, Precision.NODE)
    assert finding.result is not None
    assert (finding.result.focus, finding.result.value) == ("<http://e.x/C>", "<http://e.x/b>")


def test_labels_of_one_file_are_not_those_of_another(tmp_path: Path) -> None:
    """``_:x`` of two data files and of the shapes are three nodes."""
    for name, age in (("one", 1), ("two", 2)):
        (tmp_path / f"{name}.ttl").write_text(f"{PREFIXES}_:x e:age\n {age} .", encoding="utf-8")
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        f"{PREFIXES}e:s a sh:NodeShape ; sh:targetSubjectsOf e:age ; sh:property _:x .\n"
        "_:x sh:path e:age ; sh:maxCount 1 ; sh:maxInclusive 1 .",
        encoding="utf-8",
    )
    files = Files(data=[str(tmp_path / "one.ttl"), str(tmp_path / "two.ttl")], shapes=[str(shapes)])
    assert [str(each.location) for each in check_files(files, Reading()).findings] == [
        f"{tmp_path.as_posix()}/two.ttl:4:2"
    ]


def test_json_ld_and_rdf_xml_are_joined_as_well(check: Checker) -> None:
    """Through nodes without identifier: JSON-LD to the value, RDF/XML to the element that states it."""
    shapes = "e:s a sh:NodeShape ; sh:targetSubjectsOf e:age ; sh:property [ sh:path e:age ; sh:maxInclusive 1 ] ."
    json_ld = '{"@context": {"@vocab": "http://e.x/"}, "p": [\n{"age": 1}, {"age":\n 2}]}'
    (finding,) = check(json_ld, shapes, name="data.jsonld")
    assert (finding.location.line, finding.location.column, finding.location.precision) == (3, 2, Precision.VALUE)
    rdf_xml = (
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.x/">'
        '<e:T><e:p r:parseType="Resource">\n'
        ' <e:age\n r:datatype="http://www.w3.org/2001/XMLSchema#integer">2</e:age></e:p></e:T></r:RDF>'
    )
    (finding,) = check(rdf_xml, shapes, name="data.rdf")
    assert (finding.location.line, finding.location.column, finding.location.precision) == (2, 2, Precision.NODE)


def test_a_place_is_never_guessed(check: Checker) -> None:
    """Of RDF 1.2 the file is said and no line."""
    data = "e:a e:p <<( e:x e:y e:z )>> ; e:q 2 ."
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:q ; sh:maxInclusive 1 ] ."
    (finding,) = check(data, shapes)
    assert finding.location == Location(finding.location.path)
    assert finding.location.precision is Precision.FILE


def test_a_boolean_that_is_no_value_is_a_finding_and_no_remark(
    check: Checker, capfd: pytest.CaptureFixture[str]
) -> None:
    """Literals that are no value of their datatype are told by the shapes alone; nothing else is printed."""
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:datatype xsd:boolean ] ."
    assert check.places('e:a e:p true ,\n "none"^^xsd:boolean .', shapes) == [(2, 2, "value")]
    assert capfd.readouterr() == ("", "")


def test_a_nested_shape_gives_one_result(check: Checker) -> None:
    """What the inner shape of sh:node found is a detail of the result, not another one."""
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:node [ sh:class e:C ] ] ."
    assert check.places("e:a e:p e:b .", shapes) == [(1, 9, "value")]


@pytest.mark.parametrize("on", ["shape", "query"])
@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ('"Annat."@sv , "Other."@en', (("en", "Other."), ("sv", "Annat."))),
        ('"Same."@sv , "Same."@en', (("en", "Same."), ("sv", "Same."))),
        ('"{?value} (fel)"@sv , "no {$value}!"@en', (("en", "no 1!"), ("sv", "1 (fel)"))),
        ('"Plain."', (("", "Plain."),)),
    ],
)
def test_messages_of_queries_keep_their_languages(
    check: Checker, on: str, messages: str, said: tuple[tuple[str, str], ...]
) -> None:
    """All languages come back, with values filled in; what another shape says in another language changes nothing."""
    of_shape, of_query = (f"sh:message {messages} ;" if each == on else "" for each in ("shape", "query"))
    shapes = (
        f"e:s a sh:NodeShape ; sh:targetNode e:a ; {of_shape} sh:sparql [ {of_query}\n"
        'sh:select "SELECT $this ?value { $this <http://e.x/p> ?value }" ] .\n'
        'e:other a sh:NodeShape ; sh:message "Other."@de , "Plain."@nl , "Annat."@nb .'
    )
    (finding,) = check("e:a e:p 1 .", shapes)
    assert finding.result is not None
    assert finding.result.messages == said
    assert finding.message.endswith(dict(said).get("en", "Plain."))


def test_messages_of_queries_show_values_as_they_are(check: Checker) -> None:
    """A blank node by no label, for its file has none; backslashes in a value do no harm."""
    select = "SELECT $this ?value ?other { $this <http://e.x/p> ?value ; <http://e.x/q> ?other }"
    query = f'sh:sparql [ sh:message "{{$this}} {{?value}} {{?other}}." ; sh:select "{select}" ]'
    shapes = f"e:s a sh:NodeShape ; sh:targetSubjectsOf e:p ; {query} ."
    (finding,) = check(r"[] e:p 'C:\\1\\g' ; e:q [] .", shapes)
    assert finding.message.endswith(r": […] C:\1\g […].")
    assert r"[…] C:\\1\\g […]." in turtle_report([finding])


def test_how_often_a_result_is_there_is_counted(check: Checker) -> None:
    """A value that is too large for two reasons is one finding, and two results in the report."""
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:disjoint e:p , e:q ] ."
    (finding,) = check("e:a e:p 1 ; e:q 1 .", shapes)
    assert finding.result is not None
    assert finding.result.times == 2
    assert turtle_report([finding]).count("a sh:ValidationResult") == 2


def test_a_severity_of_ones_own_is_kept(check: Checker) -> None:
    """It counts as a violation, for nobody but its author knows what it means, and the report names it."""
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:severity e:grave ; sh:nodeKind sh:Literal ."
    (finding,) = check("e:a e:p 1 .", shapes)
    assert finding.severity is Severity.VIOLATION
    assert "sh:resultSeverity <http://e.x/grave>" in turtle_report([finding])


def test_what_a_node_must_be_because_of_a_property_stands_where_the_property_is_said(check: Checker) -> None:
    """Of a shape whose targets are the subjects of a property: at its words, and the message names it."""
    data = "e:a e:name 'A' ;\n  e:host e:b , e:c .\ne:d a e:Project ; e:host e:b .\n"
    of = "sh:class e:Project ; sh:message 'Of a project.'@en"
    shapes = f"e:s a sh:NodeShape ; sh:targetSubjectsOf e:host , e:lead ; {of} ."
    (found,) = check(data, shapes)
    assert (found.location.line, found.location.column, found.location.precision) == (4, 3, Precision.VALUE)
    assert found.message == "e:a e:host: Of a project."
    assert check.places(data, shapes.replace("e:host , e:lead", "e:name")) == [(1, 5, "value")]


def test_a_long_path_is_told_by_the_name_of_its_shape(check: Checker) -> None:
    """In English where it has one; without a name the path is written, cut where it is long."""
    path = "[ sh:alternativePath ( e:lead e:director e:nationalCoordinator e:nationalLead e:responsible ) ]"
    shape = f"e:s a sh:PropertyShape ; sh:targetNode e:a ; sh:path {path} ; sh:minCount 1 ; sh:message 'Say it.'@en"
    (named,) = check("e:a a e:P .", f"{shape} ; sh:name 'roll'@sv , 'role'@en .")
    assert named.message == "e:a (role): Say it."
    assert named.path is not None
    assert named.path.count("|") == 4
    (unnamed,) = check("e:a a e:P .", f"{shape} .")
    assert unnamed.message.startswith("e:a e:lead|e:director|")
    assert unnamed.message.endswith("…: Say it.")


def test_numbers_are_shown_as_they_are_written(check: Checker) -> None:
    """Without quotation marks and datatype."""
    (found,) = check("e:a e:p 7 .", "e:s sh:targetNode e:a ; sh:path e:p ; sh:maxInclusive 3 ; sh:message 'Less.' .")
    assert found.message == "e:a e:p 7: Less."
