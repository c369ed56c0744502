"""What a page says to search engines: the schema.org statements of a thing, as JSON-LD to be embedded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.publishing.labels import LANGUAGES
from digigraph.vocab import RDF, SCHEMA, XSD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digigraph.publishing.data import Data

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


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCard:
    """What dataset search shows of a graph (Google's guideline for structured data of datasets).

    Parameters
    ----------
    iri, name, description
        Of the dataset.
    url
        Of its page.
    downloads
        Pairs of URL and media type.
    licence
        IRI of the licence; empty where none is stated.
    """

    iri: str
    name: str
    description: str
    url: str
    downloads: tuple[tuple[str, str], ...]
    licence: str


def dataset_markup(card: DatasetCard) -> str:
    """Return the description of the whole graph as JSON-LD for a ``script`` element."""
    return _written(
        {
            "@type": "Dataset",
            "@id": card.iri,
            "name": card.name,
            "description": card.description,
            "url": {"@id": card.url},
            **({"license": {"@id": card.licence}} if card.licence else {}),
            "inLanguage": list(LANGUAGES),
            "isAccessibleForFree": True,
            "distribution": [
                {"@type": "DataDownload", "contentUrl": {"@id": url}, "encodingFormat": media_type}
                for url, media_type in card.downloads
            ],
        }
    )


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
