"""The dataset as its server describes it: VoID, DCAT, where to ask, and what to fetch."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from digigraph.harvesting.exchange import absolute
from digigraph.harvesting.graph import Graph
from digigraph.vocab import DCAT, RDF, SPDX, VOID, Subject

_IANA = "://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """A file with the data.

    Parameters
    ----------
    url
        Where it is.
    media_type, compression
        As the catalogue states them; empty where it does not.
    size
        In bytes; None where it is not stated.
    sha256
        In hex, lower case; empty where it is not stated.
    """

    url: str
    media_type: str = ""
    compression: str = ""
    size: int | None = None
    sha256: str = ""


@dataclass(slots=True, kw_only=True)
class Described:
    """What was found out about the dataset so far.

    Parameters
    ----------
    void, catalog
        The descriptions; without a statement where there are none.
    void_url, catalog_url
        Where they are.
    dataset
        The one that VoID describes.
    endpoints
        Where it can be asked, the likeliest first.
    """

    void: Graph = field(default_factory=Graph)
    void_url: str = ""
    catalog: Graph = field(default_factory=Graph)
    catalog_url: str = ""
    dataset: Subject | None = None
    endpoints: list[str] = field(default_factory=list)

    @property
    def examples(self) -> list[str]:
        """IRIs of things that the description names as examples, with their fragments."""
        named = self.void.objects(self.dataset, VOID["exampleResource"]) if self.dataset is not None else []
        return [each.value for each in named if isinstance(each, ox.NamedNode) and absolute(each.value) is not None]

    @property
    def void_dumps(self) -> list[str]:
        """Addresses of the dumps that VoID names."""
        return self.void.urls(self.dataset, VOID["dataDump"]) if self.dataset is not None else []

    @property
    def dumps(self) -> list[Dump]:
        """The dumps that either description names, with what the catalogue says of them."""
        found = {each: Dump(url=each) for each in self.void_dumps}
        for distribution, _ in self.catalog.pairs(DCAT["downloadURL"]):
            for url in self.catalog.urls(distribution, DCAT["downloadURL"]):
                found[url] = self._dump(distribution, url)
        return list(found.values())

    def _dump(self, distribution: Subject, url: str) -> Dump:
        def media_type(name: str) -> str:
            said = (
                each.value for each in self.catalog.objects(distribution, DCAT[name]) if isinstance(each, ox.NamedNode)
            )
            return next((each.partition(_IANA)[2].lower() for each in said if _IANA in each), "")

        checksums = (
            each
            for each in self.catalog.objects(distribution, SPDX["checksum"])
            if isinstance(each, ox.NamedNode | ox.BlankNode)
            and SPDX["checksumAlgorithm_sha256"] in self.catalog.objects(each, SPDX["algorithm"])
        )
        values = [
            value.value.lower()
            for each in checksums
            for value in self.catalog.objects(each, SPDX["checksumValue"])
            if isinstance(value, ox.Literal)
        ]
        return Dump(
            url=url,
            media_type=media_type("mediaType"),
            compression=media_type("compressFormat"),
            size=self.catalog.number(distribution, DCAT["byteSize"]),
            sha256=values[0] if values else "",
        )


def main_dataset(graph: Graph) -> Subject | None:
    """Return the dataset that a VoID description is about: the one with most statements that is no part of another."""
    parts = {
        value for name in ("subset", "classPartition", "propertyPartition") for _, value in graph.pairs(VOID[name])
    }
    linksets = set(graph.subjects(RDF["type"], VOID["Linkset"]))
    found = [each for each in graph.subjects(RDF["type"], VOID["Dataset"]) if each not in parts | linksets]

    def statements(candidate: Subject) -> int:
        return sum(each.subject == candidate for each in graph.triples)

    return max(found, key=statements, default=None)


def catalogued(graph: Graph) -> bool:
    """Tell whether a graph is a catalogue: one of its own, or a dataset with files."""
    return bool(graph.subjects(RDF["type"], DCAT["Catalog"]) or graph.pairs(DCAT["distribution"]))
