"""The event stream of changes: whether a client can walk it from its first page (LDES and TREE)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pyoxigraph as ox

from digigraph.harvesting.exchange import FetchFailed, absolute
from digigraph.harvesting.graph import ACCEPT, graph_of
from digigraph.harvesting.record import Problem
from digigraph.vocab import DCAT, DCTERMS, LDES, RDF, TREE, Subject, Term

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.harvesting.client import Client
    from digigraph.harvesting.dataset import Described
    from digigraph.harvesting.exchange import Response
    from digigraph.harvesting.graph import Graph
    from digigraph.harvesting.record import Record

_USUAL = "changes"
_STANDARDS = {
    "https://w3id.org/ldes/specification",
    "https://semiceu.github.io/LinkedDataEventStreams",
    "https://w3id.org/tree",
    "https://w3id.org/tree/specification",
}
_PAGES = 40
"""Pages that are walked: the rest of a long stream is like them."""


@dataclass(frozen=True, slots=True)
class _Page:
    response: Response
    graph: Graph
    nodes: tuple[str, ...]
    """Pages that its relations lead to."""


@dataclass(slots=True)
class _Stream:
    node: Subject
    graph: Graph
    url: str
    """Of the document that describes it."""
    roots: list[str]
    pages: dict[str, _Page] = field(default_factory=dict)


def check_changes(client: Client, record: Record, url: str, described: Described) -> None:
    """Find the event stream and walk it."""
    found: list[_Stream] = []
    record.check("harvest-stream", _find(client, url, described, found))
    if not found:
        return
    stream = found[0]
    terms = {"ldes:timestampPath": LDES["timestampPath"], "ldes:versionOfPath": LDES["versionOfPath"]}
    missing = [name for name, term in terms.items() if not stream.graph.objects(stream.node, term)]
    record.check(
        "harvest-stream-context", [Problem(url=stream.url, message=f"It does not state {each}.") for each in missing]
    )
    record.check("harvest-stream-pages", _walk(client, stream))
    record.check("harvest-stream-members", _member_problems(stream))
    record.check("harvest-stream-caching", _caching_problems(stream))


def _find(client: Client, url: str, described: Described, found: list[_Stream]) -> Iterator[Problem]:
    """Follow what the descriptions name, then look where such streams usually are."""
    named = [address for graph in (described.void, described.catalog) for address in _named(graph)]
    usual = urljoin(url, _USUAL)
    for candidate in dict.fromkeys((*named, usual)):
        try:
            response = client.get(candidate, ACCEPT)
            graph = graph_of(response)
        except FetchFailed as error:
            if named:
                raise
            yield Problem(url=url, message=f"No stream is described, and there is none at {error.url}: {error.message}")
            return
        streams = graph.subjects(RDF["type"], LDES["EventStream"])
        if streams:
            roots = graph.urls(streams[0], TREE["view"])
            found.append(_Stream(streams[0], graph, response.url, roots))
            if not named:
                yield Problem(url=url, message=f"Neither VoID nor the catalogue names the stream at {candidate}.")
            if not roots:
                yield Problem(url=response.url, message="It does not state tree:view.")
            return
    yield Problem(url=usual, message="It describes no ldes:EventStream.")


def _named(graph: Graph) -> list[str]:
    """The addresses that a description names: views, sources and streams; distributions and services that conform."""
    conforming = [
        each
        for each, standard in graph.pairs(DCTERMS["conformsTo"])
        if isinstance(standard, ox.NamedNode) and standard.value.rstrip("/") in _STANDARDS
    ]
    addresses = [
        url for each in conforming for name in ("endpointURL", "accessURL") for url in graph.urls(each, DCAT[name])
    ]
    nodes: list[Term] = [value for _, value in graph.pairs(TREE["view"])]
    nodes += [each for kind in ("EventSource", "EventStream") for each in graph.subjects(RDF["type"], LDES[kind])]
    addresses += [each.value for each in nodes if isinstance(each, ox.NamedNode)]
    return [each for each in map(absolute, addresses) if each is not None]


def _walk(client: Client, stream: _Stream) -> Iterator[Problem]:
    waiting = [(each, stream.url) for each in stream.roots or [stream.url]]
    seen = {url for url, _ in waiting}
    while waiting and len(stream.pages) < _PAGES:
        url, linked_from = waiting.pop(0)
        try:
            page = _page(client, url)
        except FetchFailed as error:
            yield Problem(url=linked_from, message=f"It leads to {url}, which cannot be read: {error.message}")
            continue
        stream.pages[url] = page
        if not _is_named(page, url, stream):
            yield Problem(url=url, message="It is neither a tree:Node, nor a tree:view of the stream.")
        for node in page.nodes:
            if node not in seen:
                seen.add(node)
                waiting.append((node, url))


def _page(client: Client, url: str) -> _Page:
    response = client.get(url, ACCEPT)
    graph = graph_of(response)
    relations = [relation for _, relation in graph.pairs(TREE["relation"])]
    nodes: dict[str, None] = {}
    for each in relations:
        leads = graph.urls(each, TREE["node"]) if not isinstance(each, ox.Literal) else []
        if not leads:
            raise FetchFailed(url, "it has a tree:relation without tree:node.")
        nodes |= dict.fromkeys(leads)
    return _Page(response, graph, tuple(nodes))


def _is_named(page: _Page, url: str, stream: _Stream) -> bool:
    named = {ox.NamedNode(url), ox.NamedNode(page.response.url)}
    graph = page.graph
    is_node = any(TREE["Node"] in graph.objects(each, RDF["type"]) for each in named)
    return is_node or bool(named & set(graph.objects(stream.node, TREE["view"])))


def _member_problems(stream: _Stream) -> Iterator[Problem]:
    paths: dict[ox.NamedNode, str] = {}
    for name in ("timestampPath", "versionOfPath"):
        paths |= {
            each: name for each in stream.graph.objects(stream.node, LDES[name]) if isinstance(each, ox.NamedNode)
        }
    pages: dict[Subject, str] = {}
    for url, page in stream.pages.items():
        for member in page.graph.objects(stream.node, TREE["member"]):
            if isinstance(member, ox.Literal):
                yield Problem(url=url, message=f"The member {member} is a literal.")
                continue
            if member in pages:
                yield Problem(url=url, message=f"The member {member} is on {pages[member]} as well.")
            pages[member] = url
            for path, name in paths.items():
                if len(page.graph.objects(member, path)) != 1:
                    said = f"The member {member} has not one value of {path.value}, which is ldes:{name}."
                    yield Problem(url=url, message=said)
    if not pages:
        yield Problem(url=stream.url, message="No page has a tree:member.")


def _caching_problems(stream: _Stream) -> Iterator[Problem]:
    pages = [page.response for page in stream.pages.values()]
    for each in pages:
        if not each.headers.get("etag"):
            yield Problem(url=each.url, message="It has no ETag.")
    if len(pages) > 1 and not any("immutable" in each.headers.get("cache-control", "").lower() for each in pages):
        yield Problem(url=stream.url, message="None of its pages has Cache-Control: immutable.")
