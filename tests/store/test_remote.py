"""Someone else's endpoint as a store: what is asked there, whose turn it is, how it is let go.

What a bad one may do, and what whoever asks is told then: ``tests/web/test_hostile_endpoint.py``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from hostile import JSON, TRUE, Caller, Hostile, hostile

from digigraph.errors import (
    DigigraphError,
    NotAcceptable,
    QueryCancelled,
    QueryError,
    QuerySyntaxError,
    QueueFull,
    RemoteError,
    SettingsError,
    StoreError,
    TooManyLong,
)
from digigraph.media import N_QUADS, RESULTS_JSON, TURTLE
from digigraph.store.answering.backend import Query
from digigraph.store.answering.cancellation import Cancellation
from digigraph.store.answering.load import Load
from digigraph.store.remote.endpoint import RemoteBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.settings import Settings

    Serve = Callable[..., tuple[RemoteBackend, Hostile]]
    Until = Callable[[Callable[[], bool]], None]

ASK = Query(text="ASK {}", format=RESULTS_JSON)
PATIENCE = 120.0


@pytest.fixture
def serve(published: Settings) -> Iterator[Serve]:
    """Start a server that behaves as told, and return a backend for it, and the server."""
    with contextlib.ExitStack() as stack:

        def start(behaviour: Callable[[Caller], None], **changes: str | float) -> tuple[RemoteBackend, Hostile]:
            server = stack.enter_context(hostile(behaviour))
            patient = {"query_seconds": 3600, "queue_seconds": 3600, **changes}
            backend = RemoteBackend(dataclasses.replace(published, endpoint=server.url, **patient))
            stack.callback(backend.close)
            return backend, server

        yield start


def tell(caller: Caller) -> None:
    caller.reply(TRUE)


def form(caller: Caller) -> dict[str, list[str]]:
    return parse_qs(caller.body)


class Gate:
    """An endpoint that answers a query when the test lets it, in whatever order; queries are told apart by name."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.left: list[str] = []
        self._changed = threading.Condition()
        self._open: set[str] = set()

    def __call__(self, caller: Caller) -> None:
        """Wait until the query may be answered."""
        name = form(caller)["query"][0].rpartition("# ")[2]
        with self._changed:
            self.asked.append(name)
            self._changed.notify_all()
            self._changed.wait_for(lambda: name in self._open, PATIENCE)
        tell(caller)

    def let(self, *names: str) -> None:
        """Answer these queries, now or when they come."""
        with self._changed:
            self._open.update(names)
            self._changed.notify_all()

    def wait_for(self, *names: str) -> None:
        """Return when the endpoint was asked these, in this order, and nothing else."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.asked == [*names], PATIENCE), self.asked


@pytest.fixture
def gate() -> Iterator[Gate]:
    """An endpoint behind a gate; opened at the end."""
    made = Gate()
    yield made
    made.let(*made.asked)


class Asker(threading.Thread):
    """Asks a query by name on behalf of a client."""

    def __init__(self, backend: RemoteBackend, name: str, client: str) -> None:
        super().__init__()
        self.cancellation = Cancellation(client)
        self.error: DigigraphError | None = None
        self._backend, self._query = backend, name
        self.start()

    def run(self) -> None:
        """Ask, and keep what goes wrong."""
        try:
            query = dataclasses.replace(ASK, text=f"ASK {{}} # {self._query}")
            assert b"".join(self._backend.answer(query, self.cancellation)) == TRUE
        except DigigraphError as error:
            self.error = error

    def outcome(self) -> type[DigigraphError] | None:
        """Wait for its end; the class of what went wrong."""
        self.join(PATIENCE)
        assert not self.is_alive()
        return type(self.error) if self.error else None


def test_the_request(serve: Serve) -> None:
    """The query goes as a form with its graphs, the format as Accept (SPARQL 1.1 Protocol, section 2.1.2)."""
    backend, server = serve(tell)
    query = dataclasses.replace(ASK, default_graphs=("urn:a", "urn:b"), named_graphs=("urn:c",))
    assert b"".join(backend.answer(query)) == TRUE
    (caller,) = server.callers
    assert form(caller) == {"query": ["ASK {}"], "default-graph-uri": ["urn:a", "urn:b"], "named-graph-uri": ["urn:c"]}
    assert f"accept: {JSON}\r\n" in f"{caller.head}\r\n".lower()
    assert "content-type: application/x-www-form-urlencoded\r\n" in f"{caller.head}\r\n".lower()
    assert "accept-encoding: identity" in caller.head.lower()
    assert "cookie" not in caller.head.lower()
    assert backend.version is None


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        (ASK, ["urn:default"]),
        (dataclasses.replace(ASK, text="ASK { GRAPH ?from { ?s ?p 'FROM <urn:a>' } }"), ["urn:default"]),
        (dataclasses.replace(ASK, text="ASK FROM <urn:a> {}"), None),
        (dataclasses.replace(ASK, text="ASK FROM NAMED <urn:a> {}"), None),
        (dataclasses.replace(ASK, default_graphs=("urn:a",)), ["urn:a"]),
        (dataclasses.replace(ASK, named_graphs=("urn:a",)), None),
    ],
)
def test_the_default_graph_that_is_set(serve: Serve, query: Query, sent: list[str] | None) -> None:
    """Where a graph is set as the endpoint's default one, it is asked for by all that choose no graphs themselves."""
    backend, server = serve(tell, endpoint_default_graph="urn:default")
    backend.answer(query).close()
    assert form(server.callers[0]).get("default-graph-uri") == sent


