"""What the IRIs of a graph look like: mint them, recognise them, turn them into paths and back.

The patterns are those of the data model; everything is relative to the project's base IRI.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pyoxigraph import NamedNode

from digigraph.vocab import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRANSLITERATED = str.maketrans(
    {"+": "plus", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
)
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What a slug is."""
_EVIDENCE = re.compile(
    r"(?P<slug>[a-z0-9-]+)_(?P<version>[0-9a-f]{8})_(?P<start>\d+)-(?P<end>\d+)(?:-i[1-9]\d*)?"
    r"|(?P<dataset>[a-z0-9-]+)_r_(?P<row>[A-Za-z0-9%_~-]+)"
)
_GRAPHS = ("accepted", "curated", "ontology")
SNAPSHOT_NAME = re.compile(r"[1-9]\d*-[0-9a-f]{12}")
"""What the name of a snapshot is."""
_SUBJECT_PATTERNS = {
    "id": SLUG,
    "doc": re.compile(rf"{SLUG.pattern}(?:_[0-9a-f]{{8}})?"),
    "ev": _EVIDENCE,
    "graph": re.compile("|".join(_GRAPHS)),
    "snapshots": SNAPSHOT_NAME,
}


@dataclass(frozen=True, slots=True)
class QuotedSpan:
    """What the IRI of evidence says: code points ``[start, end)`` of the text ``{slug}_{version}``."""

    text: str
    start: int
    end: int


def slugify(name: str) -> str:
    """Return the slug of a name: ``"Region Skåne"`` gives ``"region-skane"``, ``"1+MG"`` gives ``"1plusmg"``."""
    return _NOT_IN_SLUG.sub("-", unmarked(name).lower()).strip("-")


def unmarked(text: str) -> str:
    """Return a text without the marks of its letters: ``"Skåne"`` gives ``"Skane"``, ``"Sørø"`` gives ``"Soro"``."""
    plain = unicodedata.normalize("NFKD", text.translate(_TRANSLITERATED))
    return "".join(character for character in plain if not unicodedata.combining(character))


@dataclass(frozen=True, slots=True)
class Iris:
    """The IRIs of one graph.

    Parameters
    ----------
    base
        The project's ``base_iri``, with its final ``/``.
    """

    base: str

    def thing(self, slug: str) -> NamedNode:
        """Return ``{base}id/{slug}``."""
        return NamedNode(f"{self.base}id/{slug}")

    def document(self, slug: str) -> NamedNode:
        """Return ``{base}doc/{slug}``."""
        return NamedNode(f"{self.base}doc/{slug}")

    def document_version(self, slug: str, version: str) -> NamedNode:
        """Return ``{base}doc/{slug}_{version}``, the captured text."""
        return NamedNode(f"{self.base}doc/{slug}_{version}")

    def evidence(self, slug: str, version: str, start: int, end: int, *, implied: int = 0) -> NamedNode:
        """Return ``{base}ev/{slug}_{version}_{start}-{end}``, with ``-i1``, ``-i2`` … for implied readings."""
        tail = f"-i{implied}" if implied else ""
        return NamedNode(f"{self.base}ev/{slug}_{version}_{start}-{end}{tail}")

    def graph(self, name: str) -> NamedNode:
        """Return ``{base}graph/{name}``: accepted, curated or ontology."""
        return NamedNode(f"{self.base}graph/{name}")

    def snapshot(self, name: str) -> NamedNode:
        """Return ``{base}snapshots/{sequence}-{12 hex}``."""
        return NamedNode(f"{self.base}snapshots/{name}")

    @property
    def dataset(self) -> NamedNode:
        """Return ``{base}dataset``, the graph as a whole."""
        return NamedNode(f"{self.base}dataset")

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefixes of the vocabularies and of this graph (``id``, ``doc``, ``ev``, ``graph``)."""
        return {**PREFIXES, **{name: f"{self.base}{name}/" for name in ("id", "doc", "ev", "graph")}}

    def path(self, iri: str) -> str | None:
        """Return the path below the server's root that answers for one of our IRIs; None for any other IRI.

        Terms of the ontology (``ns#…``) have no path of their own.
        """
        if not iri.startswith(self.base) or "#" in iri:
            return None
        return "/" + quote(iri.removeprefix(self.base), safe="/%~")

    def at(self, path: str) -> NamedNode:
        """Return our IRI for a path below the server's root (percent-decoded, as web frameworks hand it over)."""
        return NamedNode(self.base + quote(path.removeprefix("/"), safe="/~"))

    def is_subject(self, iri: str) -> bool:
        """Tell whether the data model has a pattern for this IRI as a subject in the dataset."""
        if not iri.startswith(self.base):
            return False
        local = iri.removeprefix(self.base)
        if local == "dataset":
            return True
        folder, slash, name = local.partition("/")
        pattern = _SUBJECT_PATTERNS.get(folder)
        return bool(slash and pattern and pattern.fullmatch(name))

    def local(self, name: str) -> str | None:
        """Return what follows the base in the IRI of a thing, a document, its text or evidence; None for others.

        Parameters
        ----------
        name
            The whole IRI, ``id/kth``, or ``id:kth``.
        """
        local = re.sub(r"^(id|doc|ev):", r"\1/", name).removeprefix(self.base)
        return local if local.startswith(("id/", "doc/", "ev/")) and self.is_subject(self.base + local) else None

    def shorten(self, iri: str) -> str:
        """Return the IRI as a prefixed name where a prefix fits, else in angle brackets."""
        return shorten(iri, self.prefixes)


def quoted_span(local: str) -> QuotedSpan | None:
    """Return what ``ev/…`` quotes; None where it is no evidence, or the record of a dataset."""
    found = _EVIDENCE.fullmatch(local.removeprefix("ev/")) if local.startswith("ev/") else None
    if found is None or found["slug"] is None:
        return None
    return QuotedSpan(f"{found['slug']}_{found['version']}", int(found["start"]), int(found["end"]))


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return the IRI as a prefixed name where a prefix fits, else in angle brackets."""
    for prefix, namespace in prefixes.items():
        local = iri.removeprefix(namespace)
        if local != iri and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", local):
            return f"{prefix}:{local}"
    return f"<{iri}>"


def is_absolute(iri: str) -> bool:
    """Tell whether a text is an absolute IRI (RFC 3987, section 2.2)."""
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True
