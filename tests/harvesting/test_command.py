"""``digigraph harvest-check`` as a user runs it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import warm
from altering import Passed
from projects import inherited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from altering import Altering

    from digigraph.harvesting.record import Record

    Harvest = Callable[[], Record]


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command where there is no project."""
    ran = warm.run("harvest-check", *arguments, environment=inherited(), folder=folder)
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


@pytest.fixture
def broken(front: Altering) -> Iterator[Altering]:
    """Our server without a sitemap in robots.txt, a warning, and with a false figure in VoID, a violation."""

    def alter(asked: object, passed: Passed) -> Passed | None:
        path = getattr(asked, "path", "")
        if path == "/robots.txt":
            return passed.replacing("Sitemap:", "Sit:")
        is_void = path == "/.well-known/void" and passed.body
        return passed.replacing("void:properties ", "void:properties 1") if is_void else None

    front.alteration = alter
    yield front
    front.alteration = lambda _asked, passed: passed


def test_nothing_is_said_of_a_server_that_keeps_the_rules(front: Altering, tmp_path: Path) -> None:
    """Exit code 0 even where everything counts, the score, and no word on stderr."""
    ran = run(front.url, "--fail-on", "info", folder=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("No findings.\n")
    assert "\nall  " in ran.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "never"), 0),
        (("--rule", "harvest-void-figures=off"), 0),
        (("--rule", "harvest-void-figures=off", "--fail-on", "warning"), 1),
        (("--rule", "harvest-void-figures=info"), 0),
        (("--rule", "harvest-sitemap=violation", "--rule", "harvest-void-figures=off"), 1),
    ],
)
def test_the_exit_code_follows_levels(broken: Altering, tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    """1 where a finding is at or above --fail-on, by the levels that --rule sets."""
    assert run(broken.url, *options, folder=tmp_path).returncode == code


def test_what_is_switched_off_is_no_part_of_the_score(broken: Altering, tmp_path: Path) -> None:
    """The report in JSON goes to a file whole; the rule that is off is neither a finding nor a check."""
    report = tmp_path / "report.json"
    ran = run(
        broken.url, "--rule", "harvest-void-figures=off", "--format", "json", "--output", str(report), folder=tmp_path
    )
    assert (ran.returncode, ran.stdout) == (0, "")
    said = json.loads(report.read_text(encoding="utf-8"))
    assert [(each["rule"], each["file"]) for each in said["findings"]] == [
        ("harvest-sitemap", f"{broken.url}robots.txt")
    ]
    assert "harvest-void-figures" not in [each["rule"] for each in said["score"]["checks"]]
    assert said["score"]["failed"] == len(said["findings"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ftp://example.org/",), "is no http or https address"),
        (("http://user:word@127.0.0.1/",), "is no http or https address"),
        (("http://127.0.0.1/", "--rule", "harvest-viod=off"), "Did you mean harvest-void"),
        (("http://127.0.0.1/", "--rule", "quote-not-found=off"), "there is no rule"),
        (("http://127.0.0.1/", "--rule", "harvest-void"), "is not ID=LEVEL"),
        (("http://127.0.0.1/", "--instead", "http://a.example/"), "is not PREFIX=URL"),
        (("http://127.0.0.1/", "--allow-origin", "a.example"), "is no http or https address"),
        (("http://127.0.0.1/", "--max-requests", "0"), "--max-requests"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2 and what is wrong, before anything is asked for."""
    ran = run(*arguments, folder=tmp_path)
    assert ran.returncode == 2
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_server_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Exit code 3, one line, no report."""
    ran = run("http://127.0.0.1:1/", folder=tmp_path)
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr.startswith("digigraph: http://127.0.0.1:1/robots.txt cannot be reached:")
    assert len(ran.stderr.splitlines()) == 1


def test_bounds_are_kept_and_told(front: Altering, tmp_path: Path) -> None:
    """No more is asked for than allowed; what was not checked for that is said, and is a finding."""
    front.asked.clear()
    ran = run(front.url, "--max-requests", "12", "--fail-on", "warning", folder=tmp_path)
    assert ran.returncode == 1
    assert len(front.asked) == 12
    assert "All 12 requests of the run were used up" in ran.stdout
    assert "[harvest-finished]" in ran.stdout


def test_another_name_of_the_server_is_asked_here(front: Altering, tmp_path: Path) -> None:
    """What has the public name is asked for at the address that is given for it."""
    here, public = front.url.encode(), b"https://graph.example/kg/"

    def renamed(_asked: object, passed: Passed) -> Passed:
        headers = {name: value.replace(here.decode(), public.decode()) for name, value in passed.headers.items()}
        # The bytes of dumps are those of their hashes.
        is_dump = "content-disposition" in headers or "accept-ranges" in headers
        return Passed(passed.status, headers, passed.body if is_dump else passed.body.replace(here, public))

    front.alteration = renamed
    ran = run(front.url, "--instead", f"{public.decode()}={front.url}", "--format", "json", folder=tmp_path)
    front.alteration = lambda _asked, passed: passed
    checks = {each["rule"]: each["outcome"] for each in json.loads(ran.stdout)["score"]["checks"]}
    for rule in ("void", "catalog", "dump", "endpoint", "thing", "thing-303", "thing-links", "sitemap-pages"):
        assert checks[f"harvest-{rule}"] == "passed", rule
