"""Where pages and replies lead on this site: in the same state, in the one that is served, with the same parameters."""

from __future__ import annotations

from urllib.parse import quote

from flask import request

from digigraph.web.site.answering import site

# What may stand in parameters as it is (RFC 3986, section 3.4), and what is encoded already.
_IN_PARAMETERS = "%!$&'()*+,;=:@/?-._~"


def local(path: str) -> str:
    """Return what leads from a page to a path of the same state."""
    return rooted(site().prefix + path)


def rooted(path: str) -> str:
    """Return what leads from a page to a path of the server, below the path that readers have it under."""
    return site().root + path


def present_path() -> str:
    """Return the path, with its parameters, of the same in the state that is served; fit for a header."""
    return with_parameters(request.path.removeprefix(site().prefix))


def with_parameters(path: str) -> str:
    """Return a path, percent-encoded, with the parameters of the request; whatever would end a URL is encoded, too."""
    parameters = quote(request.query_string, safe=_IN_PARAMETERS)
    return quote(path, safe="/~") + (f"?{parameters}" if parameters else "")
