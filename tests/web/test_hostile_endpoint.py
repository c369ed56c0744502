"""Behind ``--endpoint``: whatever that endpoint does, whoever asks is told, and never takes a part for the whole."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import json
import re
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

import pytest
from hostile import (
    BREAKS,
    JSON,
    PROBLEMS,
    TRUE,
    Caller,
    a_header_for_ever,
    chunks_that_are_none,
    closed_at_once,
    half_a_chunk,
    headers_for_ever,
    hostile,
    no_http,
    redirect_elsewhere,
    short_of_its_length,
    stopped_later,
    without_its_last_chunk,
)
from webserver import PATIENCE

from digigraph.store.opening import open_backend
from digigraph.web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from webserver import Serving

    from digigraph.settings import Settings


@pytest.mark.parametrize(
    ("behaviour", "status", "kind"), PROBLEMS, ids=[behaviour.__name__ for behaviour, _, _ in PROBLEMS]
)
def test_bad_answers_are_problems(
    published: Settings, caplog: pytest.LogCaptureFixture, behaviour: Callable[[Caller], None], status: int, kind: str
) -> None:
    """Each thing that an endpoint may do wrong has its status and its problem type, and is asked once; no secret of
    its address is told, and the next question is answered.
    """
    is_well = False

    def behave(caller: Caller) -> None:
        if is_well:
            caller.reply(TRUE)
        else:
            behaviour(caller)

    with hostile(behave) as server:
        endpoint = server.url.replace("127.0.0.1", "user:secret@127.0.0.1") + "?key=secret"
        seconds = 0.5 if kind == "remote-timeout" else 3600
        settings = dataclasses.replace(published, endpoint=endpoint, query_seconds=seconds, answer_bytes=1_000_000)
        backend = open_backend(settings)
        client = create_app(settings, backend).test_client()
        response = client.get("/sparql?query=ASK{}", headers={"Accept": JSON})
        document = response.get_json()
        assert (response.status_code, document["type"].rpartition("#")[2]) == (status, kind)
        assert document["detail"].endswith(".")
        assert "secret" not in response.text + caplog.text
        # Each is foreseen.
        assert "Traceback" not in caplog.text.replace("Traceback: oops", "")
        # A machine that is held up may have asked nothing in so short a time.
        assert len(server.callers) == 1 or (seconds < 1 and not server.callers)
        is_well = True
        again = client.get("/sparql?query=ASK{}", headers={"Accept": JSON})
        while seconds < 1 and again.status_code == http.client.GATEWAY_TIMEOUT:
            # The machine was too slow for so short a time.
            again = client.get("/sparql?query=ASK{}", headers={"Accept": JSON})
        assert again.get_json()["boolean"] is True
        backend.close()


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (no_http, "what it answers is no HTTP"),
        (closed_at_once, "it closed the connection without an answer"),
        (short_of_its_length, f"its answer broke off after {len(TRUE)} of {len(TRUE) + 1} bytes"),
        *((each, "the length of one of its chunks is wrong") for each in (half_a_chunk, without_its_last_chunk)),
        (chunks_that_are_none, "the length of one of its chunks is wrong"),
        (headers_for_ever, "its answer has too many headers, or too long ones"),
        (a_header_for_ever, "its answer has too many headers, or too long ones"),
        (redirect_elsewhere, "redirects to http://127.0.0.1:9/other"),
    ],
)
def test_it_is_said_in_words_of_the_trade(published: Settings, behaviour: Callable[[Caller], None], said: str) -> None:
    """What went wrong is told to whoever runs the endpoint, not in the words of a library of ours."""
    with hostile(behaviour) as server:
        settings = dataclasses.replace(published, endpoint=server.url, query_seconds=3600)
        backend = open_backend(settings)
        response = create_app(settings, backend).test_client().get("/sparql?query=ASK{}", headers={"Accept": JSON})
        assert response.status_code == http.client.BAD_GATEWAY
        assert response.get_json()["detail"].endswith(f"{said}.")
        backend.close()


@pytest.mark.parametrize(
    ("media_type", "body"),
    [(JSON, TRUE), ("application/sparql-results+xml", b"<sparql><head/><boolean>true</boolean></sparql>")],
)
def test_a_truth_value_is_no_answer_to_select(published: Settings, media_type: str, body: bytes) -> None:
    """An endpoint that answers SELECT as if it were ASK has failed: 502, and nothing passes as a table."""
    with hostile(lambda caller: caller.reply(body, Content_Type=media_type)) as server:
        settings = dataclasses.replace(published, endpoint=server.url)
        backend = open_backend(settings)
        client = create_app(settings, backend).test_client()
        response = client.get("/sparql?query=SELECT*{?s ?p ?o}", headers={"Accept": media_type})
        assert response.status_code == http.client.BAD_GATEWAY
        assert "not an answer to SELECT" in response.get_json()["detail"]
        backend.close()


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"head":{"vars":[1]},"results":{"bindings":[{"s":3}]}}',
        b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"no IRI"}}]}}',
        b'{"head":{},"boolean":true}',
    ],
)
def test_pages_of_answers_that_are_none_are_problems(published: Settings, body: bytes) -> None:
    """What begins and ends well and is no result of SELECT is the endpoint's fault, on pages and in data too."""
    with hostile(lambda caller: caller.reply(body)) as server:
        settings = dataclasses.replace(published, endpoint=server.url)
        backend = open_backend(settings)
        client = create_app(settings, backend).test_client()
        for path in ("/", "/page/x", "/data/x.ttl", "/doc/x", "/ns", "/catalog", "/sitemap.xml"):
            assert client.get(path).status_code == http.client.BAD_GATEWAY, path
        backend.close()


