"""Whatever a client sends is its own mistake: answered, or refused with a reason, and never an error of the server."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digigraph.store.opening import open_backend
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from webserver import Server
    from werkzeug.test import TestResponse

    from digigraph.settings import Settings

BASE = "https://example.org/graph/"
FUZZ = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

_TEXT = """
SELECT ASK CONSTRUCT DESCRIBE FROM NAMED WHERE GRAPH FILTER EXISTS NOT BIND AS VALUES UNDEF UNION OPTIONAL
MINUS ORDER BY GROUP HAVING LIMIT OFFSET DISTINCT COUNT SUM GROUP_CONCAT SAMPLE IF COALESCE REGEX REPLACE
SUBSTR STRDT STRLANG STRLANGDIR IRI BNODE UUID TRIPLE BASE PREFIX VERSION LATERAL SERVICE LOAD a true false *
{ } ( ) [ ] . ; , / | ^ ! ? + - << >> <<( )>> {| |} ~ ^^ @en @en--ltr ?x ?y $z _:b 1 -2 3.4 5e6 1e999 'x' "y"
'''z''' <> <a> <http://e/> : x: x:y # \\u0041 \\U00110000 %
"""
_WORDS = [*_TEXT.split(), "\ud800", "\0"]
QUERIES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(_WORDS), max_size=25).map(" ".join),
    st.lists(st.sampled_from(_WORDS), max_size=12).map(lambda words: f"SELECT * {{ ?s ?p ?o {' '.join(words)} }}"),
    st.lists(st.sampled_from(_WORDS), max_size=12).map(lambda words: f"CONSTRUCT {{ ?s ?p ?o }} {' '.join(words)}"),
)
# What a header of HTTP/1.1 may be made of, and a little more.
HEADERS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=40)
LIKELY = st.lists(
    st.sampled_from(
        [*'*/,;=" .01', "q=", "text", "csv", "application", "json", "gzip", "W/", '"x"', "version=1.2", "utf-8"]
    ),
    max_size=15,
).map("".join)
ANY_HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "If-None-Match",
            "If-Match",
            "If-Modified-Since",
            "Range",
            "Content-Encoding",
            "Digigraph-Query-Id",
            "Origin",
            "Access-Control-Request-Headers",
            "Cookie",
            "Host",
        ]
    ),
    st.one_of(HEADERS, LIKELY),
    max_size=4,
)


@pytest.fixture(scope="module")
def client(published: Settings) -> Iterator[FlaskClient]:
    """A client of the application over query processes, which a query may bring down."""
    backend = open_backend(published)
    app = create_app(published, backend)
    yield app.test_client()
    app.extensions["digigraph"].kept.states.close()
    backend.close()


def _check(response: TestResponse) -> None:
    """A status that is the client's, or one of those that a query can cause; with a reason, and the headers of all."""
    assert response.status_code not in {500, 502}, response.text
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    if response.status_code >= 400 and response.mimetype == "application/problem+json" and response.data:
        assert "Content-Encoding" in response.headers or response.get_json()["detail"]


@FUZZ
@given(query=QUERIES, headers=ANY_HEADERS)
def test_queries(client: FlaskClient, query: str, headers: dict[str, str]):
    """Any text as a query, with any header fields, by GET and by POST."""
    data = query.encode("utf-8", "surrogatepass")
    for response in (
        client.get("/sparql", query_string={"query": data}, headers=headers, buffered=True),
        client.post("/sparql", data=data, content_type="application/sparql-query", headers=headers, buffered=True),
    ):
        _check(response)
        if response.status_code == 400 and response.mimetype == "application/problem+json":
            problem = response.get_json() if "Content-Encoding" not in response.headers else {}
            assert ("line" in problem) == ("column" in problem)


