"""What is published, as its descriptions need it: settings, addresses, and the state that is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.media import Kind
from digigraph.publishing.carried.dumps import FORMATS
from digigraph.publishing.edition.licences import RIGHTS
from digigraph.vocab import DCTERMS, FOAF, RDF, SPDX, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digigraph.publishing.carried.dumps import Encoding
    from digigraph.publishing.descriptions.constructed import Said
    from digigraph.settings import Settings
    from digigraph.store.snapshots.opened import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedDump:
    """A dump as it is offered.

    Parameters
    ----------
    path
        Below the address of the server.
    encoding
        Its format and compression.
    size
        Bytes.
    sha256
        Of its bytes, in hex.
    """

    path: str
    encoding: Encoding
    size: int
    sha256: str

    @property
    def title(self) -> str:
        """How people call it."""
        return (
            f"{self.encoding.format.title}, {self.encoding.coding}"
            if self.encoding.coding
            else self.encoding.format.title
        )

    @property
    def description(self) -> str:
        """What is in it."""
        if self.encoding.format.kind is Kind.DATASET:
            return "All graphs: what is accepted, each sentence's claim in a graph of its own, what curators added."
        return "The default graph: every accepted statement once."


@dataclass(frozen=True, slots=True)
class Offer:
    """One graph with the addresses under which it is published.

    Parameters
    ----------
    settings
        The project's.
    url
        Returns the address of a path.
    snapshot
        The state that is served; None behind an endpoint of others.
    """

    settings: Settings
    url: Callable[[str], str]
    snapshot: Snapshot | None

    def node(self, path: str) -> ox.NamedNode:
        """Return the address of a path as a term."""
        return ox.NamedNode(self.url(path))

    @property
    def dumps(self) -> tuple[OfferedDump, ...]:
        """The dumps of the state, in the order of the formats."""
        if self.snapshot is None:
            return ()
        carried = {each.name: each for each in self.snapshot.dumps()}
        return tuple(
            OfferedDump(
                path=f"/dumps/{self.snapshot.name}.{name}",
                encoding=encoding,
                size=carried[name].size,
                sha256=carried[name].sha256,
            )
            for name, encoding in FORMATS.items()
            if name in carried
        )

    @property
    def keywords(self) -> tuple[str, ...]:
        """The words by which catalogues find the graph."""
        return tuple(filter(None, (each.strip() for each in self.settings.keywords.split(","))))

    @property
    def description(self) -> str:
        """What the graph is about, at least that it is one."""
        return self.settings.description or f"{self.settings.title}: a knowledge graph, in RDF."

    @property
    def publisher(self) -> ox.NamedNode:
        """Who publishes it: as the settings say, else the project."""
        own = f"{Iris(self.settings.base_iri).dataset.value}#publisher"
        return ox.NamedNode(self.settings.publisher or own)

    def described(self, resource: ox.NamedNode) -> Iterator[Said]:
        """Yield what VoID and DCAT say alike of the dataset, in the words of Dublin Core."""
        settings = self.settings
        yield resource, DCTERMS["title"], ox.Literal(settings.title)
        yield resource, DCTERMS["description"], ox.Literal(self.description)
        yield resource, DCTERMS["publisher"], self.publisher
        yield self.publisher, RDF["type"], FOAF["Agent"]
        yield self.publisher, FOAF["name"], ox.Literal(settings.publisher_name or settings.title)
        yield from _typed(self.publisher, settings.publisher_type)
        yield from self.terms(resource)
        if self.snapshot is not None:
            yield resource, DCTERMS["modified"], ox.Literal(self.snapshot.created, datatype=XSD["dateTime"])

    def terms(self, resource: ox.NamedNode) -> Iterator[Said]:
        """Yield under which terms something may be used: the licence of the data, and the rights in what it quotes."""
        rights = ox.NamedNode(f"{Iris(self.settings.base_iri).dataset.value}#rights")
        yield resource, DCTERMS["rights"], rights
        yield rights, RDF["type"], DCTERMS["RightsStatement"]
        yield rights, DCTERMS["description"], RIGHTS
        if self.settings.license:
            licence = ox.NamedNode(self.settings.license)
            yield resource, DCTERMS["license"], licence
            yield licence, RDF["type"], DCTERMS["LicenseDocument"]
            yield from _typed(licence, self.settings.license_type)


def hashed(what: ox.NamedNode, name: str, sha256: str) -> Iterator[Said]:
    """Yield that something has a SHA-256, in hex, in the words of SPDX; ``name`` is the fragment of its node."""
    checksum = ox.NamedNode(f"{what.value.partition('#')[0]}#{name}")
    yield what, SPDX["checksum"], checksum
    yield checksum, RDF["type"], SPDX["Checksum"]
    yield checksum, SPDX["algorithm"], SPDX["checksumAlgorithm_sha256"]
    yield checksum, SPDX["checksumValue"], ox.Literal(sha256, datatype=XSD["hexBinary"])


def _typed(resource: ox.NamedNode, kind: str) -> Iterator[Said]:
    """Of which kind it is, a concept of the lists that DCAT-AP names, where the settings say so.

    What that concept is called is theirs to say: DCAT-AP demands a name of whatever a catalogue calls a concept.
    """
    if kind:
        yield resource, DCTERMS["type"], ox.NamedNode(kind)