@pytest.mark.parametrize("term", [b"", b'{"type":"literal","value":"many"}', b'{"type":"bnode","value":"b"}'])
def test_pages_of_rows_that_answer_something_else_are_problems(
    published: Settings, caplog: pytest.LogCaptureFixture, term: bytes
) -> None:
    """Well-formed rows that are no answer to what a page asks, such as a count that is no number, are 502; the log has
    what could not be read.
    """

    def answer(caller: Caller) -> None:
        # Every variable there is, for a client that takes any of them.
        names = sorted(set(re.findall(r"[?](\w+)", parse_qs(caller.body)["query"][0])))
        row = b",".join(b'"%s":%s' % (each.encode(), term) for each in names) if term else b""
        caller.reply(b'{"head":{"vars":%s},"results":{"bindings":[{%s}]}}' % (json.dumps(names).encode(), row))

    with hostile(answer) as server:
        settings = dataclasses.replace(published, endpoint=server.url)
        backend = open_backend(settings)
        client = create_app(settings, backend).test_client()
        for path in ("/", "/page/x", "/data/x.ttl", "/doc/x", "/ns", "/catalog"):
            caplog.clear()
            response = client.get(path)
            assert response.status_code == http.client.BAD_GATEWAY, path
            assert "is no answer to a query of this server itself" in response.text
            assert "Traceback" in caplog.text
        backend.close()


@pytest.mark.parametrize("length", ["-1", ""])
def test_a_length_that_is_none_ends_no_table(published: Settings, length: str) -> None:
    """A body that only the end of the connection ends is refused in CSV, whatever stands where its length should be."""
    with hostile(lambda caller: caller.reply(b"s\na\n", Content_Type="text/csv", Content_Length=length)) as server:
        settings = dataclasses.replace(published, endpoint=server.url)
        backend = open_backend(settings)
        client = create_app(settings, backend).test_client()
        response = client.get("/sparql?query=SELECT*{?s ?p ?o}", headers={"Accept": "text/csv"})
        assert response.status_code == http.client.BAD_GATEWAY
        backend.close()


