"""``digigraph validate`` on files of anybody: what is read, against what, what comes out and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import warm
from projects import inherited

if TYPE_CHECKING:
    from projects import Project

GOOD = b"<http://e.x/a> <http://e.x/p> 1 ."
BAD = b"<http://e.x/a>\n <http://e.x/p> 1 ,\n  'x' ."
SHAPES = b"""@prefix sh: <http://www.w3.org/ns/shacl#> .
<http://e.x/s> a sh:NodeShape ; sh:targetSubjectsOf <http://e.x/p> ;
  sh:property [ sh:path <http://e.x/p> ; sh:datatype <http://www.w3.org/2001/XMLSchema#integer> ;
    sh:message "No integer." ] .
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder outside of any project."""
    (tmp_path / "data/below").mkdir(parents=True)
    for name, data in (("shapes.ttl", SHAPES), ("data/good.ttl", GOOD), ("data/below/bad.ttl", BAD)):
        (tmp_path / name).write_bytes(data)
    return tmp_path


def validate(
    folder: Path, *arguments: str, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    variables = {**inherited(), **environment}
    return warm.run("validate", *arguments, environment=variables, folder=folder, stdin=stdin)


@pytest.mark.parametrize(
    "arguments", [["data/below/bad.ttl", "data/good.ttl"], ["data"], ["data/**/*.ttl"], ["./data/below/bad.ttl"]]
)
def test_files_folders_and_patterns_are_checked(folder: Path, arguments: list[str]) -> None:
    """Each way to name files finds the same mistake at its place, named so that it can be opened from here."""
    ran = validate(folder, *arguments, "--shapes", "shapes.ttl")
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert ran.stdout.startswith(b"data/below/bad.ttl:3:3: violation: ")
    assert ran.stdout.endswith(b"1 finding: violation 1\n")


def test_standard_input_is_checked(folder: Path) -> None:
    """With its format said; the line that it shows is the one that came in."""
    ran = validate(folder, "-", "--input-format", "ttl", "--shapes", "shapes.ttl", stdin=BAD)
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[:2] == [
        b'<stdin>:3:3: violation: <http://e.x/a> <http://e.x/p> "x": No integer. [shacl-DatatypeConstraintComponent]',
        b"    3 |   'x' .",
    ]


def test_all_is_well(folder: Path) -> None:
    """Exit code 0 and one line."""
    ran = validate(folder, "data/good.ttl", "--shapes", "shapes.ttl")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"No findings.\n", b"")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["data/good.ttl"], b"--shapes"),
        (["--shapes", "shapes.ttl"], b"PATH"),
        (["-", "--shapes", "shapes.ttl"], b"--input-format"),
        (["none.ttl", "--shapes", "shapes.ttl"], b"none.ttl"),
        (["data/good.ttl", "--shapes", "none.ttl"], b"none.ttl"),
        (["data/good.ttl", "--shapes", "shapes.ttl", "--baseline", "none.json"], b"none.json"),
        (["data/good.ttl", "--shapes", "shapes.ttl", "--format", "pdf"], b"sarif"),
    ],
)
def test_wrong_use_is_one_clear_error(folder: Path, arguments: list[str], says: bytes) -> None:
    """Exit code 2, the reason on stderr, nothing on stdout, no trace."""
    ran = validate(folder, *arguments, stdin=b"")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert says in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "name", ["a file.ttl", "å 😀.ttl", "-dash.ttl", "[1].ttl", "star*.ttl", "line\nfeed.ttl", "UP.TTL"]
)
def test_a_file_may_be_called_anything(folder: Path, name: str) -> None:
    """Spaces, letters of any script, signs that mean something in patterns: the name is taken as it is."""
    (folder / name).write_bytes(BAD)
    ran = validate(folder, "--shapes", "shapes.ttl", "--format", "json", "--", name)
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert [(each["file"], each["line"]) for each in json.loads(ran.stdout)["findings"]] == [(name, 3)]


@pytest.mark.parametrize("format_", ["text", "json", "junit", "github", "gitlab", "turtle"])
def test_a_name_that_is_not_utf_8_is_shown_with_escapes(folder: Path, format_: str) -> None:
    """These reports cannot hold such bytes; the file is checked as any other."""
    Path(os.fsdecode(os.fsencode(folder) + b"/data/\xff.ttl")).write_bytes(BAD.replace(b"e.x/a", b"e.x/b"))
    ran = validate(folder, "data", "--shapes", "shapes.ttl", "--format", format_)
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert b"xff.ttl" in ran.stdout
    if format_ == "text":
        assert b"\n    3 |   'x' .\n" in ran.stdout.partition(b"xff.ttl:3:3")[2]


def test_sarif_names_a_file_that_is_not_utf_8_by_its_bytes(folder: Path) -> None:
    """Its URI is that of the file, and its columns are known; a baseline knows it again."""
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.ttl")).write_bytes(BAD)
    ran = validate(folder, ".", "--shapes", "shapes.ttl", "--format", "sarif")
    places = [each["locations"][0]["physicalLocation"] for each in json.loads(ran.stdout)["runs"][0]["results"]]
    places += [each["relatedLocations"][0]["physicalLocation"] for each in json.loads(ran.stdout)["runs"][0]["results"]]
    assert {"%FF.ttl"} < {each["artifactLocation"]["uri"] for each in places}
    assert all(each["region"]["startColumn"] == 3 for each in places)
    known = [".", "--shapes", "shapes.ttl", "--format", "json", "--output", "known.json"]
    assert validate(folder, *known).returncode == 1
    assert validate(folder, ".", "--shapes", "shapes.ttl", "--baseline", "known.json").returncode == 0


def as_nobody_else(*command: str) -> list[str]:
    """A command as one of somebody to whom the modes of files apply; they do not apply to root."""
    if os.geteuid():
        return list(command)
    refused = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if shutil.which("setpriv") is None or subprocess.run([*refused, "true"], check=False).returncode:
        pytest.skip("nothing can be locked for root here")
    return [*refused, *command]


@pytest.mark.parametrize("mode", [0o000, 0o444])
@pytest.mark.parametrize(
    ("argument", "others"),
    [
        (".", 2),
        ("**/*.ttl", 2),
        ("locked", 0),
        ("locked/ok.ttl", 0),
        ("locked/*.ttl", 0),
        ("*/ok.ttl", 0),
    ],
)
def test_a_locked_folder_hides_nothing_and_is_not_called_missing(
    folder: Path, mode: int, argument: str, others: int
) -> None:
    """It, or what lies in it, is a finding among those of the other files, and the exit code is 2."""
    (folder / "locked").mkdir()
    (folder / "locked/ok.ttl").write_bytes(GOOD)
    (folder / "twice.ttl").write_bytes(BAD.replace(b"e.x/a", b"e.x/b"))
    (folder / "locked").chmod(mode)
    arguments = ["validate", argument, "--shapes", "shapes.ttl", "--format", "json", "--fail-on", "never"]
    command = as_nobody_else(sys.executable, "-m", "digigraph", *arguments)
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=inherited())
    finally:
        (folder / "locked").chmod(0o700)
    assert (ran.returncode, ran.stderr) == (2, b"")
    told = json.loads(ran.stdout)["findings"]
    lost = [each for each in told if each["rule"] == "unreadable"]
    assert lost
    assert all("Permission denied" in each["message"] and each["file"].startswith("locked") for each in lost)
    assert len(told) - len(lost) == others


def test_nobody_is_told_that_all_is_well_where_something_was_not_read(folder: Path) -> None:
    """The rule that says so can be lowered and not switched off."""
    (folder / "nowhere.ttl").symlink_to("nothing")
    arguments = ("nowhere.ttl", "--shapes", "shapes.ttl", "--rule")
    for level, says in (("off", b"cannot be switched off"), ("info", b"nowhere.ttl: info: ")):
        ran = validate(folder, *arguments, f"unreadable={level}")
        assert ran.returncode == 2
        assert says in ran.stdout + ran.stderr
        assert b"No findings" not in ran.stdout


@pytest.mark.parametrize(
    ("name", "text", "rule"),
    [
        ("broken.ttl", b"<http://e.x/a> <http://e.x/p", "rdf-syntax"),
        ("latin.ttl", b"\xff", "encoding"),
        ("remote.jsonld", b'{"@context": "http://e.x/context", "name": "x"}', "jsonld-context"),
        ("entities.rdf", b"<!DOCTYPE x><x/>", "rdf-doctype"),
        ("deep.jsonld", b"[" * 300 + b"]" * 300, "too-deep"),
    ],
)
def test_a_file_that_was_not_read_is_told_whatever_is_switched_off_or_known(
    folder: Path, name: str, text: bytes, rule: str
) -> None:
    """Its rule can be lowered and not switched off; a baseline that knows it makes information of it."""
    (folder / name).write_bytes(text)
    arguments = (name, "--shapes", "shapes.ttl")
    off = validate(folder, *arguments, "--rule", f"{rule}=off")
    assert (off.returncode, off.stdout) == (2, b"")
    assert b"cannot be switched off" in off.stderr
    lowered = validate(folder, *arguments, "--rule", f"{rule}=info")
    assert (lowered.returncode, b": info: " in lowered.stdout) == (0, True)
    assert validate(folder, *arguments, "--format", "json", "--output", "known.json").returncode == 1
    known = validate(folder, *arguments, "--baseline", "known.json")
    assert (known.returncode, known.stderr) == (0, b"")
    assert known.stdout.startswith(name.encode())
    assert f"[{rule}]".encode() in known.stdout
    assert b"nothing in this file was checked" in known.stdout


def test_a_file_that_cannot_be_opened_is_told_though_a_baseline_knows_it(folder: Path) -> None:
    """The exit code is 2, and the report names the file."""
    (folder / "nowhere.ttl").symlink_to("nothing")
    arguments = ("nowhere.ttl", "--shapes", "shapes.ttl")
    assert validate(folder, *arguments, "--format", "json", "--output", "known.json").returncode == 2
    known = validate(folder, *arguments, "--baseline", "known.json")
    assert (known.returncode, known.stdout.startswith(b"nowhere.ttl: violation: ")) == (2, True)


@pytest.mark.parametrize(("failing", "code"), [("violation", 1), ("never", 0)])
def test_the_exit_code_is_that_of_the_run_whoever_reads_the_report(folder: Path, failing: str, code: int) -> None:
    """A reader that has enough and leaves changes nothing about what was found."""
    (folder / "many.ttl").write_text("".join(f"<http://e.x/{each}> <http://e.x/p> 'x' .\n" for each in range(500)))
    arguments = ["validate", "many.ttl", "--shapes", "shapes.ttl", "--format", "json", "--fail-on", failing]
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        command = [sys.executable, "-m", "digigraph", *arguments]
        ran = subprocess.run(command, cwd=folder, stdout=pipe, stderr=subprocess.PIPE, check=False, env=inherited())
    assert (ran.returncode, ran.stderr) == (code, b"")


@pytest.mark.parametrize(
    ("shell", "code"),
    [
        ("validate none.ttl --shapes shapes.ttl 2>/dev/full", 2),
        ("validate --shapes 2>/dev/full", 2),
        ("validate data --shapes shapes.ttl >/dev/full 2>/dev/full", 3),
        ("validate data --shapes shapes.ttl >/dev/full", 3),
        ("--help >/dev/full 2>/dev/full", 3),
    ],
)
def test_streams_that_are_full_change_no_exit_code(folder: Path, shell: str, code: int) -> None:
    """Where nothing can be said, the exit code still says why."""
    command = ["/bin/sh", "-c", f"{sys.executable} -m digigraph {shell}"]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False, env=inherited()).returncode == code


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([""], b"there is no such file"),
        (["x" * 300], b"File name too long"),
        (["empty"], b"there is no RDF file in this folder"),
        (["a.ttl.gz"], b"compressed"),
        (["data", "--shapes", "empty"], b"there is no RDF file in this folder"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(folder: Path, arguments: list[str], says: bytes) -> None:
    """Exit code 2; whoever checks nothing by mistake is not told that all is well."""
    (folder / "empty").mkdir()
    (folder / "a.ttl.gz").write_bytes(b"")
    ran = validate(folder, *arguments, "--shapes", "shapes.ttl")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert says in ran.stderr
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere.ttl", "No such file or directory"), ("circle.ttl", "Too many levels of symbolic links")],
)
@pytest.mark.parametrize("failing", ["violation", "never"])
def test_a_file_that_cannot_be_read_hides_nothing(folder: Path, name: str, reason: str, failing: str) -> None:
    """It is a finding among those of the other files, and makes the exit code 2, whatever else is asked for."""
    target = "circle.ttl" if name == "circle.ttl" else "nowhere"
    (folder / name).symlink_to(target)
    ran = validate(folder, "data", name, "--shapes", "shapes.ttl", "--format", "json", "--fail-on", failing)
    assert (ran.returncode, ran.stderr) == (2, b"")
    rules = {each["rule"]: each for each in json.loads(ran.stdout)["findings"]}
    assert len(rules) == 2
    assert rules["unreadable"]["file"] == name
    assert reason in rules["unreadable"]["message"]


@pytest.mark.parametrize("argument", ["data", "data/*.ttl"])
def test_a_link_that_leads_nowhere_is_one_wherever_nowhere_is(folder: Path, argument: str) -> None:
    """Outside of the folder as inside: exit code 2; a link that leads out to something is not followed."""
    (folder / "data/nowhere.ttl").symlink_to(folder / "gone")
    (folder / "data/out.ttl").symlink_to(folder / "shapes.ttl")
    ran = validate(folder, argument, "--shapes", "shapes.ttl", "--format", "json")
    assert (ran.returncode, ran.stderr) == (2, b"")
    rules = {each["file"]: each["rule"] for each in json.loads(ran.stdout)["findings"]}
    assert (rules["data/nowhere.ttl"], rules["data/out.ttl"]) == ("unreadable", "link-outside")


def test_other_xml_in_a_folder_is_passed_over(folder: Path) -> None:
    """With a warning; RDF/XML is read, and what is named itself; a folder that has nothing else has no RDF."""
    (folder / "data/good.ttl").unlink()
    (folder / "data/below/bad.ttl").unlink()
    (folder / "data/pom.xml").write_bytes(b"<project/>")
    alone = validate(folder, "data", "--shapes", "shapes.ttl", "--rule", "not-read=off")
    assert (alone.returncode, b"there is no RDF file" in alone.stderr) == (2, True)
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    said = f"<e:a xmlns:e='http://e.x/' xmlns:rdf='{rdf}' rdf:about='http://e.x/a'><e:p>x</e:p></e:a>"
    (folder / "data/rdf.xml").write_text(said, encoding="utf-8")
    ran = validate(folder, "data", "--shapes", "shapes.ttl", "--format", "json")
    told = [(each["file"], each["rule"], each["severity"]) for each in json.loads(ran.stdout)["findings"]]
    assert told == [
        ("data/pom.xml", "not-read", "warning"),
        ("data/rdf.xml", "shacl-DatatypeConstraintComponent", "violation"),
    ]
    named = validate(folder, "data/pom.xml", "--shapes", "shapes.ttl")
    assert (named.returncode, b"[rdf-syntax]" in named.stdout) == (1, True)


def test_links_that_lead_nowhere_or_in_circles_are_told_and_hide_nothing(folder: Path) -> None:
    """In a folder and below a pattern; pipes, which could be read for ever, and circles of folders are passed over."""
    (folder / "data/broken.ttl").symlink_to("nowhere")
    (folder / "data/circle.ttl").symlink_to("circle.ttl")
    (folder / "data/loop").symlink_to(folder / "data")
    os.mkfifo(folder / "data/pipe.ttl")
    for argument, found in (("data", 3), ("data/*.ttl", 2)):
        ran = validate(folder, argument, "--shapes", "shapes.ttl", "--format", "json")
        assert (ran.returncode, ran.stderr) == (2, b"")
        told = json.loads(ran.stdout)["findings"]
        assert {each["file"] for each in told if each["rule"] == "unreadable"} == {"data/broken.ttl", "data/circle.ttl"}
        assert len(told) == found


def test_a_link_of_a_project_that_leads_nowhere_is_told(project: Project) -> None:
    """Of every kind of source; the other files are checked, and the exit code says that not all could be read."""
    links = ["data/things/a.yaml", "data/b.ttl", "queries/c.rq", "shapes/d.ttl", "ontology/e.ttl"]
    for name in links:
        (project.folder / name).parent.mkdir(exist_ok=True)
        (project.folder / name).symlink_to("nowhere")
    ran = project.run("validate", "--format", "json")
    assert (ran.returncode, ran.stderr) == (2, b"")
    told = json.loads(ran.stdout)["findings"]
    assert sorted(each["file"] for each in told if each["rule"] == "unreadable") == sorted(links)


@pytest.mark.parametrize("locked", ["data/things/more", "data/documents/more", "data/more", "shapes/more", "queries"])
def test_a_locked_folder_of_a_project_hides_nothing_of_the_others(project: Project, locked: str) -> None:
    """It is a finding among theirs; what may be in it is not called unknown, and nothing is published without it."""
    project.write(f"{locked}/kept.txt", "")
    project.write(
        "data/things/wrong.yaml", "fi:\n  type: Organization\n  foundingDate: soon\n  parentOrganization: absent\n"
    )
    (project.folder / locked).chmod(0o000)
    command = as_nobody_else(sys.executable, "-m", "digigraph", "--project", str(project.folder))
    try:
        checked = [*command, "validate", "--format", "json", "--fail-on", "never"]
        ran = subprocess.run(checked, capture_output=True, check=False, env=inherited())
        refused = subprocess.run([*command, "publish"], capture_output=True, check=False, env=inherited())
    finally:
        (project.folder / locked).chmod(0o700)
    assert (ran.returncode, ran.stderr) == (2, b"")
    told = [(each["rule"], each["file"]) for each in json.loads(ran.stdout)["findings"]]
    assert ("unreadable", locked) in told
    assert ("date", "data/things/wrong.yaml") in told
    assert (("unknown-thing", "data/things/wrong.yaml") in told) == (not locked.startswith("data"))
    assert refused.returncode == 2
    assert not project.settings.state_folder.exists()


def test_a_file_under_two_names_is_read_once(folder: Path) -> None:
    """Its blank nodes would be two, and each finding too."""
    (folder / "link.ttl").symlink_to("data/below/bad.ttl")
    ran = validate(folder, "data/below/bad.ttl", "link.ttl", "./data/below/bad.ttl", "data", "--shapes", "shapes.ttl")
    assert ran.stdout.startswith(b"data/below/bad.ttl:3:3")
    assert ran.stdout.endswith(b"1 finding: violation 1\n")


def test_shapes_that_find_nothing_in_the_files_are_told(folder: Path) -> None:
    """Where none finds a node; where one does, the others are for other files."""
    sh = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.x/> .\n"
    (folder / "a.ttl").write_text("@prefix e: <http://e.x/> . e:a a e:Nope .\n", encoding="utf-8")
    nothing = sh + "e:s a sh:NodeShape ; sh:targetClass e:P ; sh:nodeKind sh:IRI .\n"
    for more, found in (("", 1), ("e:t a sh:NodeShape ; sh:targetClass e:Nope ; sh:nodeKind sh:IRI .", 0)):
        (folder / "s.ttl").write_text(nothing + more, encoding="utf-8")
        ran = validate(folder, "a.ttl", "--shapes", "s.ttl")
        assert (ran.returncode, ran.stderr) == (0, b"")
        assert ran.stdout.count(b"s.ttl:2:1: info: This shape checks nothing") == found


def test_shapes_without_a_shape_are_told(folder: Path) -> None:
    """A wrong file named as shapes would find nothing, and say that all is well."""
    ran = validate(folder, "data/good.ttl", "--shapes", "data/good.ttl")
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"data/good.ttl: violation: There is no shape here, so nothing was checked. [shapes]")


def test_closed_streams_are_one_clear_error(folder: Path) -> None:
    """Where there is no standard input to read or no standard output to write, that is said."""
    for shell, says in (("<&-", b"Standard input is closed"), (">&-", b"standard output")):
        command = f"{sys.executable} -m digigraph validate - --input-format ttl --shapes shapes.ttl {shell}"
        ran = subprocess.run(["/bin/sh", "-c", command], cwd=folder, input=BAD, capture_output=True, check=False)
        assert ran.returncode in {2, 3}
        assert says in ran.stderr
        assert b"Traceback" not in ran.stderr


def test_the_time_that_shapes_take_can_be_bounded(folder: Path) -> None:
    """A regular expression that never ends is given up after the seconds that were said, with exit code 1."""
    (folder / "data/long.ttl").write_bytes(b"<http://e.x/z> <http://e.x/p> '" + b"a" * 60 + b"!' .")
    (folder / "endless.ttl").write_bytes(SHAPES.replace(b"sh:datatype", b"sh:pattern '^(a+)+$' ; sh:datatype"))
    ran = validate(folder, "data", "--shapes", "endless.ttl", "--shapes-seconds", "1")
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert b"endless.ttl:2:1: violation: This shape was given up: it took more than 1 seconds" in ran.stdout


def test_a_broken_file_hides_no_other(folder: Path) -> None:
    """Syntax errors, in data and in shapes, stand among the findings of the other files."""
    (folder / "data/broken.ttl").write_bytes(b"<http://e.x/a> .")
    (folder / "more.ttl").write_bytes(b"@prefix")
    ran = validate(folder, "data", "--shapes", "shapes.ttl", "--shapes", "more.ttl", "--format", "json")
    assert ran.returncode == 1
    findings = json.loads(ran.stdout)["findings"]
    assert [(each["file"], each["line"]) for each in findings] == [
        ("data/below/bad.ttl", 3),
        ("data/broken.ttl", 1),
        ("more.ttl", 1),
    ]


def test_a_lost_file_says_that_what_is_missing_may_stand_in_it(folder: Path) -> None:
    """Only where something is missing; what others say is checked and told all the same."""
    (folder / "broken.ttl").write_bytes(b"<http://e.x/a> .")
    for shape, says in ((b"sh:minCount 1", True), (b"sh:maxCount 0", False)):
        (folder / "shape.ttl").write_bytes(
            b"@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
            b"[] sh:targetNode <http://e.x/a> ; sh:path <http://e.x/q> ; " + shape + b" .\n"
        )
        (folder / "data.ttl").write_bytes(b"<http://e.x/a> <http://e.x/%s> 1 .\n" % (b"p" if says else b"q"))
        ran = validate(folder, "data.ttl", "broken.ttl", "--shapes", "shape.ttl")
        assert b"2 findings" in ran.stdout
        assert (b"What is missing elsewhere may stand in it." in ran.stdout) == says


def test_a_baseline_fails_on_what_is_new_only(folder: Path) -> None:
    """What was known is left out, and said to be; one mistake more makes the run fail."""
    known = ["data", "--shapes", "shapes.ttl", "--format", "json", "--output", "known.json", "--fail-on", "never"]
    assert validate(folder, *known).returncode == 0
    (folder / "data/below/bad.ttl").write_bytes(b"# moved\n\n" + BAD)
    ran = validate(folder, "data", "--shapes", "shapes.ttl", "--baseline", "known.json")
    assert (ran.returncode, ran.stdout) == (0, b"No findings.\n")
    assert b"baseline has them: 1" in ran.stderr
    (folder / "data/good.ttl").write_bytes(b"<http://e.x/b> <http://e.x/p> 'new' .")
    ran = validate(folder, "data", "--shapes", "shapes.ttl", "--baseline", "known.json")
    assert ran.returncode == 1
    assert b"data/good.ttl:1:31" in ran.stdout


@pytest.mark.parametrize("format_", ["json", "sarif", "junit", "github", "gitlab", "turtle"])
def test_each_format_is_written_to_a_file(folder: Path, format_: str) -> None:
    """The report is in the file, stdout stays empty, the exit code is that of the findings."""
    ran = validate(folder, "data", "--shapes", "shapes.ttl", "--format", format_, "--output", "report")
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"", b"")
    assert b"bad.ttl" in (folder / "report").read_bytes()


def test_a_report_that_cannot_be_written_is_a_clear_error(folder: Path) -> None:
    """The file that was named is told, and exit code 3."""
    ran = validate(folder, "data", "--shapes", "shapes.ttl", "--output", "nowhere/report.json")
    assert (ran.returncode, ran.stdout) == (3, b"")
    assert ran.stderr == b"digigraph: nowhere/report.json: No such file or directory.\n"


def test_colour_is_for_terminals_without_no_color(folder: Path) -> None:
    """On a terminal there is colour; with NO_COLOR, in a pipe and in a file there is none."""

    def on_a_terminal(**environment: str) -> bytes:
        controller, terminal = pty.openpty()
        command = [sys.executable, "-m", "digigraph", "validate", "data", "--shapes", "shapes.ttl"]
        cleaned = {name: value for name, value in inherited().items() if name != "NO_COLOR"}
        subprocess.run(command, cwd=folder, stdout=terminal, check=False, env={**cleaned, **environment})
        os.close(terminal)
        with os.fdopen(controller, "rb", buffering=0) as reader:
            return reader.read(100_000)

    assert b"\x1b[31;1mviolation:" in on_a_terminal()
    assert b"\x1b" not in on_a_terminal(NO_COLOR="1")
    assert b"\x1b" not in validate(folder, "data", "--shapes", "shapes.ttl").stdout


def test_other_places_are_named_from_the_same_folder(folder: Path) -> None:
    """``--relative-to`` holds for each place of a finding, in words and for programs."""
    (folder / "data/below/again.ttl").write_bytes(BAD)
    arguments = ("data", "--shapes", "shapes.ttl", "--relative-to", "data/below")
    assert b"Also at bad.ttl:3:" in validate(folder, *arguments).stdout
    (finding,) = json.loads(validate(folder, *arguments, "--format", "json").stdout)["findings"]
    assert (finding["file"], [each["file"] for each in finding["also"]]) == ("again.ttl", ["bad.ttl"])
    (result,) = json.loads(validate(folder, *arguments, "--format", "sarif").stdout)["runs"][0]["results"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "bad.ttl"


def test_a_file_below_a_folder_is_named_from_it_through_links_too(folder: Path, tmp_path: Path) -> None:
    """Whether the folder or the file is named through the link, the report has the path that the repository has."""
    link = tmp_path / "link"
    link.symlink_to(folder / "data/below")
    named = ("--shapes", "../../shapes.ttl", "--format", "json")
    for path, relative_to in (("bad.ttl", str(link)), (str(link / "bad.ttl"), "."), (str(link / "bad.ttl"), str(link))):
        ran = validate(folder / "data/below", path, *named, "--relative-to", relative_to)
        assert [each["file"] for each in json.loads(ran.stdout)["findings"]] == ["bad.ttl"]


RELATIVE = b"""<#me> <http://e.x/p> 'x' ; <http://e.x/q> <other#it> .
<#me> <http://e.x/p> "<file:///home> stays" .
"""
ABOUT_RELATIVE = b"""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e.x/> .
e:s sh:targetSubjectsOf e:p ; sh:property e:s1 , e:s2 ; sh:sparql e:s3 .
e:s1 sh:path e:p ; sh:datatype <http://www.w3.org/2001/XMLSchema#integer> .
e:s2 sh:path e:q ; sh:nodeKind sh:Literal .
e:s3 sh:select "SELECT $this WHERE { $this <http://e.x/q> ?x }" ; sh:message "Look at {$this}." .
"""


@pytest.mark.parametrize("format_", ["text", "sarif", "turtle"])
def test_reports_are_the_same_wherever_the_folder_lies(tmp_path: Path, format_: str) -> None:
    """Relative IRIs are told from the folder that files are named from: no place of the machine is in a report."""
    laptop, runner = tmp_path / "laptop", tmp_path / "runner \N{LATIN SMALL LETTER A WITH RING ABOVE}"
    for folder in (laptop, runner):
        (folder / "data").mkdir(parents=True)
        (folder / "data/relative.ttl").write_bytes(RELATIVE)
        (folder / "shapes.ttl").write_bytes(ABOUT_RELATIVE)
    (tmp_path / "link").symlink_to(laptop)
    reports = []
    for folder, path, *relative_to in (
        (laptop, "data"),
        (runner, "data"),
        (laptop, str(tmp_path / "link/data/relative.ttl"), "--relative-to", "."),
        (laptop / "data", "relative.ttl", "--relative-to", ".."),
    ):
        ran = validate(
            folder, path, "--shapes", os.path.relpath(laptop / "shapes.ttl", folder), "--format", format_, *relative_to
        )
        assert (ran.returncode, ran.stderr) == (1, b"")
        reports.append(ran.stdout.decode())
    report, *others = reports
    assert others == [report] * 3
    assert str(tmp_path) not in report
    assert "file:data/relative.ttl#me" in report
    if format_ == "turtle":
        assert "<file:data/other#it>" in report
        assert '"<file:///home> stays"' in report


def test_a_baseline_holds_in_another_folder(tmp_path: Path) -> None:
    """What was known on one machine is known on the next, also of things that relative IRIs name."""
    for name in ("laptop", "runner"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "relative.ttl").write_bytes(RELATIVE)
        (tmp_path / name / "shapes.ttl").write_bytes(ABOUT_RELATIVE)
    arguments = ("relative.ttl", "--shapes", "shapes.ttl")
    assert validate(tmp_path / "laptop", *arguments, "--format", "json", "--output", "../known.json").returncode == 1
    assert validate(tmp_path / "runner", *arguments, "--baseline", "../known.json").returncode == 0


def test_files_in_words_are_named_from_the_same_folder(project: Project) -> None:
    """A message that names another file names it as the report names files."""
    project.write("data/things/again.yaml", "kth:\n  type: Organization\n  name: {sv: K, en: K}\n")
    project.write("data/documents/nhd-page.txt", "Edited.")
    ran = project.run("validate", "--relative-to", str(project.folder / "data/things"), "--format", "json")
    messages = {each["rule"]: each["message"] for each in json.loads(ran.stdout)["findings"]}
    assert messages["duplicate-thing"] == "kth is described already, in again.yaml:1:1."
    assert messages["sha256"].startswith("../documents/nhd-page.txt is not the text that was captured")


def test_places_of_inner_shapes_are_named_from_the_same_folder(folder: Path) -> None:
    """What an inner shape found stands in the hint with its place."""
    prefixes = "@prefix e: <http://e.x/> . @prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    inner = "e:i sh:nodeKind sh:IRI .\n"
    (folder / "node.ttl").write_text(f"{prefixes}{inner}e:o sh:targetNode e:a ; sh:path e:p ; sh:node e:i .\n")
    (folder / "data/below/one.ttl").write_text("<http://e.x/a> <http://e.x/p> 1 .\n")
    told = validate(folder, "data/below/one.ttl", "--shapes", "node.ttl", "--relative-to", "data/below").stdout.decode()
    assert "(one.ttl:1:" in told
    assert "data/below" not in told


def test_files_are_checked_against_the_shapes_of_a_project(project: Project) -> None:
    """With PATH and no shapes: those of the project, its classes known; what is wrong elsewhere in it is not told."""
    project.facts("  - quote: nobody says this\n    says: [{subject: nhd, host: kth}]\n")
    data = (
        "@prefix id: <https://example.org/graph/id/> . @prefix dg: <https://w3id.org/digigraph/ns#> .\n"
        "@prefix schema: <https://schema.org/> .\n"
        "id:ki a dg:Infrastructure ; schema:name 'Karolinska Institutet'@en .\nid:nhd dg:host id:ki ,\n id:nobody .\n"
    )
    (project.folder / "new.ttl").write_text(data, encoding="utf-8")
    ran = validate(project.folder, "new.ttl", "--format", "json")
    findings = json.loads(ran.stdout)["findings"]
    assert {each["file"] for each in findings} == {"new.ttl"}
    hosts = [(each["line"], each["column"]) for each in findings if each["rule"] == "shacl-host"]
    assert hosts == [(5, 2)]
    (project.folder / "other.ttl").write_bytes(SHAPES)
    assert validate(project.folder, "new.ttl", "--shapes", "other.ttl").returncode == 0
