"""Runs that were made before: what is told again is what a new run would find, byte for byte."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from faulty import faulty_files, faulty_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import REPOSITORY, made_project

from digigraph.cache import Cache
from digigraph.pipeline import build_and_check, check_files
from digigraph.recall import file_findings, project_findings
from digigraph.reports.json import json_report
from digigraph.settings import read_settings
from digigraph.sources.rdf.files import Files, Reading
from digigraph.sources.rdf.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from projects import Project

    from digigraph.levels import Levels
    from digigraph.pipeline import Found
    from digigraph.validation.engine.bounds import Bounds

PREFIXES = "@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
JSON_LD = '{"@context": {"p": "http://e.x/p"}, "@id": "http://e.x/a", "p": ["x", {"p": 2}]}'
RDF_XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.x/">
<rdf:Description rdf:about="http://e.x/a"><e:p>ä</e:p><e:p rdf:resource="b"/></rdf:Description></rdf:RDF>"""
CONTENTS = [
    "e:a e:p 1 .",
    "# moved\n\n  e:a e:p 1 .",
    "e:a e:p 'x', 'y'@en, 'ä𝄞' .",
    "<a> e:p <b> .",
    "[] e:p [ e:p 'z' ] , ( 1 'two' ) .",
    "e:b e:p 'x' . e:a e:q",
    "",
    "e:a a e:C ; e:p 'w' .",
    JSON_LD,
    RDF_XML,
]
OF_P = "e:s a sh:NodeShape ; sh:targetSubjectsOf e:p ;"
SHAPES = [
    f"{OF_P} sh:property [ sh:path e:p ; sh:nodeKind sh:IRI ; sh:message 'A' ] .",
    f"{OF_P} sh:property [ sh:path e:p ; sh:nodeKind sh:IRI ; sh:message 'B' ] .",
    f"# another\n{OF_P} sh:severity sh:Info ; sh:nodeKind sh:Literal .",
    "e:s a sh:NodeShape ; sh:targetNode e:a ; sh:sparql [ sh:select 'no query' ] .",
    "e:s a sh:NodeShape ; sh:targetClass e:D ; sh:nodeKind sh:Literal .",
]
BELOW = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
ONTOLOGIES = ["", f"e:C {BELOW} e:D .", f"e:D {BELOW} e:C .", "e:b a e:D ; e:p 'v' ."]
NAMES = ["a.ttl", "b.ttl", "below/a.ttl", ".hidden.ttl", "c.jsonld", "d.rdf"]

names = st.sampled_from(NAMES)
edits = st.one_of(
    st.tuples(st.just("write"), names, st.sampled_from(CONTENTS)),
    st.tuples(st.just("delete"), names, st.just("")),
    st.tuples(st.just("rename"), names, names),
    st.tuples(st.just("link"), names, names),
    st.sampled_from([("write", "c.jsonld", JSON_LD), ("write", "d.rdf", RDF_XML)]),
    st.tuples(st.just("around"), st.just("shapes.ttl"), st.sampled_from(SHAPES)),
    st.tuples(st.just("around"), st.just("ontology.ttl"), st.sampled_from(ONTOLOGIES)),
    st.tuples(st.just("cache"), st.just("cache"), st.sampled_from(["cut", "flip", "delete"])),
)


def make(edit: tuple[str, str, str], folder: Path) -> None:
    """Write, delete, rename or link a file of the data, write the shapes or the ontology, or harm the cache."""
    kind, name, other = edit
    if kind == "cache":
        harm(folder / name, other)
        return
    path = folder / name if kind == "around" else folder / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind in {"write", "around"}:
        path.unlink(missing_ok=True)
        # Others than Turtle begin with a bracket; any of them may stand in a file of any name.
        path.write_text(other if other.startswith(("{", "<rdf")) else PREFIXES + other, encoding="utf-8")
        return
    with contextlib.suppress(FileNotFoundError):
        if kind == "rename":
            path.rename(folder / "data" / other)
        else:
            path.unlink()
    if kind == "link" and name != other:
        path.symlink_to(folder / "data" / other)


def harm(cache: Path, how: str) -> None:
    """Cut every other entry short, change a bit in it, or delete it."""
    for entry in sorted(cache.glob("*"))[::2]:
        content = entry.read_bytes()
        half = len(content) // 2
        if how == "delete":
            entry.unlink()
        else:
            entry.write_bytes(content[:half] + (bytes([content[half] ^ 1]) + content[half + 1 :]) * (how == "flip"))


