"""Dumps: whether they are there, are what the descriptions say, and can be resumed."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from typing import TYPE_CHECKING

import pyoxigraph as ox
import zstandard

from digigraph.harvesting.asking import number
from digigraph.harvesting.client import Request
from digigraph.harvesting.exchange import Elsewhere, FetchFailed
from digigraph.harvesting.graph import FORMATS
from digigraph.harvesting.record import Problem
from digigraph.media import N_QUADS, N_TRIPLES
from digigraph.vocab import VOID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.harvesting.client import Client
    from digigraph.harvesting.dataset import Described, Dump
    from digigraph.harvesting.exchange import Response
    from digigraph.harvesting.record import Record

_MOST = 20
"""Dumps that are looked at."""
_AT_MOST = 32_000_000
"""Bytes of a dump that are fetched, and eight times as many that are unpacked."""
_UNPACKED = 8 * _AT_MOST
_IDENTITY = {"Accept-Encoding": "identity"}
_COMPRESSIONS = {"application/gzip": "gzip", "application/x-gzip": "gzip", "application/zstd": "zstd"}
_OK, _PARTIAL = 200, 206
_ASKED = 10


def check_dumps(client: Client, record: Record, described: Described, endpoint: str | None) -> None:
    """Check the dumps that the descriptions name."""
    dumps = described.dumps[:_MOST]
    if not dumps:
        return
    there: list[tuple[Dump, Response]] = []
    record.check("harvest-dump", _reach_problems(client, dumps, there))
    if not there:
        record.skip(
            *(f"harvest-dump-{each}" for each in ("size", "checksum", "triples", "ranges")),
            reason="No dump could be fetched.",
        )
        return
    if any(dump.size is not None for dump, _ in there):
        record.check("harvest-dump-size", _size_problems(there))
    else:
        record.skip("harvest-dump-size", reason="The catalogue states no size.")
    record.check("harvest-dump-ranges", _range_problems(client, there[0]))
    chosen = min((dump for dump, _ in there), key=_cost)
    got: list[Response] = []
    if not record.check("harvest-dump", _fetch_problems(client, chosen, got)):
        return
    body = got[0]
    if not body.is_whole:
        reason = f"{chosen.url} has more than {_AT_MOST / 1e6:g} MB."
        record.skip("harvest-dump-checksum", "harvest-dump-triples", reason=reason)
        return
    record.check("harvest-dump-checksum", _checksum_problems(chosen, body))
    record.check("harvest-dump-triples", _count_problems(client, described, chosen, body, endpoint))


def _cost(dump: Dump) -> tuple[bool, bool, int]:
    """The cheapest to read: with a format of one line a statement first, then the smallest."""
    in_lines = dump.media_type in {N_QUADS.media_type, N_TRIPLES.media_type}
    return not in_lines, dump.compression not in {"", *_COMPRESSIONS}, dump.size if dump.size is not None else _AT_MOST


def _reach_problems(client: Client, dumps: list[Dump], there: list[tuple[Dump, Response]]) -> Iterator[Problem]:
    for dump in dumps:
        try:
            response = client.fetch(Request(url=dump.url, headers=_IDENTITY, is_head=True))
        except Elsewhere:
            raise
        except FetchFailed as error:
            yield Problem(url=dump.url, message=error.message)
            continue
        if not response.is_ok:
            yield Problem(url=dump.url, message=f"It is answered with the status {response.status}.")
            continue
        there.append((dump, response))
        expected = {dump.compression} if dump.compression else {dump.media_type}
        if expected != {""} and response.media_type not in expected:
            said = f"It has the media type {response.media_type!r}, and the catalogue says {''.join(expected)!r}."
            yield Problem(url=dump.url, message=said)


def _fetch_problems(client: Client, dump: Dump, got: list[Response]) -> Iterator[Problem]:
    response = client.fetch(Request(url=dump.url, headers=_IDENTITY, at_most=_AT_MOST))
    if response.is_ok:
        got.append(response)
    else:
        yield Problem(url=dump.url, message=f"HEAD is answered with 200, and GET with {response.status}.")


def _size_problems(there: list[tuple[Dump, Response]]) -> Iterator[Problem]:
    for dump, response in there:
        length = response.headers.get("content-length", "")
        if dump.size is not None and length != str(dump.size):
            said = f"Its Content-Length is {length or 'not sent'}, and the catalogue states {dump.size} bytes."
            yield Problem(url=dump.url, message=said)


def _range_problems(client: Client, each: tuple[Dump, Response]) -> Iterator[Problem]:
    dump, whole = each
    tag, modified = whole.headers.get("etag", ""), whole.headers.get("last-modified", "")
    validator = tag if tag and not tag.startswith("W/") else modified
    if not validator:
        yield Problem(url=dump.url, message="It has neither a strong ETag nor Last-Modified.")

    def ask(**headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.fetch(Request(url=dump.url, headers={**_IDENTITY, **named}, at_most=_AT_MOST))

    last = _ASKED - 1
    part = ask(Range=f"bytes=0-{last}")
    if part.status != _PARTIAL:
        yield Problem(url=dump.url, message=f"A range is answered with the status {part.status}, not 206.")
        return
    length = whole.headers.get("content-length", "")
    expected = {f"bytes 0-{last}/{length}", f"bytes 0-{last}/*"}
    if part.headers.get("content-range", "") not in expected or len(part.body) != _ASKED:
        said = (
            f"Ten bytes are answered with {len(part.body)} and Content-Range {part.headers.get('content-range', '')!r}."
        )
        yield Problem(url=dump.url, message=said)
    if not validator:
        return
    if ask(Range=f"bytes=0-{last}", If_Range=validator).status != _PARTIAL:
        yield Problem(url=dump.url, message="If-Range with its own validator is not answered with 206.")
    if ask(Range=f"bytes=0-{last}", If_Range='"of-another-file"').status != _OK:
        yield Problem(url=dump.url, message="If-Range with the validator of another file is not answered with 200.")


def _checksum_problems(dump: Dump, response: Response) -> Iterator[Problem]:
    found = hashlib.sha256(response.body).hexdigest()
    if not dump.sha256:
        yield Problem(url=dump.url, message="The catalogue states no SHA-256 of it.")
    elif found != dump.sha256:
        yield Problem(url=dump.url, message=f"Its SHA-256 is {found}, and the catalogue states {dump.sha256}.")


def _count_problems(
    client: Client, described: Described, dump: Dump, response: Response, endpoint: str | None
) -> Iterator[Problem]:
    counted = _count(dump, response)
    stated = described.void.number(described.dataset, VOID["triples"]) if described.dataset is not None else None
    if stated is not None and counted != stated:
        yield Problem(url=dump.url, message=f"It has {counted} triples, and void:triples is {stated}.")
    if endpoint is None:
        return
    answered = number(client, endpoint, "triples", "SELECT (COUNT(*) AS ?triples) { ?s ?p ?o }")
    if counted != answered:
        yield Problem(url=dump.url, message=f"It has {counted} triples, and {endpoint} counts {answered}.")


def _count(dump: Dump, response: Response) -> int:
    """The different triples of the default graph; of all graphs where that has none."""
    media_type = dump.media_type or response.media_type
    if media_type not in FORMATS:
        raise FetchFailed(dump.url, f"It has the media type {media_type!r}, which is none of RDF.")
    data = _unpacked(dump, response)
    if data.count(b"<<") > 1000:  # noqa: PLR2004 - the engine ends on triple terms nested deeper than that
        raise FetchFailed(dump.url, "It has triple terms of RDF 1.2, which are not counted here.")
    default: set[int] = set()
    named: set[int] = set()
    try:
        for quad in ox.parse(data, format=FORMATS[media_type], base_iri=dump.url):
            (default if isinstance(quad.graph_name, ox.DefaultGraph) else named).add(hash(quad.triple))
    except (SyntaxError, ValueError, MemoryError) as error:
        raise FetchFailed(dump.url, f"It cannot be read: {error}.") from error
    return len(default or named)


def _unpacked(dump: Dump, response: Response) -> bytes:
    coding = _COMPRESSIONS.get(dump.compression or response.media_type, "")
    if not coding:
        return response.body
    source = io.BytesIO(response.body)
    try:
        with (
            gzip.GzipFile(fileobj=source)
            if coding == "gzip"
            else zstandard.ZstdDecompressor().stream_reader(source) as reader
        ):
            data = reader.read(_UNPACKED + 1)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise FetchFailed(dump.url, f"It cannot be unpacked: {error}.") from error
    if len(data) > _UNPACKED:
        raise FetchFailed(dump.url, f"It unpacks to more than {_UNPACKED / 1e6:g} MB; no more is read.")
    return data
