"""The log: what went wrong, in words; or a JSON object a line, for every request as well."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from digigraph.settings import Settings
    from digigraph.web.record import Record

JSON, TEXT = "json", "text"
_PATH = 500
"""Characters of a path that the log shows."""
_DIGITS = 16

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


def configure(settings: Settings) -> Callable[[Record], None]:
    """Let this process log as the settings say; return what is to be called with every exchange that is over."""
    if settings.log_format != JSON:
        return _nothing
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    with_text = settings.log_queries == TEXT

    def write(record: Record) -> None:
        # In one call: lines of several threads do not mix.
        sys.stderr.write(json.dumps(members(record, with_text=with_text), ensure_ascii=False) + "\n")

    return write


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
    if record.problem:
        line["problem"] = record.problem
    if record.query:
        line["query_hash"] = hashlib.sha256(record.query.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
        if with_text:
            line["query"] = record.query
    return line
