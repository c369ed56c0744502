"""What is loaded where: heavy packages have one door each, and a query process stays light."""

from __future__ import annotations

import ast
import functools
import json
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent.parent / "src" / "digigraph"
DOORS = {
    "flask": {"web"},
    "click": {"cli"},
    "httptools": {"web"},
    "uvicorn": {"web"},
    "requests": {"store/remote/exchange.py", "harvesting/client.py"},
    "urllib3": {"store/remote/exchange.py", "harvesting/client.py"},
    "pyshacl": {"validation/engine"},
    "rdflib": {"validation/engine"},
    "yaml": {"sources/yaml"},
}
HEAVY = {
    "flask",
    "werkzeug",
    "jinja2",
    "click",
    "httptools",
    "uvicorn",
    "requests",
    "urllib3",
    "pyshacl",
    "rdflib",
    "yaml",
    "rapidfuzz",
}


def loaded_by(module: str) -> set[str]:
    """Top-level packages in a new process that has imported the module."""
    code = f"import json, sys, {module}; print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return set(json.loads(ran.stdout))


@functools.cache
def imported() -> list[tuple[str, str]]:
    """The files of the package, each with each top-level package that it imports."""
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            found += [(path.relative_to(SOURCE).as_posix(), each.partition(".")[0]) for each in modules]
    return found


@pytest.mark.parametrize("package", DOORS)
def test_each_heavy_package_has_one_door(package: str) -> None:
    """A package is imported in the folder or file that is its door, and nowhere else."""
    for name in [file for file, module in imported() if module == package]:
        assert any(name == door or name.startswith(f"{door}/") for door in DOORS[package]), name


def test_a_query_process_loads_the_store_alone() -> None:
    """What a worker imports decides how soon a killed one is replaced."""
    assert not loaded_by("digigraph.store.processes.worker") & HEAVY


def test_the_web_never_loads_the_checks() -> None:
    """The web process knows nothing of YAML, rdflib and pyshacl."""
    assert not loaded_by("digigraph.cli.serving") & {"pyshacl", "rdflib", "yaml"}


def test_the_build_half_never_loads_the_web() -> None:
    """Checking needs no server."""
    assert not loaded_by("digigraph.validation.check") & {"flask", "uvicorn", "requests", "click"}


def test_the_harvest_check_loads_neither_half() -> None:
    """What is said of a server needs neither the checks of projects nor a store."""
    assert not loaded_by("digigraph.cli.harvesting") & {"flask", "uvicorn", "pyshacl", "rdflib", "yaml"}
