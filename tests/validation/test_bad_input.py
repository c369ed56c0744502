"""Input that nobody should trust: it becomes a located finding, in bounded time and memory, and fetches nothing."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digigraph.errors import InputError
from digigraph.pipeline import check_files
from digigraph.sources.rdf.files import Files, Reading, paths_of
from digigraph.validation.engine.bounds import DEFAULT_BOUNDS, Bounds, Exceeded, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects import Project

    from digigraph.findings import Finding

SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.x/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
NO_VALUES = "e:none a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:maxCount 0 ] .\n"
NO_TEXT = "e:no a sh:NodeShape ; sh:targetObjectsOf e:p ; sh:not [ sh:nodeKind sh:Literal ] .\n"
RDF = '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.x/">'


def check(
    folder: Path, data: bytes, *, name: str = "data.ttl", shapes: str = NO_VALUES, bounds: Bounds = DEFAULT_BOUNDS
) -> list[Finding]:
    (folder / name).write_bytes(data)
    (folder / "shapes.ttl").write_text(SHAPES + shapes, encoding="utf-8")
    files = Files(data=[str(folder / name)], shapes=[str(folder / "shapes.ttl")])
    return check_files(files, Reading(), bounds=bounds).findings


def told(findings: list[Finding]) -> list[tuple[str, int, int]]:
    return [(each.rule, each.location.line, each.location.column) for each in findings]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("data.ttl", b'@prefix e: <http://e.x/> .\ne:a e:p "x" , "y', ("rdf-syntax", 2, 15)),
        ("data.ttl", b"<http://e.x/a> <http://e.x/p> [ <http://e.x/q> 1 ;\n", ("rdf-syntax", 2, 1)),
        ("data.nq", b'<http://e.x/a> <http://e.x/p> "x" .\n<http://e.x/a', ("rdf-syntax", 2, 1)),
        ("data.trig", b"@prefix e: <http://e.x/> .\ne:g { e:a e:p 1 .", ("rdf-syntax", 2, 18)),
        ("data.jsonld", b'{"@id": "http://e.x/a",\n "http://e.x/p": ["x", ', ("rdf-syntax", 2, 24)),
        ("data.jsonld", '{"http://å😀": ["x", '.encode(), ("rdf-syntax", 1, 21)),
        ("data.rdf", RDF.encode() + b"\n<e:T><e:p>x", ("rdf-syntax", 2, 12)),
        ("data.rdf", RDF.encode() + b"\n<e:T><e:p>x</e:q></e:T></r:RDF>", ("rdf-syntax", 2, 14)),
        ("data.rdf", RDF.encode() + b"\n<e:T r:about='a b'/></r:RDF>", ("rdf-syntax", 2, 1)),
        ("data.ttl", '<http://e.x/ä> <http://e.x/p> "ä'.encode() + b'\xff" .', ("encoding", 1, 33)),
        ("data.ttl", b"\xef\xbb\xbf<http://e.x/a> <http://e.x/p> \xff .", ("encoding", 1, 31)),
        ("data.ttl", b"\xff\xfe<\x00", ("encoding", 1, 1)),
        ("data.rdf", RDF.encode("utf-16-le"), ("encoding", 1, 2)),
        ("data.jsonld", b"", ("rdf-syntax", 1, 1)),
        ("data.rdf", b"", ("rdf-syntax", 1, 1)),
        ("data.jsonld", b'{"@context": ["http://e.x/c", {}],\n"a": 1}', ("jsonld-context", 1, 15)),
        ("data.jsonld", b'{"@context": {"@version": 1.1,\n"@import": "http://e.x"}}', ("jsonld-context", 2, 12)),
        ("data.jsonld", b'{"@context": "context.jsonld", "a": 1}', ("jsonld-context", 1, 14)),
        ("data.rdf", b"<?xml version='1'?>\n<!DOCTYPE r:RDF [<!ENTITY a 'b'>]>" + RDF.encode(), ("rdf-doctype", 2, 1)),
        ("data.rdf", b"<!doctype x>" + RDF.encode() + b"</r:RDF>", ("rdf-doctype", 1, 1)),
        ("data.rdf", b"<!-- <!DOCTYPE -->\n<?p <!DOCTYPE ?>\n<!DOCTYPE x>" + RDF.encode(), ("rdf-doctype", 3, 1)),
        ("data.rdf", b"<!--> <!DOCTYPE x [<!ENTITY a 'b'>]> <!--\n>" + RDF.encode(), ("rdf-syntax", 1, 42)),
        ("data.rdf", b"<!-- <!DOCTYPE x>\n" + RDF.encode() + b"</r:RDF>", ("rdf-syntax", 1, 1)),
        ("data.rdf", RDF.encode() + b"<!--" * 2_000_000, ("rdf-syntax", 1, len(RDF) + 9)),
        ("data.rdf", b"\xef\xbb\xbf<!DOCTYPE x>" + RDF.encode() + b"</r:RDF>", ("rdf-doctype", 1, 1)),
        ("data.rdf", b"<!-- > --><?p ?>\n<!DOCTYPE x [<!ENTITY % a 'b'> %a;]>" + RDF.encode(), ("rdf-doctype", 2, 1)),
        ("data.rdf", f"<!DOCTYPE x>{RDF}</r:RDF>".encode("utf-16"), ("encoding", 1, 1)),
        ("data.rdf", f"<!DOCTYPE x>{RDF}</r:RDF>".encode("utf-16-be"), ("encoding", 1, 1)),
        ("data.rdf", f"<!DOCTYPE x>{RDF}</r:RDF>".encode("cp037"), ("encoding", 1, 3)),
        ("data.rdf", RDF.encode() + b"<e:T><e:p>&bomb;</e:p></e:T></r:RDF>", ("rdf-syntax", 1, len(RDF) + 11)),
        ("data.jsonld", b'{"\\u0040context": "http://e.x/c", "a": 1}', ("jsonld-context", 1, 19)),
        ("data.jsonld", b'{"@context": {"p": {"@id": "http://e.x/p", "@context": "c"}}}', ("jsonld-context", 1, 56)),
        ("data.jsonld", b'{"@context": {}, "http://e.x/p": {"@context": "c"}}', ("jsonld-context", 1, 47)),
        ("data.jsonld", b'{"@context": {}, "@context": "c"}', ("rdf-syntax", 0, 0)),
        ("data.ttl", b'<http://e.x/a> <http://e.x/p> "\\uD800" .', ("rdf-syntax", 1, 32)),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_located_finding(
    tmp_path: Path, name: str, data: bytes, expected: tuple[str, int, int]
) -> None:
    """Broken off, wrongly encoded, asking for other files, declaring entities: told at its place, with what to do."""
    findings = check(tmp_path, data, name=name)
    assert told(findings) == [expected]
    assert expected[0] == "rdf-syntax" or findings[0].hint


def test_each_line_that_is_wrong_is_told_where_lines_stand_alone(tmp_path: Path) -> None:
    """N-Triples and N-Quads: a string left open, a bad IRI, dots that are missing one after another, the last line."""
    lines = [
        *('<a:a> <b:b> "x', '<a:a> <b:b> "å" .', '<a:a> <b: b> "x" .'),
        *('<a:a> <b:b> "x"', '<a:a> <b:b> "x"', "", "<a:a> <b:b>"),
    ]
    for name in ("data.nt", "data.nq"):
        assert told(check(tmp_path, "\n".join(lines).encode(), name=name)) == [
            ("rdf-syntax", 1, 15),
            ("rdf-syntax", 3, 7),
            ("rdf-syntax", 5, 1),
            ("rdf-syntax", 6, 1),
            ("rdf-syntax", 7, 12),
        ]


def test_of_thousands_of_wrong_lines_the_first_are_told(tmp_path: Path) -> None:
    """What is no N-Triples at all does not fill a report."""
    assert told(check(tmp_path, b"x\n" * 5000, name="data.nt")) == [("rdf-syntax", line, 1) for line in range(1, 102)]


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        ("<a:a> <b:b> 'x' # end.\n# more\n\n<a:c> <b:b> 1 .", "line 1, column 16"),
        ("<a:a> <b:b> [ <b:c> '''\n'''\n]\n<a:c> <b:b> 1 .", "line 3, column 2"),
        ("<a:a> <b:b> 'x'\n", "line 1, column 16"),
        ("<a:a> <b:b> 'x' <a:c> <b:b> 1 .", None),
    ],
)
def test_a_missing_dot_is_looked_for_where_the_statement_ends(tmp_path: Path, data: str, hint: str | None) -> None:
    """The parser sees it at the next word, which may be lines below; on the same line nothing has to be said."""
    (finding,) = check(tmp_path, data.encode())
    said = f"What stands before it ends in {hint}: is the dot missing there?"
    assert finding.hint == (said if hint is not None else None)


def test_each_context_that_is_another_file_is_told(tmp_path: Path) -> None:
    """All in one run, each at its place."""
    contexts = b'{"@context": ["http://e.x/c",\n"d", {"p": {"@id": "http://e.x/p", "@context": "e"}}]}'
    assert told(check(tmp_path, contexts, name="data.jsonld")) == [
        ("jsonld-context", 1, 15),
        ("jsonld-context", 2, 1),
        ("jsonld-context", 2, 48),
    ]


@pytest.mark.parametrize("inner", ["sh:js [ sh:jsFunctionName 'f' ]", "sh:jsFunctionName 'f'"])
def test_what_is_never_run_is_told_once(tmp_path: Path, inner: str) -> None:
    """A script at its property, without what is said of it; the name of a function where it stands alone."""
    (finding,) = check(tmp_path, b"", shapes=f"e:s sh:targetNode e:a ; {inner} .\n")
    assert (finding.rule, finding.location.line, finding.location.column) == ("shapes-unsupported", 3, 25)


def test_words_of_shapes_that_do_not_exist_are_told(tmp_path: Path) -> None:
    """A constraint that is misspelt checks nothing; terms of shapes and data that no list has are anybody's own."""
    shapes = "e:s a sh:NodeShape ; sh:targetNode e:a ;\n sh:property [ sh:path e:p ; sh:minCuont 1 ; e:own 1 ] .\n"
    (finding,) = check(tmp_path, b"<http://e.x/a> <http://www.w3.org/ns/shacl#nothing> 1 .", shapes=shapes)
    assert (finding.rule, finding.location.line, finding.location.column) == ("undefined-term", 4, 30)
    assert finding.hint == "Did you mean minCount?"


