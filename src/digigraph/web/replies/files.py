"""Files as bodies of responses, whole or a range of them (RFC 9110, section 14)."""

from __future__ import annotations

import datetime as dt
import mimetypes
import os
import re
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Self

from flask import Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from digigraph.web.protocol.conditions import Tags

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*", re.ASCII | re.IGNORECASE)


class File:
    """A file as the body of a response: read piece by piece while it is sent, so that none is in memory as a whole.

    It stays open, and whole, though its snapshot be pruned meanwhile.

    Parameters
    ----------
    path
        Where it is.

    Raises
    ------
    OSError
        It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        status = os.fstat(self._file.fileno())
        self.size, self.modified = status.st_size, int(status.st_mtime)
        self._left = self.size

    def narrow(self, first: int, last: int) -> None:
        """Send the bytes from one place to another alone, both included and counted from 0."""
        self._file.seek(first)
        self._left = last - first + 1

    def __iter__(self) -> Self:
        """Return itself."""
        return self

    def __next__(self) -> bytes:
        """Return the next piece; closes at the end."""
        piece = self._file.read(min(_CHUNK, self._left)) if self._left else b""
        if not piece:
            self.close()
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._left = 0
        self._file.close()


def static_file(filename: str) -> Response:
    """Return a file of the application's own folder ``static``.

    Raises
    ------
    NotFound
        There is none of that name.
    """
    assert current_app.static_folder is not None  # noqa: S101 - there is one
    path = safe_join(current_app.static_folder, filename)
    if path is None:
        raise NotFound
    try:
        file = File(Path(path))
    # ValueError: no name of a file has NUL in it.
    except (OSError, ValueError) as error:
        raise NotFound from error
    response = Response(file, mimetype=mimetypes.guess_type(filename)[0] or "application/octet-stream")
    response.content_length = file.size
    response.last_modified = dt.datetime.fromtimestamp(file.modified, dt.UTC)
    response.set_etag(f"{file.modified:x}-{file.size:x}")
    response.headers["Accept-Ranges"] = "bytes"
    return response


def choose_range(response: Response, file: File) -> bool:
    """Make a response for a whole file one for the range that is asked for; False where there is no such range.

    What is no range of bytes is passed over, and so are several ranges at once: the whole file is sent, as the standard
    allows (sections 14.2 and 15.3.7).
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if request.method != "GET" or found is None or not _still_that(response):
        return True
    first, last, suffix = found.groups()
    if first and last and _number(last) < _number(first):
        return True
    begin = max(0, file.size - _number(suffix)) if suffix else _number(first)
    end = min(file.size - 1, _number(last) if last else file.size)
    if begin > end:
        return False
    file.narrow(begin, end)
    response.status_code = HTTPStatus.PARTIAL_CONTENT
    response.content_length = end - begin + 1
    response.headers["Content-Range"] = f"bytes {begin}-{end}/{file.size}"
    return True


def _number(digits: str) -> int:
    # Python reads no number of thousands of digits; 19 lead beyond the end of every file.
    return int(digits.lstrip("0")[:19] or "0")


def _still_that(response: Response) -> bool:
    """Whether the client's part is of what is here: If-Range, by strong comparison (section 13.1.5)."""
    wanted = request.headers.get("If-Range")
    if wanted is None:
        return True
    tag, is_weak = response.get_etag()
    if '"' in wanted:
        tags = Tags.of(wanted)
        return tags is not None and tag is not None and not is_weak and tags.has(tag, weak=False)
    try:
        return response.last_modified is not None and parsedate_to_datetime(wanted) == response.last_modified
    except ValueError:
        return False
