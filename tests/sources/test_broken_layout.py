"""Files of this repository with their layout broken in one or two places: no mistake is lost, and none invented."""

from __future__ import annotations

import random
import re
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml
from projects import REPOSITORY, Project

from digigraph.findings import in_source_order
from digigraph.sources.read import read_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FACTS = "data/documents/flemingsberg-hds.yaml"
THINGS = "data/things/projects.yaml"
FACT = re.compile(r"  - quote: ")
THING = re.compile(r"[\w-]+:$")


def shifted(by: int) -> Callable[[str], str]:
    """Indent by more, or by less as far as there is any."""
    return lambda line: " " * max(0, len(line) - len(line.lstrip()) + by) + line.lstrip()


def with_tabs(line: str) -> str:
    """Indent by a tab for each two spaces."""
    spaces = len(line) - len(line.lstrip())
    return "\t" * ((spaces + 1) // 2) + line.lstrip()


# What is done to a line.
SLIPS: dict[str, Callable[[str], str]] = {
    **{f"indented by {by:+}": shifted(by) for by in (-3, -2, -1, 1, 2, 3)},
    "one tab": lambda line: re.sub(r"^ +", "\t", line),
    "tabs": with_tabs,
    "no space behind a dash": lambda line: re.sub(r"^( *)- ", r"\1-", line),
    "no space behind a colon": lambda line: re.sub(r"^( *(?:- )?[\w-]+:) (?=\S)", r"\1", line),
    "no colon": lambda line: re.sub(r"^( *(?:- )?[\w-]+):", r"\1", line),
    "no second quotation mark": lambda line: re.sub(r'"(?=[^"]*$)', "", line),
    "no brace at the end": lambda line: re.sub(r"\}$", "", line),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The terms of this repository, and two of its files that are broken."""
    for path in ("ontology/context.jsonld", "digigraph.toml", FACTS, FACTS.replace(".yaml", ".txt"), THINGS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / path, tmp_path / path)
    return Project(tmp_path)


def entries(lines: list[str], begins: re.Pattern[str]) -> list[range]:
    """The lines of each fact, or of each thing."""
    starts = [number for number, line in enumerate(lines) if begins.match(line)]
    return [range(start, end) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def with_mistake(lines: list[str], entry: range) -> tuple[int, str]:
    """Put a mistake into an entry that is none of its layout; return its line and rule."""
    for number in entry:
        if re.match(r"  type: ", lines[number]):
            lines[number] = "  type: Nothing"
            return number, "unknown-class"
        wrong, times = re.subn(r"^(      - \{subject: [\w-]+, |        )(?=\w+: )", r"\1zz", lines[number])
        if times:
            lines[number] = wrong
            return number, "unknown-term"
    raise AssertionError(lines[entry.start])


def told(project: Project, path: str, lines: list[str]) -> list[tuple[set[int], str]]:
    """The lines that each finding in a file names, and its rule."""
    project.write(path, "\n".join(lines))
    found = in_source_order(list(read_project(project.settings).findings))
    return [
        ({place.line - 1 for place in (each.location, *each.also)}, each.rule)
        for each in found
        if each.location.path == path and each.rule not in {"unknown-thing", "unknown-word"}
    ]


def is_read_alike(before: list[str], after: list[str]) -> bool:
    """Whether a change is none to YAML."""
    try:
        return bool(yaml.load("\n".join(before), yaml.BaseLoader) == yaml.load("\n".join(after), yaml.BaseLoader))  # noqa: S506 - of text
    except yaml.YAMLError:
        return False


@pytest.mark.parametrize(("path", "begins"), [(FACTS, FACT), (THINGS, THING)], ids=["facts", "things"])
@pytest.mark.parametrize("slips", [*([each] for each in SLIPS), list(SLIPS)], ids=[*SLIPS, "two"])
def test_broken_layout_hides_nothing_and_invents_nothing(
    project: Project, path: str, begins: re.Pattern[str], slips: list[str]
) -> None:
    """A mistake in the entry that is broken, and one in another, are told where they stand; so is each broken line.

    And nothing else is told.
    """
    whole = (REPOSITORY / path).read_text(encoding="utf-8").split("\n")
    chance = random.Random(f"{path}{slips}")
    for _ in range(3):
        lines = list(whole)
        one, other = chance.sample(entries(lines, begins), 2)
        mistakes = [with_mistake(lines, each) for each in (one, other)]
        before, changed = list(lines), set[int]()
        for slip in chance.sample(slips, 2) if len(slips) > 1 else slips:
            able = [
                each
                for each in one
                if SLIPS[slip](lines[each]) != lines[each] and not lines[each].strip().startswith("#")
            ]
            for number in chance.sample(able, 1) if able else []:
                if number != mistakes[0][0]:
                    lines[number] = SLIPS[slip](lines[number])
                    changed.add(number)
        found = told(project, path, lines)
        shown = ["\n".join(lines[each] for each in one), found]
        for line, rule in mistakes:
            assert any(line in places and rule == each for places, each in found), shown
        others = [
            places for places, rule in found if not any(line in places and rule == each for line, each in mistakes)
        ]
        assert all(places & changed for places in others), shown
        for number in changed.difference(*others):
            alone = [lines[each] if each == number else line for each, line in enumerate(before)]
            assert is_read_alike(before, alone), shown


@pytest.mark.parametrize("before", ["", "other:\n  type: Project\n  name: {en: A, sv: B}\n"])
def test_what_is_known_of_a_thing_is_to_be_indented(shapeless: Project, before: str) -> None:
    """Where its keys stand at the margin like its slug; told once, and the thing is read."""
    thing = "chalmers:\ntype: Nonsense\nname: {sv: Chalmers, en: Chalmers}\n"
    shapeless.write("data/things/more.yaml", before + thing)
    at = before.count("\n") + 2
    found = sorted(read_project(shapeless.settings).findings, key=lambda each: each.location)
    assert [(each.rule, each.location.line) for each in found] == [("yaml", at), ("unknown-class", at)]
    assert found[0].hint == "Indent this line, and those beside it, by two spaces more than what they stand below."


def test_a_thing_may_be_called_like_a_term(shapeless: Project) -> None:
    """What stands below it tells that it is one."""
    shapeless.write("data/things/more.yaml", "type:\n  type: Project\n  name: {en: A, sv: B}\n")
    assert read_project(shapeless.settings).findings == ()
