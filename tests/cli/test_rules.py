"""The switch of each rule: ``[rules]`` in ``digigraph.toml`` and ``validate --rule``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import warm
from projects import inherited

from digigraph.errors import SettingsError
from digigraph.rules import rules
from digigraph.settings import read_settings

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from projects import Project

BASE = 'base_iri = "https://example.org/graph/"\n'
TWO_HOSTS = "  - quote: (huvudman KTH)\n    says: [{subject: nhd, host: kth}, {subject: nhd, host: ki}]\n"
SHAPES = "<https://e.x/short> a <http://www.w3.org/ns/shacl#NodeShape> ;"
SHAPES += "<http://www.w3.org/ns/shacl#targetNode> <http://e.x/a> ; <http://www.w3.org/ns/shacl#nodeKind> "
SHAPES += "<http://www.w3.org/ns/shacl#Literal> ."


def found(project: Project, *arguments: str) -> dict[str, str]:
    """The severity of each rule that the command line finds broken."""
    ran = project.run("validate", "--format", "json", "--fail-on", "never", *arguments)
    assert ran.returncode == 0, ran.stderr.decode()
    return {each["rule"]: each["severity"] for each in json.loads(ran.stdout)["findings"]}


@pytest.fixture
def faulty(project: Project) -> Project:
    """A project that breaks shapes and a term; nothing in it is left out."""
    project.facts(TWO_HOSTS)
    project.write(
        "data/terms.ttl",
        "<https://example.org/graph/id/nhd> <https://schema.org/nam> 'X' .\n",
    )
    return project


def test_a_rule_has_the_level_that_was_set_last(faulty: Project) -> None:
    """digigraph.toml sets, the flag after it sets again, a pattern sets all shapes; the others keep their own."""
    before = found(faulty)
    assert before["undefined-term"] == "violation"
    shapes = {name for name in before if name.startswith("shacl-")}
    assert shapes
    faulty.write("digigraph.toml", BASE + '[rules]\nundefined-term = "warning"\n"shacl-*" = "info"\n')
    assert found(faulty) == {**before, "undefined-term": "warning", **dict.fromkeys(shapes, "info")}
    again = found(faulty, "--rule", "undefined-term=info", "--rule", "shacl-*=off", "--rule", "undefined-term=warning")
    assert again == {
        **{name: level for name, level in before.items() if name not in shapes},
        "undefined-term": "warning",
    }


def test_what_is_switched_off_neither_fails_nor_stands_in_the_way(faulty: Project) -> None:
    """The exit code and publishing follow the levels of digigraph.toml."""
    assert faulty.run("publish").returncode == 1
    off = "".join(f'"{name}" = "off"\n' for name, level in found(faulty).items() if level == "violation")
    faulty.write("digigraph.toml", f"{BASE}[rules]\n{off}")
    assert faulty.run("validate").returncode == 0
    assert faulty.run("publish").returncode == 0


@pytest.mark.parametrize("level", ["off", "info", "warning"])
@pytest.mark.parametrize("rule", sorted(name for name, said in rules().items() if said.is_fixed))
def test_what_would_make_the_graph_false_cannot_be_lowered(project: Project, rule: str, level: str) -> None:
    """Each fixed rule keeps its level; the error says why, and where it was tried."""
    project.write("digigraph.toml", f'{BASE}\n[rules]\n"{rule}" = "{level}"\n')
    with pytest.raises(SettingsError, match=rf"^digigraph\.toml:4: {rule} can be neither") as raised:
        read_settings(project.folder, {}, {})
    assert raised.value.hint is not None


def test_one_report_can_leave_any_rule_out(faulty: Project) -> None:
    """``--rule`` switches every rule, fixed ones too, but those of files that were not read; what is published does not
    change.
    """
    faulty.facts(f"{TWO_HOSTS}  - quote: nowhere to be found\n    says: [{{subject: nhd, host: kth}}]\n")
    assert "quote-not-found" in found(faulty)
    flags = [flag for name, said in rules().items() if not said.is_unread for flag in ("--rule", f"{name}=off")]
    ran = faulty.run("validate", *flags, "--rule", "shacl-*=off")
    assert (ran.returncode, ran.stdout.decode().strip()) == (0, "No findings.")
    assert faulty.run("publish").returncode == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[rules]\nslugg = "off"', "digigraph.toml:3: there is no rule 'slugg'. Did you mean slug?"),
        ("rules.shapes = 1", "digigraph.toml:2: shapes is 1; it takes off, info, warning or violation."),
        ('[rules]\n"shapes" = "OFF"', "digigraph.toml:3: shapes is 'OFF'; it takes off, info, warning or violation."),
        ("rules = 3", "digigraph.toml:2: rules is 3; it is a table of levels."),
        ('rules = {shapes = "of"}', "digigraph.toml: shapes is 'of'; it takes off, info, warning or violation."),
        ('[rules]\n"*" = "off"', "digigraph.toml:3: there is no rule '*'. Rules: docs/rules/"),
        (
            '[rules]\nshacl-hosst = "off"',
            "digigraph.toml:3: there is no shape for the rule 'shacl-hosst'. Did you mean",
        ),
        ("prot = 80", "digigraph.toml:2: there is no setting 'prot'."),
    ],
)
def test_a_mistake_in_the_table_is_an_error_at_its_line(project: Project, table: str, said: str) -> None:
    """Unknown rules and shapes, levels that are none, a table that is none: exit code 2, and what was meant."""
    project.write("digigraph.toml", f"{BASE}{table}\n")
    ran = project.run("validate")
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.decode().startswith(f"digigraph: {said}")


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("slugg=off", "--rule slugg=off: there is no rule 'slugg'. Did you mean slug?"),
        ("shapes", "'shapes' is not ID=LEVEL."),
        ("shapes=", "--rule shapes=: shapes is ''; it takes"),
        ("shacl-zzz*=off", "--rule shacl-zzz*=off: there is no shape for the rule"),
    ],
)
def test_a_mistake_in_a_flag_is_an_error(project: Project, flag: str, said: str) -> None:
    """The flag is named, and nothing is checked."""
    ran = project.run("validate", "--rule", flag)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert said in ran.stderr.decode()


def test_a_broken_shapes_file_does_not_make_its_rules_unknown(project: Project) -> None:
    """The finding in the file is what is told, not that the shapes in it do not exist."""
    project.write("digigraph.toml", f'{BASE}[rules]\nshacl-of-mine = "off"\n')
    project.write("shapes/mine.ttl", "@prefix")
    ran = project.run("validate")
    assert ran.returncode == 1
    assert b"shapes/mine.ttl:1" in ran.stdout


def test_rules_are_set_outside_of_a_project_too(tmp_path: Path) -> None:
    """Shapes are named by their names, or by the constraint where they have none."""
    (tmp_path / "data.ttl").write_text("<http://e.x/a> <http://e.x/p> 1 .", encoding="utf-8")
    (tmp_path / "shapes.ttl").write_text(SHAPES, encoding="utf-8")

    def validate(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        asked = ("validate", "data.ttl", "--shapes", "shapes.ttl", *arguments)
        return warm.run(*asked, environment=inherited(), folder=tmp_path)

    assert validate().returncode == 1
    assert validate("--rule", "shacl-short=warning").returncode == 0
    assert validate("--rule", "shacl-short=warning", "--fail-on", "warning").returncode == 1
    assert validate("--rule", "shacl-short=off").stdout == b"No findings.\n"
    assert validate("--rule", "shacl-MinCountConstraintComponent=off").returncode == 1
    assert b"Did you mean shacl-short?" in validate("--rule", "shacl-shrt=off").stderr
