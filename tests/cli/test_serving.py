"""``digigraph serve``, as it is started."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
import requests
from projects import inherited
from webserver import serving

from digigraph.pipeline import publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects import Project


@contextlib.contextmanager
def started(project: Project, endpoint: str) -> Iterator[str]:
    """The URL of a server in front of an endpoint."""
    command = ["serve", "--endpoint", endpoint, "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-m", "digigraph", "--project", str(project.folder), *command],
        env=inherited(),
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            announced = re.search(r"http://\S+", server.stdout.readline())
            assert announced is not None
            yield announced.group()
        finally:
            server.terminate()


def test_what_the_project_took_back_is_gone_behind_an_endpoint(project: Project) -> None:
    """The list is read where an engine of others answers, which does not know it: 410 with the reason."""
    project.write("data/redactions.yaml", "- {iri: id/ada-berg, reason: privacy}\n")
    # Nobody listens there: it is not asked.
    with started(project, "http://127.0.0.1:9/sparql") as url:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/data/ada-berg.ttl", timeout=120)
        assert refused.value.code == 410
        assert json.load(refused.value)["reason"] == "privacy"


def test_data_has_the_projects_terms_behind_an_endpoint(project: Project) -> None:
    """JSON-LD is written with the same words as from a snapshot."""
    publish(project.settings)
    with serving(project.settings) as behind, started(project, f"{behind.url}/sparql") as url:
        here, there = (requests.get(f"{each}/data/ada-berg.jsonld", timeout=120).json() for each in (url, behind.url))
        assert here["@context"] == there["@context"]
        assert "name" in json.dumps(here["@context"])


def test_what_publishing_says_is_in_the_log(project: Project) -> None:
    """With ``log_format=json`` every line is an object from the beginning, findings and what is served included."""
    publish(project.settings)
    project.write("data/curated.nt", "nonsense\n")
    command = [sys.executable, "-m", "digigraph", "--project", str(project.folder), "serve", "--port", "0"]
    with subprocess.Popen(
        command,
        env={**inherited(), "DIGIGRAPH_LOG_FORMAT": "json"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("Serving at ")
        server.terminate()
        told = [json.loads(line) for line in server.communicate()[1].splitlines()]
    assert any("curated.nt" in each["message"] for each in told)
    assert [each["level"] for each in told if "last good state" in each["message"]] == ["warning"]
