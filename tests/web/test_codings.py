"""Content codings: which, how, and that nothing is lost or kept back by them."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli
import pytest
import zstandard
from endless import BEGUN
from hypothesis import given
from hypothesis import strategies as st

from digigraph.errors import QueryCrashed
from digigraph.media import RESULTS_TSV
from digigraph.store.answering.answer import Answer
from digigraph.web.protocol.codings import CODINGS, IDENTITY, CodedAnswer, acceptable, encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from webserver import Server, Serving

ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 20000"
"""About 10 MB, of which the last bytes are computed after the first were sent."""


def _unzstd(data: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


DECODE: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": _unzstd,
    "br": brotli.decompress,
    IDENTITY: bytes,
}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, [IDENTITY]),
        ("", [IDENTITY]),
        ("gzip", ["gzip", IDENTITY]),
        ("x-gzip", ["gzip", IDENTITY]),
        ("GZIP ; Q=0.5", ["gzip", IDENTITY]),
        ("gzip, deflate, br, zstd", ["zstd", "br", "gzip", IDENTITY]),
        ("gzip;q=1.0, br;q=0.9, zstd;q=0", ["gzip", "br", IDENTITY]),
        ("identity, gzip;q=0.5", [IDENTITY, "gzip"]),
        ("identity;q=0.5, gzip;q=0.2", [IDENTITY, "gzip"]),
        ("*", ["zstd", "br", "gzip", IDENTITY]),
        ("br, *;q=0", ["br"]),
        ("*;q=0, identity;q=0.1", [IDENTITY]),
        ("gzip, identity;q=0", ["gzip"]),
        ("identity;q=0", []),
        ("*;q=0", []),
        ("compress, deflate", [IDENTITY]),
        # What is no weight says nothing of its coding.
        ("gzip;q=2, br;q=x", [IDENTITY]),
        (",, ;q=1, gzip", ["gzip", IDENTITY]),
    ],
)
def test_codings_are_chosen_by_weight(header: str | None, expected: list[str]):
    """Weights, ``*`` and identity mean what RFC 9110, section 12.5.3, says; among equals the server chooses."""
    assert acceptable(header, "text/turtle") == expected


@pytest.mark.parametrize("media_type", ["image/png", "application/gzip", "application/zstd", "font/woff2"])
def test_what_is_compressed_already_stays_as_it_is(media_type: str):
    """Pictures, fonts and archives get no coding, whatever the client takes."""
    assert acceptable("gzip, br, zstd", media_type) == [IDENTITY]


@given(st.one_of(st.text(), st.text(alphabet="gzipbr*;,q=.01 ")))
def test_no_header_breaks_the_choice(header: str):
    """Whatever a client sends, the answer is a list of codings."""
    assert set(acceptable(header, "text/csv")) <= {*CODINGS, IDENTITY}


@given(st.binary(max_size=5000), st.sampled_from([*CODINGS, IDENTITY]))
def test_a_whole_body_comes_back(data: bytes, coding: str):
    """What was coded as a whole decodes to the same bytes, and is coded to the same bytes again."""
    assert DECODE[coding](encode(data, coding)) == data
    assert encode(data, coding) == encode(data, coding)


@given(st.lists(st.binary(max_size=300)), st.sampled_from(CODINGS))
def test_an_answer_comes_back(pieces: list[bytes], coding: str):
    """What was coded as it came decodes to the same bytes, however it came."""
    answer = Answer(RESULTS_TSV, version=None, limit=10**6)
    coded = CodedAnswer(answer, coding)
    received = b""
    for piece in pieces:
        answer.write(piece)
        received += coded.read_ready() or b""
    answer.finish()
    while data := coded.read_ready():
        received += data
    assert data == b""
    assert DECODE[coding](received) == b"".join(pieces)
    coded.close()


def _decoder(coding: str) -> Callable[[bytes], bytes]:
    """A decoder of what has come so far."""
    if coding == "gzip":
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS).decompress
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress
    return brotli.Decompressor().process


@pytest.mark.parametrize("coding", CODINGS)
def test_rows_are_not_kept_back_while_an_answer_pauses(coding: str):
    """Whenever no more has come, everything that had come can be decoded."""
    answer = Answer(RESULTS_TSV, version=None, limit=10**6)
    coded, decode = CodedAnswer(answer, coding), _decoder(coding)
    for row in (b"a row\n", b"another\n"):
        answer.write(row)
        received = b""
        while (data := coded.read_ready()) is not None:
            received += decode(data)
        assert received == row
    coded.close()


@pytest.mark.parametrize("coding", CODINGS)
def test_a_failing_answer_has_no_end(coding: str):
    """An answer that fails raises, and what was sent of it does not decode as a whole."""
    answer = Answer(RESULTS_TSV, version=None, limit=10**6)
    coded = CodedAnswer(answer, coding)
    answer.write(b"a row\n" * 1000)
    received = b"".join(iter(coded.read_ready, None))
    answer.write(b"another")
    answer.fail(QueryCrashed("gone"))
    with pytest.raises(QueryCrashed):
        coded.read_ready()
    assert not _is_whole(received, coding)
    assert _is_whole(encode(b"a row\n" * 1000, coding), coding)
    coded.close()


def _is_whole(data: bytes, coding: str) -> bool:
    """Tell whether coded data comes to its end, by the decoder's word."""
    if coding == "br":
        decoder = brotli.Decompressor()
        decoder.process(data)
        return decoder.is_finished()
    other = zstandard.ZstdDecompressor().decompressobj() if coding == "zstd" else zlib.decompressobj(wbits=31)
    other.decompress(data)
    return other.eof