def test_graphs_beside_the_default_graph_that_is_set(serve: Serve) -> None:
    """Names behind GRAPH are asked for as named graphs, variables need none, and both at once are refused with a way
    out: there is an engine that would answer wrongly.
    """
    backend, server = serve(tell, endpoint_default_graph="urn:default")
    text = "PREFIX g: <urn:> ASK { GRAPH g:a { ?s ?p 'GRAPH <urn:no>' } OPTIONAL { GRAPH <id/b> {} } GRAPH g:a {} }"
    backend.answer(dataclasses.replace(ASK, text=text)).close()
    backend.answer(dataclasses.replace(ASK, text="ASK { GRAPH ?g { ?s ?p ?o } }")).close()
    named, free = map(form, server.callers)
    assert named["named-graph-uri"] == ["urn:a", "https://example.org/graph/id/b"]
    assert "named-graph-uri" not in free
    assert named["default-graph-uri"] == free["default-graph-uri"] == ["urn:default"]
    with pytest.raises(QueryError, match="not both") as refusal:
        backend.answer(dataclasses.replace(ASK, text="ASK { GRAPH <urn:a> {} GRAPH $g {} }"))
    assert "VALUES" in str(refusal.value)


def test_settings_of_an_endpoint(published: Settings) -> None:
    """What is no URL, or no IRI, is refused at the start; the URL is not told, for a password may stand in it."""
    for wrong in ("ftp://user:secret@example.org/", "sparql:secret", "https://", "https://example.org/a secret"):
        with pytest.raises(SettingsError) as refusal:
            dataclasses.replace(published, endpoint=wrong)
        assert "secret" not in str(refusal.value)
    with pytest.raises(SettingsError, match="endpoint_default_graph"):
        dataclasses.replace(published, endpoint_default_graph="accepted")


def test_an_alias_of_the_format_will_do(serve: Serve) -> None:
    """An endpoint that calls SPARQL JSON application/json is understood."""
    backend, _ = serve(lambda caller: caller.reply(TRUE, Content_Type="application/json; charset=utf-8"))
    assert b"".join(backend.answer(ASK)) == TRUE
    with pytest.raises(RemoteError):
        backend.answer(Query(text="CONSTRUCT WHERE { ?s ?p ?o }", format=TURTLE))


