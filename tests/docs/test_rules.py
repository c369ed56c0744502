"""Each rule has a page: it says what the table says, and its examples do what it says."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from projects import REPOSITORY, TEXT, Project, inherited, made_project

from digigraph.cli.main import main
from digigraph.rules import Rule, rules

if TYPE_CHECKING:
    from pathlib import Path

PAGES = REPOSITORY / "docs" / "rules"
INDEX = (PAGES / "README.md").read_text(encoding="utf-8")
WITHOUT_EXAMPLE = {"evidence-not-described"}
"""Rules that guard the build itself: nothing in the sources can break them as long as it is right."""
WITHOUT_REMEDY = {"unreadable", "too-large", "too-deep", "link-outside", "evidence-text"}
"""Rules of which no few lines would show what to write instead."""

_BLOCK = re.compile(r"(?:^(?:In )?`([^`\n]+)`(, under `facts`)?:\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> dict[str, str]:
    """The parts of a page by their headings; what stands before the first under its title."""
    parts = re.split(r"^#+ (.*)\n", (PAGES / f"{name}.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (each.strip("\n") + "\n" for each in parts[2::2]), strict=True))


def written(project: Project, part: str) -> None:
    """Do in a project what the blocks of a part show: files, facts, commands."""
    for path, under_facts, language, text in _BLOCK.findall(part):
        if language == "sh":
            subprocess.run(["/bin/bash", "-ec", text], cwd=project.folder, check=True)
        elif under_facts:
            project.facts(text)
        elif path:
            project.write(path, text)


def said(project: Project, command: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> str:
    """What a command of the page prints."""
    monkeypatch.chdir(project.folder)
    for name in os.environ.keys() - inherited().keys():
        monkeypatch.delenv(name)
    program, *arguments = command.split()
    assert program == "digigraph"
    with pytest.raises(SystemExit):
        main(arguments)
    output, errors = capfd.readouterr()
    assert errors == ""
    return output


@pytest.fixture
def small(tmp_path: Path) -> Project:
    """The project of the examples: one document, no shapes but those of the page."""
    project = made_project(tmp_path / "graph", shapes=False, concepts=False)
    sh = "http://www.w3.org/ns/shacl#"
    project.write("shapes.ttl", f"[] a <{sh}NodeShape> ; <{sh}targetNode> <http://e.x/a> .")
    return project


def level(rule: Rule) -> str:
    return rule.level.label + (", fixed" if rule.is_fixed else "")


def test_each_rule_has_a_page_and_each_page_a_rule() -> None:
    """The folder holds the index and the pages of the table, no other."""
    assert {each.name for each in PAGES.iterdir()} == {"README.md", *(f"{name}.md" for name in rules())}


def test_the_index_has_the_table() -> None:
    """Each rule with its sentence and level, in the order of the table; and the text that the examples quote."""
    rows = re.findall(r"^\| \[`(.*?)`\]\((.*?)\) \| (.*?) \| (.*?) \|$", INDEX, re.MULTILINE)
    assert rows == [(name, f"{name}.md", rule.title, level(rule)) for name, rule in rules().items()]
    assert f"```text\n{TEXT}```" in INDEX


@pytest.mark.parametrize("name", rules())
def test_a_page_says_what_the_table_says(name: str) -> None:
    """What must hold and why, the level, and what to write instead."""
    rule, parts = rules()[name], page(name)
    assert " ".join(parts[name].split()) == f"{rule.title} {rule.why} Level: {level(rule)}."
    assert " ".join(parts["Instead"].split()).startswith(rule.help)
    assert ("Wrong" in parts) == (name not in WITHOUT_EXAMPLE)
    assert bool(_BLOCK.search(parts["Instead"])) == (name not in WITHOUT_EXAMPLE | WITHOUT_REMEDY)


@pytest.mark.parametrize("name", [each for each in rules() if each not in WITHOUT_EXAMPLE])
def test_what_is_wrong_on_a_page_is_found(
    name: str, small: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command line prints the finding as the page shows it, with the rule's own level."""
    parts = page(name)
    written(small, parts["Wrong"])
    ((_, _, _, session),) = _BLOCK.findall(parts["What is said"])
    command, _, finding = session.removeprefix("$ ").partition("\n")
    assert finding in said(small, command, monkeypatch, capfd)
    assert f": {rules()[name].level.label}: " in finding.splitlines()[0]
    assert finding.splitlines()[0].endswith(f" [{name}]")


@pytest.mark.parametrize("name", [each for each in rules() if each not in WITHOUT_EXAMPLE | WITHOUT_REMEDY])
def test_what_a_page_shows_instead_is_well(
    name: str, small: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """With what stands under Instead there is no finding at all."""
    parts = page(name)
    written(small, parts["Instead"])
    session = _BLOCK.findall(parts["What is said"])[0][3]
    assert said(small, session.removeprefix("$ ").partition("\n")[0], monkeypatch, capfd) == "No findings.\n"