@pytest.mark.parametrize("coding", CODINGS)
def test_answers_are_compressed(client: FlaskClient, coding: str):
    """An answer under a coding says which, decodes to the answer without, and has another entity tag."""
    plain = client.get("/sparql", query_string={"query": ALL})
    coded = client.get("/sparql", query_string={"query": ALL}, headers={"Accept-Encoding": coding})
    assert coded.headers["Content-Encoding"] == coding
    assert DECODE[coding](coded.data) == plain.data
    assert len(coded.data) < len(plain.data) / 3
    assert coded.headers.get("ETag", "") != plain.headers.get("ETag")


@pytest.mark.parametrize("path", ["/sparql?query=ASK{}", "/healthz"])
def test_small_answers_are_left_alone(client: FlaskClient, path: str):
    """What fits into a packet anyway is sent as it is, unless the client does not take it so."""
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "gzip"}).headers
    strict = client.get(path, headers={"Accept-Encoding": "gzip, identity;q=0"})
    assert strict.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(strict.data) == client.get(path).data


@pytest.mark.parametrize("path", ["/static/style.css", "/sparql", "/no-such-path"])
def test_everything_else_is_compressed_too(client: FlaskClient, path: str):
    """Style sheets, pages and problem pages are coded like answers."""
    headers = {"Accept": "text/html, text/css", "Accept-Encoding": "gzip, identity;q=0"}
    plain, coded = (client.get(path, headers=each, buffered=True) for each in ({"Accept": headers["Accept"]}, headers))
    assert coded.headers["Content-Encoding"] == "gzip"
    assert coded.status_code == plain.status_code
    assert len(gzip.decompress(coded.data)) == len(plain.data)


def test_post_is_compressed(client: FlaskClient):
    """Answers to POST are coded like those to GET; they have no entity tag."""
    response = client.post("/sparql", data={"query": ALL}, headers={"Accept-Encoding": "br"})
    assert response.headers["Content-Encoding"] == "br"
    assert "ETag" not in response.headers
    assert brotli.decompress(response.data) == client.post("/sparql", data={"query": ALL}).data


def test_who_takes_nothing_is_told_what_there_is(client: FlaskClient):
    """Where neither the body as it is nor a coding of ours is acceptable, the answer is 406 and lists them."""
    response = client.get("/sparql", query_string={"query": ALL}, headers={"Accept-Encoding": "compress, *;q=0"})
    assert response.status_code == 406
    assert response.get_json()["available"] == [*CODINGS, IDENTITY]


@pytest.mark.parametrize("path", [f"/sparql?query={quote(ALL)}", "/sparql", "/static/style.css", "/healthz"])
@pytest.mark.parametrize("coding", [*CODINGS, IDENTITY])
def test_head_says_what_get_says(client: FlaskClient, path: str, coding: str):
    """HEAD has the headers of GET, the length of the coded body among them, and no body."""
    headers = {"Accept-Encoding": coding, "Accept": "text/html, */*;q=0.5"}
    head, got = (client.open(path, method=each, headers=headers, buffered=True) for each in ("HEAD", "GET"))
    assert head.data == b""
    for response in (head, got):
        response.headers.pop("Date", None)
    assert dict(head.headers) == dict(got.headers)


class TestOverHttp:
    """With a server and long answers, that are coded as they are sent."""

    @pytest.mark.parametrize("coding", CODINGS)
    def test_long_answers_are_compressed_as_they_come(self, server: Server, coding: str):
        """A long answer decodes to the answer without a coding, and has a weak entity tag."""
        plain = _get(server, LONG, IDENTITY)
        coded = _get(server, LONG, coding)
        assert coded.getheader("Content-Encoding") == coding
        assert coded.getheader("ETag").startswith('W/"')
        assert coded.getheader("ETag")[2:].strip('"') == f"{plain.getheader('ETag').strip(chr(34))}-{coding}"
        assert DECODE[coding](coded.body) == plain.body

    @pytest.mark.parametrize("coding", CODINGS)
    def test_the_first_rows_arrive_while_the_rest_is_computed(self, serving: Serving, coding: str):
        """Rows of an answer without end can be decoded as soon as they come."""
        with serving(workers=2, query_seconds=3600, answer_bytes=10**12) as server:
            connection = http.client.HTTPConnection(*server.address, timeout=120)
            connection.request("GET", f"/sparql?query={quote(BEGUN)}", headers={"Accept-Encoding": coding})
            response = connection.getresponse()
            decode, decoded = _decoder(coding), b""
            while b'"value"' not in decoded:
                decoded += decode(response.read1(1000))
            connection.close()

    def test_a_broken_answer_stays_broken(self, serving: Serving):
        """An answer that fails after it has begun has no end, under a coding neither."""
        with (
            serving(workers=2, query_seconds=3600) as server,
            contextlib.closing(http.client.HTTPConnection(*server.address, timeout=120)) as connection,
        ):
            connection.request("GET", f"/sparql?query={quote(BEGUN)}", headers={"Accept-Encoding": "gzip"})
            response = connection.getresponse()
            assert (response.status, response.getheader("Content-Encoding")) == (200, "gzip")
            server.kill_all_query_processes()
            with pytest.raises(http.client.IncompleteRead):
                response.read()


class _Got(http.client.HTTPResponse):
    body: bytes


def _get(server: Server, query: str, coding: str) -> _Got:
    with contextlib.closing(http.client.HTTPConnection(*server.address, timeout=120)) as connection:
        connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept-Encoding": coding})
        response = connection.getresponse()
        response.body = response.read()
        return response
