"""Descriptions as queries: what is known beforehand, and what only the store can tell, in one CONSTRUCT.

So a description is answered like any other question: streamed, in every format, from one snapshot, with the same
limits, whoever the backend is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Said = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]
"""A triple that is known beforehand."""


def constructed(said: Iterable[Said], found: Mapping[str, str]) -> str:
    """Return the query whose answer is a description.

    Parameters
    ----------
    said
        Triples that it states.
    found
        What the store tells: triple templates, and for each the graph pattern that binds its variables. No two
        patterns bind the same variable, and each triple has one: without its variables a template gives nothing
        (SPARQL 1.1, section 16.2), with none it would be given by every solution.
    """
    known = " ".join(f"({subject} {predicate} {value})" for subject, predicate, value in dict.fromkeys(said))
    templates = " . ".join(("?s ?p ?o", *found))
    # A query of its own: Virtuoso loses bare VALUES in a UNION.
    values = f"SELECT ?s ?p ?o {{ VALUES (?s ?p ?o) {{ {known} }} }}"
    patterns = " UNION ".join(f"{{ {each} }}" for each in (values, *found.values()))
    return f"CONSTRUCT {{ {templates} }} WHERE {{ {patterns} }}"
