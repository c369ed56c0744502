"""What an editor shows, by the language server that editors use for YAML."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from language_server import LanguageServer
from projects import REPOSITORY, made_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from projects import Project

pytestmark = pytest.mark.long

FACTS = """\
# yaml-language-server: $schema=../../schemas/facts.schema.json
document:
  title: A page
  type: WebPage
  language: en
  sourceRank: 2
  sha256: abc
facts:
  - quote: KTH takes part.
    says:
      - {subject: nhd, hots: kth}
      - {subject: nhd, host: K T H}
      - {subject: nhd, host: not-described}
      - {subject: nhd, startDate: soon, status: running}
      - {subject: nhd, funding: {amount: 1 991 250 SEK}}
      - subject: nhd
        lead: ada-berg
        ho
  - sags: []
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that starts the server, installed for this run."""
    if shutil.which("node") is None or (npm := shutil.which("npm")) is None:
        pytest.skip("node and npm are not on this machine")
    folder = tmp_path_factory.mktemp("editor")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(REPOSITORY / ".ci/editor" / name, folder)
    arguments = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if subprocess.run(arguments, cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("npm cannot install the language server here")
    return ["node", str(folder / "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its schemas, as ``digigraph schema`` writes them."""
    project = made_project(tmp_path_factory.mktemp("project") / "graph")
    assert project.run("schema").returncode == 0
    assert project.run("schema", "--check").returncode == 0
    return project


@pytest.fixture(scope="module")
def server(command: list[str], written: Project) -> Iterator[LanguageServer]:
    """The server, opened on the project."""
    with LanguageServer(command, written.folder) as running:
        yield running


@pytest.fixture(scope="module")
def path(written: Project, server: LanguageServer) -> Path:
    """A facts file that the server has seen."""
    path = written.folder / "data/documents/page.yaml"
    server.open(path, FACTS)
    return path


def labels(answer: object) -> list[str]:
    assert isinstance(answer, dict)
    return [each["label"] for each in answer["items"]]


def test_mistakes_are_marked_where_they_stand(server: LanguageServer, written: Project) -> None:
    """The editor marks what the reader refuses, with words of ours, and takes a thing that is not described yet."""
    path = written.folder / "data/documents/marked.yaml"
    text = FACTS.replace("        ho\n", "")
    marked = server.open(path, text)
    lines = text.splitlines()
    told = {
        (lines[each["range"]["start"]["line"]].strip(), each["message"])  # type: ignore[index]
        for each in marked
    }
    assert told == {
        ("sha256: abc", "Write the 64 digits that sha256sum prints."),
        ("- {subject: nhd, hots: kth}", "Property hots is not allowed."),
        ("- {subject: nhd, host: K T H}", "Write a slug: small letters, digits and single hyphens."),
        ("- {subject: nhd, startDate: soon, status: running}", "Write 2022, 2022-09 or 2022-09-13."),
        (
            "- {subject: nhd, funding: {amount: 1 991 250 SEK}}",
            "Write the number without spaces, then the currency: 6000000 EUR.",
        ),
        ("- sags: []", 'Missing property "quote".'),
        ("- sags: []", 'Missing property "says".'),
        ("- sags: []", "Property sags is not allowed."),
    }


def test_terms_are_completed_and_explained(server: LanguageServer, path: Path) -> None:
    """Below a subject the terms for things are offered, without those of bookkeeping, each with its definition."""
    answer = server.at("completion", path, FACTS, "        lead: ada-berg\n        ho")
    assert {"host", "coordinator", "startDate", "funding"} <= set(labels(answer))
    assert not {"prefLabel", "wasDerivedFrom", "quads"} & set(labels(answer))
    assert isinstance(answer, dict)
    (host,) = [each for each in answer["items"] if each["label"] == "host"]
    assert "responsible for the undertaking" in str(host["documentation"])
    assert "huvudman" in str(host["documentation"])


def test_things_and_words_are_offered(server: LanguageServer, path: Path) -> None:
    """Where a term takes a person, persons are offered by name; where it takes a word, those of the closed list."""
    answer = server.at("completion", path, FACTS, "        lead: ")
    assert labels(answer) == ["ada-berg"]
    assert "Ada Berg" in str(answer)
    assert set(labels(server.at("completion", path, FACTS, "status: "))) == {"planned", "running", "completed"}


def test_a_term_is_explained_under_the_pointer(server: LanguageServer, path: Path) -> None:
    """Hovering over a term shows its definition in both languages."""
    shown = str(server.at("hover", path, FACTS, "        lea"))
    assert "The person who leads the undertaking as a whole" in shown
    assert "leder satsningen" in shown


def test_the_files_of_this_repository_are_marked_nowhere(command: list[str]) -> None:
    """Each published facts and things file names its schema, and an editor finds nothing wrong with it."""
    files = sorted((REPOSITORY / "data").rglob("*.yaml"))
    with LanguageServer(command, REPOSITORY) as server:
        for each in files:
            text = each.read_text(encoding="utf-8")
            assert text.startswith("# yaml-language-server: $schema=../../schemas/"), each
            assert server.open(each, text) == [], each
            assert server.at("hover", each, text, "\n  ") is not None or "title" not in text, each
