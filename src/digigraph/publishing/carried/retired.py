"""IRIs that named something in an earlier state of the graph and name nothing now: they are gone, not unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "retired.txt"
"""Name of the file in which a snapshot carries them: one a line, sorted."""
TAKEN_BACK = "redacted.txt"
"""Name of the file in which the active snapshot carries what is taken back, so that it is another one since."""


def retired(before: bytes, already: bytes, now: bytes, base_iri: str) -> bytes:
    """Return the IRIs that are gone, as a snapshot carries them.

    Parameters
    ----------
    before, now
        The dataset of the snapshot before, and the one to be published: N-Quads.
    already
        What the snapshot before carries as gone; empty where it carries nothing.
    base_iri
        Of the graph; things, documents and evidence below it are looked at.
    """
    named = _subjects(before, base_iri) | set(already.splitlines())
    return b"".join(b"%s\n" % each for each in sorted(named - _subjects(now, base_iri)))


def _subjects(nquads: bytes, base_iri: str) -> set[bytes]:
    pattern = re.compile(rb"^<(%s(?:id|doc|ev)/[^>]*)>" % re.escape(base_iri.encode()), re.MULTILINE)
    return set(pattern.findall(nquads))


def is_retired(iri: str, content: bytes) -> bool:
    """Tell whether an IRI is among those that are gone."""
    return iri.encode("utf-8", "surrogatepass") in content.splitlines()


def taken_back(reasons: Mapping[str, str]) -> bytes:
    """Return IRIs, without the base, with the classes of their reasons: one a line, sorted."""
    return "".join(f"{iri} {reason}\n" for iri, reason in sorted(reasons.items())).encode()
