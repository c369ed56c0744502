"""How many rows an answer has, counted in the bytes that the engine writes: it says so nowhere else in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digigraph.errors import AnswerTooLarge
from digigraph.media import RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyoxigraph as ox

    from digigraph.media import Format

# What stands once for each row and in no value: quotes in JSON strings and "<" in XML are escaped, as are line feeds
# in TSV. In JSON it stands between two rows; a row that binds nothing does not count.
_MARKS = {RESULTS_JSON: b'}},{"', RESULTS_XML: b"<result>", RESULTS_TSV: b"\n"}
_NO_ROWS = b'"bindings":[]}}'


class Rows:
    """Counts the rows of a SELECT in what is written, or the triples of a graph.

    Parameters
    ----------
    format
        What the bytes are written in.
    most
        Rows that the answer may have.
    mark
        What stands once for each row, if it is not what our own engine writes.
    """

    def __init__(self, format: Format, *, most: int, mark: bytes | None = None) -> None:  # noqa: A002 - the field's word
        self._mark = mark or _MARKS.get(format)
        self._quotes = format is RESULTS_CSV
        self._most = most
        # What stands above the rows, or is not between two.
        self._count = 1 if format is RESULTS_JSON else -1 if format in {RESULTS_CSV, RESULTS_TSV} else 0
        self._rest = b""
        self._is_quoted = False
        self._is_json = format is RESULTS_JSON
        self._end = b""

    @property
    def total(self) -> int:
        """Rows or triples so far; of JSON once it is whole, and without rows that bind nothing."""
        return self._count - self._end.endswith(_NO_ROWS)

    def add(self, piece: bytes) -> None:
        """Count the rows in the next piece of the answer.

        Raises
        ------
        AnswerTooLarge
            There are more than may be.
        """
        if self._quotes:
            self._count += self._unquoted_lines(piece)
        elif self._mark is not None:
            joined = self._rest + piece
            self._count += joined.count(self._mark)
            # A mark that is cut in two is counted once, with its end.
            self._rest = joined[max(0, len(joined) - len(self._mark) + 1) :]
        if self._is_json:
            self._end = (self._end + piece[-len(_NO_ROWS) :])[-len(_NO_ROWS) :]
        if self._count > self._most:
            raise _too_many(self._most)

    def each(self, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
        """Yield the same triples, and count them; raises as :meth:`add`."""
        for triple in triples:
            if self._count == self._most:
                raise _too_many(self._most)
            self._count += 1
            yield triple

    def _unquoted_lines(self, piece: bytes) -> int:
        """Line feeds outside quotes; a doubled quote leaves them and comes back."""
        parts = piece.split(b'"')
        lines = sum(part.count(b"\n") for part in parts[self._is_quoted :: 2])
        self._is_quoted ^= len(parts) % 2 == 0
        return lines


def _too_many(most: int) -> AnswerTooLarge:
    """Return the error of an answer that has more rows or triples than may be."""
    return AnswerTooLarge(
        f"The answer has more than {most} rows.",
        hint="Ask for fewer: LIMIT and OFFSET with ORDER BY give it page by page. The setting is answer_rows.",
    )
