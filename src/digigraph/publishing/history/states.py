"""The states of the graph that are kept, as data: a series of datasets (DCAT 3, section 12).

When, by which program and from which sources a state was made is said in PROV-O, its hashes in SPDX.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pyoxigraph as ox

from digigraph.iris import Iris
from digigraph.publishing.descriptions.offer import hashed
from digigraph.publishing.edition.paths import state_path
from digigraph.publishing.linked_data.data import Data
from digigraph.vocab import DCAT, DCTERMS, DG, PROV, RDF, SCHEMA, VOID, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digigraph.publishing.descriptions.constructed import Said
    from digigraph.publishing.descriptions.offer import Offer
    from digigraph.store.snapshots.gone import GoneSnapshot
    from digigraph.store.snapshots.opened import Snapshot

_Member = bool | int | str | list[str] | list[dict[str, str]]


def manifest(offer: Offer, state: Snapshot) -> dict[str, _Member]:
    """Return what there is to say of a state, for programs that read JSON."""
    path = state_path(state.name)
    return {
        "name": state.name,
        "iri": _iri(offer, state.name).value,
        "active": offer.snapshot is not None and state.name == offer.snapshot.name,
        "created": state.created,
        "digigraph": state.digigraph,
        "engine": state.engine,
        "sources": state.sources,
        "sha256": state.sha256,
        "quads": state.quads,
        "triples": state.triples,
        "url": offer.url(path),
        "pages": offer.url(f"{path}/"),
        "sparql": offer.url(f"{path}/sparql"),
        "dumps": [offer.url(f"/dumps/{state.name}.{each.name}") for each in state.dumps()],
        "rewritten": [
            {"replaced": each.replaced, "at": each.at, "reasons": " ".join(each.reasons)} for each in state.rewritten
        ],
    }


def state_data(offer: Offer, state: Snapshot) -> Data:
    """Return the description of one state."""
    topic = _iri(offer, state.name)
    return Data(topic, frozenset(ox.Triple(*each) for each in _state(offer, state)), licence=offer.settings.license)


def states_data(offer: Offer, kept: Sequence[Snapshot], gone: Sequence[GoneSnapshot]) -> Data:
    """Return the description of all states.

    Parameters
    ----------
    offer
        What is published.
    kept, gone
        Those that there are, and those that were removed; oldest first.
    """
    series = _series(offer)
    said: list[Said] = [
        (series, RDF["type"], DCAT["DatasetSeries"]),
        (series, DCTERMS["title"], ox.Literal(f"{offer.settings.title}: states of the graph", language="en")),
        (series, DCTERMS["description"], ox.Literal("Each publication of the graph, as it was.", language="en")),
        (series, DCTERMS["publisher"], offer.publisher),
        *((series, DCAT["first"], _iri(offer, each.name)) for each in kept[:1]),
        *((series, DCAT["last"], _iri(offer, each.name)) for each in kept[-1:]),
        *itertools.chain.from_iterable(_state(offer, each) for each in kept),
        *itertools.chain.from_iterable(_removed(offer, each) for each in gone),
        *((_iri(offer, after.name), DCAT["prev"], _iri(offer, each.name)) for each, after in itertools.pairwise(kept)),
    ]
    return Data(series, frozenset(ox.Triple(*each) for each in said), licence=offer.settings.license)


def _series(offer: Offer) -> ox.NamedNode:
    return ox.NamedNode(f"{offer.settings.base_iri}snapshots")


def _iri(offer: Offer, name: str) -> ox.NamedNode:
    return Iris(offer.settings.base_iri).snapshot(name)


def _state(offer: Offer, state: Snapshot) -> Iterator[Said]:
    topic, dataset = _iri(offer, state.name), Iris(offer.settings.base_iri).dataset
    created = ox.Literal(state.created, datatype=XSD["dateTime"])
    path = state_path(state.name)
    for each in (DCAT["Dataset"], VOID["Dataset"], PROV["Entity"]):
        yield topic, RDF["type"], each
    yield topic, DCTERMS["title"], ox.Literal(f"{offer.settings.title}, state {state.name}", language="en")
    yield topic, DCTERMS["publisher"], offer.publisher
    yield topic, DCTERMS["issued"], created
    yield topic, DCAT["version"], ox.Literal(state.name)
    yield topic, DCAT["isVersionOf"], dataset
    yield topic, DCAT["inSeries"], _series(offer)
    yield topic, DCAT["landingPage"], offer.node(f"{path}/")
    yield topic, VOID["sparqlEndpoint"], offer.node(f"{path}/sparql")
    for dump in state.dumps():
        yield topic, VOID["dataDump"], offer.node(f"/dumps/{state.name}.{dump.name}")
    yield topic, VOID["triples"], ox.Literal(state.triples)
    yield topic, DG["quads"], ox.Literal(state.quads)
    yield from hashed(topic, "checksum", state.sha256)
    yield from offer.terms(topic)
    yield topic, PROV["generatedAtTime"], created
    for rewriting in state.rewritten:
        # Without what was taken back since.
        yield topic, PROV["wasRevisionOf"], _iri(offer, rewriting.replaced)
        yield topic, DCTERMS["modified"], ox.Literal(rewriting.at, datatype=XSD["dateTime"])
    yield from _publication(topic, state)


def _publication(topic: ox.NamedNode, state: Snapshot) -> Iterator[Said]:
    """By what, and from what, a state was made."""
    publication, sources, program = (
        ox.NamedNode(f"{topic.value}#{each}") for each in ("publication", "sources", "program")
    )
    yield topic, PROV["wasGeneratedBy"], publication
    yield publication, RDF["type"], PROV["Activity"]
    yield publication, PROV["used"], sources
    yield publication, PROV["wasAssociatedWith"], program
    yield sources, RDF["type"], PROV["Entity"]
    yield from hashed(sources, "sources-checksum", state.sources)
    yield program, RDF["type"], PROV["SoftwareAgent"]
    yield program, SCHEMA["name"], ox.Literal("digigraph")
    yield program, SCHEMA["softwareVersion"], ox.Literal(state.digigraph)
    yield program, SCHEMA["softwareRequirements"], ox.Literal(state.engine)


def _removed(offer: Offer, state: GoneSnapshot) -> Iterator[Said]:
    topic = _iri(offer, state.name)
    removal = ox.NamedNode(f"{topic.value}#removal")
    yield topic, RDF["type"], PROV["Entity"]
    yield topic, DCAT["version"], ox.Literal(state.name)
    yield topic, PROV["generatedAtTime"], ox.Literal(state.created, datatype=XSD["dateTime"])
    yield topic, PROV["wasInvalidatedBy"], removal
    yield removal, RDF["type"], PROV["Activity"]