def told(findings: Callable[[], object]) -> object:
    """The JSON report, or what was raised."""
    try:
        return json_report(findings())  # type: ignore[arg-type]  # of findings
    except Exception as error:  # noqa: BLE001 - errors are compared as well
        return type(error), str(error)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(edits, min_size=1, max_size=8))
def test_after_any_edits_files_are_told_as_a_new_run_finds_them(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, str, str]]
) -> None:
    """Whatever is written, deleted, renamed or linked, in whatever order it comes back, whatever harms the cache."""
    folder = tmp_path_factory.mktemp("files")
    cache = Cache(folder / "cache")
    around = {name: [str(folder / f"{name}.ttl")] for name in ("shapes", "ontology")}
    start = [("write", "a.ttl", CONTENTS[0]), ("around", "shapes.ttl", SHAPES[0]), ("around", "ontology.ttl", "")]
    for number, edit in enumerate([*start, *history, *reversed(history)]):
        make(edit, folder)
        if number < len(start) - 1:
            continue
        files = Files(data=[str(folder / "data")], **around)
        anew = told(lambda files=files: check_files(files, Reading()).findings)
        assert told(lambda files=files: file_findings(files, Reading(), cache=cache)) == anew
        assert told(lambda files=files: file_findings(files, Reading(), cache=cache)) == anew


PROJECT_EDITS = [
    ("data/documents/nhd-page.yaml", ("huvudman KTH", "huvudman KHT")),
    ("data/documents/nhd-page.yaml", ("host: kth", "host: nobody")),
    ("data/documents/nhd-page.txt", ("2021", "2022")),
    ("data/things/things.yaml", ("Ada Berg", "Ada Bergh")),
    ("shapes/digigraph.ttl", ("sh:severity sh:Info", "sh:severity sh:Violation")),
    ("ontology/digigraph.ttl", ("@en", "@sv")),
    ("digigraph.toml", ("example.org", "example.net")),
    ("digigraph.toml", ("licence", 'languages = "en"\nlicence')),
    ("queries/some.rq", ("", "SELECT * { ?s <https://w3id.org/digigraph/ns#none> ?o }")),
    ("data/more.ttl", ("", "<https://example.org/graph/id/kth> <https://schema.org/foundingDate> 'no date' .")),
    ("data/more.jsonld", ("", '{"@id": "https://example.org/graph/id/kth", "https://schema.org/nam": "x"}')),
    ("data/things/things.yaml -> data/things/others.yaml", ("", "")),
    ("data/documents/nhd-page.txt -> data/documents/other.txt", ("", "")),
]


def change(project: Project, path: str, old: str, new: str) -> None:
    """Replace words in a file of a project, write or delete one, or rename it where two are named."""
    source, _, target = path.partition(" -> ")
    file = project.folder / source
    if target:
        pair = [file, project.folder / target]
        one, other = pair if file.exists() else reversed(pair)
        one.rename(other)
    elif not new:
        file.unlink(missing_ok=True)
    else:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        project.write(source, text.replace(old, new) if old else new)


@pytest.mark.long
@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(PROJECT_EDITS), min_size=1, max_size=5))
def test_after_any_edits_a_project_is_told_as_a_new_run_finds_it(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, tuple[str, str]]]
) -> None:
    """Whatever is changed in facts, texts, things, shapes, ontology, settings, queries, or renamed, there and back."""
    project = made_project(tmp_path_factory.mktemp("made") / "project")
    cache = Cache(project.folder.parent / "cache")
    backwards = [(path, (new, old)) for path, (old, new) in reversed(history)]
    for path, (old, new) in [*history, *backwards]:
        change(project, path, old, new)
        anew = told(lambda: build_and_check(read_settings(project.folder, {}, {})).findings)
        for _ in range(2):
            assert told(lambda: project_findings(read_settings(project.folder, {}, {}), cache)) == anew


