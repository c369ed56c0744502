"""A project that was published three times, with a person to be taken back: her name is one that nothing else has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from projects import Project, made_project

from digigraph.pipeline import publish

NAME = 'Åsa "Zquorble" Öd & Berg'
SENTENCE = f"{NAME} leads Nordic Health Data"
WORDS = (NAME, "Zquorble")
THINGS = f"""\
asa-berg:
  type: Person
  name: {{sv: '{NAME}', en: '{NAME}'}}
  identifier: {{scheme: orcid, value: "https://orcid.org/0000-0002-1825-0097"}}
"""
TEXT = f"""Nordic Health Data news. {SENTENCE}. Lund is a town.
Nordic Health Data has 18 partners. Thanks, {NAME}! {NAME}s group meets.
"""
LATER = f"A new first line.\n{TEXT}"
FACTS = f"""\
  - quote: '{SENTENCE}'
    says:
      - {{subject: nhd, lead: asa-berg}}
  - quote: Nordic Health Data has 18 partners
    says:
      - {{subject: nhd, partnerCount: 18}}
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from digigraph.redaction.redact import redact
from digigraph.settings import read_settings
left = int(sys.argv[2])
def count(event, _):
    global left
    if event == "os.rename":
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
settings = read_settings(Path(sys.argv[1]), {}, {})
sys.addaudithook(count)
redact(settings, ["id/asa-berg"], reason="privacy")
"""
"""Takes the person of a project back, and is killed after so many renames."""


@pytest.fixture(scope="module")
def thrice(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was published three times: without the person, with her, and with a text captured anew."""
    project = made_project(tmp_path_factory.mktemp("thrice") / "project", shapes=False, concepts=False)
    # No shapes and no concepts: what is taken back is none of their business, and each publication is quicker.
    project.write("shapes/none.ttl", "")
    publish(project.settings)
    project.write("data/things/persons.yaml", THINGS)
    project.document("news", TEXT, FACTS, title=f"'News of {NAME}'")
    publish(project.settings)
    project.document("news", LATER, FACTS, title=f"'News of {NAME}'")
    publish(project.settings)
    return project


@pytest.fixture
def three(thrice: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    return Project(Path(shutil.copytree(thrice.folder, tmp_path / "project")))
