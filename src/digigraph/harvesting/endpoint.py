"""The SPARQL endpoint, as any client of the protocol meets it (SPARQL 1.1 Protocol; SPARQL 1.1 Service Description)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pyoxigraph as ox

from digigraph.harvesting.asking import ask, query_request, solutions
from digigraph.harvesting.client import Request
from digigraph.harvesting.exchange import FetchFailed
from digigraph.harvesting.graph import ACCEPT, graph_of
from digigraph.harvesting.record import Problem
from digigraph.media import N_TRIPLES, RDF_XML, RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML, TURTLE
from digigraph.sources.rdf.rdfxml import DOCTYPE
from digigraph.vocab import RDF, SD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digigraph.harvesting.client import Client
    from digigraph.harvesting.dataset import Described
    from digigraph.harvesting.exchange import Response
    from digigraph.harvesting.record import Record
    from digigraph.media import Format

_USUAL = ("sparql", "query")
_ONE = "SELECT ?s { ?s ?p ?o } LIMIT 1"
_GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3"
_NO_QUERY = "SELECT WHERE { this is no query"
_RESULTS = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)
_GRAPHS = (TURTLE, N_TRIPLES, RDF_XML)
_BAD_REQUEST = 400
_FEW = 100_000
"""Bytes of an answer of one row or three triples."""


def check_endpoint(client: Client, record: Record, url: str, described: Described) -> str | None:
    """Find the endpoint and check how it answers; return its address, None where there is none."""
    found: list[str] = []
    record.check("harvest-endpoint", _find(client, url, described, found))
    if not found:
        return None
    endpoint = found[0]
    record.check("harvest-endpoint-post", _post_problems(client, endpoint))
    record.check("harvest-endpoint-description", _description_problems(client, endpoint))
    record.check("harvest-endpoint-results", _format_problems(client, endpoint, _ONE, _RESULTS))
    record.check("harvest-endpoint-graphs", _format_problems(client, endpoint, _GRAPH, _GRAPHS))
    record.check("harvest-endpoint-refusal", _refusal_problems(client, endpoint))
    return endpoint


def _find(client: Client, url: str, described: Described, found: list[str]) -> Iterator[Problem]:
    """Ask the endpoints that are described; without a description what was named, then where endpoints usually are."""
    named = list(dict.fromkeys(described.endpoints))
    for candidate in named or dict.fromkeys((url, *(urljoin(url, each) for each in _USUAL))):
        try:
            ask(client, candidate, _ONE)
        except FetchFailed as error:
            if named:
                raise
            last = error
        else:
            found.append(candidate)
            return
    yield Problem(url=url, message=f"No endpoint is described, and none answers: {last.message}")


def _post_problems(client: Client, endpoint: str) -> Iterator[Problem]:
    json = RESULTS_JSON.media_type
    ways = {
        "application/x-www-form-urlencoded": Request(
            url=endpoint, accept=json, form={"query": _ONE}, obeys_robots=False, follows=False
        ),
        "application/sparql-query": Request(
            url=endpoint,
            accept=json,
            data=_ONE.encode(),
            headers={"Content-Type": "application/sparql-query"},
            obeys_robots=False,
            follows=False,
        ),
    }
    for name, request in ways.items():
        try:
            solutions(client.fetch(request))
        except FetchFailed as error:
            yield Problem(url=endpoint, message=f"POST with {name}: {error.message}")


def _description_problems(client: Client, endpoint: str) -> Iterator[Problem]:
    graph = graph_of(client.fetch(Request(url=endpoint, accept=ACCEPT, obeys_robots=False)))
    services = graph.subjects(RDF["type"], SD["Service"])
    if not services:
        yield Problem(url=endpoint, message="What is sent without a query describes no sd:Service.")
    elif not any(graph.objects(each, SD[name]) for each in services for name in ("endpoint", "resultFormat")):
        yield Problem(url=endpoint, message="The description states neither sd:endpoint nor sd:resultFormat.")


def _format_problems(client: Client, endpoint: str, query: str, formats: Sequence[Format]) -> Iterator[Problem]:
    for each in formats:
        request = replace(query_request(endpoint, query, each.media_type), at_most=_FEW)
        try:
            response = client.fetch(request)
            _read(response, each)
        except FetchFailed as error:
            yield Problem(url=endpoint, message=f"Asked for {each.media_type}: {error.message}")
            continue
        if response.media_type != each.media_type:
            said = f"Asked for {each.media_type}: the media type is {response.media_type!r}."
            yield Problem(url=endpoint, message=said)


def _read(response: Response, chosen: Format) -> None:
    """Read an answer of few rows to its end, as what was asked for; in CSV nothing could be wrong."""
    if chosen.rdf is not None:
        graph_of(response)
        return
    if chosen is RESULTS_JSON:
        solutions(response)
        return
    if not response.is_ok or not response.is_whole:
        why = f"the status {response.status}" if not response.is_ok else f"more than {_FEW} bytes for one row"
        raise FetchFailed(response.url, f"It is answered with {why}.")
    if chosen is RESULTS_CSV or chosen.results is None or response.media_type != chosen.media_type:
        return
    if DOCTYPE.search(response.body):
        raise FetchFailed(response.url, "It has a document type declaration; it is not read.")
    try:
        answer = ox.parse_query_results(response.body, format=chosen.results)
        for _ in answer if isinstance(answer, ox.QuerySolutions) else ():
            pass
    except (SyntaxError, ValueError) as error:
        raise FetchFailed(response.url, f"It cannot be read as that: {error}.") from error


def _refusal_problems(client: Client, endpoint: str) -> Iterator[Problem]:
    response = client.fetch(query_request(endpoint, _NO_QUERY, RESULTS_JSON.media_type))
    if response.status != _BAD_REQUEST:
        yield Problem(url=endpoint, message=f"What is no query is answered with the status {response.status}, not 400.")
