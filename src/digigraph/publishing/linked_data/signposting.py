"""Typed links by which machines find their way from a page to its data (FAIR Signposting, levels 1 and 2)."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.media import HTML, TURTLE, Kind, formats_of
from digigraph.vocab import RDF, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.publishing.linked_data.data import Data

LINKSET = "application/linkset+json"
"""Media type of a link set in JSON (RFC 9264, section 7.2)."""
_ABOUT_PAGE = SCHEMA["AboutPage"].value


@dataclass(frozen=True, slots=True)
class Signpost:
    """One typed link (RFC 8288).

    Parameters
    ----------
    relation
        Relation type, registered with IANA.
    target
        URL or IRI.
    media_type
        Of what is found there; empty where it is not said.
    """

    relation: str
    target: str
    media_type: str = ""

    def __str__(self) -> str:
        """The link as the value of a Link header (RFC 8288, section 3)."""
        written = f'<{self.target}>; rel="{self.relation}"'
        return f'{written}; type="{self.media_type}"' if self.media_type else written


@dataclass(frozen=True, slots=True)
class Signposts:
    """The signposts of what the graph publishes about one topic.

    Parameters
    ----------
    page
        URL of its page.
    of_page, of_data
        Links of the page, and of each document of data by its URL.
    """

    page: str
    of_page: tuple[Signpost, ...]
    of_data: dict[str, tuple[Signpost, ...]]

    def linkset(self) -> bytes:
        """Return all of them as a link set in JSON (RFC 9264, section 4.2)."""
        contexts = [_context(self.page, self.of_page), *(_context(url, links) for url, links in self.of_data.items())]
        return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1).encode() + b"\n"


def _context(anchor: str, links: Iterable[Signpost]) -> dict[str, object]:
    by_relation: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for each in links:
        typed = {"type": each.media_type} if each.media_type else {}
        by_relation[each.relation].append({"href": each.target, **typed})
    return {"anchor": anchor, **by_relation}


def signposts(data: Data, *, page: str, data_url: str, linkset: str, collection: str) -> Signposts:
    """Return the signposts of a thing or a source document.

    Parameters
    ----------
    data
        What the graph says of it.
    page
        URL of its page.
    data_url
        URL of its data, to which the suffix of a format is added.
    linkset
        URL of the link set.
    collection
        URL of the dataset that it belongs to.
    """
    formats = formats_of(Kind.GRAPH, Kind.DATASET)
    described = [Signpost("describedby", f"{data_url}.{each.name}", each.media_type) for each in formats]
    about = [each for each in data.triples if each.subject == data.topic]
    own = sorted(each.object.value for each in about if isinstance(each.object, ox.NamedNode) and _says_type(each))
    originals = _iris(about, SCHEMA["url"])
    licences = (Signpost("license", data.licence),) if data.licence else ()
    of_page = (
        Signpost("cite-as", data.topic.value),
        *(Signpost("type", each) for each in dict.fromkeys([_ABOUT_PAGE, *own])),
        *licences,
        *(Signpost("author", each) for each in _iris(about, SCHEMA["publisher"])),
        *(Signpost("item", each, HTML.media_type) for each in originals),
        Signpost("collection", collection, TURTLE.media_type),
        *described,
        Signpost("linkset", linkset, LINKSET),
    )
    back = (Signpost("describes", page, HTML.media_type), *licences)
    return Signposts(page, of_page, {each.target: back for each in described})


def _says_type(triple: ox.Triple) -> bool:
    return triple.predicate == RDF["type"] and str(getattr(triple.object, "value", "")).startswith(str(SCHEMA))


def _iris(about: Iterable[ox.Triple], predicate: ox.NamedNode) -> list[str]:
    found = (each.object for each in about if each.predicate == predicate)
    return sorted(str(getattr(each, "value", "")) for each in found if _is_link(each))


def _is_link(term: object) -> bool:
    """Whether a term can be a target in a header: an IRI that the web can follow, without what would end the link."""
    value = str(getattr(term, "value", ""))
    return value.startswith(("http://", "https://")) and value.isascii() and not set(value) & set('<>" \r\n')
