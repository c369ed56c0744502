"""What the documentation says is so."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from projects import REPOSITORY, THINGS

from digigraph.findings import Severity
from digigraph.publishing.service_description import LIMITS
from digigraph.settings import TABLE, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from projects import Project

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
    commands = re.findall(r"^  (\w+)  ", listed.stdout.partition("Commands:")[2], re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        assert re.search(rf"`(?:digigraph )?{command}`", README), command


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


def test_the_document_of_the_guide_can_be_added_as_written(project: Project) -> None:
    """Following docs/facts.md word for word gives a graph that publishes: its thing, its document, its four facts."""
    guide = (REPOSITORY / "docs/facts.md").read_text(encoding="utf-8")
    head, thing, facts, schema = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    # The concepts of this repository's ontology/ have its base IRI.
    project.write("digigraph.toml", 'base_iri = "https://w3id.org/digigraph/"\n')
    text = " ".join(f"{quote}." for quote in re.findall(r'quote: "(.*?)"', facts))
    digest = hashlib.sha256(text.encode()).hexdigest()
    project.write("data/documents/nordic-news.txt", text)
    project.write(
        "data/documents/nordic-news.yaml",
        schema + head.replace("sha256: …", f"sha256: {digest}").replace("facts: []\n", "") + facts,
    )
    things = THINGS.partition("nhd:")[0] + "uu:\n  type: Organization\n  name: {en: Uppsala University}\n" + thing
    project.write("data/things/things.yaml", things)
    checked = project.check()
    assert [str(each) for each in checked.findings if each.severity is Severity.VIOLATION] == []
    assert b"nordic-news_" in checked.dataset.nquads
