"""Lines that are not indented as those that they stand beside: told, and indented as what they belong to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from digigraph.sources.files.records import mistake, nameless
from digigraph.sources.yaml.edits import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digigraph.findings import Finding
    from digigraph.sources.files.positions import Positions
    from digigraph.sources.yaml.lines import Line, Lines
    from digigraph.sources.yaml.placing import Container, Placed

STEP = 2
"""Spaces by which is indented what stands below a key."""
_SPACES = "Indent this line as the others of its list or mapping are."
_DEEPER = "Indent this line, and those beside it, by two spaces more than what they stand below."


class Indenting:
    """Indents each line of a file by what it belongs to.

    Parameters
    ----------
    text, lines, positions
        The text, its lines, and where they are in the file.
    placed
        What each line belongs to.
    """

    def __init__(self, text: str, lines: Lines, positions: Positions, placed: Sequence[Placed]) -> None:
        self._text = text
        self._lines = lines
        self._positions = positions
        self._placed = placed
        self._norms: dict[Container, int] = {}
        self._inner = {each.line: each.inner for each in placed}

    def edits(self) -> Iterator[Edit]:
        """Yield what is changed in order: indentation, and keys and dashes that are missing; not in values."""
        written: set[int] = set()
        for each in self._placed:
            line, container = each.line, each.container
            if container is None or line.is_stray:
                continue
            inserted = ""
            if container.missing is not None and id(container) not in written:
                written.add(id(container))
                outer = " " * (STEP * (container.depth - 1))
                name = container.missing.strip() or f'"{container.missing}"'
                inserted = f"{outer}{name}:\n"
            indent = " " * (STEP * container.depth) + ("- " if each.misses_dash else "")
            if self._text[line.start : line.sign] != indent or inserted:
                yield Edit(line.start, line.sign - line.start, inserted + indent)
            is_followed = each.inner is not None or line.without == "dash"
            if line.has_dash and is_followed and self._text[line.sign : line.body] != "- ":
                yield Edit(line.sign + 1, line.body - line.sign - 1, " ")
            if line.without in {"colon", "key"}:
                yield Edit(line.colon, 0, " " if line.without == "colon" else ": ")

    def findings(self) -> Iterator[Finding]:
        """Yield what is told: where the indentation changes, and what is missing."""
        before: dict[Container, int] = {}
        told: set[Container] = set()
        for each in self._placed:
            line, container = each.line, each.container
            if container is None or line.is_stray:
                continue
            yield from self._missing(each, told)
            column = self._lines.column(line.start)
            if column is None:
                continue
            norm = self._norm(container)
            if column not in {norm, before.get(container, norm)} and not each.misses_dash:
                yield self._uneven(line, column, f"what it stands beside by {norm}", _SPACES)
            elif container not in told and (outer := self._too_far_out(container, norm)) is not None:
                yield self._uneven(line, column, f"what it stands below by {outer}", _DEEPER)
            told.add(container)
            before[container] = column
            if each.inner is not None:
                told.add(each.inner)

    def _missing(self, placed: Placed, told: set[Container]) -> Iterator[Finding]:
        line, container = placed.line, placed.container
        if container is not None and container.missing is not None and container not in told:
            told.add(container)
            if not container.missing.strip():
                yield nameless(self._positions.value(line.start, line.start)).finding
                return
            message = f"{container.missing}: is missing above this line."
            yield self._told(message, line.sign, line.stop, f"Write {container.missing}: above it.")
        if placed.misses_dash:
            yield self._told("No dash stands before this entry of a list.", line.sign, line.colon, "Write - before it.")
        if line.without == "dash":
            yield self._told("No space stands behind this dash.", line.sign, line.sign + 1, "Write - and a space.")
        if line.without == "colon":
            hint = f"Write {line.key}: and a space."
            yield self._told("No space stands behind this colon.", line.body, line.colon, hint)
        if line.without == "key":
            message, hint = f"No colon stands behind {line.key}.", "Put a colon and a space behind the key."
            yield self._told(message, line.body, line.colon, hint)

    def _uneven(self, line: Line, column: int, beside: str, hint: str) -> Finding:
        end = self._text.find("\n", line.start)
        message = f"This line is indented by {column}, and {beside}."
        return self._told(message, line.sign, len(self._text) if end < 0 else end, hint)

    def _told(self, message: str, start: int, end: int, hint: str) -> Finding:
        return mistake("yaml", message, self._positions.value(start, end), hint=hint)

    def _norm(self, container: Container) -> int:
        """By how much the lines of a list or mapping are indented: as most are; where none are most, as is usual."""
        if container not in self._norms:
            self._norms[container] = self._worked_out(container)
        return self._norms[container]

    def _worked_out(self, container: Container) -> int:
        outer = self._norm(container.outer) if container.outer is not None else -STEP
        if not container.members:
            # All that stands in it stands below a key that is missing.
            return outer + STEP
        first, *others = container.members
        if first.has_dash and container.above is not first:
            return _most(self._of_dashes(container), usual=outer + STEP)
        if container.above is not first:
            return _most(self._columns(container.members), usual=outer + STEP)
        column, behind = self._lines.column(first.start), self._behind(first)
        if column is None or (column == outer and first.has_dash):
            return outer + behind
        if column == outer:
            # Its dash would stand where its key does.
            return _most(self._columns(others), usual=outer + STEP)
        # The dash alone may be indented otherwise, or the whole entry is.
        columns = self._columns(others)
        if outer + behind in columns:
            columns.append(outer + behind)
        return _most([column + behind, *columns], usual=outer + behind)

    def _of_dashes(self, container: Container) -> list[int]:
        """Where dashes stand, and where they should by what stands below each."""
        columns = []
        for line in container.members:
            inner = self._inner.get(line)
            if line.has_dash:
                columns += self._columns([line])
                below = self._columns(inner.members[1:]) if inner is not None else []
                columns += [_most(below, usual=-1) - self._behind(line)] if below else []
        return columns

    def _columns(self, lines: Sequence[Line]) -> list[int]:
        return [column for line in lines if (column := self._lines.column(line.start)) is not None]

    def _behind(self, line: Line) -> int:
        return STEP if line.without == "dash" else line.body - line.sign

    def _too_far_out(self, container: Container, norm: int) -> int | None:
        """By how much what stands above a list or mapping is indented, where that is indented too little; else None."""
        above, outer = container.above, container.outer
        if outer is None or above is None or container.members[0] is above:
            return None
        written = self._lines.column(above.start)
        if written is None:
            return None
        behind = above.body - above.sign if above.key is not None else 0
        is_list = container.members[0].has_dash and above.key is not None
        least = min(written + behind, self._norm(outer)) + (not is_list)
        return None if norm >= least else least - (not is_list)


def _most(columns: Sequence[int], *, usual: int) -> int:
    """The column that occurs most; of those that occur alike the usual one, else the first."""
    counts = Counter(columns)
    most = max(counts.values(), default=0)
    likely = [column for column, count in counts.items() if count == most]
    return usual if usual in likely or not likely else likely[0]