def test_terms_of_an_ontology_that_is_not_at_hand_are_not_called_unknown(tmp_path: Path) -> None:
    """Shapes for this program's ontology can be used where that ontology is not."""
    shapes = "[] sh:targetNode e:a ; sh:path <https://w3id.org/digigraph/ns#host> ; sh:maxCount 1 .\n"
    assert check(tmp_path, b"", shapes=shapes) == []


@pytest.mark.parametrize(
    "around",
    ["<!-- <!DOCTYPE x> -->{}", "<?p <!DOCTYPE x> ?>{}", "<!--> <!DOCTYPE x [<!ENTITY a 'b'>]> -->{}"],
)
def test_who_speaks_of_a_declaration_declares_nothing(tmp_path: Path, around: str) -> None:
    """In a comment, an instruction or a text, as it is written: the file is read, and the text says what it says."""
    said = "<e:p><![CDATA[<!DOCTYPE x>]]></e:p>"
    document = f'{RDF}<r:Description r:about="http://e.x/a">{said}</r:Description></r:RDF>'
    (found,) = check(tmp_path, around.format(document).encode(), name="data.rdf", shapes=NO_TEXT)
    assert found.rule == "shacl-no"
    assert found.result is not None
    assert "<!DOCTYPE x>" in str(found.result.value)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.jsonld", b'\n{"http://e.x/p":' * 3000 + b"1" + b"}" * 3000),
        ("data.jsonld", b'"{{[[" ,' + b"\n[" * 200_000),
        ("data.ttl", b'"<<<<"' + b"\n<<(<http://e.x/a> <http://e.x/p> " * 99_999),
        ("data.rdf", RDF.encode() + b"\n" + b"\n<e:a>\n<e:b>" * 100_000),
    ],
)
def test_nesting_that_would_take_everything_is_refused_where_it_is_too_deep(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """The engine would crash or never come back; what is told is the first bracket or tag that is one too deep."""
    (finding,) = check(tmp_path, data, name=name)
    levels = 50 if name == "data.ttl" else 200
    assert (finding.rule, finding.location.line, finding.location.column) == ("too-deep", levels + 2, 1)
    assert f" {levels} levels" in finding.message


@pytest.mark.parametrize("data", [b'<http://e.x/a> <http://e.x/p> "' + b"x" * 17_000_000 + b'" .', b"#" * 20_000_001])
def test_what_is_too_large_for_memory_is_refused(tmp_path: Path, data: bytes) -> None:
    """Of the file, not of a line."""
    (finding,) = check(tmp_path, data)
    assert (finding.rule, finding.location.line) == ("too-large", 0)


def test_deep_nesting_that_the_engine_can_follow_is_read(tmp_path: Path) -> None:
    """Brackets and lists thousands deep or long are no danger, and keep their places."""
    deep = b"[ <http://e.x/q>\n" * 5000 + b"1" + b"]" * 5000
    findings = check(tmp_path, b"<http://e.x/a> <http://e.x/p> (" + b" 1" * 5000 + b" )\n,\n" + deep + b" .")
    assert told(findings) == [("shacl-MaxCountConstraintComponent", 1, 16)]


def test_a_hundred_megabytes_are_refused_in_little_memory(tmp_path: Path) -> None:
    """The refusal names the file, takes exit code 1, and no more memory than a run on a small file and the limit."""
    with (tmp_path / "huge.nt").open("wb") as file:
        for _ in range(100):
            file.write(b'<http://e.x/a> <http://e.x/p> "x" .\n' * 29_000)
    (tmp_path / "shapes.ttl").write_text(SHAPES + NO_VALUES, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "digigraph", "validate", "huge.nt", "--shapes", "shapes.ttl"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (300_000_000, 300_000_000)),
    )
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert b"huge.nt: violation: The file has more than 20 MB" in ran.stdout


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ('sh:property [ sh:path e:p ; sh:pattern "(((" ]', ("shapes", 4, 1)),
        ('sh:sparql [ sh:select "SELEC" ]', ("shapes", 4, 1)),
        ("sh:property [ sh:path e:p ; sh:in _:l ] . _:l rdf:first 1 ; rdf:rest _:l", ("shapes", 4, 1)),
        ('sh:property [ sh:path "p" ; sh:minCount 1 ]', ("shapes", 4, 1)),
        ('sh:property [ sh:path e:p ; sh:minCount "x" ]', ("shapes", 4, 1)),
        (f"sh:node{' [ sh:node' * 400} [ sh:nodeKind sh:IRI ]{']' * 400}", ("shapes", 4, 1)),
        ("sh:js [ a sh:JSConstraint ]", ("shapes-unsupported", 5, 1)),
        ("sh:rule [ a sh:TripleRule ]", ("shapes-unsupported", 5, 1)),
        ('sh:sparql [ sh:select "SELECT $this FROM <http://e.x/g> { }" ]', ("shapes-remote", 5, 23)),
        ('sh:sparql [ sh:select "SELECT $this { SERVICE e:x { } }" ]', ("shapes-remote", 5, 23)),
        ('sh:sparql [ sh:select "SELECT $this { GRAPH $shapesGraph { $this ?p ?o } }" ]', ("shapes", 4, 1)),
        ('sh:sparql [ sh:select "SELECT $this { $this ?p ?o MINUS { } }" ]', ("shapes", 4, 1)),
        ("sh:property [ sh:path e:p ; sh:node e:s ]", ("shapes-recursive", 5, 13)),
    ],
)
def test_shapes_that_cannot_be_used_are_told_and_hide_nothing(
    tmp_path: Path, parts: str, expected: tuple[str, int, int], capfd: pytest.CaptureFixture[str]
) -> None:
    """Each is told at its place in the shapes; what the other shapes find is found; nothing else is printed."""
    shapes = f"{NO_VALUES}e:s a sh:NodeShape ; sh:targetNode e:a ;\n{parts} ."
    findings = check(tmp_path, b"<http://e.x/a> <http://e.x/p> <http://e.x/a> .", shapes=shapes)
    assert ("shacl-MaxCountConstraintComponent", 1, 16) in told(findings)
    assert expected in told(findings)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("target", "owner"),
    [
        ("sh:targetClass e:Nothing", "sh:sparql [ sh:select {} ]"),
        ("sh:targetClass e:Nothing", "sh:property [ sh:path e:p ; sh:sparql [ sh:select {} ] ]"),
        ("sh:targetNode e:a", "sh:property [ sh:path e:none ; sh:node [ sh:sparql [ sh:select {} ] ] ]"),
    ],
)
def test_a_query_that_is_not_sparql_is_told_where_nothing_asks_it(tmp_path: Path, target: str, owner: str) -> None:
    """Also where its shape has no focus node; one that is SPARQL, with a path to be filled in, is not."""
    for query, said in (("'no query'", 1), ("'SELECT $this ?value { $this $PATH ?value }'", 0)):
        shapes = f"{NO_VALUES}e:s a sh:NodeShape ; {target} ;\n{owner.format(query)} ."
        found = check(tmp_path, b"<http://e.x/a> <http://e.x/p> <http://e.x/b> .", shapes=shapes)
        assert sum(each.rule == "shapes" and "not SPARQL" in each.message for each in found) == said
        assert all(each.location.line == 5 for each in found if each.rule == "shapes")


