"""YAML files as trees with places.

Anchors, aliases and tags are refused, so that a small file cannot stand for a large one. What is wrong is noted, and
the rest is read: where a file breaks the rules of YAML, its layout is mended, then each of its entries is tried alone;
those that break them still are noted and left out.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Protocol

import msgspec
import yaml

from digigraph.findings import Finding  # noqa: TC001 - msgspec reads it
from digigraph.sources.files.positions import Positions
from digigraph.sources.files.records import Fields, Items, Malformed, Node, Noting, Refused, Scalar, readable, too_large
from digigraph.sources.yaml.characters import printable
from digigraph.sources.yaml.entries import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_WRAPPED,
    blanked,
    end_of_lost,
    entries_of,
    is_entry,
    is_head,
    without_conflicts,
)
from digigraph.sources.yaml.keys import glued, together, twice
from digigraph.sources.yaml.mending import mended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.findings import Location
    from digigraph.sources.files.kept import Kept


class _Mark(Protocol):
    """A place in the parser's text; its two classes of that name share no base."""

    @property
    def index(self) -> int: ...


MAX_BYTES = 2_000_000
"""Bytes above which a YAML file is refused: facts files are written by people."""
_NOTHING = {"~", "null", "Null", "NULL"}
"""What stands for no value where it has no quotation marks (YAML 1.2, section 10.3.2)."""

_ADVICE = (
    (r"'\\t'", "Indent with spaces; a tab cannot stand here."),
    ("found character", "Put the text into quotation marks: no text without them begins with this character."),
    ("mapping values", 'Put a text that has ": " in it into quotation marks.'),
    ("unknown escape", "Write \\\\ for a backslash, or put the text into 'single' quotation marks."),
    ("quoted scalar", 'Close the quotation mark; one that belongs to the text is written \\" between double ones.'),
    ("flow", "Close the bracket, and put a comma between its parts."),
    (
        "'<scalar>'",
        'Put the whole text into quotation marks; one that belongs to it is written \\" between double ones.',
    ),
    ("could not find expected ':'", "Put a colon and a space behind the key, or indent the line below its text."),
    ("block", "Indent this line as the others of its list or mapping are."),
)
"""What to do about a mistake, by words of the parser's message; the first that fits."""


class _Parsed(msgspec.Struct, array_like=True):
    """What parsing a file gives."""

    readings: list[Node]
    findings: list[Finding]


_PARSED = msgspec.msgpack.Decoder(_Parsed)


def parse_yaml(data: bytes, path: str, findings: list[Finding], kept: Kept) -> list[Node]:
    """Parse one YAML document.

    Parameters
    ----------
    data
        The file's bytes.
    path
        The file's name in locations.
    findings
        Where is noted what is not UTF-8, not YAML, or YAML that this project does without: anchors, aliases, tags,
        keys that are not text, keys twice, nesting deeper than 20, more than 2 MB.
    kept
        What an earlier run has parsed.

    Returns
    -------
    list of Node
        What could be read; empty where nothing could. Where a key stands twice, the first has its first value, the
        second its second, and so on, each with everything else of the file: so no value hides the mistakes of another.
    """
    parsed = _Parsed([], [])

    def made() -> bytes:
        parsed.readings = _parsed(data, path, parsed.findings)
        return msgspec.msgpack.encode(parsed)

    # Half of a character, written as an escape, has no form in UTF-8, so none that could be kept.
    with contextlib.suppress(UnicodeEncodeError):
        parsed = _PARSED.decode(kept.of(path.encode(), data, make=made))
    findings += parsed.findings
    return parsed.readings


def _parsed(data: bytes, path: str, findings: list[Finding]) -> list[Node]:
    if len(data) > MAX_BYTES:
        findings.append(too_large(path, MAX_BYTES).finding)
        return []
    written = readable(data, path, findings).removeprefix("\ufeff")
    positions = Positions(written, path)
    text = printable(written, positions, findings)
    if written and not text:
        return []
    text = without_conflicts(text, positions, findings)
    try:
        return _readings(text, positions, findings)
    except Malformed as malformed:
        whole = malformed.finding
    unmended = text
    text, positions = mended(text, positions, findings)
    if text != unmended:
        try:
            return _readings(text, positions, findings)
        except Malformed as malformed:
            whole = malformed.finding
    return _readings_of_entries(text, positions, findings, whole)


def _readings_of_entries(text: str, positions: Positions, findings: list[Finding], whole: Finding) -> list[Node]:
    """The readings of what is left without the entries that break the rules of YAML alone; ``whole`` if none does."""
    broken: list[Finding] = []
    entries = entries_of(text)
    read_until = 0
    for number, (start, _) in enumerate(entries):
        if start < read_until:
            continue
        with Noting(broken):
            read_until = _check_entry(text, entries[number : number + MAX_WRAPPED], positions)
            continue
        text = blanked(text, start, end_of_lost(text, entries[number:]))
        if len(broken) == MAX_ENTRIES:
            break
    findings += broken or [whole]
    with Noting([]):
        # What is still wrong follows from what was left out.
        return _readings(text, positions, findings)
    return []


def _check_entry(text: str, entries: list[tuple[int, int]], positions: Positions) -> int:
    """Raise what is wrong with the first entry: it breaks YAML's rules, or is neither a key nor one of a list.

    Of an entry above which something was lost, blanks alone are left.

    Returns
    -------
    int
        Where it ends; that is behind the others where its text goes on in lines that are indented less.
    """
    (start, end), *others = entries
    if not text[start:end].strip():
        return end
    tree = _Tree(positions, [], start=start, depth=not is_head(text, start))
    try:
        node = tree.document(text[start:end])
    except Malformed:
        for _, longer in others if others and not is_entry(text, others[0][0]) else ():
            with contextlib.suppress(Malformed):
                tree.document(text[start:longer])
                return longer
        raise
    if isinstance(node, Scalar):
        message = f"{node.text[:40]!r} stands alone: it is neither a key with its value nor an entry of a list."
        hint = "Put a colon behind a key; remove what does not belong here."
        raise Malformed("yaml", message, node.location, hint=hint)
    return end


