"""Things: whether their IRIs lead to data, in every format, for programs and browsers, and how well it can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pyoxigraph as ox

from digigraph.harvesting.client import Request
from digigraph.harvesting.crawling import spread
from digigraph.harvesting.exchange import Elsewhere, FetchFailed
from digigraph.harvesting.graph import FORMATS, graph_of
from digigraph.harvesting.mementos import check_mementos
from digigraph.harvesting.record import Problem
from digigraph.media import HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digigraph.harvesting.client import Client
    from digigraph.harvesting.exchange import Response
    from digigraph.harvesting.graph import Graph
    from digigraph.harvesting.record import Record

_FORMATS = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_SEE_OTHER, _NOT_MODIFIED, _OK = 303, 304, 200
_MOST_LINKS = 12
_UNKNOWN = "no-thing-has-this-name-3f9c1e"


def check_things(client: Client, record: Record, things: list[str]) -> None:
    """Check what the IRIs of some things are answered with; the first of them in every respect."""
    answered: list[str] = []
    record.check("harvest-thing", _data_problems(client, things, answered))
    if not answered:
        return
    thing = answered[0]
    record.check("harvest-thing-303", _identity_problems(client, thing))
    answers: dict[str, Response] = {}
    record.check("harvest-thing-formats", _format_problems(client, thing, answers))
    graphs = {name: graph_of(each) for name, each in answers.items()}
    if len(graphs) > 1:
        record.check("harvest-thing-alike", _difference_problems(graphs, answers))
    pages: list[Response] = []
    record.check("harvest-thing-page", _page_problems(client, thing, pages))
    if any(each.links for each in pages):
        record.check("harvest-thing-links", _link_problems(client, pages[0]))
    record.check("harvest-thing-unknown", _unknown_problems(client, thing))
    if answers:
        _check_caching(client, record, thing, answers)
        check_mementos(client, record, next(iter(answers.values())))


def _data_problems(client: Client, things: list[str], answered: list[str]) -> Iterator[Problem]:
    for thing in things:
        try:
            response = client.get(thing, TURTLE.media_type)
            graph = graph_of(response)
        except Elsewhere:
            raise
        except FetchFailed as error:
            yield Problem(url=thing, message=error.message, subject=thing)
            continue
        answered.append(thing)
        if not any(each.subject == ox.NamedNode(thing) for each in graph.triples):
            yield Problem(url=thing, message=f"{response.url} says nothing of it.", subject=thing)


def _identity_problems(client: Client, thing: str) -> Iterator[Problem]:
    """A hash IRI has its document already; any other must be left by 303."""
    if "#" in thing:
        return
    for name, accept in (("RDF", TURTLE.media_type), ("browsers", _BROWSER)):
        response = client.get(thing, accept)
        if not response.hops:
            said = f"The thing itself is answered with {response.status} for {name}, as if it were a document."
            yield Problem(url=thing, message=said, subject=thing)
        elif response.hops[0].status != _SEE_OTHER:
            said = f"The way to a document for {name} is a redirect with {response.hops[0].status}, not 303."
            yield Problem(url=thing, message=said, subject=thing)


def _format_problems(client: Client, thing: str, answers: dict[str, Response]) -> Iterator[Problem]:
    for each in _FORMATS:
        try:
            response = client.get(thing, each.media_type)
            graph_of(response)
        except FetchFailed as error:
            yield Problem(url=thing, message=f"Asked for {each.media_type}: {error.message}", subject=thing)
            continue
        if response.media_type != each.media_type:
            said = f"Asked for {each.media_type}: the media type is {response.media_type!r}."
            yield Problem(url=thing, message=said, subject=thing)
        else:
            answers[each.media_type] = response


def _difference_problems(graphs: dict[str, Graph], answers: dict[str, Response]) -> Iterator[Problem]:
    """Blank nodes have other names in each format, so only their number can be compared."""
    (first, one), *others = graphs.items()
    for name, other in others:
        without = [{each for each in graph.triples if not _has_blank(each)} for graph in (one, other)]
        if without[0] != without[1] or len(one.triples) != len(other.triples):
            differ = len(without[0] ^ without[1])
            said = f"It has {len(other.triples)} triples in {name} and {len(one.triples)} in {first}; {differ} differ."
            yield Problem(url=answers[name].url, message=said)


def _has_blank(triple: ox.Triple) -> bool:
    return isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)


def _page_problems(client: Client, thing: str, pages: list[Response]) -> Iterator[Problem]:
    page = client.get(thing, _BROWSER)
    if not page.is_ok or page.media_type not in {HTML.media_type, *HTML.aliases}:
        said = f"A browser gets the status {page.status} with the media type {page.media_type!r}, no page."
        yield Problem(url=thing, message=said, subject=thing)
        return
    pages.append(page)
    to_data = [each for each in page.linked("describedby", "alternate") if each.media_type in FORMATS]
    if not to_data:
        said = "Its headers have no Link with rel=describedby or rel=alternate and a media type of RDF."
        yield Problem(url=page.url, message=said, subject=thing)


def _link_problems(client: Client, page: Response) -> Iterator[Problem]:
    """Only where links lead within the site; what they lead to elsewhere is for others to answer."""
    typed = {each.target: each for each in page.links if each.media_type and "item" not in each.relations}
    for url in spread(list(typed), _MOST_LINKS):
        link = typed[url]
        response = client.fetch(Request(url=url, accept=link.media_type, is_head=True))
        expected = link.media_type.partition(";")[0].strip()
        if not response.is_ok:
            said = f"It links to {url}, which is answered with the status {response.status}."
            yield Problem(url=page.url, message=said)
        elif response.media_type != expected:
            said = f"It links to {url} as {expected}, which has the media type {response.media_type!r}."
            yield Problem(url=page.url, message=said)


def _unknown_problems(client: Client, thing: str) -> Iterator[Problem]:
    url = urljoin(thing, _UNKNOWN)
    response = client.get(url, TURTLE.media_type)
    if response.status not in {404, 410}:
        yield Problem(url=url, message=f"It is answered with the status {response.status}.")


def _check_caching(client: Client, record: Record, thing: str, answers: dict[str, Response]) -> None:
    """Check what caches and harvesters that come again rely on, with the answers of each format."""
    first = next(iter(answers.values()))
    record.check("harvest-vary", _vary_problems(client, thing, first))
    record.check("harvest-etag", _tag_problems(answers))
    if first.headers.get("etag"):
        record.check("harvest-not-modified", _condition_problems(client, first))
    else:
        record.skip("harvest-not-modified", reason="There is no entity tag to ask with.")
    record.check("harvest-head", _head_problems(client, first))


def _vary_problems(client: Client, thing: str, data: Response) -> Iterator[Problem]:
    redirect = client.fetch(Request(url=thing, accept=TURTLE.media_type, follows=False))
    for response in (redirect, data):
        names = {each.strip().lower() for each in response.headers.get("vary", "").split(",")}
        if not names & {"accept", "*"}:
            yield Problem(url=response.url, message="Its Vary does not name Accept.")


def _tag_problems(answers: dict[str, Response]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name, response in answers.items():
        tag = response.headers.get("etag", "")
        if not tag:
            yield Problem(url=response.url, message=f"It has no ETag in {name}.")
        elif (response.url + tag) in seen:
            said = f"It has the same ETag in {name} and {seen[response.url + tag]}."
            yield Problem(url=response.url, message=said)
        seen[response.url + tag] = name


def _condition_problems(client: Client, data: Response) -> Iterator[Problem]:
    def ask(tag: str) -> Response:
        return client.fetch(Request(url=data.url, accept=data.media_type, headers={"If-None-Match": tag}))

    same = ask(data.headers["etag"])
    if same.status != _NOT_MODIFIED:
        yield Problem(url=data.url, message=f"Its own tag is answered with the status {same.status}, not 304.")
    elif same.body:
        yield Problem(url=data.url, message="304 has a body.")
    if ask('"of-something-else"').status != _OK:
        yield Problem(url=data.url, message="Another tag is not answered with 200.")


def _head_problems(client: Client, data: Response) -> Iterator[Problem]:
    head = client.fetch(Request(url=data.url, accept=data.media_type, is_head=True))
    if head.status != data.status:
        yield Problem(url=data.url, message=f"HEAD is answered with {head.status}, GET with {data.status}.")
    for name in ("content-type", "etag"):
        if head.headers.get(name) != data.headers.get(name):
            said = f"{name} of HEAD is {head.headers.get(name)!r}, of GET {data.headers.get(name)!r}."
            yield Problem(url=data.url, message=said)