@pytest.mark.parametrize(
    "endless",
    [
        'sh:property [ sh:path e:p ; sh:pattern "^(a+)+$" ]',
        'sh:property [ sh:path e:q ; sh:node [ sh:property [ sh:path e:p ; sh:pattern "^(a|a)*$" ] ] ]',
        'sh:sparql [ sh:select "SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }" ]',
        'sh:sparql [ sh:select """SELECT $this { $this <http://e.x/p> ?v FILTER REGEX(?v, "^(a+)+$") }""" ]',
    ],
)
def test_a_shape_that_never_ends_is_given_up(tmp_path: Path, endless: str) -> None:
    """It is told at its place, in the time that shapes may take, and hides none of the others."""
    data = '<http://e.x/a> <http://e.x/p> "' + "a" * 60 + '!" ; <http://e.x/q> <http://e.x/a> .\n'
    data += "".join(f"<http://e.x/{number}> <http://e.x/n> {number} .\n" for number in range(100))
    shapes = f"{NO_VALUES}e:s a sh:NodeShape ; sh:targetNode e:a ;\n{endless} ."
    found = check(tmp_path, data.encode(), shapes=shapes, bounds=Bounds(seconds=1.0))
    assert told(found) == [("shacl-MaxCountConstraintComponent", 1, 16), ("shapes-unfinished", 4, 1)]
    assert "more than 1 seconds" in found[1].message


