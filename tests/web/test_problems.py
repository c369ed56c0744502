from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from digigraph import errors
from digigraph.web.language.words import words
from digigraph.web.replies import problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient


def _descendants(of: type[errors.DigigraphError]) -> Iterator[type[errors.DigigraphError]]:
    yield of
    for each in of.__subclasses__():
        yield from _descendants(each)


# A class that another module makes for itself counts as the one it is made from.
KINDS = [kind for kind in dict.fromkeys(_descendants(errors.DigigraphError)) if kind.__module__ == errors.__name__]


def _made(kind: type[errors.DigigraphError]) -> errors.DigigraphError:
    if kind is errors.NotAcceptable:
        return errors.NotAcceptable("A sentence.", available=["text/csv"])
    if kind is errors.TakenBack:
        return errors.TakenBack("A sentence.", reason="privacy")
    if issubclass(kind, errors.QueueFull):
        return kind("A sentence.", retry_after=7)
    return kind("A sentence.", hint="Do this.")


ERRORS = [_made(kind) for kind in KINDS]


def _client_that_meets(error: Exception) -> FlaskClient:
    app = Flask("digigraph.web")
    problems.register(app)

    @app.get("/")
    def fail() -> str:
        raise error

    return app.test_client()


def test_table_is_complete():
    """Every error that we raise has its own row in the table of problems, and the table has no other."""
    assert set(problems.TABLE) == set(KINDS)


def test_kind_of_a_derived_error():
    """An error that a module derives for itself is the kind of problem that its parent is."""

    class Overdue(errors.QueryTimeout):
        """Made here."""

    assert _client_that_meets(Overdue("A sentence.")).get("/").status_code == 503


def test_types_are_distinct():
    """No two kinds of error pass for one another on the wire, save those that are nobody's own."""
    names = [kind.name for kind in problems.TABLE.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_error_becomes_problem_document(error: errors.DigigraphError):
    """Each error is answered with one shape: type, title, status, detail, hint and a request id that the header has."""
    response = _client_that_meets(error).get("/")
    document = response.get_json()
    assert response.content_type == "application/problem+json"
    assert response.status_code == document["status"] == problems.TABLE[type(error)].status
    assert document["type"] == problems.PROBLEMS + problems.TABLE[type(error)].name
    assert document["detail"] == "A sentence."
    assert document["hint"]
    assert document["request_id"] == response.headers["X-Request-Id"]
    assert document["instance"] == f"urn:uuid:{document['request_id']}"
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.QuerySyntaxError, 400),
        (errors.QueryTooComplex, 400),
        (errors.QueryForbidden, 403),
        (errors.NotFound, 404),
        (errors.NotAcceptable, 406),
        (errors.AnswerTooLarge, 422),
        (errors.RemoteError, 502),
        (errors.QueryTimeout, 503),
        (errors.QueryOutOfMemory, 503),
        (errors.QueryCrashed, 503),
        (errors.QueueFull, 503),
        (errors.TooManyLong, 503),
        (errors.NoSnapshot, 503),
    ],
)
def test_statuses_are_those_promised(kind: type[errors.DigigraphError], status: int):
    """The statuses on which other people's scripts rely stay what they are."""
    assert problems.TABLE[kind].status == status


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_only_a_full_queue_asks_to_come_again(error: errors.DigigraphError):
    """Retry-After is said where waiting helps; a client that repeats what killed a process would kill the next."""
    expected = "7" if isinstance(error, errors.QueueFull) else None
    assert _client_that_meets(error).get("/").headers.get("Retry-After") == expected


def test_syntax_error_tells_where():
    """A problem with a query's syntax has line and column as members of their own."""
    error = errors.QuerySyntaxError("Wrong.", line=3, column=14)
    document = _client_that_meets(error).get("/").get_json()
    assert (document["line"], document["column"]) == (3, 14)


def test_not_acceptable_lists_what_is_offered():
    """A client that asked for a format we lack learns by machine which there are."""
    error = errors.NotAcceptable("No.", available=["text/turtle", "text/csv"])
    assert _client_that_meets(error).get("/").get_json()["available"] == ["text/turtle", "text/csv"]


def test_unexpected_error_is_logged_and_not_shown(caplog: pytest.LogCaptureFixture):
    """A mistake of ours: the client gets 500 with a request id and no detail, the log the trace under the same id."""
    with caplog.at_level(logging.ERROR):
        response = _client_that_meets(ZeroDivisionError("the secret")).get("/")
    assert response.status_code == 500
    assert "secret" not in response.text
    logged = [record for record in caplog.records if record.exc_info]
    assert len(logged) == 1
    assert response.get_json()["request_id"] in logged[0].getMessage()


def test_browser_gets_a_page(client: FlaskClient):
    """Who prefers HTML reads the problem on a page, with the same status and its text escaped."""
    headers = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    response = client.get("/sparql?query=SELECT+%3Cscript%3E", headers=headers)
    assert response.status_code == 400
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["X-Request-Id"] in response.text
    assert "<script" not in response.text


def test_titles_of_pages_have_both_languages(client: FlaskClient):
    """Every kind of problem has its title in English, as in the document, and in Swedish, which a page shows."""
    for kind in problems.TABLE.values():
        title = words()[f"problem_{kind.name}"]
        assert title["en"] == kind.title
        assert title["sv"] not in {"", kind.title}
    page = client.get("/sparql?query=x", headers={"Accept": "text/html", "Accept-Language": "sv"}).text
    assert "<h1>Frågan är inte SPARQL</h1>" in page
    page = client.get("/no-such-path", headers={"Accept": "text/html", "Accept-Language": "sv"}).text
    assert "<h1>Det finns inget sådant här</h1>" in page


def test_every_problem_is_documented():
    """Each type of problem that a client may meet is a row of the documentation, with its status."""
    text = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    documented = {name: int(cells[2]) for cells in rows for name in _quoted(cells[1]) if cells[2].strip().isdigit()}
    assert documented == {kind.name: kind.status for kind in problems.TABLE.values()}


def _quoted(cell: str) -> list[str]:
    return [name.strip(" `") for name in cell.split(",")]
