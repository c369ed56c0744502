"""The IRIs by which the engine reaches other endpoints, and which endpoints it may; see ``federation``."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

_DOOR = re.compile(r"http://127\.0\.0\.1:\d+/[\w-]{22}/(\S+)")


def door(port: int, secret: str, endpoint: str) -> str:
    """Return the IRI, on loopback, that leads to an endpoint; ``secret`` is 16 bytes in base64url."""
    return f"http://127.0.0.1:{port}/{secret}/{quote(endpoint, safe='')}"


def without_doors(text: str) -> str:
    """Return a text of the engine with the endpoints in place of their doors: the secret stays one."""
    return _DOOR.sub(lambda match: unquote(match.group(1)), text)


def is_allowed(iri: str, prefixes: tuple[str, ...]) -> bool:
    """Tell whether an endpoint is on the allow-list: it is an entry, or goes on from one behind ``/``, ``?`` or ``#``.

    What says in its path to go up again is on no list.
    """
    if {"..", "."} & {unquote(segment) for segment in urlsplit(iri).path.split("/")}:
        return False
    return any(iri == each or iri.startswith((each.rstrip("/") + "/", each + "?", each + "#")) for each in prefixes)
