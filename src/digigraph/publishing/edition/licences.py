"""Licences by their IRIs, and the rights that none of them gives away."""

from __future__ import annotations

import re
from typing import NamedTuple

import pyoxigraph as ox

RIGHTS = ox.Literal("Sentences quoted in this data remain their publishers'.", language="en")
"""What no licence of a project can give away."""
_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?P<kind>licenses|publicdomain)/(?P<name>[a-z-]+)/(?P<version>\d\.\d)/.*"
)


class Licence(NamedTuple):
    """A licence, and how people call it; both empty where there is none."""

    iri: str
    name: str


def licence_of(iri: str) -> Licence:
    """Return the licence of that IRI: those of Creative Commons by their SPDX name, others by the IRI itself."""
    found = _CREATIVE_COMMONS.fullmatch(iri)
    if not found:
        return Licence(iri, iri)
    name = "CC0" if found["name"] == "zero" else f"CC-{found['name'].upper()}"
    return Licence(iri, f"{name}-{found['version']}")
