"""The words of a source that a finding points to."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from digigraph.errors import InputError
from digigraph.sources.files.disk import read_bytes
from digigraph.sources.rdf.files import STDIN_NAME
from digigraph.sources.rdf.formats import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from digigraph.findings import Finding, Location


@dataclass(frozen=True, slots=True)
class Excerpts:
    """Lines of the files that findings point into.

    Parameters
    ----------
    lines
        By path, without line ends and without a byte order mark; a file may be absent.
    """

    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def line(self, location: Location) -> str | None:
        """Return the line where a location begins; None where it is not known."""
        return self._line(location.path, location.line)

    def utf16_columns(self, location: Location) -> tuple[int | None, int | None]:
        """Return first column and first column behind, 1-based in UTF-16 code units; None where not known."""
        start = self._utf16(location.path, location.line, location.column)
        end = self._utf16(location.path, location.end_line, location.end_column)
        return start, end if start is not None else None

    def _line(self, path: str, number: int) -> str | None:
        lines = self.lines.get(path, ())
        return lines[number - 1] if 0 < number <= len(lines) else None

    def _utf16(self, path: str, number: int, column: int) -> int | None:
        line = self._line(path, number)
        if line is None or not column:
            return None
        return len(line[: column - 1].encode("utf-16-le", "surrogatepass")) // 2 + 1


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a source as locations count them: ended by LF or CR LF, the byte order mark left out.

    Bytes that are not UTF-8 become one replacement character each.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return [line.removesuffix("\r") for line in text.split("\n")]


def excerpts_of(folder: Path, findings: Iterable[Finding], *, stdin: bytes | None = None) -> Excerpts:
    """Return the lines that findings point to.

    Pipes can be read once only; they have none, nor has what has become unreadable since it was checked.
    """
    lines = {}
    places = {place for each in findings for place in (each.location, *each.also)}
    for path in {each.path for each in places if each.line}:
        if path == STDIN_NAME and stdin is not None:
            lines[path] = lines_of(stdin)
        elif (folder / path).is_file():
            with contextlib.suppress(InputError):
                lines[path] = lines_of(read_bytes(folder / path, at_most=MAX_BYTES))
    return Excerpts(lines)
