"""Which list or mapping each line of a file belongs to: by its key where that is known, else by its indentation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.sources.yaml.layouts import UNKNOWN, Layout, by_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digigraph.sources.yaml.lines import Line, Lines

_OF_LISTS = Layout(is_list=True)
NO_NAME = " "
"""What stands for the name of an entry that has none; more of them for the next ones."""


@dataclass(slots=True, eq=False)
class Container:
    """A list or a mapping as it is written.

    Parameters
    ----------
    layout
        What it is in its kind of file.
    outer
        What it stands in; None for the whole file.
    above
        The line below whose key or dash it stands; None for the whole file and below a key that is missing.
    missing
        The key that is missing above it.
    members
        Its lines. Of a mapping in a list the first one is that of the dash, as a rule.
    indents
        What they begin with, and how many do.
    depth
        How many it stands in.
    """

    layout: Layout
    outer: Container | None = None
    above: Line | None = None
    missing: str | None = None
    members: list[Line] = field(default_factory=list)
    indents: Counter[str] = field(default_factory=Counter)
    depth: int = 0


@dataclass(slots=True, eq=False)
class Placed:
    """A line where it belongs.

    Parameters
    ----------
    line
        The line.
    container
        Of its dash, else of its key; None for what belongs to nothing.
    inner
        Of the key behind its dash.
    misses_dash
        Whether it must have a dash, and has none.
    """

    line: Line
    container: Container | None
    inner: Container | None = None
    misses_dash: bool = False

    @property
    def innermost(self) -> Container | None:
        """Where its key or its value stands."""
        return self.inner or self.container


class Placing:
    """Places the lines of a file, one after the other.

    Parameters
    ----------
    layout
        The kind of file.
    lines
        The lines.
    """

    def __init__(self, layout: Layout, lines: Lines) -> None:
        self._layout = layout
        self._lines = lines
        self._named = [each for each in layout.and_below() if each.keys]
        self._open = [Container(layout)]
        self._last: Placed | None = None
        self._nameless = 0
        self._all: Sequence[Line] = ()

    @property
    def root(self) -> Container:
        """The whole file."""
        return self._open[0]

    def place(self, lines: Sequence[Line]) -> Iterator[Placed]:
        """Yield each line with what it belongs to."""
        self._all = lines
        for number, line in enumerate(lines):
            if line.is_stray:
                placed = Placed(line, self._nearest(line, lambda _: True))
            elif line.has_dash:
                placed = self._entry(line)
            else:
                self._name(line)
                placed = self._key(line, number)
            if not line.is_stray:
                self._last = placed
            yield placed

    def _name(self, line: Line) -> None:
        """Open an entry for a line above which its name is missing, in a file whose keys are names."""
        entry = self._layout.entry
        if entry is not None and (self._is_first(line, entry) or self._begins_anew(line)):
            self._nameless += 1
            self._push(Container(entry, self.root, missing=NO_NAME * self._nameless))

    def _is_first(self, line: Line, entry: Layout) -> bool:
        """Whether a line at the beginning is indented, and is no name."""
        is_alone = len(self._open) == 1 and not self.root.members and bool(self._lines.indent(line.start))
        return is_alone and (line.key in entry.keys or not (line.opens or line.kind == "{"))

    def _begins_anew(self, line: Line) -> bool:
        """Whether a key stands in an entry once more, behind an empty line or a comment."""
        above = self._open[1] if len(self._open) > 1 else None
        is_again = above is not None and self._has(above, line.key) and self._lines.indent(line.start) in above.indents
        return is_again and self._lines.is_apart(line)

    def _entry(self, line: Line) -> Placed:
        container = self._list_for(line)
        if container is None:
            return Placed(line, None)
        self._join(container, line, self._lines.indent(line.start))
        if line.key is None:
            return Placed(line, container)
        inner = self._push(Container(container.layout.under("") or UNKNOWN, container, line))
        column = self._lines.column(line.start)
        self._join(inner, line, None if column is None else " " * (column + line.body - line.sign))
        return Placed(line, container, inner)

    def _key(self, line: Line, number: int) -> Placed:
        entry = self._mapping_for(line, number)
        another = self._list_of_another(line, entry)
        container = another or entry
        if container.layout.is_list:
            # A key that can only stand in an entry of that list.
            inner = self._push(Container(container.layout.under("") or UNKNOWN, container, line))
            container.members.append(line)
            self._join(inner, line, self._lines.indent(line.start) + ("  " if another else ""))
            return Placed(line, container, inner, misses_dash=True)
        self._join(container, line, self._lines.indent(line.start))
        return Placed(line, container)

    def _list_of_another(self, line: Line, entry: Container) -> Container | None:
        """The list of an entry that has a key already, which stands where the dash of another entry would."""
        indent, outer = self._lines.indent(line.start), entry.outer
        is_beside = outer is not None and outer.layout.is_list and indent in outer.indents
        return outer if is_beside and indent not in entry.indents and self._has(entry, line.key) else None

    def _join(self, container: Container, line: Line, indent: str | None) -> None:
        del self._open[self._open.index(container) + 1 :]
        container.members.append(line)
        if indent is not None:
            container.indents[indent] += 1

    def _push(self, container: Container) -> Container:
        """Open a list or a mapping in another one that is open."""
        if container.outer is not None:
            del self._open[self._open.index(container.outer) + 1 :]
            container.depth = container.outer.depth + 1
        self._open.append(container)
        return container

    def _below_last(self, *, is_list: bool) -> Container | None:
        """What the last line opens: a list or mapping below its key or dash; not yet among those that are open."""
        last = self._last
        if last is None or not last.line.opens or last.innermost not in self._open:
            return None
        layout = last.innermost.layout.under(last.line.key)
        if layout is None or layout.is_list != is_list:
            entry = layout.under("") if layout is not None and layout.is_list else None
            layout = _OF_LISTS if is_list else entry or UNKNOWN
        return Container(layout, last.innermost, last.line)

    def _is_deeper(self, line: Line, above: Line | None) -> bool:
        """Whether a line is indented more than the key, or the dash, of another one; so is what a tab indents."""
        column, own = self._lines.column(line.start), self._lines.own(above) if above is not None else None
        return above is not None and (column is None or own is None or column > own)

    def _list_for(self, line: Line) -> Container | None:
        lists = [each for each in reversed(self._open) if self._is_list(each)]
        child = self._below_last(is_list=True)
        lead = self._lines.lead(line)
        for layout in self._named:
            if layout.is_list and lead in layout.keys:
                return self._of_layout(layout, [*([child] if child else []), *lists])
        exact = self._exact(line, lists)
        if exact is not None:
            return exact
        if child is not None:
            return self._push(child)
        nearest = self._nearest(line, self._is_list)
        return nearest or self._missing_below(lambda layout: layout.is_list)

    def _of_layout(self, layout: Layout, containers: Sequence[Container]) -> Container | None:
        """The list of that layout which is open, or opens, or whose key is missing."""
        for each in containers:
            if each.layout is layout:
                return each if each in self._open else self._push(each)
        return self._missing_below(lambda other: other is layout)

    def _missing_below(self, is_wanted: Callable[[Layout], bool]) -> Container | None:
        """A list or mapping whose key is missing in what is open."""
        for outer in reversed(self._open):
            for key, layout in outer.layout.below.items():
                if key and is_wanted(layout) and not self._has(outer, key):
                    return self._push(Container(layout, outer, missing=key))
        return None

    def _has(self, container: Container, key: str | None) -> bool:
        return any(each.key == key for each in container.members)

    def _mapping_for(self, line: Line, number: int) -> Container:
        mappings = [each for each in reversed(self._open) if not self._is_list(each)]
        if self._is_name(line, number):
            return self.root
        child, home = self._below_last(is_list=False), self._home(line, mappings)
        if child is not None and self._is_deeper(line, child.above) and self._belongs_below(line, child, home):
            return self._push(self._as_entry(child, number))
        if child is not None and child.outer is self.root and line.key in child.layout.keys - self._layout.keys:
            return self._push(self._as_entry(child, number))
        exact = self._exact(line, mappings if self._may_be_of_root(line) else mappings[:-1])
        if exact is not None and (home is None or home is exact or self._may_have(exact, line)):
            return exact
        if child is not None and home is None and self._asks_for(line, child):
            return self._push(self._as_entry(child, number))
        return home or self._without_home(line)

    def _may_have(self, container: Container, line: Line) -> bool:
        """Whether a key that belongs elsewhere may be of a mapping all the same."""
        if container.layout.keys:
            return container.layout.has_others
        return line.key not in by_language({each.key or "" for each in (*container.members, line)})

    def _asks_for(self, line: Line, child: Container) -> bool:
        """Whether a key that has no other home can stand below the last line, however it is indented."""
        return line.key in child.layout.keys or (child.outer is not None and bool(child.outer.layout.keys))

    def _belongs_below(self, line: Line, child: Container, home: Container | None) -> bool:
        """Whether a key that is indented more than the last line can stand below that, though it may have a home."""
        if home is None or line.key in child.layout.keys:
            return True
        return self._lines.column(line.start) is not None and home is child.outer and not child.layout.keys

    def _as_entry(self, child: Container, number: int) -> Container:
        """The list whose entry a mapping would be, if more entries with a dash follow it."""
        outer = child.outer
        layout = outer.layout.under(child.above.key) if outer is not None and child.above is not None else None
        if outer is None or layout is None or not layout.is_list:
            return child
        for line in self._all[number + 1 :]:
            if line.has_dash and self._lines.lead(line) in layout.keys:
                return Container(layout, outer, child.above)
            if line.key in outer.layout.keys:
                break
        return child

    def _is_name(self, line: Line, number: int) -> bool:
        """Whether the line begins an entry of a file whose keys are names: what stands below is a key of that."""
        entry, below = self._layout.entry, self._all[number + 1] if number + 1 < len(self._all) else None
        if entry is None or below is None or below.has_dash or not line.opens:
            return False
        return below.key in entry.keys and (line.key not in entry.keys or not self._lines.indent(line.start))

    def _may_be_of_root(self, line: Line) -> bool:
        """Whether a line that is not indented can be a key of the file."""
        entry = self._layout.entry
        if entry is not None and len(self._open) > 1:
            return line.key not in entry.keys and (line.opens or line.kind == "{")
        return True

    def _home(self, line: Line, mappings: Sequence[Container]) -> Container | None:
        """The innermost mapping to which a key belongs wherever it stands; its list, where that has no entry yet."""
        for each in mappings:
            if line.key in each.layout.keys:
                return each
        for layout in self._named:
            if line.key in layout.keys and not layout.is_list:
                if (container := self._missing_entry(layout)) is not None:
                    return container
                if len(self._open) == 1 and not self.root.members and self._lines.indent(line.start):
                    return self._of_layout(layout, [])
        return None

    def _missing_entry(self, layout: Layout) -> Container | None:
        """The open list of which a mapping of that layout would be an entry."""
        for each in reversed(self._open):
            if each.layout.is_list and each.layout.under("") is layout:
                return each
        return None

    def _without_home(self, line: Line) -> Container:
        """Where a key belongs that is not known: to what is nearest."""
        innermost, column = self._open[-1], self._lines.column(line.start)
        if not self._is_list(innermost) and not innermost.layout.keys and self._is_deeper(line, innermost.above):
            return innermost
        found = self._nearest(line, lambda each: not self._is_list(each)) or self.root
        entry = innermost.layout.under("")
        if not innermost.layout.is_list or entry is None or not entry.has_others:
            return found
        # An entry without its dash.
        beside, own = self._columns(innermost)[0] + 2, self._columns(found)[0]
        return found if column is not None and abs(own - column) < abs(beside - column) else innermost

    def _is_list(self, container: Container) -> bool:
        if container is self.root and container.members:
            return container.members[0].has_dash
        return container.layout.is_list or (
            container is self.root and self._layout is UNKNOWN and not container.members
        )

    def _exact(self, line: Line, containers: Sequence[Container]) -> Container | None:
        """The innermost of some whose lines are indented by the same signs; before others one that has such a key."""
        indent = self._lines.indent(line.start)
        alike = [each for each in containers if indent in each.indents]
        as_most = [each for each in alike if each.indents[indent] == max(each.indents.values())]
        return next((each for each in alike if line.key in each.layout.keys), next(iter(as_most), None))

    def _nearest(self, line: Line, is_wanted: Callable[[Container], bool]) -> Container | None:
        """The open list or mapping whose lines are indented most like this one; the innermost where nobody can tell."""
        wanted = [each for each in reversed(self._open) if is_wanted(each)]
        column = self._lines.column(line.start)
        if column is None or not wanted:
            return wanted[0] if wanted else None

        return min(wanted, key=lambda each: min(abs(own - column) for own in self._columns(each)))

    def _columns(self, container: Container) -> list[int]:
        """By how much the lines of a list or mapping are indented; where tabs do it, what is usual."""
        columns = [len(each) for each in container.indents if "\t" not in each]
        return columns or [2 + self._columns(container.outer)[0] if container.outer is not None else 0]
