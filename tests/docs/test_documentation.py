"""What the documentation says is so."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

import click
import pytest
from projects import REPOSITORY, Project

from digigraph.cli.harvesting import harvest_check
from digigraph.harvesting.client import Bounds
from digigraph.publishing.descriptions.service_description import LIMITS
from digigraph.rules import harvest_rules
from digigraph.settings import TABLE, Settings
from digigraph.web.observing.logs import members
from digigraph.web.observing.record import Record

if TYPE_CHECKING:
    from pathlib import Path

OPERATING = (REPOSITORY / "docs/operating.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default() -> None:
    """The table of docs/settings.md has each setting with its default and its meaning, and no other."""
    text = (REPOSITORY / "docs/settings.md").read_text(encoding="utf-8")
    rows = {row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", text, re.MULTILINE)}
    defaults = {each.name: each.default for each in fields(Settings)}
    assert list(rows) == list(TABLE)
    for name, about in TABLE.items():
        default, meaning = rows[name]
        assert meaning == about.text
        if name != "base_iri":
            assert default == (f"`{defaults[name]}`" if defaults[name] != "" else "empty")


def test_every_limit_that_the_server_describes_is_documented() -> None:
    """docs/http.md names the term of the ontology for each limit in the service description."""
    text = (REPOSITORY / "docs/http.md").read_text(encoding="utf-8")
    for term, _ in LIMITS.values():
        assert f"`dg:{term}`" in text


def test_every_command_is_documented() -> None:
    """README names each command that the program lists."""
    listed = subprocess.run([sys.executable, "-m", "digigraph", "--help"], capture_output=True, check=True, text=True)
    commands = re.findall(r"^  ([\w-]+)  ", listed.stdout.partition("Commands:")[2], re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        assert re.search(rf"`(?:digigraph )?{command}`", README), command


def test_the_harvest_check_is_documented() -> None:
    """The table of docs/harvesting.md has every rule, in order; the page names every option and its default."""
    text = (REPOSITORY / "docs/harvesting.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| `(.*?)` \| (.*?) \| (\w+) \| (.*?) \|$", text, re.MULTILINE)
    assert rows == [
        (rule.group, name.removeprefix("harvest-"), rule.title, rule.level.label, rule.standard)
        for name, rule in harvest_rules().items()
    ]
    options = [each for each in harvest_check.params if isinstance(each, click.Option)]
    assert len(options) >= 10
    for each in options:
        assert f"`{each.opts[0]}" in text, each.opts
    bounds = Bounds()
    assert f": {bounds.requests}, {bounds.megabytes:g}, {bounds.seconds:g} |" in text
    assert f": {bounds.answer_seconds:g} |" in text


@pytest.mark.parametrize("path", sorted(re.findall(r"\]\(((?!http)[^)#]+)\)", README)))
def test_links_of_the_readme_lead_somewhere(path: str) -> None:
    """Each relative link names a file or folder of the repository."""
    assert (REPOSITORY / path).exists()


def test_the_session_of_the_readme_gives_what_it_shows(tmp_path: Path) -> None:
    """The two questions of README, asked of the published graph, answer with the rows printed there."""
    queries = re.findall(r"query='\n(.*?)'\n", README, re.DOTALL)
    answers = re.findall(r"```\n(host[^`]*?)```", README)
    assert len(queries) == len(answers) == 2
    environment = {"DIGIGRAPH_STATE": str(tmp_path / "state"), "PATH": ""}
    command = [sys.executable, "-m", "digigraph", "--project", str(REPOSITORY)]
    subprocess.run([*command, "publish"], check=True, capture_output=True, env=environment)
    for query, answer in zip(queries, answers, strict=True):
        asked = subprocess.run(
            [*command, "query", "-", "--format", "csv"],
            input=query.encode(),
            capture_output=True,
            env=environment,
            check=True,
        )
        assert asked.stdout.decode().replace("\r\n", "\n") == answer


def test_the_document_of_the_guide_can_be_added_as_written(tmp_path: Path) -> None:
    """Following docs/facts.md word for word gives a graph that publishes, and its mistake is told as shown."""
    project = Project(tmp_path)
    for name in ("data", "ontology", "shapes", "queries"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    shutil.copy(REPOSITORY / "digigraph.toml", tmp_path)
    guide = (REPOSITORY / "docs/facts.md").read_text(encoding="utf-8")
    head, thing, facts, schema = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    (text,) = re.findall(r"```text\n(.*?)```", guide, re.DOTALL)
    (shown,) = re.findall(r"```\n(data/documents/.*?)```", guide, re.DOTALL)
    project.write("data/documents/nordic-news.txt", text)
    project.write("data/documents/nordic-news.yaml", head + facts)
    project.write("data/things/nordic.yaml", schema.replace("facts.", "things.") + thing)
    published = project.run("publish")
    assert published.returncode == 0, published.stderr.decode()
    project.write("data/documents/nordic-news.yaml", (head + facts).replace("host: kth,", "host: kht,"))
    said = project.run("validate").stdout.decode()
    assert shown in said
    assert said.count(": violation: ") == 1


def test_the_unit_of_the_documentation_is_one(tmp_path: Path) -> None:
    """Systemd finds nothing wrong with the unit in docs/operating.md, once its program is there."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine")
    unit = re.findall(r"```ini\n(.*?)```", OPERATING, re.DOTALL)[0]
    file = tmp_path / "digigraph.service"
    file.write_text(re.sub(r"(?m)^ExecStart=.*", "ExecStart=/bin/true", unit), encoding="utf-8")
    done = subprocess.run([analyze, "verify", file], capture_output=True, check=False, text=True)
    assert [line for line in done.stderr.splitlines() if "digigraph" in line] == []


def test_what_is_logged_is_documented() -> None:
    """docs/operating.md names each member of a line of the log."""
    record = Record(method="GET", path="/", client="", query="ASK {}", problem="query")
    for name in members(record, with_text=True):
        assert f"`{name}`" in OPERATING


def test_the_guide_names_what_can_be_counted() -> None:
    """Every concept that a figure may be of, so that nobody has to look for them in Turtle."""
    guide = (REPOSITORY / "docs/facts.md").read_text(encoding="utf-8")
    concepts = (REPOSITORY / "ontology/concepts.ttl").read_text(encoding="utf-8")
    counted = re.findall(
        r"^id:([\w-]+) a skos:Concept ;(?:(?!^id:).)*?skos:inScheme id:measured-properties",
        concepts,
        re.MULTILINE | re.DOTALL,
    )
    (listed,) = re.findall(r"^- `what` takes (.*?)\.$", guide, re.MULTILINE | re.DOTALL)
    assert sorted(re.findall(r"`([\w-]+)`", listed)) == sorted(counted)
