"""Quads as bytes, in any format that carries them."""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from digigraph.media import JSON_LD, VERSIONS, Kind
from digigraph.store.results.expressible import expressible
from digigraph.store.results.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import IO

    from digigraph.media import Format
    from digigraph.publishing.edition.graph import Context
    from digigraph.publishing.linked_data.data import Data


def write(data: Data, chosen: Format, *, prefixes: Mapping[str, str], context: Context) -> bytes:
    """Return data in a format: triple formats without claims, JSON-LD compacted.

    Parameters
    ----------
    data
        What is written.
    chosen
        A format of kind GRAPH or DATASET.
    prefixes
        For the formats that have them; only those that are used are written.
    context
        Of JSON-LD: terms that are used are written into the document, so that nobody has to fetch anything.

    Raises
    ------
    NotAcceptable
        The data holds what the format cannot express; see :mod:`digigraph.store.results.expressible`.
    """
    quads = data.quads(with_claims=chosen.kind is Kind.DATASET, with_reifiers=chosen.version == VERSIONS[0])
    if chosen is JSON_LD:
        return compact(quads, context)
    return serialise(quads, chosen, prefixes)


def serialise(quads: Iterable[ox.Quad], chosen: Format, prefixes: Mapping[str, str]) -> bytes:
    """Return quads in the order given, in a format of the engine.

    Raises
    ------
    NotAcceptable
        They hold what the format cannot express.
    """
    kept = list(quads)
    pieces: list[bytes] = []
    output = Output(pieces.append, chosen)
    deque(expressible((each.triple for each in kept), chosen), maxlen=0)
    ox.serialize(kept, cast("IO[bytes]", output), format=chosen.rdf, prefixes=_used(kept, prefixes))
    output.finish()
    return b"".join(pieces)


def _used(quads: Iterable[ox.Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    text = " ".join({str(term) for quad in quads for term in quad})
    return {name: iri for name, iri in prefixes.items() if f"<{iri}" in text}


def compact(quads: Iterable[ox.Quad], context: Context) -> bytes:
    """Return triples as compacted JSON-LD (JSON-LD 1.1 API, section 5.1) with a context of what is used of ours."""
    # Here, for the processor takes longer to load than all the rest, and most answers never need it.
    from pyld import jsonld  # noqa: PLC0415

    written = serialise(quads, JSON_LD, {})
    compacted = jsonld.compact(json.loads(written), context, {"documentLoader": _refuse, "graph": True})
    body = {name: value for name, value in compacted.items() if name != "@context"}
    return json.dumps({"@context": _in_use(context, body), **body}, ensure_ascii=False, indent=1).encode() + b"\n"


def _refuse(url: str, _options: object) -> dict[str, object]:
    raise ValueError(f"{url} is not fetched.")


def _in_use(context: Context, body: object) -> Context:
    """The terms of a context that a document uses, and the prefixes that these need."""
    words: set[str] = set()
    _collect(body, words)
    _collect([context[word] for word in words if word in context], words)
    return {name: value for name, value in context.items() if name.startswith("@") or name in words}


def _collect(node: object, words: set[str]) -> None:
    if isinstance(node, dict):
        for name, value in node.items():
            words.update((name, name.partition(":")[0]))
            _collect(value, words)
    elif isinstance(node, list):
        for each in node:
            _collect(each, words)
    elif isinstance(node, str):
        words.update((node, node.partition(":")[0]))
