"""YAML files as trees with places.

Anchors, aliases and tags are refused, so that a small file cannot stand for a large one. What is wrong is noted, and
the rest is read: where a file breaks the rules of YAML, or says things where they cannot stand, its layout is mended.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import yaml

from digigraph.findings import Finding  # noqa: TC001 - msgspec reads it
from digigraph.sources.files.positions import Positions
from digigraph.sources.files.records import (
    Fields,
    Items,
    Malformed,
    Node,
    Noting,
    Refused,
    Scalar,
    empty,
    list_in_list,
    readable,
    too_large,
)
from digigraph.sources.yaml.characters import UNPRINTABLE, escaped, printable
from digigraph.sources.yaml.complaints import MAX_DEPTH, syntax, too_deep
from digigraph.sources.yaml.conflicts import versions
from digigraph.sources.yaml.keys import glued, together, twice
from digigraph.sources.yaml.layouts import UNKNOWN, Layout, by_language
from digigraph.sources.yaml.mending import Mended, mended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from digigraph.findings import Location
    from digigraph.sources.files.kept import Kept
    from digigraph.sources.yaml.complaints import Mark


MAX_BYTES = 2_000_000
"""Bytes above which a YAML file is refused: facts files are written by people."""
_NOTHING = {"~", "null", "Null", "NULL"}
"""What stands for no value where it has no quotation marks (YAML 1.2, section 10.3.2)."""
MAX_READINGS = 50
"""Values of one key that are read, where it stands more often."""


class _Parsed(msgspec.Struct, array_like=True):
    """What parsing a file gives."""

    readings: list[Node]
    findings: list[Finding]


_PARSED = msgspec.msgpack.Decoder(_Parsed)


def parse_yaml(data: bytes, path: str, layout: Layout, findings: list[Finding], kept: Kept) -> list[Node]:
    """Parse one YAML document.

    Parameters
    ----------
    data
        The file's bytes.
    path
        The file's name in locations.
    layout
        Which keys stand where in files of its kind.
    findings
        Where is noted what is not UTF-8, not YAML, or YAML that this project does without: anchors, aliases, tags,
        keys that are not text, keys twice, nesting deeper than 20, more than 2 MB.
    kept
        What an earlier run has parsed.

    Returns
    -------
    list of Node
        What could be read; empty where nothing could. Where a key stands twice, the first has its first value, the
        second its second, and so on, each with everything else of the file; and so with the sides of merge conflicts:
        no value hides the mistakes of another.
    """
    parsed = _Parsed([], [])

    def made() -> bytes:
        parsed.readings = _parsed(data, path, layout, parsed.findings)
        return msgspec.msgpack.encode(parsed)

    # Half of a character, written as an escape, has no form in UTF-8, so none that could be kept.
    with contextlib.suppress(UnicodeEncodeError):
        parsed = _PARSED.decode(kept.of(path.encode(), " ".join(sorted(layout.words)).encode(), data, make=made))
    findings += parsed.findings
    return parsed.readings


def _parsed(data: bytes, path: str, layout: Layout, findings: list[Finding]) -> list[Node]:
    if len(data) > MAX_BYTES:
        findings.append(too_large(path, MAX_BYTES).finding)
        return []
    written = readable(data, path, findings).removeprefix("\ufeff")
    positions = Positions(written, path)
    text = printable(written, positions, findings)
    if written and not text:
        return []
    readings: list[Node] = []
    told = {(each.rule, each.location) for each in findings}
    for version in versions(text, positions, findings):
        mistakes: list[Finding] = []
        readings += _readings(version, positions, layout, mistakes)
        # What both sides of a conflict have in common has its mistakes told once.
        findings += [each for each in mistakes if (each.rule, each.location) not in told]
        told |= {(each.rule, each.location) for each in mistakes}
    return readings


def _readings(text: str, positions: Positions, layout: Layout, findings: list[Finding]) -> list[Node]:
    unmended = _Reading(Mended(text, positions))
    if unmended.root is not None and not unmended.is_odd(layout):
        return unmended.all(findings)
    reading = _Reading(mended(text, positions, layout))
    if not reading.mended.findings or (unmended.root is not None and reading.is_odd(layout)):
        return unmended.all(findings)
    findings += reading.mended.findings
    return reading.all(findings)


class _Reading:
    """A text once parsed.

    Attributes
    ----------
    mended
        The text.
    root
        The tree; None where the text breaks the rules of YAML.
    findings
        What is wrong with it.
    """

    def __init__(self, mended: Mended) -> None:
        self.mended = mended
        self.findings: list[Finding] = []
        self._tree = _Tree(mended, self.findings)
        self.root: Node | None = None
        with Noting(self.findings):
            self.root = self._tree.document()

    def is_odd(self, layout: Layout) -> bool:
        """Whether keys stand where they cannot, or twice: another layout may have been meant."""
        return self.root is None or self._tree.most > 1 or _is_odd(self.root, layout, layout.words)

    def all(self, findings: list[Finding]) -> list[Node]:
        """The tree once for each time that a key of one mapping stands in it; note what is wrong."""
        findings += self.findings
        if self.root is None:
            return []
        # However often a key of a large file stands there, reading it takes no more than some times as long.
        most = min(self._tree.most, MAX_READINGS, 1 + max(1, MAX_BYTES // len(self.mended.text)))
        if most < self._tree.most and self._tree.most_at is not None:
            message = f"This key stands {self._tree.most} times; of such keys the first {most} values are looked at."
            findings.append(Malformed("duplicate-key", message, self._tree.most_at, hint="Remove the others.").finding)
        return [self.root, *(_Tree(self.mended, [], number=number).document() for number in range(1, most))]


def _is_odd(node: Node, layout: Layout, words: AbstractSet[str]) -> bool:
    """Whether a mapping that has no other keys than its own has one of another mapping."""
    if isinstance(node, Items):
        entry = layout.under("")
        is_list = layout.entry is None
        return not is_list or (entry is not None and any(_is_odd(each, entry, words) for each in node.nodes))
    if not isinstance(node, Fields):
        return False
    if not layout.has_others and (node.keys.keys() & words) - layout.keys:
        return True
    if layout.entry is not None and any(
        layout.entry.keys & {key} for key, each in node.nodes.items() if _is_word(each)
    ):
        return True
    if not layout.keys and by_language(node.keys.keys()) & words:
        return True
    return any(_is_odd(each, layout.under(key) or UNKNOWN, words) for key, each in node.nodes.items())


def _is_word(node: Node) -> bool:
    """Whether a value is text: no name of an entry has one."""
    return isinstance(node, Scalar) and bool(node.text)


class _Tree:
    """Builds the tree from the parser's events; the events come one by one, so no alias is ever expanded.

    Parameters
    ----------
    mended
        The text.
    findings
        Where mistakes are noted that leave the tree whole.
    number
        Which value is taken of a key that stands several times, the last where there are fewer.

    Attributes
    ----------
    most, most_at
        How often a key of one mapping stands there, at most, and where the last of these does.
    """

    def __init__(self, mended: Mended, findings: list[Finding], *, number: int = 0) -> None:
        self._mended = mended
        self._positions = mended.positions
        self._findings = findings
        self._number = number
        self.most = 1
        self.most_at: Location | None = None

    def document(self) -> Node:
        """Parse the text.

        Raises
        ------
        Malformed
            It is not YAML, or nested too deeply; nothing can be said of what follows.
        """
        root: Node | None = None
        try:
            events = yaml.parse(self._mended.text, Loader=yaml.SafeLoader)
            for event in events:
                if isinstance(event, yaml.NodeEvent):
                    if root is not None:
                        raise Malformed("yaml", "A second YAML document begins here.", self._place(event.start_mark))
                    root = self._node(event, events, 0)
        except yaml.MarkedYAMLError as error:
            found = syntax(error, self._mended.text)
            place = self._positions.point(found.place)
            raise Malformed(found.rule, found.message, place, hint=found.hint) from error
        if root is None:
            raise empty(self._positions.value(0, 0))
        return root

    def _place(self, mark: Mark | None, end: Mark | None = None) -> Location:
        start = mark.index if mark else 0
        return self._positions.value(start, end.index) if end else self._positions.point(start)

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        # A block ends where the next line begins; what stands on its own line ends with its last letter.
        is_word = isinstance(event, yaml.ScalarEvent) and event.style not in {"|", ">"}
        place = self._place(event.start_mark, event.end_mark if is_word else None)
        if isinstance(event, yaml.AliasEvent):
            if (lost := self._mended.refused.get((place.line, place.column))) is not None:
                return lost
            refused = Refused("Anchors and aliases are not used here.", "Write the value out.", place)
            self._findings.append(refused.reason.finding)
            return refused
        self._plain(event, place)
        if depth > MAX_DEPTH:
            message, hint = too_deep()
            raise Malformed("too-deep", message, place, hint=hint)
        if isinstance(event, yaml.ScalarEvent):
            if event.style == '"' and UNPRINTABLE.search(event.value):
                return self._unprintable(event)
            is_nothing = event.implicit[0] and event.value in _NOTHING
            return Scalar("" if is_nothing else event.value, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(place, events, depth)
        return self._fields(place, events, depth)

    def _items(self, place: Location, events: Iterator[yaml.Event], depth: int) -> Items:
        """A list; the mappings and lists of a list in it are read as its own, for nothing takes lists of them."""
        nodes: list[Node] = []
        while not isinstance(following := next(events), yaml.SequenceEndEvent):
            node = self._node(following, events, depth + 1)
            if isinstance(node, Items) and any(isinstance(each, Fields | Items) for each in node.nodes):
                self._findings.append(list_in_list(node))
                nodes += node.nodes
            else:
                nodes.append(node)
        return Items(nodes, place)

    def _unprintable(self, event: yaml.ScalarEvent) -> Refused:
        """Note the characters of a text that cannot be printed; escapes make them."""
        found = escaped(self._mended.text, *self._span(event), self._positions)
        self._findings += found
        first, *_ = found
        return Refused(first.message, first.hint, first.location, rule=first.rule, also=first.also)

    def _span(self, event: yaml.ScalarEvent) -> tuple[int, int]:
        start, end = event.start_mark, event.end_mark
        return (start.index, end.index) if start and end else (0, 0)

    def _plain(self, event: yaml.Event, place: Location) -> None:
        """Note an anchor or a tag; the value itself can be read."""
        if anchor := getattr(event, "anchor", None):
            message = "Anchors and aliases are not used here."
            self._findings.append(Malformed("yaml", message, place, hint=f"Remove &{anchor}.").finding)
        if getattr(event, "tag", None):
            hint = "Leave the word that begins with ! away."
            self._findings.append(Malformed("yaml", "Tags are not used here.", place, hint=hint).finding)

    def _fields(self, place: Location, events: Iterator[yaml.Event], depth: int) -> Fields:
        fields, is_whole = Fields({}, place), (place.line, place.column) not in self._mended.holes
        counts: Counter[str] = Counter()
        while not isinstance(following := next(events), yaml.MappingEndEvent):
            key = self._node(following, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            is_whole = is_whole and isinstance(key, Scalar)
            with Noting(self._findings):
                if isinstance(key, Refused):
                    raise key.reason
                if not isinstance(key, Scalar):
                    raise Malformed("yaml", "A key must be a word.", key.location)
                if (meant := glued(key, value)) is not None:
                    key, value, malformed = meant
                    self._findings.append(malformed.finding)
                counts[key.text] += 1
                if counts[key.text] == 1:
                    fields.keys[key.text], fields.nodes[key.text] = key.location, value
                else:
                    before = fields.nodes[key.text]
                    later, earlier = (value, before) if counts[key.text] <= self._number + 1 else (before, value)
                    fields.nodes[key.text] = together(later, earlier)
                    if counts[key.text] > self.most:
                        self.most, self.most_at = counts[key.text], key.location
                    raise twice(key, fields.keys[key.text].line)
        return msgspec.structs.replace(fields, is_whole=is_whole)