def test_shapes_that_never_end_do_not_add_up(tmp_path: Path) -> None:
    """The second is the last that is waited for; that nothing behind it was checked is said."""
    shapes = "".join(
        f'e:s{number} a sh:NodeShape ; sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:pattern "^(a+)+$" ] .\n'
        for number in range(9)
    )
    data = b'<http://e.x/a> <http://e.x/p> "' + b"a" * 60 + b'!" .'
    found = check(tmp_path, data, shapes=shapes, bounds=Bounds(seconds=0.5))
    assert [each.rule for each in found] == ["shapes-unfinished"] * 2
    assert sorted("The other shapes were not checked." in each.message for each in found) == [False, True]


def test_a_query_that_takes_all_memory_is_given_up(tmp_path: Path) -> None:
    """What a check takes beside what was there has a bound, of which the system knows nothing more."""
    endless = (
        "SELECT $this ?x { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l BIND(CONCAT(STR(?c), STR(?f), STR(?i)) AS ?x) }"
    )
    shapes = f'{NO_VALUES}e:s a sh:NodeShape ; sh:targetNode e:a ;\nsh:sparql [ sh:select "{endless}" ] .'
    data = "".join(f'<http://e.x/a> <http://e.x/p> "{number:01000}" .\n' for number in range(200))
    # What the process once had and gave back is no room for the check.
    bytearray(b"x" * 300_000_000).clear()
    found = check(tmp_path, data.encode(), shapes=shapes, bounds=Bounds(memory=50_000_000))
    assert told(found) == [("shacl-MaxCountConstraintComponent", 1, 16), ("shapes-unfinished", 4, 1)]
    assert "more than 50 MB" in found[1].message