def loaded(project: Project, cache: Path, *arguments: str, source: Path | None = None) -> tuple[bytes, set[str]]:
    """What ``digigraph validate`` prints, and the modules that its process has loaded."""
    code = (
        "import sys; from digigraph.cli.main import digigraph\n"
        "digigraph.main(sys.argv[1:], standalone_mode=False)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "--project", str(project.folder), "validate", "--fail-on", "never"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    if source is not None:
        environment["PYTHONPATH"] = str(source)
    ran = subprocess.run([*command, *arguments], capture_output=True, check=True, env=environment)
    return ran.stdout, set(ran.stderr.decode().split())


def test_a_second_run_loads_nothing_that_checks(project: Project, tmp_path: Path) -> None:
    """It prints the same, in any format, and loads neither the SHACL engine nor what reads RDF; ``--no-cache`` does."""
    project.facts("  - quote: nobody says this\n    says: [{subject: nhd, host: kth}]\n")
    checks = {"pyshacl", "rdflib", "digigraph.sources.rdf.parsing"}
    first, packages = loaded(project, tmp_path)
    assert checks <= packages
    assert b"nobody says this" in first
    again, packages = loaded(project, tmp_path)
    assert (again, packages & checks) == (first, set())
    sarif, packages = loaded(project, tmp_path, "--format", "sarif")
    assert packages & checks == set()
    anew, packages = loaded(project, tmp_path, "--no-cache", "--format", "sarif")
    assert (anew, packages & checks) == (sarif, checks)


def test_a_change_of_layout_alone_runs_no_shapes_again(folder: Path) -> None:
    """Where triples and shapes are as before, results are as before; their places are those of now."""
    files = Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")])
    cache = Cache(folder / "cache")
    before = file_findings(files, Reading(), cache=cache)
    text = (folder / "data.ttl").read_text(encoding="utf-8")
    (folder / "data.ttl").write_text(f"# moved\n\n{text}", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pyshacl.validate", lambda *_, **__: pytest.fail("shapes ran again"))
        moved = file_findings(files, Reading(), cache=cache)
    assert [each.location.line for each in moved] == [each.location.line + 2 for each in before]
    assert [each.result for each in moved] == [each.result for each in before]


def test_files_that_have_not_changed_are_not_parsed_again(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of one facts file only that one is taken apart; what is told is what a new run finds."""
    cache = Cache(tmp_path / "cache")
    project_findings(project.settings, cache)
    project.facts("  - quote: nobody says this\n    says: [{subject: nhd, host: kth}]\n")
    parsed = noted(monkeypatch, "digigraph.sources.yaml.parsing._parsed", lambda _data, path, *_: path)
    found = project_findings(project.settings, cache)
    assert parsed == ["data/documents/nhd-page.yaml"]
    assert json_report(found) == json_report(build_and_check(project.settings).findings)


WRITTEN = {
    "ttl": PREFIXES + "e:{0} e:p {1} .",
    "jsonld": '{{"@context": {{"p": "http://e.x/p"}}, "@id": "http://e.x/{0}", "p": {1}}}',
    "rdf": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e.x/">
<rdf:Description rdf:about="http://e.x/{0}"><e:p>{1}</e:p></rdf:Description></rdf:RDF>""",
}
"""A file that says a number of a node, by the extension of its format."""


@pytest.mark.parametrize(
    ("extension", "module"), [("ttl", "turtle"), ("jsonld", "jsonld"), ("rdf", "rdfxml")], ids=["ttl", "jsonld", "rdf"]
)
def test_places_in_files_that_have_not_changed_are_not_looked_for_again(
    folder: Path, extension: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two files with mistakes the changed one is walked through; one without mistakes never is."""
    (folder / "data").mkdir()
    (folder / "shapes.ttl").write_text(f"{PREFIXES}{OF_P} sh:property [ sh:path e:p ; sh:maxLength 1 ] .", "utf-8")
    for name, number in (("a", 11), ("b", 12), ("well", 1)):
        (folder / f"data/{name}.{extension}").write_text(WRITTEN[extension].format(name, number), encoding="utf-8")
    files = Files(data=[str(folder / "data")], shapes=[str(folder / "shapes.ttl")])
    cache = Cache(folder / "cache")
    walked = noted(
        monkeypatch, f"digigraph.sources.rdf.{module}.locate", lambda _text, quads, *_: quads[0].subject.value
    )
    assert len(file_findings(files, Reading(), cache=cache)) == 2
    assert {"http://e.x/a", "http://e.x/b"} <= set(walked)
    assert "http://e.x/well" not in walked
    walked.clear()
    (folder / f"data/b.{extension}").write_text("\n" + WRITTEN[extension].format("b", 13), encoding="utf-8")
    found = file_findings(files, Reading(), cache=cache)
    assert walked == ["http://e.x/b"]
    assert json_report(found) == json_report(check_files(files, Reading()).findings)
    assert all(each.location.line for each in found)


def test_what_is_known_of_a_file_counts_for_its_format_and_base_alone(folder: Path) -> None:
    """The same bytes under another extension, or in another folder, are told as a new run finds them."""
    content = '<http://e.x/a> <http://e.x/p> "x" .\n'
    cache = Cache(folder / "cache")
    for name in ("a.ttl", "a.nt", "a.jsonld", "a.rdf", "below/a.trig", "below/a.ttl"):
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        files = Files(data=[str(folder / "data")], shapes=[str(folder / "shapes.ttl")])
        anew = check_files(files, Reading()).findings
        assert json_report(file_findings(files, Reading(), cache=cache)) == json_report(anew)
        path.unlink()


def noted(monkeypatch: pytest.MonkeyPatch, name: str, what: Callable[..., str]) -> list[str]:
    """Note what a function is called with, and call it."""
    module, _, function = name.rpartition(".")
    real = getattr(sys.modules[module], function)
    notes: list[str] = []

    def noting(*arguments: object) -> object:
        notes.append(what(*arguments))
        return real(*arguments)

    monkeypatch.setattr(name, noting)
    return notes


def test_stored_queries_are_asked_once_of_the_same_dataset(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of layout none is asked again; after a change of the data all are."""
    project.write("queries/some.rq", "#! rows: 5000\nSELECT * { ?s ?p ?o }")
    cache = Cache(tmp_path / "cache")
    first = project_findings(project.settings, cache)
    asked = noted(monkeypatch, "digigraph.pipeline.count", lambda _backend, text: text)
    things = (project.folder / "data/things/things.yaml").read_text(encoding="utf-8")
    project.write("data/things/things.yaml", f"# moved\n{things}")
    again = project_findings(project.settings, cache)
    assert (asked, [each.message for each in again]) == ([], [each.message for each in first])
    project.write("data/things/things.yaml", f"{things}\nnew:\n  type: Organization\n  name: New\n")
    project_findings(project.settings, cache)
    assert any("rows: 5000" in each for each in asked)


def test_results_of_every_kind_come_back_as_they_were(tmp_path: Path) -> None:
    """Every kind of finding there is, with runs forgotten and results of shapes kept: byte for byte the same."""
    project = faulty_project(tmp_path / "graph")
    faulty_files(tmp_path / "files")
    files = Files(data=[str(tmp_path / "files/data")], shapes=[str(tmp_path / "files/shapes.ttl")])
    cache = Cache(tmp_path / "cache")
    checks = [
        (build_and_check(project.settings).findings, lambda: project_findings(project.settings, cache)),
        (check_files(files, Reading()).findings, lambda: file_findings(files, Reading(), cache=cache)),
    ]
    for anew, recalled in checks:
        assert json_report(recalled()) == json_report(anew)
    assert runs(tmp_path)
    for each in (tmp_path / "cache").iterdir():
        if b'"rule"' in each.read_bytes():
            each.unlink()
    for anew, recalled in checks:
        assert json_report(recalled()) == json_report(anew)


def test_no_cache_keeps_nothing(project: Project, tmp_path: Path) -> None:
    """With ``--no-cache`` not even the folder is made."""
    loaded(project, tmp_path / "cache", "--no-cache")
    assert not (tmp_path / "cache").exists()


def test_another_program_checks_anew(project: Project, tmp_path: Path) -> None:
    """Whoever changes one line of the program, or installs something beside it, gets no findings of before."""
    source = tmp_path / "source"
    shutil.copytree(REPOSITORY / "src", source)
    loaded(project, tmp_path / "cache", source=source)
    assert "pyshacl" not in loaded(project, tmp_path / "cache", source=source)[1]
    (source / "some_package-1.0.dist-info").mkdir()
    assert "pyshacl" in loaded(project, tmp_path / "cache", source=source)[1]
    with (source / "digigraph/validation/rules/quotes.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert "pyshacl" in loaded(project, tmp_path / "cache", source=source)[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data file and its shapes."""
    (tmp_path / "data.ttl").write_text(PREFIXES + CONTENTS[2], encoding="utf-8")
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPES[0], encoding="utf-8")
    return tmp_path


def runs(folder: Path) -> int:
    """How many runs were kept; results of shapes stand beside them, by the triples that they are about."""
    return sum(b'"rule"' in each.read_bytes() for each in (folder / "cache").glob("*"))


def test_standard_input_is_known_by_its_content(folder: Path) -> None:
    """The same again is told, other words in the same place are checked."""
    cache = Cache(folder / "cache")
    files = Files(data=["-"], shapes=[str(folder / "shapes.ttl")])
    for text, known in (("e:a e:p 'x' .", 1), ("e:a e:p 'y' .", 2), ("e:a e:p 'x' .", 2)):
        reading = Reading(input_format=FORMATS["ttl"], stdin=(PREFIXES + text).encode())
        assert file_findings(files, reading, cache=cache) == check_files(files, reading).findings
        assert runs(folder) == known


def test_what_can_be_read_only_once_is_left_for_the_check(folder: Path) -> None:
    """A pipe, as of ``<(…)`` in a shell, is checked, and the run is not kept."""
    os.mkfifo(folder / "pipe.ttl")
    content = (folder / "data.ttl").read_bytes()
    writer = threading.Thread(target=(folder / "pipe.ttl").write_bytes, args=[content])
    writer.start()
    files = Files(data=[str(folder / "pipe.ttl")], shapes=[str(folder / "shapes.ttl")])
    assert len(file_findings(files, Reading(), cache=Cache(folder / "cache"))) == 3
    writer.join()
    assert runs(folder) == 0


def test_files_that_change_during_the_run_are_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where they hold at its end what they held at its beginning."""
    content = (folder / "data.ttl").read_bytes()

    def edited_meanwhile(files: Files, reading: Reading, levels: Levels, *, bounds: Bounds, cache: Cache) -> Found:
        found = check_files(files, reading, levels, bounds=bounds, cache=cache)
        (folder / "data.ttl").write_bytes(content)
        return found

    monkeypatch.setattr("digigraph.pipeline.check_files", edited_meanwhile)
    files = Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")])
    assert len(file_findings(files, Reading(), cache=Cache(folder / "cache"))) == 3
    assert runs(folder) == 0


@pytest.mark.parametrize("function", ["NOW", "now", "RAND", r"\\u004eOW"])
def test_shapes_that_ask_for_time_or_chance_are_checked_each_time(folder: Path, function: str) -> None:
    """What they find today they may not find tomorrow."""
    query = f"SELECT $this {{ BIND({function}() AS ?when) FILTER(BOUND(?when)) }}"
    shapes = f'e:s a sh:NodeShape ; sh:targetNode e:a ; sh:sparql [ sh:select "{query}" ; sh:message "M" ] .'
    (folder / "shapes.ttl").write_text(PREFIXES + shapes, encoding="utf-8")
    files = Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")])
    found = file_findings(files, Reading(), cache=Cache(folder / "cache"))
    assert [each.message for each in found] == ["e:a: M"]
    assert runs(folder) == 0
    assert not any(b"ValidationReport" in each.read_bytes() for each in (folder / "cache").iterdir())


def test_where_nothing_can_be_kept_the_same_is_told(folder: Path) -> None:
    """Without a folder, in one that cannot be made, in one that has no room."""
    files = Files(data=[str(folder / "data.ttl")], shapes=[str(folder / "shapes.ttl")])
    anew = check_files(files, Reading()).findings
    for cache in (Cache(None), Cache(Path("/proc/none")), Cache(folder / "full", at_most=10)):
        for _ in range(2):
            assert file_findings(files, Reading(), cache=cache) == anew
    assert not list((folder / "full").glob("*"))


def test_runs_at_the_same_time_tell_the_same(project: Project, tmp_path: Path) -> None:
    """Whoever writes the cache first, and whoever finds half of what it needs there."""
    project.facts("  - quote: nobody says this\n    says: [{subject: nhd, host: kth}]\n")
    with ThreadPoolExecutor() as pool:
        ran = [pool.submit(loaded, project, tmp_path / "cache") for _ in range(3)]
    told_by = {each.result()[0] for each in ran}
    assert told_by == {loaded(project, tmp_path, "--no-cache")[0]}
    assert loaded(project, tmp_path / "cache")[0] in told_by


def test_a_link_in_place_of_a_copy_is_another_run(tmp_path: Path) -> None:
    """One file under two names is read once: its blank nodes are not two any longer."""
    (tmp_path / "shapes.ttl").write_text(PREFIXES + SHAPES[0], encoding="utf-8")
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text(PREFIXES + "[] e:p 1 .", encoding="utf-8")
    cache = Cache(tmp_path / "cache")
    files = Files(data=[str(tmp_path / "a.ttl"), str(tmp_path / "b.ttl")], shapes=[str(tmp_path / "shapes.ttl")])
    before = file_findings(files, Reading(), cache=cache)
    (tmp_path / "b.ttl").unlink()
    (tmp_path / "b.ttl").symlink_to("a.ttl")
    anew = check_files(files, Reading()).findings
    assert file_findings(files, Reading(), cache=cache) == anew != before


def test_a_pipe_in_place_of_an_entry_is_none(tmp_path: Path) -> None:
    """Nobody will ever write to it; the run is made and does not wait."""
    cache = Cache(tmp_path / "cache")
    key = cache.key("what")
    cache.put(key, b"was kept")
    assert cache.get(key) == b"was kept"
    (tmp_path / "cache" / key).unlink()
    os.mkfifo(tmp_path / "cache" / key)
    assert cache.get(key) is None
    cache.put(key, b"again")
    assert cache.get(key) == b"again"
