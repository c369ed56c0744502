"""Whatever is done to a facts file or a things file, it is read, and what is told stands in it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import REPOSITORY, made_project

from digigraph.sources.files.kept import Kept
from digigraph.sources.read import read_project

Part = tuple[int, int, int, list[tuple[str, int, int, str]]]
"""Of which file, from which line, how many, and what is done to them: its kind, where, and with what."""
FACTS = "data/documents/nhd-page.yaml"
MORE = "data/things/more.yaml"
WRITTEN = {
    FACTS: [path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "data/documents").glob("*.yaml"))],
    MORE: [path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "data/things").glob("*.yaml"))],
}
BITS = (
    *(
        "\t",
        "- ",
        "  ",
        "{",
        "}",
        "[",
        "]",
        ":",
        "#",
        "'",
        '"',
        "|",
        ">",
        "&a ",
        "*a",
        "!x ",
        "? ",
        "%YAML 1.2",
        "--- ",
    ),
    *("\u00a0", "\n", "<<<<<<< a\n", "=======\n", ">>>>>>> b\n", "type: x\n", "facts:\n", "document:\n", ""),
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["leave out", "indent", "repeat", "put in", "cut"]),
        st.integers(0, 30),
        st.integers(0, 60),
        st.sampled_from(BITS),
    ),
    min_size=1,
    max_size=7,
)
PARTS = st.tuples(st.integers(0, 10), st.integers(0, 400), st.integers(1, 30), EDITS)


def edited(texts: list[str], part: Part) -> str:
    """Some lines of one of the texts, with edits."""
    which, first, count, edits = part
    lines = texts[which % len(texts)].splitlines(keepends=True)
    first %= len(lines)
    lines = lines[first : first + count]
    for kind, number, place, bit in edits:
        at = number % max(len(lines), 1)
        before, line, behind = lines[:at], "".join(lines[at : at + 1]), lines[at + 1 :]
        changed = {
            "leave out": [],
            "indent": [" " * (place % 8) + line.lstrip(" ")],
            "repeat": [line, *lines[place % max(len(lines), 1) :][:1], line],
            "put in": [line[:place] + bit + line[place:]],
            "cut": [line[:place] + line[place + len(bit) + 1 :]],
        }
        lines = [*before, *changed[kind], *behind]
    return "".join(lines)


def check(examples: int) -> None:
    folder = Path(tempfile.mkdtemp())
    project = made_project(folder / "project", shapes=False, concepts=False)
    kept = Kept()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(facts=PARTS, things=PARTS)
    def is_read(facts: Part, things: Part) -> None:
        texts = {FACTS: edited(WRITTEN[FACTS], facts), MORE: edited(WRITTEN[MORE], things)}
        for path, text in texts.items():
            project.write(path, text)
        for each in read_project(project.settings, kept).findings:
            lines = texts.get(each.location.path, "").split("\n")
            if each.location.line:
                assert each.location.path not in texts or each.location.line <= len(lines)
                assert each.location.path not in texts or each.location.column <= len(lines[each.location.line - 1]) + 1

    is_read()
    shutil.rmtree(folder)


def test_a_file_is_read_after_some_edits() -> None:
    """No edit ends in anything but findings, each at a place that the file has."""
    check(60)


@pytest.mark.long
def test_a_file_is_read_after_any_edits() -> None:
    """The same with more of them."""
    check(1_000)


LEFT_OUT = [
    "  title: A page\n  type: WebPage\n",
    "  - quote: a\n    says:\n      - subject: nhd\n        host: kth\n    says:\n        isPartOf: kth\n",
    "  homepage: https://nhd.example/\n   \u00a0\n\nnew:\n  type: Project\n",
]


@pytest.mark.parametrize("text", LEFT_OUT)
@pytest.mark.parametrize("path", [FACTS, MORE])
def test_what_stands_below_keys_that_are_missing_is_read(tmp_path: Path, path: str, text: str) -> None:
    """The mistakes of a file that begins in the middle are findings."""
    project = made_project(tmp_path / "project", shapes=False, concepts=False)
    project.write(path, text)
    assert {each.location.path for each in read_project(project.settings).findings} >= {path}