@pytest.mark.parametrize(
    ("body", "media_type", "error", "told"),
    [
        (b"error at 3:10: expected OPTIONAL", "text/plain", QuerySyntaxError, "line 3, column 10"),
        (b"SP030: SPARQL compiler, line 2: syntax error at '}'", "text/plain", QuerySyntaxError, "line 2"),
        (b"no such function.\n\n", "text/plain; charset=utf-8", QueryError, "refuses the query: no such function."),
        (b"Error SP030: no.\n\nSPARQL query:\nASK {}", "text/plain", QueryError, "refuses the query: Error SP030: no."),
        (b"<html><h1>400", "text/html", QueryError, "refuses the query."),
    ],
)
def test_a_query_that_is_refused(
    serve: Serve, body: bytes, media_type: str, error: type[QueryError], told: str
) -> None:
    """400 is the client's to mend: he is told what the endpoint says of it, where it says so in words."""
    backend, _ = serve(lambda caller: caller.reply(body, "400 Bad Request", Content_Type=media_type))
    with pytest.raises(error) as refusal:
        backend.answer(ASK)
    assert type(refusal.value) is error
    assert told in refusal.value.message
    # It may be none of the log's business.
    assert "ASK" not in refusal.value.message


def test_a_format_that_the_endpoint_does_not_write(serve: Serve) -> None:
    """406 names the formats that are left to ask for."""
    backend, _ = serve(lambda caller: caller.reply(b"no", "406 Not Acceptable", Content_Type="text/html"))
    with pytest.raises(NotAcceptable) as refusal:
        backend.answer(Query(text="CONSTRUCT WHERE { ?s ?p ?o }", format=N_QUADS))
    assert TURTLE.media_type in refusal.value.available
    assert N_QUADS.media_type not in refusal.value.available


def test_a_version_of_rdf_is_asked_for(serve: Serve) -> None:
    """Whoever asks for RDF 1.2 has it asked for there, too; one that knows no versions is understood."""
    backend, server = serve(lambda caller: caller.reply(b"", Content_Type="text/turtle"))
    backend.answer(Query(text="CONSTRUCT WHERE { ?s ?p ?o }", format=TURTLE.at("1.2"))).close()
    assert "accept: text/turtle;version=1.2, text/turtle;q=0.9\r\n" in server.callers[0].head.lower()


def test_cookies_are_not_kept(serve: Serve) -> None:
    """What an endpoint wants remembered of one client is not told of another."""
    backend, server = serve(lambda caller: caller.reply(TRUE, Set_Cookie="client=first"))
    for _ in range(2):
        backend.answer(ASK).close()
    assert not any("cookie" in caller.head.lower() for caller in server.callers)


def test_clients_take_turns(never_long: None, serve: Serve, gate: Gate, until: Until) -> None:
    """No more queries are asked at once than are set; whoever asks many waits behind himself, not before others."""
    backend, _ = serve(gate, workers=1)
    askers = [Asker(backend, "many 1", "many")]
    gate.wait_for("many 1")
    for number, client in ((2, "many"), (3, "many"), (1, "one")):
        askers.append(Asker(backend, f"{client} {number}", client))
        until(lambda: backend.load.waiting == len(askers) - 1)
    assert backend.load == Load(processes=None, running=1, waiting=3)
    gate.let("many 1")
    gate.wait_for("many 1", "many 2")
    gate.let("many 2")
    gate.wait_for("many 1", "many 2", "one 1")
    gate.let("one 1", "many 3")
    assert [each.outcome() for each in askers] == [None] * 4
    assert backend.load == Load(processes=None, running=0, waiting=0)


