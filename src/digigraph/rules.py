"""The rules that findings speak of: what must hold, why, what to do, how much it matters.

Tables: ``rules.toml`` for a project and its files, ``harvest_rules.toml`` for servers.
"""

from __future__ import annotations

import importlib.resources
import tomllib
from dataclasses import dataclass
from functools import cache

from digigraph.findings import Severity

SHAPE_PREFIX = "shacl-"
"""Rules that begin so are those of shapes: the name of the shape, or of the constraint where the shape has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Parameters
    ----------
    title
        What must hold, in one sentence.
    why
        What goes wrong where it does not hold.
    help
        What to write instead.
    level
        Severity of its findings where nobody has set another; of shapes, the shape says it.
    is_fixed
        Whether it can be neither switched off nor lowered: what breaks it is left out of the graph, or would make the
        graph say what no source says.
    is_unread
        Whether a file that breaks it is not read at all.
    group
        Of a rule for servers, the part of the list that it belongs to.
    standard
        Of a rule for servers, the standard that it rests on, with the section.
    """

    title: str
    why: str
    help: str
    level: Severity = Severity.VIOLATION
    is_fixed: bool = False
    is_unread: bool = False
    group: str = ""
    standard: str = ""


@cache
def rules() -> dict[str, Rule]:
    """Return every rule for projects and files by its identifier, in the order of the documentation."""
    return _table("rules.toml")


@cache
def harvest_rules() -> dict[str, Rule]:
    """Return every rule for servers by its identifier, in the order in which they are checked."""
    return _table("harvest_rules.toml")


def _table(file: str) -> dict[str, Rule]:
    table = tomllib.loads(importlib.resources.files("digigraph").joinpath(file).read_text(encoding="utf-8"))
    return {
        identifier: Rule(
            title=said["title"],
            why=said["why"],
            help=said["help"],
            level=Severity.of(said.get("level", "violation")),
            is_fixed=said.get("fixed", False),
            is_unread=said.get("unread", False),
            group=said.get("group", ""),
            standard=said.get("standard", ""),
        )
        for identifier, said in table.items()
    }


def rule(identifier: str) -> Rule:
    """Return what a rule says; for a shape, that it must hold."""
    name = identifier.removeprefix(SHAPE_PREFIX)
    return (
        rules().get(identifier)
        or harvest_rules().get(identifier)
        or Rule(
            title=f"The shape {name} holds.",
            why="The shapes of the project say what its data must look like.",
            help="The message of each result says what the shape asks for.",
        )
    )
