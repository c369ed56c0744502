"""Formats of RDF files; kept apart from what reads them, which a run that is known already does not load."""

from __future__ import annotations

from digigraph.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE

FORMATS = {each.name: each.rdf for each in (TURTLE, TRIG, N_TRIPLES, N_QUADS, JSON_LD, RDF_XML) if each.rdf is not None}
"""Every format by its name: ``--input-format`` of ``digigraph validate``."""
EXTENSIONS = {f".{name}": FORMATS[name] for name in ("ttl", "nt", "nq", "trig", "jsonld")}
"""File extensions that are read as RDF in a project."""
MAX_BYTES = 20_000_000
"""Bytes above which an RDF file is refused: a graph in memory takes a hundred times its size."""