@pytest.mark.parametrize("status", ["400 Bad Request", "406 Not Acceptable"])
def test_what_is_asked_for_a_page_is_not_the_clients_fault(published: Settings, status: str) -> None:
    """An endpoint that refuses a query of this server's own is 502; a client's query is the client's to mend."""

    def refuse(caller: Caller) -> None:
        caller.reply(b"VALUES is too long", status, Content_Type="text/plain")

    with hostile(refuse) as server:
        settings = dataclasses.replace(published, endpoint=server.url)
        backend = open_backend(settings)
        client = create_app(settings, backend).test_client()
        for path in ("/", "/id/x", "/page/x", "/data/x.ttl", "/doc/x", "/ev/x.nq", "/ns", "/catalog", "/sitemap.xml"):
            response = client.get(path, headers={"Accept": "*/*"})
            assert response.status_code == http.client.BAD_GATEWAY, path
            assert "itself was refused" in response.text
        described = ["/sparql", "/.well-known/void", "/graph-store?default", "/graph-store?graph=urn:x"]
        # Their format is the client's choice, but for the question whether there is such a graph.
        chosen = {"406 Not Acceptable": [406, 406, 406, 502]}.get(status, [502] * 4)
        assert [client.get(each).status_code for each in described] == chosen
        own = client.get("/sparql?query=ASK{}", headers={"Accept": JSON})
        assert own.status_code == int(status.partition(" ")[0])
        backend.close()


def test_what_was_taken_back_is_gone(published: Settings) -> None:
    """What the project has taken back is 410 with its reason, and the endpoint, which may have it, is not asked."""
    with hostile(lambda caller: caller.reply(TRUE)) as server:
        settings = dataclasses.replace(published, endpoint=server.url)
        backend = open_backend(settings)
        names = [f"{settings.base_iri}{name}" for name in ("id/x", "doc/x", "ev/x")]
        client = create_app(settings, backend, taken_back=dict.fromkeys(names, "privacy")).test_client()
        paths = ["/id/x", "/page/x", "/data/x", "/data/x.ttl", "/doc/x", "/doc/x.nq", "/ev/x", "/linkset/page/x"]
        for path in [*paths, "/linkset/doc/x", "/linkset/ev/x"]:
            response = client.get(path, headers={"Accept": "*/*"})
            problem = response.get_json()
            assert (response.status_code, problem.get("reason")) == (http.client.GONE, "privacy"), path
        assert server.callers == []
        assert client.get("/id/y").status_code == http.client.BAD_GATEWAY
        backend.close()


def test_nobody_there(published: Settings) -> None:
    """An endpoint that cannot be reached is 502, and the reason is told without its address."""
    settings = dataclasses.replace(published, endpoint="http://user:secret@127.0.0.1:9/sparql?key=secret")
    backend = open_backend(settings)
    response = create_app(settings, backend).test_client().get("/sparql?query=ASK{}")
    backend.close()
    assert response.status_code == 502
    assert "refused" in response.get_json()["detail"]
    assert "secret" not in response.text


@pytest.mark.parametrize("behaviour", BREAKS, ids=[behaviour.__name__ for behaviour in BREAKS])
def test_a_break_is_passed_on_as_a_break(serving: Serving, behaviour: Callable[[Caller], None]) -> None:
    """What goes wrong after the first bytes were passed on breaks the transfer to the client: no part is a whole."""
    # The deadline is what ends one of them.
    seconds = 2 if behaviour is stopped_later else 3600
    with (
        hostile(behaviour) as endpoint,
        serving(endpoint=endpoint.url, query_seconds=seconds, answer_rows=30_000, answer_bytes=5_000_000) as server,
    ):
        target = f"/sparql?query={quote('SELECT * {?s ?p ?o}')}"
        is_broken = False
        while not is_broken:
            with contextlib.closing(http.client.HTTPConnection(*server.address, timeout=PATIENCE)) as connection:
                connection.request("GET", target, headers={"Accept": JSON})
                response = connection.getresponse()
                if seconds < 3 and response.status == http.client.GATEWAY_TIMEOUT:
                    # The machine was so slow that nothing had come by then.
                    continue
                assert response.status == http.client.OK
                endpoint.passed_on.set()
                with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                    response.read()
                is_broken = True


def test_the_endpoint_hears_when_a_client_leaves(serving: Serving) -> None:
    """A client that leaves while the endpoint computes ends the connection to the endpoint as well."""
    asked, left = threading.Event(), threading.Event()

    def compute(caller: Caller) -> None:
        asked.set()
        if caller.wait_until_left():
            left.set()

    with hostile(compute) as endpoint, serving(endpoint=endpoint.url, query_seconds=3600) as server:
        connection = http.client.HTTPConnection(*server.address)
        connection.request("GET", "/sparql?query=ASK{}", headers={"Accept": JSON})
        assert asked.wait(PATIENCE)
        connection.close()
        assert left.wait(PATIENCE)
