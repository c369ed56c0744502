"""Small real graph projects for tests: the ontology and shapes of this repository, documents of their own."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import warm

from digigraph.pipeline import Checked, build_and_check, publish
from digigraph.settings import Settings, read_settings

if TYPE_CHECKING:
    import subprocess

REPOSITORY = Path(__file__).parent.parent.parent
# Every variable with this prefix is a setting to the program: what is meant for tests must not reach it.
SUITES = Path(os.environ.pop("DIGIGRAPH_SUITES", REPOSITORY.parent / "shared" / "suites"))
"""Folder of the W3C's test suites."""

TEXT = """Nordic Health Data (huvudman KTH)

Nordic Health Data started in May 2021. It has 18 partners and is funded by Vinnova with SEK 1 991 250.
Ada Berg leads Nordic Health Data.  KTH takes part.
KTH takes part.
"""

THINGS = """\
kth:
  type: Organization
  name: {sv: Kungliga Tekniska högskolan, en: KTH Royal Institute of Technology}
  alternateName: KTH
ki:
  type: Organization
  name: {sv: Karolinska Institutet, en: Karolinska Institutet}
vinnova:
  type: Organization
  name: {sv: Vinnova, en: Vinnova}
ada-berg:
  type: Person
  name: {sv: Ada Berg, en: Ada Berg}
nhd:
  type: Project
  name: {sv: Nordiska hälsodata, en: Nordic Health Data}
"""

FACTS = """\
  - quote: Nordic Health Data (huvudman KTH)
    says:
      - {subject: nhd, host: kth}
  - quote: Nordic Health Data started in May 2021
    says:
      - {subject: nhd, startDate: 2021-05}
  - quote: Ada Berg leads Nordic Health Data
    says:
      - {subject: nhd, lead: ada-berg}
"""


def inherited() -> dict[str, str]:
    """Return the environment for processes of digigraph: variables that set up tests are none of its settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DIGIGRAPH_")}


@dataclass(frozen=True)
class Project:
    """A graph project in a folder of its own."""

    folder: Path

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file, making its folder."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def document(self, slug: str, text: str, facts: str, **about: str) -> None:
        """Write a captured text and the facts file beside it."""
        said = {
            "title": "A page",
            "type": "WebPage",
            "language": "en",
            "sourceRank": "2",
            "publisher": "kth",
            "url": "https://nhd.example/about",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            **about,
        }
        head = "".join(f"  {key}: {value}\n" for key, value in said.items())
        self.write(f"data/documents/{slug}.txt", text)
        self.write(f"data/documents/{slug}.yaml", f"document:\n{head}facts:\n{facts}")

    def facts(self, facts: str) -> None:
        """Replace the facts of the first document."""
        self.document("nhd-page", TEXT, facts)

    @property
    def settings(self) -> Settings:
        """Settings as the command line reads them, without this machine's environment."""
        return read_settings(self.folder, {}, {})

    def check(self) -> Checked:
        """Build the dataset and run every check."""
        return build_and_check(self.settings)

    def run(
        self, *arguments: str, stdin: bytes | None = None, **environment: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the command line as a user would, in a process of its own."""
        variables = {**inherited(), **environment}
        return warm.run("--project", str(self.folder), *arguments, environment=variables, stdin=stdin)


def made_project(folder: Path, *, shapes: bool = True, concepts: bool = True) -> Project:
    """Make a tiny project that publishes without a finding: one document, three facts; with the ontology of this one.

    Shapes and concepts are as much as the rest of it: what they have no part in is quicker without them.
    """
    for name in ("ontology", "shapes") if shapes else ("ontology",):
        shutil.copytree(REPOSITORY / name, folder / name)
    if not concepts:
        (folder / "ontology/concepts.ttl").unlink()
    made = Project(folder)
    licence = 'license = "https://creativecommons.org/publicdomain/zero/1.0/"'
    made.write("digigraph.toml", f'base_iri = "https://example.org/graph/"\ntitle = "A test graph"\n{licence}\n')
    made.write("data/things/things.yaml", THINGS)
    made.facts(FACTS)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A tiny project of its own."""
    return made_project(tmp_path / "project")


@pytest.fixture
def shapeless(tmp_path: Path) -> Project:
    """The same without shapes, for what they have no part in: most of the time of a check is theirs."""
    made = made_project(tmp_path / "project", shapes=False)
    made.write("shapes/none.ttl", "")
    return made


@pytest.fixture(scope="session")
def repository() -> Project:
    """The graph project of this repository."""
    return Project(REPOSITORY)


def published_repository(folder: Path) -> Settings:
    """Publish this repository's own graph from a copy of it, and return the settings of the copy."""

    def unneeded(parent: object, names: list[str]) -> set[str]:
        wanted = {"digigraph.toml", "data", "ontology", "queries", "shapes"}
        return set(names) - wanted if str(parent) == str(REPOSITORY) else set()

    shutil.copytree(REPOSITORY, folder, ignore=unneeded)
    settings = read_settings(folder, {}, {})
    publish(settings)
    return settings
