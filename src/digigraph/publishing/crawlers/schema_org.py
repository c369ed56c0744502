"""What a page says to search engines: the schema.org statements of a thing, as JSON-LD to be embedded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.publishing.edition.licences import RIGHTS
from digigraph.vocab import RDF, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from digigraph.publishing.descriptions.offer import Offer, OfferedDump
    from digigraph.publishing.linked_data.data import Data

Node = dict[str, object]
_LONGEST = 5000
_MOST = 1000
"""Triples that are embedded, those of the topic first: they stand in every page of a thing with many statements."""


def schema_org_triples(data: Data) -> set[ox.Triple]:
    """Return the triples in the words of schema.org: of the thing, what it owns, and the names of its neighbours.

    Without literals longer than what search engines read: they would weigh on every page.
    """
    return {each for each in data.triples if _is_schema_org(each)}


def _is_schema_org(triple: ox.Triple) -> bool:
    said = triple.object if triple.predicate == RDF["type"] else triple.predicate
    is_long = isinstance(triple.object, ox.Literal) and len(triple.object.value) > _LONGEST
    return isinstance(said, ox.NamedNode) and said.value.startswith(str(SCHEMA)) and not is_long


def embedded(data: Data) -> str:
    """Return JSON-LD for a ``script`` element: whatever the graph says, the element does not end in it.

    The context is written out, so that a reader gets the very IRIs of the graph: the published context of schema.org
    has them with ``http:``.
    """
    triples = sorted(schema_org_triples(data), key=lambda each: (each.subject != data.topic, str(each)))
    nodes = _nodes(triples[:_MOST])
    topic = nodes.pop(data.topic.value, {"@id": data.topic.value})
    return _written({"@graph": [topic, *nodes.values()]})


def dataset_markup(offer: Offer, about: str) -> str:
    """Return the description of the whole graph as JSON-LD for a ``script`` element.

    It has what dataset search shows (Google's guideline for structured data of datasets), as far as settings and state
    say it. What can be downloaded are the dumps: crawlers are kept from whole graphs that a query makes.

    Parameters
    ----------
    offer
        What is published.
    about
        What it is about, where the settings do not say so.
    """
    settings = offer.settings
    return _written(
        {
            "@type": "Dataset",
            "@id": Iris(settings.base_iri).dataset.value,
            "name": settings.title,
            "description": settings.description or about,
            "url": {"@id": offer.url("/")},
            **({"license": {"@id": settings.license}} if settings.license else {}),
            "copyrightNotice": _value(RIGHTS),
            "inLanguage": settings.languages.split(),
            "isAccessibleForFree": True,
            **dict(_known(offer)),
            "distribution": [_download(offer, each) for each in offer.dumps],
        }
    )


def _known(offer: Offer) -> Iterator[tuple[str, object]]:
    """What is said of the dataset only where it is known."""
    settings = offer.settings
    if offer.keywords:
        yield "keywords", list(offer.keywords)
    if settings.places:
        yield "spatialCoverage", [{"@id": each} for each in settings.places.split()]
    if settings.publisher or settings.publisher_name:
        name = {"name": settings.publisher_name} if settings.publisher_name else {}
        yield "publisher", {"@id": offer.publisher.value, **name}
    if offer.snapshot is not None:
        yield "version", offer.snapshot.name
        yield "dateModified", offer.snapshot.created


def _download(offer: Offer, dump: OfferedDump) -> Node:
    return {
        "@type": "DataDownload",
        "name": dump.title,
        "description": dump.description,
        "contentUrl": {"@id": offer.url(dump.path)},
        "encodingFormat": dump.encoding.compression or dump.encoding.format.media_type,
        "contentSize": f"{dump.size} B",
        "sha256": dump.sha256,
    }


def _written(document: Node) -> str:
    text = json.dumps({"@context": {"@vocab": str(SCHEMA), "xsd": str(XSD)}, **document}, ensure_ascii=False, indent=1)
    # JSON's own escapes, for "</script>", "<!--" and what else HTML might see (HTML, section 4.12.1.3).
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _nodes(triples: Iterable[ox.Triple]) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for each in triples:
        subject = each.subject.value if isinstance(each.subject, ox.NamedNode) else str(each.subject)
        node = nodes.setdefault(subject, {"@id": subject})
        name = "@type" if each.predicate == RDF["type"] else each.predicate.value.removeprefix(str(SCHEMA))
        value = _value(each.object)
        values = node.setdefault(name, [])
        assert isinstance(values, list)  # noqa: S101 - "@id" is no property
        values.append(value["@id"] if name == "@type" else value)
    return nodes


def _value(term: object) -> Node:
    if not isinstance(term, ox.Literal):
        return {"@id": term.value if isinstance(term, ox.NamedNode) else str(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == XSD["string"]:
        return {"@value": term.value}
    datatype = term.datatype.value
    return {"@value": term.value, "@type": datatype.replace(str(XSD), "xsd:", 1)}
