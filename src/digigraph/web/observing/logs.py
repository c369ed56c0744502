"""The log: what went wrong, in words; or a JSON object a line, for every request as well."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import logging
import os
import queue
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings
    from digigraph.web.observing.record import Record

JSON, TEXT = "json", "text"
_PATH = 500
"""Characters of a path that the log shows."""
_DIGITS = 16
_MOST_LINES = 10_000
_CLOSE_SECONDS = 1.0

Member = str | int | float | bool


class _JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the trace of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Member] = {
            "time": _written(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _written(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds")


class _Writer:
    """Writes lines in a thread of its own: whoever reads the log slowly, or not at all, holds nobody up.

    Lines that cannot be written, and those beyond a bound, are dropped, and their number is said when there is room.
    """

    def __init__(self, descriptor: int) -> None:
        # Not through sys.stderr: a thread that stands in its lock would make the end of the process a crash.
        self._descriptor = descriptor
        self._lines: queue.Queue[str | None] = queue.Queue(_MOST_LINES)
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def flush(self) -> None:
        """Do nothing: the thread writes as it can."""

    def close(self) -> None:
        """Write what is left, for as long as a stop may take."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=_CLOSE_SECONDS)
            self._thread.join(_CLOSE_SECONDS)

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            dropped, self._dropped = self._dropped, 0
            if dropped:
                lost = {"level": "warning", "message": f"{dropped} lines of the log were dropped."}
                line = f"{json.dumps(lost)}\n{line}"
            try:
                self._put(line.encode("utf-8", "backslashreplace"))
            except OSError:
                # A disk that is full, a pipe that nobody empties: what cannot be written now is not written later.
                self._dropped += dropped + 1

    def _put(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]


@contextlib.contextmanager
def logged(settings: Settings) -> Iterator[Callable[[Record], None]]:
    """Let this process log as the settings say; gives what is to be called with every exchange that is over."""
    if settings.log_format != JSON:
        yield _nothing
        return
    writer = _Writer(sys.stderr.fileno())
    handler = logging.StreamHandler(writer)
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    with_text = settings.log_queries == TEXT
    try:
        yield lambda record: writer.write(json.dumps(members(record, with_text=with_text), ensure_ascii=False) + "\n")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        writer.close()


def _nothing(_: Record) -> None:
    """Log no exchange: problems log themselves."""


def members(record: Record, *, with_text: bool) -> dict[str, Member]:
    """Return what the log says of an exchange.

    Neither headers nor parameters, which may hold secrets; of the query a hash, and its text where that is asked for.
    """
    line: dict[str, Member] = {
        "time": _written(dt.datetime.now(dt.UTC).timestamp()),
        "level": "info",
        "event": "request",
        "request_id": record.request_id,
        "client": record.client,
        "method": record.method,
        "path": record.path[:_PATH],
        "route": record.route,
        "status": record.status,
        "seconds": round(record.seconds, 6),
        "bytes": record.bytes,
        "kept": record.is_kept,
        "broken": record.is_broken,
    }
    if record.rows is not None:
        line["rows"] = record.rows
    if record.problem:
        line["problem"] = record.problem
    if record.query:
        line["query_hash"] = hashlib.sha256(record.query.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
        if with_text:
            line["query"] = record.query
    return line
