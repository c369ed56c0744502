"""Files as trees whose nodes know where they stand, and what is said of a node that is not what must stand there.

Scalars stay text: what ``2022-09`` or ``no`` means is said by the term it stands beside, never guessed from its looks
(YAML 1.1 would make a boolean of the one and nothing of the other).
"""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Self

import msgspec

from digigraph.findings import Finding, Location, Severity
from digigraph.sources.files.positions import Positions

if TYPE_CHECKING:
    from types import TracebackType

MAX_PLACES = 1_000
"""Places of one mistake that are told of a file."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNDECODED = re.compile("[\udc80-\udcff]+")


def mistake(rule: str, message: str, location: Location, *, hint: str | None = None) -> Finding:
    """Return the finding that something is not what must stand there."""
    return Finding(rule=rule, severity=Severity.VIOLATION, message=message, location=location, hint=hint)


class Malformed(Exception):
    """A node is not what must stand there.

    Attributes
    ----------
    finding
        What is wrong.
    others
        What is wrong for the same reason in other places of the file.
    """

    def __init__(self, rule: str, message: str, location: Location, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.finding = mistake(rule, message, location, hint=hint)
        self.others: tuple[Finding, ...] = ()


def too_large(path: str, most: int) -> Malformed:
    """Return the refusal of a file that has more bytes than are read."""
    # One facts file belongs to one text.
    is_of_a_document = path.startswith("data/documents/")
    return Malformed(
        "too-large",
        f"The file has more than {most // 1_000_000} MB; no more is read.",
        Location(path),
        hint="Capture the page in parts, each a text with its own facts." if is_of_a_document else "Split the file.",
    )


def empty(place: Location) -> Malformed:
    """Return what is wrong with a YAML file in which nothing stands, or only comments."""
    is_of_a_document = place.path.startswith("data/documents/")
    content = "document: and facts:" if is_of_a_document else "what it is to say"
    return Malformed("yaml", "The file is empty.", place, hint=f"Write {content}, or take the file away.")


def described_twice(slug: str, location: Location, other: Location) -> Finding:
    """Return what is wrong with a thing at ``location`` whose slug a thing at ``other``, or a document, has too.

    Documents are places without a line; both are, where a document has two facts files.
    """
    message = f"{slug} is described already, in {other}."
    hint = "Put the two together, or give one of them another slug."
    if not other.line:
        message = f"{slug} is the name of a document as well, of {other}."
        hint = f"Give the thing another slug, or rename both files of the document, such as to {slug}-page."
    if not location.line:
        message = f"The document {slug} has another facts file, {other}."
        hint = (
            "Put the facts of both into one, and remove the other; another document has a text and a name of its own."
        )
    return replace(mistake("duplicate-thing", message, location, hint=hint), named=(other.path,))


class Noting:
    """Notes what is malformed as a finding; reading goes on behind the ``with`` block.

    Parameters
    ----------
    findings
        Where it is noted.
    """

    def __init__(self, findings: list[Finding]) -> None:
        self._findings = findings

    def __enter__(self) -> Self:
        """Nothing has to be prepared."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Note what is malformed, and let everything else pass."""
        if isinstance(error, Malformed):
            self._findings += (error.finding, *error.others)
            return True
        return False


class Scalar(msgspec.Struct, frozen=True, tag="scalar", array_like=True):
    """Text at a place."""

    text: str
    location: Location


class Items(msgspec.Struct, frozen=True, tag="items", array_like=True):
    """A list at a place."""

    nodes: list[Node]
    location: Location


class Fields(msgspec.Struct, frozen=True, tag="fields", array_like=True):
    """A mapping at a place; ``keys`` tells where each key stands.

    It is not whole where something was left out that may have been a key of it: what is missing is not told then.
    """

    nodes: dict[str, Node]
    location: Location
    keys: dict[str, Location] = msgspec.field(default_factory=dict)
    is_whole: bool = True


class Refused(msgspec.Struct, frozen=True, tag="refused", array_like=True):
    """What is written at a place and cannot be used; whoever needs it raises the reason once more."""

    message: str
    hint: str | None
    location: Location
    rule: str = "yaml"
    also: tuple[Location, ...] = ()

    @property
    def reason(self) -> Malformed:
        """What is wrong with it."""
        malformed = Malformed(self.rule, self.message, self.location, hint=self.hint)
        malformed.finding = replace(malformed.finding, also=self.also)
        return malformed


Node = Scalar | Items | Fields | Refused


def joined(node: Node, what: str, findings: list[Finding]) -> Node:
    """Return what the mappings of a list say together, where one mapping must stand, which is noted; else the node."""
    if not isinstance(node, Items) or not node.nodes or not all(isinstance(each, Fields) for each in node.nodes):
        return node
    hint = "Write its keys without dashes, or brackets, before them."
    findings.append(mistake("value", f"{what} is a mapping, not a list.", node.location, hint=hint))
    # Of a key that stands in several of them the first is read.
    said = [each for each in reversed(node.nodes) if isinstance(each, Fields)]
    nodes = {name: value for each in said for name, value in each.nodes.items()}
    keys = {name: place for each in said for name, place in each.keys.items()}
    return Fields(nodes, node.location, keys, is_whole=all(each.is_whole for each in said))


def list_in_list(node: Items) -> Finding:
    """Return what is wrong with a list that is an entry of a list."""
    hint = "Take its dash, or its brackets, away."
    return mistake("value", "A list stands in a list.", node.location, hint=hint)


def nameless(place: Location) -> Malformed:
    """Return what is wrong with what is said of a thing that has no slug above it."""
    hint = "Write the slug of the thing and a colon above it, at the margin."
    return Malformed("slug", "No slug stands above this.", place, hint=hint)


def said_of(name: str, node: Node, findings: list[Finding]) -> Fields:
    """Return what is said of a thing; a list of mappings is noted, and Malformed raised for anything else."""
    node = joined(node, name, findings)
    if isinstance(node, Refused):
        raise node.reason
    if not isinstance(node, Fields):
        hint = f"Write {name}: and indented below it type: … and name: …."
        raise Malformed("value", f"{name} needs a type and a name.", node.location, hint=hint)
    return node


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


def readable(data: bytes, path: str, findings: list[Finding]) -> str:
    """Decode as far as possible: where the bytes are not UTF-8, that is noted, with the first of these places, and they
    are read as Latin-1, or as the UTF-16 that their first two say they are.

    So the mistakes behind that place can be told in the same run.
    """
    try:
        return decode(data, path)
    except Malformed as error:
        found = error.finding
    if data.startswith(_UTF_16):
        findings.append(found)
        return data.decode("utf-16", "replace")
    text = data.decode("utf-8", "surrogateescape")
    positions = Positions(text, path)
    _, *others = (positions.point(each.start()) for each in islice(_UNDECODED.finditer(text), MAX_PLACES))
    findings.append(replace(found, also=tuple(others)))
    return _UNDECODED.sub(lambda found: "".join(chr(ord(each) - 0xDC00) for each in found.group()), text)
