"""Questions to a SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from digigraph.harvesting.client import Request
from digigraph.harvesting.exchange import FetchFailed
from digigraph.media import RESULTS_JSON

if TYPE_CHECKING:
    from digigraph.harvesting.client import Client
    from digigraph.harvesting.exchange import Response


class _Value(msgspec.Struct):
    value: str


class _Solutions(msgspec.Struct):
    bindings: list[dict[str, _Value]]


class _Results(msgspec.Struct):
    results: _Solutions


_DIGITS = 30
_DECODER = msgspec.json.Decoder(_Results)


def query_request(endpoint: str, query: str, accept: str) -> Request:
    """Return the request that asks a query by GET."""
    mark = "&" if "?" in endpoint else "?"
    return Request(url=f"{endpoint}{mark}{urlencode({'query': query})}", accept=accept, obeys_robots=False)


def solutions(response: Response) -> list[dict[str, str]]:
    """Return the solutions of an answer in JSON, the values without their types.

    Raises
    ------
    FetchFailed
        It is none; says why.
    """
    if not response.is_ok:
        said = " ".join(response.body[:200].decode("utf-8", "replace").split())
        raise FetchFailed(response.url, f"The query is answered with the status {response.status}: {said}")
    if response.media_type not in {RESULTS_JSON.media_type, *RESULTS_JSON.aliases}:
        raise FetchFailed(
            response.url, f"The answer has the media type {response.media_type!r}, not that of results in JSON."
        )
    try:
        found = _DECODER.decode(response.body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FetchFailed(response.url, f"The answer is no SPARQL result in JSON: {error}.") from error
    return [{name: each.value for name, each in row.items()} for row in found.results.bindings]


def ask(client: Client, endpoint: str, query: str) -> list[dict[str, str]]:
    """Return the solutions of a query; see :func:`solutions`."""
    return solutions(client.fetch(query_request(endpoint, query, RESULTS_JSON.media_type)))


def number(client: Client, endpoint: str, name: str, query: str) -> int | None:
    """Return the number that a query with one solution gives a variable; None where it is none."""
    value = next(iter(ask(client, endpoint, query)), {}).get(name, "")
    return int(value) if value.isdecimal() and len(value) <= _DIGITS else None
