"""``DELETE /sparql/queries/{id}``: whoever asked a query ends it, and nobody else."""

from __future__ import annotations

import contextlib
import http.client
import json
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import pytest
from endless import BEGUN, ENDLESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask.testing import FlaskClient
    from webserver import Server, Serving

    Asking = Callable[..., http.client.HTTPConnection]

HEADER = "Digigraph-Query-Id"


@pytest.fixture(scope="module")
def patient(serving: Serving) -> Iterator[Server]:
    """A server that lets queries run for an hour."""
    with serving(workers=2, query_seconds=3600, answer_bytes=10**12) as running:
        yield running


@pytest.fixture
def asking(patient: Server) -> Iterator[Asking]:
    """Ask without waiting for an answer; the connections are closed at the end."""
    with contextlib.ExitStack() as opened:

        def ask(query: str, query_id: str | None = None) -> http.client.HTTPConnection:
            connection = http.client.HTTPConnection(*patient.address, timeout=120)
            opened.callback(connection.close)
            connection.request("GET", f"/sparql?query={quote(query)}", headers={HEADER: query_id} if query_id else {})
            return connection

        yield ask


def delete(server: Server, query_id: str) -> int:
    connection = http.client.HTTPConnection(*server.address, timeout=120)
    connection.request("DELETE", f"/sparql/queries/{query_id}")
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def test_a_query_is_ended_before_it_answers(patient: Server, asking: Asking):
    """A query that still computes is ended by the id that its client chose: its process goes, and it is told so."""
    query_id = str(uuid4())
    asked = asking(ENDLESS, query_id)
    pid = patient.busy_process()
    assert delete(patient, query_id) == 204
    response = asked.getresponse()
    assert (response.status, json.loads(response.read())["type"].rpartition("#")[2]) == (503, "query-cancelled")
    patient.wait_for_end(pid)
    assert delete(patient, query_id) == 404


def test_a_query_is_ended_while_it_answers(patient: Server, asking: Asking):
    """A long answer names the id by which it is ended; the transfer is broken off, not closed."""
    response = asking(BEGUN).getresponse()
    pid = patient.busy_process()
    assert delete(patient, response.headers[HEADER]) == 204
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    patient.wait_for_end(pid)


def test_ids_of_two_answers_differ(patient: Server, asking: Asking):
    """Ids that the server gives have 128 bits and are never the same."""
    given = [asking(BEGUN).getresponse().headers[HEADER] for _ in range(3)]
    assert len(set(given)) == 3
    assert all(len(each) >= 22 for each in given)
    assert [delete(patient, each) for each in given] == [204] * 3


def test_an_id_belongs_to_one_query(patient: Server, asking: Asking):
    """A second query under an id that is in use is refused, and the first goes on; later the id is free."""
    query_id = str(uuid4())
    first = asking(ENDLESS, query_id)
    patient.busy_process()
    second = asking("ASK {}", query_id).getresponse()
    assert second.status == 409
    assert delete(patient, query_id) == 204
    assert first.getresponse().status == 503
    assert asking("ASK {}", query_id).getresponse().status == 200


@pytest.mark.parametrize("query_id", ["1", "a" * 21, "a" * 65, "with space and so on, long", "ä" * 30])
def test_an_id_that_can_be_guessed_is_refused(client: FlaskClient, query_id: str):
    """An id that is short, or not an id, is 400 before anything is asked."""
    assert client.get("/sparql?query=ASK{}", headers={HEADER: query_id.encode().decode("latin-1")}).status_code == 400


def test_an_unknown_id(client: FlaskClient):
    """Nobody ends what he did not ask: an id that no query has is 404, with nothing to tell it from one that ended."""
    assert client.delete(f"/sparql/queries/{uuid4()}").status_code == 404


def test_ids_are_forgotten(client: FlaskClient):
    """A query that has been answered, or refused, can be ended no longer, and its id is free."""
    query_id = str(uuid4())
    for text in ("ASK{}", "nonsense", "ASK{}"):
        response = client.get(f"/sparql?query={text}", headers={HEADER: query_id})
        assert response.status_code == (400 if text == "nonsense" else 200)
        response.close()
        assert client.delete(f"/sparql/queries/{query_id}").status_code == 404


def test_pages_of_others_may_end_their_queries(client: FlaskClient):
    """A script from another origin may choose an id, read it, and end its query (Fetch, CORS preflight)."""
    path = client.options("/sparql/queries/x", headers={"Origin": "https://example.com"})
    assert "DELETE" in path.headers["Access-Control-Allow-Methods"]
    asked = client.options("/sparql", headers={"Origin": "https://example.com"})
    assert HEADER in asked.headers["Access-Control-Allow-Headers"]
    assert HEADER in asked.headers["Access-Control-Expose-Headers"]
