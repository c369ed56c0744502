"""Formats of RDF files; kept apart from what reads them, which a run that is known already does not load."""

from __future__ import annotations

import pyoxigraph as ox

EXTENSIONS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""File extensions that are read as RDF in a project."""
MAX_BYTES = 20_000_000
"""Bytes above which an RDF file is refused: a graph in memory takes a hundred times its size."""
