"""``digigraph serve``, as it is started."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from projects import inherited

if TYPE_CHECKING:
    from projects import Project


def test_what_the_project_took_back_is_gone_behind_an_endpoint(project: Project) -> None:
    """The list is read where an engine of others answers, which does not know it: 410 with the reason."""
    project.write("data/redactions.yaml", "- {iri: id/ada-berg, reason: privacy}\n")
    # Nobody listens there: it is not asked.
    command = ["serve", "--endpoint", "http://127.0.0.1:9/sparql", "--port", "0"]
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
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{announced.group()}/data/ada-berg.ttl", timeout=120)
            assert refused.value.code == 410
            assert json.load(refused.value)["reason"] == "privacy"
        finally:
            server.terminate()