def _readings(text: str, positions: Positions, findings: list[Finding]) -> list[Node]:
    """A text once for each time that a key of one mapping stands in it; raises as :meth:`_Tree.document`."""
    tree = _Tree(positions, findings)
    first = tree.document(text)
    # However often a key of a large file stands there, reading it takes no more than some times as long.
    most = min(tree.most, MAX_ENTRIES, 1 + max(1, MAX_BYTES // len(text)))
    return [first, *(_Tree(positions, [], number=number).document(text) for number in range(1, most))]


class _Tree:
    """Builds the tree from the parser's events; the events come one by one, so no alias is ever expanded.

    Parameters
    ----------
    positions
        Of the whole file.
    findings
        Where mistakes are noted that leave the tree whole.
    start
        Offset in the file at which the text begins that is parsed.
    depth
        Levels of nesting above it.
    number
        Which value is taken of a key that stands several times, the last where there are fewer.

    Attributes
    ----------
    most
        How often a key of one mapping stands there, at most.
    """

    def __init__(
        self, positions: Positions, findings: list[Finding], *, start: int = 0, depth: int = 0, number: int = 0
    ) -> None:
        self._positions = positions
        self._findings = findings
        self._start = start
        self._depth = depth
        self._number = number
        self.most = 1

    def document(self, text: str) -> Node:
        """Parse a text.

        Raises
        ------
        Malformed
            It is not YAML, or nested too deeply; nothing can be said of what follows.
        """
        root: Node | None = None
        try:
            events = yaml.parse(text, Loader=yaml.SafeLoader)
            for event in events:
                if isinstance(event, yaml.NodeEvent):
                    if root is not None:
                        raise Malformed("yaml", "A second YAML document begins here.", self._place(event.start_mark))
                    root = self._node(event, events, self._depth)
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error, text) from error
        if root is None:
            raise Malformed("yaml", "The file is empty.", self._positions.value(0, 0))
        return root

    def _place(self, mark: _Mark | None, end: _Mark | None = None) -> Location:
        start = self._start + (mark.index if mark else 0)
        return self._positions.value(start, self._start + end.index) if end else self._positions.point(start)

    def _syntax(self, error: yaml.MarkedYAMLError, text: str) -> Malformed:
        """The parser's complaint, at the bracket or quotation mark that is not closed where it is about one."""
        context, problem, opened = error.context or "", error.problem or "", error.context_mark
        mark = error.problem_mark or opened
        at: _Mark | None = mark
        if opened and mark and opened.line < mark.line and "block" not in context:
            at = opened
        elif "flow" in context and "stream end" in problem:
            at = _innermost(text) or mark
        said = f"{context} {problem}".strip()
        hint = next((advice for words, advice in _ADVICE if re.search(words, said)), None)
        return Malformed("yaml", f"This is not YAML: {said}.", self._place(at), hint=hint)

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        # A block ends where the next line begins; what stands on its own line ends with its last letter.
        is_word = isinstance(event, yaml.ScalarEvent) and event.style not in {"|", ">"}
        place = self._place(event.start_mark, event.end_mark if is_word else None)
        if isinstance(event, yaml.AliasEvent):
            refused = Refused("Anchors and aliases are not used here.", "Write the value out.", place)
            self._findings.append(refused.reason.finding)
            return refused
        self._plain(event, place)
        if depth > MAX_DEPTH:
            hint = "Nothing needs so many: look for brackets too many."
            raise Malformed("too-deep", f"The nesting is deeper than {MAX_DEPTH} levels.", place, hint=hint)
        if isinstance(event, yaml.ScalarEvent):
            is_nothing = event.implicit[0] and event.value in _NOTHING
            return Scalar("" if is_nothing else event.value, place)
        if isinstance(event, yaml.SequenceStartEvent):
            nodes = []
            while not isinstance(following := next(events), yaml.SequenceEndEvent):
                nodes.append(self._node(following, events, depth + 1))
            return Items(nodes, place)
        return self._fields(place, events, depth)

    def _plain(self, event: yaml.Event, place: Location) -> None:
        """Note an anchor or a tag; the value itself can be read."""
        if anchor := getattr(event, "anchor", None):
            message = "Anchors and aliases are not used here."
            self._findings.append(Malformed("yaml", message, place, hint=f"Remove &{anchor}.").finding)
        if getattr(event, "tag", None):
            hint = "Leave the word that begins with ! away."
            self._findings.append(Malformed("yaml", "Tags are not used here.", place, hint=hint).finding)

    def _fields(self, place: Location, events: Iterator[yaml.Event], depth: int) -> Fields:
        fields = Fields({}, place)
        counts: Counter[str] = Counter()
        while not isinstance(following := next(events), yaml.MappingEndEvent):
            key = self._node(following, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            with Noting(self._findings):
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
                    raise twice(key, fields.keys[key.text].line)
        self.most = max(self.most, *counts.values(), 1)
        return fields


def _innermost(text: str) -> _Mark | None:
    """The last bracket of a text that is not closed."""
    opened: list[_Mark] = []
    with contextlib.suppress(yaml.YAMLError):
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken)):
                opened.append(token.start_mark)
            elif opened and isinstance(token, (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)):
                opened.pop()
    return opened[-1] if opened else None
