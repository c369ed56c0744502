"""YAML as a tree that knows where each of its nodes stands.

Scalars stay text: what ``2022-09`` or ``no`` means is said by the term it stands beside, never guessed from its
looks (YAML 1.1 would make a boolean of the one and nothing of the other). Anchors, aliases and tags are refused, so
that a small file cannot stand for a large one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from digigraph.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 5_000_000
"""Bytes above which a YAML file is refused: facts files are written by people."""
MAX_DEPTH = 20
"""Levels of nesting above which a YAML file is refused."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """Text at a place."""

    text: str
    location: Location


@dataclass(frozen=True, slots=True)
class Items:
    """A list at a place."""

    nodes: list[Node]
    location: Location


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping at a place; ``keys`` tells where each key stands."""

    nodes: dict[str, Node]
    location: Location
    keys: dict[str, Location] = field(default_factory=dict)


Node = Scalar | Items | Fields


class Malformed(Exception):
    """A node is not what must stand there."""

    def __init__(self, rule: str, message: str, location: Location, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.finding = Finding(rule=rule, severity=Severity.VIOLATION, message=message, location=location, hint=hint)


def decode(data: bytes, path: str) -> str:
    """Decode strict UTF-8 without newline translation.

    Raises
    ------
    Malformed
        The bytes are not UTF-8; says at which line and column they stop being so.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        raise Malformed(
            "encoding",
            f"The file is not UTF-8: byte 0x{data[error.start]:02x} cannot stand here.",
            Location(path, line, column),
            hint="Save the file as UTF-8.",
        ) from error


def parse_yaml(data: bytes, path: str) -> Node:
    """Parse one YAML document.

    Parameters
    ----------
    data
        The file's bytes.
    path
        The file's name in locations.

    Raises
    ------
    Malformed
        Not UTF-8, not YAML, or YAML that this project does without: anchors, aliases, tags, keys that are not text,
        keys twice, nesting deeper than 20, more than 5 MB.
    """
    if len(data) > MAX_BYTES:
        raise Malformed("yaml", f"The file has {len(data)} bytes; at most {MAX_BYTES} are read.", Location(path))
    text = decode(data, path)
    try:
        return _Tree(path).document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(path, mark.line + 1, mark.column + 1) if mark else Location(path)
        problem = " ".join(filter(None, [error.context, error.problem]))
        raise Malformed("yaml", f"This is not YAML: {problem}.", where) from error
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        where = Location(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Malformed("yaml", f"A character that cannot be printed stands here: {error.reason}.", where) from error


class _Tree:
    """Builds the tree from the parser's events; the events come one by one, so no alias is ever expanded."""

    def __init__(self, path: str) -> None:
        self._path = path

    def document(self, events: Iterator[yaml.Event]) -> Node:
        root: Node | None = None
        for event in events:
            if isinstance(event, yaml.NodeEvent):
                if root is not None:
                    raise Malformed("yaml", "A second YAML document begins here.", self._place(event))
                root = self._node(event, events, 0)
        if root is None:
            raise Malformed("yaml", "The file is empty.", Location(self._path))
        return root

    def _place(self, event: yaml.Event) -> Location:
        mark = event.start_mark
        return Location(self._path, mark.line + 1, mark.column + 1) if mark else Location(self._path)

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Malformed("yaml", "Anchors and aliases are not used here.", place, hint="Write the value out.")
        if getattr(event, "tag", None):
            raise Malformed("yaml", "Tags are not used here.", place, hint="Leave the word that begins with ! away.")
        if depth > MAX_DEPTH:
            raise Malformed("yaml", f"The nesting is deeper than {MAX_DEPTH} levels.", place)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, place)
        if isinstance(event, yaml.SequenceStartEvent):
            nodes = []
            while not isinstance(following := next(events), yaml.SequenceEndEvent):
                nodes.append(self._node(following, events, depth + 1))
            return Items(nodes, place)
        return self._fields(place, events, depth)

    def _fields(self, place: Location, events: Iterator[yaml.Event], depth: int) -> Fields:
        fields = Fields({}, place)
        while not isinstance(following := next(events), yaml.MappingEndEvent):
            key = self._node(following, events, depth + 1)
            if not isinstance(key, Scalar):
                raise Malformed("yaml", "A key must be a word.", key.location)
            if key.text in fields.nodes:
                raise Malformed(
                    "yaml",
                    f"The key {key.text!r} stands twice; first in line {fields.keys[key.text].line}.",
                    key.location,
                    hint="Give a list of values under one key, or begin a new entry with -.",
                )
            fields.keys[key.text] = key.location
            fields.nodes[key.text] = self._node(next(events), events, depth + 1)
        return fields
