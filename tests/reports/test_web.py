"""Findings about what is on the web, and the score of a list of checks, in every format."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest

from digigraph.findings import Finding, Location, Outcome, Severity
from digigraph.reports.formats import REPORTS, Presentation

URL = "https://graph.example/a//b?q=1&r=%C3%A9#x"
FINDING = Finding(
    rule="harvest-void", severity=Severity.VIOLATION, message="It is not there.", location=Location(URL), hint="Look."
)
OUTCOMES = [
    Outcome(rule="harvest-robots", group="robots", passed=True),
    Outcome(rule="harvest-void", group="description", passed=False),
    Outcome(rule="harvest-void-figures", group="description", passed=None, reason="There is no endpoint."),
]


def report(format_: str, outcomes: list[Outcome] | None = None) -> str:
    return REPORTS[format_]([FINDING], Presentation(version="0", outcomes=outcomes or []))


@pytest.mark.parametrize("format_", [each for each in REPORTS if each != "github"])
def test_an_address_stays_as_it_is(format_: str) -> None:
    """The address stands in the report, letter for letter, as far as the format writes letters."""
    text = report(format_)
    assert URL in (text if format_ != "junit" else text.replace("&amp;", "&"))


def test_an_address_is_an_absolute_artifact_in_sarif() -> None:
    """SARIF (section 3.4.3): a URI that is absolute has no base; the rule brings its help along."""
    (run,) = json.loads(report("sarif"))["runs"]
    (result,) = run["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": URL}
    (rule,) = run["tool"]["driver"]["rules"]
    assert "/.well-known/void" in rule["help"]["text"]


def test_an_annotation_names_the_address_in_its_text() -> None:
    """GitHub shows annotations in files of the repository; a finding about the web has none."""
    assert report("github") == f"::error title=harvest-void::{URL.replace('%', '%25')}%0AIt is not there.%0ALook.\n"


def test_formats_are_well_formed() -> None:
    """JUnit is XML, Turtle is RDF, GitLab's format is JSON."""
    assert ET.fromstring(report("junit")).get("failures") == "1"  # noqa: S314 - our own
    assert list(ox.parse(report("turtle"), format=ox.RdfFormat.TURTLE))
    assert json.loads(report("gitlab"))[0]["location"]["path"] == URL


def test_the_score_of_people() -> None:
    """How many checks of each group passed, and why others were not made; nothing where no list was gone through."""
    assert report("text", OUTCOMES).partition("\n\n")[2] == (
        "robots        1 of 1 passed\n"
        "description   0 of 2 passed, 1 failed, 1 not checked\n"
        "all           1 of 3 passed, 1 failed, 1 not checked\n"
        "Not checked: harvest-void-figures. There is no endpoint.\n"
    )
    assert "passed" not in report("text")


def test_a_note_at_a_rule_that_holds() -> None:
    """What could be better stands below the score, beside the check, and in the case that passed."""
    noted = [Outcome(rule="harvest-robots", group="robots", passed=True, reason="It could be shorter.")]
    assert report("text", noted).endswith("all           1 of 1 passed\nNote: harvest-robots. It could be shorter.\n")
    assert json.loads(report("json", noted))["score"]["checks"][0]["reason"] == "It could be shorter."
    case = ET.fromstring(report("junit", noted)).find("testsuite[@name='checks']/testcase")  # noqa: S314 - our own
    assert case is not None
    assert case.findtext("system-out") == "It could be shorter."


def test_the_score_of_programs() -> None:
    """The counts, and what came of each check; no key where no list was gone through."""
    score = json.loads(report("json", OUTCOMES))["score"]
    assert (score["passed"], score["failed"], score["notChecked"]) == (1, 1, 1)
    assert [(each["rule"], each["outcome"], each["reason"]) for each in score["checks"]] == [
        ("harvest-robots", "passed", None),
        ("harvest-void", "failed", None),
        ("harvest-void-figures", "not checked", "There is no endpoint."),
    ]
    assert "score" not in json.loads(report("json"))


def test_the_score_of_ci_servers() -> None:
    """In JUnit a check without a finding is a case that passed, one that could not be made is skipped with a reason."""
    suites = ET.fromstring(report("junit", OUTCOMES))  # noqa: S314 - our own
    assert (suites.get("tests"), suites.get("failures")) == ("3", "1")
    checks = suites.find("testsuite[@name='checks']")
    assert checks is not None
    assert (checks.get("tests"), checks.get("skipped")) == ("2", "1")
    assert [(each.get("name"), each.find("skipped") is None) for each in checks] == [
        ("harvest-robots", True),
        ("harvest-void-figures", False),
    ]
    (skipped,) = suites.iter("skipped")
    assert skipped.get("message") == "There is no endpoint."