def test_a_bound_leaves_nothing_behind(tmp_path: Path) -> None:
    """Timers, handlers and hooks of whoever calls are what they were."""
    handler, timer, hook = (
        signal.getsignal(signal.SIGVTALRM),
        signal.getitimer(signal.ITIMER_VIRTUAL),
        sys.unraisablehook,
    )
    check(tmp_path, b"<http://e.x/a> <http://e.x/p> 1 .")
    assert signal.getsignal(signal.SIGVTALRM) == handler
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == timer == (0.0, 0.0)
    assert sys.unraisablehook == hook


def test_a_bound_that_strikes_where_nothing_can_be_raised() -> None:
    """What is destroyed while the time is up is heard of by nobody, and the check is given up all the same."""

    class Lasting:
        def __del__(self) -> None:
            while True:
                pass

    def check_without_end() -> None:
        lasting = Lasting()
        del lasting
        while True:
            pass

    told: list[object] = []
    before, sys.unraisablehook = sys.unraisablehook, told.append
    try:
        with pytest.raises(Exceeded), bounded(Bounds(seconds=0.0)):
            check_without_end()
    finally:
        sys.unraisablehook = before
    assert not told


@contextlib.contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP address on loopback and, at the end, what it has heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    connection, _ = server.accept()
                    with connection:
                        heard.append(connection.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/x", heard
        finally:
            done.set()
            thread.join()


def test_the_listener_hears() -> None:
    """What the next test relies on: a request to that address is heard."""
    with listening() as (url, heard):
        host, _, port = url.removeprefix("http://").removesuffix("/x").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET /x HTTP/1.0\r\n\r\n")
            connection.recv(10)
    assert heard


def test_nothing_is_fetched(tmp_path: Path) -> None:
    """Contexts, external entities and stylesheets, imports, libraries, queries that name graphs or servers: silence."""
    with listening() as (url, heard):
        data = {
            "a.jsonld": f'{{"@context": "{url}", "a": 1}}',
            "b.jsonld": f'{{"@context": {{"@import": "{url}"}}, "a": 1}}',
            "c.rdf": f'<!DOCTYPE r:RDF SYSTEM "{url}">{RDF}</r:RDF>',
            "d.rdf": f'<?xml-stylesheet href="{url}"?>{RDF}<r:Description r:about="{url}"/></r:RDF>',
            "e.ttl": f"<http://e.x/a> <http://www.w3.org/2002/07/owl#imports> <{url}> ; <http://e.x/p> 1 ;\n"
            f"<http://www.w3.org/ns/shacl#shapesGraph> <{url}> .",
        }
        for name, text in data.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        queries = ["SELECT $this FROM <URL> { $this ?p ?o }", "SELECT $this { SERVICE <URL> { ?s ?p ?o } }"]
        queries.append(r"SELECT $this { \\u0053ERVICE <URL> { ?s ?p ?o } }")
        constraints = "".join(f'sh:sparql [ sh:select "{query}" ] ; ' for query in queries).replace("URL", url)
        (tmp_path / "shapes.ttl").write_text(
            f"{SHAPES}<{url}> <http://www.w3.org/2002/07/owl#imports> <{url}> .\n{NO_VALUES}"
            f"e:s a sh:NodeShape ; sh:targetNode e:a ; {constraints}"
            f'sh:js [ sh:jsFunctionName "f" ; sh:jsLibrary [ sh:jsLibraryURL "{url}" ] ] .',
            encoding="utf-8",
        )
        found = check_files(Files(data=[str(tmp_path)], shapes=[str(tmp_path / "shapes.ttl")]), Reading()).findings
    assert heard == []
    counts = [each.rule for each in found]
    assert (counts.count("jsonld-context"), counts.count("rdf-doctype"), counts.count("shapes-remote")) == (2, 1, 3)
    assert "shacl-MaxCountConstraintComponent" in counts


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    """Neither to files nor to folders; links within the folder are, and a circle of links ends."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    for folder in (outside, inside / "below"):
        folder.mkdir(parents=True)
        (folder / "a.ttl").write_text("<http://e.x/a> <http://e.x/p> 1 .", encoding="utf-8")
    (inside / "file.ttl").symlink_to(outside / "a.ttl")
    (inside / "folder").symlink_to(outside)
    (inside / "within.ttl").symlink_to(inside / "below" / "a.ttl")
    (inside / "below" / "circle").symlink_to(inside)
    (tmp_path / "shapes.ttl").write_text(SHAPES + NO_VALUES, encoding="utf-8")
    found = check_files(Files(data=[str(inside)], shapes=[str(tmp_path / "shapes.ttl")]), Reading()).findings
    places = {(each.rule, each.location.path.removeprefix(f"{inside.as_posix()}/")) for each in found}
    assert places == {
        ("link-outside", "file.ttl"),
        ("link-outside", "folder"),
        ("shacl-MaxCountConstraintComponent", "within.ttl"),
    }


def test_a_link_out_of_a_project_is_an_error(project: Project, tmp_path: Path) -> None:
    """What is published is what is in the folder; the exit code says that the input cannot be used."""
    (tmp_path / "secret.ttl").write_text("<http://e.x/a> <http://e.x/p> 1 .", encoding="utf-8")
    (project.folder / "data/more.ttl").symlink_to(tmp_path / "secret.ttl")
    ran = project.run("validate")
    assert ran.returncode == 2
    assert re.search(rb"more\.ttl: is a link that leads out of the project", ran.stderr)
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize("name", ["missing.ttl", "*.none", "unknown.txt"])
def test_what_is_no_readable_file_is_a_clear_error(tmp_path: Path, name: str) -> None:
    """No such file, a pattern that matches nothing, a file whose format nobody can tell."""
    (tmp_path / "unknown.txt").write_text("", encoding="utf-8")
    (tmp_path / "shapes.ttl").write_text(SHAPES, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        check_files(Files(data=[str(tmp_path / name)], shapes=[str(tmp_path / "shapes.ttl")]), Reading())
    assert name in caught.value.message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("link", ["data/more", "shapes"])
def test_a_linked_folder_outside_of_a_project_is_refused(project: Project, tmp_path: Path, link: str) -> None:
    """Not passed over: shapes that lie elsewhere would check nothing, and all would be said to be well."""
    (tmp_path / "elsewhere").mkdir()
    shutil.rmtree(project.folder / link, ignore_errors=True)
    (project.folder / link).symlink_to(tmp_path / "elsewhere")
    ran = project.run("validate")
    assert ran.returncode == 2
    assert re.search(rb"(more|shapes): is a link that leads out of the project", ran.stderr)
    assert ran.stdout == b""


def test_a_folder_that_cannot_be_read_is_told(project: Project) -> None:
    """What lies in it is not known, so nobody hears that all is well: here its path is longer than the system takes."""
    deep = os.open(project.folder / "data", os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=deep)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = inner
    os.close(deep)
    ran = project.run("validate")
    assert (ran.returncode, ran.stderr) == (2, b"")
    assert re.search(rb"The folder cannot be read \(.+\)\. \[unreadable\]", ran.stdout)


def test_links_among_what_a_pattern_names_are_not_followed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a folder: one that leads to something else is a finding, one that stays below the pattern is followed."""
    (tmp_path / "inside/below").mkdir(parents=True)
    for name in ("secret.ttl", "inside/a.ttl"):
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "inside/below/out.ttl").symlink_to(tmp_path / "secret.ttl")
    (tmp_path / "inside/below/within.ttl").symlink_to(tmp_path / "inside/a.ttl")
    monkeypatch.chdir(tmp_path / "inside")
    findings: list[Finding] = []
    assert [*paths_of(["**/*.ttl"], findings)] == [Path("a.ttl"), Path("below/within.ttl")]
    assert [(each.rule, each.location.path) for each in findings] == [("link-outside", "below/out.ttl")]
    assert [*paths_of(["below/*.ttl"], findings)] == []
    assert len(findings) == 3


def test_patterns_follow_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``**`` stays in its folder, absolute or not, and leaves out what is hidden; a pattern that is none is told."""
    for folder in ("outside", "inside/below", "inside/.hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.ttl").write_text("", encoding="utf-8")
    (tmp_path / "inside/link").symlink_to(tmp_path / "outside")
    (tmp_path / "inside/circle").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert [*paths_of(["inside/**/*.ttl"], [])] == [Path("inside/below/a.ttl")]
    assert [*paths_of([f"{tmp_path}/inside/**/*.ttl"], [])] == [tmp_path / "inside/below/a.ttl"]
    assert [*paths_of(["inside/.hidden/*.ttl"], [])] == [Path("inside/.hidden/a.ttl")]
    for pattern in ("a**", "", "none/*"):
        with pytest.raises(InputError, match=re.escape(pattern or "''")):
            [*paths_of([pattern], [])]
