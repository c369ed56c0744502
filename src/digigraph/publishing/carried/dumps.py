"""The whole dataset as files for harvesters: N-Quads, TriG, Turtle, JSON-LD, each also compressed.

They are made at publication, so that whoever fetches them costs no query, can go on where a transfer broke off, and
gets the same bytes for the same state. Formats of quads hold the dataset, formats of triples the default graph.
"""

from __future__ import annotations

import gzip
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox
import zstandard

from digigraph.media import DUMPED, N_QUADS, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping
    from pathlib import Path
    from typing import IO

    from digigraph.media import Format

_GZIP_LEVEL = 6
_ZSTD_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a dump is written.

    Parameters
    ----------
    format
        Of the data.
    compression
        Media type of the compression; empty: none.
    coding
        Its name.
    """

    format: Format
    compression: str = ""
    coding: str = ""

    @property
    def media_type(self) -> str:
        """Of the file as it is sent: a compressed file is what is asked for, not a coding on the way."""
        return self.compression or self.format.content_type


def _gzip(source: IO[bytes], target: IO[bytes]) -> None:
    # Without name and time, which would make other bytes of the same state.
    with gzip.GzipFile(filename="", fileobj=target, mode="wb", compresslevel=_GZIP_LEVEL, mtime=0) as output:
        shutil.copyfileobj(source, output)


def _zstd(source: IO[bytes], target: IO[bytes]) -> None:
    size = os.fstat(source.fileno()).st_size
    zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).copy_stream(source, target, size=size)


_COMPRESSIONS: dict[str, tuple[str, Callable[[IO[bytes], IO[bytes]], None]]] = {
    "gz": ("gzip", _gzip),
    "zst": ("zstd", _zstd),
}
FORMATS: dict[str, Encoding] = {
    name: encoding
    for plain in DUMPED
    for name, encoding in (
        (plain.name, Encoding(plain)),
        *(
            (f"{plain.name}.{suffix}", Encoding(plain, f"application/{coding}", coding))
            for suffix, (coding, _) in _COMPRESSIONS.items()
        ),
    )
}
"""Every dump by the name of its file, ``nq`` to ``jsonld.zst``."""


def write_dumps(folder: Path, nquads: bytes, prefixes: Mapping[str, str], *, names: Container[str]) -> None:
    """Write the dumps of a dataset into a folder.

    Parameters
    ----------
    folder
        Where to; it is there.
    nquads
        The dataset as N-Quads, lines sorted by bytes.
    prefixes
        For the formats that have them.
    names
        Of the formats wanted.

    Raises
    ------
    OSError
        The disk refuses.
    """
    for each in (wanted for wanted in DUMPED if wanted.name in names):
        plain = folder / each.name
        with plain.open("wb") as output:
            write_dump(output, nquads, each, prefixes)
        for suffix, (_, compress) in _COMPRESSIONS.items():
            with plain.open("rb") as source, (folder / f"{each.name}.{suffix}").open("wb") as target:
                compress(source, target)


def write_dump(output: IO[bytes], nquads: bytes, chosen: Format, prefixes: Mapping[str, str]) -> None:
    """Write a dataset in a format: the same bytes for the same dataset; of formats for triples, the default graph."""
    if chosen is N_QUADS:
        output.write(nquads)
        return
    quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
    ordered = _default_graph(quads) if chosen.kind is Kind.GRAPH else sorted(quads, key=_graph)
    ox.serialize(ordered, output, format=chosen.rdf, prefixes=dict(prefixes))


def with_named_default(nquads: bytes, graph: ox.NamedNode) -> bytes:
    """Return a dataset whose default graph has a name, for engines that have none without: sorted N-Quads."""
    quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
    named = (
        ox.Quad(each.subject, each.predicate, each.object, graph) if each.graph_name == ox.DefaultGraph() else each
        for each in quads
    )
    written = ox.serialize(named, format=ox.RdfFormat.N_QUADS)
    assert written is not None  # noqa: S101 - it was not written to a file
    return b"".join(sorted(set(written.splitlines(keepends=True))))


def _default_graph(quads: Iterator[ox.Quad]) -> Iterator[ox.Quad]:
    return (each for each in quads if each.graph_name == ox.DefaultGraph())


def _graph(quad: ox.Quad) -> str:
    """Its graph, the default graph first: TriG names each graph once."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
