"""Rules of HTTP that the server underneath lets pass: who is meant, how a body is framed."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digigraph.web.exchanges.wsgi import Scope

# uri-host [ ":" port ] (RFC 9110, section 7.2; RFC 3986, section 3.2.2). That of an http URL is not empty (section
# 4.2.1).
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::\d*)?", re.ASCII)

_OLD = frozenset({"1", "1.0"})
_VERSIONS = _OLD | {"1.1"}


def fault_of(scope: Scope) -> HTTPStatus | None:
    """Return the status of a request that breaks the rules, which no cache or proxy in front would read the same way.

    Returns
    -------
    HTTPStatus | None
        400 for a version other than HTTP/1.0 and 1.1, and where HTTP/1.1 names no host, several, or none that is one
        (RFC 9112, section 3.2); 501 for a transfer coding other than one ``chunked`` (section 6.1); 417 for an
        expectation other than ``100-continue`` (RFC 9110, section 10.1.1).
    """
    if scope["http_version"] not in _VERSIONS:
        return HTTPStatus.BAD_REQUEST
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    # An HTTP/1.0 client may leave it out.
    is_old = scope["http_version"] in _OLD
    if not (is_old and hosts in ([], [b""])) and (len(hosts) != 1 or not _HOST.fullmatch(hosts[0])):
        return HTTPStatus.BAD_REQUEST
    codings = [value.strip().lower() for name, value in scope["headers"] if name == b"transfer-encoding"]
    if codings not in ([], [b"chunked"]):
        return HTTPStatus.NOT_IMPLEMENTED
    expected = [value.strip().lower() for name, value in scope["headers"] if name == b"expect"]
    return HTTPStatus.EXPECTATION_FAILED if expected not in ([], [b"100-continue"]) else None
