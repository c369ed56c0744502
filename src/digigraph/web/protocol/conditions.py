"""Conditional requests (RFC 9110, section 13): does the client hold what it would get?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
READING = frozenset({"GET", "HEAD"})
"""The methods whose answers have entity tags here."""


@dataclass(frozen=True, slots=True)
class Tags:
    """The entity tags that a header field lists.

    Parameters
    ----------
    written
        From each opaque tag to how it was written, ``W/`` and quotes included.
    any
        Whether it is ``*``, which every tag matches.
    """

    written: dict[str, str]
    any: bool

    @classmethod
    def of(cls, header: str | None) -> Tags | None:
        """Read If-Match or If-None-Match; what is no entity tag is passed over. None where there is no such field."""
        if header is None:
            return None
        return cls({each[2]: each[0] for each in _TAG.finditer(header)}, any=header.strip() == "*")

    def has(self, tag: str, *, weak: bool) -> bool:
        """Tell whether a strong tag is among them, by strong comparison; where ``weak``, by weak comparison."""
        written = self.written.get(tag)
        return self.any or (written is not None and (weak or not written.startswith("W/")))


def held(tags: Iterable[str]) -> str | None:
    """Return how the client writes that of these tags which it says to hold; None where it holds none of them.

    For a client that holds an answer to this very request, which was a success then: what it holds can be told
    without computing it again. ``*`` and other conditions tell nothing of that.
    """
    none_match = Tags.of(request.headers.get("If-None-Match"))
    if none_match is None or "If-Match" in request.headers or request.method not in READING:
        return None
    return next((none_match.written[tag] for tag in tags if tag in none_match.written), None)


def status_of(response: Response) -> int:
    """Return the status that a successful response to GET or HEAD gets by the conditions of the request.

    They are looked at in the order of section 13.2.2. Dates count for what has a date, and against no entity tag.
    """
    tag, is_weak = response.get_etag()
    if_match, none_match = (Tags.of(request.headers.get(each)) for each in ("If-Match", "If-None-Match"))
    date, since, unless = response.last_modified, request.if_modified_since, request.if_unmodified_since
    if if_match is not None:
        if not if_match.any and (tag is None or is_weak or not if_match.has(tag, weak=False)):
            return HTTPStatus.PRECONDITION_FAILED
    elif date and unless and date > unless:
        return HTTPStatus.PRECONDITION_FAILED
    if none_match is not None:
        is_held = none_match.any or (tag is not None and none_match.has(tag, weak=True))
        return HTTPStatus.NOT_MODIFIED if is_held else response.status_code
    if date and since and date <= since:
        return HTTPStatus.NOT_MODIFIED
    return response.status_code
