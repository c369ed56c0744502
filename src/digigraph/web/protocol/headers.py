"""Headers that every response has, and the names of those that are ours."""

from __future__ import annotations

QUERY_ID_HEADER = "Digigraph-Query-Id"
"""Header of requests and of responses."""
SNAPSHOT_HEADER = "Digigraph-Snapshot"


def policy(*, script: str = "'none'", connect: str = "'none'") -> str:
    """Return a Content-Security-Policy: what comes from here, and no script unless a page needs one."""
    return (
        f"default-src 'none'; script-src {script}; connect-src {connect}; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


# Those that a script of another origin may not read unless it is said (Fetch, CORS-safelisted response-header name).
_EXPOSED = (
    *(SNAPSHOT_HEADER, QUERY_ID_HEADER, "Digigraph-Result", "Accept-Ranges", "Allow", "Content-Encoding"),
    *("Content-Range", "Date", "ETag", "Link", "Location", "Memento-Datetime", "Retry-After"),
    *("Vary", "X-Request-Id"),
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(_EXPOSED),
}
"""Headers that every response has."""
VARY = ("Accept", "Accept-Encoding")
"""Headers of the request that decide what a response is, as a rule."""