def test_a_full_queue(never_long: None, serve: Serve, gate: Gate, until: Until) -> None:
    """No more questions are taken than may be asked and wait, in all and of one client; when to come again is said."""
    backend, _ = serve(gate, workers=1, queue_length=2, queue_per_client=1)
    askers = [Asker(backend, "first", "a")]
    gate.wait_for("first")
    for client in ("a", "b"):
        askers.append(Asker(backend, client, client))
        until(lambda: backend.load.waiting == len(askers) - 1)
    for client in ("a", "c"):
        with pytest.raises(QueueFull) as refusal:
            backend.answer(ASK, Cancellation(client))
        assert refusal.value.retry_after >= 1
    gate.let("first", "a", "b")
    assert [each.outcome() for each in askers] == [None] * 3


def test_who_waits_too_long(never_long: None, serve: Serve, gate: Gate) -> None:
    """A query that is not taken in time leaves the queue, and the endpoint never hears of it."""
    backend, _ = serve(gate, workers=1, queue_seconds=0.2)
    first = Asker(backend, "first", "a")
    while not gate.asked:
        if first.error:
            # The machine was too busy to take it in time.
            first = Asker(backend, "first", "a")
        time.sleep(0.01)
    with pytest.raises(QueueFull, match=r"0\.2 seconds"):
        backend.answer(ASK, Cancellation("b"))
    gate.let("first")
    assert first.outcome() is None
    assert gate.asked == ["first"]


def test_long_queries_let_others_by(serve: Serve, gate: Gate, monkeypatch: pytest.MonkeyPatch, until: Until) -> None:
    """A short query does not wait behind long ones; one long query too many is ended, of who has most of them."""
    backend, server = serve(gate, workers=2)
    names = ("long 1", "long 2", "long 3", "long 4")
    greedy = [Asker(backend, name, "greedy") for name in names]
    until(lambda: any(each.error for each in greedy))
    until(lambda: sorted(gate.asked) == [*names])
    assert [type(each.error) for each in greedy if each.error] == [TooManyLong]
    # However slow the machine is, a short one stays short.
    monkeypatch.setattr("digigraph.store.remote.endpoint.LONG_SECONDS", math.inf)
    gate.let("short")
    assert Asker(backend, "short", "other").outcome() is None
    gate.let(*names)
    assert sorted(str(each.outcome()) for each in greedy).count("None") == 3
    assert len(server.callers) == 5


def test_taken_back_while_it_waits(never_long: None, serve: Serve, gate: Gate, until: Until) -> None:
    """A query that is taken back in the queue is never asked."""
    backend, _ = serve(gate, workers=1)
    first = Asker(backend, "first", "a")
    gate.wait_for("first")
    second = Asker(backend, "second", "b")
    until(lambda: backend.load.waiting == 1)
    second.cancellation.cancel()
    assert second.outcome() is QueryCancelled
    gate.let("first")
    assert first.outcome() is None
    assert gate.asked == ["first"]


@pytest.mark.parametrize("how", ["cancelled", "closed", "store closed"])
def test_the_endpoint_hears_that_nobody_waits(serve: Serve, how: str, until: Until) -> None:
    """The connection is closed at once when a query is taken back, its answer is closed, or the store is."""
    left, asked = threading.Event(), threading.Event()

    def compute(caller: Caller) -> None:
        caller.begin(Content_Type=JSON, Content_Length="1000000")
        caller.send(TRUE + bytes(300_000))
        asked.set()
        if caller.wait_until_left():
            left.set()

    backend, _ = serve(compute)
    cancellation = Cancellation()
    answer = backend.answer(ASK, cancellation)
    assert asked.wait(PATIENCE)
    {"cancelled": cancellation.cancel, "closed": answer.close, "store closed": backend.close}[how]()
    assert left.wait(PATIENCE)
    with pytest.raises(QueryCancelled):
        b"".join(answer)
    until(lambda: backend.load.running == 0)


def test_closed(serve: Serve) -> None:
    """After closing, twice even, nothing is asked any more, and no thread is left."""
    before = threading.active_count()
    backend, _ = serve(tell)
    backend.answer(ASK).close()
    backend.close()
    backend.close()
    with pytest.raises(StoreError):
        backend.answer(ASK)
    # The server has one, and perhaps one for who has just left.
    assert threading.active_count() <= before + 2