@FUZZ
@given(
    raw=st.one_of(
        st.binary(max_size=60),
        st.lists(
            st.sampled_from(
                [
                    b"query=",
                    b"ASK{}",
                    b"&",
                    b"=",
                    b"%",
                    b"+",
                    b"format=",
                    b"csv",
                    b"update",
                    b"\xff",
                    b"%ff",
                    b";",
                    b"%00",
                    b"default-graph-uri=",
                    b"named-graph-uri=",
                    b"http://[",
                    b"urn:x",
                    b"/..",
                    b"#",
                ]
            ),
            max_size=12,
        ).map(b"".join),
    ),
    content_type=st.one_of(
        st.sampled_from(
            ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/sparql-query"]
        ),
        HEADERS,
    ),
    headers=ANY_HEADERS,
)
def test_parameters(client: FlaskClient, raw: bytes, content_type: str, headers: dict[str, str]):
    """Any bytes as parameters or body, under any media type."""
    _check(client.get("/sparql", query_string=raw.decode("latin-1"), headers=headers, buffered=True))
    _check(client.post("/sparql", data=raw, content_type=content_type, headers=headers, buffered=True))


@FUZZ
@given(
    path=st.lists(
        st.sampled_from(
            [
                "/",
                "sparql",
                "page",
                "data",
                "id",
                "ev",
                "doc",
                "graph",
                "graph-store",
                "static",
                "..",
                "%2e%2e",
                "%00",
                "%ff",
                "person-1",
                ".ttl",
                ".nq",
                "?",
                "format=",
                "lang=",
                "page=",
                "graph=",
                "default",
                "&",
                "é",
                "%",
                " ",
                "\\",
            ]
        ),
        max_size=8,
    ).map("".join),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "FOO"]),
    headers=ANY_HEADERS,
)
def test_paths(client: FlaskClient, path: str, method: str, headers: dict[str, str]):
    """Any path, by any method."""
    _check(client.open("/" + path.lstrip("/"), method=method, headers=headers, buffered=True))


@settings(FUZZ, max_examples=60)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    b"GET ",
                    b"POST ",
                    b"/sparql?query=ASK{} ",
                    b"/ ",
                    b"//x/.. ",
                    b"HTTP/1.1\r\n",
                    b"HTTP/1.0\r\n",
                    b"Host: x\r\n",
                    b"\r\n",
                    b"Content-Length: 3\r\n",
                    b"Content-Length: -1\r\n",
                    b"Transfer-Encoding: chunked\r\n",
                    b"3\r\nASK\r\n",
                    b"0\r\n\r\n",
                    b"Expect: 100-continue\r\n",
                    b"Accept: \xff\r\n",
                    b"If-None-Match: \x01\r\n",
                    b"\0",
                    b" a: b",
                ]
            ),
            max_size=10,
        ).map(b"".join),
    )
)
def test_bytes(server: Server, data: bytes):
    """Any bytes on a connection: what comes back is no 500, and the next client is served."""
    with socket.create_connection(server.address, timeout=120) as connection:
        connection.sendall(data)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            assert b"HTTP/1.1 500" not in answer
    assert server.status("/healthz") == 200


@FUZZ
@given(
    below=st.sampled_from(["snapshots/", "timemap/link/", ""]),
    state=st.one_of(st.sampled_from(["{snapshot}", "9-0123456789ab", "latest", ".."]), st.text(max_size=12)),
    path=st.one_of(
        st.sampled_from(["", "/", "/page/person-1", "/results/x", "/sparql?query=", "/ns.ttl", ".json"]), HEADERS
    ),
    when=st.one_of(
        st.sampled_from(
            ["Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 99999 00:00:00 GMT", "Fri, 31 Feb 2026 25:61:61"]
        ),
        HEADERS,
    ),
)
def test_states(client: FlaskClient, below: str, state: str, path: str, when: str):
    """Any path of states and of what was, at any date."""
    here = client.application.extensions["digigraph"]
    target = f"/{below}{state.replace('{snapshot}', here.backend.version)}{path}"
    _check(client.get(quote(target, safe="/?=.-"), headers={"Accept-Datetime": when}, buffered=True))


@pytest.mark.parametrize("name", ["x" * 300, "x" * 5000, "%00", "..", "%2e%2e/app.py", ".", "built"])
def test_names_that_no_file_has(client: FlaskClient, name: str):
    """A name that no file can have, of a folder, or of a file elsewhere is not found."""
    assert client.get(f"/static/{name}").status_code == 404
