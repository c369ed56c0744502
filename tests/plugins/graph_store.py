"""What the W3C's tests of the Graph Store Protocol read, from a server that takes no writing.

Each of their requests that reads finds the graphs as the requests before it would have left them: they are published
under names of the test and the step, and the request asks for these names. Nothing else of the request is changed.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from w3c import Case, Request

BASE = "https://example.org/suites/"
"""Base IRI of the server that publishes the graphs."""
READING = {"GET", "HEAD"}
_HOME = "http://www.example/gsp/"
_NEW, _NEW_NAME = "$LOCATION$", "new"
_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Step:
    """A request of a test as it is sent here, and the graphs that must be there when it reads."""

    request: Request
    quads: tuple[ox.Quad, ...]


def steps(case: Case) -> Iterator[Step]:
    """Yield the requests of a test of the Graph Store Protocol.

    The default graph has no name of its own, so only one step of all tests may read it.
    """
    graphs: dict[str, tuple[ox.Triple, ...]] = {}
    for number, request in enumerate(case.requests):
        space = f"{BASE}graph/{case.iri.partition('#')[2]}/{number}/"
        if request.method in READING:
            quads = (
                ox.Quad(*triple, ox.DefaultGraph() if name == _DEFAULT else ox.NamedNode(space + name))
                for name, triples in graphs.items()
                for triple in triples
            )
            yield Step(replace(request, path=_path(request.path, space)), tuple(quads))
        else:
            _write(request, graphs)
            yield Step(replace(request, path=_path(request.path, space)), ())


def _path(path: str, space: str) -> str:
    """The same request for graphs in another space, in the spelling that it has."""
    for old, new in ((quote(_HOME, safe=""), quote(space, safe="")), (_HOME, space)):
        path = path.replace(f"graph={old}", f"graph={new}")
    path = path.replace(_NEW, quote(space + _NEW_NAME, safe=""))
    return re.sub(r"^/gsp(?=\?|$)", "/graph-store", re.sub(r"^/gsp/", "/" + space.removeprefix(BASE), path))


def _name(path: str) -> str:
    """Which graph a request means: the name below the suite's home, without the server's part."""
    if path == "/gsp" or _NEW in path:
        return _NEW_NAME
    target = unquote(path.removeprefix("/gsp").removeprefix("?graph=").removeprefix("/").removeprefix("?"))
    return target.removeprefix(_HOME)


def _write(request: Request, graphs: dict[str, tuple[ox.Triple, ...]]) -> None:
    name = _name(request.path)
    if request.method == "DELETE":
        graphs.pop(name, None)
    elif request.method == "PUT":
        graphs[name] = tuple(_triples(request))
    else:
        assert request.method == "POST"
        graphs[name] = (*graphs.get(name, ()), *_triples(request))


def _triples(request: Request) -> Iterator[ox.Triple]:
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
    message = email.message_from_bytes(head.encode() + b"\r\n" + request.body, policy=email.policy.HTTP)
    for part in message.walk():
        if not part.is_multipart():
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            for quad in ox.parse(body, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
                yield quad.triple
